/** @file `DataAdapter`: what training sees of data, whatever they are. */
import type { AnyBatch } from './batch.js';

/** Batches one after the other. `next` may have to wait. */
export interface BatchIterator {
  next(): IteratorResult<AnyBatch, unknown> | Promise<IteratorResult<AnyBatch, unknown>>;
  /** The batches that are left will not be asked for. */
  return?(): unknown;
}

/** Arrays in memory whose rows, in some order, are the batches. Programs can take the batches out of them by number. */
export interface WholeData {
  /** All rows: `[x, y, sampleWeight]`. */
  readonly arrays: AnyBatch;
  readonly numSamples: number;
  /** Samples a batch; the last one may be smaller. */
  readonly batchSize: number;
  readonly numBatches: number;
  /** Whether each epoch has an order of its own. */
  readonly shuffled: boolean;
  /** The order of the samples for a new epoch; null: as they are. */
  order(): Int32Array | null;
}

/** Data as batches. */
export interface DataAdapter {
  /** The data as arrays, where they are arrays; left out by adapters that only give batches. */
  readonly whole?: WholeData;
  /** Batches an epoch; null: not known, or without end. */
  readonly numBatches: number | null;
  /** Whether it is known that the batches have no end. Default false. */
  readonly endless?: boolean;
  /** How many batches may be made while a step runs. Default 0: they are at hand. */
  readonly ahead?: number;
  /** Whether each epoch begins with the first batch, also where `stepsPerEpoch` has left some over. Default false. */
  readonly restarts?: boolean;
  /** The batches of one epoch. */
  iterate(): BatchIterator;
  /** The first batch, which is not taken from the epochs; null if there is none. */
  peek(): Promise<AnyBatch | null>;
  /**
   * Where the data stand when so many batches of the iterator at hand have been used: plain numbers, to be stored and handed to `seek`.
   * Left out by adapters that cannot say.
   */
  positionAfter?(batches: number): unknown;
  /** The position at which the pass after the one at hand begins. Left out where passes are alike but for the process's generators. */
  nextPass?(): unknown;
  /** The next `iterate` goes on at a position. */
  seek?(position: unknown): Promise<void>;
  onEpochBegin(): void | Promise<void>;
  onEpochEnd(): void | Promise<void>;
}
