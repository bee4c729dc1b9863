/** @file `Conv3D`: filters that slide over depth, rows and columns. */
import { checkedOptions } from '../../core/arguments.js';
import type { ConvOptions } from './base_conv.js';
import { BaseConv } from './base_conv.js';

/**
 * activation(x ∗ kernel + bias): filters that slide over depth, rows and columns.
 *
 * Input (batch, depth, rows, columns, channels), output (batch, new depth, new rows, new columns, filters); channels first where
 * `dataFormat` says so. Weights: `kernel` (depth, height, width, channels / groups, filters), `bias` (filters).
 *
 * @param filters Number of output channels.
 * @param kernelSize Size of the window: one number, or 3.
 * @param options See {@link ConvOptions}.
 * @throws {ValueError} Sizes that are no positive whole numbers; strides above 1 with dilation rates above 1; groups that do not divide
 *   filters and channels; an input of the wrong rank, of other channels than the first one, or smaller than the window.
 * @see `keras.layers.Conv3D`
 * @example
 * new Conv3D(16, 3)
 */
export class Conv3D extends BaseConv {
  constructor(filters: number, kernelSize: number | readonly number[], options: ConvOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    super(3, filters, kernelSize, options);
  }
}
