/** @file Arithmetic and functions element by element. */
import type { DType } from '../../core/dtype.js';
import { dtypeInfo, isFloat, isInteger } from '../../core/dtype.js';
import type { WeakType } from '../../core/promotion.js';
import { resultType } from '../../core/promotion.js';
import { floatx } from '../../core/config.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { align, floatTensor, promotionType } from '../common.js';

/** An op of one operand whose result is float: integers are taken as `floatx`. */
function floatOp(name: string, fn: (x: Tensor) => Tensor) {
  return op(name, (x: TensorLike): Tensor => fn(floatTensor(x, name)));
}

/** An op of two operands, promoted and broadcast. Bools are computed as int32 where `number` says so. */
function binaryOp(name: string, fn: (x: Tensor, y: Tensor) => Tensor) {
  return op(name, (x1: TensorLike, x2: TensorLike): Tensor => {
    const [a, b] = align(name, [x1, x2]);
    return fn(a, b);
  });
}

const full = (like: Tensor, value: number): Tensor => lax.fullLike(like, value);
const isBool = (x: Tensor): boolean => x.dtype === 'bool';

/** Sum of two tensors, element by element, with broadcasting. On bools: or. @see `keras.ops.add` */
export const add = binaryOp('add', (a, b) => (isBool(a) ? lax.or(a, b) : lax.add(a, b)));
/** Difference, element by element, with broadcasting. @see `keras.ops.subtract` */
export const subtract = binaryOp('subtract', (a, b) => (isBool(a) ? lax.xor(a, b) : lax.sub(a, b)));
/** Product, element by element, with broadcasting. On bools: and. @see `keras.ops.multiply` */
export const multiply = binaryOp('multiply', (a, b) => (isBool(a) ? lax.and(a, b) : lax.mul(a, b)));

/** The float dtype of a quotient of operands. */
function quotientType(x1: TensorLike, x2: TensorLike): DType {
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

/** True quotient, element by element; integers give floats. @see `keras.ops.divide` */
export const divide = op('divide', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = align('divide', [x1, x2], quotientType(x1, x2));
  return lax.div(a, b);
});
/** The same as `divide` under the name that Python's `/` has in functional models. @see `keras.ops.true_divide` */
export const trueDivide = op('true_divide', (x1: TensorLike, x2: TensorLike): Tensor => divide(x1, x2));

/** Quotient where the divisor is not 0, else 0. @see `keras.ops.divide_no_nan` */
export const divideNoNan = op('divide_no_nan', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = align('divide_no_nan', [x1, x2], quotientType(x1, x2));
  const zero = lax.eq(b, full(b, 0));
  return lax.select(zero, full(a, 0), lax.div(a, lax.select(zero, full(b, 1), b)));
});

/** Quotient rounded down, element by element. @see `keras.ops.floor_divide` */
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
/** Remainder with the sign of the dividend, as C's `fmod`; of integers by 0 it is 0. @see `keras.ops.fmod` */
export const fmod = binaryOp('fmod', (a, b) =>
  isBool(a) ? lax.rem(lax.convert(a, 'int32'), lax.convert(b, 'int32')) : remainder(a, b),
);
/** Remainder with the sign of the divisor, as Python's `%`; of integers by 0 it is 0. @see `keras.ops.mod` */
export const mod = binaryOp('mod', (a, b) => {
  const [x, y] = isBool(a) ? [lax.convert(a, 'int32'), lax.convert(b, 'int32')] : [a, b];
  const r = remainder(x, y);
  if (dtypeInfo(x.dtype).kind === 'uint') return r;
  const zero = full(x, 0);
  const differ = lax.and(lax.ne(r, zero), lax.ne(lax.lt(r, zero), lax.lt(y, zero)));
  return lax.select(differ, lax.add(r, y), r);
});
/** x1 raised to x2, element by element. @see `keras.ops.power` */
export const power = binaryOp('power', (a, b) =>
  lax.pow(isBool(a) ? lax.convert(a, 'int32') : a, isBool(b) ? lax.convert(b, 'int32') : b),
);
/** Greater of two, element by element; NaN if either is. @see `keras.ops.maximum` */
export const maximum = binaryOp('maximum', lax.max);
/** Lesser of two, element by element; NaN if either is. @see `keras.ops.minimum` */
export const minimum = binaryOp('minimum', lax.min);
/** The angle of (x2, x1) in radians. @see `keras.ops.arctan2` */
export const arctan2 = op('arctan2', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = align('arctan2', [x1, x2], strongQuotientType(x1, x2));
  return lax.atan2(a, b);
});
/** √(x1² + x2²) without overflow. @see `keras.ops.hypot` */
export const hypot = op('hypot', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = align('hypot', [x1, x2], quotientType(x1, x2)).map(lax.abs);
  const [big, small] = [lax.max(a, b), lax.min(a, b)];
  const ratio = lax.div(small, lax.select(lax.eq(big, full(big, 0)), full(big, 1), big));
  const finite = lax.mul(big, lax.sqrt(lax.add(full(ratio, 1), lax.mul(ratio, ratio))));
  const infinite = lax.or(lax.eq(a, full(a, Infinity)), lax.eq(b, full(b, Infinity)));
  return lax.select(infinite, full(a, Infinity), finite);
});
/** log(eˣ¹ + eˣ²) without overflow. @see `keras.ops.logaddexp` */
export const logaddexp = op('logaddexp', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = align('logaddexp', [x1, x2], strongQuotientType(x1, x2));
  const gap = lax.sub(a, b);
  // Where the two are equal, each term has the slope of a: 1 - 1/2, and for b 0 + 1/2.
  const greater = lax.select(lax.ge(a, b), a, b);
  const sum = lax.add(greater, lax.log1p(lax.exp(lax.neg(lax.abs(gap)))));
  return lax.select(lax.ne(gap, gap), lax.add(a, b), sum); // two equal infinities, or a NaN
});
/** log2(2ˣ¹ + 2ˣ²). @see `keras.ops.logaddexp2` */
export const logaddexp2 = op('logaddexp2', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = align('logaddexp2', [x1, x2], quotientType(x1, x2));
  const scaled = logaddexp(lax.mul(a, full(a, Math.LN2)), lax.mul(b, full(b, Math.LN2)));
  return lax.div(scaled, full(scaled, Math.LN2));
});

// ---- one operand, any number ----

function sameTypeOp(name: string, fn: (x: Tensor) => Tensor) {
  return op(name, (x: TensorLike): Tensor => fn(toTensor(x, null, name)));
}
/** −x. @see `keras.ops.negative` */
export const negative = sameTypeOp('negative', (x) => lax.neg(isBool(x) ? lax.convert(x, 'int32') : x));
/** |x|. @see `keras.ops.abs` */
export const abs = sameTypeOp('absolute', (x) => (isBool(x) ? x : lax.abs(x)));
/** Alias of `abs`. @see `keras.ops.absolute` */
export const absolute = abs;
/** −1, 0 or 1. @see `keras.ops.sign` */
export const sign = sameTypeOp('sign', (x) => lax.sign(isBool(x) ? lax.convert(x, 'int32') : x));
/** x². @see `keras.ops.square` */
export const square = sameTypeOp('square', (x) => {
  const number = isBool(x) ? lax.convert(x, 'int32') : x;
  return lax.mul(number, number);
});
/** The numbers as they are: all dtypes are real. @see `keras.ops.conjugate` */
export const conjugate = sameTypeOp('conjugate', (x) => x);
/** Alias of `conjugate`. */
export const conj = conjugate;
/** The real part: x itself. @see `keras.ops.real` */
export const real = sameTypeOp('real', (x) => x);
/** The imaginary part: zeros. @see `keras.ops.imag` */
export const imag = sameTypeOp('imag', (x) => lax.zerosLike(x));
/** A copy; tensors never change, so x itself serves. @see `keras.ops.copy` */
export const copy = sameTypeOp('copy', (x) => x);

const integerStays = (name: string, fn: (x: Tensor) => Tensor) =>
  op(name, (x: TensorLike): Tensor => fn(floatTensor(x, name)));
/** Round down. Integers become floats, as in Keras. @see `keras.ops.floor` */
export const floor = integerStays('floor', lax.floor);
/** Round up. @see `keras.ops.ceil` */
export const ceil = integerStays('ceil', lax.ceil);
/** Round towards zero; integers stay. @see `keras.ops.trunc` */
export const trunc = sameTypeOp('trunc', (x) => (isFloat(x.dtype) ? lax.trunc(x) : x));

/** Options of `round`. */
export interface RoundOptions {
  /** Decimal places kept; negative ones round before the point. Default 0. */
  readonly decimals?: number;
}
/** Round half to even. @see `keras.ops.round` */
export const round = op('round', (x: TensorLike, { decimals = 0 }: RoundOptions = {}): Tensor => {
  const t = toTensor(x, null, 'round');
  if (!isFloat(t.dtype) && decimals >= 0) return isBool(t) ? lax.convert(t, 'int32') : t;
  const value = isFloat(t.dtype) ? t : lax.convert(t, floatx());
  if (decimals === 0) return lax.roundEven(value);
  const scale = full(value, 10 ** decimals);
  const rounded = lax.div(lax.roundEven(lax.mul(value, scale)), scale);
  return lax.convert(rounded, isFloat(t.dtype) ? t.dtype : t.dtype);
});

// ---- float functions ----

/** eˣ. @see `keras.ops.exp` */
export const exp = floatOp('exp', lax.exp);
/** 2ˣ. @see `keras.ops.exp2` */
export const exp2 = floatOp('exp2', (x) => lax.pow(full(x, 2), x));
/** eˣ − 1, exact near 0. @see `keras.ops.expm1` */
export const expm1 = floatOp('expm1', lax.expm1);
/** Natural logarithm. @see `keras.ops.log` */
export const log = floatOp('log', lax.log);
/** log(1 + x), exact near 0. @see `keras.ops.log1p` */
export const log1p = floatOp('log1p', lax.log1p);
/** Logarithm to base 2. @see `keras.ops.log2` */
export const log2 = floatOp('log2', (x) => lax.div(lax.log(x), full(x, Math.LN2)));
/** Logarithm to base 10. @see `keras.ops.log10` */
export const log10 = floatOp('log10', (x) => lax.div(lax.log(x), full(x, Math.LN10)));
/** √x. @see `keras.ops.sqrt` */
export const sqrt = floatOp('sqrt', lax.sqrt);
/** 1/√x. @see `keras.ops.rsqrt` */
export const rsqrt = floatOp('rsqrt', (x) => lax.div(full(x, 1), lax.sqrt(x)));
/** ∛x, also of negative numbers. @see `keras.ops.cbrt` */
export const cbrt = floatOp('cbrt', (x) => {
  // The sign is taken off and put back by choice, not by factors: the slope at 0 is Infinity, and 0 times that is NaN.
  // 16-bit floats hold too little of 1/3 as an exponent.
  const wide = dtypeInfo(x.dtype).bits < 32 ? lax.convert(x, 'float32') : x;
  const zero = full(wide, 0);
  const negative = lax.or(lax.lt(wide, zero), lax.lt(lax.div(full(wide, 1), wide), zero)); // 1/−0 is −Infinity
  const root = lax.pow(lax.select(negative, lax.neg(wide), wide), full(wide, 1 / 3));
  return lax.convert(lax.select(negative, lax.neg(root), root), x.dtype);
});
/** 1/x. @see `keras.ops.reciprocal` */
export const reciprocal = floatOp('reciprocal', (x) => lax.div(full(x, 1), x));
/** Sine of radians. @see `keras.ops.sin` */
export const sin = floatOp('sin', lax.sin);
export const cos = floatOp('cos', lax.cos);
export const tan = floatOp('tan', lax.tan);
export const arcsin = floatOp('arcsin', lax.asin);
export const arccos = floatOp('arccos', lax.acos);
export const arctan = floatOp('arctan', lax.atan);
export const sinh = floatOp('sinh', lax.sinh);
export const cosh = floatOp('cosh', lax.cosh);
export const tanh = floatOp('tanh', lax.tanh);
export const arcsinh = floatOp('arcsinh', lax.asinh);
export const arccosh = floatOp('arccosh', lax.acosh);
export const arctanh = floatOp('arctanh', lax.atanh);
/** The error function. @see `keras.ops.erf` */
export const erf = floatOp('erf', lax.erf);
/** The inverse of the error function. @see `keras.ops.erfinv` */
export const erfinv = floatOp('erfinv', lax.erfinv);
/** log |Γ(x)|. */
export const lgamma = floatOp('lgamma', lax.lgamma);
/** sin(πx)/(πx), and 1 at 0. @see `keras.ops.sinc` */
export const sinc = floatOp('sinc', (x) => {
  const zero = lax.eq(x, full(x, 0));
  const angle = lax.mul(lax.select(zero, full(x, 1), x), full(x, Math.PI));
  return lax.select(zero, full(x, 1), lax.div(lax.sin(angle), angle));
});
/** Degrees to radians. @see `keras.ops.deg2rad` */
export const deg2rad = floatOp('deg2rad', (x) => lax.mul(x, full(x, Math.PI / 180)));
/** Radians to degrees. @see `keras.ops.rad2deg` */
export const rad2deg = floatOp('rad2deg', (x) => lax.mul(x, full(x, 180 / Math.PI)));

/** 0 below 0, `x2` at 0, 1 above. @see `keras.ops.heaviside` */
export const heaviside = op('heaviside', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = align('heaviside', [x1, x2], quotientType(x1, x2));
  const zero = full(a, 0);
  return lax.select(lax.lt(a, zero), zero, lax.select(lax.gt(a, zero), full(a, 1), lax.select(lax.ne(a, a), a, b)));
});

/** Cut off below `xMin` and above `xMax`. @see `keras.ops.clip` */
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
/** @see `keras.ops.nan_to_num` */
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
 * @param x2 Integers.
 * @throws {TypeError} `x2` is not of an integer dtype.
 * @see `keras.ops.ldexp`
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
