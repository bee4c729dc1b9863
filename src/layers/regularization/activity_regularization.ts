/** @file `ActivityRegularization`: adds a loss for large activations. */
import { checkedOptions } from '../../core/arguments.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { L1L2 } from '../../regularizers/index.js';
import type { Tensor } from '../../runtime/index.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';

/** Options of `new ActivityRegularization(options)`. */
export interface ActivityRegularizationOptions extends Omit<LayerOptions, 'activityRegularizer'> {
  /** Factor of Σ|x|. Default 0. */
  readonly l1?: number;
  /** Factor of Σx². Default 0. */
  readonly l2?: number;
}

/**
 * The input as it is, with the loss (l1 Σ|x| + l2 Σx²) / batch size.
 *
 * @param options See {@link ActivityRegularizationOptions}.
 * @throws {ValueError} A factor is negative.
 * @see `keras.layers.ActivityRegularization`
 * @example
 * const layer = new layers.ActivityRegularization({ l2: 0.1 });
 * layer([[1, 2]]);
 * layer.losses.length; // 1
 */
export class ActivityRegularization extends Layer {
  readonly l1: number;
  readonly l2: number;

  constructor(options: ActivityRegularizationOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { l1 = 0, l2 = 0, ...rest } = options;
    super({ ...rest, activityRegularizer: new L1L2({ l1, l2 }) });
    this.l1 = l1;
    this.l2 = l2;
    this.supportsMasking = true;
    this.buildAtInit();
  }

  override call(inputs: Tensor): Tensor {
    return inputs;
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override getConfig(): Config {
    const { activity_regularizer: _, ...base } = super.getConfig();
    return { ...base, l1: this.l1, l2: this.l2 };
  }
}
