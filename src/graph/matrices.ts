/** @file Batches of matrices in the words of the engine: the last two dimensions are rows and columns, all before them the batch. */
import type { DType } from '../core/dtype.js';
import type { Shape } from '../core/shape.js';
import { range, sizeOf } from '../core/shape.js';
import {
  add, broadcastInDim, constantLike, convert, dotGeneral, eq, fullLike, gather, ge, iota, le, mul, reduceSum, reshape, select, slice, sub,
  transpose, zerosLike,
} from './lax.js'; // prettier-ignore
import { fromNumbers } from '../core/ndarray.js';
import type { Applier, Operand } from './operand.js';

/** Rows and columns of the matrices of a batch. */
export const rowsOf = ({ shape }: { readonly shape: Shape }): number => shape[shape.length - 2];
export const columnsOf = ({ shape }: { readonly shape: Shape }): number => shape[shape.length - 1];
export const batchOf = ({ shape }: { readonly shape: Shape }): Shape => shape.slice(0, -2);

export function matrixTranspose<T extends Operand<T>>(x: T): T {
  const n = x.shape.length;
  return transpose(x, [...range(n - 2), n - 1, n - 2]);
}

/** Which operands of a product are transposed before. */
export interface ProductOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}
/** A · B for each pair of a batch. */
export function product<T extends Operand<T>>(
  a: T,
  b: T,
  { transposeA = false, transposeB = false }: ProductOptions = {},
): T {
  const n = a.shape.length;
  const batch = range(n - 2);
  return dotGeneral(a, b, {
    lhsBatch: batch,
    rhsBatch: batch,
    lhsContract: [transposeA ? n - 2 : n - 1],
    rhsContract: [transposeB ? n - 1 : n - 2],
  });
}

/** Numbers of the rows (or columns) at all places of a matrix. */
const places = <T extends Operand<T>>(x: T, side: 'row' | 'column'): T =>
  iota(x.applier, 'int32', x.shape, x.shape.length - (side === 'row' ? 2 : 1));

/** The lower (or upper) triangle with zeros elsewhere. `diagonal`: −1 leaves out the diagonal of the lower one, 1 that of the upper. */
export function triangle<T extends Operand<T>>(x: T, part: 'lower' | 'upper', diagonal = 0): T {
  const [row, column] = [places(x, 'row'), places(x, 'column')];
  const shift = diagonal === 0 ? column : sub(column, fullLike(column, diagonal));
  return select(part === 'lower' ? le(shift, row) : ge(shift, row), x, zerosLike(x));
}

/** Unit matrices (rectangular ones have ones where row and column are equal). */
export function eye<T extends Operand<T>>(applier: Applier<T>, shape: Shape, dtype: DType): T {
  const n = shape.length;
  return convert(eq(iota(applier, 'int32', shape, n - 2), iota(applier, 'int32', shape, n - 1)), dtype);
}

/** The elements at (i, i): (…, m, n) → (…, min(m, n)). */
export function mainDiagonal<T extends Operand<T>>(x: T): T {
  const only = select(eq(places(x, 'row'), places(x, 'column')), x, zerosLike(x));
  const n = x.shape.length;
  const k = Math.min(rowsOf(x), columnsOf(x));
  // Summed along the longer side.
  const along = rowsOf(x) > columnsOf(x) ? n - 2 : n - 1;
  const line = reduceSum(only, [along]);
  return line.shape[n - 2] === k ? line : slice(line, line.shape.map(() => 0), line.shape.with(n - 2, k)); // prettier-ignore
}

/** A vector along the columns, repeated for all rows (`'columns'`: element j stands in column j), or along the rows. */
export function spread<T extends Operand<T>>(vector: T, shape: Shape, along: 'rows' | 'columns'): T {
  const n = shape.length;
  return broadcastInDim(vector, shape, [...range(n - 2), along === 'columns' ? n - 1 : n - 2]);
}

/** Each column j of `x` times element j of a vector. */
export const scaleColumns = <T extends Operand<T>>(x: T, vector: T): T => mul(x, spread(vector, x.shape, 'columns'));
/** Each row i of `x` times element i of a vector. */
export const scaleRows = <T extends Operand<T>>(x: T, vector: T): T => mul(x, spread(vector, x.shape, 'rows'));

/** Matrices with a vector on the diagonal and zeros elsewhere. */
export function diagonalMatrix<T extends Operand<T>>(vector: T): T {
  const shape = [...vector.shape, vector.shape[vector.shape.length - 1]];
  const wide = spread(vector, shape, 'columns');
  return select(eq(places(wide, 'row'), places(wide, 'column')), wide, zerosLike(wide));
}

/** Row `order[i]` of `x` as row i; `order` (…, m) of an integer dtype. */
export function permuteRows<T extends Operand<T>>(x: T, order: T): T {
  const batch = sizeOf(batchOf(x));
  const [m, n] = [rowsOf(x), columnsOf(x)];
  if (sizeOf(x.shape) === 0) return x;
  const flat = reshape(order, [batch, order.shape[order.shape.length - 1]]);
  const starts = constantLike(
    flat,
    fromNumbers(
      flat.dtype,
      [batch, 1],
      range(batch).map((i) => i * m),
    ),
  );
  const all = add(flat, broadcastInDim(starts, flat.shape, [0, 1]));
  return reshape(gather(reshape(x, [batch * m, n]), all), [...batchOf(x), flat.shape[1], n]);
}

/** The part of matrices between two corners. */
export function part<T extends Operand<T>>(
  x: T,
  rows: readonly [number, number],
  columns: readonly [number, number],
): T {
  const batch = batchOf(x);
  return slice(x, [...batch.map(() => 0), rows[0], columns[0]], [...batch, rows[1], columns[1]]);
}

/** (X + Xᵀ) / 2 */
export function symmetric<T extends Operand<T>>(x: T): T {
  return mul(add(x, matrixTranspose(x)), fullLike(x, 0.5));
}
