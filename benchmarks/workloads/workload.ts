/** @file What a workload is. */
import type { Model, Tensor } from 'keras-ts';

/** A model and the data that it is trained on, for measuring. */
export interface Workload {
  readonly name: string;
  /** Samples a step. */
  readonly batchSize: number;
  /** What it is, in a line. */
  readonly what: string;
  /** A new model, compiled. */
  build(): Model;
  /** Inputs and targets: a whole number of batches, so that every step is alike. */
  data(): Promise<readonly [Tensor, Tensor]>;
}
