/** @file `UpSampling1D`: each step several times. */
import { checkedOptions } from '../../core/arguments.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { ownerOf, positiveInteger } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';

/** Options of `new UpSampling1D(options)`. */
export interface UpSampling1DOptions extends LayerOptions {
  /** How often each step is repeated. Default 2. */
  readonly size?: number;
}

/**
 * Input (batch, steps, channels), output (batch, steps · size, channels).
 *
 * @param options See {@link LayerOptions}.
 * @param size How often each element is repeated along each spatial axis: one number. Default 2.
 * @throws {ValueError} `size` is no positive whole number.
 * @see `keras.layers.UpSampling1D`
 * @example
 * new layers.UpSampling1D(2)([[[1], [2]]]) // [[[1], [1], [2], [2]]]
 */
export class UpSampling1D extends Layer {
  readonly size: number;

  constructor(first?: UpSampling1DOptions | number, _options?: LayerOptions) {
    const { size = 2, ...rest } = checkedOptions<UpSampling1DOptions>(new.target, first, arguments, 0);
    super(rest);
    this.size = positiveInteger(ownerOf(this), 'size', size);
    this.inputSpec = new InputSpec({ ndim: 3 });
  }

  override call(inputs: Tensor): Tensor {
    return ops.repeat(inputs, this.size, { axis: 1 });
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    const [batch, steps, channels] = inputShape;
    return [batch, steps === null ? null : steps * this.size, channels];
  }

  override getConfig(): Config {
    return { ...super.getConfig(), size: this.size };
  }
}
