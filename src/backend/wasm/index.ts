/** @file The wasm backend: every program becomes one WebAssembly module, run by all threads on one shared memory. */
import { getPlatform } from '../../core/platform.js';
import type { NDArray } from '../../core/ndarray.js';
import { sizeOf } from '../../core/shape.js';
import type { Backend, Bindings, Executable, Graph, Heap, HeapBuffer } from '../../graph/index.js';
import { optimize } from '../../graph/passes/index.js';
import type { Buffer, Kernel } from './buffers.js';
import { MAX_THREADS } from './buffers.js';
import { planMemory } from './memory_plan.js';
import { wasmTarget } from './engine.js';
import { INLINE_PRODUCTS, WasmExecutable } from './executable.js';
import type { Region, WasmBuffer } from './heap.js';
import { WasmHeap, formatBytes } from './heap.js';
import { lowerGraph } from './lower/index.js';
import { prepare } from './prepare.js';
import { emitProgram } from './program.js';
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

function compile(source: Graph, heap: WasmHeap, bindings: Bindings): Executable {
  const target = wasmTarget();
  // Programs without variables are those of eager work, which run on the calling thread.
  if (heap.shared && isLarge(source) && bindings.inputs.some((buffer) => buffer !== null)) threadPool.start(threads());
  const graph = prepare(optimize(source));
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
  const scratchBytes = planMemory(lowered.kernels, [...fed, ...results]);
  const work = lowered.kernels.reduce((sum, kernel) => sum + kernel.work, 0);
  const alone = work < INLINE_PRODUCTS;
  const { code, calls } = emitProgram(lowered.kernels, { target, sharedMemory: heap.shared, counter, alone });
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
    kernels: lowered.kernels.map(({ label, tasks, work, reads, writes }, i) => ({
      label,
      origin: lowered.origins[i],
      call: calls[i],
      tasks,
      work,
      bytes: [...new Set([...reads, ...writes])].reduce((sum, buffer) => sum + buffer.bytes, 0),
    })),
    work,
    stats: { nodes: graph.nodes.length, kernels: lowered.kernels.length, scratchBytes, codeBytes: code.length },
    regions,
    bound: [...bindings.inputs, ...bindings.outputs],
    threads,
  });
}

/** The default backend. */
export const wasmBackend: Backend = {
  name: 'wasm',
  createHeap: (): Heap => new WasmHeap(getPlatform().threads !== null),
  compile: (graph, heap, bindings) => compile(graph, heap as WasmHeap, bindings),
  setThreads(count) {
    wantedThreads = count;
  },
  get threads() {
    return threads();
  },
};
