/** @file `FitRun`: where a `fit` stands, told to a callback that keeps it, and set by one that goes on from there. */
import type { CallbackList, Logs } from '../callbacks/index.js';
import type { Executions, ExecutionsPosition } from './executions.js';
import type { RunInsight } from './insight.js';
import type { Interruption } from './interruption.js';

/** Where a `fit` stands: plain data. */
export interface RunPosition {
  /** The epoch at hand, or the one that comes next, from 0. */
  readonly epoch: number;
  /** Steps of that epoch that are done. */
  readonly steps: number;
  readonly executions: ExecutionsPosition;
  /** The logs of the last step or epoch. */
  readonly logs: Logs;
  /** Whether training was to stop there. */
  readonly stopped: boolean;
}

/** A `fit` at work. `model._run` while it runs. */
export class FitRun {
  readonly callbacks: CallbackList;
  /** What is next: the epoch, and how many of its steps are done. */
  epoch: number;
  steps = 0;
  /** The logs of what was done last. */
  logs = {} as Logs;
  /** Whether there is nothing to be done: the run that goes on had been told to stop. */
  stopped = false;
  readonly insight: RunInsight;
  readonly #executions: Executions;
  readonly #interruption: Interruption;

  constructor(
    callbacks: CallbackList,
    executions: Executions,
    insight: RunInsight,
    interruption: Interruption,
    epoch: number,
  ) {
    this.callbacks = callbacks;
    this.insight = insight;
    this.#executions = executions;
    this.#interruption = interruption;
    this.epoch = epoch;
  }

  /** Whether a person or a signal has ended the run, not the data or a callback. */
  get interrupted(): boolean {
    return this.#interruption.happened;
  }

  /** Steps that are done, of all epochs. */
  get done(): number {
    return this.#executions.done;
  }

  /** Where the run stands now, in a hook. undefined: the data cannot say where they stand in an epoch. */
  position(stopped: boolean): RunPosition | undefined {
    const { epoch, steps, logs } = this;
    const executions = this.#executions.position(steps);
    return executions === undefined ? undefined : { epoch, steps, executions, logs, stopped };
  }

  /** Go on at a position; called before the first epoch. */
  async resume({ epoch, steps, executions, logs, stopped }: RunPosition): Promise<void> {
    await this.#executions.resume(executions);
    Object.assign(this, { epoch, steps, logs, stopped });
  }

  /** Begin with an epoch, from its first step. */
  startAt(epoch: number): void {
    this.epoch = epoch;
    this.steps = 0;
  }
}
