/** @file Functions of numbers whose defaults or formulas in Keras 2's backend are others than in `ops`. */
import { epsilon } from '../../core/config.js';
import * as ops from '../../ops/index.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { onTensors } from './on_tensors.js';

type OneAxis = { readonly axis?: number };

/**
 * Where the largest number stands.
 *
 * @param x A tensor.
 * @param options `axis`: along which; default −1.
 * @returns int32, of the shape of `x` without the axis.
 * @throws {ValueError} There is no such axis.
 * @see `K.argmax` of Keras 2; `ops.argmax`
 * @example
 * backend.argmax([[1, 5, 2]]) // [1]
 */
export const argmax = onTensors('argmax', (x: TensorLike, { axis = -1 }: OneAxis = {}): Tensor =>
  ops.argmax(x, { axis }),
);

/**
 * Where the smallest number stands.
 *
 * @param x A tensor.
 * @param options `axis`: along which; default −1.
 * @returns int32, of the shape of `x` without the axis.
 * @throws {ValueError} There is no such axis.
 * @see `K.argmin` of Keras 2; `ops.argmin`
 * @example
 * backend.argmin([[1, 5, 2]]) // [0]
 */
export const argmin = onTensors('argmin', (x: TensorLike, { axis = -1 }: OneAxis = {}): Tensor =>
  ops.argmin(x, { axis }),
);

/**
 * Running sums.
 *
 * @param x A tensor.
 * @param options `axis`: along which; default 0.
 * @returns The shape of `x`.
 * @throws {ValueError} There is no such axis.
 * @see `K.cumsum` of Keras 2; `ops.cumsum`
 * @example
 * backend.cumsum([1, 2, 3]) // [1, 3, 6]
 */
export const cumsum = onTensors('cumsum', (x: TensorLike, { axis = 0 }: OneAxis = {}): Tensor =>
  ops.cumsum(x, { axis }),
);

/**
 * Running products.
 *
 * @param x A tensor.
 * @param options `axis`: along which; default 0.
 * @returns The shape of `x`.
 * @throws {ValueError} There is no such axis.
 * @see `K.cumprod` of Keras 2; `ops.cumprod`
 * @example
 * backend.cumprod([1, 2, 3]) // [1, 2, 6]
 */
export const cumprod = onTensors('cumprod', (x: TensorLike, { axis = 0 }: OneAxis = {}): Tensor =>
  ops.cumprod(x, { axis }),
);

/**
 * Numbers cut off below and above. A bound of null is none; an upper bound below the lower one is the lower one.
 *
 * @param x A tensor.
 * @param minValue The lower bound, or null.
 * @param maxValue The upper bound, or null.
 * @returns The shape of `x`.
 * @throws {ValueError} The shapes do not fit.
 * @see `K.clip` of Keras 2; `ops.clip`
 * @example
 * backend.clip([-2, 0.5, 9], 0, 1) // [0, 0.5, 1]
 */
export const clip = onTensors(
  'clip',
  (x: TensorLike, minValue: TensorLike | null, maxValue: TensorLike | null): Tensor => {
    const upper =
      typeof minValue === 'number' && typeof maxValue === 'number' ? Math.max(minValue, maxValue) : maxValue;
    const low = minValue === null ? ops.convertToTensor(x) : ops.maximum(x, minValue);
    return upper === null ? low : ops.minimum(low, upper);
  },
);

/**
 * Square roots; negative numbers count as 0.
 *
 * @param x A tensor.
 * @returns The shape of `x`.
 * @see `K.sqrt` of Keras 2; `ops.sqrt`
 * @example
 * backend.sqrt([4, -1]) // [2, 0]
 */
export const sqrt = onTensors('sqrt', (x: TensorLike): Tensor => ops.sqrt(ops.maximum(x, 0)));

/**
 * Powers.
 *
 * @param x A tensor.
 * @param a The exponent.
 * @returns The shape of `x`.
 * @see `K.pow` of Keras 2; `ops.power`
 * @example
 * backend.pow([2, 3], 2) // [4, 9]
 */
export const pow = onTensors('pow', (x: TensorLike, a: TensorLike): Tensor => ops.power(x, a));

/**
 * 0.2 x + 0.5, cut off at 0 and 1. (That of Keras 3 is x / 6 + 0.5.)
 *
 * @param x A tensor of floats.
 * @returns The shape of `x`.
 * @see `K.hard_sigmoid` of Keras 2
 * @example
 * backend.hardSigmoid([-3, 1, 3]) // [0, 0.7, 1]
 */
export const hardSigmoid = onTensors('hardSigmoid', (x: TensorLike): Tensor =>
  ops.clip(ops.add(ops.multiply(x, 0.2), 0.5), 0, 1),
);

/** Options of `relu`. */
export interface ReluOptions {
  /** Slope below the threshold. Default 0. */
  readonly alpha?: number;
  /** Cut off above. Default null: not. */
  readonly maxValue?: number | null;
  /** Where the function begins. Default 0. */
  readonly threshold?: number;
}

/**
 * x from the threshold on, up to `maxValue`; `alpha` (x − threshold) below.
 *
 * @param x A tensor.
 * @param options `alpha`: default 0. `maxValue`: default null. `threshold`: default 0.
 * @returns The shape of `x`.
 * @see `K.relu` of Keras 2; `activations.relu`
 * @example
 * backend.relu([-2, 3, 9], { alpha: 0.5, maxValue: 6 }) // [-1, 3, 6]
 */
export const relu = onTensors(
  'relu',
  (x: TensorLike, { alpha = 0, maxValue = null, threshold = 0 }: ReluOptions = {}): Tensor => {
    const above = ops.where(ops.greaterEqual(x, threshold), x, 0);
    const cut = maxValue === null ? above : ops.minimum(above, maxValue);
    return alpha === 0 ? cut : ops.add(cut, ops.multiply(ops.minimum(ops.subtract(x, threshold), 0), alpha));
  },
);

/**
 * Vectors of length 1.
 *
 * @param x A tensor.
 * @param options `axis`: along which; default null: all numbers together.
 * @returns The shape of `x`.
 * @throws {ValueError} There is no such axis.
 * @see `K.l2_normalize` of Keras 2; `ops.normalize`
 * @example
 * backend.l2Normalize([[3, 4]], { axis: 1 }) // [[0.6, 0.8]]
 */
export const l2Normalize = onTensors(
  'l2Normalize',
  (x: TensorLike, { axis = null }: { readonly axis?: number | readonly number[] | null } = {}): Tensor =>
    ops.multiply(x, ops.rsqrt(ops.maximum(ops.sum(ops.square(x), { axis, keepdims: true }), 1e-12))),
);

/** Options of crossentropies. */
export interface CrossentropyOptions {
  /** Whether outputs are before sigmoid or softmax. Default false. */
  readonly fromLogits?: boolean;
}

/**
 * Binary crossentropy of each number.
 *
 * @param target From 0 to 1.
 * @param output Probabilities, or logits.
 * @param options `fromLogits`: default false.
 * @returns The shape of `output`.
 * @throws {ValueError} The shapes do not fit.
 * @see `K.binary_crossentropy` of Keras 2; `losses.binaryCrossentropy`
 * @example
 * backend.binaryCrossentropy([1, 0], [0.5, 0.5]) // [0.693147, 0.693147]
 */
export const binaryCrossentropy = onTensors(
  'binaryCrossentropy',
  (target: TensorLike, output: TensorLike, { fromLogits = false }: CrossentropyOptions = {}): Tensor => {
    if (fromLogits) return ops.binaryCrossentropy(target, output, { fromLogits });
    const tiny = epsilon();
    const p = ops.clip(output, tiny, 1 - tiny);
    const right = ops.multiply(target, ops.log(ops.add(p, tiny)));
    const wrong = ops.multiply(ops.subtract(1, target), ops.log(ops.add(ops.subtract(1, p), tiny)));
    return ops.negative(ops.add(right, wrong));
  },
);

/**
 * Crossentropy with the probabilities of classes.
 *
 * @param target Probabilities along the axis.
 * @param output Probabilities, which are made to sum to 1, or logits.
 * @param options `fromLogits`: default false. `axis`: of the classes, default −1.
 * @returns The shape of `output` without the axis.
 * @throws {ValueError} The shapes do not fit.
 * @see `K.categorical_crossentropy` of Keras 2; `losses.categoricalCrossentropy`
 * @example
 * backend.categoricalCrossentropy([[0, 1]], [[0.5, 0.5]]) // [0.6931472]
 */
export const categoricalCrossentropy = onTensors(
  'categoricalCrossentropy',
  (
    target: TensorLike,
    output: TensorLike,
    { fromLogits = false, axis = -1 }: CrossentropyOptions & OneAxis = {},
  ): Tensor => ops.categoricalCrossentropy(target, output, { fromLogits, axis }),
);

/**
 * Crossentropy with the numbers of classes.
 *
 * @param target Whole numbers; an axis of 1 at the end goes away.
 * @param output Probabilities along the last axis, or logits.
 * @param options `fromLogits`: default false. `axis`: of the classes, default −1.
 * @returns The shape of `output` without the axis.
 * @throws {ValueError} The shapes do not fit.
 * @see `K.sparse_categorical_crossentropy` of Keras 2; `losses.sparseCategoricalCrossentropy`
 * @example
 * backend.sparseCategoricalCrossentropy([1], [[0.5, 0.5]]) // [0.6931472]
 */
export const sparseCategoricalCrossentropy = onTensors(
  'sparseCategoricalCrossentropy',
  (
    target: TensorLike,
    output: TensorLike,
    { fromLogits = false, axis = -1 }: CrossentropyOptions & OneAxis = {},
  ): Tensor => ops.sparseCategoricalCrossentropy(target, output, { fromLogits, axis }),
);
