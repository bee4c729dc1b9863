/** @file What one epoch runs, in which pieces: batch by batch, or many steps at once on data that lie in the heap. */
import { ArrayDataAdapter } from '../data/index.js';
import type { EpochIterator } from './epoch_iterator.js';
import type { ResidentSteps } from './resident_steps.js';
import type { PreparedStep } from './step_runner.js';

/** Some steps that run in one go. */
export interface Execution {
  /** Number of the first step in the epoch, from 0. */
  readonly begin: number;
  /** Number of the last step. */
  readonly end: number;
  /** Run them. @returns The results of the last one. */
  run(): Promise<unknown>;
}

/** How steps are joined. */
export interface ExecutionPolicy {
  /** Steps in one go; `'auto'`: as many as the event loop allows. */
  readonly size: number | 'auto';
  /** Whether somebody must hear of each step. */
  readonly single: boolean;
}

/** The executions of epochs over one data set. */
export class Executions {
  readonly #iterator: EpochIterator;
  readonly #step: PreparedStep;
  readonly #policy: ExecutionPolicy;
  readonly #resident: ResidentSteps | null;

  constructor(iterator: EpochIterator, step: PreparedStep, policy: ExecutionPolicy) {
    this.#iterator = iterator;
    this.#step = step;
    this.#policy = policy;
    const { adapter } = iterator;
    const whole = adapter instanceof ArrayDataAdapter && iterator.takesWholeEpochs;
    this.#resident = whole ? step.resident(adapter) : null;
  }

  /** The data are not needed any more. */
  release(): void {
    this.#resident?.release();
  }

  async *epoch(): AsyncGenerator<Execution, void, void> {
    if (this.#resident !== null) {
      yield* this.#residentEpoch(this.#resident, this.#iterator.adapter as ArrayDataAdapter);
      return;
    }
    for await (const { begin, end, batches } of this.#iterator.epoch()) {
      const run = async (): Promise<unknown> => {
        let results: unknown = null;
        for (const batch of batches) results = await this.#step.run(batch);
        return results;
      };
      yield { begin, end, run };
    }
  }

  *#residentEpoch(resident: ResidentSteps, adapter: ArrayDataAdapter): Generator<Execution, void, void> {
    resident.setOrder(adapter.order());
    const { size, single } = this.#policy;
    const { numBatches } = adapter;
    for (let begin = 0; begin < numBatches;) {
      const wanted = size !== 'auto' ? size : single ? 1 : resident.stepsAtOnce;
      const count = Math.min(wanted, numBatches - begin);
      const first = begin;
      begin += count;
      // Keras: `end` counts steps that a last, shorter execution does not have.
      yield { begin: first, end: first + (size === 'auto' ? count : size) - 1, run: () => resident.run(first, count) };
    }
  }
}
