/**
 * @file Elementary functions of complex numbers, and products, spreads and comparisons of them, by ops on their parts.
 *
 * @see Kahan 1987, "Branch cuts for complex elementary functions, or much ado about nothing's sign bit"
 */
import { normalizeAxes, normalizeAxis } from '../../core/shape.js';
import type { ReductionOptions, TensorLike } from '../../runtime/index.js';
import { complexOf, type ComplexRule, ComplexTensor, type Tensor, toTensor } from '../../runtime/index.js';
import { stopGradient } from '../core.js';
import * as numpy from '../numpy/index.js';
import { exponential, partsOf, quotient, root, sizeOf, times } from './arithmetic.js';

const {
  add, arcsinh, arctan2, clip, cos, cosh, divide, equal, exp, expm1, lessEqual, log, log1p, logicalOr, multiply, negative, notEqual, sin, sinh,
  sqrt, square, subtract, where, zerosLike,
} = numpy; // prettier-ignore

/** Real numbers from which on tanh is ±1. */
const FAR = 20;

/** (sinh x·cosh x + i·sin y·cos y) / (sinh² x + cos² y) */
function tanh({ re, im }: ComplexTensor): ComplexTensor {
  const x = clip(re, -FAR, FAR);
  const divisor = add(square(sinh(x)), square(cos(im)));
  return complexOf(divide(multiply(sinh(x), cosh(x)), divisor), divide(multiply(sin(im), cos(im)), divisor));
}

/** i·z and −i·z. */
const turned = (z: ComplexTensor): ComplexTensor => complexOf(negative(z.im), z.re);
const turnedBack = (z: ComplexTensor): ComplexTensor => complexOf(z.im, negative(z.re));
const shifted = (by: number, z: ComplexTensor, sign = 1): ComplexTensor =>
  complexOf(add(by, sign === 1 ? z.re : negative(z.re)), sign === 1 ? z.im : negative(z.im));
const scaled = (factor: number, z: ComplexTensor): ComplexTensor => complexOf(multiply(factor, z.re), multiply(factor, z.im)); // prettier-ignore

const logarithm = (z: ComplexTensor): ComplexTensor => complexOf(log(sizeOf(z)), arctan2(z.im, z.re));

/** log|1 + z| without what is lost when 1 is added to a small number. */
function logOnePlus({ re, im }: ComplexTensor): ComplexTensor {
  const near = multiply(0.5, log1p(add(multiply(re, add(2, re)), square(im))));
  const small = numpy.less(add(numpy.abs(re), numpy.abs(im)), 0.5);
  const safe = where(small, near, log(sizeOf({ re: where(small, 1, add(1, re)), im: where(small, 0, im) })));
  return complexOf(safe, arctan2(im, add(1, re)));
}

/** Real and imaginary part of conj(a)·b. */
const along = (a: ComplexTensor, b: ComplexTensor): Tensor => add(multiply(a.re, b.re), multiply(a.im, b.im));
const across = (a: ComplexTensor, b: ComplexTensor): Tensor => subtract(multiply(a.re, b.im), multiply(a.im, b.re));

function arcsin(z: ComplexTensor): ComplexTensor {
  const [below, above] = [root(shifted(1, z, -1)), root(shifted(1, z))];
  const product = subtract(multiply(below.re, above.re), multiply(below.im, above.im));
  return complexOf(arctan2(z.re, product), arcsinh(across(below, above)));
}

function arccos(z: ComplexTensor): ComplexTensor {
  const [below, above] = [root(shifted(1, z, -1)), root(shifted(1, z))];
  return complexOf(multiply(2, arctan2(below.re, above.re)), arcsinh(across(above, below)));
}

function arccosh(z: ComplexTensor): ComplexTensor {
  const [below, above] = [root(shifted(-1, z)), root(shifted(1, z))];
  return complexOf(arcsinh(along(below, above)), multiply(2, arctan2(below.im, above.re)));
}

const arctanh = (z: ComplexTensor): ComplexTensor => {
  const [above, below] = [logOnePlus(z), logOnePlus(complexOf(negative(z.re), negative(z.im)))];
  return scaled(0.5, complexOf(subtract(above.re, below.re), subtract(above.im, below.im)));
};

function sign(z: ComplexTensor): ComplexTensor {
  const zero = isZero(z);
  const size = where(zero, 1, sizeOf(z));
  // As in JAX it has no slope, though only that of real numbers is 0.
  return complexOf(stopGradient(divide(z.re, size)), stopGradient(divide(z.im, size)));
}

const isZero = (z: ComplexTensor): Tensor => numpy.logicalAnd(equal(z.re, 0), equal(z.im, 0));
const isSome = (z: ComplexTensor): Tensor => logicalOr(notEqual(z.re, 0), notEqual(z.im, 0));
/** A reduction of which elements are 0. */
const reduced =
  (fn: (x: Tensor, options?: ReductionOptions) => Tensor): ComplexRule =>
  (z: ComplexTensor, options?: ReductionOptions) =>
    fn(isSome(z), options);

/** A part of an axis. */
function cut(z: ComplexTensor, axis: number, from: number, to: number): ComplexTensor {
  const part = (x: Tensor): Tensor => {
    const at = x.shape.map((dim, d) => (d === axis ? { start: from, stop: to } : { start: 0, stop: dim }));
    return numpy.getItem(x, at);
  };
  return complexOf(part(z.re), part(z.im));
}
const joined = (a: ComplexTensor, b: ComplexTensor, axis: number): ComplexTensor =>
  complexOf(numpy.concatenate([a.re, b.re], { axis }), numpy.concatenate([a.im, b.im], { axis }));

/** Products of pairs, of pairs of pairs …, axis by axis. */
function prod(z: ComplexTensor, { axis = null, keepdims = false }: ReductionOptions = {}): ComplexTensor {
  let found = z;
  const axes = normalizeAxes(axis, z.ndim, 'prod');
  for (const d of axes) {
    for (let n = found.shape[d]; n > 1; n = found.shape[d]) {
      const half = Math.floor(n / 2);
      const pairs = times(cut(found, d, 0, half), cut(found, d, half, 2 * half));
      found = n % 2 === 0 ? pairs : joined(pairs, cut(found, d, n - 1, n), d);
    }
    if (found.shape[d] === 0) {
      const shape = found.shape.with(d, 1);
      found = complexOf(numpy.ones(shape, { dtype: z.re.dtype }), numpy.zeros(shape, { dtype: z.re.dtype }));
    }
  }
  if (keepdims || axes.length === 0) return found;
  return complexOf(numpy.squeeze(found.re, { axis: axes }), numpy.squeeze(found.im, { axis: axes }));
}

/** Each element becomes the product of it and the 1, 3, 7, … before it. */
function cumprod(z: ComplexTensor, { axis = null }: { readonly axis?: number | null } = {}): ComplexTensor {
  let found = axis === null ? complexOf(numpy.ravel(z.re), numpy.ravel(z.im)) : z;
  const d = axis === null ? 0 : normalizeAxis(axis, z.ndim, 'cumprod');
  const n = found.shape[d];
  for (let step = 1; step < n; step *= 2) {
    const later = times(cut(found, d, step, n), cut(found, d, 0, n - step));
    found = joined(cut(found, d, 0, step), later, d);
  }
  return found;
}

/** The mean of |z − mean|². */
function spread(z: ComplexTensor, { axis = null, keepdims = false }: ReductionOptions = {}): Tensor {
  const off = (x: Tensor): Tensor => square(subtract(x, numpy.mean(x, { axis, keepdims: true })));
  return numpy.mean(add(off(z.re), off(z.im)), { axis, keepdims });
}

const difference = (x: TensorLike, y: TensorLike): ComplexTensor => {
  const [a, b] = [partsOf(x), partsOf(y)];
  return complexOf(subtract(a.re, b.re), subtract(a.im, b.im));
};
interface CloseOptions {
  readonly rtol?: number;
  readonly atol?: number;
  readonly equalNan?: boolean;
}
function isclose(
  x: TensorLike,
  y: TensorLike,
  { rtol = 1e-5, atol = 1e-8, equalNan = false }: CloseOptions = {},
): Tensor {
  const [a, b] = [partsOf(x), partsOf(y)];
  const same = numpy.logicalAnd(equal(a.re, b.re), equal(a.im, b.im));
  const near = lessEqual(sizeOf(difference(x, y)), add(atol, multiply(rtol, sizeOf(b))));
  const finite = numpy.logicalAnd(numpy.isfinite(a.re), numpy.isfinite(a.im));
  const close = logicalOr(same, numpy.logicalAnd(finite, near));
  if (!equalNan) return close;
  const none = (z: { readonly re: Tensor; readonly im: Tensor }): Tensor =>
    logicalOr(numpy.isnan(z.re), numpy.isnan(z.im));
  return logicalOr(close, numpy.logicalAnd(none(a), none(b)));
}

/** Rules by Keras's names. */
export const functionRules: Readonly<Record<string, ComplexRule>> = {
  tanh,
  tan: (z: ComplexTensor) => turnedBack(tanh(turned(z))),
  log2: (z: ComplexTensor) => scaled(1 / Math.LN2, logarithm(z)),
  log10: (z: ComplexTensor) => scaled(1 / Math.LN10, logarithm(z)),
  log1p: logOnePlus,
  // eᶻ − 1 = expm1(x)·cos y − 2·sin²(y/2) + i·eˣ·sin y
  expm1: ({ re, im }: ComplexTensor) =>
    complexOf(
      subtract(multiply(expm1(re), cos(im)), multiply(2, square(sin(multiply(0.5, im))))),
      multiply(exp(re), sin(im)),
    ),
  exp2: (z: ComplexTensor) => exponential(scaled(Math.LN2, z)),
  rsqrt: (z: ComplexTensor) => quotient(1, root(z)),
  sigmoid: (z: ComplexTensor) => {
    const down = exponential(complexOf(negative(z.re), negative(z.im)));
    return quotient(1, shifted(1, down));
  },
  arcsin,
  arccos,
  arccosh,
  arctanh,
  arcsinh: (z: ComplexTensor) => turnedBack(arcsin(turned(z))),
  arctan: (z: ComplexTensor) => turnedBack(arctanh(turned(z))),
  sign,
  prod,
  cumprod,
  // Keras on JAX: the variance is real, and has the dtype of what it is of.
  var: (z: ComplexTensor, options?: ReductionOptions) => {
    const found = spread(z, options);
    return complexOf(found, zerosLike(found));
  },
  std: (z: ComplexTensor, options?: ReductionOptions) => sqrt(spread(z, options)),
  any: reduced(numpy.any),
  all: reduced(numpy.all),
  count_nonzero: reduced(numpy.countNonzero),
  logical_not: isZero,
  isclose,
  allclose: (x: TensorLike, y: TensorLike, options?: CloseOptions) => numpy.all(isclose(x, y, options)),
  full_like: (x: TensorLike, value: TensorLike, options?: never) => {
    const { re, im } = partsOf(value);
    const like = x instanceof ComplexTensor ? x.re : toTensor(x);
    return complexOf(numpy.fullLike(like, re, options), numpy.fullLike(like, im, options));
  },
};
