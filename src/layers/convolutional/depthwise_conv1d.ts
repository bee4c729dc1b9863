/** @file `DepthwiseConv1D`: each channel convolved by itself. */
import { checkedOptions } from '../../core/arguments.js';
import type { DepthwiseConvOptions } from './base_depthwise_conv.js';
import { BaseDepthwiseConv } from './base_depthwise_conv.js';

/**
 * Each channel convolved by itself, with `depthMultiplier` filters of its own.
 *
 * Input (batch, steps, channels), output (batch, new steps, channels · depthMultiplier). Weights: `kernel` (window, channels,
 * depthMultiplier), `bias` (channels · depthMultiplier).
 *
 * @param kernelSize Size of the window: one number.
 * @param options See {@link DepthwiseConvOptions}.
 * @throws {ValueError} Sizes that are no positive whole numbers; an input of the wrong rank, of other channels than the first one, or
 *   smaller than the window.
 * @see `keras.layers.DepthwiseConv1D`
 * @example
 * new layers.DepthwiseConv1D(2)(ops.ones([1, 4, 3])).shape // [1, 3, 3]
 */
export class DepthwiseConv1D extends BaseDepthwiseConv {
  constructor(kernelSize: number | readonly number[], options: DepthwiseConvOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(1, kernelSize, options);
  }
}
