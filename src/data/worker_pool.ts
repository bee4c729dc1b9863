/** @file `WorkerPool`: threads that each hold one copy of a data set and make its items. */
import { RuntimeError } from '../core/errors.js';
import type { WorkerThread } from '../core/platform.js';
import { getPlatform } from '../core/platform.js';
import type { WorkerAnswer, WorkerFacts, WorkerFailure, WorkerRequest, WorkerServer } from './worker_server.js';
import { makeWorkerServer } from './worker_server.js';

/** A request without its number. */
type Question<R = WorkerRequest> = R extends WorkerRequest ? Omit<R, 'id'> : never;

/** What makes items: a thread, or this one. */
interface Maker {
  /** Questions that are not answered. */
  readonly busy: number;
  ask(question: Question): Promise<unknown>;
  end(): void;
}

/** The worker's program. Tools that keep names of functions wrap these in `__name`. */
const program = (url: string): string => `
const __name = (fn) => fn;
const load = typeof importModule === 'undefined' ? (url) => import(url) : importModule;
const makeWorkerServer = ${makeWorkerServer.toString()};
const serve = makeWorkerServer(() => load(${JSON.stringify(url)}), true);
async function handle(request, post) {
  const answer = await serve(request);
  try {
    post(answer, answer.buffers);
  } catch (error) {
    post({ id: answer.id, error: { name: error.name, message: 'a batch cannot be sent to another thread: ' + error.message, stack: '' } });
  }
}`;

/** An error that came about in a worker, as one of this thread; the worker's own stack is its cause's. */
function rethrown({ name, message, stack }: WorkerFailure, what: string): Error {
  const cause = new Error(message);
  cause.name = name;
  if (stack !== '') cause.stack = stack;
  return new RuntimeError(`${what}: ${name === 'Error' ? '' : `${name}: `}${message}`, { cause });
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  /** What is being made, for messages. */
  readonly what: string;
}

const nameOf = (owner: string, question: Question): string =>
  question.kind === 'item'
    ? `${owner}, item ${question.index}`
    : question.kind === 'open'
      ? owner
      : `${owner}, ${question.kind}`;

class ThreadMaker implements Maker {
  readonly #owner: string;
  readonly #thread: WorkerThread;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #ended: string | null = null;

  constructor(owner: string, url: string) {
    this.#owner = owner;
    this.#thread = getPlatform().workers!.spawn(program(url), { loadsModules: true });
    this.#thread.onMessage((message) => this.#hear(message as WorkerAnswer));
    this.#thread.onExit((reason) => this.#stop(`its worker ended (${reason})`));
  }

  get busy(): number {
    return this.#waiting.size;
  }

  #hear(answer: WorkerAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (waiting === undefined) return;
    if ('error' in answer) waiting.reject(rethrown(answer.error, waiting.what));
    else waiting.resolve(answer.value);
  }

  #stop(reason: string): void {
    if (this.#ended !== null) return;
    this.#ended = reason;
    for (const { reject, what } of this.#waiting.values()) reject(new RuntimeError(`${what}: ${reason}.`));
    this.#waiting.clear();
  }

  async ask(question: Question): Promise<unknown> {
    const what = nameOf(this.#owner, question);
    if (this.#ended !== null) throw new RuntimeError(`${what}: ${this.#ended}.`);
    const id = this.#next++;
    // The process stays alive for what is waited for, and for nothing else.
    this.#thread.hold();
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject, what });
        this.#thread.post({ id, ...question });
      });
    } catch (error) {
      this.#waiting.delete(id);
      if (error instanceof Error && error.name === 'DataCloneError')
        throw new RuntimeError(`${what}: its arguments cannot be sent to a worker: ${error.message}`, { cause: error });
      throw error;
    } finally {
      this.#thread.release();
    }
  }

  end(): void {
    this.#stop('the run has ended');
    this.#thread.terminate();
  }
}

/** With `workers: 0`, and where there are no workers. */
class LocalMaker implements Maker {
  readonly #owner: string;
  readonly #serve: WorkerServer;
  busy = 0;

  constructor(owner: string, url: string) {
    this.#owner = owner;
    this.#serve = makeWorkerServer(() => import(/* @vite-ignore */ url) as Promise<Record<string, unknown>>, false);
  }

  async ask(question: Question): Promise<unknown> {
    this.busy++;
    const answer = await this.#serve({ id: 0, ...question });
    this.busy--;
    if ('error' in answer) throw rethrown(answer.error, nameOf(this.#owner, question));
    return answer.value;
  }

  end(): void {}
}

/** A data set in several threads. */
export class WorkerPool {
  readonly #makers: Maker[];
  readonly facts: WorkerFacts;

  private constructor(makers: Maker[], facts: WorkerFacts) {
    this.#makers = makers;
    this.facts = facts;
  }

  /**
   * @param owner Names the data set in messages.
   * @param threads How many; 0: this thread makes the items.
   * @throws {RuntimeError} The module cannot be loaded, or makes no data set.
   */
  static async open(
    owner: string,
    url: string,
    threads: number,
    { args, name, seed }: { readonly args: readonly unknown[]; readonly name: string; readonly seed: number },
  ): Promise<WorkerPool> {
    const here = threads === 0 || getPlatform().workers === null;
    const makers: Maker[] = here
      ? [new LocalMaker(owner, url)]
      : Array.from({ length: threads }, () => new ThreadMaker(owner, url));
    try {
      const facts = await Promise.all(makers.map((maker) => maker.ask({ kind: 'open', args, name, seed })));
      const [first, ...others] = facts as WorkerFacts[];
      const other = others.find(({ length }) => length !== first.length);
      if (other !== undefined)
        throw new RuntimeError(
          `${owner}: its length is ${first.length} in one worker and ${other.length} in another. It must not depend on chance or time.`,
        );
      return new WorkerPool(makers, first);
    } catch (error) {
      for (const maker of makers) maker.end();
      throw error;
    }
  }

  /** How many items may be in the making at once. */
  get size(): number {
    return this.#makers.length;
  }

  /** Ask the worker that has least to do. */
  item(index: number, seed: number): Promise<unknown> {
    const free = this.#makers.reduce((best, maker) => (maker.busy < best.busy ? maker : best));
    return free.ask({ kind: 'item', index, seed });
  }

  /** Call a hook in every worker. */
  async hook(kind: 'onEpochBegin' | 'onEpochEnd', seed: number): Promise<void> {
    if (this.facts.hooks[kind]) await Promise.all(this.#makers.map((maker) => maker.ask({ kind, seed })));
  }

  /** End the workers. What they were making comes to nothing. */
  end(): void {
    for (const maker of this.#makers) maker.end();
  }
}
