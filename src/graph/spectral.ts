/**
 * @file Eigenvalues of symmetric matrices and singular values in float64, by Jacobi's rotations: slow, simple and the most accurate way,
 * the oracle of the kernels. Elements lie row by row.
 *
 * @see Golub & Van Loan 2013, "Matrix Computations", algorithms 8.5.3 (cyclic Jacobi) and 8.6.3 (one-sided Jacobi)
 */
import { householder, householderProduct } from './factorize.js';

const EPSILON = 2 ** -52;
const SWEEPS = 60;

/** The cosine and sine that make the off-diagonal element of ((x, z), (z, y)) zero. */
function jacobiRotation(x: number, z: number, y: number): [c: number, s: number] {
  const theta = (y - x) / (2 * z);
  const t = Number.isFinite(theta * theta)
    ? (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(1 + theta * theta))
    : 1 / (2 * theta);
  const c = 1 / Math.sqrt(1 + t * t);
  return [c, t * c];
}

/** (row i, row j) ← (c·i − s·j, s·i + c·j), over `count` elements that lie `step` apart. */
function rotate(x: Float64Array, i: number, j: number, count: number, step: number, c: number, s: number): void {
  for (let k = 0; k < count; k++, i += step, j += step) {
    const [u, v] = [x[i], x[j]];
    x[i] = c * u - s * v;
    x[j] = s * u + c * v;
  }
}

/** Places of numbers in ascending order. */
const ascending = (values: Float64Array): number[] =>
  Array.from(values, (_, i) => i).sort((i, j) => values[i] - values[j] || i - j);

/** Eigenvalues, ascending, and the eigenvectors in the columns of the second result. Only the lower triangle of `a` is read. */
export function symmetricEigen(a: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[j * n + i] = a[i * n + j];
  if (!a.every(Number.isFinite))
    return { values: new Float64Array(n).fill(NaN), vectors: new Float64Array(n * n).fill(NaN) };
  const rows = new Float64Array(n * n); // eigenvectors as rows
  for (let i = 0; i < n; i++) rows[i * n + i] = 1;
  for (let sweep = 0, changed = true; changed && sweep < SWEEPS; sweep++) {
    changed = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const [x, y, z] = [a[p * n + p], a[q * n + q], a[p * n + q]];
        // Too small to change either eigenvalue.
        if (z === 0 || (Math.abs(x) + z / 16 === Math.abs(x) && Math.abs(y) + z / 16 === Math.abs(y))) continue;
        changed = true;
        const [c, s] = jacobiRotation(x, z, y);
        rotate(a, p, q, n, n, c, s); // columns
        rotate(a, p * n, q * n, n, 1, c, s); // rows
        a[p * n + q] = a[q * n + p] = 0;
        rotate(rows, p * n, q * n, n, 1, c, s);
      }
    }
  }
  const diagonal = Float64Array.from({ length: n }, (_, i) => a[i * n + i]);
  const order = ascending(diagonal);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    for (let k = 0; k < n; k++) vectors[k * n + to] = rows[from * n + k];
  });
  return { values: Float64Array.from(order, (i) => diagonal[i]), vectors };
}

/** A = U·diag(s)·Vᵀ: s descending, U (m, m), Vᵀ (n, n). */
export function singularValues(
  a: Float64Array,
  m: number,
  n: number,
): { u: Float64Array; s: Float64Array; vt: Float64Array } {
  if (m < n) {
    const { u, s, vt } = singularValues(transpose(a, m, n), n, m);
    return { u: transpose(vt, m, m), s, vt: transpose(u, n, n) };
  }
  if (!a.every(Number.isFinite)) {
    const none = (size: number): Float64Array => new Float64Array(size).fill(NaN);
    return { u: none(m * m), s: none(n), vt: none(n * n) };
  }
  // Rows of `columns` are the columns of A, which are turned until they are orthogonal.
  const columns = transpose(a, m, n);
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  const inner = (p: number, q: number): number => {
    let sum = 0;
    for (let k = 0; k < m; k++) sum += columns[p * m + k] * columns[q * m + k];
    return sum;
  };
  for (let sweep = 0, changed = true; changed && sweep < SWEEPS; sweep++) {
    changed = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const [x, y, z] = [inner(p, p), inner(q, q), inner(p, q)];
        if (Math.abs(z) <= EPSILON * Math.sqrt(x) * Math.sqrt(y)) continue;
        changed = true;
        const [c, s] = jacobiRotation(x, z, y);
        rotate(columns, p * m, q * m, m, 1, c, s);
        rotate(v, p * n, q * n, n, 1, c, s);
      }
    }
  }
  const lengths = Float64Array.from({ length: n }, (_, i) => Math.sqrt(inner(i, i)));
  const order = ascending(lengths).reverse();
  const s = Float64Array.from(order, (i) => lengths[i]);
  const vt = new Float64Array(n * n);
  order.forEach((from, to) => vt.set(v.subarray(from * n, from * n + n), to * n));
  // Columns that are 0 have no direction: what completes the others to a basis takes their places.
  const rank = s.filter((value) => value > EPSILON * m * s[0] * 1e-3).length;
  const basis = new Float64Array(m * rank);
  for (let j = 0; j < rank; j++) {
    for (let k = 0; k < m; k++) basis[k * rank + j] = columns[order[j] * m + k] / s[j];
  }
  const reflected = basis.slice();
  const u = householderProduct(reflected, m, rank, householder(reflected, m, rank), m);
  for (let k = 0; k < m; k++) for (let j = 0; j < rank; j++) u[k * m + j] = basis[k * rank + j];
  return { u, s, vt };
}

/** The transpose of m rows and n columns. */
function transpose(x: Float64Array, m: number, n: number): Float64Array {
  return Float64Array.from({ length: m * n }, (_, i) => x[(i % m) * n + Math.floor(i / m)]);
}
