/** @file Products by packed panels and by rows in place, against the interpreter: odd sizes, all orders of axes, cut depths, batches. */
import { describe, expect, test } from 'vitest';
import { wasmBackend } from '../../backend/wasm/index.js';
import type { Value } from '../../graph/index.js';
import { GraphBuilder, interpret } from '../../graph/index.js';
import * as lax from '../../graph/lax.js';
import { difference } from '../../testing/compare.js';
import { checkProducts, eighths } from '../../testing/products.js';
import { WASM_MACHINE } from '../../codegen/index.js';
import { chooseBlocks } from './gemm_blocks.js';
import { useNode } from '../../testing/wasm.js';

useNode();

const tile = { rows: 4, columns: 8, vectors: 1 } as const;

/** A product of a matrix of `rows` × `depth`, or of its transpose, and one of `depth` × `columns`, or of its. */
const orders = [
  { name: 'A · B', lhs: 1, rhs: 0 },
  { name: 'Aᵀ · B', lhs: 0, rhs: 0 },
  { name: 'A · Bᵀ', lhs: 1, rhs: 1 },
  { name: 'Aᵀ · Bᵀ', lhs: 0, rhs: 1 },
];

const matrix = (outer: number, depth: number, contracted: number): number[] =>
  contracted === 1 ? [outer, depth] : [depth, outer];

describe('products of matrices', () => {
  for (const [rows, columns, depth] of [
    [4, 8, 5],
    [5, 9, 3],
    [17, 31, 64],
    [64, 64, 1],
    [67, 130, 259],
    [40, 200, 1031],
    [130, 65, 2053],
    [257, 16, 771],
    [16, 523, 300],
  ]) {
    for (const { name, lhs, rhs } of orders) {
      test(`${name}, ${rows} × ${depth} by ${depth} × ${columns}`, async () => {
        await checkProducts([matrix(rows, depth, lhs), matrix(columns, depth, rhs)], (a, b) =>
          lax.dotGeneral(a, b, { lhsBatch: [], rhsBatch: [], lhsContract: [lhs], rhsContract: [rhs] }),
        );
      });
    }
  }
});

test('the depth of long sums is cut, and the parts are summed', async () => {
  const labels = await checkProducts([[3001, 36], [3001, 100]], (a, b) =>
    lax.dotGeneral(a, b, { lhsBatch: [], rhsBatch: [], lhsContract: [0], rhsContract: [0] }),
  ); // prettier-ignore
  expect(labels.join()).toMatch(/sum of \d+ parts/);
});

describe('gradients of kernels of few channels read both operands where they lie', () => {
  const feature = { batch: 3, feature: 0, spatial: [1, 2] };
  for (const [images, side, channels, taps, features, stride] of [
    [6, 40, 1, 3, 32, 1],
    [5, 37, 2, 3, 21, 1],
    [12, 41, 1, 5, 12, 2],
    [10, 45, 3, 3, 9, 2],
  ]) {
    test(`${channels} channels, ${taps} × ${taps} taps, ${features} features, stride ${stride}`, async () => {
      const out = Math.floor((side - taps) / stride) + 1;
      const labels = await checkProducts([[images, side, side, channels], [images, out, out, features]], (x, cotangent) =>
        lax.convGeneral(x, cotangent, {
          lhs: feature, rhs: feature, out: { batch: 2, feature: 3, spatial: [0, 1] },
          strides: [1, 1], padding: [[0, taps - 1 - (side - 1 - (out - 1) * stride)], [0, taps - 1 - (side - 1 - (out - 1) * stride)]],
          lhsDilation: [1, 1], rhsDilation: [stride, stride], featureGroups: 1, batchGroups: 1,
        }),
      ); // prettier-ignore
      expect(labels.join()).toContain('both in place');
    });
  }
});

describe('batches of products with axes in any order', () => {
  const heads = [3, 21, 2, 16];
  const scores = [3, 2, 21, 21];
  const cases: [string, number[], number[], (a: Value, b: Value) => Value][] = [
    [
      'scores of heads', heads, heads,
      (q, k) => lax.dotGeneral(q, k, { lhsBatch: [0, 2], rhsBatch: [0, 2], lhsContract: [3], rhsContract: [3] }),
    ],
    [
      'values by scores', scores, heads,
      (p, v) => lax.dotGeneral(p, v, { lhsBatch: [0, 1], rhsBatch: [0, 2], lhsContract: [3], rhsContract: [1] }),
    ],
    [
      'values by transposed scores', scores, heads,
      (p, v) => lax.dotGeneral(p, v, { lhsBatch: [0, 1], rhsBatch: [0, 2], lhsContract: [2], rhsContract: [1] }),
    ],
    [
      'the operands the other way round', heads, scores,
      (v, p) => lax.dotGeneral(v, p, { lhsBatch: [0, 2], rhsBatch: [0, 1], lhsContract: [1], rhsContract: [2] }),
    ],
    [
      'two axes contracted', [5, 7, 33], [5, 7, 18],
      (a, b) => lax.dotGeneral(a, b, { lhsBatch: [], rhsBatch: [], lhsContract: [0, 1], rhsContract: [0, 1] }),
    ],
  ]; // prettier-ignore
  for (const [name, a, b, build] of cases) {
    test(name, async () => {
      await checkProducts([a, b], build);
    });
  }
});

describe('the cut of a product', () => {
  const cut = (nm: number, nn: number, nk: number, nb = 1, packedAnyway = false) =>
    chooseBlocks({ nb, nm, nn, nk, depthBlock: 256, packedAnyway }, tile, tile, WASM_MACHINE);

  test('covers the depth with parts that begin at a block', () => {
    for (const nk of [1, 255, 256, 257, 784, 2048, 5120, 9999]) {
      const { parts, partDepth } = cut(128, 128, nk);
      expect(parts * partDepth).toBeGreaterThanOrEqual(nk);
      expect((parts - 1) * partDepth).toBeLessThan(nk);
      if (parts > 1) expect(partDepth % 256).toBe(0);
    }
  });

  test('gives threads enough to do where there is much', () => {
    for (const [nm, nn, nk] of [
      [128, 512, 784],
      [64, 1024, 256],
      [256, 1024, 5120],
      [2048, 512, 128],
    ]) {
      const { rows, columns, parts } = cut(nm, nn, nk);
      expect(Math.ceil(nm / rows) * Math.ceil(nn / columns) * parts).toBeGreaterThanOrEqual(4);
    }
  });

  test('leaves small products whole', () => {
    expect(cut(8, 8, 8)).toEqual({ rows: 8, columns: 8, parts: 1, partDepth: 8, ahead: false });
  });

  test('packs ahead what the steps of a loop share', () => {
    expect(cut(64, 64, 64, 1, true).ahead).toBe(true);
  });
});

test.each([
  ['the last of five rows alone in its tile, and 360 kB from one to the next', 5, 90001, 3],
  ['the rows of the next tile fetched ahead, but for the last', 36, 64, 30],
])('rows that are read in place may end where the memory ends: %s', async (_, rows, depth, columns) => {
  const graph = new GraphBuilder();
  const [a, b] = [[rows, depth], [depth, columns]].map((shape, i) => graph.input({ dtype: 'float32', shape }, `x${i}`)); // prettier-ignore
  const product = lax.dotGeneral(a, b, { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [0] });
  const program = graph.graph([a, b], [product]);
  const values = [a, b].map(({ shape }, i) => eighths(shape, i));
  const heap = wasmBackend.createHeap();
  const fed = { inputs: [null, null], outputs: [null], counter: null };
  await wasmBackend.compile(program, heap, fed).run(values, 1); // from now on scratch memory lies before what follows
  const last = heap.allocate({ dtype: 'float32', shape: a.shape }, 'last');
  last.write(values[0]);
  const executable = wasmBackend.compile(program, heap, { ...fed, inputs: [last, null] });
  const [found] = await executable.run([values[1]], 1);
  expect(difference(found, interpret(program, values)[0], 0)).toBeNull();
  expect(executable.profile!([values[1]], 1).map(({ label }) => label).join()).toContain('rows in place'); // prettier-ignore
});
