/** @file `AdamW`. */
import { checkedOptions } from '../core/arguments.js';
import type { LearningRateLike } from './options.js';
import { ValueError } from '../core/errors.js';
import type { AdamOptions } from './adam.js';
import { Adam } from './adam.js';

/** Options of `AdamW`. */
export interface AdamWOptions extends AdamOptions {
  /** A fraction of each weight, times the learning rate, that is taken away at each step. Default 0.004. */
  readonly weightDecay?: number;
}

/**
 * Adam with a weight decay that does not pass through the averages.
 *
 * @param learningRate A number, a schedule, or a function without arguments; may stand in `options`. Default 0.001.
 * @param options See {@link AdamWOptions}.
 * @throws {ValueError} More than one of `clipnorm`, `clipvalue` and `globalClipnorm` is set, or an option is out of its range.
 * @see `keras.optimizers.AdamW`; Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization"
 * @example
 * model.compile({ optimizer: new optimizers.AdamW({ learningRate: 0.001, weightDecay: 0.01 }), loss: 'mse' });
 */
export class AdamW extends Adam {
  constructor(learningRate: LearningRateLike, options?: AdamWOptions);
  constructor(options?: AdamWOptions);
  constructor(first?: AdamWOptions | LearningRateLike, ..._more: unknown[]) {
    const options = checkedOptions<AdamWOptions>(new.target, first, arguments, 0);
    const { weightDecay = 0.004, ...rest } = options;
    super({ weightDecay, ...rest });
    if (this.weightDecay === null)
      throw new ValueError('AdamW: argument `weightDecay` must be a number. Received: weightDecay=null');
  }
}
