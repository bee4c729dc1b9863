/** @file The wasm backend: every program becomes one WebAssembly module, run by all threads on one shared memory. */
import { OutOfMemoryError } from '../../core/errors.js';
import { getPlatform } from '../../core/platform.js';
import type { NDArray } from '../../core/ndarray.js';
import { sizeOf } from '../../core/shape.js';
import type { Bindings, Graph, Heap, HeapBuffer, SyncBackend, SyncExecutable } from '../../graph/index.js';
import { WasmModuleWriter } from '../../codegen/wasm/index.js';
import { optimize } from '../../graph/passes/index.js';
import type { Buffer, Kernel } from '../../kernels/buffers.js';
import { alignUp, MAX_THREADS, bytesMoved } from '../../kernels/buffers.js';
import { planMemory } from '../../kernels/memory_plan.js';
import { isWide, setWide, wasmTarget } from './engine.js';
import { estimate } from '../../kernels/estimate.js';
import { BRIEF, WasmExecutable } from './executable.js';
import type { Region, WasmBuffer } from './heap.js';
import { WasmHeap, formatBytes } from './heap.js';
import { lowerGraph } from '../../kernels/lower_graph.js';
import { materializeViews } from '../../kernels/materialize_views.js';
import { findHoistedWork } from '../../kernels/hoisted_work.js';
import { HoistedRuns } from './hoisted_runs.js';
import { emitProgram } from '../../kernels/program.js';
import { threadPool } from './thread_pool.js';

let wantedThreads: number | null = null;

/** How many threads programs use: as set, or the machine's hardware threads, at most 8; 1 where memory cannot be shared. */
function threads(): number {
  const available = getPlatform().threads;
  if (available === null) return 1;
  return Math.max(1, Math.min(MAX_THREADS, wantedThreads ?? available.count));
}

const addressOf = (buffer: HeapBuffer | null): number | null =>
  buffer === null ? null : (buffer as WasmBuffer).region.address;

/** What a program is called in messages: with its largest value, which says what its memory goes to. */
function describeProgram(nodes: number, kernels: readonly Kernel[]): string {
  const largest = kernels
    .flatMap(({ reads, writes }) => [...reads, ...writes])
    .filter((buffer) => buffer.place === 'scratch')
    .reduce((a: Buffer | null, b) => (a === null || b.bytes > a.bytes ? b : a), null);
  const value = largest === null ? '' : ` (its largest value: ${largest.label}, ${formatBytes(largest.bytes)})`;
  return `a program of ${nodes} ${nodes === 1 ? 'node' : 'nodes'}${value}`;
}

/** Programs of more elements will run on threads. */
const MANY_ELEMENTS = 1 << 18;

const isLarge = ({ nodes }: Graph): boolean => {
  let elements = 0;
  return nodes.some(({ outputs }) => outputs.some(({ shape }) => (elements += sizeOf(shape)) > MANY_ELEMENTS));
};

function compile(source: Graph, heap: WasmHeap, bindings: Bindings): SyncExecutable {
  const target = wasmTarget();
  // Programs without variables are those of eager work, which run on the calling thread.
  if (heap.shared && isLarge(source) && bindings.inputs.some((buffer) => buffer !== null)) threadPool.start(threads());
  const { inputs, outputs } = bindings;
  const graph = materializeViews(optimize(source), (i, k) => outputs[i] !== null && outputs[i] === inputs[k]);
  const regions: Region[] = [];
  const placeConstant = (value: NDArray): number => {
    const region = heap.reserve(value.data.byteLength, 'a constant');
    regions.push(region);
    heap.view(region.address, value).set(value.data);
    return region.address;
  };
  const lowered = lowerGraph(graph, target, {
    inputs: bindings.inputs.map(addressOf),
    outputs: bindings.outputs.map(addressOf),
    placeConstant,
  });
  const counter = bindings.counter === null ? null : lowered.inputs[bindings.counter];
  const fed = lowered.inputs.filter((_, i) => bindings.inputs[i] === null);
  const results = lowered.outputs.filter((_, i) => bindings.outputs[i] === null);
  const hoisted = hoist(lowered.kernels, heap, bindings, [...fed, ...results]);
  const early = new Set(hoisted?.groups.flat());
  const steady = lowered.kernels.flatMap((kernel, i) =>
    early.has(kernel) ? [] : [{ kernel, origin: lowered.origins[i] }],
  );
  const kernels = steady.map(({ kernel }) => kernel);
  const scratchBytes = planMemory([...early, ...kernels], [...fed, ...results]);
  const time = estimate(target.machine, kernels);
  const alone = time.alone < 2 * BRIEF;
  const { code, calls } = emitProgram(kernels, {
    target,
    module: new WasmModuleWriter({ sharedMemory: heap.shared, fma: target.fma }),
    sharedMemory: heap.shared,
    counter,
    alone,
    hoisted: hoisted ?? undefined,
  });
  return new WasmExecutable({
    label: describeProgram(graph.nodes.length, lowered.kernels),
    heap,
    module: new WebAssembly.Module(code),
    feeds: fed.filter((buffer) => buffer !== counter),
    results,
    resultTypes: source.outputs
      .filter((_, i) => bindings.outputs[i] === null)
      .map(({ dtype, shape }) => ({ dtype, shape })),
    scratchBytes,
    kernels: steady.map(({ kernel: { label, tasks, work, reads, writes }, origin }, i) => ({
      label,
      origin,
      call: calls[i],
      tasks,
      work,
      bytes: bytesMoved({ reads, writes }),
    })),
    estimate: time,
    hoisted,
    stats: {
      nodes: graph.nodes.length,
      kernels: kernels.length,
      scratchBytes,
      hoistedBytes: hoisted?.region.bytes ?? 0,
      codeBytes: code.length,
    },
    regions,
    bound: [...bindings.inputs, ...bindings.outputs],
    assigned: (bindings.outputs as readonly (WasmBuffer | null)[]).filter((buffer) => buffer !== null),
    threads,
  });
}

/** Find work that a program need not repeat at every run, and give its results memory. Null: nothing, or there is no memory left for it. */
function hoist(
  kernels: readonly Kernel[],
  heap: WasmHeap,
  bindings: Bindings,
  foreign: readonly Buffer[],
): HoistedRuns | null {
  const assigned = new Set(bindings.outputs.map(addressOf));
  const variables = new Map<number, WasmBuffer>();
  for (const buffer of bindings.inputs as readonly (WasmBuffer | null)[]) {
    if (buffer !== null && !assigned.has(buffer.region.address)) variables.set(buffer.region.address, buffer);
  }
  const { groups, results } = findHoistedWork(
    wasmTarget().machine,
    kernels,
    (address) => variables.has(address),
    foreign,
  );
  if (groups.length === 0) return null;
  const flagBytes = alignUp(4 * (groups.length + 1));
  let region: Region;
  try {
    region = heap.reserve(
      results.reduce((sum, buffer) => sum + buffer.bytes, flagBytes),
      'what a program makes of its weights once',
    );
  } catch (error) {
    if (error instanceof OutOfMemoryError) return null;
    throw error;
  }
  let at = region.address + flagBytes;
  for (const buffer of results) {
    buffer.moveToHeap(at);
    at += buffer.bytes;
  }
  return new HoistedRuns(
    heap,
    region,
    groups.map((group) => group.kernels),
    groups.map(({ sources }) => [...sources].map((address) => variables.get(address)!)),
  );
}

/** The default backend. */
export const wasmBackend: SyncBackend = {
  name: 'wasm',
  createHeap: (): Heap => new WasmHeap(getPlatform().threads !== null),
  compile: (graph, heap, bindings) => compile(graph, heap as WasmHeap, bindings),
  setThreads(count) {
    wantedThreads = count;
  },
  get threads() {
    return threads();
  },
  setWide,
  get vectorBits() {
    return isWide() ? 256 : 128;
  },
};
