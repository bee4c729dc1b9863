/** @file `LearningRateScheduler`. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import type { Logs } from './callback.js';
import { Callback } from './callback.js';
import { learningRateOf, logLearningRates, optimizersOf } from './learning_rates.js';
import { formatFloat } from '../core/python_format.js';
import { printLine } from './print.js';

/** Options of `new LearningRateScheduler(schedule, options)`. */
export interface LearningRateSchedulerOptions {
  /** 1: say so each epoch. Default 0. */
  readonly verbose?: number;
}

/**
 * Sets the learning rate at the beginning of each epoch. The rate is in the logs, as `learning_rate`.
 *
 * @param schedule From the epoch, counted from 0, and the rate of now to the next rate.
 * @param options See {@link LearningRateSchedulerOptions}.
 * @see `keras.callbacks.LearningRateScheduler`
 * @example
 * new LearningRateScheduler((epoch, rate) => (epoch < 10 ? rate : rate * Math.exp(-0.1)))
 */
export class LearningRateScheduler extends Callback {
  readonly schedule: (epoch: number, learningRate: number) => number;
  readonly verbose: number;

  /** @param schedule Takes the epoch, counted from 0, and the rate now; gives the new rate. */
  constructor(schedule: (epoch: number, learningRate: number) => number, options: LearningRateSchedulerOptions = {}) {
    const { verbose = 0, ...rest } = checkedOptions<LearningRateSchedulerOptions>(new.target, options, arguments, 1);
    super();
    refuseUnknownOptions('LearningRateScheduler', rest, ['verbose']);
    if (typeof schedule !== 'function')
      throw new ValueError('LearningRateScheduler: expected a function of the epoch and the learning rate.');
    this.schedule = schedule;
    this.verbose = verbose;
  }

  override onEpochBegin(epoch: number): void {
    for (const { optimizer, name } of optimizersOf(this.model)) {
      const rate: unknown = this.schedule(epoch, learningRateOf(optimizer));
      if (typeof rate !== 'number')
        throw new ValueError(
          `The output of the \`schedule\` function should be a float. Got: ${describe(rate)} (in epoch ${epoch}).`,
        );
      optimizer.learningRate = rate;
      if (this.verbose > 0) {
        printLine(
          `\nEpoch ${epoch + 1}: LearningRateScheduler setting ${name === null ? '' : `${name} `}learning rate to ${formatFloat(rate)}.`,
        );
      }
    }
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    logLearningRates(this.model, logs);
  }
}
