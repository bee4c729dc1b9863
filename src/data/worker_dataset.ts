/** @file `WorkerDataset`: a data set in a module of its own, whose batches are made in worker threads. */
import { checkMethods } from '../core/methods.js';
import { checkedOptions } from '../core/arguments.js';
import { describe } from '../core/describe.js';
import { refuseUnknownOptions, RuntimeError, ValueError } from '../core/errors.js';
import type { DType } from '../core/dtype.js';
import { isDict } from '../core/tree.js';
import { makeDefaultSeed } from '../random/global_state.js';
import { tensor } from '../runtime/index.js';
import type { BatchLike } from './batch.js';
import type { PyDatasetOptions } from './py_dataset.js';
import { PyDataset } from './py_dataset.js';
import { WorkerPool } from './worker_pool.js';
import type { PackedArray } from './worker_server.js';

/** Options of `new WorkerDataset(module, args, options)`. */
export interface WorkerDatasetOptions extends Omit<PyDatasetOptions, 'useMultiprocessing'> {
  /** Threads, each with a data set of its own. 0: the batches are made in this thread. `workers` of `fit` wins. Default 1. */
  readonly workers?: number;
  /** Which export of the module makes the data set. Default `'default'`. */
  readonly exportName?: string;
}

/**
 * A data set that lies in a module of its own: its batches are made in worker threads, really in parallel, while steps run. They come in
 * order, each once an epoch. The workers live as long as the run that uses them (`fit`, `evaluate`, `predict`).
 *
 * The module exports a class with `length` and `getItem(index)` (a `PyDataset`, or any other), or a function that makes such an object;
 * every worker makes one, with the same arguments. What `getItem` returns is handed over: a typed array is not copied, so it must be
 * a new one for each batch. Arrays of a shape are tensors, or `{ data, shape }`, for which the module need not load keras-ts.
 * `Math.random` is seeded in the module: in the constructor and the hooks of epochs it gives the same numbers in all workers, so that
 * an order mixed there is one, and in `getItem` the numbers depend on the batch alone, not on the number of workers.
 *
 * @param module The module's URL: `new URL('./data.js', import.meta.url)`.
 * @param args Arguments of the class or function: a list of what can be sent to workers (numbers, texts, arrays, plain objects).
 * @returns A `PyDataset` for `fit`, `evaluate` and `predict`; its batches are what the module's `getItem` returns.
 * @throws {ValueError} `module` is no URL, or `args` no list.
 * @see `keras.utils.PyDataset` with `use_multiprocessing`
 * @example
 * // In files: data.js with `export default class …`, and new URL('./data.js', import.meta.url).
 * const module = 'data:text/javascript,export default () => ({ length: 2, getItem: (index) => [[[index]], [[1]]] })';
 * const batches = new utils.WorkerDataset(module, [], { workers: 2 });
 * const model = new Sequential([new layers.Dense(1)]);
 * model.compile({ loss: 'mse' });
 * await model.fit(batches, { epochs: 3, verbose: 0 });
 */
export class WorkerDataset extends PyDataset {
  readonly #url: string;
  readonly #args: readonly unknown[];
  readonly #exportName: string;
  #pool: Promise<WorkerPool> | null = null;
  #opened: WorkerPool | null = null;
  #users = 0;
  #seed = 0;
  /** Passes that have begun. */
  #epochs = 0;

  constructor(module: URL | string, args: readonly unknown[] = [], options: WorkerDatasetOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    const { workers, maxQueueSize, exportName = 'default', ...rest } = options;
    refuseUnknownOptions('WorkerDataset', rest, ['workers', 'maxQueueSize', 'exportName']);
    super({ workers, maxQueueSize, useMultiprocessing: true });
    this.#url = urlOf(module);
    if (!Array.isArray(args))
      throw new ValueError(
        `WorkerDataset: args is ${describe(args)}. Expected a list of the arguments: ['images', 32].`,
      );
    this.#args = args;
    this.#exportName = exportName;
  }

  get #name(): string {
    const shown = this.#url.startsWith('data:') ? 'data:' : this.#url.slice(this.#url.lastIndexOf('/') + 1);
    return `WorkerDataset(${shown})`;
  }

  /**
   * Start the workers. `fit`, `evaluate` and `predict` do it themselves, and end them when they are done; who calls `getItem` calls `open`
   * before, and `close` after.
   *
   * @param workers In place of the option.
   * @throws {RuntimeError} The module cannot be loaded, or makes no data set.
   */
  async open(workers = this.workers): Promise<void> {
    this.#users++;
    if (this.#pool === null) {
      this.#seed = makeDefaultSeed();
      this.#epochs = 0;
      const settings = { args: this.#args, name: this.#exportName, seed: this.#seed };
      this.#pool = WorkerPool.open(this.#name, this.#url, workers, settings);
    }
    try {
      this.#opened = await this.#pool;
    } catch (error) {
      this.#users--;
      this.#pool = null;
      throw error;
    }
  }

  /** End the workers, when nobody else has them open. */
  close(): void {
    if (this.#users > 0 && --this.#users > 0) return;
    this.#opened?.end();
    this.#opened = this.#pool = null;
  }

  get #open(): WorkerPool {
    if (this.#opened === null)
      throw new RuntimeError(
        `${this.#name} is not open. Call \`await dataset.open()\` before, and \`dataset.close()\` after.`,
      );
    return this.#opened;
  }

  /** Batches an epoch; null: without end. @throws {RuntimeError} It is not open: the module knows it. */
  override get length(): number | null {
    return this.#open.facts.length;
  }

  /**
   * One batch, from the worker that has least to do.
   *
   * @param index Number of the batch, from 0.
   * @returns What the module's `getItem` returned.
   * @throws {RuntimeError} It is not open; the module's `getItem` failed (its error is the `cause`); or the worker ended.
   */
  override async getItem(index: number): Promise<BatchLike> {
    return unpack(await this.#open.item(index, this.#seedOf(index + 1))) as BatchLike;
  }

  /** @see `PyDataset.onEpochBegin`; it is called in every worker */
  override async onEpochBegin(): Promise<void> {
    this.#epochs++;
    await this.#open.hook('onEpochBegin', this.#seedOf(0));
  }

  /** @see `PyDataset.onEpochEnd`; it is called in every worker */
  override async onEpochEnd(): Promise<void> {
    await this.#opened?.hook('onEpochEnd', this.#seedOf(-1));
  }

  /** Whether the batches may change when an epoch begins. */
  override get _changesAtBegin(): boolean {
    return this.#open.facts.hooks.onEpochBegin;
  }

  /** A seed for what is done in this epoch. */
  #seedOf(what: number): number {
    return (Math.imul(this.#epochs + 1, 0x9e3779b1) ^ Math.imul(what, 0x85ebca6b) ^ this.#seed) | 0;
  }
}
checkMethods(WorkerDataset);

function urlOf(module: unknown): string {
  const text = module instanceof URL ? module.href : module;
  if (typeof text !== 'string' || !/^[a-z][a-z+.-]*:/i.test(text))
    throw new ValueError(
      `WorkerDataset: module is ${describe(module)}. Expected the URL of a module: new URL('./data.js', import.meta.url).`,
    );
  return text;
}

/** Arrays as they were before they were sent. */
function unpack(value: unknown): unknown {
  if (Array.isArray(value))
    return value.some((part) => typeof part === 'object' && part !== null) ? value.map(unpack) : value;
  if (!isDict(value)) return value;
  if (value['packed'] === 'array') {
    const { data, shape, dtype } = value as unknown as PackedArray;
    return shape === null ? data : tensor(data as Float32Array, shape, dtype as DType | null);
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, unpack(part)]));
}
