/** @file The activation functions that are not just an op: `relu` with its options, `gelu`, `mish`, `linear`, `exponential`. */
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { op, tensor, toTensor } from '../runtime/index.js';

/** Options of `relu`. */
export interface ReluOptions {
  /** Slope below the threshold. Default 0. */
  readonly negativeSlope?: number;
  /** Greatest value. Default null: none. */
  readonly maxValue?: number | null;
  /** Inputs below it count as 0 (or are sloped). Default 0. */
  readonly threshold?: number;
}

/**
 * max(x, 0), with a slope below, a greatest value, and another threshold than 0.
 *
 * @param x Any shape; bools are taken as int32.
 * @param options See {@link ReluOptions}.
 * @returns The shape of `x`.
 * @see `keras.activations.relu`
 * @example
 * activations.relu([-2, 0.5, 9], { negativeSlope: 0.1, maxValue: 6 }) // [-0.2, 0.5, 6]
 */
export const relu = op(
  'relu',
  (x: TensorLike, { negativeSlope = 0, maxValue = null, threshold = 0 }: ReluOptions = {}): Tensor => {
    let t = toTensor(x, null, 'relu');
    const constant = (value: number): Tensor => tensor(value, null, t.dtype);
    if (negativeSlope !== 0 && maxValue === null && threshold === 0) return ops.leakyRelu(t, { negativeSlope });
    const below =
      negativeSlope === 0 ? null : ops.relu(threshold === 0 ? ops.negative(t) : ops.subtract(constant(threshold), t));
    if (threshold !== 0) t = ops.multiply(t, ops.cast(ops.greater(t, constant(threshold)), t.dtype));
    else t = maxValue === 6 ? ops.relu6(t) : ops.relu(t);
    if (maxValue !== null && !(threshold === 0 && maxValue === 6)) t = ops.clip(t, constant(0), constant(maxValue));
    return below === null ? t : ops.subtract(t, ops.multiply(constant(negativeSlope), below));
  },
);

/**
 * x Φ(x), Φ the normal distribution function; by tanh where `approximate`. Unlike `ops.gelu` it is exact by default.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @param options `approximate`: whether Φ is approximated by tanh; default false.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.activations.gelu`; Hendrycks & Gimpel, "Gaussian Error Linear Units" (2016)
 * @example
 * activations.gelu([-1, 0, 1]) // [-0.15865526, 0, 0.8413447]
 */
export const gelu = op(
  'gelu',
  (x: TensorLike, { approximate = false }: { readonly approximate?: boolean } = {}): Tensor =>
    ops.gelu(x, { approximate }),
);

/**
 * The input as it is.
 *
 * @param x Any shape and dtype.
 * @returns `x` as a tensor.
 * @see `keras.activations.linear`
 * @example
 * activations.linear([-1, 2]) // [-1, 2]
 */
export const linear = op('linear', (x: TensorLike): Tensor => toTensor(x, null, 'linear'));

/**
 * e^x.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.activations.exponential`
 * @example
 * activations.exponential([0, 1]) // [1, 2.7182817]
 */
export const exponential = op('exponential', (x: TensorLike): Tensor => ops.exp(x));

/**
 * x · tanh(softplus(x)).
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.activations.mish`; Misra, "Mish" (2019)
 * @example
 * activations.mish([-1, 0, 1]) // [-0.30340147, 0, 0.8650984]
 */
export const mish = op('mish', (x: TensorLike): Tensor => ops.multiply(x, ops.tanh(ops.softplus(x))));

/**
 * clip(0.2 x + 0.5, 0, 1): the `hard_sigmoid` of Keras 1 and 2, which Keras 3 replaced by one of slope 1/6. Models that were made with it
 * keep it, under the id `'hard_sigmoid_keras2'`.
 */
export const hardSigmoidKeras2 = op('hard_sigmoid_keras2', (x: TensorLike): Tensor => {
  const t = toTensor(x, null, 'hard_sigmoid_keras2');
  const constant = (value: number): Tensor => tensor(value, null, t.dtype);
  return ops.clip(ops.add(ops.multiply(t, constant(0.2)), constant(0.5)), constant(0), constant(1));
});
