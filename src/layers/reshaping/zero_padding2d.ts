/** @file `ZeroPadding2D`: zeros around rows and columns. */
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
import { allAxes, paddedShape } from './edges.js';

/** Options of `new ZeroPadding2D(options)`. */
export interface ZeroPadding2DOptions extends EdgeOptions {
  /** One number for all edges, 2 numbers (one per dimension), or 2 pairs [before, after]. Default 1. */
  readonly padding?: EdgesLike;
}

/**
 * Zeros before and after rows and columns.
 *
 * Input (batch, rows, columns, channels), output the same with longer spatial axes; channels first where `dataFormat` says so.
 *
 * @param options See {@link EdgeOptions}.
 * @param padding How much is added at each end of each axis, in elements: one number, or one or two for each axis.
 * @throws {ValueError} Amounts that are no whole numbers from 0; an input of the wrong rank.
 * @see `keras.layers.ZeroPadding2D`
 * @example
 * new ZeroPadding2D({ padding: 1 }) // or new ZeroPadding2D(1)
 */
export class ZeroPadding2D extends Layer {
  readonly padding: Edges;
  readonly dataFormat: DataFormat;

  constructor(first?: ZeroPadding2DOptions | EdgesLike, _options?: EdgeOptions) {
    const {
      padding = 1,
      dataFormat = null,
      ...rest
    } = checkedOptions<ZeroPadding2DOptions>(new.target, first, arguments, 0);
    super(rest);
    const owner = ownerOf(this);
    this.padding = pairPerDimension(owner, 'padding', padding, 2);
    this.dataFormat = standardizeDataFormat(dataFormat, owner);
    this.inputSpec = new InputSpec({ ndim: 4 });
  }

  override call(inputs: Tensor): Tensor {
    return ops.pad(inputs, allAxes(this.padding, this.dataFormat));
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return paddedShape(inputShape, this.padding, this.dataFormat);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), padding: this.padding, data_format: this.dataFormat };
  }
}
