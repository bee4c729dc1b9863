/** @file The base of the dropouts that drop whole channels. */
import type { DataFormat } from '../../core/config.js';
import { standardizeDataFormat } from '../../core/config.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { Tensor } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import type { DropoutOptions } from './dropout.js';
import { Dropout } from './dropout.js';

/** Options of `new SpatialDropout1D(rate, options)`. */
export type SpatialDropout1DOptions = Omit<DropoutOptions, 'noiseShape'>;

/** Options of `new SpatialDropout2D(rate, options)` and `new SpatialDropout3D(rate, options)`. */
export interface SpatialDropoutOptions extends SpatialDropout1DOptions {
  /** Where the channels are. Default: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}

/** Dropout of whole channels. */
export abstract class BaseSpatialDropout extends Dropout {
  readonly dataFormat: DataFormat;

  constructor(
    /** Number of spatial dimensions. */
    readonly rank: number,
    rate: number,
    options: SpatialDropoutOptions,
  ) {
    const { dataFormat = null, ...rest } = options;
    super(rate, rest);
    this.dataFormat = rank === 1 ? 'channels_last' : standardizeDataFormat(dataFormat, ownerOf(this));
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
  }

  protected override noiseOf({ shape }: Tensor): PartialShape {
    const ones = new Array<number>(this.rank).fill(1);
    return this.dataFormat === 'channels_first' ? [shape[0], shape[1], ...ones] : [shape[0], ...ones, shape.at(-1)!];
  }

  override getConfig(): Config {
    return {
      rate: this.rate,
      seed: this.seed,
      name: this.name,
      // Keras: writes the dtype of the weights, and so loses a mixed policy; here the policy's name, which is the same for plain ones.
      dtype: this.dtypePolicy.name,
      ...(this.rank === 1 ? {} : { data_format: this.dataFormat }),
    };
  }
}
