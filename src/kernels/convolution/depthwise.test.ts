/** @file Depthwise and grouped convolutions against the interpreter, and their gradients, on one thread and several. */
import { expect, test } from 'vitest';
import type { NDArray } from '../../core/ndarray.js';
import { fromNumbers } from '../../core/ndarray.js';
import { sizeOf } from '../../core/shape.js';
import { gradients, GraphBuilder, interpret } from '../../graph/index.js';
import { convGeneral } from '../../graph/lax.js';
import { difference } from '../../testing/compare.js';
import { wasmBackend } from '../../backend/wasm/index.js';
import { useNode } from '../../testing/wasm.js';

useNode();

/** All above 0: of sums that cancel out, rounding would be left. */
const numbers = (shape: readonly number[], seed: number): NDArray =>
  fromNumbers(
    'float32',
    [...shape],
    Array.from({ length: sizeOf(shape) }, (_, i) => 1.5 + Math.sin(seed + i * 12.9898)),
  );

interface Case {
  /** Images, rows, columns. */
  readonly size: readonly [number, number, number];
  readonly groups: number;
  /** Features of the input and of the output that a group has. */
  readonly perGroup: readonly [number, number];
  readonly taps?: readonly [number, number];
  readonly stride?: number;
  readonly dilation?: number;
  readonly padding?: number;
}

/** A convolution in groups and both its gradients; the labels of their kernels. */
async function check(c: Case): Promise<string[]> {
  const { size, groups, perGroup, taps = [3, 3], stride = 1, dilation = 1, padding = 1 } = c;
  const builder = new GraphBuilder();
  const x = builder.input({ dtype: 'float32', shape: [...size, groups * perGroup[0]] }, 'x');
  const kernel = builder.input({ dtype: 'float32', shape: [...taps, perGroup[0], groups * perGroup[1]] }, 'kernel');
  const y = convGeneral(x, kernel, {
    lhs: { batch: 0, feature: 3, spatial: [1, 2] },
    rhs: { batch: 3, feature: 2, spatial: [0, 1] },
    out: { batch: 0, feature: 3, spatial: [1, 2] },
    strides: [stride, stride],
    padding: [[padding, padding], [padding, 0]], // prettier-ignore
    lhsDilation: [1, 1],
    rhsDilation: [dilation, dilation],
    featureGroups: groups,
    batchGroups: 1,
  });
  const dy = builder.input({ dtype: 'float32', shape: y.shape }, 'dy');
  const [dx, dk] = gradients(y, [x, kernel], 0, dy);
  const graph = builder.graph([x, kernel, dy], [y, dx!, dk!]);
  const arrays = graph.inputs.map(({ shape }, i) => numbers(shape, i + 1));
  const executable = wasmBackend.compile(graph, wasmBackend.createHeap(), {
    inputs: graph.inputs.map(() => null),
    outputs: graph.outputs.map(() => null),
    counter: null,
  });
  const here = executable.runSync(arrays, 1);
  interpret(graph, arrays).forEach((expected, i) =>
    expect(difference(here[i], expected, 2e-6), `output ${i}`).toBeNull(),
  );
  for (const threads of [1, 2, 3]) {
    wasmBackend.setThreads!(threads);
    (await executable.run(arrays, 1)).forEach((array, i) => expect(array.data).toEqual(here[i].data));
  }
  return executable.profile!(arrays, 1).map(({ label }) => label);
}

test.each([1, 2, 3, 4, 8].flatMap((multiplier) => [1, 5, 13, 24].map((groups) => [groups, multiplier])))(
  '%d groups of one feature, %d each',
  async (groups, multiplier) => {
    const labels = await check({ size: [2, 9, 11], groups, perGroup: [1, multiplier] });
    expect(labels.filter((label) => label.includes('in groups of')).length).toBe(groups === 1 ? 0 : 3);
    // Where many taps meet many features, the input is copied with zeros around it.
    if (groups > 1 && multiplier < 8) expect(labels.filter((label) => label.startsWith('pad'))).toEqual([]);
  },
);

test.each([
  [2, 2],
  [3, 5],
  [4, 4],
  [7, 1],
  [16, 16],
])('groups of %d features to %d', async (from, to) => {
  await check({ size: [2, 8, 7], groups: 3, perGroup: [from, to] });
});

test.each([
  { taps: [5, 5], padding: 2 },
  { taps: [7, 6], padding: 3 },
  { taps: [1, 1], padding: 0 },
  { taps: [1, 4] },
  { taps: [6, 9], padding: 5 },
  { taps: [8, 8], padding: 4 },
  { taps: [3, 3], padding: 9 },
  { dilation: 9, padding: 9 },
  { stride: 2 },
  { stride: 3, padding: 0 },
  { dilation: 2, padding: 2 },
  { stride: 2, taps: [2, 2] },
  { stride: 2, dilation: 3, padding: 3 },
] as const)('%o', async (options) => {
  for (const multiplier of [1, 2]) await check({ size: [2, 15, 14], groups: 6, perGroup: [1, multiplier], ...options });
});
