/** @file `GroupNormalization`: mean 0 and variance 1 over groups of channels of each sample. */
import { quote } from '../../core/describe.js';
import { checkedOptions } from '../../core/arguments.js';
import { ValueError } from '../../core/errors.js';
import { resultType } from '../../core/promotion.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { formatShape, normalizeAxis, range } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor, Variable } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import { requireChannels } from '../output_shapes.js';
import type { AffineOptions } from './affine.js';
import { AffineNormalization } from './affine.js';

/** Options of `new GroupNormalization(options)`. */
export interface GroupNormalizationOptions extends AffineOptions {
  /** Number of groups; -1: each channel by itself. Default 32. */
  readonly groups?: number;
  /** The axis of the channels. Default -1. */
  readonly axis?: number;
  /** Added to the variance. Default 1e-3. */
  readonly epsilon?: number;
}

/**
 * gamma · (x − mean) / √(variance + epsilon) + beta, with mean and variance over each group of channels of each sample.
 *
 * Input of any shape, output of the same. Weights: `gamma`, `beta`, both (channels).
 *
 * @param options See {@link GroupNormalizationOptions}.
 * @throws {ValueError} `groups` is neither positive nor -1, or does not divide the channels.
 * @see `keras.layers.GroupNormalization`; Wu & He 2018
 * @example
 * new layers.GroupNormalization({ groups: 2, epsilon: 0 })([[1, 3, 10, 30]]) // [[-1, 1, -1, 1]]
 */
export class GroupNormalization extends AffineNormalization {
  protected override readonly takesOneTensor = true;
  /** The number of channels once the layer is built with -1, as in Keras. */
  groups: number;
  readonly axis: number;
  readonly epsilon: number;

  constructor(options: GroupNormalizationOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { groups = 32, axis = -1, epsilon = 1e-3, ...rest } = options;
    super({ ...rest, autocast: false });
    if (!Number.isInteger(groups) || (groups <= 0 && groups !== -1)) {
      throw new ValueError(
        `${ownerOf(this)}: groups=${quote(groups)}. Expected a positive whole number, or -1 for each channel by itself.`,
      );
    }
    this.groups = groups;
    this.axis = axis;
    this.epsilon = epsilon;
  }

  override build(inputShape: PartialShape): void {
    const owner = ownerOf(this);
    normalizeAxis(this.axis, inputShape.length, owner);
    const channels = requireChannels(owner, inputShape, this.axis);
    if (this.groups === -1) this.groups = channels;
    if (channels % this.groups !== 0) {
      throw new ValueError(
        `${owner}: groups=${this.groups} does not divide the ${channels} input channels (input shape ${formatShape(inputShape)}). ` +
          `Choose a divisor of ${channels}, or change the input.`,
      );
    }
    this.inputSpec = new InputSpec({ ndim: inputShape.length, axes: { [this.axis]: channels } });
    this.addGammaAndBeta([channels]);
  }

  override call(inputs: Tensor): Tensor {
    const { shape } = inputs;
    const axis = normalizeAxis(this.axis, inputs.ndim, ownerOf(this));
    const inGroups = (sizes: readonly number[]): number[] => [
      ...sizes.slice(0, axis),
      this.groups,
      sizes[axis] / this.groups,
      ...sizes.slice(axis + 1),
    ];
    const dtype = resultType(inputs.dtype, 'float32');
    const x = ops.cast(ops.reshape(inputs, inGroups(shape)), dtype);
    // Keras reduces all axes but the batch and the groups.
    const reduced = range(x.ndim).filter((i) => i > 0 && i !== axis);
    const [mean, variance] = ops.moments(x, reduced, { keepdims: true });
    const wide = (v: Variable): Tensor =>
      ops.cast(ops.reshape(v, inGroups(shape.map((dim, i) => (i === axis ? dim : 1)))), dtype);
    let factor = ops.rsqrt(ops.add(variance, this.epsilon));
    if (this.gamma !== null) factor = ops.multiply(factor, wide(this.gamma));
    let shift = ops.multiply(ops.negative(mean), factor);
    if (this.beta !== null) shift = ops.add(shift, wide(this.beta));
    const normalized = ops.cast(ops.add(ops.multiply(x, factor), shift), inputs.dtype);
    return ops.cast(ops.reshape(normalized, shape), this.computeDtype);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      groups: this.groups,
      axis: this.axis,
      epsilon: this.epsilon,
      center: this.center,
      scale: this.scale,
      ...this.initializersConfig(),
      ...this.rulesConfig(),
    };
  }
}
