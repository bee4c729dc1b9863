import { describe, expect, it } from 'vitest';
import { fromNumbers } from '../../core/ndarray.js';
import type { Tensor } from '../../runtime/index.js';
import { constantTensor, valueAndGrad } from '../../runtime/index.js';
import { everyBackend } from '../../testing/backends.js';
import type { EncodedArray, FixtureCase } from '../../testing/fixtures.js';
import { decodeNumbers, readFixtures } from '../../testing/fixtures.js';
import * as ops from '../index.js';

function matrices(dtype: 'float32' | 'float64', shape: readonly number[], seed: number): Tensor {
  let state = seed;
  const numbers = Array.from({ length: shape.reduce((n, dim) => n * dim, 1) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  return constantTensor(fromNumbers(dtype, shape, numbers));
}

interface EigCase extends FixtureCase {
  readonly x: EncodedArray;
  readonly dtype: 'float32' | 'float64';
  readonly w: readonly [EncodedArray, EncodedArray];
  readonly v?: readonly [EncodedArray, EncodedArray];
  /** Order, signs and phases are those of LAPACK; else values are a set. */
  readonly ordered: boolean;
  readonly tolerance: number;
}
const numbers = (x: Tensor): number[] => Array.from(x.ndarray.data);
const partsOf = (z: Tensor): number[][] => [ops.real(z), ops.imag(z)].map(numbers);
/** The greatest distance of numbers from what was recorded. */
const distance = (found: readonly number[][], wanted: readonly number[][]): number =>
  Math.max(0, ...found.flatMap((part, p) => part.map((x, i) => Math.abs(x - wanted[p][i]))));
/** The greatest distance of complex numbers from those with which they are paired, the nearest first. */
function setDistance([re, im]: readonly number[][], wanted: readonly number[][]): number {
  const left = wanted[0].map((x, i) => [x, wanted[1][i]]);
  let most = 0;
  re.forEach((x, i) => {
    const distances = left.map(([a, b]) => Math.hypot(x - a, im[i] - b));
    const nearest = distances.indexOf(Math.min(...distances));
    most = Math.max(most, distances[nearest]);
    left.splice(nearest, 1);
  });
  return most;
}

const greatest = (x: Tensor): number => Math.max(0, ...x.ndarray.data);

everyBackend((run) => {
  describe('eig against LAPACK', () => {
    it.each(readFixtures<EigCase>('eig').map((c): [string, EigCase] => [c.id, c]))('%s', (_, c) => {
      const x = decodeNumbers(c.x);
      const a = constantTensor(fromNumbers(c.dtype, c.x.shape, x));
      const { w, v, rest } = run(() => {
        const [w, v] = ops.eig(a);
        const scaled = ops.divide(a, ops.maximum(ops.max(ops.abs(a), { initial: 0 }), Number.MIN_VALUE));
        const size = ops.cast(ops.maximum(ops.max(ops.abs(a), { initial: 0 }), Number.MIN_VALUE), w.dtype);
        const rest = ops.subtract(ops.matmul(scaled, v), ops.multiply(v, ops.expandDims(ops.divide(w, size), -2)));
        return { w, v, rest: ops.abs(rest) };
      });
      const size = Math.max(Number.MIN_VALUE, ...x.map(Math.abs));
      const [found, wanted] = [partsOf(w), c.w.map(decodeNumbers)].map((parts) => parts.map((part) => part.map((value) => value / size))); // prettier-ignore
      expect((c.ordered ? distance : setDistance)(found, wanted)).toBeLessThan(c.tolerance);
      if (c.v !== undefined) expect(distance(partsOf(v), c.v.map(decodeNumbers))).toBeLessThan(c.tolerance * 10);
      // What is graded over twelve orders of size has an eigenvector matrix that is; LAPACK's residual is as large.
      const bound = c.id.startsWith('graded') ? 1e-6 : c.dtype === 'float32' ? 4e-6 : 1e-13;
      expect(greatest(rest)).toBeLessThan(bound * Math.max(1, c.x.shape[c.x.shape.length - 1]));
    });
  });
  describe.each(['float32', 'float64'] as const)('eig of %s', (dtype) => {
    const bound = dtype === 'float32' ? 2e-6 : 1e-13;
    it.each([[[1, 1]], [[2, 2]], [[3, 3]], [[12, 12]], [[30, 30]], [[2, 5, 5]]])(
      `fulfils A·v = w·v for shape %s within ${bound}`,
      (shape) => {
        const a = matrices(dtype, shape, 7);
        const { rest, sizes, trace, sum } = run(() => {
          const [w, v] = ops.eig(a);
          const difference = ops.subtract(ops.matmul(a, v), ops.multiply(v, ops.expandDims(w, -2)));
          return {
            rest: ops.abs(difference),
            sizes: ops.abs(ops.subtract(ops.sum(ops.square(ops.abs(v)), { axis: -2 }), 1)),
            trace: ops.trace(a, { axis1: -2, axis2: -1 }),
            sum: ops.sum(w, { axis: -1 }),
          };
        });
        expect(greatest(rest)).toBeLessThan(bound * shape[shape.length - 1]);
        expect(greatest(sizes)).toBeLessThan(bound);
        expect(greatest(ops.abs(ops.subtract(sum, trace)))).toBeLessThan(bound * shape[shape.length - 1]);
      },
    );

    it('finds known eigenvalues: turns, equal ones, zeros, singular and triangular matrices', () => {
      const known: readonly (readonly [number[][], number[][]])[] = [
        [[[0, 1], [-1, 0]], [[0, -1], [0, 1]]],
        [[[2, 1], [0, 2]], [[2, 0], [2, 0]]],
        [[[0, 0], [0, 0]], [[0, 0], [0, 0]]],
        [[[1, 2], [2, 4]], [[0, 0], [5, 0]]],
        [[[0, 0, 1], [1, 0, 0], [0, 1, 0]], [[-0.5, -Math.sqrt(0.75)], [-0.5, Math.sqrt(0.75)], [1, 0]]],
        [[[3, 5, 7], [0, 1, 9], [0, 0, -2]], [[-2, 0], [1, 0], [3, 0]]],
        [[[1e-160, 0], [0, 1e-170]], dtype === 'float64' ? [[1e-170, 0], [1e-160, 0]] : [[0, 0], [0, 0]]],
      ]; // prettier-ignore
      for (const [given, wanted] of known) {
        const a = constantTensor(fromNumbers(dtype, [given.length, given.length], given.flat()));
        const w = run(() => ops.viewAsReal(ops.eig(a)[0])).arraySync<number[][]>();
        const sorted = w.sort((x, y) => (Math.abs(x[0] - y[0]) > 1e-6 ? x[0] - y[0] : x[1] - y[1]));
        sorted.flat().forEach((x, i) => expect(Math.abs(x - wanted.flat()[i])).toBeLessThan(1e-6));
      }
    });
    it('is empty for size 0, and NaN for NaN', () => {
      expect(run(() => ops.eig(ops.zeros([0, 0], { dtype }))[1]).shape).toEqual([0, 0]);
      const [re] = run(() => ops.eig(constantTensor(fromNumbers(dtype, [2, 2], [1, NaN, 0, 1])))).map((x) => ops.real(x)); // prettier-ignore
      expect(Array.from(re.ndarray.data).every(Number.isNaN)).toBe(true);
    });
  });
});

describe('eig', () => {
  it('refuses what is not square, and gradients', () => {
    expect(() => ops.eig([[1, 2]])).toThrow('Expected square matrices');
    const a = matrices('float32', [3, 3], 1);
    expect(() => valueAndGrad(() => ops.sum(ops.real(ops.eig(a)[0])), [a])).toThrow('eig: has no gradient');
    expect(ops.eig(a)[0].dtype).toBe('complex64');
  });
});
