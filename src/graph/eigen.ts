/**
 * @file Eigenvalues and eigenvectors of matrices of any kind, in float64: the matrix is balanced, made Hessenberg by reflections, then, by
 * Francis's double steps in real numbers, a triangle of 1×1 and 2×2 blocks; substitution gives the vectors. Order, signs and phases are those of LAPACK
 * for matrices of few rows. The kernel (`kernels/linalg/eig/`) takes the same steps, by blocks.
 *
 * @see Golub & Van Loan 2013, "Matrix Computations", sections 7.4 to 7.6; Parlett & Reinsch 1969 and James, Langou & Lowery 2014 (balancing);
 *     Ahues & Tisseur 1997, "A new deflation criterion for the QR algorithm" (LAPACK working note 122); Bai & Demmel 1993, "On swapping
 *     diagonal blocks in real Schur form" (the standard form of blocks)
 */

import type { DType } from '../core/dtype.js';

/** What counts as 0 beside other numbers: all is computed in float64, but the search ends where it would in the dtype of the matrix. */
export interface Precision {
  /** The distance from 1 to the next number. */
  readonly epsilon: number;
  /** The least normal number. */
  readonly tiny: number;
}

export const precisionOf = (dtype: DType): Precision =>
  dtype === 'float64' ? { epsilon: 2 ** -52, tiny: 2 ** -1022 } : { epsilon: 2 ** -23, tiny: 2 ** -126 };

/** Double steps for each eigenvalue, on average, before the search is given up. */
export const PATIENCE = 30;
/** Every so many steps without success another shift breaks circles: one made of the last rows, or, every second time, of both. */
export const EXCEPTIONAL = 10;
/** What an exceptional shift is made of. */
export const SHIFT = { diagonal: 0.75, off: -0.4375 } as const;
/** Sizes of elements with which squares and quotients stay numbers; matrices beyond are scaled. */
export const LEAST_NORM = 2 ** -459;
export const MOST_NORM = 2 ** 459;
export const RESCALE = 2 ** 500;
/** Size of components of an eigenvector before normalization; longer ones are scaled. */
export const MOST_GROWTH = 2 ** 300;

/** A matrix by rows, square. */
interface Matrix {
  readonly a: Float64Array;
  readonly n: number;
}

/** What balancing did: rows `lo` to `hi` are to be worked at; `scale` holds factors of these, and with which row the others changed places. */
interface Balance {
  readonly lo: number;
  readonly hi: number;
  readonly scale: Float64Array;
}

function exchange({ a, n }: Matrix, i: number, j: number): void {
  if (i === j) return;
  for (let k = 0; k < n; k++) {
    const [x, y] = [k * n + i, k * n + j];
    [a[x], a[y]] = [a[y], a[x]];
  }
  for (let k = 0; k < n; k++) {
    const [x, y] = [i * n + k, j * n + k];
    [a[x], a[y]] = [a[y], a[x]];
  }
}

/** Rows and columns that show an eigenvalue go to the ends; of the others each row becomes about as large as its column, by powers of 2. */
function balance(m: Matrix): Balance {
  const { a, n } = m;
  const scale = new Float64Array(n).fill(1);
  let [lo, hi] = [0, n - 1];
  const alone = (i: number, at: (k: number) => number): boolean => {
    for (let k = lo; k <= hi; k++) if (k !== i && a[at(k)] !== 0) return false;
    return true;
  };
  for (let found = true; found && hi > 0;) {
    found = false;
    for (let i = hi; i >= 0; i--) {
      if (!alone(i, (k) => i * n + k)) continue;
      scale[hi] = i;
      exchange(m, i, hi);
      found = true;
      hi--;
      break;
    }
  }
  if (hi === 0) return { lo, hi, scale };
  for (let found = true; found;) {
    found = false;
    for (let j = lo; j <= hi; j++) {
      if (!alone(j, (k) => k * n + j)) continue;
      scale[lo] = j;
      exchange(m, j, lo);
      found = true;
      lo++;
      break;
    }
  }
  for (let going = true; going;) {
    going = false;
    for (let i = lo; i <= hi; i++) {
      let [column, row] = [0, 0];
      for (let k = lo; k <= hi; k++) {
        column += a[k * n + i] ** 2;
        row += a[i * n + k] ** 2;
      }
      [column, row] = [Math.sqrt(column), Math.sqrt(row)];
      if (column === 0 || row === 0) continue;
      const before = column + row;
      let factor = 1;
      while (column < row / 2 && factor < 2 ** 200) [factor, column, row] = [factor * 2, column * 2, row / 2];
      while (column / 2 >= row && factor > 2 ** -200) [factor, column, row] = [factor / 2, column / 2, row * 2];
      if (column + row >= 0.95 * before) continue;
      scale[i] *= factor;
      going = true;
      for (let k = lo; k < n; k++) a[i * n + k] /= factor;
      for (let k = 0; k <= hi; k++) a[k * n + i] *= factor;
    }
  }
  return { lo, hi, scale };
}

/**
 * The reflection 1 − τ·v·vᵀ, v₁ = 1, that takes x to (β, 0, …), whose sign is opposite to that of x₁.
 *
 * @param x Becomes (β, v₂, …). @returns τ; 0 where all but x₁ is 0.
 */
function reflection(x: Float64Array): number {
  const size = Math.hypot(...x.subarray(1));
  if (size === 0) return 0;
  const beta = x[0] >= 0 && !Object.is(x[0], -0) ? -Math.hypot(x[0], size) : Math.hypot(x[0], size);
  const tau = (beta - x[0]) / beta;
  const inverse = 1 / (x[0] - beta);
  for (let i = 1; i < x.length; i++) x[i] *= inverse;
  x[0] = beta;
  return tau;
}

/** Rows (or, by `step`, columns) x, … of a matrix, from element `from` to `to`, reflected. */
function reflect(
  a: Float64Array,
  first: number,
  along: number,
  across: number,
  count: number,
  v: Float64Array,
  tau: number,
): void {
  // prettier-ignore
  for (let k = 0, at = first; k < count; k++, at += along) {
    let sum = a[at];
    for (let i = 1; i < v.length; i++) sum += v[i] * a[at + i * across];
    sum *= tau;
    a[at] -= sum;
    for (let i = 1; i < v.length; i++) a[at + i * across] -= v[i] * sum;
  }
}

function unit(n: number): Matrix {
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) a[i * n + i] = 1;
  return { a, n };
}

/** H becomes 0 below its second diagonal, Q what it was turned by. */
function hessenberg({ a: h, n }: Matrix, q: Float64Array, lo: number, hi: number): void {
  for (let k = lo; k < hi - 1; k++) {
    const x = new Float64Array(hi - k);
    for (let i = 0; i < x.length; i++) x[i] = h[(k + 1 + i) * n + k];
    const tau = reflection(x);
    if (tau === 0) continue;
    reflect(h, (k + 1) * n + k + 1, 1, n, n - k - 1, x, tau);
    reflect(h, k + 1, n, 1, hi + 1, x, tau);
    reflect(q, k + 1, n, 1, n, x, tau);
    h[(k + 1) * n + k] = x[0];
    for (let i = k + 2; i <= hi; i++) h[i * n + k] = 0;
  }
}

/** The number of a size with the sign of another. */
const withSign = (size: number, sign: number): number =>
  sign < 0 || Object.is(sign, -0) ? -Math.abs(size) : Math.abs(size);

/** A 2×2 block, its rotation to the standard form, and its eigenvalues. */
interface Block {
  readonly block: readonly [number, number, number, number];
  readonly c: number;
  readonly s: number;
  readonly im: number;
}

/** The rotation that makes a block triangular, or, if its eigenvalues are complex, equal on the diagonal. */
function standard(a: number, b: number, c: number, d: number, epsilon: number): Block {
  if (c === 0) return { block: [a, b, 0, d], c: 1, s: 0, im: 0 };
  if (b === 0) return { block: [d, -c, 0, a], c: 0, s: 1, im: 0 };
  if (a - d === 0 && b < 0 !== c < 0)
    return { block: [a, b, c, d], c: 1, s: 0, im: Math.sqrt(Math.abs(b)) * Math.sqrt(Math.abs(c)) };
  const gap = a - d;
  const half = gap / 2;
  const most = Math.max(Math.abs(b), Math.abs(c));
  const least = Math.min(Math.abs(b), Math.abs(c)) * Math.sign(b) * Math.sign(c);
  const size = Math.max(Math.abs(half), most);
  const inside = (half / size) * half + (most / size) * least;
  if (inside >= 4 * epsilon) {
    const z = half + withSign(Math.sqrt(size) * Math.sqrt(inside), half);
    const r = Math.hypot(c, z);
    return { block: [d + z, b - c, 0, d - (most / z) * least], c: z / r, s: c / r, im: 0 };
  }
  const sigma = b + c;
  const r = Math.hypot(sigma, gap);
  let cos = Math.sqrt((1 + Math.abs(sigma) / r) / 2);
  let sin = -(half / (r * cos)) * (sigma < 0 ? -1 : 1);
  const [aa, bb, cc, dd] = [a * cos + b * sin, b * cos - a * sin, c * cos + d * sin, d * cos - c * sin];
  const [pp, q, u, ww] = [aa * cos + cc * sin, bb * cos + dd * sin, cc * cos - aa * sin, dd * cos - bb * sin];
  let p = (pp + ww) / 2;
  let w = p;
  if (u !== 0 && q === 0) return { block: [p, -u, 0, w], c: -sin, s: cos, im: 0 };
  if (u !== 0 && q < 0 === u < 0) {
    const [rootQ, rootU] = [Math.sqrt(Math.abs(q)), Math.sqrt(Math.abs(u))];
    const apart = withSign(rootQ * rootU, u);
    const inverse = 1 / Math.sqrt(Math.abs(q + u));
    [p, w] = [p + apart, p - apart];
    const [c1, s1] = [rootQ * inverse, rootU * inverse];
    [cos, sin] = [cos * c1 - sin * s1, cos * s1 + sin * c1];
    return { block: [p, q - u, 0, w], c: cos, s: sin, im: 0 };
  }
  return { block: [p, q, u, w], c: cos, s: sin, im: u === 0 ? 0 : Math.sqrt(Math.abs(q)) * Math.sqrt(Math.abs(u)) };
}

/** Numbers `x` and `y`, and those after them, turned: c·x + s·y, c·y − s·x. */
function rotate(a: Float64Array, x: number, y: number, step: number, count: number, c: number, s: number): void {
  // prettier-ignore
  for (let k = 0, i = x, j = y; k < count; k++, i += step, j += step)
    [a[i], a[j]] = [c * a[i] + s * a[j], c * a[j] - s * a[i]];
}

/** Two shifts of a double step: real ones, both the same, or a complex pair. */
interface Shifts {
  readonly re: number;
  readonly im: number;
}

/** The eigenvalues of a block; of real ones the one that is nearer to its last element, twice. */
function shiftsOf(a: number, b: number, c: number, d: number): Shifts {
  const size = Math.abs(a) + Math.abs(b) + Math.abs(c) + Math.abs(d);
  if (size === 0) return { re: 0, im: 0 };
  const [p, q, r, s] = [a / size, b / size, c / size, d / size];
  const mean = (p + s) / 2;
  const det = (p - mean) * (s - mean) - q * r;
  const root = Math.sqrt(Math.abs(det));
  if (det >= 0) return { re: mean * size, im: root * size };
  const [above, below] = [mean + root, mean - root];
  return { re: (Math.abs(above - s) <= Math.abs(below - s) ? above : below) * size, im: 0 };
}

/**
 * The first row, from lo on, that is cut off from those before it: what connects them is smaller than roundings of what is around.
 */
function cutBefore(
  h: Float64Array,
  n: number,
  lo: number,
  last: number,
  hi: number,
  epsilon: number,
  small: number,
): number {
  // prettier-ignore
  const at = (i: number, j: number): number => Math.abs(h[i * n + j]);
  let k = last;
  for (; k > lo; k--) {
    const sub = at(k, k - 1);
    if (sub <= small) break;
    let near = at(k - 1, k - 1) + at(k, k);
    if (near === 0) near += (k - 2 >= lo ? at(k - 1, k - 2) : 0) + (k + 1 <= hi ? at(k + 1, k) : 0);
    if (sub > epsilon * near) continue;
    const [most, least] = [Math.max(sub, at(k - 1, k)), Math.min(sub, at(k - 1, k))];
    const gap = Math.abs(h[(k - 1) * n + k - 1] - h[k * n + k]);
    const [outer, inner] = [Math.max(at(k, k), gap), Math.min(at(k, k), gap)];
    const size = outer + most;
    if (least * (most / size) <= Math.max(small, epsilon * (inner * (outer / size)))) break;
  }
  return k;
}

/** The steps that make H a triangle of blocks, and Q what it was turned by. @returns Whether all eigenvalues were found. */
function triangularize(
  { a: h, n }: Matrix,
  q: Float64Array,
  lo: number,
  hi: number,
  wi: Float64Array,
  { epsilon, tiny }: Precision,
): boolean {
  const size = hi - lo + 1;
  const small = tiny * (n / epsilon);
  const most = PATIENCE * Math.max(10, size);
  const at = (i: number, j: number): number => h[i * n + j];
  let [last, steps, all] = [hi, 0, 0];
  while (last >= lo) {
    const first = cutBefore(h, n, lo, last, hi, epsilon, small);
    if (first > lo) h[first * n + first - 1] = 0;
    if (first >= last - 1) {
      if (first === last - 1) {
        const found = standard(at(first, first), at(first, last), at(last, first), at(last, last), epsilon);
        h.set(found.block.slice(0, 2), first * n + first);
        h.set(found.block.slice(2), last * n + first);
        wi[first] = found.im;
        wi[last] = -found.im;
        rotate(h, first * n + last + 1, last * n + last + 1, 1, n - last - 1, found.c, found.s);
        rotate(h, first, last, n, first, found.c, found.s);
        rotate(q, first, last, n, n, found.c, found.s);
      }
      last = first - 1;
      steps = 0;
      continue;
    }
    if (all++ > most) return false;
    steps++;
    let shifts: Shifts;
    if (steps % EXCEPTIONAL === 0) {
      const [i, j, k] = steps % (2 * EXCEPTIONAL) === 0 ? [last, last - 1, last - 2] : [first, first + 1, first + 2];
      const apart = i === last ? Math.abs(at(i, j)) + Math.abs(at(j, k)) : Math.abs(at(j, i)) + Math.abs(at(k, j));
      const diagonal = SHIFT.diagonal * apart + at(i, i);
      shifts = shiftsOf(diagonal, SHIFT.off * apart, apart, diagonal);
    } else {
      shifts = shiftsOf(at(last - 1, last - 1), at(last - 1, last), at(last, last - 1), at(last, last));
    }
    const { re, im } = shifts;
    // Where the step may begin: two connections that are small together cut as well as one that is tiny.
    let m = last - 2;
    let v: Float64Array;
    for (; ; m--) {
      const sub = at(m + 1, m);
      const around = Math.abs(at(m, m) - re) + Math.abs(im) + Math.abs(sub);
      const part = sub / around;
      const x = part * at(m, m + 1) + (at(m, m) - re) * ((at(m, m) - re) / around) + im * (im / around);
      const y = part * (at(m, m) + at(m + 1, m + 1) - 2 * re);
      const z = part * at(m + 2, m + 1);
      const sum = Math.abs(x) + Math.abs(y) + Math.abs(z);
      v = Float64Array.of(x / sum, y / sum, z / sum);
      if (m === first) break;
      const near = Math.abs(at(m - 1, m - 1)) + Math.abs(at(m, m)) + Math.abs(at(m + 1, m + 1));
      if (Math.abs(at(m, m - 1)) * (Math.abs(v[1]) + Math.abs(v[2])) <= epsilon * Math.abs(v[0]) * near) break;
    }
    for (let k = m; k < last; k++) {
      if (k > m) v = Float64Array.from({ length: Math.min(3, last - k + 1) }, (_, i) => at(k + i, k - 1));
      const tau = reflection(v);
      if (k > m) {
        h[k * n + k - 1] = v[0];
        for (let i = 1; i < v.length; i++) h[(k + i) * n + k - 1] = 0;
      } else if (m > first) {
        // As −v₁ would be, but for what underflows.
        h[k * n + k - 1] *= 1 - tau;
      }
      reflect(h, k * n + k, 1, n, n - k, v, tau);
      reflect(h, k, n, 1, Math.min(k + 3, last) + 1, v, tau);
      reflect(q, k, n, 1, n, v, tau);
    }
  }
  return true;
}

/** x / d for complex numbers; what is smaller than `small` counts as that. */
function quotient(xr: number, xi: number, dr: number, di: number, small: number): [number, number] {
  if (Math.abs(dr) + Math.abs(di) < small) return [xr / small, xi / small];
  if (di === 0) return [xr / dr, xi / dr];
  if (Math.abs(dr) >= Math.abs(di)) {
    const ratio = di / dr;
    const whole = dr + di * ratio;
    return [(xr + xi * ratio) / whole, (xi - xr * ratio) / whole];
  }
  const ratio = dr / di;
  const whole = di + dr * ratio;
  return [(xr * ratio + xi) / whole, (xi * ratio - xr) / whole];
}

/** The eigenvector of the value `wr` + i·`wi` of the triangle T, whose (last) row is k: parts. */
function vectorOf(
  t: Float64Array,
  n: number,
  k: number,
  wr: number,
  wi: number,
  { epsilon, tiny }: Precision,
): [Float64Array, Float64Array] {
  const [re, im] = [new Float64Array(n), new Float64Array(n)];
  const at = (i: number, j: number): number => t[i * n + j];
  const small = Math.max(epsilon * (Math.abs(wr) + Math.abs(wi)), tiny * (n / epsilon));
  let top = k;
  if (wi === 0) {
    re[k] = 1;
  } else {
    top = k - 1;
    const [b, c] = [at(k - 1, k), at(k, k - 1)];
    if (Math.abs(b) >= Math.abs(c)) [re[k - 1], im[k]] = [1, wi / b];
    else [re[k - 1], im[k]] = [-wi / c, 1];
  }
  const shrink = (by: number): void => {
    for (let j = 0; j <= k; j++) [re[j], im[j]] = [re[j] * by, im[j] * by];
  };
  /** Make room for a quotient by a number of this size. */
  const room = (divisor: number, ...sums: number[]): void => {
    const size = Math.max(...sums.map(Math.abs));
    const limit = Math.max(divisor, small) * MOST_GROWTH;
    if (size > limit) shrink(limit / size);
  };
  const sumOf = (i: number, from: number): [number, number] => {
    let [sumRe, sumIm] = [0, 0];
    for (let j = from; j <= k; j++) {
      sumRe -= at(i, j) * re[j];
      sumIm -= at(i, j) * im[j];
    }
    return [sumRe, sumIm];
  };
  for (let i = top - 1; i >= 0; i--) {
    if (i > 0 && at(i, i - 1) !== 0) {
      const [b, c, gap] = [at(i - 1, i), at(i, i - 1), at(i, i) - wr];
      const beta = Math.sqrt(Math.abs(b)) * Math.sqrt(Math.abs(c));
      const sizes = (): [[number, number], [number, number]] => [sumOf(i - 1, i + 1), sumOf(i, i + 1)];
      room(Math.min(Math.abs(gap) + Math.abs(beta - wi), 1), ...sizes().flat());
      const [[pr, pi], [qr, qi]] = sizes();
      // The adjugate, then the two factors of the determinant, of which only the first may be near 0.
      const over = (xr: number, xi: number): [number, number] =>
        quotient(...quotient(xr, xi, gap, -beta - wi, small), gap, beta - wi, small);
      [re[i - 1], im[i - 1]] = over(gap * pr + wi * pi - b * qr, gap * pi - wi * pr - b * qi);
      [re[i], im[i]] = over(gap * qr + wi * qi - c * pr, gap * qi - wi * qr - c * pi);
      i--;
    } else {
      room(Math.abs(at(i, i) - wr) + Math.abs(wi), ...sumOf(i, i + 1));
      [re[i], im[i]] = quotient(...sumOf(i, i + 1), at(i, i) - wr, -wi, small);
    }
  }
  return [re, im];
}

/** Eigenvalues and, in columns, eigenvectors of size 1, those of complex values with a real greatest component. */
export function generalEigen(
  from: Float64Array,
  n: number,
  precision: Precision,
): [wr: Float64Array, wi: Float64Array, vr: Float64Array, vi: Float64Array] {
  const [wr, wi, vr, vi] = [new Float64Array(n), new Float64Array(n), new Float64Array(n * n), new Float64Array(n * n)];
  const norm = from.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const none = (): [Float64Array, Float64Array, Float64Array, Float64Array] => {
    for (const part of [wr, wi, vr, vi]) part.fill(NaN);
    return [wr, wi, vr, vi];
  };
  if (!(norm < Infinity)) return none();
  const unscaled = norm > 0 && norm < LEAST_NORM ? 1 / RESCALE : norm > MOST_NORM ? RESCALE : 1;
  const m: Matrix = { a: from.map((x) => x / unscaled), n };
  const q = unit(n).a;
  const { lo, hi, scale } = balance(m);
  hessenberg(m, q, lo, hi);
  if (!triangularize(m, q, lo, hi, wi, precision)) return none();
  for (let k = 0; k < n; k++) wr[k] = m.a[k * n + k];
  for (let k = 0; k < n; k++) {
    if (wi[k] > 0) continue;
    const pair = wi[k] < 0;
    const parts = vectorOf(m.a, n, k, wr[k], pair ? -wi[k] : 0, precision).map((x) => {
      const y = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= k; j++) y[i] += q[i * n + j] * x[j];
        if (i >= lo && i <= hi) y[i] *= scale[i];
      }
      for (let i = lo - 1; i >= 0; i--) [y[i], y[scale[i]]] = [y[scale[i]], y[i]];
      for (let i = hi + 1; i < n; i++) [y[i], y[scale[i]]] = [y[scale[i]], y[i]];
      return y;
    });
    if (!pair) {
      const size = Math.hypot(...parts[0]);
      parts[0].forEach((x, i) => (vr[i * n + k] = x / size));
      continue;
    }
    const [re, im] = parts;
    const size = Math.hypot(...re, ...im);
    let [greatest, place, ur, ui] = [-1, 0, 1, 0];
    re.forEach((x, i) => {
      const [a, b] = [x / size, im[i] / size];
      if (a * a + b * b > greatest) [greatest, place, ur, ui] = [a * a + b * b, i, a, b];
    });
    // Turned by less than half a circle: a negative real part stays negative.
    const root = withSign(Math.sqrt(greatest), ur);
    const [c, s] = [ur / root, ui / root];
    re.forEach((x, i) => {
      const [a, b] = [x / size, im[i] / size];
      vr[i * n + k - 1] = vr[i * n + k] = c * a + s * b;
      vi[i * n + k - 1] = c * b - s * a;
      vi[i * n + k] = s * a - c * b;
    });
    vi[place * n + k - 1] = vi[place * n + k] = 0;
  }
  for (let k = 0; k < n; k++) [wr[k], wi[k]] = [wr[k] * unscaled, wi[k] * unscaled];
  return [wr, wi, vr, vi];
}
