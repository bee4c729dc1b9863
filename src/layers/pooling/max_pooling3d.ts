/** @file `MaxPooling3D`: the greatest number of each window. */
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { leading } from '../arguments.js';
import type { MaxPoolingOptions, PoolingOptions } from './base_pooling.js';
import { BasePooling } from './base_pooling.js';

/**
 * The greatest number of each window, channel by channel.
 *
 * Input (batch, depth, rows, columns, channels), output (batch, new depth, new rows, new columns, channels); channels first where \`dataFormat\` says so.
 *
 * @throws {ValueError} Sizes that are no positive whole numbers; an input of the wrong rank, or smaller than the window.
 * @see \`keras.layers.MaxPooling3D\`
 * @example new MaxPooling3D({ poolSize: 2 }) // or new MaxPooling3D(2)
 */
export class MaxPooling3D extends BasePooling {
  constructor(options?: MaxPoolingOptions);
  constructor(poolSize: number | readonly number[], options?: PoolingOptions);
  constructor(first?: MaxPoolingOptions | number | readonly number[], options?: PoolingOptions) {
    const { poolSize = 2, ...rest } = leading<MaxPoolingOptions>('poolSize', first, options);
    super(3, poolSize, rest);
  }

  protected override pool(inputs: Tensor): Tensor {
    const { strides, padding, dataFormat } = this;
    return ops.maxPool(inputs, this.poolSize, { strides, padding, dataFormat });
  }
}
