/** @file `GlobalAveragePooling1D`: the mean of each channel over the steps that count. */
import { checkedOptions } from '../../core/arguments.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import type { GlobalPoolingOptions } from './base_global_pooling.js';
import { BaseGlobalPooling } from './base_global_pooling.js';
import type { Layer } from '../layer.js';
import type { MaskTree } from '../layer_types.js';

/**
 * The mean of each channel. Steps that are masked do not count; the mask ends here.
 *
 * Input (batch, steps, channels), output (batch, channels), or (batch, 1, channels) with `keepdims`; channels first where
 * `dataFormat` says so.
 *
 * @param options See {@link GlobalPoolingOptions}.
 * @throws {ValueError} When it is called: an input of the wrong rank.
 * @see `keras.layers.GlobalAveragePooling1D`
 * @example
 * new layers.GlobalAveragePooling1D()([[[1], [3], [5], [7]]]) // [[4]]
 */
export class GlobalAveragePooling1D extends BaseGlobalPooling {
  static override readonly callDefaults: typeof Layer.callDefaults = { mask: null };
  constructor(options: GlobalPoolingOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(1, options);
    this.supportsMasking = true;
  }

  override call(inputs: Tensor, { mask = null }: { readonly mask?: Tensor | null } = {}): Tensor {
    const options = { axis: this.spatialAxes, keepdims: this.keepdims };
    if (mask === null) return ops.mean(inputs, options);
    const counts = ops.cast(ops.expandDims(mask, this.dataFormat === 'channels_first' ? 1 : 2), 'bool');
    const total = ops.sum(ops.where(counts, inputs, ops.zerosLike(inputs)), options);
    return ops.divide(total, ops.sum(ops.cast(counts, inputs.dtype), options));
  }

  override computeMask(_inputs?: unknown, _previousMask?: MaskTree): null {
    return null;
  }
}
