/** @file Products of float64 matrices by tiles, against sums written out: around the edges of tiles and blocks, transposed, in batches. */
import { describe, expect, it } from 'vitest';
import { fromNumbers } from '../../core/ndarray.js';
import * as ops from '../../ops/index.js';
import { constantTensor, type Tensor } from '../../runtime/index.js';
import { everyBackend } from '../../testing/backends.js';

const numbers = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, i) => ((Math.imul(i + 1, 2654435761 + seed) >>> 0) % 2001) / 1000 - 1);
const matrix = (shape: readonly number[], values: readonly number[]): Tensor =>
  constantTensor(fromNumbers('float64', shape, values));

everyBackend((run) => {
  describe('matmul of float64', () => {
    const sizes = [[3, 5, 7], [4, 4, 4], [5, 9, 6], [17, 33, 13], [130, 40, 21], [129, 300, 5], [1, 50, 9], [9, 50, 1]]; // prettier-ignore
    it.each(sizes)('%i × %i by %i columns, as it is and transposed', (m, k, n) => {
      const [x, y] = [numbers(m * k, 1), numbers(k * n, 2)];
      const wanted = Array.from({ length: m * n }, (_, at) => {
        let sum = 0;
        for (let i = 0; i < k; i++) sum += x[Math.floor(at / n) * k + i] * y[i * n + (at % n)];
        return sum;
      });
      const [a, b] = [matrix([m, k], x), matrix([k, n], y)];
      const found = run(() => {
        const [turnedA, turnedB] = [a, b].map((z) => ops.add(ops.transpose(z), 0));
        return [
          ops.matmul(a, b),
          ops.matmul(ops.transpose(turnedA), ops.transpose(turnedB)),
          ops.transpose(ops.matmul(turnedB, turnedA)),
          ops.take(ops.matmul(ops.stack([a, a]), ops.stack([b, b])), 1, { axis: 0 }),
        ];
      });
      for (const each of found)
        each.ndarray.data.forEach((value, i) => expect(Math.abs(Number(value) - wanted[i])).toBeLessThan(1e-14 * k));
    });
    it('passes NaN and infinities on to their rows and columns alone', () => {
      const values = numbers(81, 3);
      values[10] = NaN;
      const found = run(() => ops.matmul(matrix([9, 9], values), matrix([9, 9], numbers(81, 4))));
      found.ndarray.data.forEach((value, i) => expect(Number.isNaN(value)).toBe(Math.floor(i / 9) === 1));
    });
  });
});
