/** @file `DatasetAdapter`: batches of a `Dataset`. */
import { ValueError } from '../core/errors.js';
import type { BatchIterator, DataAdapter } from './adapter.js';
import type { ArrayCounts, AnyBatch } from './batch.js';
import { toBatch } from './batch.js';
import { makingBatch } from './batch_error.js';
import type { ClassWeight } from './class_weight.js';
import { weightClasses } from './class_weight.js';
import type { Dataset, DatasetIterator, DatasetPosition } from './dataset/index.js';

/** The batches of a `Dataset`. Each epoch is a pass over it. */
export class DatasetAdapter implements DataAdapter {
  readonly numBatches: number | null;
  readonly endless: boolean;
  readonly ahead = 2;
  readonly #dataset: Dataset<unknown>;
  readonly #counts: ArrayCounts | undefined;
  readonly #classWeight: ClassWeight | null;
  #iterator: DatasetIterator<unknown> | null = null;
  #begin: DatasetPosition | null = null;
  #peeked: IteratorResult<unknown, unknown> | null = null;

  constructor(dataset: Dataset<unknown>, classWeight: ClassWeight | null = null, counts?: ArrayCounts) {
    const cardinality = dataset.cardinality();
    this.endless = cardinality === Infinity;
    this.numBatches = this.endless ? null : cardinality;
    this.#dataset = dataset;
    this.#classWeight = classWeight;
    this.#counts = counts;
  }

  #open(position?: DatasetPosition): DatasetIterator<unknown> {
    this.#iterator = this.#dataset.iterator(position);
    this.#begin = this.#iterator.position();
    return this.#iterator;
  }

  #batch(element: unknown): AnyBatch {
    return weightClasses(toBatch(element, 'The data set', this.#counts), this.#classWeight);
  }

  iterate(): BatchIterator {
    // What was peeked at belongs to the first epoch that comes.
    const iterator = this.#peeked === null ? this.#open() : this.#iterator!;
    return {
      next: async () => {
        const item = this.#peeked ?? (await iterator.next());
        this.#peeked = null;
        return item.done === true ? { done: true, value: undefined } : { done: false, value: this.#batch(item.value) };
      },
      return: () => iterator.return(),
    };
  }

  async peek(): Promise<AnyBatch | null> {
    this.#peeked ??= await makingBatch(0, () => this.#open().next());
    if (this.#peeked.done === true)
      throw new ValueError('The data set given as data is empty. It must give at least one batch: [x, y].');
    const { value } = this.#peeked;
    return makingBatch(0, () => this.#batch(value));
  }

  positionAfter(batches: number): DatasetPosition | null {
    return this.#begin === null ? null : { pass: this.#begin.pass, taken: this.#begin.taken + batches };
  }

  nextPass(): DatasetPosition | null {
    return this.#begin === null ? null : { pass: this.#begin.pass + 1, taken: 0 };
  }

  async seek(position: unknown): Promise<void> {
    await this.#iterator?.return();
    this.#peeked = await this.#open(position as DatasetPosition).next();
  }

  onEpochBegin(): void {}

  onEpochEnd(): void {}
}
