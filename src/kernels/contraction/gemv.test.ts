/** @file Products of few rows against the interpreter: odd sizes, all orders of axes, batches, views, on one thread and two. */
import { expect, test } from 'vitest';
import * as lax from '../../graph/lax.js';
import type { DotParams } from '../../graph/lax.js';
import { checkProducts } from '../../testing/products.js';
import { useNode } from '../../testing/wasm.js';

useNode();

const product: DotParams = { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [0] };

for (const rows of [1, 2, 3]) {
  for (const [depth, columns] of [
    [1, 4],
    [7, 5],
    [300, 37],
    [129, 1031],
    [2050, 33],
    [31, 127],
  ] as const) {
    test(`${rows} × ${depth} by ${depth} × ${columns}`, async () => {
      const labels = await checkProducts([[rows, depth], [depth, columns]], (x, w) => lax.dotGeneral(x, w, product)); // prettier-ignore
      expect(labels.join()).toMatch(/few rows across|rows streamed/);
    });
    test(`${depth} × ${rows} transposed, by a transposed matrix of ${columns} columns`, async () => {
      const params: DotParams = { ...product, lhsContract: [0], rhsContract: [1] };
      await checkProducts([[depth, rows], [columns, depth]], (x, w) => lax.dotGeneral(x, w, params)); // prettier-ignore
    });
    test(`${columns} × ${depth} by ${depth} × ${rows}: few columns`, async () => {
      await checkProducts([[columns, depth], [depth, rows]], (x, w) => lax.dotGeneral(x, w, product)); // prettier-ignore
    });
  }
}

test('a matrix by a vector is summed along its rows', async () => {
  const labels = await checkProducts([[517, 263], [263]], (w, x) => lax.dotGeneral(w, x, product)); // prettier-ignore
  expect(labels.join()).toContain('few rows along');
});

test('a row by a wide matrix is summed over streamed rows', async () => {
  const labels = await checkProducts([[1, 263], [263, 1031]], (x, w) => lax.dotGeneral(x, w, product)); // prettier-ignore
  expect(labels.join()).toContain('rows streamed');
  await checkProducts([[1, 16], [16, 384]], (x, w) => lax.dotGeneral(x, w, product)); // prettier-ignore
  await checkProducts([[1, 1001], [1001, 517]], (x, w) => lax.dotGeneral(lax.reverse(x, [1]), lax.reverse(w, [0]), product)); // prettier-ignore
  await checkProducts([[2000], [2000, 390]], (x, w) => lax.dotGeneral(x, w, { ...product, lhsContract: [0] })); // prettier-ignore
});

test('a batch of matrices by a vector each', async () => {
  const params: DotParams = { lhsBatch: [0], rhsBatch: [0], lhsContract: [2], rhsContract: [1] };
  await checkProducts([[11, 2, 19], [11, 19, 23]], (x, w) => lax.dotGeneral(x, w, params)); // prettier-ignore
  const along: DotParams = { lhsBatch: [0, 1], rhsBatch: [0, 1], lhsContract: [3], rhsContract: [3] };
  await checkProducts([[3, 5, 1, 70], [3, 5, 41, 70]], (q, k) => lax.dotGeneral(q, k, along)); // prettier-ignore
});

test('several axes of depth, of rows and of columns', async () => {
  const params: DotParams = { lhsBatch: [], rhsBatch: [], lhsContract: [1, 2, 3], rhsContract: [0, 1, 2] };
  await checkProducts([[1, 3, 5, 7], [3, 5, 7, 70]], (x, w) => lax.dotGeneral(x, w, params)); // prettier-ignore
  await checkProducts([[2, 3, 30, 47], [3, 30, 47, 35]], (x, w) => lax.dotGeneral(x, w, params)); // prettier-ignore
  await checkProducts([[1, 3, 5, 7], [7, 5, 3, 2, 9]], (x, w) =>
    lax.dotGeneral(x, lax.transpose(w, [2, 1, 0, 3, 4]), params),
  ); // prettier-ignore
});

test('reversed operands', async () => {
  await checkProducts([[2, 50], [50, 66]], (x, w) => lax.dotGeneral(lax.reverse(x, [0, 1]), w, product)); // prettier-ignore
  await checkProducts([[2, 50], [50, 66]], (x, w) => lax.dotGeneral(x, lax.reverse(w, [0]), product)); // prettier-ignore
  await checkProducts([[2, 50], [50, 66]], (x, w) => lax.dotGeneral(x, lax.reverse(w, [1]), product)); // prettier-ignore
});
