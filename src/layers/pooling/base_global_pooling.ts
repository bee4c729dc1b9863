/** @file The base of the global poolings. */
import type { DataFormat } from '../../core/config.js';
import { standardizeDataFormat } from '../../core/config.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { range } from '../../core/shape.js';
import { ownerOf } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';

/** Options of the global poolings. */
export interface GlobalPoolingOptions extends LayerOptions {
  /** Where the channels are. Default: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
  /** Keep the spatial axes with size 1. Default false. */
  readonly keepdims?: boolean;
}

/** All of space to one number per channel. */
export abstract class BaseGlobalPooling extends Layer {
  readonly dataFormat: DataFormat;
  readonly keepdims: boolean;
  /** The axes of space. */
  protected readonly spatialAxes: readonly number[];

  /** @param rank Number of spatial dimensions. */
  constructor(rank: number, options: GlobalPoolingOptions) {
    const { dataFormat = null, keepdims = false, ...rest } = options;
    super(rest);
    this.dataFormat = standardizeDataFormat(dataFormat, ownerOf(this));
    this.keepdims = keepdims;
    this.spatialAxes = range(rank).map((i) => i + (this.dataFormat === 'channels_first' ? 2 : 1));
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
    this.buildAtInit();
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    if (!this.keepdims) return inputShape.filter((_, i) => !this.spatialAxes.includes(i));
    return inputShape.map((dim, i) => (this.spatialAxes.includes(i) ? 1 : dim));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), data_format: this.dataFormat, keepdims: this.keepdims };
  }
}
