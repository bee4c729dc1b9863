/** @file Moments and normalisations. */
import { epsilon as fuzz } from '../../core/config.js';
import { dtypeInfo, limits } from '../../core/dtype.js';
import { NotImplementedError } from '../../core/errors.js';
import { resultType } from '../../core/promotion.js';
import { normalizeAxes, normalizeAxis } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { floatTensor } from '../common.js';
import { clip } from '../numpy/elementwise.js';
import { mean, variance } from '../numpy/reductions.js';

/** Options of `moments`. */
export interface MomentsOptions {
  /** Keep the axes with size 1. Default false. */
  readonly keepdims?: boolean;
  /** Over replicas; there is one here, and true is refused, as in Keras on JAX. Default false. */
  readonly synchronized?: boolean;
}
/**
 * Mean and variance over axes; 16-bit floats are computed in 32 bits.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @param axes The axis or axes over which is counted.
 * @param options `keepdims`: keep the axes with size 1; default false. `synchronized`: over replicas; only false, as in Keras on JAX.
 * @returns [means, variances], both of the shape of `x` without the axes.
 * @throws {ValueError} An axis does not exist.
 * @throws {NotImplementedError} `synchronized` is true.
 * @see `keras.ops.moments`
 * @example
 * ops.moments([[1, 2], [3, 6]], 0) // [[2, 4], [1, 4]]
 */
export const moments = op(
  'moments',
  (
    x: TensorLike,
    axes: number | readonly number[],
    { keepdims = false, synchronized = false }: MomentsOptions = {},
  ): [Tensor, Tensor] => {
    if (synchronized)
      throw new NotImplementedError(
        'moments: synchronized=true. There is one replica here: leave it out (Keras on JAX refuses it too).',
      );
    const t = floatTensor(x, 'moments');
    const narrow = dtypeInfo(t.dtype).bits < 32;
    const wide = narrow ? lax.convert(t, 'float32') : t;
    const { min, max } = limits('float16');
    const back = (y: Tensor): Tensor => (narrow ? lax.convert(clip(y, min, max), t.dtype) : y);
    return [back(mean(wide, { axis: axes, keepdims })), back(variance(wide, { axis: axes, keepdims }))];
  },
);

/** Options of `batchNormalization`. */
export interface BatchNormalizationOptions {
  /** β, added. */
  readonly offset?: TensorLike | null;
  /** γ, multiplied. */
  readonly scale?: TensorLike | null;
  /** Default 1e-3. */
  readonly epsilon?: number;
}
/**
 * (x − mean)/√(variance + ε) · scale + offset along an axis.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @param meanOf Means, a vector as long as the axis.
 * @param varianceOf Variances, a vector as long as the axis.
 * @param axis The axis of the features.
 * @param options See {@link BatchNormalizationOptions}.
 * @returns The shape of `x`, of a float dtype.
 * @throws {ValueError} The means or variances are not as many as the axis is long.
 * @see `keras.ops.batch_normalization`
 * @example
 * ops.batchNormalization([[1, 10], [3, 30]], [2, 20], [1, 100], -1, { epsilon: 0 }) // [[-1, -1], [1, 1]]
 */
export const batchNormalization = op(
  'batch_normalization',
  (
    x: TensorLike,
    meanOf: TensorLike,
    varianceOf: TensorLike,
    axis: number,
    { offset = null, scale = null, epsilon = 1e-3 }: BatchNormalizationOptions = {},
  ): Tensor => {
    const t = floatTensor(x, 'batch_normalization');
    const d = normalizeAxis(axis, t.ndim, 'batch_normalization');
    const vector = (v: TensorLike): Tensor => toTensor(v, t.dtype);
    const spread = vector(varianceOf);
    const root = lax.sqrt(lax.add(spread, lax.fullLike(spread, epsilon)));
    let factor = lax.div(lax.fullLike(root, 1), root);
    if (scale !== null) factor = lax.mul(factor, vector(scale));
    let shift = lax.neg(lax.mul(vector(meanOf), factor));
    if (offset !== null) shift = lax.add(shift, vector(offset));
    const wide = (v: Tensor): Tensor => lax.broadcastInDim(v, t.shape, [d]);
    return lax.add(lax.mul(t, wide(factor)), wide(shift));
  },
);

/** Options of `layerNormalization`. */
export interface LayerNormalizationOptions {
  /** Multiplied; of the shape of the normalised axes. */
  readonly gamma?: TensorLike | null;
  /** Added; of the shape of the normalised axes. */
  readonly beta?: TensorLike | null;
  /** Default −1. */
  readonly axis?: number | readonly number[];
  /** Default: `config.epsilon()`. */
  readonly epsilon?: number | null;
}
/**
 * (x − mean)/√(variance + ε) · γ + β over axes of each sample; 16-bit floats are computed in 32 bits.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @param options See {@link LayerNormalizationOptions}.
 * @returns The shape of `x`, of a float dtype.
 * @throws {ValueError} An axis does not exist.
 * @see `keras.ops.layer_normalization`
 * @example
 * ops.layerNormalization([[1, 3], [10, 30]], { epsilon: 0 }) // [[-1, 1], [-1, 1]]
 */
export const layerNormalization = op(
  'layer_normalization',
  (x: TensorLike, { gamma = null, beta = null, axis = -1, epsilon = null }: LayerNormalizationOptions = {}): Tensor => {
    const t = floatTensor(x, 'layer_normalization');
    const wide = lax.convert(t, resultType(t.dtype, 'float32'));
    const axes = normalizeAxes(axis, t.ndim, 'layer_normalization');
    const along = (v: TensorLike): Tensor => alongAxes(toTensor(v, wide.dtype), t.shape, axes);
    const center = mean(wide, { axis: axes, keepdims: true });
    const spread = variance(wide, { axis: axes, keepdims: true });
    const root = lax.sqrt(lax.add(spread, lax.fullLike(spread, epsilon ?? fuzz())));
    let factor = lax.broadcastTo(lax.div(lax.fullLike(root, 1), root), t.shape);
    if (gamma !== null) factor = lax.mul(factor, along(gamma));
    let shift = lax.neg(lax.mul(lax.broadcastTo(center, t.shape), factor));
    if (beta !== null) shift = lax.add(shift, along(beta));
    return lax.convert(lax.add(lax.mul(wide, factor), shift), t.dtype);
  },
);

/** A vector (or tensor) of the normalised axes' sizes repeated to `shape`; one with all the axes is broadcast as it is. */
function alongAxes(v: Tensor, shape: readonly number[], axes: readonly number[]): Tensor {
  return v.ndim === axes.length ? lax.broadcastInDim(v, shape, axes) : lax.broadcastTo(v, shape);
}

/** Options of `rmsNormalization`. */
export interface RmsNormalizationOptions {
  /** Multiplied; broadcast against `x`. */
  readonly scale?: TensorLike | null;
  /** Default −1. */
  readonly axis?: number | readonly number[];
  /** Default: `config.epsilon()`. */
  readonly epsilon?: number | null;
}
/**
 * x/√(mean(x²) + ε) · scale over axes; 16-bit floats are computed in 32 bits.
 *
 * @param x Any shape and dtype.
 * @param options See {@link RmsNormalizationOptions}.
 * @returns The shape and dtype of `x`.
 * @throws {ValueError} An axis does not exist.
 * @see `keras.ops.rms_normalization`
 * @example
 * ops.rmsNormalization([[0.5, 0.5, 1]]) // [[0.70710665, 0.70710665, 1.4142133]]
 */
export const rmsNormalization = op(
  'rms_normalization',
  (x: TensorLike, { scale = null, axis = -1, epsilon = null }: RmsNormalizationOptions = {}): Tensor => {
    const given = toTensor(x, null, 'rms_normalization');
    const raw = floatTensor(given, 'rms_normalization');
    const t = raw.ndim === 0 ? lax.reshape(raw, [1]) : raw;
    const wide = lax.convert(t, resultType(t.dtype, 'float32'));
    const axes = normalizeAxes(axis, t.ndim, 'rms_normalization');
    const power = mean(lax.mul(wide, wide), { axis: axes, keepdims: true });
    const root = lax.sqrt(lax.add(power, lax.fullLike(power, epsilon ?? fuzz())));
    const result = lax.mul(wide, lax.broadcastTo(lax.div(lax.fullLike(root, 1), root), t.shape));
    // Integers are given back as integers, as Keras does.
    if (scale === null) return lax.convert(result, given.dtype);
    return lax.convert(lax.mul(result, lax.broadcastTo(toTensor(scale, wide.dtype), t.shape)), given.dtype);
  },
);
