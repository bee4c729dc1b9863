/** @file Products of few rows against the interpreter: odd sizes, all orders of axes, batches, views, on one thread and two. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NDArray } from '../../../core/ndarray.js';
import { fromNumbers } from '../../../core/ndarray.js';
import { getPlatform, setPlatform } from '../../../core/platform.js';
import { sizeOf } from '../../../core/shape.js';
import type { Graph, Value } from '../../../graph/index.js';
import { GraphBuilder, interpret } from '../../../graph/index.js';
import * as lax from '../../../graph/lax.js';
import type { DotParams } from '../../../graph/lax.js';
import { allowRelaxedSimd, nodePlatform } from '../../../platform/node/index.js';
import { difference } from '../../../testing/compare.js';
import { wasmBackend } from '../index.js';

allowRelaxedSimd();
const before = getPlatform();
beforeAll(() => setPlatform(nodePlatform));
afterAll(() => {
  wasmBackend.setThreads!(2);
  setPlatform(before);
});

/** Eighths, of which products and sums are exact in float32. */
function numbers(shape: readonly number[], seed: number): NDArray {
  const values = Array.from(
    { length: sizeOf(shape) },
    (_, i) => (((Math.imul(i + 1 + 77 * seed, 0x9e3779b1) >>> 9) % 41) - 20) / 8,
  );
  return fromNumbers('float32', [...shape], values);
}

async function check(shapes: readonly (readonly number[])[], build: (...inputs: Value[]) => Value): Promise<string[]> {
  const builder = new GraphBuilder();
  const inputs = shapes.map((shape, i) => builder.input({ dtype: 'float32', shape: [...shape] }, `x${i}`));
  const graph: Graph = builder.graph(inputs, [build(...inputs)]);
  const none = { inputs: inputs.map(() => null), outputs: [null], counter: null };
  const arrays = shapes.map((shape, i) => numbers(shape, i));
  const executable = wasmBackend.compile(graph, wasmBackend.createHeap(), none);
  const [here] = executable.runSync(arrays, 1);
  const [expected] = interpret(graph, arrays);
  const wrong = difference(here, expected, 0, false);
  if (wrong !== null) throw new Error(`${wrong}\n${String(graph)}`);
  for (const threads of [1, 2, 3]) {
    wasmBackend.setThreads!(threads);
    const [together] = await executable.run(arrays, 1);
    expect(together.data).toEqual(here.data);
  }
  return executable.profile!(arrays, 1).map(({ label }) => label);
}

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
      const labels = await check([[rows, depth], [depth, columns]], (x, w) => lax.dotGeneral(x, w, product)); // prettier-ignore
      expect(labels.join()).toMatch(/few rows across|rows streamed/);
    });
    test(`${depth} × ${rows} transposed, by a transposed matrix of ${columns} columns`, async () => {
      const params: DotParams = { ...product, lhsContract: [0], rhsContract: [1] };
      await check([[depth, rows], [columns, depth]], (x, w) => lax.dotGeneral(x, w, params)); // prettier-ignore
    });
    test(`${columns} × ${depth} by ${depth} × ${rows}: few columns`, async () => {
      await check([[columns, depth], [depth, rows]], (x, w) => lax.dotGeneral(x, w, product)); // prettier-ignore
    });
  }
}

test('a matrix by a vector is summed along its rows', async () => {
  const labels = await check([[517, 263], [263]], (w, x) => lax.dotGeneral(w, x, product)); // prettier-ignore
  expect(labels.join()).toContain('few rows along');
});

test('a row by a wide matrix is summed over streamed rows', async () => {
  const labels = await check([[1, 263], [263, 1031]], (x, w) => lax.dotGeneral(x, w, product)); // prettier-ignore
  expect(labels.join()).toContain('rows streamed');
  await check([[1, 16], [16, 384]], (x, w) => lax.dotGeneral(x, w, product)); // prettier-ignore
  await check([[1, 1001], [1001, 517]], (x, w) => lax.dotGeneral(lax.reverse(x, [1]), lax.reverse(w, [0]), product)); // prettier-ignore
  await check([[2000], [2000, 390]], (x, w) => lax.dotGeneral(x, w, { ...product, lhsContract: [0] })); // prettier-ignore
});

test('a batch of matrices by a vector each', async () => {
  const params: DotParams = { lhsBatch: [0], rhsBatch: [0], lhsContract: [2], rhsContract: [1] };
  await check([[11, 2, 19], [11, 19, 23]], (x, w) => lax.dotGeneral(x, w, params)); // prettier-ignore
  const along: DotParams = { lhsBatch: [0, 1], rhsBatch: [0, 1], lhsContract: [3], rhsContract: [3] };
  await check([[3, 5, 1, 70], [3, 5, 41, 70]], (q, k) => lax.dotGeneral(q, k, along)); // prettier-ignore
});

test('several axes of depth, of rows and of columns', async () => {
  const params: DotParams = { lhsBatch: [], rhsBatch: [], lhsContract: [1, 2, 3], rhsContract: [0, 1, 2] };
  await check([[1, 3, 5, 7], [3, 5, 7, 70]], (x, w) => lax.dotGeneral(x, w, params)); // prettier-ignore
  await check([[2, 3, 30, 47], [3, 30, 47, 35]], (x, w) => lax.dotGeneral(x, w, params)); // prettier-ignore
  await check([[1, 3, 5, 7], [7, 5, 3, 2, 9]], (x, w) =>
    lax.dotGeneral(x, lax.transpose(w, [2, 1, 0, 3, 4]), params),
  ); // prettier-ignore
});

test('reversed operands', async () => {
  await check([[2, 50], [50, 66]], (x, w) => lax.dotGeneral(lax.reverse(x, [0, 1]), w, product)); // prettier-ignore
  await check([[2, 50], [50, 66]], (x, w) => lax.dotGeneral(x, lax.reverse(w, [0]), product)); // prettier-ignore
  await check([[2, 50], [50, 66]], (x, w) => lax.dotGeneral(x, lax.reverse(w, [1]), product)); // prettier-ignore
});
