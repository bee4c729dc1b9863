/** @file `MaxPooling1D`: the greatest number of each window. */
import { checkedOptions } from '../../core/arguments.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import type { MaxPoolingOptions, PoolingOptions } from './base_pooling.js';
import { BasePooling } from './base_pooling.js';

/**
 * The greatest number of each window, channel by channel.
 *
 * Input (batch, steps, channels), output (batch, new steps, channels); channels first where `dataFormat` says so.
 *
 * @param poolSize Size of the window: one number, or one for each spatial axis. Default 2. It may stand in the options.
 * @param options See {@link MaxPoolingOptions}.
 * @param strides Steps of the window; by default its size. They may stand in the options.
 * @throws {ValueError} Sizes that are no positive whole numbers; an input of the wrong rank, or smaller than the window.
 * @see `keras.layers.MaxPooling1D`
 * @example
 * new MaxPooling1D({ poolSize: 2 }) // or new MaxPooling1D(2)
 */
export class MaxPooling1D extends BasePooling {
  constructor(poolSize: number | readonly number[], options?: PoolingOptions);
  constructor(poolSize: number | readonly number[], strides: number | readonly number[], options?: PoolingOptions);
  constructor(options?: MaxPoolingOptions);
  constructor(
    first?: MaxPoolingOptions | number | readonly number[],
    _options?: number | readonly number[] | PoolingOptions,
  ) {
    const { poolSize = 2, ...rest } = checkedOptions<MaxPoolingOptions>(new.target, first, arguments, 0);
    super(1, poolSize, rest);
  }

  protected override pool(inputs: Tensor): Tensor {
    const { strides, padding, dataFormat } = this;
    return ops.maxPool(inputs, this.poolSize, { strides, padding, dataFormat });
  }
}
