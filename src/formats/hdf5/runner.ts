/** @file Where the HDF5 engine runs: in a worker with a limit of time, or, where no worker can load h5wasm, on this thread. */
import { ValueError } from '../../core/errors.js';
import { getPlatform } from '../../core/platform.js';
import type { WorkerThread } from '../../core/platform.js';
import type { Engine } from './engine.js';
import { makeEngine } from './engine.js';

type Arguments<K extends keyof Engine> = Parameters<Engine[K]>;

/** What a call may need beside its arguments. */
export interface CallOptions {
  /** Buffers that are handed over. */
  readonly transfer?: readonly ArrayBuffer[];
  /** Seconds more than usual. */
  readonly more?: number;
}

/** Calls to an engine. */
export interface EngineRunner {
  /** Why it can do no more; null: it can. */
  readonly ended: string | null;
  /** @throws {Error} What the engine said, or that it took too long or broke down. */
  call<K extends keyof Engine>(method: K, args: Arguments<K>, options?: CallOptions): Promise<ReturnType<Engine[K]>>;
}

/** The worker's program. Tools that keep names of functions wrap these in `__name`. */
const program = (url: string): string => `
const __name = (fn) => fn;
const makeEngine = ${makeEngine.toString()};
const fs = typeof nodeFiles === 'undefined' ? null : nodeFiles;
const engine = import(${JSON.stringify(url)}).then((library) => makeEngine(library, fs));
let last = Promise.resolve();
function handle({ id, method, args }, post) {
  last = last.then(async () => {
    try {
      const result = (await engine)[method](...args);
      post({ id, result }, result instanceof Uint8Array ? [result.buffer] : []);
    } catch (error) {
      post({ id, error: error instanceof Error ? error.message : String(error) });
    }
  });
}`;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

class WorkerRunner implements EngineRunner {
  readonly #thread: WorkerThread;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  /** Why it can do no more. */
  ended: string | null = null;
  readonly #seconds: number;

  constructor(thread: WorkerThread, seconds: number) {
    this.#seconds = seconds;
    this.#thread = thread;
    this.#thread.onMessage((message) => {
      const { id, result, error } = message as { id: number; result?: unknown; error?: string };
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (waiting === undefined) return;
      if (error === undefined) waiting.resolve(result);
      else waiting.reject(new Error(error));
      // A library that has aborted answers nothing sensible any more.
      if (error !== undefined && /abort|unreachable|out of bounds|RuntimeError/i.test(error)) this.end(error);
    });
    this.#thread.onExit((reason) => this.end(`the reader of HDF5 broke down: ${reason}`));
  }

  end(reason: string): void {
    if (this.ended !== null) return;
    this.ended = reason;
    this.#thread.terminate();
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
  }

  async call<K extends keyof Engine>(
    method: K,
    args: Arguments<K>,
    { transfer, more = 0 }: CallOptions = {},
  ): Promise<ReturnType<Engine[K]>> {
    if (this.ended !== null) throw new Error(this.ended);
    const id = this.#next++;
    this.#thread.hold();
    const seconds = this.#seconds + more;
    const timer = setTimeout(() => this.end(`reading took longer than ${seconds} seconds`), seconds * 1000);
    try {
      return await new Promise<ReturnType<Engine[K]>>((resolve, reject) => {
        this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
        this.#thread.post({ id, method, args }, transfer);
      });
    } finally {
      clearTimeout(timer);
      this.#thread.release();
    }
  }
}

/** On this thread: nothing can end it, and Blobs are read as a whole first. */
class LocalRunner implements EngineRunner {
  readonly ended = null;
  readonly #engine: Promise<Engine> = import('h5wasm').then((library) => makeEngine(library, null));

  async call<K extends keyof Engine>(method: K, args: Arguments<K>): Promise<ReturnType<Engine[K]>> {
    const engine = await this.#engine;
    if (method === 'open') {
      const [file, input, limits] = args as Arguments<'open'>;
      if (input.kind === 'blob') {
        const bytes = new Uint8Array(await input.blob.arrayBuffer());
        return engine.open(file, { kind: 'bytes', bytes }, limits) as ReturnType<Engine[K]>;
      }
    }
    return (engine[method] as (...all: Arguments<K>) => ReturnType<Engine[K]>)(...args);
  }
}

/** Engines by the workers of the platform they were started for, and by their limit of time. */
const idle = new Map<unknown, Map<number, EngineRunner>>();
let local: LocalRunner | null = null;
const onThisThread = (): LocalRunner => (local ??= new LocalRunner());

/** Seconds for a worker that a bundler may have packed to say that it is there. */
const START_SECONDS = 10;

/** In a worker that a bundler packed; on this thread where it did not. */
class PackedRunner implements EngineRunner {
  readonly #chosen: Promise<EngineRunner>;
  #runner: EngineRunner | null = null;

  constructor(thread: WorkerThread, seconds: number) {
    this.#chosen = new Promise((choose) => {
      const absent = (): void => {
        if (this.#runner !== null) return;
        thread.terminate();
        choose((this.#runner = onThisThread()));
      };
      const timer = setTimeout(absent, START_SECONDS * 1000);
      thread.onExit(absent);
      thread.onMessage((message) => {
        if (!('ready' in (message as object)) || this.#runner !== null) return;
        clearTimeout(timer);
        choose((this.#runner = new WorkerRunner(thread, seconds)));
      });
    });
  }

  get ended(): string | null {
    return this.#runner?.ended ?? null;
  }

  async call<K extends keyof Engine>(
    method: K,
    args: Arguments<K>,
    options?: CallOptions,
  ): Promise<ReturnType<Engine[K]>> {
    return (await this.#chosen).call(method, args, options);
  }
}

/** Whether files by path can be handed to the engine. */
export function engineReadsFiles(): boolean {
  return workerUrl() !== null;
}

let found: { readonly workers: unknown; readonly url: string | null } | null = null;
function workerUrl(): string | null {
  const { workers } = getPlatform();
  if (found === null || found.workers !== workers) found = { workers, url: workers?.resolve('h5wasm') ?? null };
  return found.url;
}

/**
 * An engine, one for all files with the same limit of time; a new one when the last has ended.
 *
 * @param seconds How long a call may take.
 */
export function engineRunner(seconds: number): EngineRunner {
  if (!(seconds > 0)) throw new ValueError(`HDF5: a limit of ${seconds} seconds. Expected a number above 0.`);
  const { workers } = getPlatform();
  const ofPlatform = idle.get(workers) ?? new Map<number, EngineRunner>();
  idle.set(workers, ofPlatform);
  let runner = ofPlatform.get(seconds);
  if (runner === undefined || runner.ended !== null) {
    runner = startRunner(seconds);
    ofPlatform.set(seconds, runner);
  }
  return runner;
}

function startRunner(seconds: number): EngineRunner {
  const { workers } = getPlatform();
  const url = workerUrl();
  if (workers && url !== null) return new WorkerRunner(workers.spawn(program(url)), seconds);
  try {
    if (workers?.packed !== undefined) return new PackedRunner(workers.packed.hdf5(), seconds);
  } catch {
    // The page allows no workers.
  }
  return onThisThread();
}
