/** @file `AveragePooling1D`: the mean of each window. */
import { checkedOptions } from '../../core/arguments.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import type { MaxPoolingOptions, PoolingOptions } from './base_pooling.js';
import { BasePooling } from './base_pooling.js';

/**
 * The mean of each window, channel by channel; what is padded does not count.
 *
 * Input (batch, steps, channels), output (batch, new steps, channels); channels first where `dataFormat` says so.
 *
 * @param poolSize Size of the window: one number. An options object that holds it does as well.
 * @param options See {@link MaxPoolingOptions}.
 * @param strides Steps of the window; by default its size. They may stand in the options.
 * @throws {ValueError} Sizes that are no positive whole numbers; an input of the wrong rank, or smaller than the window.
 * @see `keras.layers.AveragePooling1D`
 * @example
 * new layers.AveragePooling1D(2)([[[1], [3], [5], [7]]]) // [[[2], [6]]]
 */
export class AveragePooling1D extends BasePooling {
  static readonly positional = ['pool_size'];

  constructor(poolSize: number | readonly number[], options?: PoolingOptions);
  constructor(poolSize: number | readonly number[], strides: number | readonly number[], options?: PoolingOptions);
  constructor(options: MaxPoolingOptions);
  constructor(first?: MaxPoolingOptions | number | readonly number[], ..._more: unknown[]) {
    const { poolSize, ...rest } = checkedOptions<MaxPoolingOptions>(new.target, first, arguments, 0);
    super(1, poolSize, rest);
  }

  protected override pool(inputs: Tensor): Tensor {
    const { strides, padding, dataFormat } = this;
    return ops.averagePool(inputs, this.poolSize, { strides, padding, dataFormat });
  }
}
