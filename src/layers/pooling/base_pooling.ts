/** @file The base of the max and average poolings. */
import type { DataFormat } from '../../core/config.js';
import { standardizeDataFormat } from '../../core/config.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { Tensor } from '../../runtime/index.js';
import { oneOf, ownerOf, perDimension } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import { windowOutputShape } from '../output_shapes.js';

/** Options of the average poolings. Sizes are one number for all spatial dimensions, or a list with one for each. */
export interface PoolingOptions extends LayerOptions {
  /** Steps of the window. Default null: the window's size, so that windows do not overlap. */
  readonly strides?: number | readonly number[] | null;
  /** `'valid'`: whole windows only; `'same'`: ⌈size / stride⌉ outputs. Default `'valid'`. */
  readonly padding?: 'valid' | 'same';
  /** Where the channels are. Default: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}

/** Options of the max poolings. */
export interface MaxPoolingOptions extends PoolingOptions {
  /** Size of the window. Default 2. */
  readonly poolSize?: number | readonly number[];
}

/** Windows that slide over space, each of which gives one number per channel. */
export abstract class BasePooling extends Layer {
  readonly poolSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: 'valid' | 'same';
  readonly dataFormat: DataFormat;

  /** @param rank Number of spatial dimensions. */
  constructor(rank: number, poolSize: unknown, options: PoolingOptions) {
    const { strides = null, padding = 'valid', dataFormat = null, ...rest } = options;
    super(rest);
    const owner = ownerOf(this);
    this.poolSize = perDimension(owner, 'poolSize', poolSize, rank);
    this.strides = strides === null ? this.poolSize : perDimension(owner, 'strides', strides, rank);
    this.padding = oneOf(owner, 'padding', padding, ['valid', 'same']);
    this.dataFormat = standardizeDataFormat(dataFormat, owner);
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
    this.buildAtInit();
  }

  /** The pooled tensor. */
  protected abstract pool(inputs: Tensor): Tensor;

  override call(inputs: Tensor): Tensor {
    this.computeOutputShape(inputs.shape); // refuses an input smaller than the window
    return this.pool(inputs);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    const { poolSize: size, strides, padding } = this;
    return windowOutputShape(ownerOf(this), inputShape, this.dataFormat, { size, strides, padding });
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      pool_size: this.poolSize,
      padding: this.padding,
      strides: this.strides,
      data_format: this.dataFormat,
    };
  }
}
