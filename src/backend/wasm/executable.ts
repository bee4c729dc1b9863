/** @file A compiled program: its module, its buffers, and how it is run. */
import { RuntimeError } from '../../core/errors.js';
import type { NDArray } from '../../core/ndarray.js';
import type { Executable, HeapBuffer, KernelTime, ProgramStats } from '../../graph/index.js';
import type { Buffer } from './buffers.js';
import { resetControl } from './control.js';
import type { Region, WasmBuffer, WasmHeap } from './heap.js';
import type { PreparedWork } from './prepared_work.js';
import type { KernelCall } from './program.js';
import { threadPool } from './thread_pool.js';

/** Below this much work a run is done at once on the calling thread: waking workers would take longer. */
const INLINE_WORK = 1 << 20;
/** So is one of little more work, most of it products then, that moves no more than this: a few milliseconds at most. */
export const INLINE_PRODUCTS = 1 << 26;
const INLINE_BYTES = 1 << 23;

/** What is kept of a kernel once it is emitted. */
export interface KernelInfo {
  readonly label: string;
  readonly origin: string | null;
  readonly tasks: number;
  readonly work: number;
  readonly bytes: number;
  readonly call: KernelCall;
}

/** What `compile` knows of a program. */
export interface CompiledParts {
  readonly label: string;
  readonly heap: WasmHeap;
  readonly module: WebAssembly.Module;
  /** Buffers of fed inputs, the counter left out, and of returned outputs. */
  readonly feeds: readonly Buffer[];
  readonly results: readonly Buffer[];
  readonly resultTypes: readonly { readonly dtype: NDArray['dtype']; readonly shape: NDArray['shape'] }[];
  readonly scratchBytes: number;
  readonly kernels: readonly KernelInfo[];
  /** Operations of one step. */
  readonly work: number;
  readonly stats: ProgramStats;
  /** Kept as long as the program is: constants, and the variables that it is bound to. */
  readonly regions: readonly Region[];
  readonly bound: readonly (HeapBuffer | null)[];
  /** The variables that it assigns. */
  readonly assigned: readonly WasmBuffer[];
  /** What it does when variables have changed; null: nothing. */
  readonly prepared: PreparedWork | null;
  /** How many threads runs may use now. */
  threads(): number;
}

let nextProgram = 0;

const collected = new FinalizationRegistry<number>((program) => threadPool.forget([program]));

export class WasmExecutable implements Executable {
  readonly #id = nextProgram++;
  #instance: WebAssembly.Instance | null = null;

  constructor(private readonly parts: CompiledParts) {
    collected.register(this, this.#id);
  }

  get stats(): ProgramStats {
    return this.parts.stats;
  }

  #address(buffer: Buffer, scratch: number): number {
    return buffer.place === 'heap' ? buffer.address : scratch + buffer.address;
  }

  #feed(feeds: readonly NDArray[]): number {
    const { heap, scratchBytes, label } = this.parts;
    const { address } = heap.scratch(scratchBytes, `the scratch memory of ${label}`);
    this.parts.feeds.forEach((buffer, i) => heap.view(this.#address(buffer, address), feeds[i]).set(feeds[i].data));
    return address;
  }

  #results(scratch: number): NDArray[] {
    const { heap, results, resultTypes } = this.parts;
    return results.map((buffer, i) => {
      const { dtype, shape } = resultTypes[i];
      return { dtype, shape, data: heap.view(this.#address(buffer, scratch), resultTypes[i]).slice() };
    });
  }

  #call(name: string, ...args: number[]): void {
    const { heap, module } = this.parts;
    this.#instance ??= new WebAssembly.Instance(module, {
      env: { memory: heap.memory },
      host: Math as unknown as WebAssembly.ModuleImports,
    });
    (this.#instance.exports[name] as (...args: number[]) => void)(...args);
  }

  /** To be called before each run; gives what is to be called when it has ended well. */
  #begin(): () => void {
    const ended = this.parts.prepared?.begin();
    for (const buffer of this.parts.assigned) buffer.markChanged();
    return () => ended?.();
  }

  #runHere(feeds: readonly NDArray[], steps: number): NDArray[] {
    const scratch = this.#feed(feeds);
    const ended = this.#begin();
    resetControl(this.parts.heap.memory);
    this.#call('run', 0, 1, steps, scratch);
    ended();
    return this.#results(scratch);
  }

  profile(feeds: readonly NDArray[], steps: number): KernelTime[] {
    this.#requireIdle();
    const scratch = this.#feed(feeds);
    const ended = this.#begin();
    resetControl(this.parts.heap.memory);
    this.#call('run', 0, 1, 1, scratch); // warms up, and tells the instance where the scratch memory is
    ended();
    const { kernels } = this.parts;
    const times = kernels.map(() => 0);
    for (let step = 0; step < steps; step++) {
      kernels.forEach(({ tasks, call }, i) => {
        const addresses = call.buffers.map((buffer) => this.#address(buffer, scratch));
        const start = performance.now();
        this.#call(call.name, 0, tasks, ...addresses);
        times[i] += performance.now() - start;
      });
    }
    return kernels.map(({ label, origin, work, bytes }, i) => ({ label, origin, work, bytes, time: times[i] / steps }));
  }

  runSync(feeds: readonly NDArray[], steps: number): NDArray[] {
    this.#requireIdle();
    return this.#runHere(feeds, steps);
  }

  #requireIdle(): void {
    if (this.parts.heap.running > 0)
      throw new RuntimeError('wasm: the model is running a program in its threads. Await it before the next one.');
  }

  /** Whether steps are done sooner than workers wake. */
  #isBrief(steps: number): boolean {
    const { work, kernels } = this.parts;
    if (work * steps < INLINE_WORK) return true;
    return work * steps < INLINE_PRODUCTS && kernels.reduce((sum, { bytes }) => sum + bytes, 0) * steps < INLINE_BYTES;
  }

  async run(feeds: readonly NDArray[], steps: number): Promise<NDArray[]> {
    const { heap } = this.parts;
    const before = heap.tail;
    let done!: () => void;
    heap.tail = new Promise<void>((resolve) => (done = resolve));
    heap.running++;
    try {
      if (heap.running > 1) await before;
      const threads = this.parts.threads();
      if (!heap.shared || this.#isBrief(steps)) return this.#runHere(feeds, steps);
      const scratch = this.#feed(feeds);
      const { module, label } = this.parts;
      const ended = this.#begin();
      await threadPool.run({ id: this.#id, module, heap, label }, threads, steps, scratch);
      ended();
      return this.#results(scratch);
    } finally {
      heap.running--;
      done();
    }
  }
}
