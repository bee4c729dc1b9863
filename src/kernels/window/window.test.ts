/** @file Pooling and its gradient against the interpreter: windows that touch, overlap, leave gaps, or reach into padding. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DType } from '../../core/dtype.js';
import type { NDArray } from '../../core/ndarray.js';
import { fromNumbers } from '../../core/ndarray.js';
import { getPlatform, setPlatform } from '../../core/platform.js';
import { sizeOf } from '../../core/shape.js';
import type { Value } from '../../graph/index.js';
import { GraphBuilder, interpret } from '../../graph/index.js';
import * as lax from '../../graph/lax.js';
import { prepareEngine, nodePlatform } from '../../platform/node/index.js';
import { difference } from '../../testing/compare.js';
import { wasmBackend } from '../../backend/wasm/index.js';

prepareEngine();
const before = getPlatform();
beforeAll(() => setPlatform(nodePlatform));
afterAll(() => setPlatform(before));

/** Few different numbers, so that windows hold equal ones; both zeros, infinities, and NaN. */
function numbers(shape: readonly number[], dtype: DType, seed: number, special: boolean): NDArray {
  const rare = [NaN, -0, 0, Infinity, -Infinity, -NaN];
  const next = (i: number): number => {
    const random = Math.imul(i + seed, 0x9e3779b1) >>> 8;
    return special && random % 3 === 0 ? rare[random % rare.length] : (random % 9) - 4;
  };
  return fromNumbers(
    dtype,
    [...shape],
    Array.from({ length: sizeOf(shape) }, (_, i) => next(i)),
  );
}

const WINDOWS = {
  'that touch': { window: [2, 2], strides: [2, 2], padding: 0, dilation: [1, 1] },
  'with gaps': { window: [2, 1], strides: [3, 2], padding: 0, dilation: [1, 1] },
  'that overlap': { window: [3, 2], strides: [2, 1], padding: 0, dilation: [1, 1] },
  'in padding': { window: [3, 3], strides: [2, 2], padding: 1, dilation: [1, 1] },
  dilated: { window: [2, 2], strides: [3, 3], padding: 0, dilation: [2, 2] },
  'of many elements': { window: [5, 4], strides: [5, 4], padding: 0, dilation: [1, 1] },
} as const;

describe.each(Object.entries(WINDOWS))('windows %s', (_name, { window, strides, padding, dilation }) => {
  test.each([1, 3, 4, 7, 16])('of %d channels', (channels) => {
    const around = (middle: readonly number[], outer: number): number[] => [outer, ...middle, outer];
    const params = {
      window: around(window, 1),
      strides: around(strides, 1),
      padding: [[0, 0], [padding, padding], [padding, padding], [0, 0]] as [number, number][], // prettier-ignore
      dilation: around(dilation, 1),
    };
    for (const dtype of ['float32', 'float16', 'int32', 'float64'] as const)
      for (const special of dtype.startsWith('float') ? [false, true] : [false]) {
        const shape = [3, 13, 12, channels];
        const run = (types: readonly number[][], build: (...inputs: Value[]) => Value[]): void => {
          const builder = new GraphBuilder();
          const inputs = types.map((t, i) => builder.input({ dtype, shape: t }, `x${i}`));
          const graph = builder.graph(inputs, build(...inputs));
          const arrays = types.map((t, i) => numbers(t, dtype, 7919 * i, special && i === 0));
          const none = { inputs: types.map(() => null), outputs: graph.outputs.map(() => null), counter: null };
          const found = wasmBackend.compile(graph, wasmBackend.createHeap(), none).runSync(arrays, 1);
          interpret(graph, arrays).forEach((expected, i) =>
            expect(difference(found[i], expected, 0, { exact: dtype === 'int32' }), `${dtype}, output ${i}`).toBeNull(),
          );
        };
        run([shape], (x) => [
          lax.reduceWindowMax(x, params),
          lax.reduceWindowMin(x, params),
          lax.reduceWindowSum(x, params),
        ]);
        const builder = new GraphBuilder();
        const out = lax.reduceWindowMax(builder.input({ dtype, shape }, 'x'), params).shape;
        run([shape, [...out]], (x, dy) => [lax.selectAndScatter(x, dy, params)]);
      }
  });

  test('with arithmetic on what was pooled, which is done before it is stored', () => {
    for (const channels of [1, 7, 16, 24]) {
      const around = (middle: readonly number[], outer: number): number[] => [outer, ...middle, outer];
      const params = {
        window: around(window, 1),
        strides: around(strides, 1),
        padding: [[0, 0], [padding, padding], [padding, padding], [0, 0]] as [number, number][], // prettier-ignore
        dilation: around(dilation, 1),
      };
      for (const pool of [lax.reduceWindowMax, lax.reduceWindowMin, lax.reduceWindowSum]) {
        const builder = new GraphBuilder();
        const x = builder.input({ dtype: 'float32', shape: [2, 13, 12, channels] }, 'x');
        const pooled = pool(x, params);
        const mask = builder.input({ dtype: 'bool', shape: pooled.shape }, 'mask');
        const bias = builder.input({ dtype: 'float32', shape: [channels] }, 'bias');
        const sum = lax.add(pooled, lax.broadcastTo(bias, pooled.shape));
        const kept = lax.select(mask, sum, lax.broadcastTo(lax.scalarLike(sum, 0), sum.shape));
        const graph = builder.graph([x, mask, bias], [lax.reverse(kept, [0])]); // outputs are left to loops
        const arrays = graph.inputs.map(({ shape, dtype }, i) =>
          dtype === 'bool'
            ? fromNumbers(
                dtype,
                [...shape],
                Array.from({ length: sizeOf(shape) }, (_, k) => ((k * 7) % 3) & 1),
              )
            : numbers(shape, dtype, 7919 * i, i === 0),
        );
        const none = { inputs: [null, null, null], outputs: [null], counter: null };
        const program = wasmBackend.compile(graph, wasmBackend.createHeap(), none);
        expect(difference(program.runSync(arrays, 1)[0], interpret(graph, arrays)[0], 0)).toBeNull();
        expect(program.profile!(arrays, 1)[0].label).toMatch(/^reduceWindow.* \+ 2 nodes$/);
      }
    }
  });
});
