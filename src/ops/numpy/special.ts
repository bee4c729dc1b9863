/** @file Element-wise functions of number theory and analysis, seldom used: gcd, Bessel's I0, the complementary error function. */
import { isFloat } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op } from '../../runtime/index.js';
import { align, floatTensor } from '../common.js';
import { quotientType } from './elementwise.js';

const c = (like: Tensor, value: number): Tensor => lax.fullLike(like, value);

/**
 * The angle of numbers in the complex plane, in radians from −π to π: of real numbers 0 or π.
 *
 * @param x Any shape and dtype.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.angle`
 * @example
 * ops.angle([1, -1]) // [0, 3.1415927]
 * ops.angle(ops.viewAsComplex([0, 2])) // 1.5707964
 */
export const angle = op('angle', (x: TensorLike): Tensor => {
  const t = floatTensor(x, 'angle');
  return lax.atan2(lax.zerosLike(t), t);
});
/**
 * |x| as a float.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.fabs`
 * @example
 * ops.fabs([-1, 2]) // [1, 2]
 */
export const fabs = op('fabs', (x: TensorLike): Tensor => lax.abs(floatTensor(x, 'fabs')));

function withoutNaN(name: string, beats: typeof lax.gt, pick: (a: Tensor, b: Tensor) => Tensor) {
  return op(name, (x1: TensorLike, x2: TensorLike): Tensor => {
    const [a, b] = align(name, [x1, x2]);
    // Of two equal numbers the second is chosen, as its gradient shows.
    return isFloat(a.dtype) ? lax.select(lax.or(beats(a, b), lax.ne(b, b)), a, b) : pick(a, b);
  });
}
/**
 * Greater of two; the number where the other is NaN.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of their common dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.fmax`
 * @example
 * ops.fmax([1, NaN], [2, 3]) // [2, 3]
 */
export const fmax = withoutNaN('fmax', lax.gt, lax.max);
/**
 * Lesser of two; the number where the other is NaN.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of their common dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.fmin`
 * @example
 * ops.fmin([1, NaN], [2, 3]) // [1, 3]
 */
export const fmin = withoutNaN('fmin', lax.lt, lax.min);
/**
 * The next number that the dtype can hold from `x1` towards `x2`.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of a float dtype.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.nextafter`
 * @example
 * ops.nextafter(1, 2) // 1.0000001
 */
export const nextafter = op('nextafter', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = align('nextafter', [x1, x2], quotientType(x1, x2));
  return lax.nextAfter(a, b);
});

/** Euclid's steps for 32-bit integers: Fibonacci numbers need the most. */
const EUCLID_STEPS = 46;
function euclid(name: string, finish: (a: Tensor, b: Tensor, divisor: Tensor) => Tensor) {
  return op(name, (x1: TensorLike, x2: TensorLike): Tensor => {
    const [a, b] = align(name, [x1, x2]).map((t) => (t.dtype === 'bool' ? lax.convert(t, 'int32') : t));
    if (isFloat(a.dtype)) throw new ValueError(`${name}: needs integers, got ${a.dtype}.`);
    let [x, y] = [lax.abs(a), lax.abs(b)];
    for (let i = 0; i < EUCLID_STEPS; i++) {
      const done = lax.eq(y, lax.zerosLike(y));
      const rest = lax.rem(x, lax.select(done, c(y, 1), y));
      [x, y] = [lax.select(done, x, y), lax.select(done, y, rest)];
    }
    return finish(a, b, x);
  });
}
/**
 * The greatest common divisor, element by element.
 *
 * @param x1 Integers of any shape.
 * @param x2 Integers, of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of their common dtype.
 * @throws {ValueError} The two shapes do not broadcast, or the operands are not integers.
 * @see `keras.ops.gcd`
 * @example
 * ops.gcd([12, 7], 18) // [6, 1]
 */
export const gcd = euclid('gcd', (_a, _b, divisor) => divisor);
/**
 * The least common multiple, element by element.
 *
 * @param x1 Integers of any shape.
 * @param x2 Integers, of a shape that broadcasts with that of `x1`.
 * @returns The broadcast shape of the two, of their common dtype.
 * @throws {ValueError} The two shapes do not broadcast, or the operands are not integers.
 * @see `keras.ops.lcm`
 * @example
 * ops.lcm([4, 6], 10) // [20, 30]
 */
export const lcm = euclid('lcm', (a, b, divisor) => {
  const zero = lax.eq(divisor, lax.zerosLike(divisor));
  return lax.mul(lax.div(lax.abs(a), lax.select(zero, c(divisor, 1), divisor)), lax.abs(b));
});

const polynomial = (x: Tensor, coefficients: readonly number[]): Tensor =>
  coefficients.reduceRight<Tensor>((sum, k) => lax.add(lax.mul(sum, x), c(x, k)), c(x, 0));
const I0_NEAR = [1, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813];
const I0_FAR = [
  0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281, -0.02057706, 0.02635537, -0.01647633, 0.00392377,
];
/**
 * The modified Bessel function of the first kind of order 0, to 2e-7.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.i0`; Abramowitz & Stegun 1964, 9.8.1–2
 * @example
 * ops.i0([0, 1]) // [1, 1.2660658]
 */
export const i0 = op('i0', (x: TensorLike): Tensor => {
  const t = floatTensor(x, 'i0');
  const size = lax.abs(t);
  const near = lax.le(size, c(t, 3.75));
  const ratio = lax.div(lax.select(near, t, c(t, 0)), c(t, 3.75));
  const small = polynomial(lax.mul(ratio, ratio), I0_NEAR);
  // Beyond every dtype's range: a product would be 0 · Infinity in the gradient.
  const beyond = lax.and(lax.gt(size, c(t, 750)), lax.isFinite(size));
  const large = lax.select(lax.or(near, beyond), c(t, 3.75), size);
  const far = polynomial(lax.div(c(t, 3.75), large), I0_FAR);
  const middle = lax.mul(far, lax.div(lax.exp(large), lax.sqrt(large)));
  return lax.select(near, small, lax.select(beyond, lax.exp(size), middle));
});

// Chebyshev coefficients of log(erfc(x)·eˣ²/t) in t = 1/(1 + |x|/2); see Press et al. 1992, "Numerical Recipes", 6.2 (erfcc).
const ERFC = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
];
/**
 * 1 − erf(x), to 2e-7 of itself also where it is tiny.
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @returns The shape of `x`, of a float dtype.
 * @see `keras.ops.erfc`
 * @example
 * ops.erfc([0, 1]) // [1, 0.15729922]
 */
export const erfc = op('erfc', (x: TensorLike): Tensor => {
  const t = floatTensor(x, 'erfc');
  const near = lax.lt(t, c(t, 0.5));
  // From 30 on e^-x² is 0 in every dtype; at Infinity its gradient would be 0 · Infinity.
  const size = lax.select(near, c(t, 0.5), lax.select(lax.gt(t, c(t, 30)), c(t, 30), t));
  const u = lax.div(c(t, 1), lax.add(c(t, 1), lax.mul(size, c(t, 0.5))));
  const far = lax.mul(u, lax.exp(lax.sub(polynomial(u, ERFC), lax.mul(size, size))));
  return lax.select(near, lax.sub(c(t, 1), lax.erf(t)), far);
});
