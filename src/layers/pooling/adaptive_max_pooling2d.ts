/** @file `AdaptiveMaxPooling2D`: the greatest number of as many windows as wanted. */
import { checkedOptions } from '../../core/arguments.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import type { AdaptivePoolingOptions } from './base_adaptive_pooling.js';
import { BaseAdaptivePooling } from './base_adaptive_pooling.js';

/**
 * The greatest number of each window, with windows chosen so that `outputSize` of them cover the input.
 *
 * Input (batch, rows, columns, channels), output (batch, new rows, new columns, channels); channels first where `dataFormat` says so.
 *
 * @param outputSize Number of windows: one number, or 2.
 * @param options See {@link AdaptivePoolingOptions}.
 * @throws {ValueError} Sizes that are no positive whole numbers; an input of the wrong rank.
 * @see `keras.layers.AdaptiveMaxPooling2D`
 * @example
 * new layers.AdaptiveMaxPooling2D(2)(ops.ones([1, 4, 4, 3])).shape // [1, 2, 2, 3]
 */
export class AdaptiveMaxPooling2D extends BaseAdaptivePooling {
  constructor(outputSize: number | readonly number[], options: AdaptivePoolingOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(2, outputSize, options);
  }

  override call(inputs: Tensor): Tensor {
    return ops.adaptiveMaxPool(inputs, this.outputSize, { dataFormat: this.dataFormat });
  }
}
