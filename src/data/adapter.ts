/** @file `DataAdapter`: what training sees of data, whatever they are. */
import type { Batch } from './batch.js';

/** Batches one after the other. `next` may have to wait. */
export interface BatchIterator {
  next(): IteratorResult<Batch, unknown> | Promise<IteratorResult<Batch, unknown>>;
  /** The batches that are left will not be asked for. */
  return?(): unknown;
}

/** Data as batches. */
export interface DataAdapter {
  /** Batches an epoch; null: not known, or without end. */
  readonly numBatches: number | null;
  /** The batches of one epoch. */
  iterate(): BatchIterator;
  /** The first batch, which is not taken from the epochs; null if there is none. */
  peek(): Promise<Batch | null>;
  onEpochBegin(): void | Promise<void>;
  onEpochEnd(): void | Promise<void>;
}
