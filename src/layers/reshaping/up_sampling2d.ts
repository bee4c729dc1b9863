/** @file `UpSampling2D`: images made larger. */
import { checkedOptions } from '../../core/arguments.js';
import type { DataFormat } from '../../core/config.js';
import { standardizeDataFormat } from '../../core/config.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { Interpolation } from '../../ops/image/resize.js';
import { resize } from '../../ops/image/resize.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { oneOf, ownerOf, perDimension } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import { mapSpace } from '../output_shapes.js';

/** Options of `new UpSampling2D(options)`. */
export interface UpSampling2DOptions extends LayerOptions {
  /** Factors of rows and columns: one number for both, or two. Default 2. */
  readonly size?: number | readonly number[];
  /** Where the channels are. Default: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
  /** `'nearest'` repeats pixels, the others interpolate. Default `'nearest'`. */
  readonly interpolation?: Interpolation;
}

/**
 * Images of `size` times the rows and columns.
 *
 * Input (batch, rows, columns, channels), output (batch, rows · size, columns · size, channels); channels first where `dataFormat` says
 * so.
 *
 * @param options See {@link UpSampling2DOptions}.
 * @param size How often each element is repeated along each spatial axis: one number, or one for each. Default 2.
 * @throws {ValueError} Sizes that are no positive whole numbers; an interpolation that is not known; an input of the wrong rank.
 * @see `keras.layers.UpSampling2D`
 * @example
 * new layers.UpSampling2D(2)(ops.ones([1, 4, 4, 3])).shape // [1, 8, 8, 3]
 */
export class UpSampling2D extends Layer {
  readonly size: readonly number[];
  readonly dataFormat: DataFormat;
  readonly interpolation: Interpolation;

  constructor(first?: UpSampling2DOptions | number | readonly number[], _options?: Omit<UpSampling2DOptions, 'size'>) {
    const {
      size = 2,
      dataFormat = null,
      interpolation = 'nearest',
      ...rest
    } = checkedOptions<UpSampling2DOptions>(new.target, first, arguments, 0);
    super(rest);
    const owner = ownerOf(this);
    this.size = perDimension(owner, 'size', size, 2);
    this.dataFormat = standardizeDataFormat(dataFormat, owner);
    const known = ['nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5'] as const;
    this.interpolation = oneOf(owner, 'interpolation', interpolation, known);
    this.inputSpec = new InputSpec({ ndim: 4 });
  }

  override call(inputs: Tensor): Tensor {
    const first = this.dataFormat === 'channels_first' ? 2 : 1;
    const { dataFormat, interpolation, size } = this;
    if (interpolation === 'nearest')
      return size.reduce((x, factor, i) => ops.repeat(x, factor, { axis: first + i }), inputs);
    const target = size.map((factor, i) => inputs.shape[first + i] * factor);
    return resize(inputs, target, { dataFormat, interpolation });
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return mapSpace(inputShape, this.dataFormat, (dim, i) => dim * this.size[i]);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      size: this.size,
      data_format: this.dataFormat,
      interpolation: this.interpolation,
    };
  }
}
