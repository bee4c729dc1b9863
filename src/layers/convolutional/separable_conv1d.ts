/** @file `SeparableConv1D`: a depthwise convolution, then a pointwise one. */
import { checkedOptions } from '../../core/arguments.js';
import type { SeparableConvOptions } from './base_separable_conv.js';
import { BaseSeparableConv } from './base_separable_conv.js';

/**
 * Each channel convolved by itself, then all of them mixed point by point.
 *
 * Input (batch, steps, channels), output (batch, new steps, filters). Weights: `depthwise_kernel` (window, channels, depthMultiplier),
 * `pointwise_kernel` (1, channels · depthMultiplier, filters), `bias` (filters).
 *
 * @param filters Number of output channels.
 * @param kernelSize Size of the window: one number.
 * @param options See {@link SeparableConvOptions}.
 * @throws {ValueError} Sizes that are no positive whole numbers; an input of the wrong rank, of other channels than the first one, or
 *   smaller than the window.
 * @see `keras.layers.SeparableConv1D`
 * @example
 * new layers.SeparableConv1D(8, 2)(ops.ones([1, 4, 3])).shape // [1, 3, 8]
 */
export class SeparableConv1D extends BaseSeparableConv {
  constructor(filters: number, kernelSize: number | readonly number[], options: SeparableConvOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    super(1, filters, kernelSize, options);
  }
}
