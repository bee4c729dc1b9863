/** @file Loops over more elements than random programs have: parts, pieces, blocks and rests of rows and columns, on one thread and two. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DType } from '../../core/dtype.js';
import { isFloat } from '../../core/dtype.js';
import type { NDArray } from '../../core/ndarray.js';
import { fromNumbers } from '../../core/ndarray.js';
import { getPlatform, setPlatform } from '../../core/platform.js';
import { sizeOf } from '../../core/shape.js';
import type { Graph, Value } from '../../graph/index.js';
import { GraphBuilder, interpret } from '../../graph/index.js';
import * as lax from '../../graph/lax.js';
import { prepareEngine, nodePlatform } from '../../platform/node/index.js';
import { difference } from '../../testing/compare.js';
import { wasmBackend } from '../../backend/wasm/index.js';

prepareEngine();
const before = getPlatform();
beforeAll(() => setPlatform(nodePlatform));
afterAll(() => setPlatform(before));

/** Relative to the greatest element of a result. */
const TOLERANCE: Partial<Record<DType, number>> = { float16: 1e-3, float32: 2e-6, float64: 1e-12 };

const type = (shape: readonly number[], dtype: DType = 'float32') => ({ dtype, shape });

/** Whole and half numbers of both signs. */
function numbers(shape: readonly number[], dtype: DType, seed: number): NDArray {
  const next = (i: number): number => {
    const x = ((Math.imul(i + seed, 0x9e3779b1) >>> 8) % 41) - 20;
    return dtype === 'bool' ? Number(x > 15) : isFloat(dtype) ? x / 8 : dtype.startsWith('u') ? Math.abs(x) : x;
  };
  return fromNumbers(
    dtype,
    [...shape],
    Array.from({ length: sizeOf(shape) }, (_, i) => next(i)),
  );
}

/** A program runs on one thread and on two, and gives what the interpreter gives, the same bits on both. */
async function check(
  types: readonly { dtype: DType; shape: readonly number[] }[],
  build: (...inputs: Value[]) => Value[],
): Promise<void> {
  const builder = new GraphBuilder();
  const inputs = types.map((t, i) => builder.input({ dtype: t.dtype, shape: [...t.shape] }, `x${i}`));
  const graph: Graph = builder.graph(inputs, build(...inputs));
  const none = { inputs: inputs.map(() => null), outputs: graph.outputs.map(() => null), counter: null };
  const arrays = types.map(({ shape, dtype }, i) => numbers(shape, dtype, 7919 * i));
  const executable = wasmBackend.compile(graph, wasmBackend.createHeap(), none);
  const here = executable.runSync(arrays, 1);
  wasmBackend.setThreads!(2);
  const shared = await executable.run(arrays, 20); // so much that workers take part
  interpret(graph, arrays).forEach((expected, i) => {
    expect(
      difference(here[i], expected, TOLERANCE[expected.dtype] ?? 0, {
        exact: !isFloat(expected.dtype),
      }),
      `output ${i}`,
    ).toBeNull();
    expect(shared[i].data, `output ${i}`).toEqual(here[i].data);
  });
}

describe('reductions', () => {
  const shapes: [number[], number[]][] = [
    [[67, 131], [0]],
    [[67, 131], [1]],
    [[257, 16], [0]],
    [[1031, 12], [0]],
    [[1031, 4], [0]],
    [[9001, 10], [0]],
    [[601, 65], [0]],
    [[33, 2061], [0]],
    [[130, 1024], [0]],
    [[40, 2048], [1]],
    [[3, 2500], [1]],
    [[70001], [0]],
    [
      [2, 5, 7, 1, 37],
      [0, 2],
    ],
    [
      [2, 5, 7, 1, 37],
      [0, 1, 3],
    ],
    [[13, 5, 64, 3], [2]],
    [
      [13, 5, 64, 3],
      [0, 1, 2],
    ],
    [
      [4, 16, 130],
      [0, 2],
    ],
    [[5, 1, 300], [1]],
    [
      [1, 1],
      [0, 1],
    ],
    [[3], [0]],
    [[5, 2], [0]],
  ];
  test.each(shapes)('of %j along %j: one and several at once, of what the loop computes', async (shape, axes) => {
    await check([type(shape), type(shape), type(shape.slice(-1))], (x, y, scale) => {
      const last = shape.length - 1;
      const scaled = lax.mul(lax.add(x, lax.neg(y)), lax.broadcastInDim(scale, shape, [last]));
      return [
        lax.reduceSum(x, axes),
        scaled,
        lax.reduceSum(scaled, axes),
        lax.reduceMax(scaled, axes),
        lax.reduceSum(lax.mul(scaled, x), axes),
        lax.reduceMin(y, axes),
      ];
    });
  });

  test.each(['float16', 'float64', 'int8', 'int32', 'uint8', 'int64', 'bool'] as const)(
    'of %s, by rows and by columns',
    async (dtype) => {
      for (const shape of [
        [131, 67],
        [40, 16],
        [70, 3],
        [2000, 40],
      ]) {
        await check([type(shape, dtype)], (x) =>
          [[0], [1], [0, 1]].flatMap((axes) =>
            dtype === 'bool'
              ? [lax.reduceMax(x, axes), lax.reduceMin(x, axes)]
              : dtype === 'float16'
                ? [lax.reduceMax(x, axes), lax.reduceSum(lax.mul(x, lax.full(x.applier, shape, 1 / 64, dtype)), axes)]
                : [lax.reduceMax(x, axes), lax.reduceMin(x, axes), lax.reduceSum(x, axes)],
          ),
        );
      }
    },
  );

  test('of products keep their order', async () => {
    await check([type([9, 40])], (x) => [
      lax.reduceProd(lax.exp(lax.mul(x, lax.full(x.applier, x.shape, 9, x.dtype))), [0]),
    ]);
  });

  test('of reversed and transposed operands, and of indices', async () => {
    await check([type([67, 130]), type([130, 67])], (x, y) => {
      const turned = lax.add(lax.reverse(x, [0, 1]), lax.transpose(y, [1, 0]));
      const rows = lax.iota(x.applier, 'float32', [67, 130], 0);
      return [lax.reduceSum(turned, [0]), lax.reduceSum(turned, [1]), lax.reduceSum(lax.mul(rows, turned), [0])];
    });
  });
});

test('maps over odd sizes and broadcast operands', async () => {
  for (const shape of [[1], [3], [4, 1, 5], [130, 67], [2, 9001]])
    await check([type(shape), type(shape.slice(-1)), type([])], (x, y, s) => [
      lax.exp(lax.mul(x, lax.broadcastInDim(s, shape, []))),
      lax.select(lax.gt(x, lax.broadcastInDim(y, shape, [shape.length - 1])), x, lax.neg(x)),
    ]);
});

describe('operands that are read along another axis than is written', () => {
  const turned: [readonly number[], readonly number[]][] = [
    [[48, 67], [1, 0]],
    [[67, 48], [1, 0]],
    [[20, 100], [1, 0]],
    [[100, 20], [1, 0]],
    [[16, 130, 3], [1, 2, 0]],
    [[3, 24, 5, 40], [0, 3, 1, 2]],
    [[3, 24, 5, 40], [0, 2, 3, 1]],
    [[20, 6, 36], [2, 1, 0]],
    [[4, 4100], [1, 0]],
    [[4100, 4], [1, 0]],
  ]; // prettier-ignore
  test.each(turned)('%j by %j, alone and with what lies in order', async (shape, permutation) => {
    const out = permutation.map((d) => shape[d]);
    const last = out.length - 1;
    for (const dtype of ['float32', 'int32', 'uint32', 'float16', 'bool', 'uint8', 'int64'] as const)
      await check([type(shape, dtype)], (x) => [lax.transpose(x, permutation)]);
    await check([type(shape), type(shape), type(out), type(out.slice(-1)), type(out.slice(0, 1))], (x, x2, y, c, r) => {
      const column = lax.broadcastInDim(c, out, [last]);
      const row = lax.broadcastInDim(r, out, [0]);
      const index = lax.iota(x.applier, 'float32', out, 0);
      const sum = lax.add(lax.mul(lax.transpose(x, permutation), column), lax.mul(row, y));
      const both = lax.add(lax.transpose(lax.reverse(x2, [last]), permutation), index);
      return [sum, lax.exp(lax.add(sum, lax.neg(lax.mul(both, both))))];
    });
  });

  test('of a matrix and itself turned, written over neither', async () => {
    await check([type([64, 64])], (x) => {
      const y = lax.add(x, x);
      return [lax.add(y, lax.transpose(y, [1, 0]))];
    });
  });
});
