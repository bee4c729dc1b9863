/** @file The best of one rate where another one is at least so high: sensitivity at specificity and its like. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import { classNameOf } from '../core/serialization.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike, Variable } from '../runtime/index.js';
import { innerThresholds, updateCounts } from './confusion.js';
import type { MetricOptions, UpdateOptions } from './metric.js';
import { Metric } from './metric.js';
import { sampleWeightOf } from './updates.js';

/** Options of the metrics here. */
export interface RateAtRateOptions extends MetricOptions {
  /** How many thresholds are tried, evenly from 0 to 1. Default 200. */
  readonly numThresholds?: number;
  /** Look at this class (column) only. Default null. */
  readonly classId?: number | null;
}

const ratio = (hits: Variable, errors: Variable): Tensor => ops.divideNoNan(hits, ops.add(hits, errors));

/** Keeps all four counts at many thresholds. */
class RateAtRate extends Metric {
  override readonly direction = 'up';
  readonly numThresholds: number;
  readonly classId: number | null;
  readonly thresholds: readonly number[];
  readonly truePositives: Variable;
  readonly falsePositives: Variable;
  readonly trueNegatives: Variable;
  readonly falseNegatives: Variable;
  readonly #bound: { readonly name: string; readonly value: number };

  constructor(bound: { readonly name: string; readonly value: number }, options: RateAtRateOptions) {
    const { numThresholds = 200, classId = null, ...rest } = options;
    super(rest);
    this.#bound = bound;
    const className = classNameOf(this);
    if (typeof bound.value !== 'number' || !(bound.value >= 0 && bound.value <= 1))
      throw new ValueError(`${className}: ${bound.name}=${describe(bound.value)}. Expected a number from 0 to 1.`);
    if (!Number.isInteger(numThresholds) || numThresholds < 1)
      throw new ValueError(`${className}: numThresholds=${describe(numThresholds)}. Expected a whole number from 1.`);
    this.numThresholds = numThresholds;
    this.classId = classId;
    this.thresholds = numThresholds === 1 ? [0.5] : [0, ...innerThresholds(numThresholds), 1];
    const shape = [this.thresholds.length];
    this.truePositives = this.addVariable(shape, 'zeros', { name: 'true_positives' });
    this.falsePositives = this.addVariable(shape, 'zeros', { name: 'false_positives' });
    this.trueNegatives = this.addVariable(shape, 'zeros', { name: 'true_negatives' });
    this.falseNegatives = this.addVariable(shape, 'zeros', { name: 'false_negatives' });
  }

  /** Add targets (0 and 1) and predictions in [0, 1], of the same shape. */
  override updateState(yTrue: TensorLike, yPred: TensorLike, options?: UpdateOptions): void {
    const { truePositives, falsePositives, trueNegatives, falseNegatives } = this;
    updateCounts({ truePositives, falsePositives, trueNegatives, falseNegatives }, yTrue, yPred, {
      thresholds: this.thresholds,
      even: this.numThresholds > 1,
      classId: this.classId,
      sampleWeight: sampleWeightOf(this, options),
      owner: `${classNameOf(this)} '${this.name}'`,
    });
  }

  protected get sensitivity(): Tensor {
    return ratio(this.truePositives, this.falseNegatives);
  }
  protected get specificity(): Tensor {
    return ratio(this.trueNegatives, this.falsePositives);
  }
  protected get precision(): Tensor {
    return ratio(this.truePositives, this.falsePositives);
  }

  /** The greatest `rate` at the thresholds where `constrained` reaches the bound; 0 if it does nowhere. */
  protected bestWhere(constrained: Tensor, rate: Tensor): Tensor {
    return ops.max(ops.where(ops.greaterEqual(constrained, this.#bound.value), rate, 0));
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      class_id: this.classId,
      num_thresholds: this.numThresholds,
      [this.#bound.name]: this.#bound.value,
    };
  }
}

/**
 * The best sensitivity where the specificity is at least so high.
 *
 * @param specificity The least specificity, in [0, 1].
 * @param options See {@link RateAtRateOptions}.
 * @throws {ValueError} `specificity` is outside of [0, 1], or `numThresholds` is not a whole number from 1.
 * @see `keras.metrics.SensitivityAtSpecificity`
 * @example
 * new metrics.SensitivityAtSpecificity(0.5)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]) // 1
 */
export class SensitivityAtSpecificity extends RateAtRate {
  static override readonly positional: readonly string[] = ['specificity'];
  /** @throws {ValueError} `specificity` is not in [0, 1]. */
  constructor(specificity: number, options: RateAtRateOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super({ name: 'specificity', value: specificity }, options);
  }
  override result(): Tensor {
    return this.bestWhere(this.specificity, this.sensitivity);
  }
}

/**
 * The best specificity where the sensitivity is at least so high.
 *
 * @param sensitivity The least sensitivity, in [0, 1].
 * @param options See {@link RateAtRateOptions}.
 * @throws {ValueError} `sensitivity` is outside of [0, 1], or `numThresholds` is not a whole number from 1.
 * @see `keras.metrics.SpecificityAtSensitivity`
 * @example
 * new metrics.SpecificityAtSensitivity(0.5)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]) // 1
 */
export class SpecificityAtSensitivity extends RateAtRate {
  static override readonly positional: readonly string[] = ['sensitivity'];
  /** @throws {ValueError} `sensitivity` is not in [0, 1]. */
  constructor(sensitivity: number, options: RateAtRateOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super({ name: 'sensitivity', value: sensitivity }, options);
  }
  override result(): Tensor {
    return this.bestWhere(this.sensitivity, this.specificity);
  }
}

/**
 * The best precision where the recall is at least so high.
 *
 * @param recall The least recall, in [0, 1].
 * @param options See {@link RateAtRateOptions}.
 * @throws {ValueError} `recall` is outside of [0, 1], or `numThresholds` is not a whole number from 1.
 * @see `keras.metrics.PrecisionAtRecall`
 * @example
 * new metrics.PrecisionAtRecall(0.5)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]) // 1
 */
export class PrecisionAtRecall extends RateAtRate {
  static override readonly positional: readonly string[] = ['recall'];
  /** @throws {ValueError} `recall` is not in [0, 1]. */
  constructor(recall: number, options: RateAtRateOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super({ name: 'recall', value: recall }, options);
  }
  override result(): Tensor {
    return this.bestWhere(this.sensitivity, this.precision);
  }
}

/**
 * The best recall where the precision is at least so high.
 *
 * @param precision The least precision, in [0, 1].
 * @param options See {@link RateAtRateOptions}.
 * @throws {ValueError} `precision` is outside of [0, 1], or `numThresholds` is not a whole number from 1.
 * @see `keras.metrics.RecallAtPrecision`
 * @example
 * new metrics.RecallAtPrecision(0.8)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]) // 0.5
 */
export class RecallAtPrecision extends RateAtRate {
  static override readonly positional: readonly string[] = ['precision'];
  /** @throws {ValueError} `precision` is not in [0, 1]. */
  constructor(precision: number, options: RateAtRateOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super({ name: 'precision', value: precision }, options);
  }
  override result(): Tensor {
    return this.bestWhere(this.precision, this.sensitivity);
  }
}
