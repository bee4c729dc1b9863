/** @file Data for training: batches, `PyDataset`, and the adapters that `fit` reads them through. */
export type { BatchIterator, DataAdapter, WholeData } from './adapter.js';
export { ArrayDataAdapter, type ArrayDataOptions, type Shuffle } from './array_adapter.js';
export { aboutBatch, makingBatch } from './batch_error.js';
export {
  type AnyBatch,
  type ArrayCounts,
  type Batch,
  type BatchLike,
  type DataLike,
  isArrayData,
  type TensorTree,
  toTensorTree,
  toTensorTrees,
  unpackXYSampleWeight,
} from './batch.js';
export { type ClassWeight, classWeightToSampleWeight } from './class_weight.js';
export * from './dataset/index.js';
export { type BatchGenerator, type BatchSource, isBatchGenerator } from './generator_adapter.js';
export { type DataOptions, type DataSource, getDataAdapter, isDataset } from './get_adapter.js';
export { withOpenData } from './open_data.js';
export { PyDataset, type PyDatasetOptions, Sequence } from './py_dataset.js';
export { WorkerDataset, type WorkerDatasetOptions } from './worker_dataset.js';
export { mapRows, sliceRows, takeRows } from './rows.js';
