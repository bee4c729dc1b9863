/** @file Sums and means over batches, and the metrics that are the mean of a function. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import type { DType } from '../core/dtype.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import { toSnakeCase } from '../core/naming.js';
import type { Config, SerializableClass } from '../core/serialization.js';
import {
  classNameOf,
  constructFromConfig,
  deserializeKerasObject,
  isPlainFunction,
  registrationOf,
  serializeKerasObject,
} from '../core/serialization.js';
import { formatShape, range } from '../core/shape.js';
import { Loss } from '../losses/index.js';
import { applyMask, fittingMask, squeezeOrExpandToSameRank } from '../losses/reduction.js';
import * as ops from '../ops/index.js';
import type { ReductionOptions, TensorLike, Variable } from '../runtime/index.js';
import { getKerasMask, type Tensor, toTensor } from '../runtime/index.js';
import type { MetricOptions, UpdateOptions } from './metric.js';
import { Metric } from './metric.js';
import { sampleWeightOf } from './updates.js';

type Reduce = (x: Tensor, options: ReductionOptions) => Tensor;

/** Values reduced to one per sample, times their weights; and the weights, one per sample. */
function reduceToSamplewise(
  given: TensorLike,
  sampleWeight: TensorLike | null,
  reduce: Reduce,
  dtype: DType,
  owner: string,
): { readonly values: Tensor; readonly weights: Tensor | null } {
  const reduceFrom = (x: Tensor, axis: number): Tensor =>
    x.ndim > axis ? reduce(x, { axis: range(x.ndim - axis).map((i) => axis + i) }) : x;
  const raw = toTensor(given, null, owner);
  const mask = getKerasMask(raw) as Tensor | null;
  let values = ops.cast(raw, dtype);
  if (sampleWeight === null) return { values: reduceFrom(values, 1), weights: null };

  let weights = toTensor(sampleWeight, dtype, `${owner} (sampleWeight)`);
  weights = applyMask(weights, fittingMask(mask, raw), dtype, 'sum')!;
  [values, weights] = squeezeOrExpandToSameRank(values, weights);
  values = reduceFrom(values, weights.ndim);
  if (weights.ndim > values.ndim || weights.shape.some((n, i) => n !== 1 && n !== values.shape[i])) {
    throw new ValueError(
      `${owner}: sampleWeight of shape ${formatShape(weights.shape)} does not fit values of shape ${formatShape(values.shape)}. Give one weight per sample, or one per value.`,
    );
  }
  weights = ops.broadcastTo(weights, values.shape);
  values = ops.multiply(values, weights);
  return { values: reduceFrom(values, 1), weights: reduceFrom(weights, 1) };
}

/**
 * The (weighted) sum of all values.
 *
 * @param options See {@link MetricOptions}.
 * @see `keras.metrics.Sum`
 * @example
 * new Sum()([1, 3, 5, 7], { sampleWeight: [1, 1, 0, 0] })  // 4
 */
export class Sum extends Metric {
  readonly total: Variable;

  constructor(name: string, options?: MetricOptions);
  constructor(options?: MetricOptions);
  constructor(first?: MetricOptions | string, ..._more: unknown[]) {
    const { name = 'sum', ...options } = checkedOptions<MetricOptions>(new.target, first, arguments, 0);
    super({ name, ...options });
    this.total = this.addVariable([], 'zeros', { dtype: this.dtype, name: 'total' });
  }

  /** @param values Of any shape. */
  override updateState(values: TensorLike, options?: UpdateOptions): void {
    const sampleWeight = sampleWeightOf(this, options);
    const owner = `${classNameOf(this)} '${this.name}'`;
    const samples = reduceToSamplewise(values, sampleWeight, ops.sum, this.dtype, owner);
    this.total.assignAdd(ops.sum(samples.values));
  }

  override result(): Tensor {
    return this.total.value;
  }
}

/**
 * The (weighted) mean of all values.
 *
 * @param options See {@link MetricOptions}.
 * @see `keras.metrics.Mean`
 * @example
 * new Mean()([1, 3, 5, 7], { sampleWeight: [1, 1, 0, 0] })  // 2
 */
export class Mean extends Metric {
  readonly total: Variable;
  readonly count: Variable;

  constructor(name: string, options?: MetricOptions);
  constructor(options?: MetricOptions);
  constructor(first?: MetricOptions | string, ..._more: unknown[]) {
    const { name = 'mean', ...options } = checkedOptions<MetricOptions>(new.target, first, arguments, 0);
    super({ name, ...options });
    this.total = this.addVariable([], 'zeros', { dtype: this.dtype, name: 'total' });
    this.count = this.addVariable([], 'zeros', { dtype: this.dtype, name: 'count' });
  }

  /** Add values. `new Mean().updateState(values, { sampleWeight })`; subclasses take targets and predictions. */
  override updateState(values: TensorLike, ...rest: readonly unknown[]): void {
    this.addValues(values, sampleWeightOf(this, rest[0] as UpdateOptions | undefined));
  }

  /** Add values of any shape, with weights for the samples or for the values. */
  protected addValues(given: TensorLike, sampleWeight: TensorLike | null): void {
    const owner = `${classNameOf(this)} '${this.name}'`;
    const { values, weights } = reduceToSamplewise(given, sampleWeight, ops.mean, this.dtype, owner);
    this.total.assignAdd(ops.sum(values));
    this.count.assignAdd(weights === null ? values.size : ops.sum(weights));
  }

  override result(): Tensor {
    return ops.divideNoNan(this.total, this.count);
  }
}

/** A function of targets and predictions that gives one number per sample (or more). Its own options come third. */
export type MetricFunction = (yTrue: Tensor, yPred: Tensor, options?: never) => TensorLike;

/** Whether more is better. */
export type Direction = 'up' | 'down' | null;

/** The mean of a function with its options. Most built-in metrics are. */
export class FunctionMetric extends Mean {
  override readonly direction: Direction;
  readonly #fn: MetricFunction;
  readonly #fnOptions: Readonly<Record<string, unknown>>;

  /**
   * @param fn Takes targets, predictions and `fnOptions`.
   * @param defaultName Null: made from the class's name.
   * @param direction Whether more is better.
   * @param options Those of `Metric`; others are refused.
   * @param fnOptions The function's own; they are part of the config.
   */
  constructor(
    fn: MetricFunction,
    defaultName: string | null,
    direction: Direction,
    options: MetricOptions,
    fnOptions: Readonly<Record<string, unknown>> = {},
  ) {
    const { name = defaultName, dtype, ...rest } = options;
    super({ name, dtype });
    refuseUnknownOptions(classNameOf(this), rest, ['name', 'dtype', ...Object.keys(fnOptions)]);
    this.direction = direction;
    this.#fn = fn;
    this.#fnOptions = fnOptions;
  }

  /**
   * Add a batch.
   *
   * @param yTrue Targets.
   * @param yPred Predictions. Where they carry a mask, what is masked does not count.
   */
  override updateState(yTrue: TensorLike, yPred: TensorLike, options?: UpdateOptions): void {
    const sampleWeight = sampleWeightOf(this, options);
    const mask = getKerasMask(yPred) as Tensor | null;
    const own = Object.keys(this.#fnOptions).length > 0 ? [this.#fnOptions as never] : [];
    const values = toTensor(this.#fn(yTrue as Tensor, yPred as Tensor, ...own), null, this.name);
    const weights = sampleWeight === null ? null : toTensor(sampleWeight, this.dtype);
    this.addValues(values, applyMask(weights, fittingMask(mask, values), this.dtype, 'sum'));
  }

  override getConfig(): Config {
    const own = Object.entries(this.#fnOptions).map(([key, value]) => [toSnakeCase(key), serializeKerasObject(value)]);
    return { ...super.getConfig(), ...(Object.fromEntries(own) as Config) };
  }

  /** The function of which the mean is taken. */
  get fn(): MetricFunction {
    return this.#fn;
  }
}

/** Options of `MeanMetricWrapper`: those of every metric, and any for the function. */
export interface MeanMetricWrapperOptions extends MetricOptions {
  readonly [option: string]: unknown;
}

/**
 * The mean of a function of yours, `fn(yTrue, yPred, options)`, over all samples.
 *
 * @param fn From targets and predictions to values, or a loss.
 * @param options See {@link MeanMetricWrapperOptions}.
 * @see `keras.metrics.MeanMetricWrapper`
 * @example
 * new MeanMetricWrapper((t, p) => ops.square(ops.subtract(t, p)), { name: 'mine' })
 */
export class MeanMetricWrapper extends FunctionMetric {
  static override readonly positional: readonly string[] = ['fn'];

  constructor(fn: MetricFunction, options?: MeanMetricWrapperOptions);
  constructor(fn: Loss, options?: MeanMetricWrapperOptions);
  /** @throws {ValueError} `fn` is no function. */
  constructor(fn: MetricFunction | Loss, options: MeanMetricWrapperOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { name, dtype, ...fnOptions } = options;
    if (!isPlainFunction(fn) && !(fn instanceof Loss))
      throw new ValueError(`MeanMetricWrapper: fn=${describe(fn)}. Expected a function of targets and predictions.`);
    const isLoss = fn instanceof Loss || registrationOf(fn)?.module === 'keras.losses';
    super(fn, null, isLoss ? 'down' : null, { name, dtype }, fnOptions);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), fn: serializeKerasObject(this.fn) };
  }

  static override fromConfig(this: SerializableClass, config: Config): Metric {
    if (!('fn' in config)) return constructFromConfig(this as SerializableClass<Metric>, config);
    const fn = deserializeKerasObject(config['fn'], { defaultModule: 'keras.metrics' });
    return constructFromConfig(this as SerializableClass<Metric>, { ...config, fn });
  }
}
