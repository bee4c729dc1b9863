/** @file The base of the adaptive poolings. */
import type { DataFormat } from '../../core/config.js';
import { standardizeDataFormat } from '../../core/config.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { ownerOf, perDimension } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import { channelAxis } from '../output_shapes.js';

/** Options of the adaptive poolings. */
export interface AdaptivePoolingOptions extends LayerOptions {
  /** Where the channels are. Default: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}

/** As many windows as wanted, whatever the size of the input. */
export abstract class BaseAdaptivePooling extends Layer {
  static readonly positional = ['output_size'];
  readonly outputSize: readonly number[];
  readonly dataFormat: DataFormat;

  /** @param rank Number of spatial dimensions. */
  constructor(rank: number, outputSize: number | readonly number[], options: AdaptivePoolingOptions) {
    const { dataFormat = null, ...rest } = options;
    super(rest);
    this.outputSize = perDimension(ownerOf(this), 'outputSize', outputSize, rank);
    this.dataFormat = standardizeDataFormat(dataFormat, ownerOf(this));
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    const channels = inputShape.at(channelAxis(this.dataFormat)) ?? null;
    const [batch] = inputShape;
    return this.dataFormat === 'channels_first'
      ? [batch, channels, ...this.outputSize]
      : [batch, ...this.outputSize, channels];
  }

  override getConfig(): Config {
    return { ...super.getConfig(), output_size: this.outputSize, data_format: this.dataFormat };
  }
}
