/** @file `GeneratorDataAdapter`: generators and other iterables of batches, sync or async. */
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import type { BatchIterator, DataAdapter } from './adapter.js';
import type { ArrayCounts, AnyBatch, BatchLike } from './batch.js';
import { toBatch } from './batch.js';
import { makingBatch } from './batch_error.js';
import type { ClassWeight } from './class_weight.js';
import { weightClasses } from './class_weight.js';
import type { StreamLike } from './streams.js';
import { isWebStream, streamReader } from './streams.js';

/** Anything that gives batches one after the other. */
export type BatchSource =
  | StreamLike<BatchLike>
  | Iterator<BatchLike>
  | AsyncIterator<BatchLike>
  | Iterable<BatchLike>
  | AsyncIterable<BatchLike>;
/** A source, or a function that makes one for each epoch. */
export type BatchGenerator = BatchSource | (() => BatchSource | Promise<BatchSource>);

type AnyIterator = Iterator<BatchLike, unknown> | AsyncIterator<BatchLike, unknown>;

function iteratorOf(source: unknown): AnyIterator | null {
  if (typeof source !== 'object' || source === null) return null;
  const reader = streamReader(source);
  if (reader !== null) return reader as AnyIterator;
  if (Symbol.asyncIterator in source) return (source as AsyncIterable<BatchLike>)[Symbol.asyncIterator]();
  if (Symbol.iterator in source) return (source as Iterable<BatchLike>)[Symbol.iterator]();
  return 'next' in source && typeof source.next === 'function' ? (source as AnyIterator) : null;
}

/** Whether a value gives batches one after the other (arrays and typed arrays do not: they are data). */
export function isBatchGenerator(value: unknown): value is BatchGenerator {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  if (typeof value === 'function') return true;
  if (typeof value !== 'object' || value === null) return false;
  return (
    isWebStream(value) ||
    Symbol.asyncIterator in value ||
    Symbol.iterator in value ||
    ('next' in value && typeof value.next === 'function')
  );
}

/** Options of `new GeneratorDataAdapter(source, options)`. */
export interface GeneratorDataOptions {
  readonly counts?: ArrayCounts;
  /** A weight for each class, by class number. Default null. */
  readonly classWeight?: ClassWeight | null;
  /** Batches that are made while a step runs. Default 1. */
  readonly ahead?: number;
}

/**
 * Batches from a generator. A function is called anew for each epoch; so is the iterator method of a list-like object; a generator
 * itself, or a stream, goes on where the epoch before has stopped.
 */
export class GeneratorDataAdapter implements DataAdapter {
  readonly numBatches = null;
  readonly #source: BatchGenerator;
  readonly ahead: number;
  readonly restarts: boolean;
  readonly #counts: ArrayCounts | undefined;
  readonly #classWeight: ClassWeight | null;
  #iterator: AnyIterator | null = null;
  #peeked: IteratorResult<BatchLike, unknown> | null = null;

  constructor(source: BatchGenerator, options: GeneratorDataOptions = {}) {
    this.#source = source;
    this.#counts = options.counts;
    this.#classWeight = options.classWeight ?? null;
    this.ahead = options.ahead ?? 1;
    this.restarts = typeof source === 'function';
  }

  #batch(item: unknown): AnyBatch {
    return weightClasses(toBatch(item, 'The generator', this.#counts), this.#classWeight);
  }

  async #open(): Promise<AnyIterator> {
    const made = typeof this.#source === 'function' ? await this.#source() : this.#source;
    const iterator = iteratorOf(made);
    if (iterator === null) {
      throw new ValueError(
        `The function given as data returned ${describe(made)}. Expected a generator, or another iterable, of batches [x, y].`,
      );
    }
    return iterator;
  }

  iterate(): BatchIterator {
    // What was peeked at belongs to the first epoch that comes.
    let iterator = this.#peeked === null ? null : this.#iterator;
    return {
      next: async () => {
        iterator ??= await this.#open();
        const item = this.#peeked ?? (await iterator.next());
        this.#peeked = null;
        if (item.done === true) return { done: true, value: undefined };
        return { done: false, value: this.#batch(item.value) };
      },
      return: () => (typeof this.#source === 'function' ? iterator?.return?.() : undefined),
    };
  }

  async peek(): Promise<AnyBatch | null> {
    if (this.#peeked === null) {
      const iterator = await this.#open();
      this.#iterator = iterator;
      this.#peeked = await makingBatch(0, () => iterator.next());
    }
    const { done, value } = this.#peeked;
    if (done === true) {
      throw new ValueError('The generator given as data is empty. It must give at least one batch: [x, y].');
    }
    return makingBatch(0, () => this.#batch(value));
  }

  onEpochBegin(): void {}

  onEpochEnd(): void {}
}
