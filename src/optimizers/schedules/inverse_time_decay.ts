/** @file `InverseTimeDecay`. */
import { checkedOptions } from '../../core/arguments.js';
import { refuseUnknownOptions } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import type { DecayOptions } from './exponential_decay.js';
import { LearningRateSchedule, requireNumber, requireSteps, scalar } from './learning_rate_schedule.js';

/**
 * initial / (1 + decayRate · step / decaySteps).
 *
 * @param initialLearningRate The rate at step 0.
 * @param decaySteps The number of steps in which the divisor grows by `decayRate`.
 * @param decayRate By how much the divisor grows.
 * @param options See {@link DecayOptions}.
 * @see `keras.optimizers.schedules.InverseTimeDecay`
 * @example
 * new InverseTimeDecay(0.1, 1, 0.5)
 */
export class InverseTimeDecay extends LearningRateSchedule {
  static readonly positional = ['initial_learning_rate', 'decay_steps', 'decay_rate'];
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  readonly staircase: boolean;
  override readonly name: string | null;

  /**
   * @param initialLearningRate The rate at step 0.
   * @param decaySteps Steps that make one period.
   * @param decayRate What each period adds to the divisor.
   * @throws {ValueError} `decaySteps` is not positive.
   */
  constructor(initialLearningRate: number, decaySteps: number, decayRate: number, options: DecayOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 3);
    super();
    const { staircase = false, name = 'InverseTimeDecay', ...rest } = options;
    refuseUnknownOptions('InverseTimeDecay', rest, ['staircase', 'name']);
    this.initialLearningRate = requireNumber('InverseTimeDecay', 'initialLearningRate', initialLearningRate);
    this.decaySteps = requireSteps('InverseTimeDecay', 'decaySteps', decaySteps);
    this.decayRate = requireNumber('InverseTimeDecay', 'decayRate', decayRate);
    this.staircase = staircase;
    this.name = name;
  }

  override call(step: Tensor): Tensor {
    const periods = ops.divide(scalar(step), scalar(this.decaySteps));
    const passed = this.staircase ? ops.floor(periods) : periods;
    return ops.divide(
      scalar(this.initialLearningRate),
      ops.add(scalar(1), ops.multiply(scalar(this.decayRate), passed)),
    );
  }

  override getConfig(): Config {
    return {
      initial_learning_rate: this.initialLearningRate,
      decay_steps: this.decaySteps,
      decay_rate: this.decayRate,
      staircase: this.staircase,
      name: this.name,
    };
  }
}
