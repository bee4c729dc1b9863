/** @file Normalization by batches, and crossentropies that look more at what is hard. */
import { epsilon as tiny } from '../../core/config.js';
import { ValueError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { binaryCrossentropy } from './math.js';
import { onTensors } from './on_tensors.js';

/** TensorFlow's fused kernel takes no smaller one. */
const LEAST_FUSED = 1.001e-5;

/** γ (x − mean) / √(var + ε) + β. */
function normed(x: Tensor, mean: Tensor, variance: Tensor, beta: Tensor | null, gamma: Tensor | null, epsilon: number): Tensor {
  const inverse = ops.rsqrt(ops.add(variance, epsilon));
  const scale = gamma === null ? inverse : ops.multiply(inverse, gamma);
  const scaled = ops.multiply(ops.subtract(x, mean), scale);
  return beta === null ? scaled : ops.add(scaled, beta);
} // prettier-ignore

/**
 * γ (x − mean) / √(var + ε) + β, by statistics that are given.
 *
 * @param x A tensor.
 * @param mean Of each channel: of images any form of as many numbers; otherwise it must fit `x` as it is.
 * @param var_ The variance, as `mean`.
 * @param beta Added, as `mean`; null: nothing.
 * @param gamma The factor, as `mean`; null: 1.
 * @param options `axis`: of the channels of images; default −1. `epsilon`: default 1e-3.
 * @returns The shape of `x`.
 * @throws {ValueError} The shapes do not fit.
 * @see `K.batch_normalization` of Keras 2; `ops.batchNormalization`
 * @example
 * backend.batchNormalization([[3, 5]], [1, 1], [4, 4], null, null, { epsilon: 0 }) // [[1, 2]]
 */
export const batchNormalization = onTensors(
  'batchNormalization',
  (
    x: TensorLike,
    mean: TensorLike,
    var_: TensorLike,
    beta: TensorLike | null,
    gamma: TensorLike | null,
    { axis = -1, epsilon = 1e-3 }: { readonly axis?: number; readonly epsilon?: number } = {},
  ): Tensor => {
    const t = ops.convertToTensor(x);
    const at = axis < 0 ? axis + 4 : axis;
    const fused = t.ndim === 4 && (at === 1 || at === 3);
    const fitted = (each: TensorLike): Tensor => {
      const given = ops.convertToTensor(each);
      return fused ? ops.reshape(given, at === 3 ? [-1] : [-1, 1, 1]) : given;
    };
    const or = (each: TensorLike | null): Tensor | null => (each === null ? null : fitted(each));
    return normed(t, fitted(mean), fitted(var_), or(beta), or(gamma), fused ? Math.max(epsilon, LEAST_FUSED) : epsilon);
  },
);

/**
 * A batch normalized by its own mean and variance.
 *
 * @param x A tensor.
 * @param gamma The factor of each channel; null: 1.
 * @param beta Added to each channel; null: nothing.
 * @param reductionAxes The axes over which statistics go.
 * @param options `epsilon`: default 1e-3.
 * @returns `[normalized, mean, variance]`. As TensorFlow has it, the variance of images over all but their last axis is that of the
 *   population, divided by n − 1; what is normalized by is divided by n.
 * @throws {ValueError} There is no such axis.
 * @see `K.normalize_batch_in_training` of Keras 2; `layers.BatchNormalization`
 * @example
 * const [normalized, mean] = backend.normalizeBatchInTraining([[1], [3]], null, null, [0], { epsilon: 1e-3 });
 * mean; // [2]
 */
export const normalizeBatchInTraining = onTensors(
  'normalizeBatchInTraining',
  (
    x: TensorLike,
    gamma: TensorLike | null,
    beta: TensorLike | null,
    reductionAxes: readonly number[],
    { epsilon = 1e-3 }: { readonly epsilon?: number } = {},
  ): [normalized: Tensor, mean: Tensor, variance: Tensor] => {
    const t = ops.convertToTensor(x);
    if (!reductionAxes.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < t.ndim))
      throw new ValueError(
        `normalizeBatchInTraining: reductionAxes=[${reductionAxes.join(', ')}] of x of shape ${formatShape(t.shape)}. Expected axes from 0 to ${t.ndim - 1}.`,
      );
    const mean = ops.mean(t, { axis: reductionAxes, keepdims: true });
    const variance = ops.var(t, { axis: reductionAxes, keepdims: true });
    const { shape } = mean;
    const like = (each: TensorLike | null): Tensor | null => (each === null ? null : ops.reshape(each, shape));
    const fused = t.ndim === 4 && reductionAxes.length === 3 && [0, 1, 2].every((axis, i) => reductionAxes[i] === axis);
    const result = normed(t, mean, variance, like(beta), like(gamma), fused ? Math.max(epsilon, LEAST_FUSED) : epsilon);
    const plain = (each: Tensor): Tensor => ops.reshape(each, shape.filter((_, axis) => !reductionAxes.includes(axis)));
    const count = reductionAxes.reduce((n, axis) => n * t.shape[axis], 1);
    return [result, plain(mean), plain(fused && count > 1 ? ops.multiply(variance, count / (count - 1)) : variance)];
  },
); // prettier-ignore

/** Options of `binaryFocalCrossentropy`. */
export interface BinaryFocalOptions {
  /** Whether the classes are weighed by `alpha`. Default false. */
  readonly applyClassBalancing?: boolean;
  /** The weight of class 1; 1 − alpha is that of class 0. Default 0.25. */
  readonly alpha?: number;
  /** The exponent of 1 − p. Default 2. */
  readonly gamma?: number;
  /** Whether outputs are before sigmoid. Default false. */
  readonly fromLogits?: boolean;
}

/**
 * Binary crossentropy of each number times (1 − p)^γ, p being the probability of what is true.
 *
 * @param target From 0 to 1.
 * @param output Probabilities, or logits.
 * @param options See {@link BinaryFocalOptions}.
 * @returns The shape of `output`.
 * @throws {ValueError} The shapes do not fit.
 * @see `K.binary_focal_crossentropy` of Keras 2; `losses.binaryFocalCrossentropy`
 * @example
 * backend.binaryFocalCrossentropy([1], [0.5]) // [0.173287]
 */
export const binaryFocalCrossentropy = onTensors(
  'binaryFocalCrossentropy',
  (
    target: TensorLike,
    output: TensorLike,
    { applyClassBalancing = false, alpha = 0.25, gamma = 2, fromLogits = false }: BinaryFocalOptions = {},
  ): Tensor => {
    const p = fromLogits ? ops.sigmoid(output) : ops.convertToTensor(output);
    const either = (one: TensorLike, zero: TensorLike): Tensor =>
      ops.add(ops.multiply(target, one), ops.multiply(ops.subtract(1, target), zero));
    const right = either(p, ops.subtract(1, p));
    const loss = ops.multiply(ops.power(ops.subtract(1, right), gamma), binaryCrossentropy(target, output, { fromLogits }));
    return applyClassBalancing ? ops.multiply(either(alpha, 1 - alpha), loss) : loss;
  },
); // prettier-ignore

/** Options of `categoricalFocalCrossentropy`. */
export interface CategoricalFocalOptions {
  /** A factor, or one for each class. Default 0.25. */
  readonly alpha?: number | readonly number[];
  /** The exponent of 1 − p. Default 2. */
  readonly gamma?: number;
  /** Whether outputs are before softmax. Default false. */
  readonly fromLogits?: boolean;
  /** Of the classes. Default −1. */
  readonly axis?: number;
}

/**
 * Crossentropy with the probabilities of classes, each times α (1 − p)^γ.
 *
 * @param target Probabilities along the axis.
 * @param output Probabilities, which are made to sum to 1, or logits.
 * @param options See {@link CategoricalFocalOptions}.
 * @returns The shape of `output` without the axis.
 * @throws {ValueError} The shapes do not fit.
 * @see `K.categorical_focal_crossentropy` of Keras 2; `losses.categoricalFocalCrossentropy`
 * @example
 * backend.categoricalFocalCrossentropy([[0, 1]], [[0.5, 0.5]]) // [0.043322]
 */
export const categoricalFocalCrossentropy = onTensors(
  'categoricalFocalCrossentropy',
  (
    target: TensorLike,
    output: TensorLike,
    { alpha = 0.25, gamma = 2, fromLogits = false, axis = -1 }: CategoricalFocalOptions = {},
  ): Tensor => {
    const given = fromLogits ? ops.softmax(output, { axis }) : ops.convertToTensor(output);
    const sum = ops.sum(given, { axis, keepdims: true });
    const p = ops.clip(ops.divide(given, sum), tiny(), 1 - tiny());
    const each = ops.negative(ops.multiply(target, ops.log(p)));
    const weight = ops.multiply(ops.power(ops.subtract(1, p), gamma), alpha);
    return ops.sum(ops.multiply(weight, each), { axis });
  },
);
