/** @file `Rescaling`: brings pixels into another range. */
import { checkedOptions } from '../../core/arguments.js';
import { imageDataFormat } from '../../core/config.js';
import type { Config, SerializableClass } from '../../core/serialization.js';
import { constructFromConfig, deserializeKerasObject, serializeKerasObject } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Numbers, Tensor } from '../../runtime/index.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';

/** Options of `new Rescaling(scale, options)`. */
export interface RescalingOptions extends LayerOptions {
  /** Added afterwards: a number, or one per channel. Default 0. */
  readonly offset?: Numbers;
}

/**
 * x · scale + offset, as floats. Input of any shape and dtype, output of the same shape.
 *
 * @param scale A number, or one per channel.
 * @param options See {@link RescalingOptions}.
 * @see `keras.layers.Rescaling`
 * @example
 * new Rescaling(1 / 127.5, { offset: -1 }) // [0, 255] → [-1, 1]
 */
export class Rescaling extends Layer {
  protected override readonly takesOneTensor = true;
  static readonly positional = ['scale'];
  readonly scale: Numbers;
  readonly offset: Numbers;

  constructor(scale: Numbers, options: RescalingOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { offset = 0, ...rest } = options;
    super(rest);
    this.scale = scale;
    this.offset = offset;
    this.supportsMasking = true;
  }

  override call(inputs: Tensor): Tensor {
    const dtype = this.computeDtype;
    const scale = ops.cast(this.scale, dtype);
    const perChannel = scale.ndim > 0 && imageDataFormat() === 'channels_first';
    const factor = perChannel
      ? ops.reshape(scale, [...scale.shape, ...new Array<number>(3 - scale.ndim).fill(1)])
      : scale;
    return ops.add(ops.multiply(ops.cast(inputs, dtype), factor), ops.cast(this.offset, dtype));
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override getConfig(): Config {
    const { scale, offset } = this;
    return { ...super.getConfig(), scale: serializeKerasObject(scale), offset: serializeKerasObject(offset) };
  }

  static override fromConfig(this: SerializableClass, config: Config): Layer {
    const [scale, offset] = [config['scale'], config['offset']].map((x) => deserializeKerasObject(x));
    return constructFromConfig(this as SerializableClass<Layer>, {
      ...config,
      scale,
      ...(offset === null ? {} : { offset }),
    });
  }
}
