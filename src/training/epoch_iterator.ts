/** @file `EpochIterator`: cuts what an adapter gives into epochs and executions. */
import { maxStepsPerEpoch } from '../core/config.js';
import { ValueError } from '../core/errors.js';
import type { AnyBatch, BatchIterator, DataAdapter } from '../data/index.js';
import { makingBatch } from '../data/index.js';
import { BatchQueue } from './batch_queue.js';

/** Some batches that are run in one go. */
export interface BatchGroup {
  /** Number of the first step in the epoch, from 0. */
  readonly begin: number;
  /** Number of the last step that would fit; the data may end before. */
  readonly end: number;
  /** Number of the first batch in the data's pass, from 0. */
  readonly first: number;
  readonly batches: readonly AnyBatch[];
}

/** Where data stand. */
export interface IteratorPosition {
  /** Batches that the adapter's iterator has given. */
  readonly seen: number;
  /** For `seek` of the adapter; null: a pass of its own begins. */
  readonly data: unknown;
}

/** Batches of a data set, epoch by epoch. */
export class EpochIterator {
  readonly adapter: DataAdapter;
  readonly #stepsPerEpoch: number | null;
  readonly #stepsPerExecution: number;
  #numBatches: number | null;
  #iterator: BatchIterator | null = null;
  #seen = 0;
  /** Batches that the next iterator has given before. */
  #resumedAt = 0;

  /**
   * @param option What `stepsPerEpoch` is called where it comes from: `"fit: stepsPerEpoch"`.
   * @throws {ValueError} The data have no end, and nothing says how many steps an epoch has.
   */
  constructor(adapter: DataAdapter, stepsPerEpoch: number | null, stepsPerExecution: number, option = 'stepsPerEpoch') {
    this.adapter = adapter;
    const most = maxStepsPerEpoch();
    const limited = most !== null && (stepsPerEpoch === null || most < stepsPerEpoch);
    if (limited) console.warn(`Steps of an epoch limited to ${most} by config.setMaxStepsPerEpoch.`);
    this.#stepsPerEpoch = limited ? most : stepsPerEpoch;
    this.#stepsPerExecution = stepsPerExecution;
    if (adapter.endless === true && this.#stepsPerEpoch === null)
      throw new ValueError(
        `${option}, the number of batches that are taken, is needed: the data have no end. If they should have one, leave out repeat().`,
      );
    this.#numBatches = adapter.numBatches;
  }

  /** Steps an epoch; null while it is not known. */
  get numBatches(): number | null {
    return this.#stepsPerEpoch ?? this.#numBatches;
  }

  /** Whether each epoch takes all data once. */
  get takesWholeEpochs(): boolean {
    return this.#stepsPerEpoch === null;
  }

  /** Begin with the first batch again, whatever was left over. */
  reset(): void {
    this.#iterator = null;
  }

  /**
   * Where the data stand between two groups of batches, or between two epochs: plain data for `resume`. undefined: they cannot say.
   *
   * @param midEpoch Whether the epoch goes on.
   */
  position(midEpoch: boolean): IteratorPosition | undefined {
    const { adapter } = this;
    if (this.#iterator === null || (this.#stepsPerEpoch === null && !midEpoch))
      return { seen: 0, data: adapter.nextPass?.() ?? null };
    return adapter.positionAfter === undefined
      ? undefined
      : { seen: this.#seen, data: adapter.positionAfter(this.#seen) };
  }

  /** The next epoch goes on at a position. */
  async resume({ seen, data }: IteratorPosition): Promise<void> {
    if (data !== null) await this.adapter.seek!(data);
    this.#iterator = null;
    this.#resumedAt = seen;
  }

  #warn(): void {
    console.warn(
      'Your input ran out of data; interrupting training. Make sure that your dataset or generator can generate at least ' +
        '`stepsPerEpoch * epochs` batches. A function that makes the generator is called anew for each epoch.',
    );
  }

  /** No epoch comes any more: what `stepsPerEpoch` has left over is given up, and files of the data are closed. */
  async end(): Promise<void> {
    const iterator = this.#iterator;
    this.#iterator = null;
    await iterator?.return?.();
  }

  /**
   * The batches of one epoch, in groups that are run in one go.
   *
   * @param from Steps of the epoch that are done already.
   * @param map What is given for a group.
   */
  async *epoch<T>(from: number, map: (group: BatchGroup) => T): AsyncGenerator<T, void, void> {
    await this.adapter.onEpochBegin();
    const limit = this.#stepsPerEpoch ?? this.#numBatches ?? Infinity;
    // Batches that `stepsPerEpoch` has left over come in the next epoch, unless the data begin anew for each.
    const goesOn = this.#stepsPerEpoch !== null && this.adapter.restarts !== true;
    if (this.#iterator === null || !goesOn) {
      const { ahead = 0 } = this.adapter;
      const source = this.adapter.iterate();
      this.#iterator = ahead > 0 ? new BatchQueue(source, ahead) : source;
      this.#seen = this.#resumedAt;
      this.#resumedAt = 0;
    }
    const iterator = this.#iterator;
    if (iterator instanceof BatchQueue) iterator.allow(limit - from);
    const known = this.#numBatches;
    try {
      for (let begin = from; begin < limit; begin += this.#stepsPerExecution) {
        if (known !== null && this.#seen >= known) {
          if (this.#stepsPerEpoch !== null) this.#warn();
          break;
        }
        const batches: AnyBatch[] = [];
        while (batches.length < this.#stepsPerExecution && begin + batches.length < limit) {
          const next = nextBatch(iterator, this.#seen + batches.length);
          const { done, value } = next instanceof Promise ? await next : next;
          if (done === true) break;
          batches.push(value);
        }
        const first = this.#seen;
        this.#seen += batches.length;
        if (batches.length > 0) yield map({ begin, end: begin + this.#stepsPerExecution - 1, first, batches });
        if (batches.length < this.#stepsPerExecution && begin + batches.length < limit) {
          if (known === null && this.#stepsPerEpoch === null) this.#numBatches = this.#seen;
          else if (known === null || this.#seen < known) this.#warn();
          this.#iterator = null;
          break;
        }
      }
      if (known !== null && this.#seen >= known) this.#iterator = null;
    } finally {
      if (!goesOn) await iterator.return?.();
      await this.adapter.onEpochEnd();
    }
  }
}

/** The next batch, whose number an error says. Batches of arrays are there at once: nobody waits for them. */
function nextBatch(iterator: BatchIterator, number: number): ReturnType<BatchIterator['next']> {
  const next = iterator.next();
  return next instanceof Promise ? makingBatch(number, () => next) : next;
}
