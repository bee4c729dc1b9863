/** @file Activation functions as ops. */
import { epsilon } from '../../core/config.js';
import { isFloat, isUnsigned } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { normalizeAxis, range } from '../../core/shape.js';
import type { Value } from '../../graph/index.js';
import * as lax from '../../graph/lax.js';
import type { Operand } from '../../graph/operand.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, tensorApplier, toTensor } from '../../runtime/index.js';
import { align, floatTensor } from '../common.js';
import { reduceWith } from '../numpy/reductions.js';
import { sliceAxis } from '../numpy/shape.js';

const c = <T extends Operand<T>>(like: T, value: number): T => lax.fullLike(like, value);

function activation(name: string, fn: (x: Tensor) => Tensor) {
  return op(name, (x: TensorLike): Tensor => fn(floatTensor(x, name)));
}

/**
 * `value`, which is f(x), with the gradient dy · f'(x). By the rules of its parts the cotangent would go through each of them. So the
 * slope is known as soon as the value is: both are computed in one loop, and it is all that the backward pass needs to read.
 */
function withSlope(x: Tensor, value: Tensor, slope: (x: Value) => Value): Tensor {
  const [y] = lax.withGradient<Tensor>({ inputs: [x], residuals: [], outputs: [value] }, ([dy], { inputs }) => [
    dy && lax.mul(dy, slope(inputs[0])),
  ]);
  return y;
}

/** An operand whose integers stay integers; bools are taken as int32. */
function numberTensor(x: TensorLike, owner: string): Tensor {
  const t = toTensor(x, null, owner);
  return t.dtype === 'bool' ? lax.convert(t, 'int32') : t;
}

/**
 * `value`, which is f(x), with a gradient that goes where `passes` holds for the value, and is 0 elsewhere. So the backward pass needs the
 * value, which whoever reads it keeps as well, and not x.
 */
function passingWhere(x: Tensor, value: Tensor, passes: (y: Value) => Value): Tensor {
  if (!isFloat(x.dtype)) return value;
  const [y] = lax.withGradient<Tensor>({ inputs: [x], residuals: [], outputs: [value] }, ([dy], { outputs }) => [
    dy && lax.select(passes(outputs[0]), dy, lax.zerosLike(dy)),
  ]);
  return y;
}

/** max(x, 0); NaN stays. */
const positivePart = (x: Tensor): Tensor => lax.select(lax.le(x, c(x, 0)), c(x, 0), x);

/**
 * max(x, 0); the gradient at 0 is 0.
 *
 * @param x Any shape; bools are taken as int32.
 * @returns The shape and dtype of `x`.
 * @see `keras.ops.relu`
 * @example
 * ops.relu([-1, 0, 2]) // [0, 0, 2]
 */
export const relu = op('relu', (x: TensorLike): Tensor => {
  const t = numberTensor(x, 'relu');
  return passingWhere(t, positivePart(t), (y) => lax.gt(y, c(y, 0)));
});
/**
 * min(max(x, 0), 6).
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.relu6`
 * @example
 * ops.relu6([-1, 3, 8]) // [0, 3, 6]
 */
export const relu6 = activation('relu6', (x) =>
  passingWhere(x, lax.select(lax.ge(x, c(x, 6)), c(x, 6), positivePart(x)), (y) =>
    lax.and(lax.gt(y, c(y, 0)), lax.lt(y, c(y, 6))),
  ),
);
/**
 * 1 / (1 + e⁻ˣ).
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.sigmoid`
 * @example
 * ops.sigmoid([-1, 0, 1]) // [0.26894143, 0.5, 0.7310586]
 */
export const sigmoid = activation('sigmoid', lax.logistic);
/**
 * (x + 1)/2, cut off at 0 and 1. At the two corners the gradient is half the slope.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.sparse_sigmoid`
 * @example
 * ops.sparseSigmoid([-2, 0, 0.5, 2]) // [0, 0.5, 0.75, 1]
 */
export const sparseSigmoid = activation('sparse_sigmoid', (x) =>
  lax.mul(c(x, 0.5), lax.min(lax.max(lax.add(x, c(x, 1)), c(x, 0)), c(x, 2))),
);
/**
 * log(1 + eˣ) without overflow.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.softplus`
 * @example
 * ops.softplus([-1, 0, 1000]) // [3.132617e-01, 6.931472e-01, 1.000000e+03]
 */
export const softplus = activation('softplus', (x) =>
  // At 0 the slope of |x| is 1, as that of the first term: 1 - 1/2.
  lax.add(lax.select(lax.ge(x, c(x, 0)), x, c(x, 0)), lax.log1p(lax.exp(lax.neg(lax.abs(x))))),
);
/**
 * x / (1 + |x|).
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.softsign`
 * @example
 * ops.softsign([-1, 0, 3]) // [-0.5, 0, 0.75]
 */
export const softsign = activation('softsign', (x) => lax.div(x, lax.add(lax.abs(x), c(x, 1))));
/**
 * x · sigmoid(x).
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.silu`
 * @example
 * ops.silu([-1, 0, 2]) // [-0.26894143, 0, 1.7615942]
 */
export const silu = activation('silu', (x) =>
  withSlope(x, lax.mul(x, lax.logistic(x)), (at) => {
    const s = lax.logistic(at);
    return lax.mul(s, lax.add(c(at, 1), lax.mul(at, lax.sub(c(at, 1), s))));
  }),
);
/**
 * Alias of `silu`, with its arguments.
 *
 * @see `keras.ops.swish`
 * @example
 * ops.swish([-1, 0, 2]) // [-0.26894143, 0, 1.7615942]
 */
export const swish = silu;
/**
 * log sigmoid(x) without overflow.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.log_sigmoid`
 * @example
 * ops.logSigmoid([-1000, 0, 1]) // [-1.000000e+03, -6.931472e-01, -3.132617e-01]
 */
export const logSigmoid = activation('log_sigmoid', (x) => lax.neg(softplus(lax.neg(x))));
/**
 * relu6(x + 3) / 6.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.hard_sigmoid`
 * @example
 * ops.hardSigmoid([-3, 0, 1.5]) // [0, 0.5, 0.75]
 */
export const hardSigmoid = activation('hard_sigmoid', (x) => lax.div(relu6(lax.add(x, c(x, 3))), c(x, 6)));
/**
 * x · hardSigmoid(x).
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.hard_silu`
 * @example
 * ops.hardSilu([-3, 0, 3]) // [-0, 0, 3]
 */
export const hardSilu = activation('hard_silu', (x) => lax.mul(x, hardSigmoid(x)));
/**
 * Alias of `hardSilu`, with its arguments.
 *
 * @see `keras.ops.hard_swish`
 * @example
 * ops.hardSwish([-3, 0, 3]) // [-0, 0, 3]
 */
export const hardSwish = hardSilu;
/**
 * x cut off at −1 and 1.
 *
 * @param x Any shape; bools are taken as int32.
 * @returns The shape and dtype of `x`.
 * @see `keras.ops.hard_tanh`
 * @example
 * ops.hardTanh([-2, 0.5, 3]) // [-1, 0.5, 1]
 */
export const hardTanh = op('hard_tanh', (x: TensorLike): Tensor => {
  const t = numberTensor(x, 'hard_tanh');
  const low = isUnsigned(t.dtype) ? t : lax.select(lax.lt(t, c(t, -1)), c(t, -1), t);
  return lax.select(lax.gt(t, c(t, 1)), c(t, 1), low);
});
/**
 * x − tanh x.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.tanh_shrink`
 * @example
 * ops.tanhShrink([-1, 0, 1]) // [-0.23840582, 0, 0.23840582]
 */
export const tanhShrink = activation('tanh_shrink', (x) => lax.sub(x, lax.tanh(x)));
/**
 * 0 below −1, x above 1, (x + 1)²/4 between.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.sparse_plus`
 * @example
 * ops.sparsePlus([-2, 0, 1, 3]) // [0, 0.25, 1, 3]
 */
export const sparsePlus = activation('sparse_plus', (x) => {
  const next = lax.add(x, c(x, 1));
  return lax.select(
    lax.le(x, c(x, -1)),
    c(x, 0),
    lax.select(lax.ge(x, c(x, 1)), x, lax.mul(lax.mul(next, next), c(x, 0.25))),
  );
});

/**
 * α(eˣ − 1) for x ≤ 0, else x.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @param options `alpha`: α; default 1.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.elu`
 * @example
 * ops.elu([-1, 0, 2]) // [-0.63212055, 0, 2]
 */
export const elu = op('elu', (x: TensorLike, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor => {
  const t = floatTensor(x, 'elu');
  const positive = lax.gt(t, c(t, 0));
  return lax.select(positive, t, lax.mul(c(t, alpha), lax.expm1(lax.select(positive, c(t, 0), t))));
});
/**
 * `elu` with α = 1.6733, times 1.0507.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.selu`; Klambauer et al. 2017, "Self-Normalizing Neural Networks"
 * @example
 * ops.selu([-1, 0, 2]) // [-1.1113307, 0, 2.101402]
 */
export const selu = activation('selu', (x) => lax.mul(c(x, 1.0507009873554805), elu(x, { alpha: 1.6732632423543772 })));
/**
 * max(x, 0) + α(e^(min(x, 0)/α) − 1).
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @param options `alpha`: α, not 0; default 1.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.celu`
 * @example
 * ops.celu([-1, 0, 2], { alpha: 2 }) // [-0.78693867, 0, 2]
 */
export const celu = op('celu', (x: TensorLike, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor => {
  const t = floatTensor(x, 'celu');
  return lax.add(lax.max(t, c(t, 0)), lax.mul(c(t, alpha), lax.expm1(lax.div(lax.min(t, c(t, 0)), c(t, alpha)))));
});
/**
 * x for x ≥ 0, else slope · x.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @param options `negativeSlope`: the slope below 0; default 0.2.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.leaky_relu`
 * @example
 * ops.leakyRelu([-1, 0, 2]) // [-0.2, 0, 2]
 */
export const leakyRelu = op(
  'leaky_relu',
  (x: TensorLike, { negativeSlope = 0.2 }: { readonly negativeSlope?: number } = {}): Tensor => {
    const t = floatTensor(x, 'leaky_relu');
    return lax.select(lax.ge(t, c(t, 0)), t, lax.mul(c(t, negativeSlope), t));
  },
);
/** Φ(x) */
const phi = <T extends Operand<T>>(x: T): T =>
  lax.mul(lax.add(lax.erf(lax.div(x, c(x, Math.SQRT2))), c(x, 1)), c(x, 0.5));
const geluByErf = <T extends Operand<T>>(x: T): T => lax.mul(x, phi(x));
/** Φ(x) + x φ(x) */
function slopeOfGeluByErf<T extends Operand<T>>(x: T): T {
  const scaled = lax.div(x, c(x, Math.SQRT2));
  const gauss = lax.exp(lax.neg(lax.mul(scaled, scaled)));
  return lax.add(phi(x), lax.mul(lax.mul(x, c(x, 1 / Math.sqrt(2 * Math.PI))), gauss));
}

/** tanh of what is taken for the argument of erf. */
function tanhOfCubic<T extends Operand<T>>(x: T): T {
  const cubed = lax.mul(x, lax.mul(x, x));
  return lax.tanh(lax.mul(c(x, Math.sqrt(2 / Math.PI)), lax.add(x, lax.mul(c(x, 0.044715), cubed))));
}
const geluByTanh = <T extends Operand<T>>(x: T): T => lax.mul(x, lax.mul(c(x, 0.5), lax.add(c(x, 1), tanhOfCubic(x))));
/** With t the tanh: (1 + t) / 2 + x (1 - t²) / 2 · √(2/π) (1 + 3 · 0.044715 x²) */
function slopeOfGeluByTanh<T extends Operand<T>>(x: T): T {
  const t = tanhOfCubic(x);
  const half = lax.mul(c(x, 0.5), lax.add(c(x, 1), t));
  const inner = lax.mul(c(x, Math.sqrt(2 / Math.PI)), lax.add(c(x, 1), lax.mul(c(x, 3 * 0.044715), lax.mul(x, x))));
  return lax.add(half, lax.mul(lax.mul(lax.mul(c(x, 0.5), x), lax.sub(c(x, 1), lax.mul(t, t))), inner));
}

/**
 * x Φ(x): by tanh where `approximate` (the default), else by erf.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @param options `approximate`: whether Φ is approximated by tanh; default true. Without it, erf is used.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.gelu`; Hendrycks & Gimpel 2016
 * @example
 * ops.gelu([-1, 0, 1]) // [-0.158808, 0, 0.841192]
 */
export const gelu = op(
  'gelu',
  (x: TensorLike, { approximate = true }: { readonly approximate?: boolean } = {}): Tensor => {
    const t = floatTensor(x, 'gelu');
    return approximate ? withSlope(t, geluByTanh(t), slopeOfGeluByTanh) : withSlope(t, geluByErf(t), slopeOfGeluByErf);
  },
);
/**
 * The first half of an axis times the sigmoid of the second.
 *
 * @param x At least one axis; integers and bools are taken as `floatx`.
 * @param options `axis`: the axis that is halved; default −1.
 * @returns The shape of `x` with half the size along the axis, of a float dtype.
 * @throws {ValueError} The axis does not exist, or its size is odd.
 * @see `keras.ops.glu`
 * @example
 * ops.glu([1, 2, 0, 0]) // [0.5, 1]
 */
export const glu = op('glu', (x: TensorLike, { axis = -1 }: { readonly axis?: number } = {}): Tensor => {
  const t = floatTensor(x, 'glu');
  const d = normalizeAxis(axis, t.ndim, 'glu');
  const size = t.shape[d];
  if (size % 2 !== 0) throw new ValueError(`glu: axis ${axis} has size ${size}. Expected an even size.`);
  return lax.mul(sliceAxis(t, d, 0, size / 2), lax.logistic(sliceAxis(t, d, size / 2, size)));
});
/**
 * (x + √(x² + b)) / 2.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @param options `b`: how round the corner at 0 is; default 4.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.squareplus`
 * @example
 * ops.squareplus([-1, 0, 1]) // [0.618034, 1, 1.618034]
 */
export const squareplus = op('squareplus', (x: TensorLike, { b = 4 }: { readonly b?: number } = {}): Tensor => {
  const t = floatTensor(x, 'squareplus');
  return lax.mul(lax.add(t, lax.sqrt(lax.add(lax.mul(t, t), c(t, b)))), c(t, 0.5));
});
/**
 * x beyond ±threshold, else 0.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @param options `threshold`: default 0.5.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.hard_shrink`
 * @example
 * ops.hardShrink([-1, 0.3, 2]) // [-1, 0, 2]
 */
export const hardShrink = op(
  'hard_shrink',
  (x: TensorLike, { threshold: limit = 0.5 }: { readonly threshold?: number } = {}): Tensor => {
    const t = floatTensor(x, 'hard_shrink');
    return lax.select(lax.gt(lax.abs(t), c(t, limit)), t, c(t, 0));
  },
);
/**
 * x moved towards 0 by the threshold, 0 within it.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @param options `threshold`: default 0.5.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.soft_shrink`
 * @example
 * ops.softShrink([-1, 0.25, 2]) // [-0.5, 0, 1.5]
 */
export const softShrink = op(
  'soft_shrink',
  (x: TensorLike, { threshold: limit = 0.5 }: { readonly threshold?: number } = {}): Tensor => {
    const t = floatTensor(x, 'soft_shrink');
    const low = lax.select(lax.lt(t, c(t, -limit)), lax.add(t, c(t, limit)), c(t, 0));
    return lax.select(lax.gt(t, c(t, limit)), lax.sub(t, c(t, limit)), low);
  },
);
/**
 * x where it is greater than `limit`, else `defaultValue`. Integers stay integers where the default is whole.
 *
 * @param x Any shape and dtype.
 * @param limit The number that x must exceed.
 * @param defaultValue What stands in its place otherwise.
 * @returns The shape of `x`.
 * @see `keras.ops.threshold`
 * @example
 * ops.threshold([-1, 0.5, 2], 1, 0) // [0, 0, 2]
 */
export const threshold = op('threshold', (x: TensorLike, limit: number, defaultValue: number): Tensor => {
  const raw = toTensor(x, null, 'threshold');
  const [value, bound] = align('threshold', [raw, limit]);
  const [t, otherwise] = align('threshold', [raw, defaultValue]);
  return lax.select(lax.gt(value, bound), t, otherwise);
});

/** Axis of a softmax; null: over all elements; a list: over those axes together. */
export interface SoftmaxOptions {
  /** Default −1. */
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
/**
 * eˣ / Σ eˣ along an axis.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @param options `axis`: along which the sum is taken, or a list of axes; default −1. null: all axes.
 * @returns The shape of `x`, of a float dtype; the numbers along the axis sum up to 1.
 * @throws {ValueError} An axis does not exist.
 * @see `keras.ops.softmax`
 * @example
 * ops.softmax([1, 2, 3]) // [0.09003057, 0.24472848, 0.66524094]
 */
export const softmax = op('softmax', (x: TensorLike, { axis = -1 }: SoftmaxOptions = {}): Tensor => {
  const t = floatTensor(x, 'softmax');
  const { axes, shift } = shifted(t, axis, 'softmax');
  const powers = lax.exp(shift);
  return lax.div(
    powers,
    lax.broadcastTo(reduceWith('softmax', powers, { axis: axes, keepdims: true }, lax.reduceSum), t.shape),
  );
});
/**
 * log softmax(x) without loss of small probabilities.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @param options `axis`: along which the sum is taken, or a list of axes; default −1. null: all axes.
 * @returns The shape of `x`, of a float dtype.
 * @throws {ValueError} An axis does not exist.
 * @see `keras.ops.log_softmax`
 * @example
 * ops.logSoftmax([1, 2, 3]) // [-2.407606, -1.4076059, -0.40760595]
 */
export const logSoftmax = op('log_softmax', (x: TensorLike, { axis = -1 }: SoftmaxOptions = {}): Tensor => {
  const t = floatTensor(x, 'log_softmax');
  const { axes, shift } = shifted(t, axis, 'log_softmax');
  const total = lax.log(reduceWith('log_softmax', lax.exp(shift), { axis: axes, keepdims: true }, lax.reduceSum));
  return lax.sub(shift, lax.broadcastTo(total, t.shape));
});
/**
 * The nearest point of the simplex: as a softmax, but small probabilities are exactly 0.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @param options `axis`: along which the sum is taken; default −1.
 * @returns The shape of `x`, of a float dtype; the numbers along the axis sum up to 1.
 * @throws {ValueError} An axis does not exist.
 * @see `keras.ops.sparsemax`; Martins & Astudillo 2016
 * @example
 * ops.sparsemax([0.1, 0.5, 1.2]) // [0, 0, 0.25]
 */
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
  /** The least norm by which is divided. Default null: `config.epsilon()`. */
  readonly epsilon?: number | null;
}
/**
 * x divided by its norm along an axis.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @param options `axis`: the axis, or the axes together; default −1. `order`: of the norm, a whole number from 1; default 2. `epsilon`:
 *   the least norm by which is divided; default `config.epsilon()`.
 * @returns The shape of `x`, of a float dtype.
 * @throws {ValueError} The order is not a whole number of at least 1.
 * @see `keras.ops.normalize`
 * @example
 * ops.normalize([3, 4]) // [0.6, 0.8]
 */
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
