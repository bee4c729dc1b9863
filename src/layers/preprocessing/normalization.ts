/** @file `Normalization`: numbers moved and scaled to mean 0 and variance 1. */
import { checkedOptions } from '../../core/arguments.js';
import { epsilon } from '../../core/config.js';
import { quote } from '../../core/describe.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape, Shape } from '../../core/shape.js';
import { formatShape, sameShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Numbers, Tensor, TensorLike, Variable } from '../../runtime/index.js';
import { tensor, toTensor, Variable as VariableClass, withTrace } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import type { AdaptData } from './adapt.js';
import { readForAdapt } from './adapt.js';
import type { Moments } from './moments.js';
import { joinMoments, momentsOf } from './moments.js';

/** Options of `new Normalization(options)`. */
export interface NormalizationOptions extends LayerOptions {
  /** The axes whose every place has a mean and variance of its own; null: one for all numbers. Default −1. */
  readonly axis?: number | readonly number[] | null;
  /** Known means: a number, or one for each place of the kept axes. Default null: `adapt` finds them. */
  readonly mean?: Numbers | null;
  /** Known variances, of the shape of `mean`. The two go together. */
  readonly variance?: Numbers | null;
  /** Whether the layer turns normalized numbers back into what they were. Default false. */
  readonly invert?: boolean;
}

/**
 * (x − mean) / √variance. Input of any shape, output of the same, as floats.
 *
 * Mean and variance are given, or found by `await layer.adapt(data)`, before or after the layer is built. Found ones are weights that do not
 * train (`mean`, `variance`, `count`); as in Keras, what `setWeights` sets has an effect after `finalizeState()`.
 *
 * @param options See {@link NormalizationOptions}.
 * @throws {ValueError} One of mean and variance without the other, or of another shape; an axis that the input does not have, or whose
 *   size is open.
 * @see `keras.layers.Normalization`
 * @example
 * const layer = new layers.Normalization({ axis: null });
 * await layer.adapt([1, 2, 3, 4, 5]);
 * layer([1, 3, 5]); // [-1.4142135, 0, 1.4142135]
 */
export class Normalization extends Layer {
  protected override readonly takesOneTensor = true;
  readonly axis: readonly number[];
  readonly inputMean: Numbers | null;
  readonly inputVariance: Numbers | null;
  readonly invert: boolean;
  adaptMean: Variable | null = null;
  adaptVariance: Variable | null = null;
  count: Variable | null = null;
  #inputShape: PartialShape | null = null;
  #keptAxes: readonly number[] = [];
  /** What `call` computes with: programs read it anew at each run. No weights, so that files and `weights` have Keras's. */
  #used: { readonly mean: Variable; readonly variance: Variable } | null = null;

  constructor(options: NormalizationOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { axis = -1, mean = null, variance = null, invert = false, ...rest } = options;
    super(rest);
    const owner = ownerOf(this);
    const axes: readonly unknown[] = axis === null ? [] : Array.isArray(axis) ? axis : [axis];
    if (!axes.every((x) => Number.isInteger(x)))
      throw new ValueError(`${owner}: axis=${quote(axis)}. Expected a whole number, a list of them, or null.`);
    this.axis = axes as number[];
    if ((mean !== null) !== (variance !== null))
      throw new ValueError(
        `${owner}: mean and variance go together. Received: mean=${quote(mean)}, variance=${quote(variance)}.`,
      );
    if (mean !== null && variance !== null) {
      const [m, v] = [toTensor(mean, null, `${owner}: mean`), toTensor(variance, null, `${owner}: variance`)];
      if (!sameShape(m.shape, v.shape))
        throw new ValueError(
          `${owner}: mean and variance must have one shape. Received: ${formatShape(m.shape)} and ${formatShape(v.shape)}.`,
        );
      if (m.ndim > this.axis.length)
        throw new ValueError(
          `${owner}: mean has ${m.ndim} axes, but axis=[${this.axis.join(', ')}] keeps ${this.axis.length}. Give mean and variance no more axes than that.`,
        );
    }
    this.inputMean = mean;
    this.inputVariance = variance;
    this.invert = invert;
    this.supportsMasking = true;
  }

  override build(inputShape: PartialShape): void {
    if (this.built) return;
    const owner = ownerOf(this);
    const ndim = inputShape.length;
    if (this.axis.some((a) => a < -ndim || a >= ndim))
      throw new ValueError(
        `${owner}: axis=[${this.axis.join(', ')}], but the input, of shape ${formatShape(inputShape)}, has ${ndim} axes. Expected axes from ${-ndim} to ${ndim - 1}.`,
      );
    const kept = this.axis.map((a) => (a < 0 ? a + ndim : a)).sort((a, b) => a - b);
    const open = kept.find((a) => inputShape[a] === null);
    if (open !== undefined)
      throw new ValueError(
        `${owner}: axis ${open} is kept (axis=[${this.axis.join(', ')}]), but its size is open in the input shape ${formatShape(inputShape)}. ` +
          `State it in Input, or leave the axis out.`,
      );
    this.#inputShape = inputShape;
    this.#keptAxes = kept;
    const shape = kept.map((a) => inputShape[a]!);
    const broadcast = inputShape.map((size, i) => (kept.includes(i) ? size! : 1));
    if (this.inputMean === null) {
      const weight = { shape, trainable: false };
      this.adaptMean = this.addWeight({ ...weight, name: 'mean', initializer: 'zeros' });
      this.adaptVariance = this.addWeight({ ...weight, name: 'variance', initializer: 'ones' });
      this.count = this.addWeight({ name: 'count', dtype: 'int32', initializer: 'zeros', trainable: false });
      this.#use(this.adaptMean.value, this.adaptVariance.value, broadcast);
      return;
    }
    const spread = (x: Numbers): Tensor => {
      const given = toTensor(x);
      const own = new Array<number>(ndim).fill(1);
      given.shape.forEach((size, i) => (own[kept[kept.length - given.ndim + i]] = size));
      try {
        return ops.broadcastTo(ops.reshape(given, own), broadcast);
      } catch {
        throw new ValueError(
          `${owner}: mean and variance of shape ${formatShape(given.shape)} do not fit the kept axes [${kept.join(', ')}] of the input shape ${formatShape(inputShape)}.`,
        );
      }
    };
    this.#use(spread(this.inputMean), spread(this.inputVariance!), broadcast);
  }

  #use(mean: Tensor, variance: Tensor, shape: Shape): void {
    withTrace(null, () => {
      const [m, v] = [mean, variance].map((x) => ops.cast(ops.reshape(x, shape), this.computeDtype));
      if (this.#used === null) {
        const options = { dtype: this.computeDtype, trainable: false, autocast: false };
        this.#used = { mean: new VariableClass(m, options), variance: new VariableClass(v, options) };
      } else {
        this.#used.mean.assign(m);
        this.#used.variance.assign(v);
      }
    });
  }

  /** The means that the layer computes with, of the rank of the input; null before it is built. */
  get mean(): Tensor | null {
    return this.#used?.mean.value ?? null;
  }

  /** The variances that the layer computes with, of the rank of the input; null before it is built. */
  get variance(): Tensor | null {
    return this.#used?.variance.value ?? null;
  }

  /**
   * Find the mean and variance of data.
   *
   * @param data An array, or batches: a list of arrays, a `Dataset`, a `PyDataset`, a generator. Of batches `[x, y]`, `x` counts.
   * @throws {ValueError} The layer was given its mean; the data have another shape than the layer was built for; there are none.
   */
  async adapt(data: AdaptData): Promise<void> {
    const owner = ownerOf(this);
    if (this.inputMean !== null)
      throw new ValueError(
        `${owner}: cannot adapt, as it was given mean=${quote(this.inputMean)} and variance. Make it without them to have them found.`,
      );
    let moments: Moments | null = null;
    const add = (x: Tensor): void => {
      if (x.size === 0)
        throw new ValueError(`${owner}: adapt got an array without numbers, of shape ${formatShape(x.shape)}.`);
      if (!this.built) this.build(x.shape);
      this.#checkShape(x);
      const own = momentsOf(x, this.#keptAxes);
      moments = moments === null ? own : joinMoments(moments, own);
    };
    await readForAdapt(owner, data, { array: add, batch: add }, () => {
      const { mean, variance } = moments!;
      const shape = this.#keptAxes.map((a) => this.#inputShape![a]!);
      this.adaptMean!.assign(tensor(mean, shape));
      this.adaptVariance!.assign(tensor(variance, shape));
      this.finalizeState();
    }); // prettier-ignore
  }

  #checkShape(x: Tensor): void {
    const built = this.#inputShape!;
    if (x.ndim === built.length && this.#keptAxes.every((a) => x.shape[a] === built[a])) return;
    throw new ValueError(
      `${ownerOf(this)}: was built for inputs of shape ${formatShape(built)}, but adapt got data of shape ${formatShape(x.shape)}. ` +
        `The kept axes [${this.#keptAxes.join(', ')}] must agree.`,
    );
  }

  /** Compute with what the weights are now. `adapt` and loading do it by themselves. */
  finalizeState(): void {
    if (this.inputMean !== null || !this.built || this.adaptMean === null) return;
    const shape = this.#inputShape!.map((size, i) => (this.#keptAxes.includes(i) ? size! : 1));
    this.#use(this.adaptMean.value, this.adaptVariance!.value, shape);
  }

  override call(inputs: Tensor): Tensor {
    const { mean, variance } = this.#used!;
    const x = ops.cast(inputs, this.computeDtype);
    const deviation = ops.maximum(ops.sqrt(variance), epsilon());
    return this.invert ? ops.add(mean, ops.multiply(x, deviation)) : ops.divide(ops.subtract(x, mean), deviation);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override getConfig(): Config {
    const { axis, invert, inputMean, inputVariance } = this;
    return { ...super.getConfig(), axis, invert, mean: inputMean, variance: inputVariance };
  }

  override loadOwnVariables(store: Readonly<Record<string, TensorLike>>): void {
    super.loadOwnVariables(store);
    this.finalizeState();
  }

  override getBuildConfig(): Config | null {
    return this.#inputShape === null ? null : { input_shape: this.#inputShape };
  }
}
