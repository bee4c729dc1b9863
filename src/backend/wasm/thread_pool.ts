/** @file The worker threads of the process, which run programs together. One pool serves all models. */
import { RuntimeError } from '../../core/errors.js';
import type { WorkerThread } from '../../core/platform.js';
import { getPlatform } from '../../core/platform.js';
import { CONTROL, PATIENCE, resetControl } from '../../kernels/barrier.js';
import type { WasmHeap } from './heap.js';
import type { FromWorker, ToWorker } from './worker_source.js';
import { WORKER_SOURCE } from './worker_source.js';

interface Member {
  readonly worker: WorkerThread;
  /** Programs that the worker has. */
  readonly loaded: Set<number>;
  /** Holds 1 once it is up. A caller that awaits nothing but computations gets no messages, and sees it nevertheless. */
  readonly up: Int32Array;
}

interface Pending {
  readonly heap: WasmHeap;
  readonly members: ReadonlySet<Member>;
  left: number;
  error: string | null;
  settle(error: Error | null): void;
}

/** What a run needs to know of its program. */
export interface ThreadedProgram {
  readonly id: number;
  readonly module: WebAssembly.Module;
  readonly heap: WasmHeap;
  readonly label: string;
}

/** The number of a question that is no run. */
const NO_RUN = -1;

let waits: boolean | null = null;

/** Whether the calling thread may sleep until others wake it: the main thread of a page may not. */
function mayWait(): boolean {
  if (waits === null) {
    try {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1); // does not wait: there is a 0
      waits = true;
    } catch {
      waits = false;
    }
  }
  return waits;
}

class ThreadPool {
  #members: Member[] = [];
  readonly #pending = new Map<number, Pending>();
  #nextRun = 0;
  /** What a worker said of a run that nobody waits for. */
  #complaint: string | null = null;

  /**
   * Run a program on `threads` workers.
   *
   * @throws {RuntimeError} A worker ended or failed.
   */
  run(program: ThreadedProgram, threads: number, steps: number, scratch: number): Promise<void> {
    const { heap } = program;
    orderly(heap, 0);
    this.start(threads);
    const members = this.#members.slice(0, threads);
    const run = this.#nextRun++;
    const ended = this.#answers(run, heap, members).then(() => void (heap.disturbed = false));
    members.forEach((member, thread) =>
      this.#send(member, program, { run, thread, threads, steps, scratch, quiet: false }),
    );
    return ended;
  }

  /** Whether the calling thread can run a program together with `threads - 1` workers at once. Starts them if not. */
  isReady(threads: number): boolean {
    if (!mayWait()) return false;
    this.start(threads - 1);
    return this.#pending.size === 0 && this.#members.slice(0, threads - 1).every(({ up }) => Atomics.load(up, 0) === 1);
  }

  /**
   * Run a program on the calling thread, as the first, and on workers, if `isReady`. Null: it is done. Otherwise it has failed, and
   * the promise is rejected when all have stopped.
   *
   * @param call Runs the calling thread's part.
   */
  runTogether(
    program: ThreadedProgram,
    threads: number,
    steps: number,
    scratch: number,
    call: () => void,
  ): Promise<never> | null {
    const { heap } = program;
    orderly(heap, PATIENCE);
    const members = this.#members.slice(0, threads - 1);
    this.#complaint = null;
    members.forEach((member, i) =>
      this.#send(member, program, { run: NO_RUN, thread: i + 1, threads, steps, scratch, quiet: true }),
    );
    try {
      call();
    } catch (error) {
      return this.#failed(heap, members, error);
    }
    heap.disturbed = false;
    return null;
  }

  async #failed(heap: WasmHeap, members: readonly Member[], error: unknown): Promise<never> {
    Atomics.store(new Int32Array(heap.memory.buffer), CONTROL.abort / 4, 1);
    const run = this.#nextRun++;
    const answers = this.#answers(run, heap, members);
    for (const member of members) post(member, { kind: 'ask', run });
    await answers;
    throw failure(this.#complaint ?? String(error));
  }

  #send(
    member: Member,
    { id, module, heap }: ThreadedProgram,
    run: Omit<ToWorker & { kind: 'run' }, 'kind' | 'program'>,
  ): void {
    if (!member.loaded.has(id)) {
      member.loaded.add(id);
      post(member, { kind: 'load', program: id, module, memory: heap.memory });
    }
    post(member, { kind: 'run', program: id, ...run });
  }

  /** Settles when all have answered. */
  #answers(run: number, heap: WasmHeap, members: readonly Member[]): Promise<void> {
    return new Promise((resolve, reject) => {
      for (const { worker } of members) worker.hold();
      this.#pending.set(run, {
        heap,
        members: new Set(members),
        left: members.length,
        error: null,
        settle: (error) => {
          this.#pending.delete(run);
          for (const { worker } of members) worker.release();
          if (error === null) resolve();
          else reject(error);
        },
      });
    });
  }

  /** Start threads that will be needed: they come to life while the caller does something else. */
  start(threads: number): void {
    while (this.#members.length < threads) this.#members.push(this.#spawn());
  }

  /** Programs that will not run again. */
  forget(programs: readonly number[]): void {
    for (const member of this.#members) {
      const known = programs.filter((id) => member.loaded.delete(id));
      if (known.length > 0) post(member, { kind: 'forget', programs: known });
    }
  }

  /** End all threads that are idle; the next run starts new ones. */
  close(): void {
    for (const { worker } of this.#members) worker.terminate();
    this.#members = [];
  }

  #spawn(): Member {
    const worker = getPlatform().threads!.spawn(WORKER_SOURCE);
    const up = new Int32Array(new SharedArrayBuffer(4));
    const member: Member = { worker, loaded: new Set(), up };
    worker.onMessage((message) => this.#answered(message as FromWorker));
    worker.onExit((reason) => this.#lost(member, reason));
    post(member, { kind: 'start', up });
    return member;
  }

  #answered({ run, error }: FromWorker): void {
    const pending = this.#pending.get(run);
    if (pending === undefined) {
      this.#complaint ??= error;
      return;
    }
    // The first thread to fail knows why; the others only see that the program was stopped.
    pending.error ??= error;
    if (--pending.left === 0) pending.settle(pending.error === null ? null : failure(pending.error));
  }

  /** A worker is gone: its runs cannot end, so they fail. The others stop at their next barrier and are let go too. */
  #lost(member: Member, reason: string): void {
    if (!this.#members.includes(member)) return;
    const others = this.#members.filter((other) => other !== member);
    this.#members = [];
    for (const pending of [...this.#pending.values()]) {
      if (!pending.members.has(member)) continue;
      Atomics.store(new Int32Array(pending.heap.memory.buffer), CONTROL.abort / 4, 1);
      pending.settle(
        new RuntimeError(
          `wasm: a worker thread ended while it ran a program (${reason}). The program was stopped; what it was to change may be half ` +
            `changed. The next run starts new threads.`,
        ),
      );
    }
    for (const { worker } of others) worker.terminate();
  }
}

const failure = (why: string): RuntimeError =>
  new RuntimeError(
    `wasm: a thread failed while it ran a program (${why}). What the program was to change may be half changed.`,
  );

/** Put in order what keeps threads in step, and say how many naps they take at most while they wait. */
function orderly(heap: WasmHeap, naps: number): void {
  if (heap.disturbed) resetControl(heap.memory.buffer);
  heap.disturbed = true;
  Atomics.store(new Int32Array(heap.memory.buffer), CONTROL.naps / 4, naps);
}

function post(member: Member, message: ToWorker): void {
  member.worker.post(message);
}

export const threadPool = new ThreadPool();
