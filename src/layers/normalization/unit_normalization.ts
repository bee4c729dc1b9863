/** @file `UnitNormalization`: vectors of length 1. */
import { checkedOptions } from '../../core/arguments.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { normalizeAxes } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { axisOrAxes, ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';

/** Options of `new UnitNormalization(options)`. */
export interface UnitNormalizationOptions extends LayerOptions {
  /** The axis, or the axes together, along which the length is 1. Default -1. */
  readonly axis?: number | readonly number[];
}

/**
 * x / √(Σ x²) along `axis`. Input of any shape, output of the same.
 *
 * @param options See {@link UnitNormalizationOptions}.
 * @throws {ValueError} An axis that the input does not have.
 * @see `keras.layers.UnitNormalization`
 * @example
 * new layers.UnitNormalization()([[3, 4]]) // [[0.6, 0.8]]
 */
export class UnitNormalization extends Layer {
  protected override readonly takesOneTensor = true;
  readonly axis: number | readonly number[];

  constructor(options: UnitNormalizationOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { axis = -1, ...rest } = options;
    super(rest);
    this.axis = axisOrAxes(ownerOf(this), axis);
    this.supportsMasking = true;
    this.buildAtInit();
  }

  override call(inputs: Tensor): Tensor {
    return ops.normalize(inputs, { axis: this.axis, order: 2, epsilon: 1e-12 });
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    normalizeAxes(this.axis, inputShape.length, ownerOf(this));
    return inputShape;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis };
  }
}
