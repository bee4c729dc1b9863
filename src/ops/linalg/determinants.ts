/** @file Determinants, and their signs and logarithms. */
import { sizeOf } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import { batchOf, columnsOf, diagonalMatrix, eye, mainDiagonal, matrixTranspose, part, permuteRows, scaleRows } from '../../graph/matrices.js'; // prettier-ignore
import type { Operand } from '../../graph/operand.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op } from '../../runtime/index.js';
import { inFullPrecision, squareMatrices } from './common.js';
import { solveByFactors } from './systems.js';

const last = <T extends Operand<T>>(x: T): number => x.shape.length - 1;

/** 1 or −1: whether the swaps of rows are even or odd in number. */
function parity<T extends Operand<T>>(pivots: T, like: T): T {
  const moved = lax.convert(lax.ne(pivots, lax.iota(pivots.applier, 'int32', pivots.shape, last(pivots))), 'int32');
  const odd = lax.and(lax.reduceSum(moved, [last(pivots)]), lax.fullLike(lax.reduceSum(moved, [last(pivots)]), 1));
  const one = lax.fullLike(odd, 1, like.dtype);
  return lax.select(lax.eq(odd, lax.fullLike(odd, 1)), lax.neg(one), one);
}

/** The element in a row and a column of each matrix. */
const element = <T extends Operand<T>>(x: T, row: number, column: number): T =>
  lax.reshape(part(x, [row, row + 1], [column, column + 1]), batchOf(x));

/** Determinants of matrices of two or three rows, by their formula, which is right for singular ones as well. */
function smallDeterminant<T extends Operand<T>>(x: T): T {
  const at = (row: number, column: number): T => element(x, row, column);
  const minor = (a: number, b: number, rows: readonly [number, number]): T =>
    lax.sub(lax.mul(at(rows[0], a), at(rows[1], b)), lax.mul(at(rows[0], b), at(rows[1], a)));
  if (columnsOf(x) === 1) return at(0, 0);
  if (columnsOf(x) === 2) return minor(0, 1, [0, 1]);
  const term = (column: number, a: number, b: number): T => lax.mul(at(0, column), minor(a, b, [1, 2]));
  return lax.add(lax.sub(term(0, 1, 2), term(1, 0, 2)), term(2, 0, 1));
}

/**
 * The transposed cofactors det(A)·A⁻¹, from the factors. They exist for singular matrices too: where only the last pivot is 0, it is
 * replaced so that nothing is divided by 0; where more are, all cofactors are 0.
 *
 * @see Magnus & Neudecker 2019, "Matrix Differential Calculus", section 8.3
 */
function adjugate<T extends Operand<T>>(factors: T, pivots: T, order: T): T {
  const n = columnsOf(factors);
  const diagonal = mainDiagonal(factors);
  const line = (from: number, to: number): T =>
    lax.slice(
      diagonal,
      diagonal.shape.map((_, d) => (d === last(diagonal) ? from : 0)),
      diagonal.shape.with(last(diagonal), to),
    );
  const sign = parity(pivots, factors);
  const before = lax.mul(sign, lax.reduceProd(line(0, n - 1), [last(diagonal)]));
  const determinant = lax.mul(before, lax.reshape(line(n - 1, n), batchOf(factors)));
  // The last element of U becomes 1 / (the product of the others), the rows before the last are multiplied by the determinant.
  const ones = lax.fullLike(diagonal, 1);
  const isLast = lax.eq(
    lax.iota(diagonal.applier, 'int32', diagonal.shape, last(diagonal)),
    lax.fullLike(diagonal, n - 1, 'int32'),
  );
  const along = (x: T): T => lax.broadcastInDim(x, diagonal.shape, [...batchOf(factors).keys()]);
  const replaced = lax.select(isLast, lax.div(ones, along(before)), diagonal);
  const upper = lax.add(lax.sub(factors, diagonalMatrix(diagonal)), diagonalMatrix(replaced));
  const right = permuteRows(eye(factors.applier, factors.shape, factors.dtype), order);
  const forward = lax.triangularSolve(factors, right, { lower: true, transpose: false, unit: true });
  const scaled = scaleRows(forward, lax.select(isLast, ones, along(determinant)));
  const found = lax.triangularSolve(upper, scaled, { lower: false, transpose: false, unit: false });
  const finite = lax.reduceMin(lax.isFinite(found), [found.shape.length - 2, found.shape.length - 1]);
  return lax.select(lax.broadcastInDim(finite, found.shape, [...batchOf(factors).keys()]), found, lax.zerosLike(found));
}

/**
 * The determinants of square matrices.
 *
 * @param x Matrices (…, n, n) of any dtype; integers are taken as `floatx`.
 * @returns det x, of shape (…). Exactly 0 for matrices whose LU has a zero pivot. The gradient exists for singular matrices too.
 * @throws {ValueError} `x` is not square.
 * @see `keras.ops.det`
 * @example
 * ops.det([[1, 2], [3, 4]])  // -2
 */
export const det = op('det', (x: TensorLike): Tensor =>
  inFullPrecision([squareMatrices('det', x)], (a) => {
    const n = columnsOf(a);
    if (n === 0) return lax.full(a.applier, batchOf(a), 1, a.dtype);
    if (n <= 3) return smallDeterminant(a);
    const [factors, pivots, order] = lax.lu(a);
    const diagonal = mainDiagonal(factors);
    const value = lax.mul(parity(pivots, factors), lax.reduceProd(diagonal, [last(diagonal)]));
    return lax.withGradient<Tensor>(
      { inputs: [a], residuals: [factors, pivots, order], outputs: [value] },
      ([dy], { residuals: [f, p, o] }) => {
        const cofactors = matrixTranspose(adjugate(f, p, o));
        return [lax.mul(cofactors, lax.broadcastInDim(dy!, cofactors.shape, [...dy!.shape.keys()]))];
      },
    )[0];
  }),
);

/** Signs and logarithms of the sizes of determinants. */
function signAndLog(a: Tensor): [Tensor, Tensor] {
  const n = columnsOf(a);
  const log = (y: Tensor): Tensor => lax.log(lax.abs(y));
  if (n === 0 || sizeOf(a.shape) === 0) {
    const one = lax.full(a.applier, batchOf(a), 1, a.dtype);
    return [one, lax.zerosLike(one)];
  }
  if (n <= 2) {
    const small = smallDeterminant(a);
    return [lax.sign(small), log(small)];
  }
  const [factors, pivots, order] = lax.lu(a);
  const diagonal = mainDiagonal(factors);
  const sign = lax.mul(parity(pivots, factors), lax.reduceProd(lax.sign(diagonal), [last(diagonal)]));
  const logarithm = lax.reduceSum(log(diagonal), [last(diagonal)]);
  // (log |det A|)' = A⁻ᵀ
  const [fixed, found] = lax.withGradient<Tensor>(
    { inputs: [a], residuals: [factors, order], outputs: [sign, logarithm] },
    ([, dy], { inputs: [matrix], residuals: [f, o] }) => {
      if (dy === null) return [null];
      const right = diagonalMatrix(lax.broadcastInDim(dy, matrix.shape.slice(0, -1), [...dy.shape.keys()]));
      return [solveByFactors(matrix, f, o, right, true)];
    },
  );
  return [fixed, found];
}

/**
 * The signs of determinants and the logarithms of their sizes, which neither overflow nor vanish for large matrices.
 *
 * @param x Matrices (…, n, n) of any dtype; integers are taken as `floatx`.
 * @returns `[sign, logdet]`, both of shape (…): det x = sign · exp(logdet). Of a singular matrix `[0, -Infinity]`. No gradient flows
 *     through the sign.
 * @throws {ValueError} `x` is not square.
 * @see `keras.ops.slogdet`
 * @example
 * ops.slogdet([[0, 2], [1, 0]])  // [-1, 0.6931472]
 */
export const slogdet = op('slogdet', (x: TensorLike): [sign: Tensor, logdet: Tensor] => {
  const [sign, logdet] = inFullPrecision([squareMatrices('slogdet', x)], signAndLog);
  return [sign, logdet];
});

/**
 * The natural logarithms of the sizes of determinants: log |det x|.
 *
 * @param x Matrices (…, n, n) of any dtype; integers are taken as `floatx`.
 * @returns Of shape (…); −Infinity for singular matrices.
 * @throws {ValueError} `x` is not square.
 * @see `keras.ops.logdet`
 * @example
 * ops.logdet([[2, 0], [0, 3]])  // 1.7917595
 */
export const logdet = op('logdet', (x: TensorLike): Tensor =>
  inFullPrecision([squareMatrices('logdet', x)], (a) => signAndLog(a)[1]),
);
