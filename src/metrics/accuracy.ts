/** @file The accuracy family: how often predictions are right. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { floatx } from '../core/config.js';
import { ValueError } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import { squeezeOrExpandToSameRank } from '../losses/reduction.js';
import { floatTensor } from '../ops/common.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { op, toTensor } from '../runtime/index.js';
import { FunctionMetric } from './mean.js';
import type { MetricOptions } from './metric.js';

const asFloat = (x: Tensor): Tensor => ops.cast(x, floatx());

/** 1 where `yTrue` equals `yPred`, else 0. */
const accuracy = op('accuracy', (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const p = toTensor(yPred, null, 'accuracy (yPred)');
  return asFloat(ops.equal(...squeezeOrExpandToSameRank(toTensor(yTrue, p.dtype, 'accuracy (yTrue)'), p)));
});

/**
 * 1 where a prediction is on its target's side of the threshold, else 0.
 *
 * @param yTrue 0 and 1.
 * @param yPred Of the same shape.
 * @param options `threshold`: from which prediction on the class is 1. Default 0.5.
 * @returns The shape of `yPred`.
 * @throws {ValueError} The shapes do not fit.
 * @see `keras.metrics.binary_accuracy`
 * @example
 * metrics.binaryAccuracy([1, 1, 0, 0], [0.9, 0.4, 0.2, 0.6]) // [1, 0, 1, 0]
 */
export const binaryAccuracy = op(
  'binary_accuracy',
  (yTrue: TensorLike, yPred: TensorLike, { threshold = 0.5 }: { readonly threshold?: number } = {}): Tensor => {
    const [t, p] = squeezeOrExpandToSameRank(
      toTensor(yTrue, null, 'binaryAccuracy (yTrue)'),
      floatTensor(yPred, 'binaryAccuracy (yPred)'),
    );
    return asFloat(ops.equal(t, ops.cast(ops.greater(p, threshold), t.dtype)));
  },
);

/**
 * 1 where the greatest prediction is that of the true class, else 0.
 *
 * @param yTrue One-hot targets, of shape (batch, …, classes).
 * @param yPred Predictions of the same shape.
 * @returns Shape (batch, …).
 * @throws {ValueError} The shapes do not fit.
 * @see `keras.metrics.categorical_accuracy`
 * @example
 * metrics.categoricalAccuracy([[0, 1], [1, 0]], [[0.1, 0.9], [0.4, 0.6]]) // [1, 0]
 */
export const categoricalAccuracy = op('categorical_accuracy', (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const best = ops.argmax(yPred, { axis: -1 });
  return asFloat(ops.equal(ops.argmax(yTrue, { axis: -1 }), best));
});

/**
 * 1 where the greatest prediction is that of the target class, else 0.
 *
 * @param yTrue Class numbers, of shape (batch, …) or (batch, …, 1).
 * @param yPred Predictions of shape (batch, …, classes).
 * @returns Shape (batch, …).
 * @throws {ValueError} The shapes do not fit.
 * @see `keras.metrics.sparse_categorical_accuracy`
 * @example
 * metrics.sparseCategoricalAccuracy([1, 0], [[0.1, 0.9], [0.4, 0.6]]) // [1, 0]
 */
export const sparseCategoricalAccuracy = op(
  'sparse_categorical_accuracy',
  (yTrue: TensorLike, yPred: TensorLike): Tensor => {
    const p = toTensor(yPred, null, 'sparseCategoricalAccuracy (yPred)');
    const given = toTensor(yTrue, null, 'sparseCategoricalAccuracy (yTrue)');
    const column = given.ndim === p.ndim && given.shape.at(-1) === 1;
    const t = column ? ops.squeeze(given, { axis: -1 }) : given;
    let matches = asFloat(ops.equal(t, ops.cast(ops.argmax(p, { axis: -1 }), t.dtype)));
    if (column) matches = ops.reshape(matches, given.shape);
    return matches.ndim > 1 && matches.shape.at(-1) === 1 ? ops.squeeze(matches, { axis: -1 }) : matches;
  },
);

const rows = (x: Tensor): Tensor => (x.ndim > 2 ? ops.reshape(x, [-1, x.shape[x.ndim - 1]]) : x);

/**
 * 1 where the true class is among the `k` (default 5) greatest predictions, else 0; for one-hot targets.
 *
 * @param yTrue One-hot targets, of shape (batch, …, classes).
 * @param yPred Predictions of the same shape.
 * @param options `k`: how many predictions count; default 5.
 * @returns Shape (batch, …).
 * @throws {ValueError} The shapes do not fit.
 * @see `keras.metrics.top_k_categorical_accuracy`
 * @example
 * metrics.topKCategoricalAccuracy([[0, 0, 1], [0, 1, 0]], [[0.1, 0.6, 0.3], [0.5, 0.1, 0.4]], { k: 2 }) // [1, 0]
 */
export const topKCategoricalAccuracy = op(
  'top_k_categorical_accuracy',
  (yTrue: TensorLike, yPred: TensorLike, { k = 5 }: { readonly k?: number } = {}): Tensor =>
    sparseTopKCategoricalAccuracy(ops.argmax(yTrue, { axis: -1 }), yPred, { k }),
);

/** Options of `sparseTopKCategoricalAccuracy`. */
export interface SparseTopKFunctionOptions {
  /** How many predictions count. Default 5. */
  readonly k?: number;
  /** Whether `yPred` holds class numbers, best first, rather than scores. Default false. */
  readonly fromSortedIds?: boolean;
}
/**
 * 1 where the target class is among the `k` greatest predictions, else 0; for class numbers as targets.
 *
 * @param yTrue Class numbers, of shape (batch, …) or (batch, …, 1).
 * @param yPred Predictions of shape (batch, …, classes).
 * @param options See {@link SparseTopKFunctionOptions}.
 * @returns Shape (batch, …).
 * @throws {ValueError} The shapes do not fit.
 * @see `keras.metrics.sparse_top_k_categorical_accuracy`
 * @example
 * metrics.sparseTopKCategoricalAccuracy([2, 1], [[0.1, 0.6, 0.3], [0.5, 0.1, 0.4]], { k: 2 }) // [1, 0]
 */
export const sparseTopKCategoricalAccuracy = op(
  'sparse_top_k_categorical_accuracy',
  (yTrue: TensorLike, yPred: TensorLike, { k = 5, fromSortedIds = false }: SparseTopKFunctionOptions = {}): Tensor => {
    const p = toTensor(yPred, null, 'sparseTopKCategoricalAccuracy (yPred)');
    const given = toTensor(yTrue, fromSortedIds ? p.dtype : 'int32', 'sparseTopKCategoricalAccuracy (yTrue)');
    const t = given.ndim > 1 ? ops.reshape(given, [-1]) : given;
    const predictions = rows(p);
    const matches = fromSortedIds
      ? ops.any(ops.equal(ops.expandDims(t, 1), ops.getItem(predictions, ['...', { stop: k }])), { axis: 1 })
      : ops.inTopK(t, predictions, k);
    return given.ndim > 1 ? ops.reshape(asFloat(matches), given.shape) : asFloat(matches);
  },
);

/**
 * How often predictions equal targets.
 *
 * @param options See {@link MetricOptions}.
 * @see `keras.metrics.Accuracy`
 * @example
 * new metrics.Accuracy()([1, 2, 3], [1, 2, 4]) // 0.6666667
 */
export class Accuracy extends FunctionMetric {
  constructor(name: string, options?: MetricOptions);
  constructor(options?: MetricOptions);
  constructor(first?: MetricOptions | string, ..._more: unknown[]) {
    const options = checkedOptions<MetricOptions>(new.target, first, arguments, 0);
    super(accuracy, 'accuracy', 'up', options);
  }
}

/** Options of `BinaryAccuracy`. */
export interface BinaryAccuracyOptions extends MetricOptions {
  /** From which prediction on the class is 1. Default 0.5. */
  readonly threshold?: number;
}
/**
 * How often predictions are on their target's side of the threshold.
 *
 * @param options See {@link BinaryAccuracyOptions}.
 * @see `keras.metrics.BinaryAccuracy`
 * @example
 * new metrics.BinaryAccuracy()([1, 1, 0, 0], [0.9, 0.4, 0.2, 0.6]) // 0.5
 */
export class BinaryAccuracy extends FunctionMetric {
  readonly threshold: number;
  /** @throws {ValueError} `threshold` is no number. */
  constructor(name: string, options?: BinaryAccuracyOptions);
  constructor(options?: BinaryAccuracyOptions);
  constructor(first?: BinaryAccuracyOptions | string, ..._more: unknown[]) {
    const { threshold = 0.5, ...options } = checkedOptions<BinaryAccuracyOptions>(new.target, first, arguments, 0);
    if (typeof threshold !== 'number')
      throw new ValueError(`BinaryAccuracy: threshold=${describe(threshold)}. Expected a number.`);
    super(binaryAccuracy, 'binary_accuracy', 'up', options, { threshold });
    this.threshold = threshold;
  }
}

/**
 * How often the greatest prediction is that of the true class, for one-hot targets.
 *
 * @param options See {@link MetricOptions}.
 * @see `keras.metrics.CategoricalAccuracy`
 * @example
 * new metrics.CategoricalAccuracy()([[0, 1], [1, 0]], [[0.1, 0.9], [0.4, 0.6]]) // 0.5
 */
export class CategoricalAccuracy extends FunctionMetric {
  constructor(name: string, options?: MetricOptions);
  constructor(options?: MetricOptions);
  constructor(first?: MetricOptions | string, ..._more: unknown[]) {
    const options = checkedOptions<MetricOptions>(new.target, first, arguments, 0);
    super(categoricalAccuracy, 'categorical_accuracy', 'up', options);
  }
}

/**
 * How often the greatest prediction is that of the target class, for class numbers as targets.
 *
 * @param options See {@link MetricOptions}.
 * @see `keras.metrics.SparseCategoricalAccuracy`
 * @example
 * new metrics.SparseCategoricalAccuracy()([1, 0], [[0.1, 0.9], [0.4, 0.6]]) // 0.5
 */
export class SparseCategoricalAccuracy extends FunctionMetric {
  constructor(name: string, options?: MetricOptions);
  constructor(options?: MetricOptions);
  constructor(first?: MetricOptions | string, ..._more: unknown[]) {
    const options = checkedOptions<MetricOptions>(new.target, first, arguments, 0);
    super(sparseCategoricalAccuracy, 'sparse_categorical_accuracy', 'up', options);
  }
}

function countOf(k: unknown, owner: string): number {
  if (!Number.isInteger(k) || (k as number) < 1)
    throw new ValueError(`${owner}: k=${describe(k)}. Expected a whole number from 1.`);
  return k as number;
}

/** Options of `TopKCategoricalAccuracy`. */
export interface TopKCategoricalAccuracyOptions extends MetricOptions {
  /** How many predictions count. Default 5. */
  readonly k?: number;
}
/**
 * How often the true class is among the k greatest predictions, for one-hot targets.
 *
 * @param k How many predictions count; may stand in `options`. Default 5.
 * @param options See {@link TopKCategoricalAccuracyOptions}.
 * @see `keras.metrics.TopKCategoricalAccuracy`
 * @example
 * new metrics.TopKCategoricalAccuracy({ k: 2 })([[0, 0, 1], [0, 1, 0]], [[0.1, 0.6, 0.3], [0.5, 0.1, 0.4]]) // 0.5
 */
export class TopKCategoricalAccuracy extends FunctionMetric {
  readonly k: number;
  /** @throws {ValueError} `k` is no whole number from 1. */
  constructor(k: number, options?: TopKCategoricalAccuracyOptions);
  constructor(options?: TopKCategoricalAccuracyOptions);
  constructor(first?: TopKCategoricalAccuracyOptions | number, ..._more: unknown[]) {
    const { k = 5, ...options } = checkedOptions<TopKCategoricalAccuracyOptions>(new.target, first, arguments, 0);
    countOf(k, 'TopKCategoricalAccuracy');
    super(topKCategoricalAccuracy, 'top_k_categorical_accuracy', 'up', options, { k });
    this.k = k;
  }
}

/** Options of `SparseTopKCategoricalAccuracy`. */
export interface SparseTopKCategoricalAccuracyOptions extends MetricOptions, SparseTopKFunctionOptions {}
/**
 * How often the target class is among the k greatest predictions, for class numbers as targets.
 *
 * @param k How many predictions count; may stand in `options`. Default 5.
 * @param options See {@link SparseTopKCategoricalAccuracyOptions}.
 * @see `keras.metrics.SparseTopKCategoricalAccuracy`
 * @example
 * new metrics.SparseTopKCategoricalAccuracy({ k: 2 })([2, 1], [[0.1, 0.6, 0.3], [0.5, 0.1, 0.4]]) // 0.5
 */
export class SparseTopKCategoricalAccuracy extends FunctionMetric {
  readonly k: number;
  readonly fromSortedIds: boolean;
  /** @throws {ValueError} `k` is no whole number from 1. */
  constructor(k: number, options?: SparseTopKCategoricalAccuracyOptions);
  constructor(options?: SparseTopKCategoricalAccuracyOptions);
  constructor(first?: SparseTopKCategoricalAccuracyOptions | number, ..._more: unknown[]) {
    const {
      k = 5,
      fromSortedIds = false,
      ...options
    } = checkedOptions<SparseTopKCategoricalAccuracyOptions>(new.target, first, arguments, 0);
    countOf(k, 'SparseTopKCategoricalAccuracy');
    const own = { k, fromSortedIds };
    super(sparseTopKCategoricalAccuracy, 'sparse_top_k_categorical_accuracy', 'up', options, own);
    this.k = k;
    this.fromSortedIds = fromSortedIds;
  }

  /** Keras writes `from_sorted_ids` only where it is set. */
  override getConfig(): Config {
    const { from_sorted_ids: sorted, ...config } = super.getConfig();
    return sorted === true ? { ...config, from_sorted_ids: true } : config;
  }
}
