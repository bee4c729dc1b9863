/** @file `CosineDecay`. */
import { checkedOptions } from '../../core/arguments.js';
import { refuseUnknownOptions } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { LearningRateSchedule, requireNumber, requireSteps, scalar } from './learning_rate_schedule.js';

/** Options of `CosineDecay`. */
export interface CosineDecayOptions {
  /** The rate in the end, as a fraction of the greatest. Default 0. */
  readonly alpha?: number;
  /** Default: the class's name. */
  readonly name?: string | null;
  /** The rate to which it rises, in a straight line, before it falls; null: it falls at once. Default null. */
  readonly warmupTarget?: number | null;
  /** Steps of the rise. Default 0. */
  readonly warmupSteps?: number;
}

/**
 * Half a cosine from the first rate down to `alpha` of it.
 *
 * @param initialLearningRate The rate at step 0: of the warm-up, if there is one.
 * @param decaySteps The number of steps from the first rate to the last, warm-up not counted.
 * @param options See {@link CosineDecayOptions}.
 * @see `keras.optimizers.schedules.CosineDecay`; Loshchilov & Hutter 2016, "SGDR: Stochastic Gradient Descent with Warm Restarts"
 * @example
 * new CosineDecay(0, 1000, { warmupTarget: 0.1, warmupSteps: 100 })
 */
export class CosineDecay extends LearningRateSchedule {
  static readonly positional = ['initial_learning_rate', 'decay_steps'];
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly alpha: number;
  override readonly name: string | null;
  readonly warmupTarget: number | null;
  readonly warmupSteps: number;

  /**
   * @param initialLearningRate The rate at step 0.
   * @param decaySteps Steps of the fall, the rise before it not counted.
   * @throws {ValueError} `decaySteps` is not positive.
   */
  constructor(initialLearningRate: number, decaySteps: number, options: CosineDecayOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    super();
    const { alpha = 0, name = 'CosineDecay', warmupTarget = null, warmupSteps = 0, ...rest } = options;
    refuseUnknownOptions('CosineDecay', rest, ['alpha', 'name', 'warmupTarget', 'warmupSteps']);
    this.initialLearningRate = requireNumber('CosineDecay', 'initialLearningRate', initialLearningRate);
    this.decaySteps = requireSteps('CosineDecay', 'decaySteps', decaySteps);
    this.alpha = requireNumber('CosineDecay', 'alpha', alpha);
    this.warmupTarget = warmupTarget === null ? null : requireNumber('CosineDecay', 'warmupTarget', warmupTarget);
    this.warmupSteps = requireNumber('CosineDecay', 'warmupSteps', warmupSteps);
    this.name = name;
  }

  override call(step: Tensor): Tensor {
    const [initial, span, rise] = [this.initialLearningRate, this.decaySteps, this.warmupSteps].map(scalar);
    if (this.warmupTarget === null) return this.#fall(ops.minimum(scalar(step), span), span, initial);
    const target = scalar(this.warmupTarget);
    const now = ops.minimum(scalar(step), ops.add(span, rise));
    const rising = ops.add(ops.multiply(ops.subtract(target, initial), ops.divide(now, rise)), initial);
    return ops.where(ops.less(now, rise), rising, this.#fall(ops.subtract(now, rise), span, target));
  }

  #fall(step: Tensor, span: Tensor, from: Tensor): Tensor {
    const wave = ops.cos(ops.multiply(scalar(Math.PI), ops.divide(step, span)));
    const cosine = ops.multiply(0.5, ops.add(1, wave));
    return ops.multiply(from, ops.add(ops.multiply(1 - this.alpha, cosine), this.alpha));
  }

  override getConfig(): Config {
    return {
      initial_learning_rate: this.initialLearningRate,
      decay_steps: this.decaySteps,
      alpha: this.alpha,
      name: this.name,
      warmup_target: this.warmupTarget,
      warmup_steps: this.warmupSteps,
    };
  }
}
