/** @file `Conv1D`: filters that slide over steps. */
import { checkedOptions } from '../../core/arguments.js';
import type { ConvOptions } from './base_conv.js';
import { BaseConv } from './base_conv.js';

/** Options of `new Conv1D(filters, kernelSize, options)`. */
export interface Conv1DOptions extends Omit<ConvOptions, 'padding'> {
  /** As for the others; `'causal'` pads in front alone, so that no output sees a later step. Default `'valid'`. */
  readonly padding?: 'valid' | 'same' | 'causal';
}

/**
 * activation(x ∗ kernel + bias): filters that slide over steps.
 *
 * Input (batch, steps, channels), output (batch, new steps, filters); channels first where `dataFormat` says so. Weights: `kernel`
 * (window, channels / groups, filters), `bias` (filters).
 *
 * @param filters Number of output channels.
 * @param kernelSize Size of the window: one number.
 * @param options See {@link Conv1DOptions}.
 * @throws {ValueError} Sizes that are no positive whole numbers; strides above 1 with dilation rates above 1; groups that do not divide
 *   filters and channels; an input of the wrong rank, of other channels than the first one, or smaller than the window.
 * @see `keras.layers.Conv1D`
 * @example
 * new Conv1D(32, 3, { padding: 'causal' })
 */
export class Conv1D extends BaseConv {
  constructor(filters: number, kernelSize: number | readonly number[], options: Conv1DOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    super(1, filters, kernelSize, options);
  }
}
