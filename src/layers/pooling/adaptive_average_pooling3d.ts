/** @file `AdaptiveAveragePooling3D`: the mean of as many windows as wanted. */
import { checkedOptions } from '../../core/arguments.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import type { AdaptivePoolingOptions } from './base_adaptive_pooling.js';
import { BaseAdaptivePooling } from './base_adaptive_pooling.js';

/**
 * The mean of each window, with windows chosen so that `outputSize` of them cover the input.
 *
 * Input (batch, depth, rows, columns, channels), output (batch, new depth, new rows, new columns, channels); channels first where
 * `dataFormat` says so.
 *
 * @param outputSize Number of windows: one number, or 3.
 * @param options See {@link AdaptivePoolingOptions}.
 * @throws {ValueError} Sizes that are no positive whole numbers; an input of the wrong rank.
 * @see `keras.layers.AdaptiveAveragePooling3D`
 * @example
 * new layers.AdaptiveAveragePooling3D(2)(ops.ones([1, 4, 4, 4, 3])).shape // [1, 2, 2, 2, 3]
 */
export class AdaptiveAveragePooling3D extends BaseAdaptivePooling {
  constructor(outputSize: number | readonly number[], options: AdaptivePoolingOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(3, outputSize, options);
  }

  override call(inputs: Tensor): Tensor {
    return ops.adaptiveAveragePool(inputs, this.outputSize, { dataFormat: this.dataFormat });
  }
}
