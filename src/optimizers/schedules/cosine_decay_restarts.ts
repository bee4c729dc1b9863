/** @file `CosineDecayRestarts`. */
import { checkedOptions } from '../../core/arguments.js';
import { refuseUnknownOptions } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { LearningRateSchedule, requireNumber, requireSteps, scalar } from './learning_rate_schedule.js';

/** Options of `CosineDecayRestarts`. */
export interface CosineDecayRestartsOptions {
  /** How much longer each period is than the one before. Default 2. */
  readonly tMul?: number;
  /** How each period's first rate compares with the one before. Default 1. */
  readonly mMul?: number;
  /** The rate at each period's end, as a fraction of the first. Default 0. */
  readonly alpha?: number;
  /** Default `'SGDRDecay'`. */
  readonly name?: string | null;
}

/**
 * Half a cosine down to `alpha`, then again from the top, each time over a longer period.
 *
 * @param initialLearningRate The rate at step 0.
 * @param firstDecaySteps The number of steps of the first period.
 * @param options See {@link CosineDecayRestartsOptions}.
 * @see `keras.optimizers.schedules.CosineDecayRestarts`; Loshchilov & Hutter 2016, "SGDR: Stochastic Gradient Descent with Warm Restarts"
 * @example
 * new CosineDecayRestarts(0.1, 1000, { mMul: 0.9 })
 */
export class CosineDecayRestarts extends LearningRateSchedule {
  static readonly positional = ['initial_learning_rate', 'first_decay_steps'];
  readonly initialLearningRate: number;
  readonly firstDecaySteps: number;
  readonly tMul: number;
  readonly mMul: number;
  readonly alpha: number;
  override readonly name: string | null;

  /**
   * @param initialLearningRate The rate at step 0.
   * @param firstDecaySteps Steps of the first period.
   * @throws {ValueError} `firstDecaySteps` is not positive.
   */
  constructor(initialLearningRate: number, firstDecaySteps: number, options: CosineDecayRestartsOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    super();
    const { tMul = 2, mMul = 1, alpha = 0, name = 'SGDRDecay', ...rest } = options;
    refuseUnknownOptions('CosineDecayRestarts', rest, ['tMul', 'mMul', 'alpha', 'name']);
    this.initialLearningRate = requireNumber('CosineDecayRestarts', 'initialLearningRate', initialLearningRate);
    this.firstDecaySteps = requireSteps('CosineDecayRestarts', 'firstDecaySteps', firstDecaySteps);
    this.tMul = requireNumber('CosineDecayRestarts', 'tMul', tMul);
    this.mMul = requireNumber('CosineDecayRestarts', 'mMul', mMul);
    this.alpha = requireNumber('CosineDecayRestarts', 'alpha', alpha);
    this.name = name;
  }

  override call(step: Tensor): Tensor {
    const alpha = scalar(this.alpha);
    const periods = ops.divide(scalar(step), scalar(this.firstDecaySteps));
    const [restarts, passed] = this.#position(periods);
    const wave = ops.add(1, ops.cos(ops.multiply(scalar(Math.PI), passed)));
    const height = ops.multiply(0.5, ops.power(scalar(this.mMul), restarts));
    const decayed = ops.add(ops.multiply(ops.subtract(1, alpha), ops.multiply(height, wave)), alpha);
    return ops.multiply(scalar(this.initialLearningRate), decayed);
  }

  /** How many periods are over, and which fraction of the present one. */
  #position(periods: Tensor): [Tensor, Tensor] {
    if (Math.fround(this.tMul) === 1) {
      const over = ops.floor(periods);
      return [over, ops.subtract(periods, over)];
    }
    // n periods take (1 − tⁿ) / (1 − t) times the first.
    const t = scalar(this.tMul);
    const shrink = ops.subtract(1, t);
    const over = ops.floor(ops.divide(ops.log(ops.subtract(1, ops.multiply(periods, shrink))), ops.log(t)));
    const length = ops.power(t, over);
    const before = ops.divide(ops.subtract(1, length), shrink);
    return [over, ops.divide(ops.subtract(periods, before), length)];
  }

  override getConfig(): Config {
    return {
      initial_learning_rate: this.initialLearningRate,
      first_decay_steps: this.firstDecaySteps,
      t_mul: this.tMul,
      m_mul: this.mMul,
      alpha: this.alpha,
      name: this.name,
    };
  }
}
