/** @file What the loops of `fit`, `evaluate` and `predict` have in common: callbacks, the size of executions, turns of the event loop. */
import type { Model } from '../../models/model.js';
import type { Callbacks } from '../../callbacks/index.js';
import { CallbackList } from '../../callbacks/index.js';
import { getPlatform } from '../../core/platform.js';
import type { EpochIterator } from '../epoch_iterator.js';
import type { ExecutionPolicy } from '../executions.js';
import type { Verbose } from '../options.js';
import type { TrainingSession } from '../session.js';

/** Lets the event loop have its turn now and then. */
export class Pulse {
  #last = getPlatform().now();

  /** Null: it is not time yet. */
  beat(): Promise<void> | null {
    const platform = getPlatform();
    return platform.now() - this.#last < platform.patience ? null : this.#pause();
  }

  async #pause(): Promise<void> {
    const platform = getPlatform();
    await platform.nextTurn();
    this.#last = platform.now();
  }
}

/** Batches that the data give at once. */
export const batchesAtOnce = ({ model }: TrainingSession): number =>
  model.stepsPerExecution === 'auto' ? 1 : model.stepsPerExecution;

/** How the steps of a loop are joined, with the callbacks that listen to it. */
export function policyFor(
  { model }: TrainingSession,
  callbacks: CallbackList,
  mode: 'Train' | 'Test' | 'Predict',
): ExecutionPolicy {
  return {
    size: model.stepsPerExecution,
    single: callbacks.listensToBatches(mode),
    results: mode === 'Predict' ? 'all' : 'last',
    nextCheckpoint: mode === 'Train' ? (done) => callbacks.nextCheckpoint(done) : undefined,
  };
}

/** The list of a loop to which nobody listens. */
let nobody: CallbackList | null = null;

/** The callbacks of a loop: those given, a progress bar, and for `fit` a history. A `CallbackList` is taken as it is. */
export function callbacksFor(
  { model }: TrainingSession,
  callbacks: Callbacks | null,
  {
    verbose,
    epochs,
    iterator,
    addHistory,
  }: {
    readonly verbose: Verbose;
    readonly epochs: number;
    readonly iterator: EpochIterator;
    readonly addHistory: boolean;
  },
): CallbackList {
  if (callbacks instanceof CallbackList) return callbacks;
  if (callbacks === null && verbose === 0 && !addHistory) return (nobody ??= new CallbackList());
  const steps = iterator.numBatches;
  return new CallbackList(callbacks, {
    addHistory,
    addProgbar: verbose !== 0,
    verbose,
    epochs,
    steps,
    model: model as Model,
  });
}
