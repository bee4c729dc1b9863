/** @file `GlobalMaxPooling2D`: the greatest number of each channel. */
import { checkedOptions } from '../../core/arguments.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import type { GlobalPoolingOptions } from './base_global_pooling.js';
import { BaseGlobalPooling } from './base_global_pooling.js';

/**
 * The greatest number of each channel.
 *
 * Input (batch, rows, columns, channels), output (batch, channels), or (batch, 1, 1, channels) with `keepdims`; channels first where
 * `dataFormat` says so.
 *
 * @param options See {@link GlobalPoolingOptions}.
 * @throws {ValueError} When it is called: an input of the wrong rank.
 * @see `keras.layers.GlobalMaxPooling2D`
 * @example
 * new layers.GlobalMaxPooling2D()(ops.ones([1, 4, 4, 3])).shape // [1, 3]
 */
export class GlobalMaxPooling2D extends BaseGlobalPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(2, options);
  }

  override call(inputs: Tensor): Tensor {
    return ops.max(inputs, { axis: this.spatialAxes, keepdims: this.keepdims });
  }
}
