/** @file `Cropping3D`: cuts planes, rows and columns off at the edges. */
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

/** Options of `new Cropping3D(options)`. */
export interface Cropping3DOptions extends EdgeOptions {
  /** One number for all edges, 3 numbers (one per dimension), or 3 pairs [before, after]. Default 1. */
  readonly cropping?: EdgesLike;
}

/**
 * Cuts planes, rows and columns off at both ends.
 *
 * Input (batch, depth, rows, columns, channels), output the same with shorter spatial axes; channels first where `dataFormat` says so.
 *
 * @param options See {@link EdgeOptions}.
 * @param cropping How much is cut off at each end of each axis, in elements: one number, or one or two for each axis.
 * @throws {ValueError} Amounts that are no whole numbers from 0; an input of the wrong rank, or of which nothing would be left.
 * @see `keras.layers.Cropping3D`
 * @example
 * new Cropping3D({ cropping: 1 }) // or new Cropping3D(1)
 */
export class Cropping3D extends Layer {
  readonly cropping: Edges;
  readonly dataFormat: DataFormat;

  constructor(first?: Cropping3DOptions | EdgesLike, _options?: EdgeOptions) {
    const {
      cropping = 1,
      dataFormat = null,
      ...rest
    } = checkedOptions<Cropping3DOptions>(new.target, first, arguments, 0);
    super(rest);
    this.cropping = pairPerDimension(ownerOf(this), 'cropping', cropping, 3);
    this.dataFormat = standardizeDataFormat(dataFormat, ownerOf(this));
    this.inputSpec = new InputSpec({ ndim: 5 });
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
