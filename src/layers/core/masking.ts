/** @file `Masking`: marks time steps that hold nothing but one value, so that later layers skip them. */
import { checkedOptions } from '../../core/arguments.js';
import { quote } from '../../core/describe.js';
import { TypeError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import { deserializeKerasObject, isSerializedObject } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Mask, Tensor } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions, MaskTree } from '../layer_types.js';

/** Options of `new Masking(options)`. */
export interface MaskingOptions extends LayerOptions {
  /** What a step that does not count is filled with. Default 0. */
  readonly maskValue?: number;
}

/**
 * Mask the steps whose features all equal `maskValue`, and set them to 0.
 *
 * Input (batch, steps, features), output the same with a mask (batch, steps).
 *
 * @param maskValue The number of which a masked step consists. Default 0. It may stand in the options.
 * @param options See {@link MaskingOptions}.
 * @see `keras.layers.Masking`
 * @example
 * new layers.Masking()([[[1, 2], [0, 0]]]) // [[[1, 2], [0, 0]]]
 */
export class Masking extends Layer {
  protected override readonly takesOneTensor = true;
  readonly maskValue: number;

  constructor(maskValue: number, options?: MaskingOptions);
  constructor(options?: MaskingOptions);
  constructor(first?: MaskingOptions | number, ..._more: unknown[]) {
    const options = checkedOptions<MaskingOptions>(new.target, first, arguments, 0);
    const { maskValue = 0, ...rest } = options;
    super(rest);
    const value: unknown = isSerializedObject(maskValue) ? deserializeKerasObject(maskValue) : maskValue;
    if (typeof value !== 'number')
      throw new TypeError(`${ownerOf(this)}: maskValue=${quote(value)}. Expected a number.`);
    this.maskValue = value;
    this.supportsMasking = true;
    this.buildAtInit();
  }

  override computeMask(inputs: Tensor, _previousMask?: MaskTree): Mask {
    return ops.any(ops.notEqual(inputs, this.maskValue), { axis: -1 });
  }

  override call(inputs: Tensor): Tensor {
    const counts = ops.any(ops.notEqual(inputs, this.maskValue), { axis: -1, keepdims: true });
    return ops.where(counts, inputs, ops.zerosLike(inputs));
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), mask_value: this.maskValue };
  }
}
