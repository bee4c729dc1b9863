/** @file `LeakyReLU`: a rectified linear unit with a small slope below zero, as a layer. */
import { checkedOptions } from '../../core/arguments.js';
import { leakyRelu } from '../../activations/index.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { Tensor } from '../../runtime/index.js';
import { nonNegative, ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';

/** Options of `new LeakyReLU(options)`. */
export interface LeakyReLUOptions extends LayerOptions {
  /** Slope below 0. Default 0.3. */
  readonly negativeSlope?: number;
  /** The Keras 2 name of `negativeSlope`. */
  readonly alpha?: number;
}

/**
 * x for x ≥ 0, `negativeSlope` · x below.
 *
 * @param negativeSlope The slope below 0. Default 0.3. It may stand in the options.
 * @param options See {@link LeakyReLUOptions}.
 * @throws {ValueError} A negative slope.
 * @see `keras.layers.LeakyReLU`
 * @example
 * new layers.LeakyReLU()([[-1, 2]]) // [[-0.3, 2]]
 */
export class LeakyReLU extends Layer {
  protected override readonly takesOneTensor = true;
  readonly negativeSlope: number;

  constructor(negativeSlope: number, options?: LeakyReLUOptions);
  constructor(options?: LeakyReLUOptions);
  constructor(first?: LeakyReLUOptions | number, ..._more: unknown[]) {
    const options = checkedOptions<LeakyReLUOptions>(new.target, first, arguments, 0);
    const { alpha, negativeSlope = alpha ?? 0.3, ...rest } = options;
    super(rest);
    this.negativeSlope = nonNegative(ownerOf(this), 'negativeSlope', negativeSlope);
    this.supportsMasking = true;
    this.buildAtInit();
  }

  override call(inputs: Tensor): Tensor {
    return leakyRelu(inputs, { negativeSlope: this.negativeSlope });
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), negative_slope: this.negativeSlope };
  }
}
