/** @file One step of a long short-term memory whose products are convolutions. */
import type { DataFormat } from '../../core/config.js';
import { standardizeDataFormat } from '../../core/config.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape, Shape } from '../../core/shape.js';
import { formatShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { oneOf, ownerOf, perDimension } from '../arguments.js';
import { requireChannels, windowOutputShape } from '../output_shapes.js';
import { rulesOf } from '../weight_rules.js';
import type { RecurrentOptions } from './base_recurrent_cell.js';
import type { LSTMCellOptions } from './lstm_cell.js';
import { BaseLSTMCell } from './lstm_cell.js';

/** Options of the convolutions. Sizes are one number for all spatial dimensions, or a list with one for each. */
export interface ConvLSTMWindowOptions {
  /** Steps of the window over the inputs; the states take steps of 1. Default 1. */
  readonly strides?: number | readonly number[];
  /** `'valid'`: whole windows only; `'same'`: the edges of the inputs are padded with zeros. Default `'valid'`. */
  readonly padding?: 'valid' | 'same';
  /** Where the channels are. Default: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
  /** Distance between the taps of the window over the inputs; of the states it is 1. Default 1. */
  readonly dilationRate?: number | readonly number[];
}

/** Options of the cell. */
export interface ConvLSTMCellOptions
  extends RecurrentOptions, Omit<LSTMCellOptions, 'implementation'>, ConvLSTMWindowOptions {}

/** `LSTMCell` with convolutions: the states are pictures of `filters` channels. */
export class ConvLSTMCell extends BaseLSTMCell {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: 'valid' | 'same';
  readonly dataFormat: DataFormat;
  readonly dilationRate: readonly number[];
  /** Shape of the inputs at a step, known once the cell is built. */
  #inputShape: PartialShape | null = null;

  constructor(
    /** Number of spatial dimensions. */
    readonly rank: number,
    filters: number,
    kernelSize: number | readonly number[],
    options: ConvLSTMCellOptions,
  ) {
    const { strides = 1, padding = 'valid', dataFormat = null, dilationRate = 1, ...rest } = options;
    super(filters, { ...rest, implementation: 1 }, { seedFirst: true }); // a dropout mask for each gate
    const owner = ownerOf(this);
    this.kernelSize = perDimension(owner, 'kernelSize', kernelSize, rank);
    this.strides = perDimension(owner, 'strides', strides, rank);
    this.padding = oneOf(owner, 'padding', padding, ['valid', 'same']);
    this.dataFormat = standardizeDataFormat(dataFormat, owner);
    this.dilationRate = perDimension(owner, 'dilationRate', dilationRate, rank);
    if (Math.max(...this.strides) > 1 && Math.max(...this.dilationRate) > 1) {
      throw new ValueError(
        `${owner}: strides=[${this.strides}] with dilationRate=[${this.dilationRate}]. Strides above 1 cannot be combined with dilation rates above 1.`,
      );
    }
  }

  get filters(): number {
    return this.units;
  }

  protected override get stepAxes(): number {
    return this.rank + 2;
  }
  protected override get gateAxis(): number {
    return this.dataFormat === 'channels_last' ? -1 : -1 - this.rank;
  }

  override build(inputShape: PartialShape): void {
    const owner = ownerOf(this);
    const last = this.dataFormat === 'channels_last';
    const channels = requireChannels(owner, inputShape, last ? -1 : 1);
    if (inputShape.some((size, d) => d > 0 && size === null))
      throw new ValueError(
        `${owner}: the sizes of space must be known, since they are those of the states. A step of the input has shape ` +
          `${formatShape(inputShape)}. Give them with the Input.`,
      );
    this.#inputShape = inputShape;
    this.outputShape(inputShape); // refuses an input smaller than the window
    const width = this.gates * this.filters;
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [...this.kernelSize, channels, width],
      ...rulesOf(this, 'kernel'),
    });
    this.recurrentKernel = this.addWeight({
      name: 'recurrent_kernel',
      shape: [...this.kernelSize, this.filters, width],
      ...rulesOf(this, 'recurrent'),
    });
    if (this.useBias) this.bias = this.addWeight({ name: 'bias', ...rulesOf(this, 'bias'), ...this.biasSpec() });
  }

  /** The shape of the output and of the states, from that of the inputs at a step. */
  outputShape(inputShape: PartialShape): PartialShape {
    const { kernelSize: size, strides, padding, dilationRate: dilation } = this;
    const window = { size, strides, padding, dilation };
    return windowOutputShape(ownerOf(this), inputShape, this.dataFormat, window, this.filters);
  }

  override stateShapes(batch: number): readonly Shape[] {
    const input = this.#inputShape;
    if (input === null)
      throw new ValueError(
        `${ownerOf(this)}: the states have no shape before the layer is built. Call or build it first.`,
      );
    const shape = this.outputShape([batch, ...input.slice(1)]) as Shape;
    return [shape, shape];
  }

  protected override inputBias(): Tensor | null {
    const bias = super.inputBias();
    if (bias === null || this.dataFormat === 'channels_last') return bias;
    return ops.reshape(bias, [bias.size, ...new Array<number>(this.rank).fill(1)]);
  }

  protected override inputProduct(x: Tensor, weights: Tensor): Tensor {
    const { strides, padding, dataFormat, dilationRate } = this;
    // The steps of a sequence are convolved all at once, as samples of one batch.
    const step = x.shape.slice(-this.stepAxes + 1);
    const ahead = x.shape.slice(0, 1 - this.stepAxes);
    const product = ops.conv(ops.reshape(x, [-1, ...step]), weights, { strides, padding, dataFormat, dilationRate });
    return ahead.length === 1 ? product : ops.reshape(product, [...ahead, ...product.shape.slice(1)]);
  }

  protected override stateProduct(x: Tensor, weights: Tensor): Tensor {
    return ops.conv(x, weights, { padding: 'same', dataFormat: this.dataFormat });
  }

  /** The options of the window, for the layer's config. */
  windowConfig(): Config {
    return {
      filters: this.filters,
      kernel_size: this.kernelSize,
      strides: this.strides,
      padding: this.padding,
      data_format: this.dataFormat,
      dilation_rate: this.dilationRate,
    };
  }

  override getConfig(): Config {
    const { units: _, ...config } = super.getConfig();
    return { rank: this.rank, ...config, ...this.windowConfig() };
  }
}
