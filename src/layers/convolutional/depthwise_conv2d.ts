/** @file `DepthwiseConv2D`: each channel convolved by itself. */
import { checkedOptions } from '../../core/arguments.js';
import type { DepthwiseConvOptions } from './base_depthwise_conv.js';
import { BaseDepthwiseConv } from './base_depthwise_conv.js';

/**
 * Each channel convolved by itself, with `depthMultiplier` filters of its own.
 *
 * Input (batch, rows, columns, channels), output (batch, new rows, new columns, channels · depthMultiplier). Weights: `kernel` (height,
 * width, channels, depthMultiplier), `bias` (channels · depthMultiplier).
 *
 * @param kernelSize Size of the window: one number, or 2.
 * @param options See {@link DepthwiseConvOptions}.
 * @throws {ValueError} Sizes that are no positive whole numbers; an input of the wrong rank, of other channels than the first one, or
 *   smaller than the window.
 * @see `keras.layers.DepthwiseConv2D`
 * @example
 * new layers.DepthwiseConv2D(2)(ops.ones([1, 4, 4, 3])).shape // [1, 3, 3, 3]
 */
export class DepthwiseConv2D extends BaseDepthwiseConv {
  constructor(kernelSize: number | readonly number[], options: DepthwiseConvOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(2, kernelSize, options);
  }
}
