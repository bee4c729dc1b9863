/**
 * @file Arithmetic of complex tensors by ops on their parts: what the rules of other ops are made of.
 *
 * @see Smith 1962, "Algorithm 116: Complex division"
 */
import type { TensorLike } from '../../runtime/index.js';
import { complexOf, type ComplexRule, ComplexTensor, type Tensor, toTensor } from '../../runtime/index.js';
import * as numpy from '../numpy/index.js';

const {
  abs: size, add, arctan2, cos, divide, equal, exp, greaterEqual, isinf, logicalAnd, logicalOr, maximum, minimum, multiply, negative, sin, sqrt,
  square, subtract, where, zerosLike,
} = numpy; // prettier-ignore

/** Something with both parts: real numbers have 0 as their imaginary part. */
export interface Parts {
  readonly re: Tensor;
  readonly im: Tensor;
}
export const partsOf = (x: TensorLike): Parts => {
  if (x instanceof ComplexTensor) return x;
  const re = toTensor(x);
  return { re, im: zerosLike(re) };
};

/** The result of ops whose parts are linear in their argument's. */
export const each =
  (fn: (...args: never[]) => unknown): ComplexRule =>
  (x: ComplexTensor, ...rest: never[]) => {
    const [re, im] = [x.re, x.im].map((part) => fn(...([part, ...rest] as unknown as never[])));
    if (!Array.isArray(re)) return complexOf(re as Tensor, im as Tensor);
    return (re as Tensor[]).map((part, i) => complexOf(part, (im as Tensor[])[i]));
  };

/** Products: (a + ib)(c + id) = ac − bd + i(ad + bc), without what is 0 where one is real. */
export const product =
  (fn: (x: Tensor, y: Tensor, ...rest: never[]) => Tensor): ComplexRule =>
  (x: TensorLike, y: TensorLike, ...rest: never[]) => {
    if (!(y instanceof ComplexTensor)) return each((part: Tensor) => fn(part, toTensor(y), ...rest))(x as never);
    if (!(x instanceof ComplexTensor)) return each((part: Tensor) => fn(toTensor(x), part, ...rest))(y as never);
    const by = (a: Tensor, b: Tensor): Tensor => fn(a, b, ...rest);
    return complexOf(subtract(by(x.re, y.re), by(x.im, y.im)), add(by(x.re, y.im), by(x.im, y.re)));
  };

export const times = product(multiply) as (x: TensorLike, y: TensorLike) => ComplexTensor;

/** √(re² + im²) without overflow; its gradient at 0 is 0. */
export function sizeOf({ re, im }: Parts): Tensor {
  const zero = logicalAnd(equal(re, 0), equal(im, 0));
  const [a, b] = [size(where(zero, 1, re)), size(im)];
  const [most, least] = [maximum(a, b), minimum(a, b)];
  const finite = multiply(most, sqrt(add(1, square(divide(least, most)))));
  const endless = logicalOr(isinf(re), isinf(im));
  return where(zero, 0, where(endless, Infinity, finite));
}

export const angleOf = ({ re, im }: Parts): Tensor => arctan2(im, re);

/** Smith's quotient: divides by the greater part of the divisor first, so that nothing overflows. */
export function quotient(x: TensorLike, y: TensorLike): ComplexTensor {
  const a = partsOf(x);
  if (!(y instanceof ComplexTensor)) return complexOf(divide(a.re, y), divide(a.im, y));
  const swap = greaterEqual(size(y.re), size(y.im));
  const pick = (left: Tensor, right: Tensor): Tensor => where(swap, left, right);
  const [major, minor] = [pick(y.re, y.im), pick(y.im, y.re)];
  const ratio = divide(minor, major);
  const divisor = add(major, multiply(minor, ratio));
  const re = add(pick(a.re, a.im), multiply(pick(a.im, a.re), ratio));
  const im = subtract(pick(a.im, negative(a.re)), multiply(pick(a.re, negative(a.im)), ratio));
  return complexOf(divide(re, divisor), divide(im, divisor));
}

/** The root with a real part that is not negative. */
export function root(z: ComplexTensor): ComplexTensor {
  const half = sqrt(multiply(0.5, add(size(z.re), sizeOf(z))));
  const other = divide(z.im, multiply(2, where(equal(half, 0), 1, half)));
  const positive = greaterEqual(z.re, 0);
  const negativeIm = numpy.signbit(z.im);
  return complexOf(where(positive, half, size(other)), where(positive, other, where(negativeIm, negative(half), half)));
}

export function exponential(z: ComplexTensor): ComplexTensor {
  const scale = exp(z.re);
  return complexOf(multiply(scale, cos(z.im)), multiply(scale, sin(z.im)));
}
