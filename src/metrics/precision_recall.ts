/** @file Precision and recall. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import { classNameOf } from '../core/serialization.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike, Variable } from '../runtime/index.js';
import type { Thresholds } from './confusion.js';
import { areEven, NEGATIVE_INFINITY, thresholdList, updateCounts } from './confusion.js';
import type { MetricOptions, UpdateOptions } from './metric.js';
import { Metric } from './metric.js';
import { sampleWeightOf } from './updates.js';

/** Options of `Precision` and `Recall`. */
export interface PrecisionRecallOptions extends MetricOptions {
  /** From which prediction on (exclusively) the answer is yes; a list gives one result for each. Default 0.5, or none with `topK`. */
  readonly thresholds?: Thresholds;
  /** Count as yes only what is among so many greatest predictions of its row. Default null. */
  readonly topK?: number | null;
  /** Look at this class (column) only. Default null. */
  readonly classId?: number | null;
}

/** The share of true positives, kept as two counts. */
class ConfusionRatio extends Metric {
  override readonly direction = 'up';
  readonly thresholds: readonly number[];
  readonly topK: number | null;
  readonly classId: number | null;
  readonly truePositives: Variable;
  /** False positives or false negatives. */
  protected readonly errors: Variable;
  readonly #given: Thresholds;
  readonly #kind: 'falsePositives' | 'falseNegatives';

  constructor(kind: 'falsePositives' | 'falseNegatives', options: PrecisionRecallOptions) {
    const { thresholds = null, topK = null, classId = null, ...rest } = options;
    super(rest);
    const className = classNameOf(this);
    for (const [name, value, from] of [
      ['topK', topK, 1],
      ['classId', classId, 0],
    ] as const) {
      if (value !== null && (!Number.isInteger(value) || value < from))
        throw new ValueError(
          `${className}: ${name}=${describe(value)}. Expected a whole number from ${from}, or null.`,
        );
    }
    this.#kind = kind;
    this.#given = thresholds;
    this.topK = topK;
    this.classId = classId;
    this.thresholds = thresholdList(thresholds, topK === null ? 0.5 : NEGATIVE_INFINITY, className);
    const shape = [this.thresholds.length];
    this.truePositives = this.addVariable(shape, 'zeros', { name: 'true_positives' });
    const name = kind === 'falsePositives' ? 'false_positives' : 'false_negatives';
    this.errors = this.addVariable(shape, 'zeros', { name });
  }

  /** Add targets (0 and 1) and predictions in [0, 1], of the same shape. */
  override updateState(yTrue: TensorLike, yPred: TensorLike, options?: UpdateOptions): void {
    updateCounts({ truePositives: this.truePositives, [this.#kind]: this.errors }, yTrue, yPred, {
      thresholds: this.thresholds,
      even: areEven(this.thresholds),
      topK: this.topK,
      classId: this.classId,
      sampleWeight: sampleWeightOf(this, options),
      owner: `${classNameOf(this)} '${this.name}'`,
    });
  }

  /** A number in [0, 1]; one per threshold where several were given. */
  override result(): Tensor {
    const ratio = ops.divideNoNan(this.truePositives, ops.add(this.truePositives, this.errors));
    return this.thresholds.length === 1 ? ops.reshape(ratio, []) : ratio;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), thresholds: this.#given, top_k: this.topK, class_id: this.classId };
  }
}

/**
 * How many of the predicted yeses are right: TP / (TP + FP).
 *
 * @param options See {@link PrecisionRecallOptions}.
 * @throws {ValueError} A threshold is outside of [0, 1], or `topK` or `classId` is no such number.
 * @see `keras.metrics.Precision`
 * @example
 * new metrics.Precision()([1, 1, 0, 0], [0.9, 0.4, 0.2, 0.6]) // 0.5
 */
export class Precision extends ConfusionRatio {
  constructor(options: PrecisionRecallOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super('falsePositives', options);
  }
  get falsePositives(): Variable {
    return this.errors;
  }
}

/**
 * How many of the true yeses are found: TP / (TP + FN).
 *
 * @param options See {@link PrecisionRecallOptions}.
 * @throws {ValueError} A threshold is outside of [0, 1], or `topK` or `classId` is no such number.
 * @see `keras.metrics.Recall`
 * @example
 * new metrics.Recall()([1, 1, 0, 0], [0.9, 0.4, 0.2, 0.6]) // 0.5
 */
export class Recall extends ConfusionRatio {
  constructor(options: PrecisionRecallOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super('falseNegatives', options);
  }
  get falseNegatives(): Variable {
    return this.errors;
  }
}
