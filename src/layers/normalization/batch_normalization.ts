/** @file `BatchNormalization`: mean 0 and variance 1 for each channel, by the batch while training, by moving averages afterwards. */
import { quote } from '../../core/describe.js';
import { checkedOptions } from '../../core/arguments.js';
import { epsilon as fuzz } from '../../core/config.js';
import { NotImplementedError, ValueError } from '../../core/errors.js';
import { resultType } from '../../core/promotion.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { formatShape, normalizeAxis, range } from '../../core/shape.js';
import type { InitializerFunction, InitializerLike } from '../../initializers/index.js';
import * as initializers from '../../initializers/index.js';
import * as ops from '../../ops/index.js';
import type { Tensor, Variable } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import type { Layer } from '../layer.js';
import { requireChannels } from '../output_shapes.js';
import type { AffineOptions } from './affine.js';
import { AffineNormalization } from './affine.js';

/** Options of `new BatchNormalization(options)`. */
export interface BatchNormalizationOptions extends AffineOptions {
  /** The axis of the channels. Default -1. */
  readonly axis?: number;
  /** How much of the moving averages stays at each step. Default 0.99. */
  readonly momentum?: number;
  /** Added to the variance. Default 1e-3. */
  readonly epsilon?: number;
  /** Default `'zeros'`. */
  readonly movingMeanInitializer?: InitializerLike;
  /** Default `'ones'`. */
  readonly movingVarianceInitializer?: InitializerLike;
  /** Batch renormalisation; not supported yet: false only. */
  readonly renorm?: boolean;
  readonly renormClipping?: Config | null;
  readonly renormMomentum?: number;
  /** Moments over replicas; false only, as in Keras on JAX. */
  readonly synchronized?: boolean;
}

/**
 * gamma · (x − mean) / √(variance + epsilon) + beta, channel by channel.
 *
 * While training (and trainable) mean and variance are the batch's, and the moving ones become moving · momentum + batch · (1 −
 * momentum). Otherwise they are the moving ones. Called with a `mask` (the inputs' shape without the last axis), masked places do not
 * count.
 *
 * Input of any shape, output of the same. Weights: `gamma`, `beta`, `moving_mean`, `moving_variance`, all (channels).
 *
 * @param options See {@link BatchNormalizationOptions}.
 * @throws {ValueError} An axis that the input does not have, or whose size is open; a mask of another rank.
 * @see `keras.layers.BatchNormalization`; Ioffe & Szegedy 2015
 * @example
 * new layers.BatchNormalization({ epsilon: 0 })([[1, 2], [3, 4]]) // [[1, 2], [3, 4]]
 */
export class BatchNormalization extends AffineNormalization {
  static override readonly callDefaults: typeof Layer.callDefaults = { training: null, mask: null };
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly movingMeanInitializer: InitializerFunction | null;
  readonly movingVarianceInitializer: InitializerFunction | null;
  readonly renorm: boolean;
  readonly renormClipping: Config | null;
  readonly renormMomentum: number;
  readonly synchronized: boolean;
  movingMean!: Variable;
  movingVariance!: Variable;

  constructor(options: BatchNormalizationOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const {
      axis = -1,
      momentum = 0.99,
      epsilon = 1e-3,
      movingMeanInitializer = 'zeros',
      movingVarianceInitializer = 'ones',
      renorm = false,
      renormClipping = null,
      renormMomentum = 0.99,
      synchronized = false,
      ...rest
    } = options;
    super(rest);
    const owner = ownerOf(this);
    const given: unknown = Array.isArray(axis) && axis.length === 1 ? axis[0] : axis;
    if (!Number.isInteger(given)) throw new ValueError(`${owner}: axis=${quote(axis)}. Expected one whole number.`);
    if (synchronized) throw new ValueError(`${owner}: synchronized=true is not supported. There is one replica.`);
    if (renorm) throw new NotImplementedError(`${owner}: renorm=true is not supported yet. Leave it out.`);
    this.axis = given as number;
    this.momentum = momentum;
    this.epsilon = epsilon;
    this.movingMeanInitializer = initializers.get(movingMeanInitializer);
    this.movingVarianceInitializer = initializers.get(movingVarianceInitializer);
    this.renorm = renorm;
    this.renormClipping = renormClipping;
    this.renormMomentum = renormMomentum;
    this.synchronized = synchronized;
  }

  override build(inputShape: PartialShape): void {
    const owner = ownerOf(this);
    normalizeAxis(this.axis, inputShape.length, owner);
    const channels = requireChannels(owner, inputShape, this.axis);
    this.addGammaAndBeta([channels]);
    const moving = (name: string, initializer: InitializerFunction | null): Variable =>
      this.addWeight({ name, shape: [channels], initializer, trainable: false, autocast: false });
    this.movingMean = moving('moving_mean', this.movingMeanInitializer);
    this.movingVariance = moving('moving_variance', this.movingVarianceInitializer);
    this.inputSpec = new InputSpec({ ndim: inputShape.length, axes: { [this.axis]: channels } });
  }

  override call(
    inputs: Tensor,
    { training = false, mask = null }: { readonly training?: boolean | null; readonly mask?: Tensor | null } = {},
  ): Tensor {
    if (mask !== null && mask.ndim !== inputs.ndim - 1) {
      throw new ValueError(
        `${ownerOf(this)}: a mask of shape ${formatShape(mask.shape)} for inputs of shape ${formatShape(inputs.shape)}. Expected one dimension less.`,
      );
    }
    const dtype = resultType(inputs.dtype, 'float32');
    const x = ops.cast(inputs, dtype);
    const scale = this.gamma === null ? null : ops.cast(this.gamma, dtype);
    const offset = this.beta === null ? null : ops.cast(this.beta, dtype);
    let mean = ops.cast(this.movingMean, dtype);
    let variance = ops.cast(this.movingVariance, dtype);
    if (training && this.trainable) {
      const [batchMean, batchVariance] = this.#moments(x, mask);
      const move = (old: Tensor, now: Tensor): Tensor =>
        ops.add(ops.multiply(old, this.momentum), ops.multiply(now, 1 - this.momentum));
      this.movingMean.assign(move(mean, batchMean));
      this.movingVariance.assign(move(variance, batchVariance));
      [mean, variance] = [batchMean, batchVariance];
    }
    const { axis, epsilon } = this;
    return ops.cast(ops.batchNormalization(x, mean, variance, axis, { offset, scale, epsilon }), this.computeDtype);
  }

  #moments(x: Tensor, mask: Tensor | null): [Tensor, Tensor] {
    const channels = normalizeAxis(this.axis, x.ndim, ownerOf(this));
    const axis = range(x.ndim).filter((i) => i !== channels);
    if (mask === null) return ops.moments(x, axis);
    const counts = ops.broadcastTo(ops.cast(ops.expandDims(mask, -1), 'bool'), x.shape);
    const zeros = ops.zerosLike(x);
    const total = ops.add(ops.sum(ops.cast(counts, x.dtype), { axis, keepdims: true }), fuzz());
    const mean = ops.divide(ops.sum(ops.where(counts, x, zeros), { axis, keepdims: true }), total);
    const gap = ops.where(counts, ops.subtract(x, mean), zeros);
    const variance = ops.divide(ops.sum(ops.square(gap), { axis, keepdims: true }), total);
    const flat = (y: Tensor): Tensor => ops.reshape(y, [x.shape[channels]]);
    return [flat(mean), flat(variance)];
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      axis: this.axis,
      momentum: this.momentum,
      epsilon: this.epsilon,
      center: this.center,
      scale: this.scale,
      ...this.initializersConfig(),
      moving_mean_initializer: initializers.serialize(this.movingMeanInitializer),
      moving_variance_initializer: initializers.serialize(this.movingVarianceInitializer),
      ...this.rulesConfig(),
      synchronized: this.synchronized,
      renorm: this.renorm,
      renorm_clipping: this.renormClipping,
      renorm_momentum: this.renormMomentum,
    };
  }
}
