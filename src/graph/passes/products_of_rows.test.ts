/** @file Products with rows of a table: the table's own product is taken, and all results stay what they were. */
import { describe, expect, test } from 'vitest';
import type { DType } from '../../core/dtype.js';
import type { NDArray } from '../../core/ndarray.js';
import { fromNumbers } from '../../core/ndarray.js';
import { range, sizeOf } from '../../core/shape.js';
import type { Graph, Value } from '../index.js';
import { GraphBuilder, gradients, makeGraph } from '../index.js';
import { wasmBackend } from '../../backend/wasm/index.js';
import { useNode } from '../../testing/wasm.js';
import { interpret } from '../interpret.js';
import * as lax from '../lax.js';
import { verify } from '../verify.js';
import { optimize } from './index.js';

useNode();

const FEATURES = 32;

interface Options {
  readonly rows?: number;
  readonly units?: readonly number[];
  /** Rows outside of the table are NaN, as `ops.take` makes them. */
  readonly filled?: boolean;
  /** The first two dimensions change places before the product. */
  readonly turned?: boolean;
  readonly dtype?: DType;
  readonly indices?: DType;
}

/** table, numbers (16, 40) and kernel -> the product, and the gradients of its sum of squares for table and kernel. */
function program(options: Options): Graph {
  const { rows = 6, units = [96], filled = true, turned = true, dtype = 'float32', indices = 'int32' } = options;
  const builder = new GraphBuilder();
  const table = builder.input({ dtype, shape: [rows, FEATURES] }, 'table');
  const numbers = builder.input({ dtype: indices, shape: [16, 40] }, 'numbers');
  const kernel = builder.input({ dtype, shape: [FEATURES, ...units] }, 'kernel');
  let x: Value = lax.gather(table, numbers);
  if (filled) {
    const valid = lax.and(lax.ge(numbers, lax.zerosLike(numbers)), lax.lt(numbers, lax.fullLike(numbers, rows)));
    x = lax.select(lax.broadcastInDim(valid, x.shape, [0, 1]), x, lax.fullLike(x, NaN));
  }
  if (turned) x = lax.transpose(x, [1, 0, 2]);
  const y = lax.dotGeneral(x, kernel, { lhsBatch: [], rhsBatch: [], lhsContract: [2], rhsContract: [0] });
  const loss = lax.reduceSum(lax.mul(y, y), range(y.shape.length));
  const [dTable, dKernel] = gradients(loss, [table, kernel]);
  return makeGraph([table, numbers, kernel], [y, dTable!, dKernel!]);
}

const wave = (n: number, dtype: DType, shape: readonly number[]): NDArray =>
  fromNumbers(dtype, shape, range(n).map((i) => Math.sin(1.7 * i + 0.3))); // prettier-ignore

function inputsOf({ inputs: [table, numbers, kernel] }: Graph, numberOf: (i: number) => number): NDArray[] {
  return [
    wave(sizeOf(table.shape), table.dtype, table.shape),
    fromNumbers(numbers.dtype, numbers.shape, range(640).map(numberOf)),
    wave(sizeOf(kernel.shape), kernel.dtype, kernel.shape),
  ];
}

function compiled(graph: Graph, inputs: readonly NDArray[]): NDArray[] {
  const none = (list: readonly unknown[]): null[] => list.map(() => null);
  const bindings = { inputs: none(graph.inputs), outputs: none(graph.outputs), counter: null };
  return wasmBackend.compile(graph, wasmBackend.createHeap(), bindings).runSync(inputs, 1);
}

/** Gives the graph that the passes make of it, whose results are the same, on the compiled backend too. */
function expectSame(before: Graph, inputs: readonly NDArray[]): Graph {
  const after = optimize(before);
  verify(after);
  const wanted = interpret(before, inputs);
  expectClose(interpret(after, inputs), wanted);
  expectClose(compiled(before, inputs), wanted);
  return after;
}

function expectClose(got: readonly NDArray[], wanted: readonly NDArray[]): void {
  wanted.forEach(({ data }, k) => {
    const most = Math.max(1, ...Array.from(data as Float32Array, Math.abs).filter(Number.isFinite));
    const same = (x: number, y: number): boolean =>
      Number.isNaN(x) ? Number.isNaN(y) : Math.abs(x - y) <= 1e-5 * most;
    const other = range(data.length).filter((i) => !same(data[i], got[k].data[i]));
    expect(other.map((i) => [k, i, data[i], got[k].data[i]])).toEqual([]);
  });
}

/** How many elements the products of a graph write. */
const productSizes = (graph: Graph): number[] =>
  graph.nodes.filter(({ primitive }) => primitive.name === 'dotGeneral').map((node) => sizeOf(node.outputs[0].shape));
const scatters = (graph: Graph): number => graph.nodes.filter(({ primitive }) => primitive.name === 'scatter').length;

describe('a product with rows of a table', () => {
  test.each<[string, Options]>([
    ['as an embedding and a recurrent layer make it', {}],
    ['of rows in their order', { turned: false }],
    ['of rows that are clamped into the table', { filled: false }],
    ['with a kernel of three dimensions', { units: [4, 24] }],
    ['in float64', { dtype: 'float64' }],
    ['with numbers of 64 bits', { indices: 'int64' }],
    ['with a table of one row', { rows: 1 }],
  ])('%s is one with the table, and so are its gradients', (_, options) => {
    const graph = program(options);
    const rows = options.rows ?? 6;
    const after = expectSame(
      graph,
      inputsOf(graph, (i) => (i * 7) % rows),
    );
    const width = 96;
    const byNumber = (a: number, b: number): number => a - b;
    expect(productSizes(after).sort(byNumber)).toEqual(
      [rows * FEATURES, rows * width, FEATURES * width].sort(byNumber),
    );
    // Both gradients share the sums; another, of one column, says which rows are used.
    expect(scatters(after)).toBe(2);
  });

  test('has NaN where a number is outside of the table, and in the gradient of the kernel', () => {
    const graph = program({});
    const inputs = inputsOf(graph, (i) => (i === 3 ? -1 : i === 100 ? 6 : i % 6));
    expectSame(graph, inputs);
    const [y, dTable, dKernel] = interpret(optimize(graph), inputs);
    expect(y.data.filter(Number.isNaN)).toHaveLength(2 * 96);
    expect(dKernel.data.every(Number.isNaN)).toBe(true);
    expect(dTable.data.some(Number.isNaN)).toBe(false);
  });

  test('clamps numbers outside of the table where they are not NaN', () => {
    const graph = program({ filled: false });
    expectSame(
      graph,
      inputsOf(graph, (i) => (i % 9) - 2),
    );
  });

  test('does not see rows that no number asks for', () => {
    for (const poison of [NaN, Infinity]) {
      const graph = program({ turned: false });
      const inputs = inputsOf(graph, (i) => i % 5);
      inputs[0].data.fill(poison, 5 * FEATURES);
      expectSame(graph, inputs);
      expect(interpret(optimize(graph), inputs)[2].data.every(Number.isFinite)).toBe(true);
    }
  });

  test('with an infinite kernel gives rows that no number asks for a gradient of 0', () => {
    const graph = program({});
    const inputs = inputsOf(graph, (i) => i % 5);
    inputs[2].data[0] = Infinity;
    expect([...interpret(optimize(graph), inputs)[1].data.subarray(5 * FEATURES)]).toEqual(Array(FEATURES).fill(0));
  });

  test.each<[string, Options]>([
    ['most rows are asked for once', { rows: 400 }],
    ['rounding to 16 bits would show', { dtype: 'float16' }],
    ['numbers are unsigned', { indices: 'uint8' }],
    ['there is little to multiply', { units: [8] }],
  ])('stays where %s', (_, options) => {
    const after = optimize(program(options));
    expect(productSizes(after)[0]).toBe(640 * sizeOf(options.units ?? [96]));
  });
});
