/** @file Orthogonal factors, eigenvalues and singular values, and what is made of them. */
import { ValueError } from '../../core/errors.js';
import { formatShape, sizeOf } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import {
  batchOf, columnsOf, eye, matrixTranspose, product, rowsOf, scaleRows, spread, symmetric,
} from '../../graph/matrices.js'; // prettier-ignore
import type { Operand } from '../../graph/operand.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op } from '../../runtime/index.js';
import { promote } from '../common.js';
import { inFullPrecision, matrices, squareMatrices } from './common.js';

/** Options of `qr`. */
export interface QrOptions {
  /** `'reduced'` (default): Q has min(m, n) columns. `'complete'`: Q is square. */
  readonly mode?: 'reduced' | 'complete';
}

/**
 * QR: x = Q·R with orthonormal columns in Q and R upper triangular, by Householder's reflections. The signs are LAPACK's: a diagonal element of R
 * is negative where the first number of its column was positive.
 *
 * @param x Matrices (…, m, n) of any dtype; integers are taken as `floatx`.
 * @param options `mode`: `'reduced'` (default) or `'complete'`.
 * @returns `[q, r]`: (…, m, k) and (…, k, n), k = min(m, n); complete: (…, m, m) and (…, m, n). No gradient flows through a complete Q of a matrix
 *     that is higher than wide.
 * @throws {ValueError} `x` has fewer than two dimensions, or `mode` is another.
 * @see `keras.ops.qr`; Golub & Van Loan 2013, "Matrix Computations", section 5.2
 * @example
 * ops.qr([[3, 1], [4, 2]])  // [[[-0.6, -0.8], [-0.8, 0.6]], [[-5, -2.2], [0, 0.4]]]
 */
export const qr = op('qr', (x: TensorLike, { mode = 'reduced' }: QrOptions = {}): [q: Tensor, r: Tensor] => {
  if (mode !== 'reduced' && mode !== 'complete')
    throw new ValueError(`qr: mode '${String(mode)}'. Expected 'reduced' or 'complete'.`);
  return inFullPrecision([matrices('qr', x)], (t): [Tensor, Tensor] => lax.qr(t, { full: mode === 'complete' }));
});

/**
 * Eigenvalues and eigenvectors of symmetric matrices: x·v_i = w_i·v_i.
 *
 * @param x Matrices (…, n, n) of any dtype; integers are taken as `floatx`. Of a matrix that is not symmetric those of (x + xᵀ) / 2 are found.
 * @returns `[w, v]`: eigenvalues (…, n), ascending, and orthonormal eigenvectors in the columns of v (…, n, n), whose signs are not determined.
 *     NaN if `x` holds NaN or infinities. Gradients of eigenvectors of equal eigenvalues are not finite, as in Keras on JAX.
 * @throws {ValueError} `x` is not square.
 * @see `keras.ops.eigh`; Golub & Van Loan 2013, "Matrix Computations", section 8.3
 * @example
 * ops.eigh([[2, 0], [0, 1]])[0]  // [1, 2]
 */
export const eigh = op('eigh', (x: TensorLike): [w: Tensor, v: Tensor] =>
  inFullPrecision([squareMatrices('eigh', x)], (t): [Tensor, Tensor] => lax.eigh(symmetric(t))),
);

/** Options of `svd`. */
export interface SvdOptions {
  /** Whether U and V are square. Default true; else they have min(m, n) columns. */
  readonly fullMatrices?: boolean;
  /** Whether U and V are computed at all. Default true. */
  readonly computeUv?: boolean;
}

/** What `svd` gives: by its options. */
export interface SvdFunction {
  (x: TensorLike, options: SvdOptions & { readonly computeUv: false }): Tensor;
  (x: TensorLike, options?: SvdOptions & { readonly computeUv?: true }): [u: Tensor, s: Tensor, vt: Tensor];
  (x: TensorLike, options?: SvdOptions): Tensor | [u: Tensor, s: Tensor, vt: Tensor];
}

/**
 * Singular values and vectors: x = U·diag(s)·Vᵀ.
 *
 * @param x Matrices (…, m, n) of any dtype; integers are taken as `floatx`.
 * @param options `fullMatrices` (default true): U (…, m, m) and Vᵀ (…, n, n), else (…, m, k) and (…, k, n), k = min(m, n). `computeUv` (default
 *     true): false gives the singular values alone.
 * @returns `[u, s, vt]`, or `s` alone: (…, k), descending, not negative. Signs of pairs of vectors are not determined. NaN if `x` holds NaN or
 *     infinities. No gradient flows through full U and V of matrices that are not square.
 * @throws {ValueError} `x` has fewer than two dimensions.
 * @see `keras.ops.svd`; Golub & Van Loan 2013, "Matrix Computations", section 8.6
 * @example
 * ops.svd([[3, 0], [0, -4]], { computeUv: false })  // [4, 3]
 */
export const svd = op(
  'svd',
  (x: TensorLike, { fullMatrices = true, computeUv = true }: SvdOptions = {}): Tensor | [Tensor, Tensor, Tensor] => {
    const t = matrices('svd', x);
    if (!computeUv) return inFullPrecision([t], (a) => lax.singularValues(a));
    return inFullPrecision([t], (a): [Tensor, Tensor, Tensor] => lax.svd(a, { full: fullMatrices }));
  },
) as unknown as SvdFunction & { readonly opName: string };

/** The distance from 1 to the next number. */
const EPSILON: Readonly<Partial<Record<string, number>>> = { float32: 2 ** -23, float64: 2 ** -52 };

/** Which singular values are above so many times the greatest. */
function above<T extends Operand<T>>(s: T, relative: number): T {
  const greatest = lax.reduceMax(s, [s.shape.length - 1]);
  const limit = lax.mul(greatest, lax.fullLike(greatest, relative));
  return lax.gt(s, lax.broadcastInDim(limit, s.shape, [...greatest.shape.keys()]));
}

/** 1 / s where s is above a limit (…), else 0. */
function invertedAbove<T extends Operand<T>>(s: T, relative: number): T {
  if (sizeOf(s.shape) === 0) return s;
  const kept = above(s, relative);
  const one = lax.fullLike(s, 1);
  return lax.select(kept, lax.div(one, lax.select(kept, s, one)), lax.zerosLike(s));
}

/**
 * The cotangent of A from that of its pseudo-inverse P.
 *
 * @see Golub & Pereyra 1973, "The differentiation of pseudo-inverses and nonlinear least squares problems whose variables separate"
 */
function pseudoInverseGradient<T extends Operand<T>>(a: T, p: T, dp: T): T {
  const complement = (x: T): T => lax.sub(eye(x.applier, x.shape, x.dtype), x);
  const turned = matrixTranspose(dp);
  const direct = product(product(p, dp, { transposeA: true }), p, { transposeB: true });
  const left = product(product(complement(product(a, p)), turned), product(p, p, { transposeB: true }));
  const right = product(product(product(p, p, { transposeA: true }), turned), complement(product(p, a)));
  return lax.add(lax.sub(left, direct), right);
}

/** The pseudo-inverse, with a gradient that exists whatever the rank. */
function pseudoInverse<T extends Operand<T>>(a: T, relative: number): T {
  const [u, s, vt] = lax.svd(a, { full: false });
  const inverse = scaleRows(vt, invertedAbove(s, relative));
  const value = product(inverse, u, { transposeA: true, transposeB: true });
  return lax.withGradient<T>(
    { inputs: [a], residuals: [], outputs: [value] },
    ([dp], { inputs: [x], outputs: [y] }) => [pseudoInverseGradient(x, y, dp!)],
  )[0];
}

/**
 * The cotangent of A from that of what is left of it, A_k, when its singular values up to a limit are taken for 0. In the bases of A, for i left and j not:
 * s_i·(s_i·g_ij + s_j·g_ji) / (s_i² − s_j²), and the same for g_ji. Where those taken for 0 are 0 this is g itself.
 *
 * @param g Has no part in what is taken for 0 on both sides.
 */
function truncatedGradient<T extends Operand<T>>(a: T, relative: number, g: T): T {
  const [u, s, vt] = lax.svd(a, { full: false });
  const core = product(product(u, g, { transposeA: true }), vt, { transposeB: true });
  const kept = lax.convert(above(s, relative), s.dtype);
  const [rows, columns] = [kept, kept].map((x, i) => spread(x, core.shape, i === 0 ? 'rows' : 'columns'));
  const mixed = lax.ne(rows, columns);
  const own = lax.gt(rows, columns);
  const [si, sj] = [spread(s, core.shape, 'rows'), spread(s, core.shape, 'columns')];
  const [left, out] = [lax.select(own, si, sj), lax.select(own, sj, si)];
  const gap = lax.select(mixed, lax.mul(lax.sub(left, out), lax.add(left, out)), lax.fullLike(left, 1));
  const whole = lax.add(lax.mul(left, core), lax.mul(out, matrixTranspose(core)));
  const change = lax.sub(lax.div(lax.mul(left, whole), gap), core);
  return lax.add(g, product(product(u, lax.select(mixed, change, lax.zerosLike(core))), vt));
}

/** Options of `pinv` and `lstsq`. */
export interface RankOptions {
  /**
   * Singular values of at most so many times the greatest count as 0. Default: for `pinv` 10 · max(m, n) · ε, for `lstsq` max(m, n) · ε, ε the distance
   * from 1 to the next number of the dtype.
   */
  readonly rcond?: number | null;
}

/**
 * Pseudo-inverses of Moore and Penrose, by singular values.
 *
 * @param x Matrices (…, m, n) of any dtype and rank; integers are taken as `floatx`.
 * @param options `rcond`: which singular values count as 0 (default `null`: below 10 · max(m, n) · ε times the greatest, as in Keras on JAX).
 * @returns (…, n, m). The gradient exists for matrices of any rank.
 * @throws {ValueError} `x` has fewer than two dimensions.
 * @see `keras.ops.pinv`
 * @example
 * ops.pinv([[2, 0], [0, 0], [0, 0]])  // [[0.5, 0, 0], [0, 0, 0]]
 */
export const pinv = op('pinv', (x: TensorLike, { rcond = null }: RankOptions = {}): Tensor =>
  inFullPrecision([matrices('pinv', x)], (a) => {
    if (sizeOf(a.shape) === 0) return lax.full(a.applier, [...batchOf(a), columnsOf(a), rowsOf(a)], 0, a.dtype);
    return pseudoInverse(a, rcond ?? 10 * Math.max(rowsOf(a), columnsOf(a)) * EPSILON[a.dtype]!);
  }),
);

/**
 * The solution of a·x = b with the least sum of squared errors, and of those the shortest, by singular values.
 *
 * @param a A matrix (m, n) of any rank.
 * @param b A vector (m,), or right sides (m, k).
 * @param options `rcond`: which singular values count as 0 (default `null`: below max(m, n) · ε times the greatest).
 * @returns x: (n,) or (n, k). The gradient exists for matrices of any rank; where singular values that are not 0 count as 0 it is that of the solution
 *     without them.
 * @throws {ValueError} `a` is no matrix, or `b` has another number of rows.
 * @see `keras.ops.lstsq`
 * @example
 * ops.lstsq([[1, 0], [1, 1], [1, 2]], [1, 3, 5])  // [1, 2]: the line 1 + 2·t through three points
 */
export const lstsq = op('lstsq', (a: TensorLike, b: TensorLike, { rcond = null }: RankOptions = {}): Tensor => {
  const [left, right] = promote('lstsq', [a, b]);
  const t = matrices('lstsq', left, 'a');
  const given = lax.convert(right, t.dtype);
  if (t.ndim !== 2 || (given.ndim !== 1 && given.ndim !== 2) || given.shape[0] !== t.shape[0])
    throw new ValueError(
      `lstsq: a of shape ${formatShape(t.shape)} and b of shape ${formatShape(given.shape)}. Expected a matrix (m, n), and b (m,) or (m, k) ` +
        `with as many rows (use ops.pinv for batches).`,
    );
  const [m, n] = t.shape;
  const x = inFullPrecision([t, given.ndim === 1 ? lax.reshape(given, [m, 1]) : given], (matrix, side) => {
    const relative =
      rcond === null ? Math.max(m, n) * EPSILON[matrix.dtype]! : rcond < 0 ? EPSILON[matrix.dtype]! : rcond;
    if (sizeOf(matrix.shape) === 0) return lax.full(matrix.applier, [n, columnsOf(side)], 0, matrix.dtype);
    const [u, s, vt] = lax.svd(matrix, { full: false });
    const along = scaleRows(product(u, side, { transposeA: true }), invertedAbove(s, relative));
    // x = P·b: P̄ = x̄·bᵀ, b̄ = Pᵀ·x̄
    return lax.withGradient<Tensor>(
      { inputs: [matrix, side], residuals: [], outputs: [product(vt, along, { transposeA: true })] },
      ([dx], { inputs: [y, z] }) => {
        const p = pseudoInverse(y, relative);
        const slope = pseudoInverseGradient(y, p, product(dx!, z, { transposeB: true }));
        return [rcond === null ? slope : truncatedGradient(y, relative, slope), product(p, dx!, { transposeA: true })];
      },
    )[0];
  });
  return given.ndim === 1 ? lax.reshape(x, [n]) : x;
});

/** Options of `matrixRank`. */
export interface MatrixRankOptions {
  /** Singular values up to this one count as 0. Default: max(m, n) · ε times the greatest. */
  readonly tol?: number | null;
}

/**
 * The number of singular values that are not 0.
 *
 * @param x Matrices (…, m, n) of any dtype; integers are taken as `floatx`.
 * @param options `tol`: singular values up to it count as 0 (default `null`: max(m, n) · ε times the greatest of the matrix).
 * @returns int32, of shape (…).
 * @throws {ValueError} `x` has fewer than two dimensions.
 * @see `keras.ops.matrix_rank`
 * @example
 * ops.matrixRank([[1, 2], [2, 4]])  // 1
 */
export const matrixRank = op('matrix_rank', (x: TensorLike, { tol = null }: MatrixRankOptions = {}): Tensor =>
  inFullPrecision([matrices('matrixRank', x)], (a) => {
    if (sizeOf(a.shape) === 0) return lax.full(a.applier, batchOf(a), 0, 'int32');
    const s = lax.singularValues(a);
    const greatest = lax.reduceMax(s, [s.shape.length - 1]);
    const limit =
      tol === null
        ? lax.mul(greatest, lax.fullLike(greatest, Math.max(rowsOf(a), columnsOf(a)) * EPSILON[a.dtype]!))
        : lax.fullLike(greatest, tol);
    const counted = lax.gt(s, lax.broadcastInDim(limit, s.shape, [...limit.shape.keys()]));
    return lax.reduceSum(lax.convert(counted, 'int32'), [s.shape.length - 1]);
  }),
);
