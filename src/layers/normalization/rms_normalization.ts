/** @file `RMSNormalization`: root mean square 1 over axes of each sample. */
import { checkedOptions } from '../../core/arguments.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { normalizeAxis } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor, Variable } from '../../runtime/index.js';
import { axisOrAxes, ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import { requireChannels } from '../output_shapes.js';

/** Options of `new RMSNormalization(options)`. */
export interface RMSNormalizationOptions extends LayerOptions {
  /** The axis, or the axes together, over which the mean square is taken. Default -1. */
  readonly axis?: number | readonly number[];
  /** Added to the mean square. Default 1e-6. */
  readonly epsilon?: number;
}

/**
 * scale · x / √(mean(x²) + epsilon) over `axis`.
 *
 * Input of any shape, output of the same. Weight: `scale`, of the sizes of the axes.
 *
 * @param options See {@link RMSNormalizationOptions}.
 * @throws {ValueError} An axis that the input does not have, or whose size is open.
 * @see `keras.layers.RMSNormalization`; Zhang & Sennrich 2019
 * @example
 * new layers.RMSNormalization({ epsilon: 0 })([[0.5, 0.5, 0.5, 0.5]]) // [[1, 1, 1, 1]]
 */
export class RMSNormalization extends Layer {
  protected override readonly takesOneTensor = true;
  /** A list once the layer is built, as in Keras. */
  axis: number | readonly number[];
  readonly epsilon: number;
  scale!: Variable;

  constructor(options: RMSNormalizationOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { axis = -1, epsilon = 1e-6, ...rest } = options;
    super(rest);
    this.axis = axisOrAxes(ownerOf(this), axis);
    this.epsilon = epsilon;
  }

  override build(inputShape: PartialShape): void {
    const owner = ownerOf(this);
    const axes = typeof this.axis === 'number' ? [this.axis] : [...this.axis].sort((a, b) => a - b);
    for (const axis of axes) normalizeAxis(axis, inputShape.length, owner);
    const shape = axes.map((axis) => requireChannels(owner, inputShape, axis));
    this.axis = axes;
    this.scale = this.addWeight({ name: 'scale', shape, initializer: 'ones' });
  }

  override call(inputs: Tensor): Tensor {
    const { scale, axis, epsilon } = this;
    return ops.rmsNormalization(inputs, { scale, axis, epsilon });
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis, epsilon: this.epsilon };
  }
}
