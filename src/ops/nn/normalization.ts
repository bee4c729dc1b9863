/** @file Moments and normalisations. */
import { dtypeInfo, limits } from '../../core/dtype.js';
import { normalizeAxes, normalizeAxis, reducedShape } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { floatTensor } from '../common.js';
import { clip } from '../numpy/elementwise.js';
import { mean, variance } from '../numpy/reductions.js';

/** Options of `moments`. */
export interface MomentsOptions {
  readonly keepdims?: boolean;
  /** For replicas; there is one here. */
  readonly synchronized?: boolean;
}
/** Mean and variance over axes; 16-bit floats are computed in 32 bits. @see `keras.ops.moments` */
export const moments = op(
  'moments',
  (x: TensorLike, axes: number | readonly number[], { keepdims = false }: MomentsOptions = {}): [Tensor, Tensor] => {
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
/** (x − mean)/√(variance + ε) · scale + offset along an axis. @see `keras.ops.batch_normalization` */
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
  readonly gamma?: TensorLike | null;
  readonly beta?: TensorLike | null;
  readonly axis?: number | readonly number[];
  readonly epsilon?: number | null;
}
/** (x − mean)/√(variance + ε) · γ + β over axes of each sample. @see `keras.ops.layer_normalization` */
export const layerNormalization = op(
  'layer_normalization',
  (x: TensorLike, { gamma = null, beta = null, axis = -1, epsilon = 1e-3 }: LayerNormalizationOptions = {}): Tensor => {
    const t = floatTensor(x, 'layer_normalization');
    const narrow = dtypeInfo(t.dtype).bits < 32;
    const wide = narrow ? lax.convert(t, 'float32') : t;
    const axes = normalizeAxes(axis, t.ndim, 'layer_normalization');
    const kept = reducedShape(t.shape, axes, true);
    const center = lax.broadcastTo(mean(wide, { axis: axes, keepdims: true }), t.shape);
    const gap = lax.sub(wide, center);
    const spread = mean(lax.mul(gap, gap), { axis: axes, keepdims: true });
    const root = lax.sqrt(lax.add(spread, lax.fullLike(spread, epsilon ?? 1e-3)));
    const inverse = lax.div(lax.full(wide.applier, kept, 1, wide.dtype), root);
    let result = lax.mul(gap, lax.broadcastTo(inverse, t.shape));
    const alongAxes = (v: TensorLike): Tensor => lax.broadcastInDim(toTensor(v, wide.dtype), t.shape, axes);
    if (gamma !== null) result = lax.mul(result, alongAxes(gamma));
    if (beta !== null) result = lax.add(result, alongAxes(beta));
    return lax.convert(result, t.dtype);
  },
);

/** x/√(mean(x²) + ε) · scale over axes. @see `keras.ops.rms_normalization` */
export const rmsNormalization = op(
  'rms_normalization',
  (
    x: TensorLike,
    {
      scale = null,
      axis = -1,
      epsilon = null,
    }: {
      readonly scale?: TensorLike | null;
      readonly axis?: number | readonly number[];
      readonly epsilon?: number | null;
    } = {},
  ): Tensor => {
    const t = floatTensor(x, 'rms_normalization');
    const axes = normalizeAxes(axis, t.ndim, 'rms_normalization');
    const power = mean(lax.mul(t, t), { axis: axes, keepdims: true });
    const root = lax.sqrt(lax.add(power, lax.fullLike(power, epsilon ?? 1e-6)));
    const result = lax.mul(t, lax.broadcastTo(lax.div(lax.fullLike(root, 1), root), t.shape));
    return scale === null ? result : lax.mul(result, lax.broadcastInDim(toTensor(scale, t.dtype), t.shape, axes));
  },
);
