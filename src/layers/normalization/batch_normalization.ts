/** @file `BatchNormalization`: mean 0 and variance 1 for each channel, by the batch while training, by moving averages afterwards. */
import { quote } from '../../core/describe.js';
import { checkedOptions } from '../../core/arguments.js';
import { epsilon as fuzz } from '../../core/config.js';
import { ValueError } from '../../core/errors.js';
import { resultType } from '../../core/promotion.js';
import type { Config } from '../../core/serialization.js';
import { classNameOf } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { formatShape, normalizeAxis, range } from '../../core/shape.js';
import type { InitializerFunction, InitializerLike } from '../../initializers/index.js';
import { Initializer } from '../../initializers/index.js';
import * as initializers from '../../initializers/index.js';
import * as ops from '../../ops/index.js';
import type { Tensor, Variable } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import type { Layer } from '../layer.js';
import { requireChannels } from '../output_shapes.js';
import type { AffineOptions } from './affine.js';
import { AffineNormalization } from './affine.js';

/** Bounds of the corrections of batch renormalisation. */
export interface RenormClipping {
  /** The greatest r. */
  readonly rmax?: number | null;
  /** The least r. */
  readonly rmin?: number | null;
  /** The greatest |d|. */
  readonly dmax?: number | null;
}

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
  /** Whether the batch's moments are corrected towards moving ones while training: batch renormalisation, for small batches. Default false. */
  readonly renorm?: boolean;
  /** Bounds of the corrections r = deviation / moving deviation and d = difference of means / moving deviation. Default null: none. */
  readonly renormClipping?: RenormClipping | null;
  /** How much of the moving averages for `renorm` stays at each step. Default 0.99. */
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
 * With `renorm` the normalized inputs become x̂ · r + d while training, with r and d from the batch's moments and moving averages of
 * their own; no gradient flows through r and d.
 *
 * Input of any shape, output of the same. Weights: `gamma`, `beta`, `moving_mean`, `moving_variance`, and with `renorm`
 * `moving_stddev`, `renorm_mean`, `renorm_stddev`, all (channels).
 *
 * @param options See {@link BatchNormalizationOptions}.
 * @throws {ValueError} An axis that the input does not have, or whose size is open; a mask of another rank; bounds of `renorm` that are
 *   unknown or contradict each other.
 * @see `keras.layers.BatchNormalization`; Ioffe & Szegedy 2015; Ioffe 2017, "Batch renormalization"
 * @example
 * new layers.BatchNormalization({ epsilon: 0 })([[1, 2], [3, 4]]) // [[1, 2], [3, 4]]
 */
export class BatchNormalization extends AffineNormalization {
  protected override readonly takesOneTensor = true;
  static override readonly callDefaults: typeof Layer.callDefaults = { training: null, mask: null };
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly movingMeanInitializer: InitializerFunction | null;
  readonly movingVarianceInitializer: InitializerFunction | null;
  readonly renorm: boolean;
  readonly renormClipping: RenormClipping | null;
  readonly renormMomentum: number;
  readonly synchronized: boolean;
  movingMean!: Variable;
  movingVariance!: Variable;
  /** With `renorm`: the moving standard deviation, from which the moving variance follows. */
  movingStddev: Variable | null = null;
  /** With `renorm`: what means are corrected towards. */
  renormMean: Variable | null = null;
  /** With `renorm`: what standard deviations are corrected towards. */
  renormStddev: Variable | null = null;

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
    if (renorm) requireBounds(owner, renormClipping ?? {});
    this.axis = given as number;
    this.momentum = momentum;
    this.epsilon = epsilon;
    this.movingMeanInitializer = initializers.get(movingMeanInitializer);
    this.movingVarianceInitializer = initializers.get(movingVarianceInitializer);
    this.renorm = renorm;
    // Keras: with renorm no bounds are an empty dict in configs.
    this.renormClipping = renorm ? (renormClipping ?? {}) : renormClipping;
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
    if (this.renorm) {
      const given = this.movingVarianceInitializer;
      const root: InitializerFunction | null =
        given === null ? null : (shape, options) => ops.sqrt(fresh(given)(shape, options));
      this.movingStddev = moving('moving_stddev', root);
      this.renormMean = moving('renorm_mean', fresh(this.movingMeanInitializer));
      this.renormStddev = moving('renorm_stddev', root);
    }
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
    let scale = this.gamma === null ? null : ops.cast(this.gamma, dtype);
    let offset = this.beta === null ? null : ops.cast(this.beta, dtype);
    let mean = ops.cast(this.movingMean, dtype);
    let variance = ops.cast(this.movingVariance, dtype);
    if (training && this.trainable) {
      const [batchMean, batchVariance] = this.#moments(x, mask);
      if (this.renorm) [scale, offset] = this.#renormalized(batchMean, batchVariance, scale, offset);
      this.movingMean.assign(moved(mean, batchMean, this.momentum));
      if (!this.renorm) this.movingVariance.assign(moved(variance, batchVariance, this.momentum));
      [mean, variance] = [batchMean, batchVariance];
    }
    const { axis, epsilon } = this;
    return ops.cast(ops.batchNormalization(x, mean, variance, axis, { offset, scale, epsilon }), this.computeDtype);
  }

  /** Scale and offset with the corrections in them; the moving averages of `renorm` go on. */
  #renormalized(mean: Tensor, variance: Tensor, scale: Tensor | null, offset: Tensor | null): [Tensor, Tensor] {
    const { epsilon, renormMomentum } = this;
    const [movingStddev, renormMean, renormStddev] = [this.movingStddev!, this.renormMean!, this.renormStddev!];
    const { rmin = null, rmax = null, dmax = null } = this.renormClipping ?? {};
    const read = (variable: Variable): Tensor => ops.cast(variable, mean.dtype);
    const deviation = ops.sqrt(ops.add(variance, epsilon));
    const towards = ops.maximum(read(renormStddev), Math.sqrt(epsilon));
    let r = ops.divide(deviation, towards);
    let d = ops.divide(ops.subtract(mean, read(renormMean)), towards);
    if (rmin !== null) r = ops.maximum(r, rmin);
    if (rmax !== null) r = ops.minimum(r, rmax);
    if (dmax !== null) d = ops.clip(d, -dmax, dmax);
    [r, d] = [ops.stopGradient(r), ops.stopGradient(d)];
    renormMean.assign(moved(read(renormMean), mean, renormMomentum));
    renormStddev.assign(moved(read(renormStddev), deviation, renormMomentum));
    const stddev = moved(read(movingStddev), deviation, this.momentum);
    movingStddev.assign(stddev);
    this.movingVariance.assign(ops.relu(ops.subtract(ops.multiply(stddev, stddev), epsilon)));
    const shift = scale === null ? d : ops.multiply(d, scale);
    return [scale === null ? r : ops.multiply(r, scale), offset === null ? shift : ops.add(shift, offset)];
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

/** A moving average after one more step. */
function moved(old: Tensor, now: Tensor, momentum: number): Tensor {
  return ops.add(ops.multiply(old, momentum), ops.multiply(now, 1 - momentum));
}

/** An initializer like the one given, which begins anew: used twice a seeded one would give the same numbers or others. */
function fresh<I extends InitializerFunction | null>(initializer: I): I {
  return initializer instanceof Initializer
    ? (initializers.get({ class_name: classNameOf(initializer), config: initializer.getConfig() }) as I)
    : initializer;
}

const BOUNDS = ['rmax', 'rmin', 'dmax'];

/** @throws {ValueError} Bounds of `renorm` that are unknown or contradict each other. */
function requireBounds(owner: string, bounds: RenormClipping): void {
  const unknown = Object.keys(bounds).filter((name) => !BOUNDS.includes(name));
  if (unknown.length > 0)
    throw new ValueError(
      `${owner}: renormClipping has the unknown bounds ${unknown.map(quote).join(', ')}. Expected 'rmax', 'rmin', 'dmax'.`,
    );
  const { rmax = null, rmin = null, dmax = null } = bounds;
  if (rmax !== null && rmin !== null && rmax < rmin)
    throw new ValueError(`${owner}: renormClipping has rmax=${rmax} below rmin=${rmin}. Expected rmax to be greater.`);
  if (dmax !== null && dmax < 0)
    throw new ValueError(`${owner}: renormClipping has dmax=${dmax}. Expected a number of at least 0.`);
}
