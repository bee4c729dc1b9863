/** @file The worker threads of the process, which run programs together. One pool serves all models. */
import { RuntimeError } from '../../core/errors.js';
import type { WorkerThread } from '../../core/platform.js';
import { getPlatform } from '../../core/platform.js';
import { CONTROL, resetControl } from './control.js';
import type { WasmHeap } from './heap.js';
import type { FromWorker, ToWorker } from './worker_source.js';
import { WORKER_SOURCE } from './worker_source.js';

interface Member {
  readonly worker: WorkerThread;
  /** Programs that the worker has. */
  readonly loaded: Set<number>;
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

class ThreadPool {
  #members: Member[] = [];
  readonly #pending = new Map<number, Pending>();
  #nextRun = 0;

  /**
   * Run a program on `threads` workers.
   *
   * @throws {RuntimeError} A worker ended or failed.
   */
  run(program: ThreadedProgram, threads: number, steps: number, scratch: number): Promise<void> {
    const { heap } = program;
    resetControl(heap.memory);
    this.start(threads);
    const members = this.#members.slice(0, threads);
    const run = this.#nextRun++;
    return new Promise((resolve, reject) => {
      for (const { worker } of members) worker.hold();
      this.#pending.set(run, {
        heap,
        members: new Set(members),
        left: threads,
        error: null,
        settle: (error) => {
          this.#pending.delete(run);
          for (const { worker } of members) worker.release();
          if (error === null) resolve();
          else reject(error);
        },
      });
      members.forEach((member, thread) => {
        if (!member.loaded.has(program.id)) {
          member.loaded.add(program.id);
          post(member, { kind: 'load', program: program.id, module: program.module, memory: heap.memory });
        }
        post(member, { kind: 'run', run, program: program.id, thread, threads, steps, scratch });
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
    const member: Member = { worker: getPlatform().threads!.spawn(WORKER_SOURCE), loaded: new Set() };
    member.worker.onMessage((message) => this.#ended(message as FromWorker));
    member.worker.onExit((reason) => this.#lost(member, reason));
    return member;
  }

  #ended({ run, error }: FromWorker): void {
    const pending = this.#pending.get(run);
    if (pending === undefined) return;
    // The first thread to fail knows why; the others only see that the program was stopped.
    pending.error ??= error;
    if (--pending.left > 0) return;
    pending.settle(
      pending.error === null
        ? null
        : new RuntimeError(
            `wasm: a thread failed while it ran a program (${pending.error}). What the program was to change may be half changed.`,
          ),
    );
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

function post(member: Member, message: ToWorker): void {
  member.worker.post(message);
}

export const threadPool = new ThreadPool();
