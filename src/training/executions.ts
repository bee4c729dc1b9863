/**
 * @file What one epoch executes, in which pieces: batch by batch, or many steps at once on data that lie in the heap. The words: a _step_
 * is one batch; an _execution_ is some steps in one go, between which nobody is told anything; a _run_ is one call of a program.
 */
import type { Tree } from '../core/tree.js';
import { aboutBatch } from '../data/index.js';
import type { AnyBatch, WholeData } from '../data/index.js';
import type { BatchGroup, EpochIterator, IteratorPosition } from './epoch_iterator.js';
import type { ResidentSteps } from './resident_steps.js';
import type { Steps } from './step_programs.js';

/** Some steps that run in one go. */
export interface Execution {
  /** Number of the first step in the epoch, from 0. */
  readonly begin: number;
  /** Number of the last step. */
  readonly end: number;
  /** Steps that all epochs have had when this execution is done. */
  readonly done: number;
  /** Whether a callback asked for the weights after one of these steps. */
  readonly checkpoint: boolean;
  /** Run them. @returns What the steps gave: the last one, or all of them where the policy says so. */
  run(): Promise<readonly Tree<unknown>[]>;
}

/** How steps are joined. */
export interface ExecutionPolicy {
  /** Steps in one go; `'auto'`: as many as the event loop allows. */
  readonly size: number | 'auto';
  /** Whether a callback must hear of each step. */
  readonly single: boolean;
  /** Whose results are wanted: of the last step of an execution, or of all of them. */
  readonly results: 'last' | 'all';
  /**
   * The next step after which a callback wants the weights, counted over all epochs; null: none. Executions of size `'auto'` end there;
   * others end where they do, and the callback hears of it then.
   *
   * @param done Steps that are done.
   */
  readonly nextCheckpoint?: (done: number) => number | null;
}

/** Where the executions of a `fit` stand. */
export interface ExecutionsPosition {
  /** Steps of all epochs. */
  readonly done: number;
  readonly data: IteratorPosition;
}

/** The executions of epochs over one data set. */
export class Executions {
  readonly #iterator: EpochIterator;
  readonly #steps: Steps;
  readonly #policy: ExecutionPolicy;
  readonly #resident: { readonly steps: ResidentSteps; readonly data: WholeData } | null;
  #done = 0;

  constructor(iterator: EpochIterator, steps: Steps, policy: ExecutionPolicy) {
    this.#iterator = iterator;
    this.#steps = steps;
    this.#policy = policy;
    // Each sample is looked at once where all results are wanted: it need not stay in the heap.
    const data = policy.results === 'last' && iterator.takesWholeEpochs ? iterator.adapter.whole : undefined;
    const resident = data === undefined ? null : steps.resident(data);
    this.#resident = resident === null ? null : { steps: resident, data: data! };
  }

  /** Steps that all epochs have had. */
  get done(): number {
    return this.#done;
  }

  /**
   * Where the data stand after a step: plain data for `resume`. undefined: they cannot say.
   *
   * @param steps Steps of the epoch at hand that are done; 0: between two epochs.
   */
  position(steps: number): ExecutionsPosition | undefined {
    const resident = this.#resident !== null;
    const data =
      resident && steps > 0
        ? { seen: steps, data: this.#iterator.adapter.positionAfter?.(steps) ?? null }
        : this.#iterator.position(steps > 0);
    return data === undefined ? undefined : { done: this.#done, data };
  }

  /** The next epoch goes on at a position. */
  async resume({ done, data }: ExecutionsPosition): Promise<void> {
    this.#done = done;
    await this.#iterator.resume(data);
  }

  /** The data are not needed any more. */
  release(): void {
    this.#resident?.steps.release();
  }

  /** The next step that is asked for, from now on. */
  #nextCheckpoint(): number {
    return this.#policy.nextCheckpoint?.(this.#done) ?? Infinity;
  }

  /** The executions of one epoch. @param from Steps of it that are done already. */
  epoch(from = 0): AsyncIterable<Execution> | Iterable<Execution> {
    return this.#resident === null
      ? this.#iterator.epoch(from, (group) => this.#executionOf(group))
      : this.#residentEpoch(this.#resident.steps, this.#resident.data, from);
  }

  #executionOf({ begin, end, first, batches }: BatchGroup): Execution {
    const checkpoint = this.#nextCheckpoint();
    this.#done += batches.length;
    const run = async (): Promise<readonly Tree<unknown>[]> => {
      let results: Tree<unknown>[] = [];
      for (const [i, batch] of batches.entries()) {
        const made = await this.#stepOn(batch, first + i);
        if (this.#policy.results === 'all') results.push(made);
        else results = [made];
      }
      return results;
    };
    return { begin, end, done: this.#done, checkpoint: checkpoint <= this.#done, run };
  }

  /** Batches of arrays are alike: what is wrong with one is wrong with the arrays. */
  async #stepOn(batch: AnyBatch, number: number): Promise<Tree<unknown>> {
    try {
      return await this.#steps.step(batch);
    } catch (error) {
      throw this.#iterator.adapter.whole === undefined ? aboutBatch(error, batch, number) : error;
    }
  }

  *#residentEpoch(resident: ResidentSteps, data: WholeData, from: number): Generator<Execution, void, void> {
    resident.setOrder(data.order());
    const { size, single } = this.#policy;
    const { numBatches } = data;
    for (let begin = from; begin < numBatches;) {
      const checkpoint = this.#nextCheckpoint();
      const free = single ? 1 : Math.min(resident.stepsAtOnce, Math.max(1, checkpoint - this.#done));
      const count = Math.min(size === 'auto' ? free : size, numBatches - begin);
      const first = begin;
      begin += count;
      this.#done += count;
      yield {
        begin: first,
        // Keras: `end` counts steps that a last, shorter execution does not have.
        end: first + (size === 'auto' ? count : size) - 1,
        done: this.#done,
        checkpoint: checkpoint <= this.#done,
        run: async () => [await resident.steps(first, count)],
      };
    }
  }
}
