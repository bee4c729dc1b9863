/** @file `Cropping2D`: cuts rows and columns off at the edges. */
import { checkedOptions } from '../../core/arguments.js';
import type { DataFormat } from '../../core/config.js';
import { standardizeDataFormat } from '../../core/config.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { ownerOf, pairPerDimension } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import { Layer } from '../layer.js';
import type { EdgeOptions, Edges, EdgesLike } from './edges.js';
import { allAxes, croppedShape } from './edges.js';

/** Options of `new Cropping2D(options)`. */
export interface Cropping2DOptions extends EdgeOptions {
  /** One number for all edges, 2 numbers (one per dimension), or 2 pairs [before, after]. Default 0. */
  readonly cropping?: EdgesLike;
}

/**
 * Cuts rows and columns off at both ends.
 *
 * Input (batch, rows, columns, channels), output the same with shorter spatial axes; channels first where `dataFormat` says so.
 *
 * @param options See {@link EdgeOptions}.
 * @param cropping How much is cut off at each end of each axis, in elements: one number, or one or two for each axis.
 * @throws {ValueError} Amounts that are no whole numbers from 0; an input of the wrong rank, or of which nothing would be left.
 * @see `keras.layers.Cropping2D`
 * @example
 * new Cropping2D({ cropping: 1 }) // or new Cropping2D(1)
 */
export class Cropping2D extends Layer {
  readonly cropping: Edges;
  readonly dataFormat: DataFormat;

  constructor(first?: Cropping2DOptions | EdgesLike, _options?: EdgeOptions) {
    const {
      cropping = 0,
      dataFormat = null,
      ...rest
    } = checkedOptions<Cropping2DOptions>(new.target, first, arguments, 0);
    super(rest);
    this.cropping = pairPerDimension(ownerOf(this), 'cropping', cropping, 2);
    this.dataFormat = standardizeDataFormat(dataFormat, ownerOf(this));
    this.inputSpec = new InputSpec({ ndim: 4 });
  }

  override call(inputs: Tensor): Tensor {
    croppedShape(ownerOf(this), inputs.shape, this.cropping, this.dataFormat); // refuses an input of which nothing would be left
    const ranges = allAxes(this.cropping, this.dataFormat).map(([start, end], i) => ({
      start,
      stop: inputs.shape[i] - end,
    }));
    return ops.getItem(inputs, ranges);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return croppedShape(ownerOf(this), inputShape, this.cropping, this.dataFormat);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), cropping: this.cropping, data_format: this.dataFormat };
  }
}
