/**
 * @file Eigenvalues and eigenvectors of matrices of any kind, in float64: rotations make the matrix Hessenberg, then, by the QR algorithm with
 * Wilkinson's shifts in complex numbers, triangular, and substitution gives the vectors. The kernel (`kernels/linalg/eig.ts`) does the same
 * steps.
 *
 * @see Golub & Van Loan 2013, "Matrix Computations", sections 7.4 to 7.6; Wilkinson 1965, "The algebraic eigenvalue problem"
 */

/** Steps of the QR algorithm for one eigenvalue; one that needs more has none (NaN). */
export const MOST_STEPS = 60;

/** Every so many steps without success another shift breaks circles. */
export const EXCEPTIONAL = 10;

const EPSILON = 2 ** -52;

/** A complex matrix by rows. */
interface Matrix {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** c and s with [c s; −s̄ c]·[a; b] = [r; 0]; c is real. */
function rotation(ar: number, ai: number, br: number, bi: number): [c: number, sr: number, si: number] {
  const size = Math.hypot(ar, ai);
  if (size === 0) return [0, 1, 0];
  const whole = Math.hypot(size, Math.hypot(br, bi));
  const [ur, ui] = [ar / size, ai / size];
  return [size / whole, (ur * br + ui * bi) / whole, (ui * br - ur * bi) / whole];
}

/** x, y ← c·x + s·y, −s̄·x + c·y, for `count` numbers each, `step` apart. */
function rotate(
  { re, im }: Matrix,
  x: number,
  y: number,
  step: number,
  count: number,
  c: number,
  sr: number,
  si: number,
): void {
  // prettier-ignore
  for (let k = 0, i = x, j = y; k < count; k++, i += step, j += step) {
    const [xr, xi, yr, yi] = [re[i], im[i], re[j], im[j]];
    re[i] = c * xr + sr * yr - si * yi;
    im[i] = c * xi + sr * yi + si * yr;
    re[j] = c * yr - sr * xr - si * xi;
    im[j] = c * yi - sr * xi + si * xr;
  }
}

/** The eigenvalue of the last 2×2 block that is nearer to its last element. */
function wilkinson({ re, im }: Matrix, n: number, hi: number): [number, number] {
  const [p, q, r, d] = [(hi - 1) * n + hi - 1, (hi - 1) * n + hi, hi * n + hi - 1, hi * n + hi];
  // λ = d + δ/2 ± √((δ/2)² + b·c), δ = a − d
  const [hr, hi2] = [(re[p] - re[d]) / 2, (im[p] - im[d]) / 2];
  const [br, bi] = [re[q] * re[r] - im[q] * im[r], re[q] * im[r] + im[q] * re[r]];
  const [tr, ti] = [hr * hr - hi2 * hi2 + br, 2 * hr * hi2 + bi];
  const size = Math.sqrt((Math.hypot(tr, ti) + Math.abs(tr)) / 2);
  let [rr, ri] = [0, 0];
  if (size > 0) [rr, ri] = tr >= 0 ? [size, ti / (2 * size)] : [Math.abs(ti) / (2 * size), ti < 0 ? -size : size];
  if (hr * rr + hi2 * ri > 0) [rr, ri] = [-rr, -ri];
  return [re[d] + hr + rr, im[d] + hi2 + ri];
}

/** The steps that make H (with Q next to it) triangular. @returns Whether all eigenvalues were found. */
function triangularize(h: Matrix, q: Matrix, n: number): boolean {
  for (let k = 0; k < n - 2; k++) {
    for (let i = n - 1; i > k + 1; i--) {
      const [at, above] = [i * n + k, (i - 1) * n + k];
      if (h.re[at] === 0 && h.im[at] === 0) continue;
      const [c, sr, si] = rotation(h.re[above], h.im[above], h.re[at], h.im[at]);
      rotate(h, (i - 1) * n, i * n, 1, n, c, sr, si);
      rotate(h, i - 1, i, n, n, c, sr, -si);
      rotate(q, i - 1, i, n, n, c, sr, -si);
      h.re[at] = h.im[at] = 0;
    }
  }
  const turns = new Float64Array(3 * n);
  let steps = 0;
  for (let hi = n - 1; hi > 0;) {
    let lo = hi;
    for (; lo > 0; lo--) {
      const sub = lo * n + lo - 1;
      const [d, e] = [lo * n + lo, (lo - 1) * n + lo - 1];
      const near = Math.abs(h.re[d]) + Math.abs(h.im[d]) + Math.abs(h.re[e]) + Math.abs(h.im[e]);
      if (Math.abs(h.re[sub]) + Math.abs(h.im[sub]) <= EPSILON * near) {
        h.re[sub] = h.im[sub] = 0;
        break;
      }
    }
    if (lo === hi) {
      hi--;
      steps = 0;
      continue;
    }
    if (steps++ === MOST_STEPS) return false;
    const [near, shiftIm] = wilkinson(h, n, hi);
    const shiftRe = steps % EXCEPTIONAL === 0 ? near + Math.abs(h.re[hi * n + hi - 1]) : near;
    for (let k = lo; k <= hi; k++) {
      h.re[k * n + k] -= shiftRe;
      h.im[k * n + k] -= shiftIm;
    }
    for (let k = lo; k < hi; k++) {
      const [at, below] = [k * n + k, (k + 1) * n + k];
      const [c, sr, si] = rotation(h.re[at], h.im[at], h.re[below], h.im[below]);
      rotate(h, at, below, 1, n - k, c, sr, si);
      turns.set([c, sr, si], 3 * k);
    }
    for (let k = lo; k < hi; k++) {
      const [c, sr, si] = turns.subarray(3 * k, 3 * k + 3);
      rotate(h, k, k + 1, n, Math.min(k + 2, hi + 1), c, sr, -si);
      rotate(q, k, k + 1, n, n, c, sr, -si);
    }
    for (let k = lo; k <= hi; k++) {
      h.re[k * n + k] += shiftRe;
      h.im[k * n + k] += shiftIm;
    }
  }
  return true;
}

/** Eigenvalues and, in columns, eigenvectors of size 1, whose greatest component is real. */
export function generalEigen(
  a: Float64Array,
  n: number,
): [wr: Float64Array, wi: Float64Array, vr: Float64Array, vi: Float64Array] {
  // prettier-ignore
  const h: Matrix = { re: a.slice(), im: new Float64Array(n * n) };
  const q: Matrix = { re: new Float64Array(n * n), im: new Float64Array(n * n) };
  for (let i = 0; i < n; i++) q.re[i * n + i] = 1;
  const [wr, wi, vr, vi] = [new Float64Array(n), new Float64Array(n), new Float64Array(n * n), new Float64Array(n * n)];
  let norm = 0;
  for (let i = 0; i < n * n; i++) norm += a[i] * a[i];
  norm = Math.sqrt(norm);
  if (!(norm < Infinity) || !triangularize(h, q, n)) {
    for (const part of [wr, wi, vr, vi]) part.fill(NaN);
    return [wr, wi, vr, vi];
  }
  const small = Math.max(EPSILON * norm, 2 ** -1000);
  const [xr, xi] = [new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n; k++) {
    const [lr, li] = [h.re[k * n + k], h.im[k * n + k]];
    wr[k] = lr;
    // What rounding alone makes of a real eigenvalue.
    wi[k] = Math.abs(li) <= n * small ? 0 : li;
    xr.fill(0);
    xi.fill(0);
    xr[k] = 1;
    for (let i = k - 1; i >= 0; i--) {
      let [sumRe, sumIm] = [0, 0];
      for (let j = i + 1; j <= k; j++) {
        const [tr, ti] = [h.re[i * n + j], h.im[i * n + j]];
        sumRe += tr * xr[j] - ti * xi[j];
        sumIm += tr * xi[j] + ti * xr[j];
      }
      let [dr, di] = [lr - h.re[i * n + i], li - h.im[i * n + i]];
      if (Math.abs(dr) + Math.abs(di) < small) [dr, di] = [small, 0];
      const square = dr * dr + di * di;
      xr[i] = (sumRe * dr + sumIm * di) / square;
      xi[i] = (sumIm * dr - sumRe * di) / square;
    }
    let [total, most, ur, ui] = [0, -1, 1, 0];
    for (let i = 0; i < n; i++) {
      let [sumRe, sumIm] = [0, 0];
      for (let j = 0; j <= k; j++) {
        const [tr, ti] = [q.re[i * n + j], q.im[i * n + j]];
        sumRe += tr * xr[j] - ti * xi[j];
        sumIm += tr * xi[j] + ti * xr[j];
      }
      vr[i * n + k] = sumRe;
      vi[i * n + k] = sumIm;
      const square = sumRe * sumRe + sumIm * sumIm;
      total += square;
      if (square > most) [most, ur, ui] = [square, sumRe, -sumIm];
    }
    const scale = 1 / (Math.sqrt(total) * Math.sqrt(most));
    for (let i = 0; i < n; i++) {
      const [re, im] = [vr[i * n + k], vi[i * n + k]];
      vr[i * n + k] = (re * ur - im * ui) * scale;
      vi[i * n + k] = wi[k] === 0 ? 0 : (re * ui + im * ur) * scale;
    }
  }
  return [wr, wi, vr, vi];
}
