/**
 * @file Programs in wide vectors give the bits of programs in single ones, whatever the engine makes of them: every primitive and random
 * programs, and sizes at which wide vectors begin, end and leave something over.
 */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { DTYPES } from '../core/dtype.js';
import type { NDArray } from '../core/ndarray.js';
import { fromNumbers } from '../core/ndarray.js';
import { getPlatform } from '../core/platform.js';
import { sizeOf } from '../core/shape.js';
import type { Graph, Value } from '../graph/index.js';
import { allPrimitives, GraphBuilder } from '../graph/index.js';
import { gradients } from '../graph/autodiff.js';
import * as lax from '../graph/lax.js';
import { randomWords } from '../graph/threefry.js';
import { useNode } from '../testing/wasm.js';
import { arbitraryApplication, arbitraryGraph } from '../testing/random_graphs.js';
import { wasmBackend } from '../backend/wasm/index.js';

useNode();
afterEach(() => wasmBackend.setWide!(getPlatform().engine?.wide !== 'off'));

const bytes = ({ data }: NDArray): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Computes a program in vectors of this kind. */
function run(graph: Graph, inputs: readonly NDArray[], wide: boolean): { results: NDArray[]; code: number } {
  wasmBackend.setWide!(wide);
  const program = wasmBackend.compile(graph, wasmBackend.createHeap(), {
    inputs: graph.inputs.map(() => null),
    outputs: graph.outputs.map(() => null),
    counter: null,
  });
  return { results: program.runSync(inputs, 1), code: program.stats.codeBytes };
}

function expectSameBits({ graph, inputs }: { graph: Graph; inputs: readonly NDArray[] }): void {
  const single = run(graph, inputs, false);
  const wide = run(graph, inputs, true);
  single.results.forEach((expected, i) => {
    const [a, b] = [bytes(wide.results[i]), bytes(expected)];
    const at = a.findIndex((byte, k) => byte !== b[k]);
    if (at >= 0) throw new Error(`output ${i} differs from byte ${at} on\n${String(graph)}`);
  });
}

const wave = (seed: number, shape: readonly number[]): NDArray =>
  fromNumbers(
    'float32',
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(seed + i * 12.9898)),
  );

/** A program of float32 arrays of these shapes. */
function program(shapes: readonly (readonly number[])[], build: (...xs: Value[]) => Value): void {
  const builder = new GraphBuilder();
  const xs = shapes.map((shape, i) => builder.input({ dtype: 'float32', shape }, `x${i}`));
  expectSameBits({ graph: builder.graph(xs, [build(...xs)]), inputs: shapes.map((shape, i) => wave(i, shape)) });
}

test('programs differ in their code', () => {
  const builder = new GraphBuilder();
  const x = builder.input({ dtype: 'float32', shape: [64] }, 'x');
  const graph = builder.graph([x], [lax.exp(x)]);
  expect(run(graph, [wave(0, [64])], true).code).not.toBe(run(graph, [wave(0, [64])], false).code);
});

describe('every primitive', () => {
  for (const name of allPrimitives().keys()) {
    if (name === 'input' || name === 'constant') continue;
    test(name, () => {
      fc.assert(fc.property(arbitraryApplication(name), expectSameBits), { numRuns: 15 });
    });
  }
});

test('random programs', () => {
  const dtypes = DTYPES.filter((dtype) => dtype !== 'int64' && dtype !== 'uint64');
  fc.assert(fc.property(arbitraryGraph({ dtypes }), expectSameBits), { numRuns: 100, endOnFailure: true });
});

const sizes = [1, 3, 4, 7, 8, 9, 12, 15, 16, 17, 31, 32, 33, 48, 100, 1024, 2500];

describe('reductions of rows and of columns', () => {
  for (const size of sizes)
    test(`of ${size}`, () => {
      for (const reduce of [lax.reduceSum, lax.reduceMax]) {
        for (const shape of [[size], [3, size], [size, 5], [6, size, 2], [40, size]])
          for (let axis = 0; axis < shape.length; axis++) program([shape], (x) => reduce(lax.exp(x), [axis]));
      }
    });
});

test.each(sizes)('operands read across %i columns', (size) => {
  for (const rows of [4, 24, 48])
    program([[size, rows], [rows, size]], (x, y) => lax.exp(lax.add(lax.transpose(x, [1, 0]), y))); // prettier-ignore
});

test.each(sizes)('random bits of %i, between two arrays that keep their own', (size) => {
  const builder = new GraphBuilder();
  const keys = ['a', 'b', 'c'].map((name) => builder.input({ dtype: 'uint32', shape: [2] }, name));
  const graph = builder.graph(
    keys,
    keys.map((key) => lax.randomBits(key, [size])),
  );
  const inputs = [[3, 7], [0xffffffff, 5], [0, 0x80000001]].map((words) => fromNumbers('uint32', [2], words)); // prettier-ignore
  expectSameBits({ graph, inputs });
  run(graph, inputs, true).results.forEach(({ data }, i) => {
    const [key0, key1] = inputs[i].data as Uint32Array;
    expect([...(data as Uint32Array)]).toEqual([...randomWords(key0, key1, size)]);
  });
});

describe('products', () => {
  const dot = (a: Value, b: Value): Value =>
    lax.dotGeneral(a, b, { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [0] });
  for (const columns of [1, 4, 7, 8, 9, 15, 16, 17, 24, 33, 130, 400])
    for (const [rows, depth] of [
      [1, 40],
      [1, 700],
      [3, 600],
      [5, 33],
      [67, 300],
      [16, 2053],
    ])
      test(`${rows} × ${depth} by ${depth} × ${columns}`, () => {
        program([[rows, depth], [depth, columns]], (a, b) => lax.tanh(dot(a, b))); // prettier-ignore
      });
  test('of few results and long sums', () => {
    program([[3001, 36], [3001, 100]], (a, b) =>
      lax.dotGeneral(a, b, { lhsBatch: [], rhsBatch: [], lhsContract: [0], rhsContract: [0] }),
    ); // prettier-ignore
  });
});

describe('convolutions, with the gradients of input and kernel', () => {
  for (const [channels, features, side, taps, stride, groups] of [
    [3, 16, 17, 3, 1, 1],
    [8, 8, 12, 3, 1, 1],
    [16, 24, 15, 3, 1, 1],
    [32, 33, 13, 3, 1, 1],
    [5, 12, 14, 5, 2, 1],
    [24, 24, 11, 3, 1, 24],
    [12, 24, 11, 3, 2, 12],
    [16, 32, 9, 3, 1, 4],
  ])
    test(`${channels} to ${features} features, ${side} × ${side}, ${taps} taps, stride ${stride}, ${groups} groups`, () => {
      const params = {
        lhs: { batch: 0, feature: 3, spatial: [1, 2] }, rhs: { batch: 3, feature: 2, spatial: [0, 1] }, out: { batch: 0, feature: 3, spatial: [1, 2] },
        strides: [stride, stride], padding: [[1, 1], [1, 1]], lhsDilation: [1, 1], rhsDilation: [1, 1], featureGroups: groups, batchGroups: 1,
      } as const; // prettier-ignore
      const builder = new GraphBuilder();
      const shapes = [[2, side, side, channels], [taps, taps, channels / groups, features]]; // prettier-ignore
      const [x, kernel] = shapes.map((shape, i) => builder.input({ dtype: 'float32', shape }, `x${i}`));
      const y = lax.convGeneral(x, kernel, params);
      const loss = lax.reduceSum(lax.mul(y, y), [0, 1, 2, 3]);
      const grads = gradients(loss, [x, kernel]) as Value[];
      expectSameBits({ graph: builder.graph([x, kernel], [y, ...grads]), inputs: shapes.map((s, i) => wave(i, s)) });
    });
});

describe('sums of the rows of results', () => {
  const sums = (y: Value): Value[] => {
    const axes = y.shape.slice(1).map((_, d) => d);
    return [y, lax.reduceSum(y, axes), lax.reduceSum(lax.mul(y, y), axes)];
  };
  const check = (shapes: readonly (readonly number[])[], build: (...xs: Value[]) => Value): void => {
    const builder = new GraphBuilder();
    const xs = shapes.map((shape, i) => builder.input({ dtype: 'float32', shape }, `x${i}`));
    expectSameBits({ graph: builder.graph(xs, sums(build(...xs))), inputs: shapes.map((shape, i) => wave(i, shape)) });
  };
  for (const columns of [2, 7, 8, 9, 16, 20, 24, 33, 130, 600])
    test(`of products, ${columns} columns`, () => {
      for (const [rows, depth] of [[300, 40], [1000, 5], [70, 2053]]) // prettier-ignore
        check([[rows, depth], [depth, columns]], (a, b) =>
          lax.dotGeneral(a, b, { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [0] }),
        ); // prettier-ignore
    });
  for (const features of [6, 12, 16, 20, 24, 40, 72])
    test(`of convolutions, ${features} features`, () => {
      for (const channels of [3, 16])
        check([[3, 29, 26, channels], [3, 3, channels, features]], (x, kernel) =>
          lax.convGeneral(x, kernel, {
            lhs: { batch: 0, feature: 3, spatial: [1, 2] }, rhs: { batch: 3, feature: 2, spatial: [0, 1] }, out: { batch: 0, feature: 3, spatial: [1, 2] },
            strides: [1, 1], padding: [[1, 1], [1, 1]], lhsDilation: [1, 1], rhsDilation: [1, 1], featureGroups: 1, batchGroups: 1,
          }),
        ); // prettier-ignore
    });
  for (const features of [5, 8, 20, 48])
    test(`of gradients of pooling, ${features} features`, () => {
      const none: [number, number][] = [[0, 0], [0, 0], [0, 0], [0, 0]]; // prettier-ignore
      const params = { window: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: none, dilation: [1, 1, 1, 1] };
      check([[5, 12, 14, features], [5, 6, 7, features]], (x, dy) => lax.selectAndScatter(x, dy, params)); // prettier-ignore
    });
});
