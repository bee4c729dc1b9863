/** @file `Identity`: gives back what it gets. */
import { checkedOptions } from '../../core/arguments.js';
import type { Tensor } from '../../runtime/index.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';

/**
 * The inputs as they are: a tensor, or a structure of tensors.
 *
 * @param options See {@link LayerOptions}.
 * @see `keras.layers.Identity`
 * @example
 * new layers.Identity()([1, 2]) // [1, 2]
 */
export class Identity extends Layer {
  constructor(options: LayerOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(options);
    this.supportsMasking = true;
    this.buildAtInit();
  }

  override call(inputs: Tensor): Tensor {
    return inputs;
  }
}
