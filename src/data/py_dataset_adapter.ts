/** @file `PyDatasetAdapter`: a `PyDataset` as batches, some of them made ahead. */
import { randomShuffle } from '../random/global_state.js';
import type { BatchIterator, DataAdapter } from './adapter.js';
import type { ArrayCounts, AnyBatch, BatchLike } from './batch.js';
import { toBatch } from './batch.js';
import { makingBatch, numberBatch } from './batch_error.js';
import type { ClassWeight } from './class_weight.js';
import { weightClasses } from './class_weight.js';
import type { PyDataset } from './py_dataset.js';

/** Options of `new PyDatasetAdapter(dataset, options)`. */
export interface PyDatasetAdapterOptions {
  /** A weight for each class, by class number. Default null. */
  readonly classWeight?: ClassWeight | null;
  /** Whether the order of the batches is mixed; not for endless data. */
  readonly shuffle?: boolean;
  readonly counts?: ArrayCounts;
  /** In place of those of the data set. */
  readonly workers?: number;
  /** How many batches may wait, ready made. */
  readonly maxQueueSize?: number;
}

export class PyDatasetAdapter implements DataAdapter {
  readonly #dataset: PyDataset;
  readonly #classWeight: ClassWeight | null;
  readonly #shuffle: boolean;
  readonly #counts: ArrayCounts | undefined;
  /** How many batches are in the making at once. */
  readonly #atOnce: number;
  /** Batches that wait ready made, beside those that are in the making. With `workers: 0` a batch is made when it is asked for. */
  readonly ahead: number;
  #nextIndex = 0;
  /** What was peeked at, until the epochs come to it: each item is made once. */
  #peeked: { readonly index: number; readonly item: Promise<AnyBatch> } | null = null;

  constructor(dataset: PyDataset, options: PyDatasetAdapterOptions = {}) {
    const { classWeight = null, shuffle = false, counts } = options;
    const { workers = dataset.workers, maxQueueSize = dataset.maxQueueSize } = options;
    // What is in the making has its place in the queue, too.
    this.#atOnce = Math.max(1, Math.min(workers, maxQueueSize));
    this.ahead = workers === 0 ? 0 : Math.max(0, maxQueueSize - (this.#atOnce - 1));
    this.#dataset = dataset;
    this.#classWeight = classWeight;
    this.#shuffle = shuffle;
    this.#counts = counts;
  }

  get numBatches(): number | null {
    return this.#dataset.numBatches;
  }

  get endless(): boolean {
    return this.numBatches === null;
  }

  #standardize(item: BatchLike): AnyBatch {
    const owner = `${this.#dataset.constructor.name}.getItem`;
    return weightClasses(toBatch(item, owner, this.#counts), this.#classWeight);
  }

  iterate(): BatchIterator {
    const { numBatches } = this;
    const order = numBatches === null ? null : this.#order(numBatches);
    let position = 0;
    const ahead: Promise<AnyBatch>[] = [];
    const start = (): Promise<AnyBatch> | null => {
      if (order !== null && position >= order.length) return null;
      const index = order === null ? this.#nextIndex++ : order[position];
      position++;
      return this.#make(index);
    };
    return {
      next: async () => {
        while (ahead.length < this.#atOnce) {
          const item = start();
          if (item === null) break;
          ahead.push(item);
        }
        const item = ahead.shift();
        if (item === undefined) return { done: true, value: undefined };
        return { done: false, value: await item };
      },
    };
  }

  #order(n: number): Int32Array {
    return this.#shuffle ? randomShuffle(n) : Int32Array.from({ length: n }, (_, i) => i);
  }

  #make(index: number): Promise<AnyBatch> {
    const peeked = this.#peeked;
    if (peeked?.index === index) {
      this.#peeked = null;
      return peeked.item;
    }
    // Mixed batches come in another order than that of their numbers.
    const item = makingBatch(index, async () =>
      numberBatch(this.#standardize(await this.#dataset.getItem(index)), index),
    );
    item.catch(() => {}); // it is reported when its turn comes
    return item;
  }

  async peek(): Promise<AnyBatch | null> {
    const { numBatches } = this;
    if (numBatches === 0) return null;
    const index = numBatches === null ? 0 : this.#order(numBatches)[0];
    const item = this.#make(index);
    if (!this.#dataset._changesAtBegin) this.#peeked = { index, item };
    return item;
  }

  async onEpochBegin(): Promise<void> {
    await this.#dataset.onEpochBegin();
  }

  async onEpochEnd(): Promise<void> {
    await this.#dataset.onEpochEnd();
  }
}
