/** @file True and false positives and negatives. */
import { checkedOptions } from '../core/arguments.js';
import type { Config } from '../core/serialization.js';
import { classNameOf } from '../core/serialization.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike, Variable } from '../runtime/index.js';
import type { Counts, Thresholds } from './confusion.js';
import { areEven, thresholdList, updateCounts } from './confusion.js';
import type { MetricOptions, UpdateOptions } from './metric.js';
import { Metric } from './metric.js';
import { sampleWeightOf } from './updates.js';

/** Options of the counts. */
export interface ConfusionCountOptions extends MetricOptions {
  /** From which prediction on (exclusively) the answer is yes; a list gives one count for each. Default 0.5. */
  readonly thresholds?: Thresholds;
}

/** Counts one kind of outcome. */
class ConfusionCount extends Metric {
  readonly thresholds: readonly number[];
  readonly accumulator: Variable;
  readonly #given: Thresholds;
  readonly #kind: keyof Counts;

  constructor(kind: keyof Counts, { thresholds = null, ...options }: ConfusionCountOptions) {
    super(options);
    this.#kind = kind;
    this.#given = thresholds;
    this.thresholds = thresholdList(thresholds, 0.5, classNameOf(this));
    this.accumulator = this.addVariable([this.thresholds.length], 'zeros', { name: 'accumulator' });
  }

  /** Add targets (0 and 1) and predictions in [0, 1], of the same shape. */
  override updateState(yTrue: TensorLike, yPred: TensorLike, options?: UpdateOptions): void {
    updateCounts({ [this.#kind]: this.accumulator }, yTrue, yPred, {
      thresholds: this.thresholds,
      even: areEven(this.thresholds),
      sampleWeight: sampleWeightOf(this, options),
      owner: `${classNameOf(this)} '${this.name}'`,
    });
  }

  /** A number; one per threshold where several were given. */
  override result(): Tensor {
    const { value } = this.accumulator;
    return this.thresholds.length === 1 ? ops.reshape(value, []) : value;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), thresholds: this.#given };
  }
}

/**
 * How many yeses are predicted right.
 *
 * @param options See {@link ConfusionCountOptions}.
 * @throws {ValueError} A threshold is outside of [0, 1].
 * @see `keras.metrics.TruePositives`
 * @example
 * new metrics.TruePositives()([1, 1, 0, 0], [0.9, 0.4, 0.2, 0.6]) // 1
 */
export class TruePositives extends ConfusionCount {
  constructor(options: ConfusionCountOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super('truePositives', options);
  }
}

/**
 * How many noes are predicted as yes.
 *
 * @param options See {@link ConfusionCountOptions}.
 * @throws {ValueError} A threshold is outside of [0, 1].
 * @see `keras.metrics.FalsePositives`
 * @example
 * new metrics.FalsePositives()([1, 1, 0, 0], [0.9, 0.4, 0.2, 0.6]) // 1
 */
export class FalsePositives extends ConfusionCount {
  constructor(options: ConfusionCountOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super('falsePositives', options);
  }
}

/**
 * How many noes are predicted right.
 *
 * @param options See {@link ConfusionCountOptions}.
 * @throws {ValueError} A threshold is outside of [0, 1].
 * @see `keras.metrics.TrueNegatives`
 * @example
 * new metrics.TrueNegatives()([1, 1, 0, 0], [0.9, 0.4, 0.2, 0.6]) // 1
 */
export class TrueNegatives extends ConfusionCount {
  constructor(options: ConfusionCountOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super('trueNegatives', options);
  }
}

/**
 * How many yeses are predicted as no.
 *
 * @param options See {@link ConfusionCountOptions}.
 * @throws {ValueError} A threshold is outside of [0, 1].
 * @see `keras.metrics.FalseNegatives`
 * @example
 * new metrics.FalseNegatives()([1, 1, 0, 0], [0.9, 0.4, 0.2, 0.6]) // 1
 */
export class FalseNegatives extends ConfusionCount {
  constructor(options: ConfusionCountOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super('falseNegatives', options);
  }
}
