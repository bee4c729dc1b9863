/** @file `Flatten`: each sample as one row. */
import { checkedOptions } from '../../core/arguments.js';
import type { DataFormat } from '../../core/config.js';
import { standardizeDataFormat } from '../../core/config.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { range, sizeOf } from '../../core/shape.js';
import type { Tree } from '../../core/tree.js';
import * as ops from '../../ops/index.js';
import type { Spec, Tensor } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';

/** Options of `new Flatten(options)`. */
export interface FlattenOptions extends LayerOptions {
  /** With `'channels_first'` the channels are moved behind before flattening. Default: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}

/**
 * Input (batch, …), output (batch, product of the rest).
 *
 * @param options See {@link FlattenOptions}.
 * @throws {ValueError} `dataFormat` is unknown.
 * @see `keras.layers.Flatten`
 * @example
 * new layers.Flatten()(ops.ones([2, 3, 4])).shape // [2, 12]
 */
export class Flatten extends Layer {
  readonly dataFormat: DataFormat;

  constructor(options: FlattenOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { dataFormat = null, ...rest } = options;
    super(rest);
    this.dataFormat = standardizeDataFormat(dataFormat, ownerOf(this));
    this.inputSpec = new InputSpec({ minNdim: 1 });
  }

  override call(inputs: Tensor): Tensor {
    const { ndim, shape } = inputs;
    const moved =
      this.dataFormat === 'channels_first' && ndim > 2
        ? ops.transpose(inputs, { axes: [0, ...range(ndim - 2).map((i) => i + 2), 1] })
        : inputs;
    return ops.reshape(moved, [shape[0], sizeOf(shape.slice(1))]);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    const sizes = inputShape.slice(1);
    return [inputShape[0], sizes.includes(null) ? null : sizeOf(sizes as readonly number[])];
  }

  override computeOutputSpec(inputs: Spec): Tree<Spec> {
    return { shape: this.computeOutputShape(inputs.shape), dtype: inputs.dtype };
  }

  override getConfig(): Config {
    return { ...super.getConfig(), data_format: this.dataFormat };
  }
}
