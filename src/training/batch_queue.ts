/** @file `BatchQueue`: batches are made while a step runs. */
import { getPlatform } from '../core/platform.js';
import type { AnyBatch, BatchIterator } from '../data/index.js';

type Item = IteratorResult<AnyBatch, unknown>;
/** What became of a call, so that one that fails before somebody waits for it is no unhandled rejection. */
type Outcome = { readonly item: Item } | { readonly error: unknown };

/**
 * Batches in order, some of them made before they are asked for. They are made in the turns of the event loop in which steps run in
 * other threads, one at a time, and not more of them than `allow` has announced: a generator is never read beyond what the epoch needs.
 */
export class BatchQueue implements BatchIterator {
  readonly #source: BatchIterator;
  readonly #size: number;
  readonly #made: Promise<Outcome>[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #allowed = 0;
  #asked = 0;
  #ended = false;
  #filling = false;

  /** @param size How many batches may wait. */
  constructor(source: BatchIterator, size: number) {
    this.#source = source;
    this.#size = size;
  }

  /** This many more batches will be asked for. */
  allow(count: number): void {
    this.#allowed += count;
  }

  #ask(): void {
    this.#asked++;
    const made = this.#last.then(async (): Promise<Outcome> => {
      if (this.#ended) return { item: { done: true, value: undefined } };
      try {
        const item = await this.#source.next();
        if (item.done === true) this.#ended = true;
        return { item };
      } catch (error) {
        this.#ended = true;
        return { error };
      }
    });
    this.#last = made;
    this.#made.push(made);
  }

  /** Make batches when the event loop has its next turn: by then the step that waits for none is under way. */
  async #fill(): Promise<void> {
    if (this.#filling) return;
    this.#filling = true;
    const wanted = (): boolean => !this.#ended && this.#made.length < this.#size && this.#asked < this.#allowed;
    while (wanted()) {
      await getPlatform().nextTurn();
      if (!wanted()) break; // the epoch has asked for it itself meanwhile
      this.#ask();
      await this.#last;
    }
    this.#filling = false;
  }

  async next(): Promise<Item> {
    if (this.#made.length === 0) this.#ask();
    const outcome = await this.#made.shift()!;
    if ('error' in outcome) throw outcome.error;
    void this.#fill();
    return outcome.item;
  }

  async return(): Promise<void> {
    this.#ended = true;
    await this.#last;
    await this.#source.return?.();
  }
}
