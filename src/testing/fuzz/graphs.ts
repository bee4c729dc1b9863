/** @file Random graphs of primitives: wasm on one thread and on two against the interpreter. */
import * as fc from 'fast-check';
import { DTYPES, isFloat } from '../../core/dtype.js';
import { wasmBackend } from '../../backend/wasm/index.js';
import { interpret } from '../../graph/index.js';
import { difference } from '../compare.js';
import { arbitraryGraph } from '../random_graphs.js';
import { withoutRounding } from './conditioning.js';

const TOLERANCE = { float16: 1e-3, bfloat16: 8e-3, float32: 2e-6, float64: 1e-12 } as const;
// 64-bit integers are exact up to 2^53; random arithmetic leaves that range at once.
const dtypes = DTYPES.filter((dtype) => dtype !== 'int64' && dtype !== 'uint64');

export async function fuzzGraph(seed: number): Promise<string | null> {
  const elements = seed % 4 === 0 ? 20000 : 100; // large ones are shared by threads
  const [{ graph, inputs }] = fc.sample(arbitraryGraph({ dtypes, elements }), { seed, numRuns: 1 });
  const expected = interpret(graph, inputs);
  const places = { inputs: graph.inputs.map(() => null), outputs: graph.outputs.map(() => null), counter: null };
  const runs = [];
  for (const threads of [1, 2]) {
    wasmBackend.setThreads!(threads);
    runs.push(await wasmBackend.compile(graph, wasmBackend.createHeap(), places).run(inputs, 1));
  }
  for (const [i, e] of expected.entries()) {
    const tolerance = isFloat(e.dtype) ? TOLERANCE[e.dtype as keyof typeof TOLERANCE] : 0;
    const bounds = { exact: !isFloat(e.dtype) };
    const wrong =
      difference(runs[0][i], e, tolerance, bounds) &&
      difference(withoutRounding(graph, inputs, runs[0], expected)[i], e, tolerance, bounds);
    if (wrong !== null) return `output ${i}: ${wrong}\n${String(graph)}`;
    const other = runs[1][i].data;
    const at = Array.from(runs[0][i].data).findIndex((x, j) => !Object.is(x, other[j]));
    if (at >= 0) return `output ${i}, element ${at} depends on the number of threads\n${String(graph)}`;
  }
  return null;
}
