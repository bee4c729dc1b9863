/**
 * @file `npm run tune`: measures on this machine the figures from which kernels derive their forms and blocks, and prints them beside
 * those of `MachineModel` (src/codegen/machine.ts). Run it on an idle machine; it changes nothing.
 *
 * Speeds are those of the backend's own kernels, timed one by one on one thread: a product for multiply-adds, a chain of element-wise
 * nodes for simple operations, a sum of two arrays for bytes. The sizes of the caches show where bytes slow down. Meetings are what
 * a second thread costs in a program of many kernels that are just large enough to be shared. Of the sizes at which forms of products
 * change, both forms are timed below, at and above each.
 */
import { Worker } from 'node:worker_threads';
import { wasmBackend } from '../src/backend/wasm/index.js';
import { wasmTarget } from '../src/backend/wasm/engine.js';
import { FunctionBuilder, i32, WASM_MACHINE } from '../src/codegen/index.js';
import { emitModule, MAX_PAGES } from '../src/codegen/wasm/index.js';
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

/** Looks at a word of shared memory in a nanosecond, and nanoseconds until a thread that sleeps on one goes on. */
async function waiting(): Promise<{ looksPerNs: number; wakeNs: number }> {
  const target = wasmTarget();
  const f = new FunctionBuilder('looks', target, ['i32']);
  const spins = f.local(i32(0));
  f.while(spins.lt(f.params[0]), () => {
    f.if(f.atomicLoad(i32(0), 64).ne(0), () => f.return());
    f.set(spins, spins.add(1));
  });
  const code = emitModule({ exports: { looks: f.finish() }, sharedMemory: true, fma: target.fma });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared: true });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory }, host: {} });
  const look = exports['looks'] as (most: number) => void;
  const looks = 1e7;
  const times = Array.from({ length: 8 }, () => {
    const begin = performance.now();
    look(looks);
    return performance.now() - begin;
  });
  const looksPerNs = looks / (Math.min(...times) * 1e6);
  // Two threads wake each other in turn.
  const rounds = 2000;
  const words = new Int32Array(new SharedArrayBuffer(64));
  const text = `
    const { workerData: words, parentPort } = require('node:worker_threads');
    parentPort.postMessage('up');
    for (let i = 1; i <= ${rounds}; i++) {
      while (Atomics.load(words, 1) < i) Atomics.wait(words, 1, i - 1);
      Atomics.store(words, 2, i);
      Atomics.notify(words, 2);
    }`;
  const worker = new Worker(text, { eval: true, workerData: words });
  await new Promise((resolve) => worker.once('message', resolve));
  const start = performance.now();
  for (let i = 1; i <= rounds; i++) {
    Atomics.store(words, 1, i);
    Atomics.notify(words, 1);
    while (Atomics.load(words, 2) < i) Atomics.wait(words, 2, i - 1);
  }
  const wakeNs = ((performance.now() - start) * 1e6) / (2 * rounds);
  await worker.terminate();
  return { looksPerNs, wakeNs };
}
const { looksPerNs, wakeNs } = await waiting();

/** Nanoseconds of all kernels of a product of rows × depth by depth × columns, and of the one that packs ahead, by the number. */
function productTime(m: number, k: number, n: number): { ns: number; packNs: number } {
  const { graph, feeds } = graphOf([[m, k], [k, n]], (x, y) =>
    lax.dotGeneral(x, y, { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [0] }),
  ); // prettier-ignore
  const program = wasmBackend.compile(graph, wasmBackend.createHeap(), unbound(graph));
  const runs = Array.from({ length: 12 }, () => program.profile!(feeds, 20)).slice(3);
  const least = runs[0].map((_, i) => Math.min(...runs.map((kernels) => kernels[i].time * 1e6)));
  const packing = runs[0].findIndex(({ label }) => label.startsWith('pack'));
  return { ns: least.reduce((a, b) => a + b, 0), packNs: packing < 0 ? NaN : least[packing] / (k * n) };
}

type Forms = { -readonly [Name in keyof typeof WASM_MACHINE.forms]: number };
/** The time of a product with a size at which a form begins or ends set otherwise. */
function withForm(name: keyof Forms, value: number, time: () => number): number {
  const forms = WASM_MACHINE.forms as Forms;
  const before = forms[name];
  forms[name] = value;
  try {
    return time();
  } finally {
    forms[name] = before;
  }
}
const around = (size: number): number[] => [size / 2, size, 2 * size];
const forms = [
  ...around(WASM_MACHINE.forms.directColumns).map((n) => {
    const time = (): number => productTime(1000, 300, n).ns;
    const [other, own] = [0, Infinity].map((limit) => withForm('directColumns', limit, time));
    return { name: `directColumns: ${n} columns, packed ÷ rows in place`, ratio: other / own };
  }),
  ...around(WASM_MACHINE.forms.streamedColumns).map((n) => {
    const time = (): number => productTime(1, 2048, n).ns;
    const [own, other] = [0, Infinity].map((limit) => withForm('streamedColumns', limit, time));
    return { name: `streamedColumns: ${n} columns, sums in registers ÷ streamed`, ratio: other / own };
  }),
];
const { packNs } = productTime(400, 512, 512);

const rows: [string, number | string, number | string][] = [
  ['fmaPerNs', fmaPerNs.toFixed(1), WASM_MACHINE.fmaPerNs],
  ['opsPerNs', opsPerNs.toFixed(1), WASM_MACHINE.opsPerNs],
  ['bytesPerNs (64 KiB)', speeds.find(({ kib }) => kib === 64)!.bytesPerNs.toFixed(1), WASM_MACHINE.bytesPerNs],
  ['meetingNs + ten handOutNs', meeting.toFixed(0), WASM_MACHINE.meetingNs + 10 * WASM_MACHINE.handOutNs],
  ['barrierWakeNs', wakeNs.toFixed(0), WASM_MACHINE.barrierWakeNs],
  ['looksPerNs', looksPerNs.toFixed(2), WASM_MACHINE.looksPerNs],
  ['products.packAhead', (packNs * fmaPerNs).toFixed(1), WASM_MACHINE.products.packAhead],
];
console.log('figure                      measured   model');
for (const [name, measured, model] of rows)
  console.log(name.padEnd(26), String(measured).padStart(9), String(model).padStart(7));
console.log(
  `\nKiB of arrays   bytes a nanosecond   (model: l1 ${WASM_MACHINE.l1 >> 10} KiB, l2 ${WASM_MACHINE.l2 >> 10} KiB)`,
);
for (const { kib, bytesPerNs } of speeds) console.log(String(kib).padStart(13), bytesPerNs.toFixed(1).padStart(20));
console.log('\nThe form that is taken from its size on is faster where the ratio is above 1:');
for (const { name, ratio } of forms) console.log(ratio.toFixed(2).padStart(6), name);
process.exit(0);
