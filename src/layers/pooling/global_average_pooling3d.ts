/** @file `GlobalAveragePooling3D`: the mean of each channel. */
import { checkedOptions } from '../../core/arguments.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import type { GlobalPoolingOptions } from './base_global_pooling.js';
import { BaseGlobalPooling } from './base_global_pooling.js';

/**
 * The mean of each channel.
 *
 * Input (batch, depth, rows, columns, channels), output (batch, channels), or (batch, 1, 1, 1, channels) with `keepdims`; channels first
 * where `dataFormat` says so.
 *
 * @param options See {@link GlobalPoolingOptions}.
 * @throws {ValueError} When it is called: an input of the wrong rank.
 * @see `keras.layers.GlobalAveragePooling3D`
 * @example
 * new layers.GlobalAveragePooling3D()(ops.ones([1, 4, 4, 4, 3])).shape // [1, 3]
 */
export class GlobalAveragePooling3D extends BaseGlobalPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(3, options);
  }

  override call(inputs: Tensor): Tensor {
    return ops.mean(inputs, { axis: this.spatialAxes, keepdims: this.keepdims });
  }
}
