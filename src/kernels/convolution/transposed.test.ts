/**
 * @file Transposed convolutions against the interpreter, with their gradients, on one thread and several, in single and in wide vectors: where
 * phases of the output meet the same elements of the input, one product computes them together.
 */
import { afterEach, expect, test } from 'vitest';
import type { NDArray } from '../../core/ndarray.js';
import { fromNumbers } from '../../core/ndarray.js';
import { getPlatform } from '../../core/platform.js';
import { sizeOf } from '../../core/shape.js';
import { gradients, GraphBuilder, interpret } from '../../graph/index.js';
import { convGeneral } from '../../graph/lax.js';
import { wasmBackend } from '../../backend/wasm/index.js';
import { difference } from '../../testing/compare.js';
import { useNode } from '../../testing/wasm.js';

useNode();
afterEach(() => wasmBackend.setWide!(getPlatform().engine?.wide !== 'off'));

interface Case {
  /** Images, rows, columns. */
  readonly size: readonly [number, number, number];
  readonly channels: number;
  readonly features: number;
  readonly taps: readonly [number, number];
  readonly strides: readonly [number, number];
  /** Before and after, along both axes, of the input with zeros in between. */
  readonly padding: readonly [number, number];
}

const numbers = (shape: readonly number[], seed: number): NDArray =>
  fromNumbers(
    'float32',
    [...shape],
    Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(seed + i * 12.9898)),
  );

/** A transposed convolution and both its gradients; the labels of the products. */
async function check({ size, channels, features, taps, strides, padding }: Case): Promise<string[]> {
  const builder = new GraphBuilder();
  const x = builder.input({ dtype: 'float32', shape: [...size, channels] }, 'x');
  const kernel = builder.input({ dtype: 'float32', shape: [...taps, features, channels] }, 'kernel');
  const y = convGeneral(x, kernel, {
    lhs: { batch: 0, feature: 3, spatial: [1, 2] },
    rhs: { batch: 2, feature: 3, spatial: [0, 1] },
    out: { batch: 0, feature: 3, spatial: [1, 2] },
    strides: [1, 1],
    padding: [[...padding], [...padding]],
    lhsDilation: [...strides],
    rhsDilation: [1, 1],
    featureGroups: 1,
    batchGroups: 1,
  });
  const dy = builder.input({ dtype: 'float32', shape: y.shape }, 'dy');
  const [dx, dk] = gradients(y, [x, kernel], 0, dy);
  const graph = builder.graph([x, kernel, dy], [y, dx!, dk!]);
  const arrays = graph.inputs.map(({ shape }, i) => numbers(shape, i + 1));
  const expected = interpret(graph, arrays);
  const compile = (wide: boolean): ReturnType<typeof wasmBackend.compile> => {
    wasmBackend.setWide!(wide);
    return wasmBackend.compile(graph, wasmBackend.createHeap(), {
      inputs: graph.inputs.map(() => null),
      outputs: graph.outputs.map(() => null),
      counter: null,
    });
  };
  const single = compile(false);
  const found = single.runSync(arrays, 1);
  expected.forEach((array, i) => expect(difference(found[i], array, 2e-6), `output ${i}`).toBeNull());
  for (const threads of [1, 3]) {
    wasmBackend.setThreads!(threads);
    for (const program of [single, compile(true)])
      (await program.run(arrays, 1)).forEach((array, i) => expect(array.data).toEqual(found[i].data));
  }
  return single.profile!(arrays, 1).map(({ label }) => label).filter((label) => /\d × \d/.test(label)); // prettier-ignore
}

const isSplit = (label: string): boolean => label.includes('× 48 × 80, rows in place');

test('of twice as many taps as steps: four phases at a time, whose features lie in two places', async () => {
  const labels = await check({ size: [2, 9, 11], channels: 20, features: 12, taps: [8, 8], strides: [4, 4], padding: [5, 5] }); // prettier-ignore
  expect(labels.filter(isSplit)).toHaveLength(4);
});

test('of as many taps as steps: all phases at a time', async () => {
  const labels = await check({ size: [2, 7, 10], channels: 24, features: 12, taps: [2, 2], strides: [2, 2], padding: [1, 1] }); // prettier-ignore
  expect(labels.some((label) => label.includes('× 48 × 24, rows in place'))).toBe(true);
});

test.each([
  { size: [1, 6, 5], channels: 7, features: 4, taps: [6, 4], strides: [3, 2], padding: [3, 2] },
  { size: [2, 8, 9], channels: 8, features: 20, taps: [4, 4], strides: [2, 2], padding: [2, 2] },
  { size: [2, 8, 9], channels: 16, features: 24, taps: [1, 4], strides: [1, 4], padding: [0, 3] },
  { size: [1, 5, 6], channels: 9, features: 3, taps: [3, 3], strides: [2, 2], padding: [1, 2] },
  { size: [2, 6, 6], channels: 12, features: 8, taps: [4, 4], strides: [4, 4], padding: [2, 1] },
  { size: [1, 9, 7], channels: 40, features: 40, taps: [4, 4], strides: [2, 2], padding: [2, 2] },
  { size: [1, 1, 1], channels: 5, features: 12, taps: [4, 4], strides: [4, 4], padding: [3, 3] },
] as const)('$channels to $features features, $taps taps, strides $strides', async (c) => {
  await check(c);
});
