/** @file Activation functions as ops. */
import { epsilon } from '../../core/config.js';
import { isUnsigned } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { normalizeAxis, range } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, tensorApplier, toTensor } from '../../runtime/index.js';
import { align, floatTensor } from '../common.js';
import { reduceWith } from '../numpy/reductions.js';
import { sliceAxis } from '../numpy/shape.js';

const c = (like: Tensor, value: number): Tensor => lax.fullLike(like, value);

function activation(name: string, fn: (x: Tensor) => Tensor) {
  return op(name, (x: TensorLike): Tensor => fn(floatTensor(x, name)));
}

/** An operand whose integers stay integers; bools are taken as int32. */
function numberTensor(x: TensorLike, owner: string): Tensor {
  const t = toTensor(x, null, owner);
  return t.dtype === 'bool' ? lax.convert(t, 'int32') : t;
}

/** max(x, 0), whose gradient is 0 at 0 and at NaN. One choice remains of the two when the program is simplified. */
function rectified(x: Tensor): Tensor {
  const zero = c(x, 0);
  return lax.select(lax.gt(x, zero), x, lax.stopGradient(lax.select(lax.le(x, zero), zero, x)));
}

/** max(x, 0); the gradient at 0 is 0. @see `keras.ops.relu` */
export const relu = op('relu', (x: TensorLike): Tensor => {
  const t = numberTensor(x, 'relu');
  return rectified(t);
});
/** min(max(x, 0), 6). @see `keras.ops.relu6` */
export const relu6 = activation('relu6', (x) => lax.select(lax.ge(x, c(x, 6)), c(x, 6), rectified(x)));
/** 1 / (1 + e⁻ˣ). @see `keras.ops.sigmoid` */
export const sigmoid = activation('sigmoid', lax.logistic);
/** 0 below −1, 1 above 1, straight between; at the two corners half the slope. @see `keras.ops.sparse_sigmoid` */
export const sparseSigmoid = activation('sparse_sigmoid', (x) =>
  lax.mul(c(x, 0.5), lax.min(lax.max(lax.add(x, c(x, 1)), c(x, 0)), c(x, 2))),
);
/** log(1 + eˣ) without overflow. @see `keras.ops.softplus` */
export const softplus = activation('softplus', (x) =>
  // At 0 the slope of |x| is 1, as that of the first term: 1 - 1/2.
  lax.add(lax.select(lax.ge(x, c(x, 0)), x, c(x, 0)), lax.log1p(lax.exp(lax.neg(lax.abs(x))))),
);
/** x / (1 + |x|). @see `keras.ops.softsign` */
export const softsign = activation('softsign', (x) => lax.div(x, lax.add(lax.abs(x), c(x, 1))));
/** x · sigmoid(x). @see `keras.ops.silu` */
export const silu = activation('silu', (x) => lax.mul(x, lax.logistic(x)));
/** Alias of `silu`. */
export const swish = silu;
/** log sigmoid(x) without overflow. @see `keras.ops.log_sigmoid` */
export const logSigmoid = activation('log_sigmoid', (x) => lax.neg(softplus(lax.neg(x))));
/** relu6(x + 3) / 6. @see `keras.ops.hard_sigmoid` */
export const hardSigmoid = activation('hard_sigmoid', (x) => lax.div(relu6(lax.add(x, c(x, 3))), c(x, 6)));
/** x · hardSigmoid(x). @see `keras.ops.hard_silu` */
export const hardSilu = activation('hard_silu', (x) => lax.mul(x, hardSigmoid(x)));
/** Alias of `hardSilu`. */
export const hardSwish = hardSilu;
/** x cut off at −1 and 1. @see `keras.ops.hard_tanh` */
export const hardTanh = op('hard_tanh', (x: TensorLike): Tensor => {
  const t = numberTensor(x, 'hard_tanh');
  const low = isUnsigned(t.dtype) ? t : lax.select(lax.lt(t, c(t, -1)), c(t, -1), t);
  return lax.select(lax.gt(t, c(t, 1)), c(t, 1), low);
});
/** x − tanh x. @see `keras.ops.tanh_shrink` */
export const tanhShrink = activation('tanh_shrink', (x) => lax.sub(x, lax.tanh(x)));
/** 0 below −1, x above 1, (x + 1)²/4 between. @see `keras.ops.sparse_plus` */
export const sparsePlus = activation('sparse_plus', (x) => {
  const next = lax.add(x, c(x, 1));
  return lax.select(
    lax.le(x, c(x, -1)),
    c(x, 0),
    lax.select(lax.ge(x, c(x, 1)), x, lax.mul(lax.mul(next, next), c(x, 0.25))),
  );
});

/** α(eˣ − 1) for x ≤ 0, else x; α = 1. Options: `alpha`. @see `keras.ops.elu` */
export const elu = op('elu', (x: TensorLike, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor => {
  const t = floatTensor(x, 'elu');
  const positive = lax.gt(t, c(t, 0));
  return lax.select(positive, t, lax.mul(c(t, alpha), lax.expm1(lax.select(positive, c(t, 0), t))));
});
/** Scaled ELU. @see `keras.ops.selu`; Klambauer et al. 2017, "Self-Normalizing Neural Networks" */
export const selu = activation('selu', (x) => lax.mul(c(x, 1.0507009873554805), elu(x, { alpha: 1.6732632423543772 })));
/** max(x, 0) + α(e^(min(x, 0)/α) − 1). @see `keras.ops.celu` */
export const celu = op('celu', (x: TensorLike, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor => {
  const t = floatTensor(x, 'celu');
  return lax.add(lax.max(t, c(t, 0)), lax.mul(c(t, alpha), lax.expm1(lax.div(lax.min(t, c(t, 0)), c(t, alpha)))));
});
/** x for x ≥ 0, else slope · x. @see `keras.ops.leaky_relu` */
export const leakyRelu = op(
  'leaky_relu',
  (x: TensorLike, { negativeSlope = 0.2 }: { readonly negativeSlope?: number } = {}): Tensor => {
    const t = floatTensor(x, 'leaky_relu');
    return lax.select(lax.ge(t, c(t, 0)), t, lax.mul(c(t, negativeSlope), t));
  },
);
/** x Φ(x): by tanh where `approximate` (the default), else by erf. @see `keras.ops.gelu`; Hendrycks & Gimpel 2016 */
export const gelu = op(
  'gelu',
  (x: TensorLike, { approximate = true }: { readonly approximate?: boolean } = {}): Tensor => {
    const t = floatTensor(x, 'gelu');
    if (!approximate) return lax.mul(lax.mul(t, c(t, 0.5)), lax.add(lax.erf(lax.div(t, c(t, Math.SQRT2))), c(t, 1)));
    const cubed = lax.mul(t, lax.mul(t, t));
    const inner = lax.mul(c(t, Math.sqrt(2 / Math.PI)), lax.add(t, lax.mul(c(t, 0.044715), cubed)));
    return lax.mul(t, lax.mul(c(t, 0.5), lax.add(c(t, 1), lax.tanh(inner))));
  },
);
/** The first half of an axis times the sigmoid of the second. @see `keras.ops.glu` */
export const glu = op('glu', (x: TensorLike, { axis = -1 }: { readonly axis?: number } = {}): Tensor => {
  const t = floatTensor(x, 'glu');
  const d = normalizeAxis(axis, t.ndim, 'glu');
  const size = t.shape[d];
  if (size % 2 !== 0) throw new ValueError(`glu: axis ${axis} has size ${size}. Expected an even size.`);
  return lax.mul(sliceAxis(t, d, 0, size / 2), lax.logistic(sliceAxis(t, d, size / 2, size)));
});
/** (x + √(x² + b)) / 2. @see `keras.ops.squareplus` */
export const squareplus = op('squareplus', (x: TensorLike, { b = 4 }: { readonly b?: number } = {}): Tensor => {
  const t = floatTensor(x, 'squareplus');
  return lax.mul(lax.add(t, lax.sqrt(lax.add(lax.mul(t, t), c(t, b)))), c(t, 0.5));
});
/** x beyond ±threshold, else 0. @see `keras.ops.hard_shrink` */
export const hardShrink = op(
  'hard_shrink',
  (x: TensorLike, { threshold: limit = 0.5 }: { readonly threshold?: number } = {}): Tensor => {
    const t = floatTensor(x, 'hard_shrink');
    return lax.select(lax.gt(lax.abs(t), c(t, limit)), t, c(t, 0));
  },
);
/** x moved towards 0 by the threshold, 0 within it. @see `keras.ops.soft_shrink` */
export const softShrink = op(
  'soft_shrink',
  (x: TensorLike, { threshold: limit = 0.5 }: { readonly threshold?: number } = {}): Tensor => {
    const t = floatTensor(x, 'soft_shrink');
    const low = lax.select(lax.lt(t, c(t, -limit)), lax.add(t, c(t, limit)), c(t, 0));
    return lax.select(lax.gt(t, c(t, limit)), lax.sub(t, c(t, limit)), low);
  },
);
/** x above the threshold, else `defaultValue`; integers stay where the default is whole. @see `keras.ops.threshold` */
export const threshold = op('threshold', (x: TensorLike, limit: number, defaultValue: number): Tensor => {
  const raw = toTensor(x, null, 'threshold');
  const [value, bound] = align('threshold', [raw, limit]);
  const [t, otherwise] = align('threshold', [raw, defaultValue]);
  return lax.select(lax.gt(value, bound), t, otherwise);
});

/** Axis of a softmax; null: over all elements; a list: over those axes together. */
export interface SoftmaxOptions {
  readonly axis?: number | readonly number[] | null;
}
function shifted(
  t: Tensor,
  axis: SoftmaxOptions['axis'],
  name: string,
): { axes: readonly number[] | null; shift: Tensor } {
  const axes =
    axis === null || axis === undefined
      ? range(t.ndim)
      : (typeof axis === 'number' ? [axis] : axis).map((d) => normalizeAxis(d, t.ndim, name));
  const peak = lax.stopGradient(reduceWith(name, t, { axis: axes, keepdims: true }, lax.reduceMax));
  return { axes, shift: lax.sub(t, lax.broadcastTo(peak, t.shape)) };
}
/** eˣ / Σ eˣ along an axis. @see `keras.ops.softmax` */
export const softmax = op('softmax', (x: TensorLike, { axis = -1 }: SoftmaxOptions = {}): Tensor => {
  const t = floatTensor(x, 'softmax');
  const { axes, shift } = shifted(t, axis, 'softmax');
  const powers = lax.exp(shift);
  return lax.div(
    powers,
    lax.broadcastTo(reduceWith('softmax', powers, { axis: axes, keepdims: true }, lax.reduceSum), t.shape),
  );
});
/** log softmax(x) without loss of small probabilities. @see `keras.ops.log_softmax` */
export const logSoftmax = op('log_softmax', (x: TensorLike, { axis = -1 }: SoftmaxOptions = {}): Tensor => {
  const t = floatTensor(x, 'log_softmax');
  const { axes, shift } = shifted(t, axis, 'log_softmax');
  const total = lax.log(reduceWith('log_softmax', lax.exp(shift), { axis: axes, keepdims: true }, lax.reduceSum));
  return lax.sub(shift, lax.broadcastTo(total, t.shape));
});
/** The nearest point of the simplex: a softmax with exact zeros. @see `keras.ops.sparsemax`; Martins & Astudillo 2016 */
export const sparsemax = op('sparsemax', (x: TensorLike, { axis = -1 }: { readonly axis?: number } = {}): Tensor => {
  const t = floatTensor(x, 'sparsemax');
  const d = normalizeAxis(axis, t.ndim, 'sparsemax');
  const sorted = lax.reverse(lax.sort(t, d), [d]);
  const totals = lax.cumulative(sorted, { kind: 'sum', axis: d, reverse: false });
  const rank = lax.add(lax.iota(tensorApplier, t.dtype, t.shape, d), c(t, 1));
  const support = lax.gt(lax.sub(sorted, lax.div(lax.sub(totals, c(t, 1)), rank)), c(t, 0));
  const wide = (y: Tensor): Tensor =>
    lax.broadcastInDim(
      y,
      t.shape,
      range(t.ndim).filter((i) => i !== d),
    );
  const count = lax.reduceSum(lax.convert(support, t.dtype), [d]);
  // Keras adds up the running totals of the whole support, which equals the last of them only for one member; kept as it is there.
  const safe = lax.reduceSum(lax.select(support, totals, c(t, 0)), [d]);
  const tau = lax.div(lax.sub(safe, lax.fullLike(safe, 1)), count);
  return lax.max(lax.sub(t, wide(tau)), c(t, 0));
});

/** Options of `normalize`. */
export interface NormalizeOptions {
  /** The axis, or the axes together. Default -1. */
  readonly axis?: number | readonly number[];
  /** Order of the norm, an integer of at least 1. Default 2. */
  readonly order?: number;
  readonly epsilon?: number | null;
}
/** x divided by its norm along an axis. @see `keras.ops.normalize` */
export const normalize = op(
  'normalize',
  (x: TensorLike, { axis = -1, order = 2, epsilon: fuzz = null }: NormalizeOptions = {}): Tensor => {
    if (!Number.isInteger(order) || order < 1)
      throw new ValueError(`normalize: order must be an integer of at least 1, got ${order}.`);
    const raw = floatTensor(x, 'normalize');
    const t = raw.ndim === 0 ? lax.reshape(raw, [1]) : raw;
    const small = fuzz ?? epsilon();
    const sumOf = (y: Tensor): Tensor => reduceWith('normalize', y, { axis, keepdims: true }, lax.reduceSum);
    if (order === 2) {
      const squares = sumOf(lax.mul(t, t));
      // Keras 3.15.1 gives NaN gradients at zero; here, as in its master (#23093), the root never sees a zero.
      const zero = lax.eq(squares, lax.zerosLike(squares));
      const root = lax.sqrt(lax.select(zero, lax.fullLike(squares, 1), squares));
      const inverse = lax.select(
        zero,
        lax.fullLike(squares, 1 / small),
        lax.min(lax.div(lax.fullLike(root, 1), root), lax.fullLike(root, 1 / small)),
      );
      return lax.mul(t, lax.broadcastTo(inverse, t.shape));
    }
    const norm = lax.pow(sumOf(lax.pow(lax.abs(t), c(t, order))), lax.fullLike(sumOf(t), 1 / order));
    return lax.div(t, lax.broadcastTo(lax.max(norm, lax.fullLike(norm, small)), t.shape));
  },
);
