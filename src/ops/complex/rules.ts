/**
 * @file What ops do with complex tensors: each by ops on their parts. Imported for its effect.
 */
import type { ComplexDType, DType } from '../../core/dtype.js';
import { isComplexDType } from '../../core/dtype.js';
import { adviseOnce } from '../../core/advice.js';
import type { TensorLike } from '../../runtime/index.js';
import { complexOf, type ComplexRule, ComplexTensor, setComplexRule, type Tensor } from '../../runtime/index.js';
import * as core from '../core.js';
import * as numpy from '../numpy/index.js';
import { angleOf, each, exponential, partsOf, product, quotient, root, sizeOf, times } from './arithmetic.js';
import { functionRules } from './functions.js';
import { linalgRules } from './linalg.js';

const {
  add, cos, cosh, equal, isfinite, isinf, isnan, log, logicalAnd, logicalOr, multiply, negative, notEqual, sin, sinh, subtract, where, zerosLike,
  onesLike,
} = numpy; // prettier-ignore

/** Ops of lists of tensors. */
const eachOfList =
  (fn: (xs: readonly Tensor[], ...rest: never[]) => Tensor): ComplexRule =>
  (xs: readonly TensorLike[], ...rest: never[]) => {
    const parts = xs.map(partsOf);
    return complexOf(
      fn(
        parts.map((x) => x.re),
        ...rest,
      ),
      fn(
        parts.map((x) => x.im),
        ...rest,
      ),
    );
  };

const both =
  (fn: (x: Tensor, y: Tensor) => Tensor): ComplexRule =>
  (x: TensorLike, y: TensorLike) => {
    const [a, b] = [partsOf(x), partsOf(y)];
    return complexOf(fn(a.re, b.re), fn(a.im, b.im));
  };

function power(x: TensorLike, y: TensorLike): ComplexTensor {
  if (typeof y === 'number' && Number.isInteger(y) && Math.abs(y) <= 64) {
    let base: ComplexTensor = x as ComplexTensor;
    let result: ComplexTensor | null = null;
    for (let n = Math.abs(y); n > 0; n = Math.floor(n / 2)) {
      if (n % 2 === 1) result = result === null ? base : times(result, base);
      if (n > 1) base = times(base, base);
    }
    result ??= complexOf(onesLike(base.re), zerosLike(base.re));
    return y < 0 ? quotient(onesLike(result.re), result) : result;
  }
  const a = partsOf(x);
  const zero = logicalAnd(equal(a.re, 0), equal(a.im, 0));
  const safe = complexOf(where(zero, 1, a.re), a.im);
  const found = exponential(times(complexOf(log(sizeOf(safe)), angleOf(safe)), y));
  const clear = (part: Tensor): Tensor => where(zero, 0, part);
  return complexOf(clear(found.re), clear(found.im));
}

const conjugate = (z: ComplexTensor): ComplexTensor => complexOf(z.re, negative(z.im));
const isSame = (x: TensorLike, y: TensorLike): Tensor => {
  const [a, b] = [partsOf(x), partsOf(y)];
  return logicalAnd(equal(a.re, b.re), equal(a.im, b.im));
};

function cast(z: ComplexTensor, dtype: DType | ComplexDType): Tensor {
  if (isComplexDType(dtype)) return complexOf(z.re, z.im, dtype);
  adviseOnce('complex to real', `cast: the imaginary parts of complex numbers are lost as they become ${dtype}.`);
  return core.cast(z.re, dtype);
}

/** Ops that put the numbers of their third argument in places of the first. */
const changed =
  (fn: (x: Tensor, at: never, updates: Tensor, ...rest: never[]) => Tensor): ComplexRule =>
  (x: TensorLike, at: never, updates: TensorLike, ...rest: never[]) => {
    const [a, b] = [partsOf(x), partsOf(updates)];
    return complexOf(fn(a.re, at, b.re, ...rest), fn(a.im, at, b.im, ...rest));
  };

const rules: Readonly<Record<string, ComplexRule>> = {
  real: (z: ComplexTensor) => z.re,
  imag: (z: ComplexTensor) => z.im,
  conjugate,
  angle: angleOf,
  absolute: sizeOf,
  negative: each(negative),
  add: both(add),
  subtract: both(subtract),
  multiply: times,
  divide: quotient,
  true_divide: quotient,
  reciprocal: (z: ComplexTensor) => quotient(onesLike(z.re), z),
  square: (z: ComplexTensor) => times(z, z),
  power,
  exp: exponential,
  log: (z: ComplexTensor) => complexOf(log(sizeOf(z)), angleOf(z)),
  sqrt: root,
  sin: ({ re, im }: ComplexTensor) => complexOf(multiply(sin(re), cosh(im)), multiply(cos(re), sinh(im))),
  cos: ({ re, im }: ComplexTensor) => complexOf(multiply(cos(re), cosh(im)), negative(multiply(sin(re), sinh(im)))),
  sinh: ({ re, im }: ComplexTensor) => complexOf(multiply(sinh(re), cos(im)), multiply(cosh(re), sin(im))),
  cosh: ({ re, im }: ComplexTensor) => complexOf(multiply(cosh(re), cos(im)), multiply(sinh(re), sin(im))),
  equal: isSame,
  not_equal: (x: TensorLike, y: TensorLike) => {
    const [a, b] = [partsOf(x), partsOf(y)];
    return logicalOr(notEqual(a.re, b.re), notEqual(a.im, b.im));
  },
  isnan: (z: ComplexTensor) => logicalOr(isnan(z.re), isnan(z.im)),
  isinf: (z: ComplexTensor) => logicalOr(isinf(z.re), isinf(z.im)),
  isfinite: (z: ComplexTensor) => logicalAnd(isfinite(z.re), isfinite(z.im)),
  isreal: (z: ComplexTensor) => equal(z.im, 0),
  where: (condition: TensorLike, x: TensorLike, y: TensorLike) => {
    const [a, b] = [partsOf(x), partsOf(y)];
    return complexOf(where(condition, a.re, b.re), where(condition, a.im, b.im));
  },
  cast,
  convert_to_tensor: (z: ComplexTensor, { dtype }: { readonly dtype?: DType | null } = {}) =>
    dtype ? cast(z, dtype) : z,
  zeros_like: each(zerosLike),
  ones_like: (z: ComplexTensor) => complexOf(onesLike(z.re), zerosLike(z.im)),
  matmul: product(numpy.matmul),
  dot: product(numpy.dot),
  tensordot: product(numpy.tensordot),
  inner: product(numpy.inner),
  outer: product(numpy.outer),
  kron: product(numpy.kron),
  vdot: (x: TensorLike, y: TensorLike) =>
    product(numpy.vdot)(...([x instanceof ComplexTensor ? conjugate(x) : x, y] as unknown as never[])),
  einsum: (subscripts: string, ...operands: TensorLike[]) => {
    if (operands.length === 1) return each((x: Tensor) => numpy.einsum(subscripts, x))(...(operands as never[]));
    return product((x, y) => numpy.einsum(subscripts, x, y))(...(operands as unknown as never[]));
  },
  concatenate: eachOfList(numpy.concatenate),
  stack: eachOfList(numpy.stack),
  hstack: eachOfList(numpy.hstack),
  vstack: eachOfList(numpy.vstack),
  scatter: (indices: TensorLike, values: ComplexTensor, shape: never) =>
    each((part: Tensor) => core.scatter(indices, part, shape))(values as never),
  scatter_update: changed(core.scatterUpdate),
  slice_update: changed(core.sliceUpdate),
};

/** Ops of one tensor that move or add up elements. */
const LINEAR = {
  reshape: numpy.reshape,
  transpose: numpy.transpose,
  expand_dims: numpy.expandDims,
  squeeze: numpy.squeeze,
  broadcast_to: numpy.broadcastTo,
  flip: numpy.flip,
  roll: numpy.roll,
  rot90: numpy.rot90,
  tile: numpy.tile,
  repeat: numpy.repeat,
  take: numpy.take,
  take_along_axis: numpy.takeAlongAxis,
  get_item: numpy.getItem,
  swapaxes: numpy.swapaxes,
  moveaxis: numpy.moveaxis,
  ravel: numpy.ravel,
  pad: numpy.pad,
  copy: numpy.copy,
  split: numpy.split,
  diag: numpy.diag,
  diagonal: numpy.diagonal,
  trace: numpy.trace,
  tril: numpy.tril,
  triu: numpy.triu,
  sum: numpy.sum,
  mean: numpy.mean,
  cumsum: numpy.cumsum,
  slice: core.slice,
  stop_gradient: core.stopGradient,
  unstack: numpy.unstack,
  average: numpy.average,
  diff: numpy.diff,
  nan_to_num: numpy.nanToNum,
  round: numpy.round,
  trapezoid: numpy.trapezoid,
  segment_sum: numpy.segmentSum,
} as unknown as Readonly<Record<string, (...args: never[]) => unknown>>;

for (const [name, rule] of Object.entries({ ...rules, ...functionRules, ...linalgRules })) setComplexRule(name, rule);
for (const [name, fn] of Object.entries(LINEAR)) setComplexRule(name, each(fn));
