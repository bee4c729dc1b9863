/**
 * @file Factorizations of one matrix in float64, as they stand in textbooks: the oracle of the kernels. Elements lie row by row.
 *
 * @see Golub & Van Loan 2013, "Matrix Computations", algorithms 4.2.1 (Cholesky), 3.1.1 (substitution), 3.4.1 (pivoting), 5.2.1 (QR)
 */

/** The lower triangle of A becomes L, what is above it 0; all of the triangle NaN if A is not positive definite. */
export function cholesky(a: Float64Array, n: number): void {
  let positive = true;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
      if (i === j) positive &&= sum > 0 && sum < Infinity;
      a[i * n + j] = i === j ? Math.sqrt(sum) : sum / a[j * n + j];
    }
    a.fill(0, i * n + i + 1, i * n + n);
  }
  if (positive) return;
  for (let i = 0; i < n; i++) a.fill(NaN, i * n, i * n + i + 1);
}

/** How a triangular matrix is read. */
export interface Triangle {
  readonly lower: boolean;
  readonly transpose: boolean;
  readonly unit: boolean;
}

/** B, of n rows and m columns, becomes X with T·X = B. */
export function solveTriangular(
  t: Float64Array,
  n: number,
  b: Float64Array,
  m: number,
  { lower, transpose, unit }: Triangle,
): void {
  const at = (i: number, j: number): number => (transpose ? t[j * n + i] : t[i * n + j]);
  const forward = lower !== transpose;
  for (let step = 0; step < n; step++) {
    const i = forward ? step : n - 1 - step;
    const [from, to] = forward ? [0, i] : [i + 1, n];
    for (let c = 0; c < m; c++) {
      let sum = b[i * m + c];
      for (let k = from; k < to; k++) sum -= at(i, k) * b[k * m + c];
      b[i * m + c] = unit ? sum : sum / at(i, i);
    }
  }
}

/** A, of m rows, becomes L below its diagonal and U: P·A = L·U. Row i was swapped with row `pivots[i]`. */
export function lu(a: Float64Array, m: number, n: number, pivots: Int32Array): void {
  for (let k = 0; k < pivots.length; k++) {
    let best = k;
    for (let i = k + 1; i < m; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[best * n + k])) best = i;
    pivots[k] = best;
    if (best !== k) {
      for (let j = 0; j < n; j++) [a[k * n + j], a[best * n + j]] = [a[best * n + j], a[k * n + j]];
    }
    const pivot = a[k * n + k];
    for (let i = k + 1; i < m; i++) {
      // A pivot of 0 has zeros below it, which stay.
      if (pivot !== 0) a[i * n + k] /= pivot;
      const factor = a[i * n + k];
      for (let j = k + 1; j < n; j++) a[i * n + j] -= factor * a[k * n + j];
    }
  }
}

/** The order of rows that swaps make: row i of the result is row `order[i]`. */
export function orderOfSwaps(pivots: Int32Array, m: number): Int32Array {
  const order = Int32Array.from({ length: m }, (_, i) => i);
  pivots.forEach((p, i) => ([order[i], order[p]] = [order[p], order[i]]));
  return order;
}

/**
 * A (m rows, n columns) becomes R above and on its diagonal; below it stand Householder's vectors v, whose first component is 1. Returns
 * the factors τ: Q = H₁·H₂·…, H = 1 − τ·v·vᵀ. Signs as in LAPACK: the diagonal of R has the sign opposite to the column's first number.
 */
export function householder(a: Float64Array, m: number, n: number): Float64Array {
  const taus = new Float64Array(Math.min(m, n));
  for (let k = 0; k < taus.length; k++) {
    let rest = 0;
    for (let i = k + 1; i < m; i++) rest = Math.hypot(rest, a[i * n + k]);
    if (rest === 0) continue; // also the last row of a square matrix: H = 1
    const alpha = a[k * n + k];
    const beta = -Math.sign(alpha || 1) * Math.hypot(alpha, rest);
    taus[k] = (beta - alpha) / beta;
    for (let i = k + 1; i < m; i++) a[i * n + k] /= alpha - beta;
    a[k * n + k] = beta;
    for (let j = k + 1; j < n; j++) {
      let sum = a[k * n + j];
      for (let i = k + 1; i < m; i++) sum += a[i * n + k] * a[i * n + j];
      sum *= taus[k];
      a[k * n + j] -= sum;
      for (let i = k + 1; i < m; i++) a[i * n + j] -= sum * a[i * n + k];
    }
  }
  return taus;
}

/** The first `columns` columns of Q (m rows) of what `householder` left in `a` (n columns). */
export function householderProduct(
  a: Float64Array,
  m: number,
  n: number,
  taus: Float64Array,
  columns: number,
): Float64Array {
  const q = new Float64Array(m * columns);
  for (let i = 0; i < Math.min(m, columns); i++) q[i * columns + i] = 1;
  for (let k = taus.length - 1; k >= 0; k--) {
    for (let j = 0; j < columns; j++) {
      let sum = q[k * columns + j];
      for (let i = k + 1; i < m; i++) sum += a[i * n + k] * q[i * columns + j];
      sum *= taus[k];
      q[k * columns + j] -= sum;
      for (let i = k + 1; i < m; i++) q[i * columns + j] -= sum * a[i * n + k];
    }
  }
  return q;
}
