/** @file `AdaptiveAveragePooling1D`: the mean of as many windows as wanted. */
import { checkedOptions } from '../../core/arguments.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import type { AdaptivePoolingOptions } from './base_adaptive_pooling.js';
import { BaseAdaptivePooling } from './base_adaptive_pooling.js';

/**
 * The mean of each window, with windows chosen so that `outputSize` of them cover the input.
 *
 * Input (batch, steps, channels), output (batch, new steps, channels); channels first where `dataFormat` says so.
 *
 * @param outputSize Number of windows: one number.
 * @param options See {@link AdaptivePoolingOptions}.
 * @throws {ValueError} Sizes that are no positive whole numbers; an input of the wrong rank.
 * @see `keras.layers.AdaptiveAveragePooling1D`
 * @example
 * new layers.AdaptiveAveragePooling1D(2)([[[1], [3], [5], [7]]]) // [[[2], [6]]]
 */
export class AdaptiveAveragePooling1D extends BaseAdaptivePooling {
  constructor(outputSize: number | readonly number[], options: AdaptivePoolingOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(1, outputSize, options);
  }

  override call(inputs: Tensor): Tensor {
    return ops.adaptiveAveragePool(inputs, this.outputSize, { dataFormat: this.dataFormat });
  }
}
