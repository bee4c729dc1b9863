/** @file `ZeroPadding1D`: zeros around steps. */
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
import type { EdgeOptions } from './edges.js';
import { allAxes, paddedShape } from './edges.js';

/** Options of `new ZeroPadding1D(options)`. */
export interface ZeroPadding1DOptions extends EdgeOptions {
  /** Steps before and after: one number for both, or [before, after]. Default 1. */
  readonly padding?: number | readonly [number, number] | readonly number[];
}

/**
 * Zeros before and after steps.
 *
 * Input (batch, steps, channels), output the same with longer spatial axes; channels first where `dataFormat` says so.
 *
 * @param options See {@link EdgeOptions}.
 * @param padding How much is added at each end of each axis, in elements: one number, or one or two for each axis.
 * @throws {ValueError} Amounts that are no whole numbers from 0; an input of the wrong rank.
 * @see `keras.layers.ZeroPadding1D`
 * @example
 * new ZeroPadding1D({ padding: 1 }) // or new ZeroPadding1D(1)
 */
export class ZeroPadding1D extends Layer {
  readonly padding: readonly [number, number];
  readonly dataFormat: DataFormat;

  constructor(first?: ZeroPadding1DOptions | number | readonly number[], _options?: EdgeOptions) {
    const {
      padding = 1,
      dataFormat = null,
      ...rest
    } = checkedOptions<ZeroPadding1DOptions>(new.target, first, arguments, 0);
    super(rest);
    const owner = ownerOf(this);
    const [pair] = pairPerDimension(owner, 'padding', [padding], 1);
    this.padding = pair;
    this.dataFormat = standardizeDataFormat(dataFormat, owner);
    this.inputSpec = new InputSpec({ ndim: 3 });
  }

  override call(inputs: Tensor): Tensor {
    return ops.pad(inputs, allAxes([this.padding], this.dataFormat));
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return paddedShape(inputShape, [this.padding], this.dataFormat);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), padding: this.padding, data_format: this.dataFormat };
  }
}
