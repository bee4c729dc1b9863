/**
 * @file The transforms of Winograd's convolutions: F(m, r) makes m neighbouring sums of r products out of m + r − 1 products in place of
 * m·r, by evaluating both factors at m + r − 1 points and interpolating. In two dimensions each transform is done along rows, then columns.
 *
 * The usual points 0, ±1, ±2, ∞ lose a digit of float32; 0, ±11/16, ±11/8, ∞ give results about twice as far from float64 as a plain sum
 * is, at the same cost: what multiplies is a constant either way. Root mean square error against float64 relative to that of the
 * result, normal data, 64 features, 3×3: plain 4e-7, F(2×2) 3e-7, F(4×4) 8e-7 (with ±1, ±2: 1.6e-6); greatest error 4e-6 to 9e-6 (2e-5).
 * With four finite points, 0, ±11/16, 7/4 were the best of those tried: 7e-7 for F(4, 2), F(3, 3) and F(2, 4). More than six points lose more.
 * All of them grow with the root of the number of features, as those of a plain sum do.
 *
 * @see Lavin & Gray 2016, "Fast Algorithms for Convolutional Neural Networks"; Barabasz et al. 2020, "Error Analysis and Improving the
 *   Accuracy of Winograd Convolution for Deep Neural Networks"
 */
import type { Expr, FunctionBuilder } from '../../codegen/index.js';
import { constant, isVector } from '../../codegen/index.js';

type Matrix = readonly (readonly number[])[];

/** sums = output · ((kernel · k) ⊙ (input · d)): m sums of r products. */
export interface Winograd {
  /** Neighbouring sums that are computed at once. */
  readonly m: number;
  /** Products that each of them has. */
  readonly r: number;
  /** Points, and input elements that are read: m + r − 1. */
  readonly n: number;
  /** n × n, for the longer factor. */
  readonly input: Matrix;
  /** n × r, for the shorter factor. */
  readonly kernel: Matrix;
  /** m × n. */
  readonly output: Matrix;
}

/** Finite points by their number; ∞ is the last. */
const POINTS: Readonly<Record<number, readonly number[]>> = {
  2: [0, 1],
  3: [0, 1, -1],
  4: [0, 11 / 16, -11 / 16, 7 / 4],
  5: [0, 11 / 16, -11 / 16, 11 / 8, -11 / 8],
};

/** The most points there are. */
const MOST_POINTS = 6;

/** Numbers of sums that may be computed at once, the most first, where each has r products. */
export const sumsAtOnce = (r: number): number[] => (r === 1 ? [1] : [4, 3, 2].filter((m) => m + r - 1 <= MOST_POINTS));

/** Coefficients of Π (x − p), the constant first. */
function polynomial(roots: readonly number[]): number[] {
  return roots.reduce<number[]>(
    (c, root) => [...c, 0].map((_, i) => (i > 0 ? c[i - 1] : 0) - root * (i < c.length ? c[i] : 0)),
    [1],
  );
}

/** Where one factor is a single number, there is nothing to save: products and sums as they are. */
function trivial(m: number, r: number): Winograd {
  const n = Math.max(m, r);
  const unit = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
  const ones = Array.from({ length: n }, () => [1]);
  return { m, r, n, input: unit, kernel: r === 1 ? ones : unit, output: m === 1 ? [ones.flat()] : unit };
}

/** Toom and Cook's matrices for the points. */
export function winograd(m: number, r: number): Winograd {
  if (m === 1 || r === 1) return trivial(m, r);
  const n = m + r - 1;
  const points = POINTS[n - 1];
  const others = (p: number): number[] => points.filter((q) => q !== p);
  const powers = (p: number, count: number, scale: number): number[] =>
    Array.from({ length: count }, (_, i) => p ** i / scale);
  const last = (count: number): number[] => Array.from({ length: count }, (_, i) => (i === count - 1 ? 1 : 0));
  const product = (p: number): number => others(p).reduce((x, q) => x * (p - q), 1);
  return {
    m,
    r,
    n,
    input: [...points.map((p) => [...polynomial(others(p)), 0]), polynomial(points)],
    kernel: [...points.map((p) => powers(p, r, product(p))), last(r)],
    output: Array.from({ length: m }, (_, i) => [...points.map((p) => p ** i), i === m - 1 ? 1 : 0]),
  };
}

/** Σ cᵢ·xᵢ as a chain of multiply-adds, or null if all are 0. Terms of coefficient ±1 come first. */
function combination(f: FunctionBuilder, coefficients: readonly number[], xs: readonly Expr[]): Expr | null {
  const terms = coefficients.map((c, i) => ({ c, x: xs[i] })).filter(({ c }) => c !== 0);
  terms.sort((a, b) => (b.c === 1 ? 1 : 0) - (a.c === 1 ? 1 : 0));
  let sum: Expr | null = null;
  for (const { c, x } of terms) {
    if (sum === null) sum = c === 1 ? x : f.let(x.mul(c));
    else if (c === 1) sum = f.let(sum.add(x));
    else if (c === -1) sum = f.let(sum.sub(x));
    else sum = f.let(x.fma(constant(x.type, c), sum));
  }
  return sum;
}

/** Zeros of the type of the vectors; what no row needs may be anything. */
const zeroLike = (xs: readonly Expr[]): Expr => constant(xs.find(({ type }) => isVector(type))!.type, 0);

const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-12;

/**
 * The product of a transform's matrix and a column of vectors. What rows of opposite points share (their sums over even and over odd
 * powers), or columns of opposite points, is computed once.
 *
 * @param rows Which rows are wanted. Default: all.
 */
export function transform(f: FunctionBuilder, matrix: Matrix, xs: readonly Expr[], rows?: readonly number[]): Expr[] {
  const columns = pairedColumns(matrix);
  if (columns !== null) {
    const inputs: Expr[] = [...xs];
    for (const [i, j] of columns) {
      inputs[i] = f.let(xs[i].add(xs[j]));
      inputs[j] = f.let(xs[i].sub(xs[j]));
    }
    const folded = matrix.map((row) => {
      const now = [...row];
      // c·x + c·y = c·(x + y); c·x − c·y = c·(x − y)
      for (const [i, j] of columns) [now[i], now[j]] = near(row[i], row[j]) ? [row[i], 0] : [0, row[i]];
      return now;
    });
    return (rows ?? folded.map((_, i) => i)).map((i) => combination(f, folded[i], inputs) ?? zeroLike(xs));
  }
  const wanted = rows ?? matrix.map((_, i) => i);
  const made = new Map<number, Expr>();
  for (const i of wanted) {
    if (made.has(i)) continue;
    const partner = wanted.find((j) => j !== i && isOpposite(matrix[i], matrix[j]));
    if (partner === undefined) {
      made.set(i, combination(f, matrix[i], xs) ?? zeroLike(xs));
      continue;
    }
    const even = combination(f, matrix[i].map((c, k) => (near(c, matrix[partner][k]) ? c : 0)), xs)!; // prettier-ignore
    const odd = combination(f, matrix[i].map((c, k) => (near(c, matrix[partner][k]) ? 0 : c)), xs)!; // prettier-ignore
    made.set(i, f.let(even.add(odd)));
    made.set(partner, f.let(even.sub(odd)));
  }
  return wanted.map((i) => made.get(i)!);
}

/** Whether two rows differ in the signs of some coefficients alone, and have others in common. */
function isOpposite(a: readonly number[], b: readonly number[]): boolean {
  const same = a.some((c, k) => c !== 0 && near(c, b[k]));
  const turned = a.some((c, k) => c !== 0 && near(c, -b[k]));
  return same && turned && a.every((c, k) => near(c, b[k]) || near(c, -b[k]));
}

/** Pairs of columns that agree up to sign in every row, and not in all signs; null if there are none. */
function pairedColumns(matrix: Matrix): [number, number][] | null {
  if (matrix.length >= matrix[0].length) return null;
  const pairs: [number, number][] = [];
  for (let i = 0; i < matrix[0].length; i++) {
    for (let j = i + 1; j < matrix[0].length; j++) {
      const paired = matrix.every((row) => near(Math.abs(row[i]), Math.abs(row[j])));
      if (paired && matrix.some((row) => row[i] !== 0 && near(row[i], -row[j]))) pairs.push([i, j]);
    }
  }
  return pairs.length > 0 ? pairs : null;
}
