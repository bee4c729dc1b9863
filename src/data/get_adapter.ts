/** @file Finds the adapter for data of any form. */
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import type { DataAdapter } from './adapter.js';
import type { Shuffle } from './array_adapter.js';
import { ArrayDataAdapter } from './array_adapter.js';
import type { ArrayCounts, DataLike } from './batch.js';
import { isArrayData, toTensorTrees } from './batch.js';
import type { ClassWeight } from './class_weight.js';
import { Dataset } from './dataset/index.js';
import { DatasetAdapter } from './dataset_adapter.js';
import type { BatchGenerator } from './generator_adapter.js';
import { GeneratorDataAdapter, isBatchGenerator } from './generator_adapter.js';
import { PyDataset } from './py_dataset.js';
import { PyDatasetAdapter } from './py_dataset_adapter.js';

/** What `fit`, `evaluate` and `predict` take as `x`. */
export type DataSource = DataLike | Dataset<unknown> | PyDataset | BatchGenerator;

/** Options of `getDataAdapter(x, options)`. */
export interface DataOptions {
  /** The targets. Default: none. */
  readonly y?: DataLike;
  /** One weight for each sample. Default: none. */
  readonly sampleWeight?: DataLike;
  /** A weight for each class, by class number. Default null. */
  readonly classWeight?: ClassWeight | null;
  /** Samples a batch. Default null: 32 for arrays. */
  readonly batchSize?: number | null;
  /** Batches an epoch. Default null: all. */
  readonly steps?: number | null;
  /** Whether samples come in a new order at each epoch, or `'batch'`: batches do. */
  readonly shuffle?: Shuffle;
  readonly counts?: ArrayCounts;
  /** Batches that are made ahead, at most; of a generator. Default 1. */
  readonly maxQueueSize?: number;
  /** 0: batches are made when they are asked for. */
  readonly workers?: number;
}

/** Whether data come batch by batch from an object, targets and all. */
export function isDataset(x: unknown): x is Dataset<unknown> | PyDataset | BatchGenerator {
  return x instanceof PyDataset || x instanceof Dataset || (!isArrayData(x) && isBatchGenerator(x));
}

/**
 * The adapter for data.
 *
 * @param owner Who asks, for messages: `"fit"`.
 * @throws {ValueError} The data are of no known form, do not fit together, or come with arguments that do not apply to them.
 */
export function getDataAdapter(x: DataSource, owner: string, options: DataOptions = {}): DataAdapter {
  const { y = null, sampleWeight = null, classWeight = null, batchSize, steps, shuffle = false, counts } = options;
  if (isArrayData(x)) {
    const [inputs, targets, weights] = toTensorTrees([x, y, sampleWeight], owner, counts);
    try {
      return new ArrayDataAdapter(inputs, {
        y: targets,
        sampleWeight: weights,
        classWeight,
        batchSize,
        steps,
        shuffle,
      });
    } catch (error) {
      throw error instanceof ValueError ? new ValueError(`${owner}: ${error.message}`) : error;
    }
  }
  if (!isDataset(x)) {
    throw new ValueError(
      `${owner}: x is ${describe(x)}. Expected arrays (a tensor, a typed array, nested lists of ` +
        `numbers, or a list or dict of these), a generator of batches, a Dataset, or a PyDataset.`,
    );
  }
  const kind = x instanceof PyDataset ? 'a PyDataset' : x instanceof Dataset ? 'a Dataset' : 'a generator';
  if (y !== null)
    throw new ValueError(`${owner}: x is ${kind}, so y cannot be given. Let its batches hold the targets: [x, y].`);
  if (sampleWeight !== null) {
    throw new ValueError(
      `${owner}: x is ${kind}, so sampleWeight cannot be given. Let its batches hold the weights: [x, y, sampleWeight].`,
    );
  }
  const { workers, maxQueueSize } = options;
  const queue = { workers, maxQueueSize };
  if (x instanceof PyDataset)
    return new PyDatasetAdapter(x, { classWeight, shuffle: shuffle !== false, counts, ...queue });
  if (x instanceof Dataset) return new DatasetAdapter(x, classWeight, counts);
  return new GeneratorDataAdapter(x, { counts, classWeight, ahead: workers === 0 ? 0 : maxQueueSize });
}
