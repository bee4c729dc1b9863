/** @file `Callback`, the base of what listens to training. */
import { RuntimeError } from '../core/errors.js';
import type { Tree } from '../core/tree.js';
import type { Tensor } from '../runtime/index.js';
import type { Model } from '../models/model.js';

/**
 * Losses and metrics by name. A callback may add entries in `onEpochEnd`; the callbacks after it, and the history, see them. (A step
 * of your own may return tensors that are no scalars: they stay tensors here.)
 */
export type Logs = Record<string, number> & { loss: number };

/** What hooks for beginnings are given: nothing yet. */
export type BeginLogs = Readonly<Record<string, number>>;

/** What a callback has to remember from one process to the next: values as in JSON (and NaN and infinities), and tensors, in lists and dicts. */
export type CallbackState = Readonly<Record<string, unknown>>;

/** Hooks may be async: training waits for their promises. */
export type HookResult = void | Promise<void>;

/** What a run is: handed to callbacks before it begins. */
export interface CallbackParams {
  /** 0: silent, 1: a progress bar, 2: a line an epoch. */
  readonly verbose?: 0 | 1 | 2 | 'auto';
  readonly epochs?: number;
  /** Steps an epoch; null when it is not known yet. */
  readonly steps?: number | null;
  readonly [name: string]: unknown;
}

/**
 * Listens to `fit`, `evaluate` and `predict`. Subclass it and override the hooks of interest; all may be async.
 *
 * `Callback<MyModel>` knows its model by its class.
 *
 * An error thrown in a hook ends the run and comes out of `fit`, with the callback's class and the hook in its message; the model stays
 * usable.
 *
 * @see `keras.callbacks.Callback`
 * @example
 * class Stop extends Callback {
 *   override onEpochEnd(epoch: number, logs: Logs) { if (logs.loss < 0.1) this.model.stopTraining = true; }
 * }
 */
export class Callback<M extends Model = Model> {
  /** What the run is, or null before it. */
  params: CallbackParams | null = null;
  #model: M | null = null;

  setParams(params: CallbackParams): void {
    this.params = params;
  }

  setModel(model: M): void {
    this.#model = model;
  }

  /** The model that runs. @throws {RuntimeError} There is none yet. */
  get model(): M {
    if (this.#model === null)
      throw new RuntimeError(`${this.constructor.name}: has no model. It gets one from fit, or by setModel(model).`);
    return this.#model;
  }

  /** Whether its hooks are called after those of all callbacks for which this is false. */
  get runsLast(): boolean {
    return false;
  }

  /**
   * What the callback has to remember when the process ends in the middle of training, for `BackupAndRestore`; null (the default): nothing.
   * Called between two steps or after an epoch.
   */
  getState(): CallbackState | null {
    return null;
  }

  /** Go on with what `getState` gave. Called after `onTrainBegin` (and after `onEpochBegin`, in the middle of an epoch). */
  setState(_state: CallbackState): HookResult {}

  /** An older name of `onTrainBatchBegin`. */
  onBatchBegin(_batch: number, _logs?: BeginLogs): HookResult {}

  /** An older name of `onTrainBatchEnd`. */
  onBatchEnd(_batch: number, _logs: Logs): HookResult {}

  /** @param epoch Counted from 0. */
  onEpochBegin(_epoch: number, _logs?: BeginLogs): HookResult {}

  /**
   * @param epoch Counted from 0.
   * @param logs Means over the epoch: `loss`, the metrics, and the same of the validation data under `val_…`.
   */
  onEpochEnd(_epoch: number, _logs: Logs): HookResult {}

  /** @param batch Counted from 0 in the epoch. With `stepsPerExecution` = n it is called every n batches. */
  onTrainBatchBegin(batch: number, logs?: BeginLogs): HookResult {
    return this.onBatchBegin(batch, logs);
  }

  /** @param logs Means over the epoch so far. */
  onTrainBatchEnd(batch: number, logs: Logs): HookResult {
    return this.onBatchEnd(batch, logs);
  }

  /** Called in `evaluate`, and in the validation of `fit`. */
  onTestBatchBegin(_batch: number, _logs?: BeginLogs): HookResult {}

  /** Called in `evaluate`, and in the validation of `fit`. */
  onTestBatchEnd(_batch: number, _logs: Logs): HookResult {}

  onPredictBatchBegin(_batch: number, _logs?: BeginLogs): HookResult {}

  /** @param logs `outputs`: what the model gave for the batch. */
  onPredictBatchEnd(_batch: number, _logs: { readonly outputs: Tree<Tensor> }): HookResult {}

  /**
   * After which step of `fit` the callback next wants the weights as they are then. `fit` calls `onCheckpoint` there. Unlike a hook for
   * batches, which has each step run alone, this lets all steps before it run in one go.
   *
   * @param done Steps that this `fit` has done, over all epochs.
   * @returns A number of steps above `done`; null: none. By default null.
   */
  nextCheckpoint(_done: number): number | null {
    return null;
  }

  /**
   * Called after the step that `nextCheckpoint` names; with `stepsPerExecution` = n, after the execution which that step is in.
   *
   * @param done Steps that this `fit` has done, over all epochs.
   * @param batch Number of the last step in the epoch, from 0.
   * @param logs Means over the epoch so far.
   */
  onCheckpoint(_done: number, _batch: number, _logs: Logs): HookResult {}

  onTrainBegin(_logs?: BeginLogs): HookResult {}

  /**
   * Called when an error has ended `fit`, whoever threw it, in place of `onTrainEnd`: finish the file that is being written, give back what
   * is held. Errors thrown here are warned of; the first one comes out of `fit`.
   */
  onTrainError(_error: unknown): HookResult {}

  /** @param logs Those of the last epoch. */
  onTrainEnd(_logs: Logs): HookResult {}

  /** Called in `evaluate`, and in the validation of `fit`. */
  onTestBegin(_logs?: BeginLogs): HookResult {}

  /** Called in `evaluate`, and in the validation of `fit`. */
  onTestEnd(_logs: Logs): HookResult {}

  onPredictBegin(_logs?: BeginLogs): HookResult {}

  onPredictEnd(_logs?: BeginLogs): HookResult {}
}
