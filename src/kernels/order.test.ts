/** @file The places of the greatest and least elements against the interpreter: lines of all lengths, ties, NaN, both zeros. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DType } from '../core/dtype.js';
import { fromNumbers } from '../core/ndarray.js';
import { getPlatform, setPlatform } from '../core/platform.js';
import { sizeOf } from '../core/shape.js';
import { GraphBuilder, interpret } from '../graph/index.js';
import { argMax, argMin } from '../graph/lax.js';
import { prepareEngine, nodePlatform } from '../platform/node/index.js';
import { wasmBackend } from '../backend/wasm/index.js';

prepareEngine();
const before = getPlatform();
beforeAll(() => setPlatform(nodePlatform));
afterAll(() => setPlatform(before));

const SPECIAL = [NaN, -0, 0, Infinity, -Infinity];

test.each([-Infinity, Infinity, NaN, -0])('rows of nothing but %d', (value) => {
  const builder = new GraphBuilder();
  const x = builder.input({ dtype: 'float32', shape: [2, 71] }, 'x');
  const graph = builder.graph([x], [argMax(x, 1), argMin(x, 1)]);
  const array = fromNumbers('float32', [2, 71], new Array<number>(142).fill(value));
  const none = { inputs: [null], outputs: [null, null], counter: null };
  const found = wasmBackend.compile(graph, wasmBackend.createHeap(), none).runSync([array], 1);
  expect(found).toEqual(interpret(graph, [array]));
});

test.each(['float32', 'float16', 'float64', 'int32', 'uint32', 'int8', 'uint8', 'bool'] as const)(
  'argMax and argMin of %s',
  (dtype: DType) => {
    for (const length of [1, 2, 3, 7, 8, 9, 11, 12, 16, 65, 1000])
      for (const special of dtype.startsWith('float') ? [0, 1, 3, 40] : [0])
        for (const [shape, axis] of [
          [[37, length], 1],
          [[length, 5], 0],
          [[3, length, 2], 1],
        ] as const) {
          const element = (i: number): number => {
            const random = Math.imul(i + length, 0x9e3779b1) >>> 8;
            if (special > 0 && random % special === 0) return SPECIAL[random % SPECIAL.length];
            return dtype === 'bool' ? random % 2 : dtype.startsWith('u') ? random % 7 : (random % 7) - 3;
          };
          const builder = new GraphBuilder();
          const x = builder.input({ dtype, shape: [...shape] }, 'x');
          const graph = builder.graph([x], [argMax(x, axis), argMin(x, axis)]);
          const array = fromNumbers(
            dtype,
            [...shape],
            Array.from({ length: sizeOf(shape) }, (_, i) => element(i)),
          );
          const none = { inputs: [null], outputs: [null, null], counter: null };
          const found = wasmBackend.compile(graph, wasmBackend.createHeap(), none).runSync([array], 1);
          expect(found, `${shape.join(' × ')}, axis ${axis}`).toEqual(interpret(graph, [array]));
        }
  },
);
