/**
 * @file Linear algebra of complex matrices by real ones of twice the size: [re −im; im re] multiplies, inverts and has singular values (each
 * twice) as the complex matrix does.
 *
 * @see Golub & Van Loan 2013, "Matrix Computations", exercise 1.4.4 (the equivalent real form)
 */
import type { TensorLike, ComplexTensor } from '../../runtime/index.js';
import { complexOf, type ComplexRule, type Tensor } from '../../runtime/index.js';
import type { NormOptions } from '../linalg/norm.js';
import * as core from '../core.js';
import * as linalg from '../linalg/index.js';
import * as numpy from '../numpy/index.js';
import { partsOf, sizeOf } from './arithmetic.js';

const beside = (a: Tensor, b: Tensor): Tensor => numpy.concatenate([a, b], { axis: -1 });
const below = (a: Tensor, b: Tensor): Tensor => numpy.concatenate([a, b], { axis: -2 });

/** The real form of matrices. */
function realForm(x: TensorLike): Tensor {
  const { re, im } = partsOf(x);
  return below(beside(re, numpy.negative(im)), beside(im, re));
}

/** Rows `from` to `to`, and the first `columns` columns. */
function corner(x: Tensor, from: number, to: number, columns: number): Tensor {
  const all = x.shape.slice(0, -2).map((dim) => ({ start: 0, stop: dim }));
  return numpy.getItem(x, [...all, { start: from, stop: to }, { start: 0, stop: columns }]);
}

/** The complex matrices of `rows` rows whose parts stand one below the other. */
const complexForm = (x: Tensor, rows: number, columns: number): ComplexTensor =>
  complexOf(corner(x, 0, rows, columns), corner(x, rows, 2 * rows, columns));

/** Solutions of systems with right sides (…, n, k), or one vector. */
const solved =
  (solver: (a: Tensor, b: Tensor, ...rest: never[]) => Tensor): ComplexRule =>
  (a: TensorLike, b: TensorLike, ...rest: never[]) => {
    const [left, right] = [partsOf(a), partsOf(b)];
    const vector = right.re.ndim === 1;
    const column = (x: Tensor): Tensor => (vector ? numpy.expandDims(x, -1) : x);
    const sides = below(column(right.re), column(right.im));
    const n = left.re.shape[left.re.ndim - 1];
    const x = complexForm(solver(realForm(a), sides, ...rest), n, sides.shape[sides.ndim - 1]);
    return vector ? complexOf(numpy.squeeze(x.re, { axis: -1 }), numpy.squeeze(x.im, { axis: -1 })) : x;
  };

/** Inverses of square matrices, or pseudo-inverses of any. */
const inverted =
  (fn: (x: Tensor, ...rest: never[]) => Tensor): ComplexRule =>
  (x: ComplexTensor, ...rest: never[]) => {
    const [rows, columns] = x.shape.slice(-2);
    return complexForm(fn(realForm(x), ...rest), columns, rows);
  };

/** Norms by sizes of elements; those by singular values from the real form, which has each twice. */
function norm(x: ComplexTensor, options: NormOptions = {}): Tensor {
  const { ord = null, axis = null, keepdims = false } = options;
  const matrices = Array.isArray(axis) ? axis.length === 2 : axis === null && x.ndim === 2;
  if (!matrices || (ord !== 2 && ord !== -2 && ord !== 'nuc')) return linalg.norm(sizeOf(x), options);
  const axes = (Array.isArray(axis) ? (axis as readonly number[]) : [0, 1]).map((a) => (a < 0 ? a + x.ndim : a));
  const last = (part: Tensor): Tensor => numpy.moveaxis(part, axes, [-2, -1]);
  const found = linalg.norm(realForm(complexOf(last(x.re), last(x.im))), { ord, axis: [-2, -1] });
  const value = ord === 'nuc' ? numpy.multiply(0.5, found) : found;
  return keepdims
    ? numpy.expandDims(
        value,
        [...axes].sort((a, b) => a - b),
      )
    : value;
}

/** Rules by Keras's names. */
export const linalgRules: Readonly<Record<string, ComplexRule>> = {
  inv: inverted(linalg.inv),
  pinv: inverted(linalg.pinv),
  solve: solved(linalg.solve),
  lstsq: solved(linalg.lstsq),
  matrix_rank: (x: ComplexTensor, ...rest: never[]) =>
    core.cast(numpy.floorDivide(linalg.matrixRank(realForm(x), ...rest), 2), 'int32'),
  norm,
};
