/** @file `PyDataset`: batches by index, made as they are needed. */
import { checkMethods } from '../core/methods.js';
import { checkedOptions } from '../core/arguments.js';
import { NotImplementedError, refuseUnknownOptions } from '../core/errors.js';
import type { BatchLike } from './batch.js';

/** Options of `new PyDataset(options)`. */
export interface PyDatasetOptions {
  /** How many batches may be in the making at once, when `getItem` is async. Default 1. */
  readonly workers?: number;
  /** Kept for configs: `getItem` runs in this thread. Default false. */
  readonly useMultiprocessing?: boolean;
  /** How many batches are made ahead, at most. Default 10. */
  readonly maxQueueSize?: number;
}

/**
 * A data set whose batches are made one by one. Subclass it, and override `length` (or `numBatches`) and `getItem`.
 *
 * @param options See {@link PyDatasetOptions}.
 * @see `keras.utils.PyDataset`
 * @example
 * class Images extends PyDataset {
 *   override get length() { return 10; }
 *   override async getItem(index: number) { return [await loadImages(index), await loadLabels(index)] as const; }
 * }
 */
export class PyDataset {
  workers: number;
  useMultiprocessing: boolean;
  maxQueueSize: number;

  constructor(options: PyDatasetOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { workers = 1, useMultiprocessing = false, maxQueueSize = 10, ...rest } = options;
    refuseUnknownOptions('PyDataset', rest, ['workers', 'useMultiprocessing', 'maxQueueSize']);
    this.workers = workers;
    this.useMultiprocessing = useMultiprocessing;
    this.maxQueueSize = maxQueueSize;
  }

  /** Batches an epoch; null: without end. */
  get length(): number | null {
    throw new NotImplementedError(
      `${this.constructor.name}: override 'get length()' (the number of batches; null: without end) of PyDataset.`,
    );
  }

  /** The same as `length`; override either. */
  get numBatches(): number | null {
    return this.length;
  }

  /**
   * One batch. May be async.
   *
   * @param index Number of the batch, from 0.
   * @returns `[x]`, `[x, y]` or `[x, y, sampleWeight]`.
   * @see `keras.utils.PyDataset.__getitem__`
   */
  getItem(_index: number): BatchLike | Promise<BatchLike> {
    throw new NotImplementedError(`${this.constructor.name}: override 'getItem(index)' of PyDataset.`);
  }

  /** Whether the batches may change when an epoch begins. */
  get _changesAtBegin(): boolean {
    return this.onEpochBegin !== PyDataset.prototype.onEpochBegin;
  }

  /** Called before each epoch. */
  onEpochBegin(): void | Promise<void> {}

  /** Called after each epoch: the place to mix the samples anew. */
  onEpochEnd(): void | Promise<void> {}
}
checkMethods(PyDataset);

export { PyDataset as Sequence };
