/**
 * @file `npm run tune`: measures on this machine the figures from which kernels derive their forms and blocks, and prints them beside
 * those of `MachineModel` (src/codegen/machine.ts). Run it on an idle machine; it changes nothing.
 *
 * Speeds are those of the backend's own kernels, timed one by one on one thread: a product for multiply-adds, a chain of element-wise
 * nodes for simple operations, a sum of two arrays for bytes. The sizes of the caches show where bytes slow down. Meetings are what
 * a second thread costs in a program of many kernels that are just large enough to be shared.
 */
import { wasmBackend } from '../src/backend/wasm/index.js';
import { WASM_MACHINE } from '../src/codegen/index.js';
import type { NDArray } from '../src/core/ndarray.js';
import type { Graph, Value } from '../src/graph/index.js';
import { GraphBuilder } from '../src/graph/index.js';
import * as lax from '../src/graph/lax.js';
import '../src/index.js';

const floats = (...shape: number[]) => ({ dtype: 'float32' as const, shape });

function graphOf(
  shapes: readonly number[][],
  build: (...inputs: Value[]) => Value,
): { graph: Graph; feeds: NDArray[] } {
  const builder = new GraphBuilder();
  const inputs = shapes.map((shape, i) => builder.input(floats(...shape), `x${i}`));
  const graph = builder.graph(inputs, [build(...inputs)]);
  const feeds = shapes.map((shape): NDArray => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).map((_, i) => (i % 7) / 8);
    return { ...floats(...shape), data };
  });
  return { graph, feeds };
}

const unbound = ({ inputs, outputs }: Graph) => ({
  inputs: inputs.map(() => null),
  outputs: outputs.map(() => null),
  counter: null,
});

/** The kernel that works most: nanoseconds a step, operations and bytes. The least time of some runs, as others only disturb. */
function time({ graph, feeds }: { graph: Graph; feeds: NDArray[] }, steps: number) {
  const program = wasmBackend.compile(graph, wasmBackend.createHeap(), unbound(graph));
  const runs = Array.from({ length: 15 }, () =>
    program.profile!(feeds, steps).reduce((a, b) => (b.work > a.work ? b : a)),
  );
  const best = runs.slice(3).reduce((a, b) => (b.time < a.time ? b : a));
  return { ns: best.time * 1e6, work: best.work, bytes: best.bytes };
}

const product = time(
  graphOf([[512, 512], [512, 512]], (x, y) =>
    lax.dotGeneral(x, y, { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [0] }),
  ),
  3,
); // prettier-ignore
const fmaPerNs = product.work / 2 / product.ns;

const OPERATIONS = 24;
const chain = time(
  graphOf([[2048], [2048]], (x, y) => {
    let value = x;
    for (let i = 0; i < OPERATIONS / 2; i++) value = lax.add(lax.mul(value, y), x);
    return value;
  }),
  2000,
);
const opsPerNs = (OPERATIONS * 2048) / chain.ns;

const speeds = [4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16384].map((kib) => {
  const size = (kib * 1024) / 12; // two arrays are read and one is written
  const sum = time(
    graphOf([[Math.floor(size)], [Math.floor(size)]], (x, y) => lax.add(x, y)),
    Math.ceil(20_000 / kib),
  );
  return { kib, bytesPerNs: sum.bytes / sum.ns };
});

/** Milliseconds of a step of a program, run on so many threads. */
async function stepTime(threads: number, graph: Graph, feeds: NDArray[]): Promise<number> {
  wasmBackend.setThreads!(threads);
  const program = wasmBackend.compile(graph, wasmBackend.createHeap(), unbound(graph));
  let best = Infinity;
  for (let i = 0; i < 6; i++) {
    const begin = performance.now();
    await program.run(feeds, STEPS);
    best = Math.min(best, (performance.now() - begin) / STEPS);
  }
  return best;
}

const STEPS = 400;
const KERNELS = 64;
const small = graphOf([[64, 64]], (x) => {
  let value = x;
  const dims = { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [0] };
  for (let i = 0; i < KERNELS; i++) value = lax.dotGeneral(value, x, dims);
  return value;
});
const [one, two] = [await stepTime(1, small.graph, small.feeds), await stepTime(2, small.graph, small.feeds)];
// Half of the work is left to each of two threads; what they take beyond that are meetings and handing out.
const meeting = Math.max(0, ((two - one / 2) * 1e6) / KERNELS);

const rows: [string, number | string, number | string][] = [
  ['fmaPerNs', fmaPerNs.toFixed(1), WASM_MACHINE.fmaPerNs],
  ['opsPerNs', opsPerNs.toFixed(1), WASM_MACHINE.opsPerNs],
  ['bytesPerNs (64 KiB)', speeds.find(({ kib }) => kib === 64)!.bytesPerNs.toFixed(1), WASM_MACHINE.bytesPerNs],
  ['meetingNs + ten handOutNs', meeting.toFixed(0), WASM_MACHINE.meetingNs + 10 * WASM_MACHINE.handOutNs],
];
console.log('figure                      measured   model');
for (const [name, measured, model] of rows)
  console.log(name.padEnd(26), String(measured).padStart(9), String(model).padStart(7));
console.log(
  `\nKiB of arrays   bytes a nanosecond   (model: l1 ${WASM_MACHINE.l1 >> 10} KiB, l2 ${WASM_MACHINE.l2 >> 10} KiB)`,
);
for (const { kib, bytesPerNs } of speeds) console.log(String(kib).padStart(13), bytesPerNs.toFixed(1).padStart(20));
process.exit(0);
