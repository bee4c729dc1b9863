import { describe, expect, it } from 'vitest';
import { fromNumbers } from '../../core/ndarray.js';
import type { Tensor } from '../../runtime/index.js';
import { constantTensor, valueAndGrad } from '../../runtime/index.js';
import { everyBackend } from '../../testing/backends.js';
import * as ops from '../index.js';

function matrices(dtype: 'float32' | 'float64', shape: readonly number[], seed: number): Tensor {
  let state = seed;
  const numbers = Array.from({ length: shape.reduce((n, dim) => n * dim, 1) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  return constantTensor(fromNumbers(dtype, shape, numbers));
}

const greatest = (x: Tensor): number => Math.max(0, ...x.ndarray.data);

everyBackend((run) => {
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
        const w = run(() => ops.viewAsReal(ops.eig(a)[0])).arraySync() as number[][];
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
