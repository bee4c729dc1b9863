/** @file A compiled program: its module, its buffers, and how it is run. */
import { RuntimeError } from '../../core/errors.js';
import { getPlatform } from '../../core/platform.js';
import type { NDArray } from '../../core/ndarray.js';
import type { Executable, HeapBuffer, KernelTime, ProgramStats } from '../../graph/index.js';
import type { Buffer } from '../../kernels/buffers.js';
import { wasmTarget } from './engine.js';
import type { Estimate } from '../../kernels/estimate.js';
import type { Region, WasmBuffer, WasmHeap } from './heap.js';
import type { HoistedRuns } from './hoisted_runs.js';
import type { KernelCall } from '../../kernels/program.js';
import { threadPool } from './thread_pool.js';

/** Nanoseconds that the calling thread works or waits itself; what takes longer it leaves to workers. */
export const BRIEF = 12e6;
/** How much faster than one thread several should be. A thread that the system interrupts makes all others wait at the next barrier. */
const GAIN = 1.5;

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
  /** How long one step takes, about. */
  readonly estimate: Estimate;
  readonly stats: ProgramStats;
  /** Kept as long as the program is: constants, and the variables that it is bound to. */
  readonly regions: readonly Region[];
  readonly bound: readonly (HeapBuffer | null)[];
  /** The variables that it assigns. */
  readonly assigned: readonly WasmBuffer[];
  /** What it does when variables have changed; null: nothing. */
  readonly hoisted: HoistedRuns | null;
  /** How many threads runs may use now. */
  threads(): number;
}

const nothing = (): void => undefined;

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
    for (const buffer of this.parts.assigned) buffer.markChanged();
    return this.parts.hoisted?.begin() ?? nothing;
  }

  #runHere(feeds: readonly NDArray[], steps: number): NDArray[] {
    const scratch = this.#feed(feeds);
    const ended = this.#begin();
    this.#call('run', 0, 1, steps, scratch);
    ended();
    return this.#results(scratch);
  }

  profile(feeds: readonly NDArray[], steps: number): KernelTime[] {
    this.#requireIdle();
    const scratch = this.#feed(feeds);
    const ended = this.#begin();
    this.#call('run', 0, 1, 1, scratch); // warms up, and tells the instance where the scratch memory is
    ended();
    const { kernels } = this.parts;
    const times = kernels.map(() => 0);
    const now = (): number => 1000 * getPlatform().now();
    for (let step = 0; step < steps; step++) {
      kernels.forEach(({ tasks, call }, i) => {
        const addresses = call.buffers.map((buffer) => this.#address(buffer, scratch));
        const start = now();
        this.#call(call.name, 0, tasks, ...addresses);
        times[i] += now() - start;
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

  async run(feeds: readonly NDArray[], steps: number): Promise<NDArray[]> {
    const { heap } = this.parts;
    // Nobody can come in between.
    if (heap.running === 0 && this.#plan(steps).here) return this.#runHere(feeds, steps);
    const before = heap.tail;
    let done!: () => void;
    heap.tail = new Promise<void>((resolve) => (done = resolve));
    heap.running++;
    try {
      if (heap.running > 1) await before;
      return await this.#runNow(feeds, steps);
    } finally {
      heap.running--;
      done();
    }
  }

  /** How a run is done: on the calling thread alone, by it beside workers, or by workers. */
  #plan(steps: number): { readonly here: boolean; readonly threads: number; readonly isBrief: boolean } {
    const { heap, estimate } = this.parts;
    const most = heap.shared ? this.parts.threads() : 1;
    const [alone, together] = [estimate.alone * steps, estimate.together(most) * steps];
    const threads = GAIN * together + wasmTarget().machine.wakingNs < alone ? most : 1;
    const isBrief = Math.min(alone, together) < BRIEF;
    const here = !heap.shared || (isBrief && (threads === 1 || !threadPool.isReady(threads)));
    return { here, threads, isBrief };
  }

  async #runNow(feeds: readonly NDArray[], steps: number): Promise<NDArray[]> {
    const { heap, module, label } = this.parts;
    const { here, threads, isBrief } = this.#plan(steps);
    if (here) return this.#runHere(feeds, steps);
    const program = { id: this.#id, module, heap, label };
    const scratch = this.#feed(feeds);
    const ended = this.#begin();
    if (isBrief) {
      const failed = threadPool.runTogether(program, threads, steps, scratch, () =>
        this.#call('run', 0, threads, steps, scratch),
      );
      if (failed !== null) await failed;
    } else await threadPool.run(program, threads, steps, scratch);
    ended();
    return this.#results(scratch);
  }
}
