/**
 * @file Convolutions with fewer products against the interpreter, and their gradients: odd sizes, any padding, few and many features, on one
 * thread and several.
 */
import { describe, expect, test } from 'vitest';
import type { NDArray } from '../../core/ndarray.js';
import { fromNumbers } from '../../core/ndarray.js';
import { sizeOf } from '../../core/shape.js';
import { gradients, GraphBuilder, interpret } from '../../graph/index.js';
import { convGeneral } from '../../graph/lax.js';
import { wasmBackend } from '../../backend/wasm/index.js';
import { winograd } from './winograd_transform.js';
import { useNode } from '../../testing/wasm.js';

useNode();

/** About normal, the same each time. */
function numbers(shape: readonly number[], seed: number): NDArray {
  let state = seed;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5;
  const values = Array.from({ length: sizeOf(shape) }, () => 1.7 * (next() + next() + next() + next()));
  return fromNumbers('float32', [...shape], values);
}

/** Root mean square and greatest error, both relative to the root mean square of what is expected. */
function errors(found: NDArray, expected: NDArray): { rms: number; greatest: number } {
  let [square, error, greatest] = [0, 0, 0];
  for (let i = 0; i < expected.data.length; i++) {
    const off = Number(found.data[i]) - Number(expected.data[i]);
    square += Number(expected.data[i]) ** 2;
    error += off ** 2;
    greatest = Math.max(greatest, Number.isFinite(off) ? Math.abs(off) : Infinity);
  }
  return { rms: Math.sqrt(error / square), greatest: greatest / Math.sqrt(square / expected.data.length) };
}

type Padding = [[number, number], [number, number]];
const SAME: Padding = [[1, 1], [1, 1]]; // prettier-ignore
const VALID: Padding = [[0, 0], [0, 0]]; // prettier-ignore

/** A convolution and both its gradients; the labels of their kernels. */
async function check(
  [n, h, w, c, k]: readonly number[],
  padding: Padding,
  bound: { rms: number; greatest: number },
): Promise<string[]> {
  const builder = new GraphBuilder();
  const x = builder.input({ dtype: 'float32', shape: [n, h, w, c] }, 'x');
  const kernel = builder.input({ dtype: 'float32', shape: [3, 3, c, k] }, 'kernel');
  const y = convGeneral(x, kernel, {
    lhs: { batch: 0, feature: 3, spatial: [1, 2] },
    rhs: { batch: 3, feature: 2, spatial: [0, 1] },
    out: { batch: 0, feature: 3, spatial: [1, 2] },
    strides: [1, 1],
    padding,
    lhsDilation: [1, 1],
    rhsDilation: [1, 1],
    featureGroups: 1,
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
  interpret(graph, arrays).forEach((expected, i) => {
    const { rms, greatest } = errors(here[i], expected);
    const longer = Math.sqrt(Math.max(1, Math.max(c, k) / 64));
    expect(rms, `output ${i}`).toBeLessThan(bound.rms * longer);
    expect(greatest, `output ${i}`).toBeLessThan(bound.greatest * longer);
  });
  for (const threads of [1, 2, 3]) {
    wasmBackend.setThreads!(threads);
    (await executable.run(arrays, 1)).forEach((array, i) => expect(array.data).toEqual(here[i].data));
  }
  return executable.profile!(arrays, 1).map(({ label }) => label);
}

/** What the comment in winograd_transform.ts states, with room for chance: the longer the sums, the larger the errors. */
const CLOSE = { rms: 1e-6, greatest: 1e-5 };

describe('3×3 taps with fewer products are as near as stated', () => {
  test.each([
    [2, 16, 16, 16, 16],
    [1, 13, 17, 8, 24],
    [3, 9, 11, 33, 19],
    [1, 14, 7, 70, 65],
    [1, 5, 29, 9, 131],
    [1, 20, 28, 34, 40],
  ])('%d images of %d × %d, %d features to %d', async (...sizes) => {
    for (const padding of [SAME, VALID]) {
      const labels = await check(sizes, padding, CLOSE);
      expect(labels.filter((label) => label.includes('winograd')).length).toBe(3);
    }
  });

  test('with padding on one side, more than the taps reach, and less than none', async () => {
    for (const padding of [
      [[2, 0], [0, 3]], // prettier-ignore
      [[4, 5], [3, 4]], // prettier-ignore
      [[-1, 1], [0, -3]], // prettier-ignore
    ] as Padding[])
      await check([2, 14, 15, 16, 20], padding, CLOSE);
  });

  test('of images of three features: the gradient of the kernel', async () => {
    const labels = await check([3, 31, 33, 3, 32], SAME, CLOSE);
    expect(labels.some((label) => label.includes('winograd'))).toBe(true);
  });

  test('of sizes that smaller tiles fit', async () => {
    const labels = await check([40, 6, 6, 16, 16], SAME, CLOSE);
    expect(labels.some((label) => label.includes('winograd 2×2'))).toBe(true);
  });
});

test.each([Infinity, NaN])('one %f in the input spoils three positions more than it meets, and no other', (value) => {
  const builder = new GraphBuilder();
  const x = builder.input({ dtype: 'float32', shape: [1, 24, 24, 16] }, 'x');
  const kernel = builder.input({ dtype: 'float32', shape: [3, 3, 16, 16] }, 'kernel');
  const y = convGeneral(x, kernel, {
    lhs: { batch: 0, feature: 3, spatial: [1, 2] },
    rhs: { batch: 3, feature: 2, spatial: [0, 1] },
    out: { batch: 0, feature: 3, spatial: [1, 2] },
    strides: [1, 1],
    padding: SAME,
    lhsDilation: [1, 1],
    rhsDilation: [1, 1],
    featureGroups: 1,
    batchGroups: 1,
  });
  const graph = builder.graph([x, kernel], [y]);
  const executable = wasmBackend.compile(graph, wasmBackend.createHeap(), {
    inputs: [null, null],
    outputs: [null],
    counter: null,
  });
  const [image, taps] = graph.inputs.map(({ shape }, i) => numbers(shape, i + 1));
  expect(executable.profile!([image, taps], 1).some(({ label }) => label.includes('winograd'))).toBe(true);
  const [clean] = executable.runSync([image, taps], 1);
  const [row, column] = [9, 14];
  image.data[(row * 24 + column) * 16 + 5] = value;
  const [spoiled] = executable.runSync([image, taps], 1);
  let far = 0;
  spoiled.data.forEach((found, i) => {
    const [h, w] = [Math.floor(i / (24 * 16)), Math.floor(i / 16) % 24];
    const distance = Math.max(Math.abs(h - row), Math.abs(w - column));
    if (distance <= 1) expect(Number.isFinite(Number(found))).toBe(false);
    if (distance <= 1 + 3) return;
    far++;
    if (!Object.is(found, clean.data[i])) throw new Error(`position ${h}, ${w}: ${found}`);
  });
  expect(far).toBeGreaterThan(16 * 400);
});

describe('the matrices', () => {
  test.each([
    [2, 3],
    [4, 3],
    [3, 4],
    [3, 2],
  ])('of F(%d, %d) give the sums of products', (m, r) => {
    const { n, input, kernel, output } = winograd(m, r);
    const d = Array.from({ length: n }, (_, i) => Math.sin(i + 1));
    const k = Array.from({ length: r }, (_, i) => Math.cos(3 * i));
    const times = (matrix: readonly (readonly number[])[], v: readonly number[]): number[] =>
      matrix.map((row) => row.reduce((sum, c, i) => sum + c * v[i], 0));
    const products = times(input, d).map((x, i) => x * times(kernel, k)[i]);
    times(output, products).forEach((y, i) =>
      expect(y).toBeCloseTo(
        k.reduce((sum, x, j) => sum + x * d[i + j], 0),
        12,
      ),
    );
  });
});
