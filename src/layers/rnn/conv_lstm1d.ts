/** @file `ConvLSTM1D`: long short-term memory over sequences of lines. */
import { checkedOptions } from '../../core/arguments.js';
import type { ConvLSTMOptions } from './conv_lstm.js';
import { ConvLSTM } from './conv_lstm.js';

/**
 * Long short-term memory over sequences of lines: `LSTM` whose products with the weights are convolutions.
 *
 * Input (batch, steps, length, channels), or (batch, steps, channels, length) with `dataFormat: 'channels_first'`; the sizes of
 * space must be known. Output (batch, length, filters) of the last step, or of all of them with `returnSequences`; with `returnState`
 * the list [output, h, c]. The inputs' window follows `strides`, `padding` and `dilationRate`; the states' keeps their size.
 * Weights: `kernel` (…kernelSize, channels, 4 · filters), `recurrent_kernel` (…kernelSize, filters, 4 · filters), `bias` (4 · filters).
 *
 * @param filters Number of channels of the output.
 * @param kernelSize Size of the window in pixels: one number, or a list of 1.
 * @param options See {@link ConvLSTMOptions}.
 * @throws {ValueError} A size that is no positive whole number; strides and dilation both above 1; an input of another rank than 4, of an
 *   unknown size, or smaller than the window.
 * @see `keras.layers.ConvLSTM1D`; Shi et al. 2015, "Convolutional LSTM network: a machine learning approach for precipitation nowcasting"
 * @example
 * new ConvLSTM1D(6, 3, { padding: 'same', returnSequences: true })(ops.ones([2, 5, 8, 3])).shape // [2, 5, 8, 6]
 */
export class ConvLSTM1D<State extends boolean = false> extends ConvLSTM<State> {
  constructor(filters: number, kernelSize: number | readonly number[], options: ConvLSTMOptions<State> = {}) {
    super(1, filters, kernelSize, checkedOptions(new.target, options, arguments, 2));
  }
}
