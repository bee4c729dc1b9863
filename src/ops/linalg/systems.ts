/** @file Systems of linear equations, inverses and determinants, by Cholesky's factor and by LU. */
import { ValueError } from '../../core/errors.js';
import { formatShape, sameShape } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Operand } from '../../graph/operand.js';
import { eye, matrixTranspose, permuteRows, product, rowsOf, symmetric } from '../../graph/matrices.js'; // prettier-ignore
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { isTracing, op } from '../../runtime/index.js';
import { promote } from '../common.js';
import { inFullPrecision, matrices, sameBatch, squareMatrices } from './common.js';

/** Options of `cholesky` and `choleskyInverse`. */
export interface CholeskyOptions {
  /** Whether the factor is the upper triangular one: U with Uᵀ·U = x. Default false: L with L·Lᵀ = x. */
  readonly upper?: boolean;
}

/**
 * Cholesky's factor L of symmetric positive definite matrices: lower triangular, with a positive diagonal, and L·Lᵀ = x.
 *
 * @param x Matrices (…, n, n) of any dtype; integers are taken as `floatx`. Of a matrix that is not symmetric (x + xᵀ) / 2 is factorized.
 * @param options `upper`: give Lᵀ (default false).
 * @returns The factors, of the shape of `x`; zeros stand in the other triangle.
 * @throws {ValueError} `x` is not square, or, outside of a program, not positive definite. In a program (`jit`, `fit`) the factor of
 *     such a matrix is NaN, as in Keras on JAX.
 * @see `keras.ops.cholesky`; Golub & Van Loan 2013, "Matrix Computations", section 4.2
 * @example
 * ops.cholesky([[4, 2], [2, 5]])  // [[2, 0], [1, 2]]
 */
export const cholesky = op('cholesky', (x: TensorLike, { upper = false }: CholeskyOptions = {}): Tensor => {
  const a = squareMatrices('cholesky', x);
  const factor = inFullPrecision([a], (wide) => {
    const lower = lax.cholesky(symmetric(wide));
    return upper ? matrixTranspose(lower) : lower;
  });
  if (!isTracing() && factor.ndarray.data.some((value) => Number.isNaN(value)))
    throw new ValueError(
      `cholesky: x of shape ${formatShape(a.shape)} is not positive definite, or holds NaN. Add a small multiple of the unit ` +
        `matrix (ops.eye), or use ops.eigh or ops.luFactor, which take any symmetric matrix.`,
    );
  return factor;
});

/**
 * The inverses of symmetric positive definite matrices from their Cholesky factors.
 *
 * @param x Factors (…, n, n), as `cholesky` gives them. The other triangle is not read.
 * @param options `upper`: whether the factors are upper triangular (default false).
 * @returns (L·Lᵀ)⁻¹ or (Uᵀ·U)⁻¹, of the shape of `x`.
 * @throws {ValueError} `x` is not square.
 * @see `keras.ops.cholesky_inverse`
 * @example
 * ops.choleskyInverse([[2, 0], [1, 2]])  // [[0.3125, -0.125], [-0.125, 0.25]], the inverse of [[4, 2], [2, 5]]
 */
export const choleskyInverse = op(
  'cholesky_inverse',
  (x: TensorLike, { upper = false }: CholeskyOptions = {}): Tensor =>
    inFullPrecision([squareMatrices('choleskyInverse', x)], (t) => {
      const unit = eye(t.applier, t.shape, t.dtype);
      const inverse = lax.triangularSolve(t, unit, { lower: !upper, transpose: false, unit: false });
      return upper ? product(inverse, inverse, { transposeB: true }) : product(inverse, inverse, { transposeA: true });
    }),
);

/** Options of `solveTriangular`. */
export interface SolveTriangularOptions {
  /** Whether `a` is lower triangular. Default false: upper. */
  readonly lower?: boolean;
}

/** The right sides of systems as matrices, and a function that gives solutions their shape. */
function rightSides(
  owner: string,
  a: Tensor,
  b: Tensor,
  vectors: boolean,
): { b: Tensor; shaped: (x: Tensor) => Tensor } {
  const columns = vectors ? lax.reshape(b, [...b.shape, 1]) : b;
  if (columns.ndim < 2 || rowsOf(columns) !== rowsOf(a))
    throw new ValueError(
      `${owner}: a of shape ${formatShape(a.shape)} and b of shape ${formatShape(b.shape)}. Expected b with ${rowsOf(a)} rows, ` +
        `one for each of a: (…, ${rowsOf(a)}, k), or a vector (${rowsOf(a)},).`,
    );
  return { b: columns, shaped: (x) => (vectors ? lax.reshape(x, x.shape.slice(0, -1)) : x) };
}

/**
 * The solution of triangular systems a·x = b by substitution.
 *
 * @param a Matrices (…, n, n), of which one triangle is read.
 * @param b Right sides (…, n, k), vectors (…, n) with the batch of `a`, or one vector (n,) for all.
 * @param options `lower`: which triangle (default false: the upper one).
 * @returns x, of the shape of `b` (with the batch that both are broadcast to). A zero on the diagonal gives infinities and NaN, as in Keras on JAX.
 * @throws {ValueError} `a` is not square, or `b` has another number of rows.
 * @see `keras.ops.solve_triangular`
 * @example
 * ops.solveTriangular([[2, 0], [1, 4]], [2, 9], { lower: true })  // [1, 2]
 */
export const solveTriangular = op(
  'solve_triangular',
  (a: TensorLike, b: TensorLike, { lower = false }: SolveTriangularOptions = {}): Tensor => {
    const owner = 'solveTriangular';
    const [left, right] = promote(owner, [a, b]);
    const [t, given] = [squareMatrices(owner, left, 'a'), lax.convert(right, squareMatrices(owner, left, 'a').dtype)];
    // As in JAX: (…, n) is vectors only with the very batch of `a`, else matrices that are broadcast.
    const vectors = given.ndim === 1 || sameShape(given.shape, t.shape.slice(0, -1));
    const side = rightSides(owner, t, given, vectors);
    const [wide, columns] = sameBatch(owner, t, side.b);
    return inFullPrecision([wide, columns], (m, c) =>
      side.shaped(lax.triangularSolve(m, c, { lower, transpose: false, unit: false })),
    );
  },
);

/**
 * LU factors with partial pivoting: P·x = L·U.
 *
 * @param x Matrices (…, m, n) of any dtype; integers are taken as `floatx`.
 * @returns `[lu, pivots]`. `lu` (…, m, n) holds U on and above its diagonal and L below it (the diagonal of L is 1); row i was swapped with
 *     row `pivots[i]` (int32, (…, min(m, n))), one after another. Singular matrices have a zero on U's diagonal.
 * @throws {ValueError} `x` has fewer than two dimensions.
 * @see `keras.ops.lu_factor`; Golub & Van Loan 2013, "Matrix Computations", section 3.4
 * @example
 * ops.luFactor([[1, 2], [4, 2]])  // [[[4, 2], [0.25, 1.5]], [1, 1]]
 */
export const luFactor = op('lu_factor', (x: TensorLike): [lu: Tensor, pivots: Tensor] => {
  const [factors, pivots] = inFullPrecision([matrices('luFactor', x)], (t) => lax.lu(t));
  return [factors, pivots];
});

/** a·X = b, or aᵀ·X = b, by the factors of `a`. Its gradient solves with the same factors once more. */
export function solveByFactors<T extends Operand<T>>(a: T, factors: T, order: T, b: T, transpose: boolean): T {
  const [lower, upper] = [
    { lower: true, transpose, unit: true },
    { lower: false, transpose, unit: false },
  ];
  const last = order.shape.length - 1;
  const x = transpose
    ? permuteRows(lax.triangularSolve(factors, lax.triangularSolve(factors, b, upper), lower), lax.argSort(order, last))
    : lax.triangularSolve(factors, lax.triangularSolve(factors, permuteRows(b, order), lower), upper);
  // a·x = b: b̄ = a⁻ᵀ·x̄, ā = −b̄·xᵀ
  return lax.withGradient<T>(
    { inputs: [a, b], residuals: [factors, order], outputs: [x] },
    ([dx], { inputs: [matrix], residuals: [f, o], outputs: [y] }) => {
      const db = solveByFactors(matrix, f, o, dx!, !transpose);
      const pair = transpose ? product(y, db, { transposeB: true }) : product(db, y, { transposeB: true });
      return [lax.neg(pair), db];
    },
  )[0];
}

/** a·X = b for matrices of one batch. */
function solveSystem<T extends Operand<T>>(a: T, b: T): T {
  const [factors, , order] = lax.lu(a);
  return solveByFactors(a, factors, order, b, false);
}

/**
 * The solution of linear systems a·x = b, by LU with partial pivoting.
 *
 * @param a Matrices (…, n, n).
 * @param b A vector (n,), or right sides (…, n, k).
 * @returns x, of the shape of `b` (with the batch that both are broadcast to). Of singular matrices infinities and NaN, as in Keras on JAX.
 * @throws {ValueError} `a` is not square, or `b` has another number of rows.
 * @see `keras.ops.solve`
 * @example
 * ops.solve([[3, 1], [1, 2]], [9, 8])  // [2, 3]
 */
export const solve = op('solve', (a: TensorLike, b: TensorLike): Tensor => {
  const [left, right] = promote('solve', [a, b]);
  const t = squareMatrices('solve', left, 'a');
  const given = lax.convert(right, t.dtype);
  const side = rightSides('solve', t, given, given.ndim === 1);
  const [wide, columns] = sameBatch('solve', t, side.b);
  return inFullPrecision([wide, columns], (m, c) => {
    const x = side.shaped(solveSystem(m, c));
    return x;
  });
});

/**
 * The inverses of square matrices.
 *
 * @param x Matrices (…, n, n) of any dtype; integers are taken as `floatx`.
 * @returns x⁻¹, of the shape of `x`. Of a singular matrix infinities and NaN, as in Keras on JAX. To solve a system use `solve`, which is
 *     faster and more accurate than to multiply with an inverse.
 * @throws {ValueError} `x` is not square.
 * @see `keras.ops.inv`
 * @example
 * ops.inv([[2, 0], [0, 4]])  // [[0.5, 0], [0, 0.25]]
 */
export const inv = op('inv', (x: TensorLike): Tensor =>
  inFullPrecision([squareMatrices('inv', x)], (t) => solveSystem(t, eye(t.applier, t.shape, t.dtype))),
);
