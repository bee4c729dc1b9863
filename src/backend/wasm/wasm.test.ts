/** @file The wasm backend against the interpreter: every primitive, random programs, one thread and two, heaps and assignments. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DType } from '../../core/dtype.js';
import { isFloat } from '../../core/dtype.js';
import type { NDArray } from '../../core/ndarray.js';
import { fromNumbers } from '../../core/ndarray.js';
import { getPlatform, setPlatform } from '../../core/platform.js';
import { allPrimitives, type Graph, GraphBuilder, type Heap, type HeapBuffer, interpret } from '../../graph/index.js';
import { add, dotGeneral, mul, reduceSum, reverse, transpose } from '../../graph/lax.js';
import { enableRelaxedSimd } from '../../platform/node/engine_flags.js';
import { nodeThreads } from '../../platform/node/threads.js';
import { difference } from '../../testing/compare.js';
import { arbitraryApplication, arbitraryGraph } from '../../testing/random_graphs.js';
import { wasmBackend } from './index.js';
import { threadPool } from './thread_pool.js';

enableRelaxedSimd();
const before = getPlatform();
beforeAll(() => setPlatform({ threads: nodeThreads }));
afterAll(() => setPlatform(before));

/** Relative to the greatest element: float32 sums in another order, and functions to a few ulp. 16 bits: one rounding apart. */
const TOLERANCE: Partial<Record<DType, number>> = { float16: 1e-3, bfloat16: 8e-3, float32: 2e-6, float64: 1e-12 };

function compile(
  graph: Graph,
  heap = wasmBackend.createHeap(),
): { heap: Heap; run: (x: readonly NDArray[]) => NDArray[] } {
  const none = { inputs: graph.inputs.map(() => null), outputs: graph.outputs.map(() => null), counter: null };
  const executable = wasmBackend.compile(graph, heap, none);
  return { heap, run: (inputs) => executable.runSync(inputs, 1) };
}

function expectSame(found: readonly NDArray[], expected: readonly NDArray[], graph: Graph): void {
  expected.forEach((e, i) => {
    const wrong = difference(found[i], e, TOLERANCE[e.dtype] ?? 0, !isFloat(e.dtype));
    if (wrong !== null) throw new Error(`output ${i}: ${wrong}\n${String(graph)}`);
  });
}

/** Padding that meets NaN or an infinity in a kernel may give NaN or 0: nothing is promised there. */
const finite = (x: NDArray): NDArray =>
  fromNumbers(
    x.dtype,
    x.shape,
    Array.from(x.data, (v) => (Number.isFinite(v) ? v : 1)),
  );

describe('every primitive agrees with the interpreter over random shapes and dtypes', () => {
  for (const name of allPrimitives().keys()) {
    if (name === 'input' || name === 'constant') continue;
    test(name, () => {
      fc.assert(
        fc.property(arbitraryApplication(name), ({ graph, inputs: given }) => {
          const inputs = name === 'convGeneral' ? given.map(finite) : given;
          expectSame(compile(graph).run(inputs), interpret(graph, inputs), graph);
        }),
        { numRuns: 50 },
      );
    });
  }
});

test('random programs agree with the interpreter', () => {
  fc.assert(
    fc.property(arbitraryGraph(), ({ graph, inputs }) => {
      expectSame(compile(graph).run(inputs), interpret(graph, inputs), graph);
    }),
    { numRuns: 200 },
  );
});
