/** @file `Activation`: an activation function as a layer of its own. */
import { checkedOptions } from '../../core/arguments.js';
import type { ActivationFunction, ActivationLike } from '../../activations/index.js';
import * as activations from '../../activations/index.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { Tensor } from '../../runtime/index.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';

/**
 * An activation function as a layer. Input of any shape, output of the same.
 *
 * @param activation An id such as `'relu'`, a function, a layer, or null for none.
 * @param options See {@link LayerOptions}.
 * @throws {ValueError} The activation is not known.
 * @see `keras.layers.Activation`
 * @example
 * new Activation('relu')
 */
export class Activation extends Layer {
  protected override readonly takesOneTensor = true;
  static readonly positional = ['activation'];
  readonly activation: ActivationFunction;

  constructor(activation: ActivationLike, options: LayerOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(options);
    this.supportsMasking = true;
    this.activation = activations.get(activation);
    this.buildAtInit();
  }

  override call(inputs: Tensor): Tensor {
    return this.activation(inputs);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), activation: activations.serialize(this.activation) };
  }
}
