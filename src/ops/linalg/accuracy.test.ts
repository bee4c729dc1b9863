/** @file Decompositions by what defines them: on matrices of all sizes, well- and ill-conditioned, singular, of NaN; and errors. */
import { describe, expect, it, test } from 'vitest';
import type { DType } from '../../core/dtype.js';
import { fromNumbers } from '../../core/ndarray.js';
import { constantTensor, jit, type Tensor, tensor } from '../../runtime/index.js';
import { everyBackend } from '../../testing/backends.js';
import * as ops from '../index.js';

const EPSILON: Partial<Record<DType, number>> = { float32: 2 ** -23, float64: 2 ** -52 };

/** Repeatable numbers in (−1, 1) that follow no line. */
function random(shape: readonly number[], dtype: DType, seed = 1): Tensor {
  let state = seed * 2654435761;
  const next = (): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 31 - 1;
  };
  const size = shape.reduce((a, b) => a * b, 1);
  return constantTensor(fromNumbers(dtype, shape, Array.from({ length: size }, next)));
}
const sizeOf = (x: Tensor): number =>
  Array.from(x.ndarray.data).reduce((most, v) => (Math.abs(v) > most || Number.isNaN(v) ? Math.abs(v) : most), 0);
/** The first rows and columns of each matrix. */
const corner = (x: Tensor, rows: number, columns: number): Tensor =>
  ops.slice(
    x,
    x.shape.map(() => 0),
    [...x.shape.slice(0, -2), rows, columns],
  );
const turned = (x: Tensor): Tensor => ops.swapaxes(x, -1, -2);
/** A matrix of singular values 1, …, 1 / condition, evenly spaced in size. */
function conditioned(n: number, dtype: DType, condition: number): Tensor {
  const [u] = ops.qr(random([n, n], dtype, 2));
  const [v] = ops.qr(random([n, n], dtype, 3));
  const s = constantTensor(
    fromNumbers(
      dtype,
      [n],
      Array.from({ length: n }, (_, i) => condition ** (-i / (n - 1))),
    ),
  );
  return ops.matmul(ops.multiply(u, s), v);
}
/** The greatest element of a − b, against that of b and the error of one rounding. */
const error = (a: Tensor, b: Tensor): number =>
  sizeOf(ops.subtract(a, b)) / (Math.max(sizeOf(b), 1e-300) * EPSILON[a.dtype]!);
const orthogonal = (q: Tensor): number => error(ops.matmul(turned(q), q), ops.eye(q.shape.at(-1)!, { dtype: q.dtype }));

describe('decompositions put together again', () => {
  everyBackend((run) => {
    // A block of columns has 32 or 64: sizes around those, and one with a batch.
    const shapes = [[1, 1], [2, 2], [7, 7], [31, 31], [65, 65], [97, 97], [40, 9], [9, 40], [70, 33], [3, 5, 5]]; // prettier-ignore
    for (const dtype of ['float32', 'float64'] as const) {
      test.each(shapes.map((shape) => [shape]))(`%j, ${dtype}: within n roundings`, (shape) => {
        const a = random(shape, dtype);
        const [m, n] = shape.slice(-2);
        const bound = 8 * Math.max(m, n) + 20;
        const k = Math.min(m, n);
        const found = run(() => ({ qr: ops.qr(a), complete: ops.qr(a, { mode: 'complete' }), svd: ops.svd(a, { fullMatrices: false }), full: ops.svd(a), values: ops.svd(a, { computeUv: false }), lu: ops.luFactor(a) })); // prettier-ignore
        for (const [q, r] of [found.qr, found.complete]) {
          expect(error(ops.matmul(q, r), a)).toBeLessThan(bound);
          expect(orthogonal(q)).toBeLessThan(bound);
          expect(sizeOf(ops.subtract(r, ops.triu(r)))).toBe(0);
        }
        for (const [u, s, vt] of [found.svd, found.full]) {
          const core = ops.matmul(ops.multiply(corner(u, m, k), ops.expandDims(s, -2)), corner(vt, k, n));
          expect(error(core, a)).toBeLessThan(bound);
          expect(orthogonal(u)).toBeLessThan(bound);
          expect(orthogonal(turned(vt))).toBeLessThan(bound);
          expect(error(found.values, s)).toBeLessThan(bound);
          const line = s.ndarray.data;
          expect(Array.from(line).every((v, i) => v >= 0 && (i % k === 0 || v <= line[i - 1]))).toBe(true);
        }
        if (m !== n) return;
        const symmetric = ops.add(a, turned(a));
        const [w, v] = run(() => ops.eigh(symmetric));
        expect(error(ops.matmul(ops.multiply(v, ops.expandDims(w, -2)), turned(v)), symmetric)).toBeLessThan(bound);
        expect(orthogonal(v)).toBeLessThan(bound);
        const definite = ops.add(ops.matmul(a, turned(a)), ops.multiply(ops.eye(n, { dtype }), 0.1));
        const [lower, upper] = run(() => [ops.cholesky(definite), ops.cholesky(definite, { upper: true })]);
        expect(error(ops.matmul(lower, turned(lower)), definite)).toBeLessThan(bound);
        expect(error(ops.matmul(turned(upper), upper), definite)).toBeLessThan(bound);
      });
    }
    test('values are those of float64 LAPACK', () => {
      // numpy.linalg of the Hilbert matrix of 6 rows, whose condition is 1.5e7
      const hilbert = constantTensor(fromNumbers('float64', [6, 6], Array.from({ length: 36 }, (_, i) => 1 / ((i % 6) + Math.floor(i / 6) + 1)))); // prettier-ignore
      const [w, s, d, x] = run(() => [ops.eigh(hilbert)[0], ops.svd(hilbert, { computeUv: false }), ops.det(hilbert), ops.solve(hilbert, ops.sum(hilbert, { axis: 1 }))]); // prettier-ignore
      const values = [1.08279948e-7, 1.25707571e-5, 6.15748354e-4, 1.6321521319875822e-2, 0.24236087057520955, 1.618899858924339]; // prettier-ignore
      values.forEach((value, i) => {
        expect(Math.abs(w.ndarray.data[i] - value)).toBeLessThan(5e-9 * value + 1e-15);
        expect(Math.abs(s.ndarray.data[5 - i] - value)).toBeLessThan(5e-9 * value + 1e-15);
      });
      expect(d.ndarray.data[0] / 5.367299887358688e-18).toBeCloseTo(1, 8);
      Array.from(x.ndarray.data).forEach((v) => expect(Math.abs(v - 1)).toBeLessThan(1e-8));
    });
    test.each(['float32', 'float64'] as const)('%s: an ill-conditioned system has a small residual', (dtype) => {
      const a = conditioned(40, dtype, dtype === 'float32' ? 1e5 : 1e12);
      const b = random([40, 3], dtype, 5);
      const x = run(() => ops.solve(a, b));
      const residual = sizeOf(ops.subtract(ops.matmul(a, x), b)) / (sizeOf(x) * EPSILON[dtype]!);
      expect(residual).toBeLessThan(100);
      const s = run(() => ops.svd(a, { computeUv: false }));
      expect(s.ndarray.data[0]).toBeCloseTo(1, 5);
    });
    test('singular matrices: NaN and infinities where Keras on JAX has them, rank, pseudo-inverse', () => {
      const singular = tensor([[1, 2], [2, 4]], { dtype: 'float32' }); // prettier-ignore
      const [chol, logs, rank, p] = run(() => [ops.cholesky(ops.negative(singular)), ops.slogdet(singular), ops.matrixRank(singular), ops.pinv(singular)] as const); // prettier-ignore
      expect(Array.from(chol.ndarray.data)).toEqual([NaN, 0, NaN, NaN]);
      expect(logs.map((x) => x.ndarray.data[0])).toEqual([0, -Infinity]);
      expect(rank.ndarray.data[0]).toBe(1);
      Array.from(p.ndarray.data).forEach((v, i) => expect(v).toBeCloseTo([0.04, 0.08, 0.08, 0.16][i], 5));
    });
    test.each(['float32', 'float64'] as const)('%s: equal and zero eigenvalues and singular values', (dtype) => {
      const zeros = ops.zeros([40, 40], { dtype });
      const ones = ops.ones([40, 40], { dtype });
      for (const a of [zeros, ones, ops.eye(40, { dtype })]) {
        const [[w, v], [u, s, vt]] = run(() => [ops.eigh(a), ops.svd(a)] as const);
        expect(sizeOf(ops.subtract(ops.matmul(ops.multiply(v, w), turned(v)), a))).toBeLessThan(400 * EPSILON[dtype]!);
        expect(sizeOf(ops.subtract(ops.matmul(ops.multiply(u, s), vt), a))).toBeLessThan(400 * EPSILON[dtype]!);
        for (const q of [v, u, turned(vt)]) expect(orthogonal(q)).toBeLessThan(400);
      }
    });
    test('NaN and infinities give NaN, and end', () => {
      for (const bad of [NaN, Infinity]) {
        const a = ops.add(random([40, 40], 'float32'), ops.multiply(ops.eye(40), bad));
        const [w, s] = run(() => [ops.eigh(a)[0], ops.svd(a, { computeUv: false })]);
        for (const x of [w, s]) expect(Array.from(x.ndarray.data).every(Number.isNaN)).toBe(true);
      }
    });
    test('numbers near the limits of float32', () => {
      for (const scale of [1e-30, 1e30]) {
        const a = ops.multiply(random([20, 20], 'float32'), scale);
        const [[q, r], s] = run(() => [ops.qr(a), ops.svd(a, { computeUv: false })] as const);
        expect(error(ops.matmul(q, r), a)).toBeLessThan(200);
        const plain = ops.multiply(ops.svd(random([20, 20], 'float32'), { computeUv: false }), scale);
        expect(error(s, plain)).toBeLessThan(200);
      }
    });
    test('no elements', () => {
      const none = ops.zeros([0, 0]);
      const found = run(() => [ops.cholesky(none), ops.inv(none), ops.det(none), ops.eigh(none)[0], ops.svd(ops.zeros([0, 3]))[2], ops.pinv(ops.zeros([0, 3])), ops.qr(ops.zeros([2, 0, 0]))[0], ops.matrixRank(ops.zeros([0, 3]))]); // prettier-ignore
      expect(found.map((x) => x.shape)).toEqual([[0, 0], [0, 0], [], [0], [3, 3], [3, 0], [2, 0, 0], []]);
      expect(found[2].ndarray.data[0]).toBe(1);
    });
    test('float16 and bfloat16 are computed in float32', () => {
      const a = ops.cast([[4, 2], [2, 5]], 'float16'); // prettier-ignore
      const [l, w] = run(() => [ops.cholesky(a), ops.eigh(ops.cast(a, 'bfloat16'))[0]]);
      expect([l.dtype, w.dtype]).toEqual(['float16', 'bfloat16']);
      expect(Array.from(l.ndarray.data)).toEqual([2, 0, 1, 2]);
    });
  });
});

describe('bad input', () => {
  const wide = ops.zeros([2, 3]);
  it.each([
    ['cholesky', () => ops.cholesky(wide), 'cholesky: x has shape (2, 3). Expected square matrices'],
    ['det', () => ops.det(wide), 'det: x has shape (2, 3). Expected square matrices'],
    ['inv', () => ops.inv([1, 2]), 'inv: x has shape (2,). Expected a matrix'],
    ['qr', () => ops.qr(wide, { mode: 'full' as 'reduced' }), "qr: mode 'full'. Expected 'reduced' or 'complete'."],
    ['solve', () => ops.solve(ops.eye(2), [1, 2, 3]), 'solve: a of shape (2, 2) and b of shape (3,). Expected b with 2 rows'],
    ['solveTriangular', () => ops.solveTriangular(wide, [1, 2]), 'solveTriangular: a has shape (2, 3). Expected square matrices'],
    ['lstsq', () => ops.lstsq(wide, [1, 2, 3]), 'lstsq: a of shape (2, 3) and b of shape (3,). Expected a matrix (m, n)'],
    ['norm', () => ops.norm(wide, { ord: 3, axis: [0, 1] }), "norm: order 3 of a matrix. Expected 'fro', 'nuc', 1, -1, 2, -2"],
  ])('%s says what it wants', (_, call, message) => expect(call).toThrow(message)); // prettier-ignore
  it('cholesky refuses what is not positive definite, where numbers are there', () => {
    const bad = [[1, 2], [2, 1]]; // prettier-ignore
    expect(() => ops.cholesky(bad)).toThrow('cholesky: x of shape (2, 2) is not positive definite');
    expect(() => jit(() => ops.cholesky(bad))()).not.toThrow();
  });
});
