/** @file `DatasetAdapter`: batches of a `Dataset`. */
import { ValueError } from '../core/errors.js';
import type { BatchIterator, DataAdapter } from './adapter.js';
import type { ArrayCounts, Batch } from './batch.js';
import { toBatch } from './batch.js';
import { readAhead } from './dataset/concurrency.js';
import type { Dataset, DatasetIterator, DatasetPosition } from './dataset/index.js';

/** Batches that are made while a step runs. */
const AHEAD = 2;

/** What an adapter has read of its data set and what was asked of it stand apart: batches are made ahead. */
interface Reader {
  readonly iterator: DatasetIterator<unknown>;
  readonly batches: AsyncGenerator<unknown, void, void>;
  position: DatasetPosition;
}

/** The batches of a `Dataset`. Each epoch is a pass over it; batches are made ahead of the steps. */
export class DatasetAdapter implements DataAdapter {
  readonly numBatches: number | null;
  readonly #dataset: Dataset<unknown>;
  readonly #counts: ArrayCounts | undefined;
  #reader: Reader | null = null;
  #peeked: IteratorResult<unknown, unknown> | null = null;

  constructor(dataset: Dataset<unknown>, counts?: ArrayCounts) {
    const cardinality = dataset.cardinality();
    this.numBatches = cardinality === Infinity ? null : cardinality;
    this.#dataset = dataset;
    this.#counts = counts;
  }

  #open(position?: DatasetPosition): Reader {
    const iterator = this.#dataset.iterator(position);
    const batches = readAhead(iteratorOf(iterator), AHEAD);
    return { iterator, batches, position: iterator.position() };
  }

  #batch(element: unknown, taken: number): Batch {
    try {
      return toBatch(element, 'The data set', this.#counts);
    } catch (error) {
      throw error instanceof ValueError ? new ValueError(`Batch ${taken} of the data set: ${error.message}`) : error;
    }
  }

  iterate(): BatchIterator {
    // What was peeked at belongs to the first epoch that comes.
    const reader = this.#peeked === null ? this.#open() : this.#reader!;
    this.#reader = reader;
    return {
      next: async () => {
        const item = this.#peeked ?? (await reader.batches.next());
        this.#peeked = null;
        if (item.done === true) return { done: true, value: undefined };
        const { pass, taken } = reader.position;
        reader.position = { pass, taken: taken + 1 };
        return { done: false, value: this.#batch(item.value, taken) };
      },
      return: () => reader.batches.return(),
    };
  }

  async peek(): Promise<Batch | null> {
    if (this.#peeked === null) {
      this.#reader = this.#open();
      this.#peeked = await this.#reader.batches.next();
    }
    const { done, value } = this.#peeked;
    if (done === true)
      throw new ValueError('The data set given as data is empty. It must give at least one batch: [x, y].');
    return this.#batch(value, 0);
  }

  /** Where the epoch at hand stands: how many batches were given to it. null: nothing was read. */
  position(): DatasetPosition | null {
    return this.#reader?.position ?? null;
  }

  /** Go on at a position that another run has noted: the next epoch's batches begin there. */
  async seek(position: DatasetPosition): Promise<void> {
    await this.#reader?.batches.return();
    this.#reader = this.#open(position);
    this.#peeked = await this.#reader.batches.next();
  }

  onEpochBegin(): void {}

  onEpochEnd(): void {}
}

async function* iteratorOf(iterator: DatasetIterator<unknown>): AsyncGenerator<unknown, void, void> {
  yield* iterator;
}
