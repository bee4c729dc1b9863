/** @file Intersection over union of predicted and true areas, class by class. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { epsilon } from '../core/config.js';
import { isInteger } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import { classNameOf } from '../core/serialization.js';
import { formatShape } from '../core/shape.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike, Variable } from '../runtime/index.js';
import { toTensor } from '../runtime/index.js';
import type { MetricOptions, UpdateOptions } from './metric.js';
import { Metric } from './metric.js';
import { sampleWeightOf } from './updates.js';

/** Options of `OneHotIoU` and `OneHotMeanIoU`. */
export interface OneHotIoUOptions extends MetricOptions {
  /** Targets of this class do not count. Default null. */
  readonly ignoreClass?: number | null;
  /** Whether predictions are class numbers rather than one score per class. */
  readonly sparseYPred?: boolean;
  /** The axis of the classes, where there is one. Default −1. */
  readonly axis?: number;
}
/** Options of `IoU` and `MeanIoU`. */
export interface IoUOptions extends OneHotIoUOptions {
  /** Whether targets are class numbers rather than one-hot. Default true. */
  readonly sparseYTrue?: boolean;
}

/**
 * TP / (TP + FP + FN) of some classes, their mean.
 *
 * @param numClasses How many classes there are.
 * @param targetClassIds The classes whose mean is taken, as numbers from 0.
 * @param options See {@link IoUOptions}.
 * @throws {ValueError} A class is outside of [0, `numClasses`).
 * @see `keras.metrics.IoU`
 * @example
 * new IoU(2, [0])([0, 0, 1, 1], [0, 1, 0, 1])  // 0.333
 */
export class IoU extends Metric {
  static override readonly positional: readonly string[] = ['num_classes', 'target_class_ids'];
  override readonly direction = 'up';
  readonly numClasses: number;
  readonly targetClassIds: readonly number[];
  readonly ignoreClass: number | null;
  readonly sparseYTrue: boolean;
  readonly sparseYPred: boolean;
  readonly axis: number;
  /** Rows: true classes; columns: predicted ones. */
  readonly totalConfusionMatrix: Variable;
  #warned = false;

  /**
   * @param numClasses How many classes there are.
   * @param targetClassIds Whose mean is taken.
   * @param options `dtype` defaults to int32, in which weights are counted; `sparseYPred` to true.
   * @throws {ValueError} A class is out of range.
   */
  constructor(numClasses: number, targetClassIds: readonly number[], options: IoUOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    const { ignoreClass = null, sparseYTrue = true, sparseYPred = true, axis = -1, dtype, ...rest } = options;
    super({ dtype: dtype ?? 'int32', ...rest });
    const className = classNameOf(this);
    if (!Number.isInteger(numClasses) || numClasses < 1)
      throw new ValueError(`${className}: numClasses=${describe(numClasses)}. Expected a whole number from 1.`);
    const wrong = targetClassIds.find((id) => !Number.isInteger(id) || id < 0 || id >= numClasses);
    if (wrong !== undefined)
      throw new ValueError(`${className}: target class ${wrong} is out of range, which is [0, ${numClasses}).`);
    this.numClasses = numClasses;
    this.targetClassIds = [...targetClassIds];
    this.ignoreClass = ignoreClass;
    this.sparseYTrue = sparseYTrue;
    this.sparseYPred = sparseYPred;
    this.axis = axis;
    const shape = [numClasses, numClasses];
    this.totalConfusionMatrix = this.addVariable(shape, 'zeros', { name: 'total_confusion_matrix', dtype: this.dtype });
  }

  /** Add true and predicted classes. Pairs with a class outside of [0, numClasses) do not count. */
  override updateState(yTrue: TensorLike, yPred: TensorLike, options?: UpdateOptions): void {
    const owner = `${classNameOf(this)} '${this.name}'`;
    const flat = (x: TensorLike, sparse: boolean, what: string): Tensor => {
      const classes = sparse ? x : ops.argmax(x, { axis: this.axis });
      return ops.reshape(toTensor(classes, this.dtype, `${owner} (${what})`), [-1]);
    };
    const t = flat(yTrue, this.sparseYTrue, 'yTrue');
    const p = flat(yPred, this.sparseYPred, 'yPred');
    if (t.size !== p.size)
      throw new ValueError(
        `${owner}: yTrue has ${t.size} classes and yPred ${p.size} (shapes ${formatShape(toTensor(yTrue).shape)} and ${formatShape(toTensor(yPred).shape)}). Expected as many.`,
      );
    const weights = this.#weights(sampleWeightOf(this, options), t, owner);
    const within = (x: Tensor): Tensor => ops.logicalAnd(ops.greaterEqual(x, 0), ops.less(x, this.numClasses));
    let valid = ops.logicalAnd(within(t), within(p));
    if (this.ignoreClass !== null) valid = ops.logicalAnd(valid, ops.notEqual(t, this.ignoreClass));
    const place = ops.add(ops.multiply(ops.cast(t, 'int32'), this.numClasses), ops.cast(p, 'int32'));
    const sums = ops.segmentSum(weights, ops.where(valid, place, -1), { numSegments: this.numClasses ** 2 });
    this.totalConfusionMatrix.assignAdd(ops.reshape(sums, [this.numClasses, this.numClasses]));
  }

  #weights(sampleWeight: TensorLike | null, t: Tensor, owner: string): Tensor {
    if (sampleWeight === null) return ops.ones(t.shape, { dtype: this.dtype });
    const given = toTensor(sampleWeight, null, `${owner} (sampleWeight)`);
    if (!this.#warned && given.dtype.includes('float') && isInteger(this.dtype)) {
      this.#warned = true;
      console.warn(
        `${owner}: sampleWeight is of dtype ${given.dtype}, but the metric counts in ${this.dtype}, so that fractions are lost. Use whole weights, or { dtype: 'float32' }.`,
      );
    }
    const weights = given.ndim > 1 ? ops.reshape(given, [-1]) : given;
    if (weights.size !== 1 && weights.size !== t.size)
      throw new ValueError(
        `${owner}: sampleWeight of shape ${formatShape(given.shape)} does not fit ${t.size} classes. Give one weight for each.`,
      );
    return ops.broadcastTo(ops.cast(weights, this.dtype), t.shape);
  }

  /** A number in [0, 1], float32. Classes that never occurred do not count. */
  override result(): Tensor {
    const matrix = this.totalConfusionMatrix.value;
    const pick = (x: Tensor): Tensor => ops.cast(ops.take(x, [...this.targetClassIds], { axis: 0 }), 'float32');
    const diagonal = ops.sum(ops.multiply(matrix, ops.eye(this.numClasses, { dtype: this.dtype })), { axis: 0 });
    const total = ops.add(ops.sum(matrix, { axis: 0 }), ops.sum(matrix, { axis: 1 }));
    const union = pick(ops.subtract(total, diagonal));
    const occurred = ops.greater(union, 1e-9);
    const iou = ops.where(occurred, ops.divide(pick(diagonal), ops.add(union, epsilon())), 0);
    return ops.divide(ops.sum(iou), ops.add(ops.sum(ops.cast(occurred, 'float32')), epsilon()));
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      num_classes: this.numClasses,
      target_class_ids: [...this.targetClassIds],
      ignore_class: this.ignoreClass,
      sparse_y_true: this.sparseYTrue,
      sparse_y_pred: this.sparseYPred,
      axis: this.axis,
    };
  }
}

/** The config without some keys. */
function without(config: Config, ...keys: string[]): Config {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !keys.includes(key)));
}

/** Options of `BinaryIoU`. */
export interface BinaryIoUOptions extends MetricOptions {
  /** Whose mean is taken. Default `[0, 1]`. */
  readonly targetClassIds?: readonly number[];
  /** From which prediction on (inclusively) the class is 1. Default 0.5. */
  readonly threshold?: number;
}
/**
 * IoU of yes-or-no predictions.
 *
 * @param options See {@link BinaryIoUOptions}.
 * @throws {ValueError} A target class is neither 0 nor 1.
 * @see `keras.metrics.BinaryIoU`
 * @example
 * new metrics.BinaryIoU()([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7]) // 0.5833334
 */
export class BinaryIoU extends IoU {
  static override readonly positional: readonly string[] = [];
  readonly threshold: number;
  constructor(given: BinaryIoUOptions = {}) {
    const {
      targetClassIds = [0, 1],
      threshold = 0.5,
      ...options
    } = checkedOptions<BinaryIoUOptions>(new.target, given, arguments, 0);
    super(2, targetClassIds, options);
    this.threshold = threshold;
  }
  override updateState(yTrue: TensorLike, yPred: TensorLike, options?: UpdateOptions): void {
    const yes = ops.greaterEqual(toTensor(yPred, 'float32'), this.threshold);
    super.updateState(yTrue, ops.cast(yes, this.dtype), options);
  }
  override getConfig(): Config {
    const rest = without(super.getConfig(), 'num_classes', 'ignore_class', 'sparse_y_true', 'sparse_y_pred', 'axis');
    return { ...rest, threshold: this.threshold };
  }
}

/**
 * The mean IoU of all classes.
 *
 * @param numClasses How many classes there are.
 * @param options See {@link IoUOptions}.
 * @throws {ValueError} `numClasses` is not a whole number from 1.
 * @see `keras.metrics.MeanIoU`
 * @example
 * new metrics.MeanIoU(2)([0, 0, 1, 1], [0, 1, 0, 1]) // 0.33333334
 */
export class MeanIoU extends IoU {
  static override readonly positional: readonly string[] = ['num_classes'];
  constructor(numClasses: number, options: IoUOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(numClasses, Array.from({ length: Number(numClasses) || 0 }, (_, i) => i), options); // prettier-ignore
  }
  override getConfig(): Config {
    return without(super.getConfig(), 'target_class_ids');
  }
}

/**
 * The mean IoU of some classes, for one-hot targets.
 *
 * @param numClasses How many classes there are.
 * @param targetClassIds The classes whose mean is taken, as numbers from 0.
 * @param options See {@link OneHotIoUOptions}.
 * @throws {ValueError} A class is outside of [0, `numClasses`).
 * @see `keras.metrics.OneHotIoU`
 * @example
 * new metrics.OneHotIoU(2, [0])([[1, 0], [0, 1]], [[0.6, 0.4], [0.7, 0.3]]) // 0.49999994
 */
export class OneHotIoU extends IoU {
  constructor(numClasses: number, targetClassIds: readonly number[], given: OneHotIoUOptions = {}) {
    const { sparseYPred = false, ...options } = checkedOptions<OneHotIoUOptions>(new.target, given, arguments, 2);
    super(numClasses, targetClassIds, { ...options, sparseYTrue: false, sparseYPred });
  }
  override getConfig(): Config {
    return without(super.getConfig(), 'sparse_y_true');
  }
}

/**
 * The mean IoU of all classes, for one-hot targets.
 *
 * @param numClasses How many classes there are.
 * @param options See {@link OneHotIoUOptions}.
 * @throws {ValueError} `numClasses` is not a whole number from 1.
 * @see `keras.metrics.OneHotMeanIoU`
 * @example
 * new metrics.OneHotMeanIoU(2)([[1, 0], [0, 1]], [[0.6, 0.4], [0.7, 0.3]]) // 0.25
 */
export class OneHotMeanIoU extends MeanIoU {
  constructor(numClasses: number, given: OneHotIoUOptions = {}) {
    const { sparseYPred = false, ...options } = checkedOptions<OneHotIoUOptions>(new.target, given, arguments, 1);
    super(numClasses, { ...options, sparseYTrue: false, sparseYPred });
  }
  override getConfig(): Config {
    return without(super.getConfig(), 'sparse_y_true');
  }
}
