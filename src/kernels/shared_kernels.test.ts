/** @file Groups that recur in a program share their code: it gives what the interpreter gives, wherever their values lie. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DType } from '../core/dtype.js';
import { DTYPES, isFloat } from '../core/dtype.js';
import type { NDArray } from '../core/ndarray.js';
import { fromNumbers } from '../core/ndarray.js';
import { getPlatform, setPlatform } from '../core/platform.js';
import type { Graph, Value } from '../graph/index.js';
import { allPrimitives, GraphBuilder, interpret } from '../graph/index.js';
import { rebuild } from '../graph/graph.js';
import * as lax from '../graph/lax.js';
import { prepareEngine, nodePlatform } from '../platform/node/index.js';
import { difference } from '../testing/compare.js';
import { arbitraryApplication, arbitraryGraph } from '../testing/random_graphs.js';
import { wasmBackend } from '../backend/wasm/index.js';

prepareEngine();
const before = getPlatform();
beforeAll(() => setPlatform(nodePlatform));
afterAll(() => setPlatform(before));

const TOLERANCE: Partial<Record<DType, number>> = { float16: 1e-3, bfloat16: 8e-3, float32: 2e-6, float64: 1e-12 };

const compile = (graph: Graph) =>
  wasmBackend.compile(graph, wasmBackend.createHeap(), {
    inputs: graph.inputs.map(() => null),
    outputs: graph.outputs.map(() => null),
    counter: null,
  });

function expectSame(found: readonly NDArray[], expected: readonly NDArray[], graph: Graph): void {
  expected.forEach((e, i) => {
    const wrong = difference(found[i], e, TOLERANCE[e.dtype] ?? 0, { exact: !isFloat(e.dtype) });
    if (wrong !== null) throw new Error(`output ${i}: ${wrong}\n${String(graph)}`);
  });
}

/** A program that does the same thrice, each time on inputs of its own. */
function thrice(graph: Graph): Graph {
  const builder = new GraphBuilder();
  const parts = [0, 1, 2].map(() =>
    rebuild(graph, builder, (node, operands) => builder.apply(node.primitive, operands, node.params)),
  );
  return builder.graph(
    parts.flatMap(({ inputs }) => inputs),
    parts.flatMap(({ outputs }) => outputs),
  );
}

function expectThreeTimes({ graph, inputs }: { graph: Graph; inputs: NDArray[] }): void {
  const expected = interpret(graph, inputs);
  const found = compile(thrice(graph)).runSync([...inputs, ...inputs, ...inputs], 1);
  expectSame(found, [...expected, ...expected, ...expected], graph);
}

describe('every primitive, thrice in a program', () => {
  for (const name of allPrimitives().keys()) {
    if (name === 'input' || name === 'constant') continue;
    test(name, () => {
      fc.assert(fc.property(arbitraryApplication(name), expectThreeTimes), { numRuns: 20 });
    });
  }
});

test('random programs, thrice in a program', () => {
  const dtypes = DTYPES.filter((dtype) => dtype !== 'int64' && dtype !== 'uint64');
  fc.assert(fc.property(arbitraryGraph({ dtypes }), expectThreeTimes), { numRuns: 100, endOnFailure: true });
});

/** Layers of one size on each other; with a constant of its own each if `bias`. */
function deep(layers: number, bias: boolean): { graph: Graph; inputs: NDArray[] } {
  const builder = new GraphBuilder();
  const float = (...shape: number[]) => ({ dtype: 'float32' as const, shape });
  const x = builder.input(float(37, 29), 'x');
  const kernels = Array.from({ length: layers }, (_, i) => builder.input(float(29, 29), `kernel${i}`));
  let y: Value = x;
  kernels.forEach((kernel, i) => {
    y = lax.dotGeneral(y, kernel, { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [0] });
    if (bias) y = lax.add(y, lax.broadcastInDim(lax.scalarLike(y, i + 0.5), [37, 29], []));
    y = lax.tanh(lax.reverse(y, [0]));
  });
  const numbers = (count: number, seed: number): number[] =>
    Array.from({ length: count }, (_, i) => Math.sin(seed + i * 12.9898) / 3);
  return {
    graph: builder.graph([x, ...kernels], [y]),
    inputs: [
      fromNumbers('float32', [37, 29], numbers(37 * 29, 1)),
      ...kernels.map((_, i) => fromNumbers('float32', [29, 29], numbers(29 * 29, i + 2))),
    ],
  };
}

test('a deep network of equal layers is hardly more code than a shallow one', () => {
  const [few, many] = [3, 33].map((layers) => deep(layers, false));
  const [small, large] = [few, many].map(({ graph }) => compile(graph).stats.codeBytes);
  expect(large - small).toBeLessThan(30 * 200);
  expectSame(compile(many.graph).runSync(many.inputs, 1), interpret(many.graph, many.inputs), many.graph);
});

test('groups that differ in a constant do not share code', () => {
  const { graph, inputs } = deep(6, true);
  expectSame(compile(graph).runSync(inputs, 1), interpret(graph, inputs), graph);
});
