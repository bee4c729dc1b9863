/** @file Arithmetic and functions element by element. */
import { TypeError } from '../../core/errors.js';
import type { DType } from '../../core/dtype.js';
import { dtypeInfo, isFloat, isInteger } from '../../core/dtype.js';
import type { WeakType } from '../../core/promotion.js';
import { resultType } from '../../core/promotion.js';
import { floatx } from '../../core/config.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { align, floatTensor, promotionType } from '../common.js';

export * from './float_functions.js';

/** An op of two operands, promoted and broadcast. Bools are computed as int32 where `number` says so. */
function binaryOp(name: string, fn: (x: Tensor, y: Tensor) => Tensor) {
  return op(name, (x1: TensorLike, x2: TensorLike): Tensor => {
    const [a, b] = align(name, [x1, x2]);
    return fn(a, b);
  });
}

const full = (like: Tensor, value: number): Tensor => lax.fullLike(like, value);
const isBool = (x: Tensor): boolean => x.dtype === 'bool';

/**
 * Sum of two tensors, element by element, with broadcasting. On bools: or.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of their common dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.add`
 * @example
 * ops.add([1, 2], [[10], [20]]) // [[11, 12], [21, 22]]
 */
export const add = binaryOp('add', (a, b) => (isBool(a) ? lax.or(a, b) : lax.add(a, b)));
/**
 * Difference `x1 − x2`, element by element, with broadcasting. On bools: exclusive or.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of their common dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.subtract`
 * @example
 * ops.subtract([5, 7], 2) // [3, 5]
 */
export const subtract = binaryOp('subtract', (a, b) => (isBool(a) ? lax.xor(a, b) : lax.sub(a, b)));
/**
 * Product, element by element, with broadcasting. On bools: and.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of their common dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.multiply`
 * @example
 * ops.multiply([1, 2, 3], [4, 5, 6]) // [4, 10, 18]
 */
export const multiply = binaryOp('multiply', (a, b) => (isBool(a) ? lax.and(a, b) : lax.mul(a, b)));

/** The float dtype of a quotient of operands. */
export function quotientType(x1: TensorLike, x2: TensorLike): DType {
  return resultType(promotionType(x1), promotionType(x2), 'float');
}
/** As `quotientType`, but plain fractions count as `floatx`, as a few functions of Keras have it. */
function strongQuotientType(x1: TensorLike, x2: TensorLike): DType {
  const strong = (x: TensorLike): DType | WeakType => {
    const type = promotionType(x);
    return type === 'float' ? floatx() : type;
  };
  return resultType(strong(x1), strong(x2), 'float');
}

/**
 * True quotient, element by element; integers give floats.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of a float dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.divide`
 * @example
 * ops.divide([1, 2, 3], 2) // [0.5, 1, 1.5]
 */
export const divide = op('divide', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = align('divide', [x1, x2], quotientType(x1, x2));
  return lax.div(a, b);
});
/**
 * The same as `divide` under the name that Python's `/` has in functional models.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of a float dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.true_divide`
 * @example
 * ops.trueDivide(7, 2) // 3.5
 */
export const trueDivide = op('true_divide', (x1: TensorLike, x2: TensorLike): Tensor => divide(x1, x2));

/**
 * Quotient where the divisor is not 0, else 0.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of a float dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.divide_no_nan`
 * @example
 * ops.divideNoNan([1, 2], [0, 4]) // [0, 0.5]
 */
export const divideNoNan = op('divide_no_nan', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = align('divide_no_nan', [x1, x2], quotientType(x1, x2));
  const zero = lax.eq(b, full(b, 0));
  return lax.select(zero, full(a, 0), lax.div(a, lax.select(zero, full(b, 1), b)));
});

/**
 * Quotient rounded down, element by element, as Python's `//` has it: −7 by 2 is −4.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of their common dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.floor_divide`
 * @example
 * ops.floorDivide([7, -7], 2) // [3, -4]
 */
export const floorDivide = binaryOp('floor_divide', (a, b) => {
  if (isFloat(a.dtype)) {
    // As Python divides: what the remainder leaves is divided, so that no rounding crosses a whole number.
    const r = lax.rem(a, b);
    const none = full(a, 0);
    const whole = lax.div(lax.select(lax.eq(b, none), a, lax.sub(a, r)), b);
    const beyond = lax.and(lax.ne(r, none), lax.ne(lax.sign(r), lax.sign(b)));
    return lax.roundEven(lax.select(beyond, lax.sub(whole, full(a, 1)), whole));
  }
  const [x, y] = isBool(a) ? [lax.convert(a, 'int32'), lax.convert(b, 'int32')] : [a, b];
  const q = lax.div(x, y);
  if (dtypeInfo(x.dtype).kind === 'uint') return q;
  // Truncation rounds up where the signs differ and something is left over.
  const zero = full(x, 0);
  const rest = lax.ne(lax.rem(x, y), zero);
  // By signs, so that a divisor of 0 gives what it gives in JAX.
  const differ = lax.ne(lax.sign(x), lax.sign(y));
  return lax.select(lax.and(rest, differ), lax.sub(q, full(q, 1)), q);
});

/** The remainder of truncated division; of integers and a divisor of 0 it is 0. */
function remainder(x: Tensor, y: Tensor): Tensor {
  const r = lax.rem(x, y);
  return isFloat(x.dtype) ? r : lax.select(lax.eq(y, full(y, 0)), full(r, 0), r);
}
/**
 * Remainder with the sign of the dividend, as C's `fmod`; of integers by 0 it is 0.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of their common dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.fmod`
 * @example
 * ops.fmod([7, -7], 3) // [1, -1]
 */
export const fmod = binaryOp('fmod', (a, b) =>
  isBool(a) ? lax.rem(lax.convert(a, 'int32'), lax.convert(b, 'int32')) : remainder(a, b),
);
/**
 * Remainder with the sign of the divisor, as Python's `%`; of integers by 0 it is 0.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of their common dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.mod`
 * @example
 * ops.mod([7, -7], 3) // [1, 2]
 */
export const mod = binaryOp('mod', (a, b) => {
  const [x, y] = isBool(a) ? [lax.convert(a, 'int32'), lax.convert(b, 'int32')] : [a, b];
  const r = remainder(x, y);
  if (dtypeInfo(x.dtype).kind === 'uint') return r;
  const zero = full(x, 0);
  const differ = lax.and(lax.ne(r, zero), lax.ne(lax.lt(r, zero), lax.lt(y, zero)));
  return lax.select(differ, lax.add(r, y), r);
});
/**
 * x1 raised to x2, element by element.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of their common dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.power`
 * @example
 * ops.power([1, 2, 3], 2) // [1, 4, 9]
 */
export const power = binaryOp('power', (a, b) =>
  lax.pow(isBool(a) ? lax.convert(a, 'int32') : a, isBool(b) ? lax.convert(b, 'int32') : b),
);
/**
 * Greater of two, element by element; NaN if either is.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of their common dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.maximum`
 * @example
 * ops.maximum([1, 5], [3, 2]) // [3, 5]
 */
export const maximum = binaryOp('maximum', lax.max);
/**
 * Lesser of two, element by element; NaN if either is.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of their common dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.minimum`
 * @example
 * ops.minimum([1, 5], [3, 2]) // [1, 2]
 */
export const minimum = binaryOp('minimum', lax.min);
/**
 * The angle of the point (x2, x1), in radians in [−π, π].
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of a float dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.arctan2`
 * @example
 * ops.arctan2([0, 1], [1, 0]) // [0, 1.5707964]
 */
export const arctan2 = op('arctan2', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = align('arctan2', [x1, x2], strongQuotientType(x1, x2));
  return lax.atan2(a, b);
});
/**
 * √(x1² + x2²) without overflow.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of a float dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.hypot`
 * @example
 * ops.hypot(3, 4) // 5
 */
export const hypot = op('hypot', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = align('hypot', [x1, x2], quotientType(x1, x2)).map(lax.abs);
  const [big, small] = [lax.max(a, b), lax.min(a, b)];
  const ratio = lax.div(small, lax.select(lax.eq(big, full(big, 0)), full(big, 1), big));
  const finite = lax.mul(big, lax.sqrt(lax.add(full(ratio, 1), lax.mul(ratio, ratio))));
  const infinite = lax.or(lax.eq(a, full(a, Infinity)), lax.eq(b, full(b, Infinity)));
  return lax.select(infinite, full(a, Infinity), finite);
});
/**
 * log(eˣ¹ + eˣ²) without overflow.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of a float dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.logaddexp`
 * @example
 * ops.logaddexp(1000, 1000) // 1000.6932
 */
export const logaddexp = op('logaddexp', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = align('logaddexp', [x1, x2], strongQuotientType(x1, x2));
  const gap = lax.sub(a, b);
  // Where the two are equal, each term has the slope of a: 1 - 1/2, and for b 0 + 1/2.
  const greater = lax.select(lax.ge(a, b), a, b);
  const sum = lax.add(greater, lax.log1p(lax.exp(lax.neg(lax.abs(gap)))));
  return lax.select(lax.ne(gap, gap), lax.add(a, b), sum); // two equal infinities, or a NaN
});
/**
 * log2(2ˣ¹ + 2ˣ²).
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of a float dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.logaddexp2`
 * @example
 * ops.logaddexp2([1, 3], [1, 3]) // [2, 4]
 */
export const logaddexp2 = op('logaddexp2', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = align('logaddexp2', [x1, x2], quotientType(x1, x2));
  const scaled = logaddexp(lax.mul(a, full(a, Math.LN2)), lax.mul(b, full(b, Math.LN2)));
  return lax.div(scaled, full(scaled, Math.LN2));
});

// ---- one operand, any number ----

function sameTypeOp(name: string, fn: (x: Tensor) => Tensor) {
  return op(name, (x: TensorLike): Tensor => fn(toTensor(x, null, name)));
}
/**
 * −x. Bools become int32.
 *
 * @param x Any shape and dtype.
 * @returns The shape and dtype of `x`.
 * @see `keras.ops.negative`
 * @example
 * ops.negative([1, -2]) // [-1, 2]
 */
export const negative = sameTypeOp('negative', (x) => lax.neg(isBool(x) ? lax.convert(x, 'int32') : x));
/**
 * |x|; of complex numbers their distance from 0, √(re² + im²).
 *
 * @param x Any shape and dtype.
 * @returns The shape and dtype of `x`; floats for complex numbers.
 * @see `keras.ops.abs`
 * @example
 * ops.abs([-1.5, 2]) // [1.5, 2]
 */
export const abs = sameTypeOp('absolute', (x) => (isBool(x) ? x : lax.abs(x)));
/**
 * Alias of `abs`, with its arguments.
 *
 * @see `keras.ops.absolute`
 * @example
 * ops.absolute([-1.5, 2]) // [1.5, 2]
 */
export const absolute = abs;
/**
 * −1 below 0, 0 at 0, 1 above. Bools become int32.
 *
 * @param x Any shape and dtype.
 * @returns The shape and dtype of `x`.
 * @see `keras.ops.sign`
 * @example
 * ops.sign([-3, 0, 2]) // [-1, 0, 1]
 */
export const sign = sameTypeOp('sign', (x) => lax.sign(isBool(x) ? lax.convert(x, 'int32') : x));
/**
 * x². Bools become int32.
 *
 * @param x Any shape and dtype.
 * @returns The shape and dtype of `x`.
 * @see `keras.ops.square`
 * @example
 * ops.square([1, -2, 3]) // [1, 4, 9]
 */
export const square = sameTypeOp('square', (x) => {
  const number = isBool(x) ? lax.convert(x, 'int32') : x;
  return lax.mul(number, number);
});
/**
 * The conjugates: complex numbers with their imaginary parts negated, real ones as they are.
 *
 * @param x Any shape and dtype.
 * @returns The shape and dtype of `x`.
 * @see `keras.ops.conjugate`
 * @example
 * ops.viewAsReal(ops.conjugate(ops.viewAsComplex([[1, 2]]))) // [[1, -2]]
 */
export const conjugate = sameTypeOp('conjugate', (x) => x);
/**
 * Alias of `conjugate`, with its arguments.
 *
 * @see `keras.ops.conj`
 * @example
 * ops.conj([1, 2]) // [1, 2]
 */
export const conj = conjugate;
/**
 * The real parts: of real numbers they themselves.
 *
 * @param x Any shape and dtype.
 * @returns The shape and dtype of `x`.
 * @see `keras.ops.real`
 * @example
 * ops.real(ops.viewAsComplex([[1, 2]])) // [1]
 */
export const real = sameTypeOp('real', (x) => x);
/**
 * The imaginary parts: of real numbers zeros.
 *
 * @param x Any shape and dtype.
 * @returns The shape and dtype of `x`.
 * @see `keras.ops.imag`
 * @example
 * ops.imag(ops.viewAsComplex([[1, 2]])) // [2]
 */
export const imag = sameTypeOp('imag', (x) => lax.zerosLike(x));
/**
 * A copy; tensors never change, so x itself serves.
 *
 * @param x Any shape and dtype.
 * @returns The shape and dtype of `x`.
 * @see `keras.ops.copy`
 * @example
 * ops.copy([1, 2]) // [1, 2]
 */
export const copy = sameTypeOp('copy', (x) => x);

const integerStays = (name: string, fn: (x: Tensor) => Tensor) =>
  op(name, (x: TensorLike): Tensor => fn(floatTensor(x, name)));
/**
 * Round down. Integers become floats, as in Keras.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.floor`
 * @example
 * ops.floor([1.7, -1.2]) // [1, -2]
 */
export const floor = integerStays('floor', lax.floor);
/**
 * Round up. Integers become floats, as in Keras.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.ceil`
 * @example
 * ops.ceil([1.2, -1.7]) // [2, -1]
 */
export const ceil = integerStays('ceil', lax.ceil);
/**
 * Round towards zero; integers stay.
 *
 * @param x Any shape and dtype.
 * @returns The shape and dtype of `x`.
 * @see `keras.ops.trunc`
 * @example
 * ops.trunc([1.7, -1.7]) // [1, -1]
 */
export const trunc = sameTypeOp('trunc', (x) => (isFloat(x.dtype) ? lax.trunc(x) : x));

/** Options of `round`. */
export interface RoundOptions {
  /** Decimal places kept; negative ones round before the point. Default 0. */
  readonly decimals?: number;
}
/**
 * Round half to even.
 *
 * @param x Any shape and dtype.
 * @param options `decimals`: decimal places kept; negative ones round before the point. Default 0.
 * @returns The shape and dtype of `x`; bools become int32.
 * @see `keras.ops.round`
 * @example
 * ops.round([0.5, 1.5, 2.25], { decimals: 1 }) // [0.5, 1.5, 2.2]
 */
export const round = op('round', (x: TensorLike, { decimals = 0 }: RoundOptions = {}): Tensor => {
  const t = toTensor(x, null, 'round');
  if (!isFloat(t.dtype) && decimals >= 0) return isBool(t) ? lax.convert(t, 'int32') : t;
  const value = isFloat(t.dtype) ? t : lax.convert(t, floatx());
  if (decimals === 0) return lax.roundEven(value);
  const scale = full(value, 10 ** decimals);
  const rounded = lax.div(lax.roundEven(lax.mul(value, scale)), scale);
  return lax.convert(rounded, isFloat(t.dtype) ? t.dtype : t.dtype);
});

/**
 * 0 below 0, `x2` at 0, 1 above.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of a float dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.heaviside`
 * @example
 * ops.heaviside([-1, 0, 2], 0.5) // [0, 0.5, 1]
 */
export const heaviside = op('heaviside', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = align('heaviside', [x1, x2], quotientType(x1, x2));
  const zero = full(a, 0);
  return lax.select(lax.lt(a, zero), zero, lax.select(lax.gt(a, zero), full(a, 1), lax.select(lax.ne(a, a), a, b)));
});

/**
 * Cut off below `xMin` and above `xMax`.
 *
 * @param x Any shape and dtype.
 * @param xMin The lower bound: a number, or a tensor that broadcasts with `x`.
 * @param xMax The upper bound, as `xMin`. It wins where it is below the lower one.
 * @returns The broadcast shape, of the common dtype of the three.
 * @throws {ValueError} The shapes do not broadcast.
 * @see `keras.ops.clip`
 * @example
 * ops.clip([-2, 0.5, 3], 0, 1) // [0, 0.5, 1]
 */
export const clip = op('clip', (x: TensorLike, xMin: TensorLike, xMax: TensorLike): Tensor => {
  const t = toTensor(x, null, 'clip');
  const dtype = resultType(isBool(t) ? 'int32' : t.dtype, promotionType(xMin), promotionType(xMax));
  const [value, low, high] = align('clip', [t, xMin, xMax], dtype);
  return lax.min(lax.max(value, low), high);
});

/** NaN and infinities replaced by numbers. */
export interface NanToNumOptions {
  /** Default 0. */
  readonly nan?: number;
  /** Default: the greatest finite number of the dtype. */
  readonly posinf?: number | null;
  /** Default: the least finite number of the dtype. */
  readonly neginf?: number | null;
}
/**
 * The numbers of `x`, with others in place of NaN and the infinities.
 *
 * @param x Any shape and dtype; integers stay as they are.
 * @param options `nan`: stands for NaN, default 0. `posinf`, `neginf`: stand for the infinities; by default the greatest and the least
 *   finite number of the dtype.
 * @returns The shape and dtype of `x`.
 * @see `keras.ops.nan_to_num`
 * @example
 * ops.nanToNum([NaN, 1, Infinity], { posinf: 9 }) // [0, 1, 9]
 */
export const nanToNum = op(
  'nan_to_num',
  (x: TensorLike, { nan = 0, posinf = null, neginf = null }: NanToNumOptions = {}): Tensor => {
    const t = toTensor(x, null, 'nan_to_num');
    if (!isFloat(t.dtype)) return t;
    const largest = floatLargest(t.dtype);
    const noNan = lax.select(lax.ne(t, t), full(t, nan), t);
    const noUpper = lax.select(lax.eq(noNan, full(t, Infinity)), full(t, posinf ?? largest), noNan);
    return lax.select(lax.eq(noUpper, full(t, -Infinity)), full(t, neginf ?? -largest), noUpper);
  },
);
function floatLargest(dtype: DType): number {
  return dtype === 'float16'
    ? 65504
    : dtype === 'float64'
      ? Number.MAX_VALUE
      : dtype === 'bfloat16'
        ? 3.3895313892515355e38
        : 3.4028234663852886e38;
}

/**
 * x1 · 2^x2, also where 2^x2 alone is beyond the dtype.
 *
 * @param x1 Any shape; integers are taken as `floatx`.
 * @param x2 Integers.
 * @returns The broadcast shape of the two, of a float dtype.
 * @throws {TypeError} `x2` is not of an integer dtype.
 * @see `keras.ops.ldexp`
 * @example
 * ops.ldexp([1, 3], [2, -1]) // [4, 1.5]
 */
export const ldexp = op('ldexp', (x1: TensorLike, x2: TensorLike): Tensor => {
  const exponent = toTensor(x2, null, 'ldexp');
  if (!isInteger(exponent.dtype)) throw new TypeError(`ldexp: x2 is ${exponent.dtype}. Expected an integer dtype.`);
  const a = floatTensor(x1, 'ldexp');
  const wide = dtypeInfo(a.dtype).bits === 16 ? 'float32' : a.dtype;
  const [x, given] = align('ldexp', [lax.convert(a, wide), lax.convert(exponent, wide)]);
  // Steps that are numbers of the dtype themselves, and enough of them for the way from the least number to the greatest.
  const most = wide === 'float64' ? 1022 : 126;
  let rest = lax.min(lax.max(given, full(given, -3 * most)), full(given, 3 * most));
  let result = x;
  for (let i = 0; i < 3; i++) {
    const step = lax.min(lax.max(rest, full(rest, -most)), full(rest, most));
    result = lax.mul(result, lax.pow(full(step, 2), step));
    rest = lax.sub(rest, step);
  }
  return lax.convert(result, a.dtype);
});
