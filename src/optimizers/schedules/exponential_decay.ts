/** @file `ExponentialDecay`. */
import { checkedOptions } from '../../core/arguments.js';
import { refuseUnknownOptions } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { LearningRateSchedule, requireNumber, requireSteps, scalar } from './learning_rate_schedule.js';

/** Options of `ExponentialDecay` and `InverseTimeDecay`. */
export interface DecayOptions {
  /** Whether the rate falls once every `decaySteps` steps rather than at each. Default false. */
  readonly staircase?: boolean;
  /** Default: the class's name. */
  readonly name?: string | null;
}

/**
 * initial · decayRate ^ (step / decaySteps).
 *
 * @param initialLearningRate The rate at step 0.
 * @param decaySteps The number of steps in which the rate changes by the factor `decayRate`.
 * @param decayRate The factor.
 * @param options See {@link DecayOptions}.
 * @see `keras.optimizers.schedules.ExponentialDecay`
 * @example
 * new ExponentialDecay(0.1, 100_000, 0.96, { staircase: true })
 */
export class ExponentialDecay extends LearningRateSchedule {
  static readonly positional = ['initial_learning_rate', 'decay_steps', 'decay_rate'];
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  readonly staircase: boolean;
  override readonly name: string | null;

  /**
   * @param initialLearningRate The rate at step 0.
   * @param decaySteps Steps after which the rate has fallen by `decayRate`.
   * @param decayRate A factor.
   * @throws {ValueError} `decaySteps` is not positive.
   */
  constructor(initialLearningRate: number, decaySteps: number, decayRate: number, options: DecayOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 3);
    super();
    const { staircase = false, name = 'ExponentialDecay', ...rest } = options;
    refuseUnknownOptions('ExponentialDecay', rest, ['staircase', 'name']);
    this.initialLearningRate = requireNumber('ExponentialDecay', 'initialLearningRate', initialLearningRate);
    this.decaySteps = requireSteps('ExponentialDecay', 'decaySteps', decaySteps);
    this.decayRate = requireNumber('ExponentialDecay', 'decayRate', decayRate);
    this.staircase = staircase;
    this.name = name;
  }

  override call(step: Tensor): Tensor {
    const periods = ops.divide(scalar(step), scalar(this.decaySteps));
    const exponent = this.staircase ? ops.floor(periods) : periods;
    return ops.multiply(scalar(this.initialLearningRate), ops.power(scalar(this.decayRate), exponent));
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
