/** @file `LayerNormalization`: mean 0 and variance 1 over axes of each sample. */
import { checkedOptions } from '../../core/arguments.js';
import { resultType } from '../../core/promotion.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { normalizeAxis } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { axisOrAxes, ownerOf } from '../arguments.js';
import { requireChannels } from '../output_shapes.js';
import { rulesOf } from '../weight_rules.js';
import type { AffineOptions } from './affine.js';
import { AffineNormalization } from './affine.js';

/** Options of `new LayerNormalization(options)`. */
export interface LayerNormalizationOptions extends AffineOptions {
  /** The axis, or the axes together, over which mean and variance are taken. Default -1. */
  readonly axis?: number | readonly number[];
  /** Added to the variance. Default 1e-3. */
  readonly epsilon?: number;
  /**
   * Whether x / √(variance + epsilon) · gamma is computed, with gamma and without beta whatever `scale` and `center` are. Deprecated in
   * Keras: it is no root mean square, which `RMSNormalization` takes. Default false.
   */
  readonly rmsScaling?: boolean;
}

/**
 * gamma · (x − mean) / √(variance + epsilon) + beta, with mean and variance over `axis` of each sample.
 *
 * Input of any shape, output of the same. Weights: `gamma`, `beta`, of the sizes of the axes.
 *
 * @param options See {@link LayerNormalizationOptions}.
 * @throws {ValueError} An axis that the input does not have, or whose size is open.
 * @see `keras.layers.LayerNormalization`; Ba et al. 2016
 * @example
 * new layers.LayerNormalization({ epsilon: 0 })([[1, 3], [10, 30]]) // [[-1, 1], [-1, 1]]
 */
export class LayerNormalization extends AffineNormalization {
  protected override readonly takesOneTensor = true;
  /** A list once the layer is built, as in Keras. */
  axis: number | readonly number[];
  readonly epsilon: number;
  readonly rmsScaling: boolean;

  constructor(options: LayerNormalizationOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { axis = -1, epsilon = 1e-3, rmsScaling = false, ...rest } = options;
    super({ ...rest, autocast: false });
    this.axis = axisOrAxes(ownerOf(this), axis);
    this.epsilon = epsilon;
    this.rmsScaling = rmsScaling;
  }

  override build(inputShape: PartialShape): void {
    const owner = ownerOf(this);
    const axes = typeof this.axis === 'number' ? [this.axis] : [...this.axis].sort((a, b) => a - b);
    for (const axis of axes) normalizeAxis(axis, inputShape.length, owner);
    this.axis = axes;
    const shape = axes.map((axis) => requireChannels(owner, inputShape, axis));
    if (this.rmsScaling)
      this.gamma = this.addWeight({ name: 'gamma', shape, ...rulesOf(this, 'gamma'), autocast: false });
    else this.addGammaAndBeta(shape);
  }

  override call(inputs: Tensor): Tensor {
    const { gamma, beta, axis, epsilon } = this;
    if (this.rmsScaling) return this.#scaled(inputs);
    return ops.cast(ops.layerNormalization(inputs, { gamma, beta, axis, epsilon }), this.computeDtype);
  }

  /** By the variance alone: x is not centred. */
  #scaled(inputs: Tensor): Tensor {
    const x = ops.cast(inputs, resultType(inputs.dtype, 'float32'));
    const axes = (typeof this.axis === 'number' ? [this.axis] : this.axis).map((axis) =>
      normalizeAxis(axis, x.ndim, ownerOf(this)),
    );
    const inverse = ops.rsqrt(ops.add(ops.var(x, { axis: axes, keepdims: true }), this.epsilon));
    const gamma = ops.reshape(
      ops.cast(this.gamma!, x.dtype),
      x.shape.map((size, d) => (axes.includes(d) ? size : 1)),
    );
    return ops.cast(ops.multiply(ops.multiply(x, inverse), gamma), this.computeDtype);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      axis: this.axis,
      epsilon: this.epsilon,
      center: this.center,
      scale: this.scale,
      rms_scaling: this.rmsScaling,
      ...this.initializersConfig(),
      ...this.rulesConfig(),
    };
  }
}
