/** @file Functions of one number that give floats: exponentials, logarithms, roots, the trigonometric ones and their kin. */
import { dtypeInfo } from '../../core/dtype.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op } from '../../runtime/index.js';
import { floatTensor } from '../common.js';

/** An op of one operand whose result is float: integers are taken as `floatx`. */
function floatOp(name: string, fn: (x: Tensor) => Tensor) {
  return op(name, (x: TensorLike): Tensor => fn(floatTensor(x, name)));
}

const full = (like: Tensor, value: number): Tensor => lax.fullLike(like, value);

/**
 * eˣ.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.exp`
 * @example
 * ops.exp([0, 1]) // [1, 2.7182817]
 */
export const exp = floatOp('exp', lax.exp);
/**
 * 2ˣ.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.exp2`
 * @example
 * ops.exp2([0, 3]) // [1, 8]
 */
export const exp2 = floatOp('exp2', (x) => lax.pow(full(x, 2), x));
/**
 * eˣ − 1, exact near 0.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.expm1`
 * @example
 * ops.expm1([0, 1]) // [0, 1.7182819]
 */
export const expm1 = floatOp('expm1', lax.expm1);
/**
 * Natural logarithm.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.log`
 * @example
 * ops.log([1, 10]) // [0, 2.3025851]
 */
export const log = floatOp('log', lax.log);
/**
 * log(1 + x), exact near 0.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.log1p`
 * @example
 * ops.log1p([0, 1]) // [0, 0.6931472]
 */
export const log1p = floatOp('log1p', lax.log1p);
/**
 * Logarithm to base 2.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.log2`
 * @example
 * ops.log2([1, 8]) // [0, 3]
 */
export const log2 = floatOp('log2', (x) => lax.div(lax.log(x), full(x, Math.LN2)));
/**
 * Logarithm to base 10.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.log10`
 * @example
 * ops.log10([1, 1000]) // [0, 3]
 */
export const log10 = floatOp('log10', (x) => lax.div(lax.log(x), full(x, Math.LN10)));
/**
 * √x.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.sqrt`
 * @example
 * ops.sqrt([4, 2]) // [2, 1.4142135]
 */
export const sqrt = floatOp('sqrt', lax.sqrt);
/**
 * 1/√x.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.rsqrt`
 * @example
 * ops.rsqrt([4, 25]) // [0.5, 0.2]
 */
export const rsqrt = floatOp('rsqrt', (x) => lax.div(full(x, 1), lax.sqrt(x)));
/**
 * ∛x, also of negative numbers.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.cbrt`
 * @example
 * ops.cbrt([8, -27]) // [2, -3]
 */
export const cbrt = floatOp('cbrt', (x) => {
  // The sign is taken off and put back by choice, not by factors: the slope at 0 is Infinity, and 0 times that is NaN.
  // 16-bit floats hold too little of 1/3 as an exponent.
  const wide = dtypeInfo(x.dtype).bits < 32 ? lax.convert(x, 'float32') : x;
  const zero = full(wide, 0);
  const negative = lax.or(lax.lt(wide, zero), lax.lt(lax.div(full(wide, 1), wide), zero)); // 1/−0 is −Infinity
  const root = lax.pow(lax.select(negative, lax.neg(wide), wide), full(wide, 1 / 3));
  return lax.convert(lax.select(negative, lax.neg(root), root), x.dtype);
});
/**
 * 1/x.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.reciprocal`
 * @example
 * ops.reciprocal([2, 4]) // [0.5, 0.25]
 */
export const reciprocal = floatOp('reciprocal', (x) => lax.div(full(x, 1), x));
/**
 * Sine of radians.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.sin`
 * @example
 * ops.sin([0, Math.PI / 2]) // [0, 1]
 */
export const sin = floatOp('sin', lax.sin);
/**
 * Cosine of radians.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.cos`
 * @example
 * ops.cos([0, Math.PI]) // [1, -1]
 */
export const cos = floatOp('cos', lax.cos);
/**
 * Tangent of radians.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.tan`
 * @example
 * ops.tan([0, Math.PI / 4]) // [0, 1]
 */
export const tan = floatOp('tan', lax.tan);
/**
 * The angle in [−π/2, π/2] whose sine is x; NaN outside of [−1, 1].
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.arcsin`
 * @example
 * ops.arcsin([0, 1]) // [0, 1.5707964]
 */
export const arcsin = floatOp('arcsin', lax.asin);
/**
 * The angle in [0, π] whose cosine is x; NaN outside of [−1, 1].
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.arccos`
 * @example
 * ops.arccos([1, 0]) // [0, 1.5707964]
 */
export const arccos = floatOp('arccos', lax.acos);
/**
 * The angle in [−π/2, π/2] whose tangent is x.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.arctan`
 * @example
 * ops.arctan([0, 1]) // [0, 0.7853982]
 */
export const arctan = floatOp('arctan', lax.atan);
/**
 * Hyperbolic sine, (eˣ − e⁻ˣ)/2.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.sinh`
 * @example
 * ops.sinh([0, 1]) // [0, 1.1752012]
 */
export const sinh = floatOp('sinh', lax.sinh);
/**
 * Hyperbolic cosine, (eˣ + e⁻ˣ)/2.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.cosh`
 * @example
 * ops.cosh([0, 1]) // [1, 1.5430807]
 */
export const cosh = floatOp('cosh', lax.cosh);
/**
 * Hyperbolic tangent, (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ).
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.tanh`
 * @example
 * ops.tanh([0, 1]) // [0, 0.7615942]
 */
export const tanh = floatOp('tanh', lax.tanh);
/**
 * The number whose hyperbolic sine is x.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.arcsinh`
 * @example
 * ops.arcsinh([0, 1]) // [0, 0.8813736]
 */
export const arcsinh = floatOp('arcsinh', lax.asinh);
/**
 * The number of at least 0 whose hyperbolic cosine is x; NaN below 1.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.arccosh`
 * @example
 * ops.arccosh([1, 2]) // [0, 1.316958]
 */
export const arccosh = floatOp('arccosh', lax.acosh);
/**
 * The number whose hyperbolic tangent is x; NaN outside of [−1, 1].
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.arctanh`
 * @example
 * ops.arctanh([0, 0.5]) // [0, 0.54930615]
 */
export const arctanh = floatOp('arctanh', lax.atanh);
/**
 * The error function.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.erf`
 * @example
 * ops.erf([0, 1]) // [0, 0.8427008]
 */
export const erf = floatOp('erf', lax.erf);
/**
 * The inverse of the error function, for x in [−1, 1].
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.erfinv`
 * @example
 * ops.erfinv([0, 0.5]) // [0, 0.47693628]
 */
export const erfinv = floatOp('erfinv', lax.erfinv);
/** log |Γ(x)|. */
export const lgamma = floatOp('lgamma', lax.lgamma);
/**
 * sin(πx)/(πx), and 1 at 0.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.sinc`
 * @example
 * ops.sinc([0, 0.5]) // [1, 0.63661975]
 */
export const sinc = floatOp('sinc', (x) => {
  const zero = lax.eq(x, full(x, 0));
  const angle = lax.mul(lax.select(zero, full(x, 1), x), full(x, Math.PI));
  return lax.select(zero, full(x, 1), lax.div(lax.sin(angle), angle));
});
/**
 * Degrees to radians.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.deg2rad`
 * @example
 * ops.deg2rad([0, 180]) // [0, 3.1415927]
 */
export const deg2rad = floatOp('deg2rad', (x) => lax.mul(x, full(x, Math.PI / 180)));
/**
 * Radians to degrees.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.rad2deg`
 * @example
 * ops.rad2deg([0, Math.PI]) // [0, 180]
 */
export const rad2deg = floatOp('rad2deg', (x) => lax.mul(x, full(x, 180 / Math.PI)));
