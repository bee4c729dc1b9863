/** @file `Conv3DTranspose`: filters that spread each input over a window of outputs. */
import { checkedOptions } from '../../core/arguments.js';
import type { ConvTransposeOptions } from './base_conv_transpose.js';
import { BaseConvTranspose } from './base_conv_transpose.js';

/**
 * The gradient of `Conv3D` as a layer of its own: each input is spread over a window of outputs.
 *
 * Input (batch, depth, rows, columns, channels), output (batch, new depth, new rows, new columns, filters) with (size − 1) · stride +
 * kernel − 2 · padding + outputPadding in each spatial dimension; channels first where `dataFormat` says so. Weights: `kernel` (depth,
 * height, width, filters, channels), `bias` (filters).
 *
 * @param filters Number of output channels.
 * @param kernelSize Size of the window: one number, or 3.
 * @param options See {@link ConvTransposeOptions}.
 * @throws {ValueError} Sizes that are no positive whole numbers; outputPadding not below the stride; strides above 1 with dilation rates
 *   above 1; an input of the wrong rank, or of other channels than the first one.
 * @see `keras.layers.Conv3DTranspose`
 * @example
 * new Conv3DTranspose(16, 2, { strides: 2 })
 */
export class Conv3DTranspose extends BaseConvTranspose {
  constructor(filters: number, kernelSize: number | readonly number[], options: ConvTransposeOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    super(3, filters, kernelSize, options);
  }
}
