/** @file `UpSampling3D`: each voxel several times. */
import { checkedOptions } from '../../core/arguments.js';
import type { DataFormat } from '../../core/config.js';
import { standardizeDataFormat } from '../../core/config.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { ownerOf, perDimension } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import { mapSpace } from '../output_shapes.js';

/** Options of `new UpSampling3D(options)`. */
export interface UpSampling3DOptions extends LayerOptions {
  /** Factors of the three axes of space: one number for all, or three. Default 2. */
  readonly size?: number | readonly number[];
  /** Where the channels are. Default: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}

/**
 * Input (batch, depth, rows, columns, channels), output the same with `size` times the voxels along each axis of space; channels first
 * where `dataFormat` says so.
 *
 * @param options See {@link UpSampling3DOptions}.
 * @param size How often each element is repeated along each spatial axis: one number, or one for each. Default 2.
 * @throws {ValueError} Sizes that are no positive whole numbers; an input of the wrong rank.
 * @see `keras.layers.UpSampling3D`
 * @example
 * new layers.UpSampling3D(2)(ops.ones([1, 4, 4, 4, 3])).shape // [1, 8, 8, 8, 3]
 */
export class UpSampling3D extends Layer {
  readonly size: readonly number[];
  readonly dataFormat: DataFormat;

  constructor(first?: UpSampling3DOptions | number | readonly number[], _options?: Omit<UpSampling3DOptions, 'size'>) {
    const {
      size = 2,
      dataFormat = null,
      ...rest
    } = checkedOptions<UpSampling3DOptions>(new.target, first, arguments, 0);
    super(rest);
    this.size = perDimension(ownerOf(this), 'size', size, 3);
    this.dataFormat = standardizeDataFormat(dataFormat, ownerOf(this));
    this.inputSpec = new InputSpec({ ndim: 5 });
  }

  override call(inputs: Tensor): Tensor {
    const first = this.dataFormat === 'channels_first' ? 2 : 1;
    return this.size.reduce((x, factor, i) => ops.repeat(x, factor, { axis: first + i }), inputs);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return mapSpace(inputShape, this.dataFormat, (dim, i) => dim * this.size[i]);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), size: this.size, data_format: this.dataFormat };
  }
}
