/** @file `PolynomialDecay`. */
import { checkedOptions } from '../../core/arguments.js';
import { refuseUnknownOptions } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { LearningRateSchedule, requireNumber, requireSteps, scalar } from './learning_rate_schedule.js';

/** Options of `PolynomialDecay`. */
export interface PolynomialDecayOptions {
  /** The rate in the end. Default 0.0001. */
  readonly endLearningRate?: number;
  /** The exponent; 1 is a straight line. Default 1. */
  readonly power?: number;
  /** Whether the decay starts anew, over a longer span, once it has ended. Default false. */
  readonly cycle?: boolean;
  /** Default: the class's name. */
  readonly name?: string | null;
}

/**
 * (initial − end) · (1 − step / decaySteps) ^ power + end.
 *
 * @param initialLearningRate The rate at step 0.
 * @param decaySteps The number of steps from the first rate to the last.
 * @param options See {@link PolynomialDecayOptions}.
 * @see `keras.optimizers.schedules.PolynomialDecay`
 * @example
 * new PolynomialDecay(0.1, 10_000, { endLearningRate: 0.01, power: 0.5 })
 */
export class PolynomialDecay extends LearningRateSchedule {
  static readonly positional = ['initial_learning_rate', 'decay_steps'];
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly endLearningRate: number;
  readonly power: number;
  readonly cycle: boolean;
  override readonly name: string | null;

  /**
   * @param initialLearningRate The rate at step 0.
   * @param decaySteps Steps from the first rate to the last.
   * @throws {ValueError} `decaySteps` is not positive.
   */
  constructor(initialLearningRate: number, decaySteps: number, options: PolynomialDecayOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    super();
    const { endLearningRate = 0.0001, power = 1, cycle = false, name = 'PolynomialDecay', ...rest } = options;
    refuseUnknownOptions('PolynomialDecay', rest, ['endLearningRate', 'power', 'cycle', 'name']);
    this.initialLearningRate = requireNumber('PolynomialDecay', 'initialLearningRate', initialLearningRate);
    this.decaySteps = requireSteps('PolynomialDecay', 'decaySteps', decaySteps);
    this.endLearningRate = requireNumber('PolynomialDecay', 'endLearningRate', endLearningRate);
    this.power = requireNumber('PolynomialDecay', 'power', power);
    this.cycle = cycle;
    this.name = name;
  }

  override call(step: Tensor): Tensor {
    const [initial, end, span] = [this.initialLearningRate, this.endLearningRate, this.decaySteps].map(scalar);
    const now = scalar(step);
    // The first multiple of the span that the step has not passed; the span itself at step 0.
    const cycles = ops.where(ops.equal(now, 0), 1, ops.ceil(ops.divide(now, span)));
    const passed = this.cycle ? ops.divide(now, ops.multiply(span, cycles)) : ops.divide(ops.minimum(now, span), span);
    const left = ops.power(ops.subtract(1, passed), scalar(this.power));
    return ops.add(ops.multiply(ops.subtract(initial, end), left), end);
  }

  override getConfig(): Config {
    return {
      initial_learning_rate: this.initialLearningRate,
      decay_steps: this.decaySteps,
      end_learning_rate: this.endLearningRate,
      power: this.power,
      cycle: this.cycle,
      name: this.name,
    };
  }
}
