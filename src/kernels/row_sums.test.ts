/**
 * @file Sums along rows that the kernel of a product, a convolution or of the gradient of pooling makes of what it has just stored: against
 * the interpreter, with one thread and several, in single and in wide vectors.
 */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { wasmBackend } from '../backend/wasm/index.js';
import { fromNumbers } from '../core/ndarray.js';
import { getPlatform } from '../core/platform.js';
import { sizeOf } from '../core/shape.js';
import type { Value } from '../graph/index.js';
import { GraphBuilder } from '../graph/index.js';
import * as lax from '../graph/lax.js';
import { checkProducts } from '../testing/products.js';
import { useNode } from '../testing/wasm.js';

useNode();
afterEach(() => wasmBackend.setWide!(getPlatform().engine?.wide !== 'off'));

const along = (x: Value, vector: Value): Value => lax.broadcastTo(vector, x.shape);
const zeros = (x: Value): Value => lax.broadcastTo(lax.scalarLike(x, 0), x.shape);
/** All values one after another. Graph outputs are left to loops; this makes something of them. */
const together = (...values: Value[]): Value =>
  lax.concatenate(values.map((value) => lax.reshape(value, [sizeOf(value.shape)])), 0); // prettier-ignore
/** The sums over all axes but the last one. */
const sums = (x: Value): Value =>
  lax.reduceSum(
    x,
    x.shape.slice(1).map((_, d) => d),
  );
const masked = (x: Value, by: Value): Value => lax.select(lax.gt(by, zeros(by)), x, zeros(x));

/** What may follow the results `y`; `other` is of their shape. */
const FOLLOWING: Readonly<Record<string, (y: Value, other: Value) => Value>> = {
  'sums alone': (y) => together(y, sums(y)),
  'sums of what is stored in its place': (y, other) => {
    const x = masked(y, other);
    return together(x, sums(x));
  },
  'two sums, one of a product': (y, other) => together(y, sums(y), sums(lax.mul(y, other))),
  'greatest and least': (y, other) => {
    const axes = y.shape.slice(1).map((_, d) => d);
    return together(lax.reduceMax(lax.sub(y, other), axes), lax.reduceMin(y, axes), lax.neg(y));
  },
  'sums beside what is stored, of results that are read again': (y, other) => {
    const x = masked(y, other);
    return together(x, sums(x), y, lax.reverse(lax.mul(x, y), [0]));
  },
};

/** Kernels that sum rows while these are in cache, and loops that read them again. */
const summing = (labels: readonly string[]): number => labels.filter((label) => label.includes(' + sums of ')).length;
const reading = (labels: readonly string[]): number => labels.filter((label) => /loop.* reduced along/.test(label)).length; // prettier-ignore

/** Checks all of it, or the first two; `joined`: whether the kernel does it. */
function following(
  shapes: readonly (readonly number[])[],
  build: (...inputs: Value[]) => Value,
  joined: boolean,
  { tolerance = 0, few = false } = {},
): void {
  for (const [name, follow] of Object.entries(FOLLOWING).slice(0, few ? 2 : undefined)) {
    test(name, async () => {
      const graph = new GraphBuilder();
      const { shape } = build(...shapes.map((s, i) => graph.input({ dtype: 'float32', shape: [...s] }, `${i}`)));
      const labels = await checkProducts([...shapes, shape], (...inputs) => follow(build(...inputs), inputs.at(-1)!), tolerance); // prettier-ignore
      expect([summing(labels), reading(labels)]).toEqual(joined ? [1, 0] : [0, 1]);
    });
  }
}

const product = { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [0] };

describe('products of matrices', () => {
  for (const [rows, depth, columns, joined] of [
    [130, 300, 35, true],
    [203, 24, 16, true],
    [64, 1501, 100, true],
    [2, 300, 64, false],
  ] as const)
    describe(`${rows} × ${depth} by ${depth} × ${columns}`, () => {
      following([[rows, depth], [depth, columns]], (a, b) => lax.dotGeneral(a, b, product), joined, { few: rows < 130 }); // prettier-ignore
    });
  describe('in batches', () => {
    const batches = { lhsBatch: [0], rhsBatch: [0], lhsContract: [2], rhsContract: [1] };
    following([[6, 90, 40], [6, 40, 24]], (a, b) => lax.dotGeneral(a, b, batches), true, { few: true }); // prettier-ignore
  });
  describe('with columns of several axes', () => {
    following([[19, 30, 12], [12, 40]], (x, w) => lax.dotGeneral(x, w, { ...product, lhsContract: [2] }), true, { few: true }); // prettier-ignore
  });
});

const image = { batch: 0, feature: 3, spatial: [1, 2] };
const convolve = (x: Value, kernel: Value, padding: number, stride: number, dilation = 1): Value =>
  lax.convGeneral(x, kernel, {
    lhs: image, rhs: { batch: 3, feature: 2, spatial: [0, 1] }, out: image,
    strides: [stride, stride], padding: [[padding, padding], [padding, padding]],
    lhsDilation: [dilation, dilation], rhsDilation: [1, 1], featureGroups: 1, batchGroups: 1,
  }); // prettier-ignore

describe('convolutions', () => {
  const cases: [string, number[], number[], number, number, number, boolean][] = [
    ['few channels', [2, 23, 21, 3], [3, 3, 3, 12], 1, 1, 1, true],
    ['fewer products', [3, 37, 24, 16], [3, 3, 16, 20], 1, 1, 1, false],
    ['1 × 1', [3, 19, 17, 10], [1, 1, 10, 33], 0, 1, 1, true],
    ['zeros between the elements: phases', [2, 7, 6, 12], [4, 4, 12, 16], 2, 1, 2, false],
  ];
  for (const [name, x, kernel, padding, stride, dilation, joined] of cases)
    describe(name, () => {
      following([x, kernel], (a, b) => convolve(a, b, padding, stride, dilation), joined, {
        tolerance: 2e-5,
        few: name !== 'few channels',
      });
    });
});

describe('the gradient of pooling', () => {
  const pooled = (shape: number[], window: number, stride: number) => {
    const params = {
      window: [1, window, window, 1], strides: [1, stride, stride, 1],
      padding: shape.map((): [number, number] => [0, 0]), dilation: [1, 1, 1, 1],
    }; // prettier-ignore
    const side = (size: number): number => Math.floor((size - window) / stride) + 1;
    const out = [shape[0], side(shape[1]), side(shape[2]), shape[3]];
    return { out, of: (x: Value, dy: Value): Value => lax.selectAndScatter(x, dy, params) };
  };
  for (const [name, shape, window, stride, joined] of [
    ['of windows that cover all', [9, 16, 12, 20], 2, 2, true],
    ['of windows that leave rows out', [9, 17, 13, 20], 2, 2, false],
    ['of windows that overlap', [40, 9, 11, 20], 3, 2, true],
  ] as const)
    describe(name, () => {
      const { out, of } = pooled([...shape], window, stride);
      following([shape, out], of, joined, { few: window === 3 });
    });
});

describe('pooling', () => {
  const params = {
    window: [1, 2, 2, 1], strides: [1, 2, 2, 1],
    padding: [[0, 0], [0, 0], [0, 0], [0, 0]] as [number, number][], dilation: [1, 1, 1, 1],
  }; // prettier-ignore
  following([[9, 26, 14, 20]], (x) => lax.reduceWindowMax(x, params), true, { few: true }); // prettier-ignore
});

test('operands of each row, and of each column', async () => {
  const labels = await checkProducts([[300, 40], [40, 24], [300], [24]], (a, b, row, column) => {
    const y = lax.dotGeneral(a, b, product);
    const normal = lax.mul(lax.sub(y, lax.broadcastInDim(row, y.shape, [0])), along(y, column));
    return together(y, sums(y), sums(lax.mul(normal, y)));
  }, 1e-6); // prettier-ignore
  expect(summing(labels)).toBe(1);
});

test('operands that move in other ways, and sums along other axes, leave the work to a loop', async () => {
  const shapes = [[30, 10, 40], [40, 24], [30, 24]]; // prettier-ignore
  const dot = (a: Value, b: Value): Value => lax.dotGeneral(a, b, { ...product, lhsContract: [2] });
  const labels = await checkProducts(shapes, (a, b, image) => {
    const y = dot(a, b);
    return together(y, sums(lax.mul(y, lax.broadcastInDim(image, y.shape, [0, 2]))));
  });
  expect([summing(labels), reading(labels)]).toEqual([0, 1]);
  const others = await checkProducts(shapes, (a, b) => {
    const y = dot(a, b);
    return together(y, lax.reduceSum(y, [0]), lax.reduceSum(lax.neg(y), [1, 2]));
  });
  expect(summing(others)).toBe(0);
});

test('NaN and infinities come into the sums of their columns alone', () => {
  const builder = new GraphBuilder();
  const [a, b] = [[320, 16], [16, 20]].map((shape, i) => builder.input({ dtype: 'float32', shape }, `x${i}`)); // prettier-ignore
  const graph = builder.graph([a, b], [sums(lax.dotGeneral(a, b, product))]);
  const left = new Array<number>(320 * 16).fill(1);
  const right = new Array<number>(16 * 20).fill(1);
  [right[3], right[7], right[11]] = [NaN, Infinity, -Infinity];
  const program = wasmBackend.compile(graph, wasmBackend.createHeap(), { inputs: [null, null], outputs: [null], counter: null }); // prettier-ignore
  const [result] = program.runSync([fromNumbers('float32', [320, 16], left), fromNumbers('float32', [16, 20], right)], 1); // prettier-ignore
  const expected = Array.from({ length: 20 }, (_, i) => ({ 3: NaN, 7: Infinity, 11: -Infinity })[i] ?? 320 * 16);
  expect([...(result.data as Float32Array)]).toEqual(expected);
});

test('products of random sizes', async () => {
  const size = fc.integer({ min: 1, max: 90 });
  await fc.assert(
    fc.asyncProperty(size, size, size, fc.constantFrom(...Object.keys(FOLLOWING)), fc.boolean(), async (m, k, n, name, wide) => {
      wasmBackend.setWide!(wide);
      await checkProducts([[m, k], [k, n], [m, n]], (a, b, other) => FOLLOWING[name](lax.dotGeneral(a, b, product), other));
    }),
    { numRuns: 12, endOnFailure: true },
  ); // prettier-ignore
});

test('sums of many rows are as exact as those of a loop', () => {
  const shape = [128 * 64, 16];
  const builder = new GraphBuilder();
  const [a, b] = [shape, [16, 32]].map((s, i) => builder.input({ dtype: 'float32', shape: s }, `x${i}`));
  const y = lax.dotGeneral(a, b, product);
  const graph = builder.graph([a, b], [y, sums(y)]);
  const arrays = [shape, [16, 32]].map((s, i) => fromNumbers('float32', s, Array.from({ length: sizeOf(s) }, (_, k) => 1 + 0.4 * Math.sin(k * 12.9898 + i)))); // prettier-ignore
  const program = wasmBackend.compile(graph, wasmBackend.createHeap(), { inputs: [null, null], outputs: [null, null], counter: null }); // prettier-ignore
  const [results, totals] = program.runSync(arrays, 1).map(({ data }) => data as Float32Array);
  for (let column = 0; column < 32; column++) {
    let exact = 0;
    for (let row = 0; row < shape[0]; row++) exact += results[32 * row + column];
    // Some hundred additions in a row; one after another, all 8192 would be off by 1e-5.
    expect(Math.abs(totals[column] / exact - 1)).toBeLessThan(1e-6);
  }
});
