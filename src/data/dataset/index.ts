/** @file `Dataset`, a lazily evaluated chain of data. */
export {
  type BatchOptions,
  type CacheOptions,
  Dataset,
  DatasetIterator,
  type DatasetPosition,
  type ElementSource,
  type InterleaveOptions,
  type MapOptions,
  type PaddedBatchOptions,
  type RowOf,
} from './dataset.js';
export type { CsvColumnType, CsvOptions } from './csv.js';
export type { Batched, SliceOf, Unbatched } from './elements.js';
export type { ShuffleOptions } from './shuffled.js';
export type { Awaitable } from './stage.js';
