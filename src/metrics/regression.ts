/** @file Means of the losses of regression, as metrics. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import {
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
} from '../losses/index.js';
import { squeezeOrExpandToSameRank } from '../losses/reduction.js';
import { cosineSimilarity as cosineLoss } from '../losses/index.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { op, toTensor } from '../runtime/index.js';
import { FunctionMetric, Mean } from './mean.js';
import type { MetricOptions, UpdateOptions } from './metric.js';
import { sampleWeightOf } from './updates.js';

/**
 * The mean of squared errors.
 *
 * @param options See {@link MetricOptions}.
 * @see `keras.metrics.MeanSquaredError`
 * @example
 * new metrics.MeanSquaredError()([[0, 1]], [[1, 0.5]]) // 0.625
 */
export class MeanSquaredError extends FunctionMetric {
  constructor(options: MetricOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(meanSquaredError, 'mean_squared_error', 'down', options);
  }
}

/**
 * The mean of absolute errors.
 *
 * @param options See {@link MetricOptions}.
 * @see `keras.metrics.MeanAbsoluteError`
 * @example
 * new metrics.MeanAbsoluteError()([[0, 1]], [[1, 0.5]]) // 0.75
 */
export class MeanAbsoluteError extends FunctionMetric {
  constructor(options: MetricOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(meanAbsoluteError, 'mean_absolute_error', 'down', options);
  }
}

/**
 * The mean of absolute errors in percent of the targets.
 *
 * @param options See {@link MetricOptions}.
 * @see `keras.metrics.MeanAbsolutePercentageError`
 * @example
 * new metrics.MeanAbsolutePercentageError()([[10, 20]], [[11, 18]]) // 10
 */
export class MeanAbsolutePercentageError extends FunctionMetric {
  constructor(options: MetricOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(meanAbsolutePercentageError, 'mean_absolute_percentage_error', 'down', options);
  }
}

/**
 * The mean of squared differences of logarithms.
 *
 * @param options See {@link MetricOptions}.
 * @see `keras.metrics.MeanSquaredLogarithmicError`
 * @example
 * new metrics.MeanSquaredLogarithmicError()([[10, 20]], [[11, 18]]) // 0.008793849
 */
export class MeanSquaredLogarithmicError extends FunctionMetric {
  constructor(options: MetricOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(meanSquaredLogarithmicError, 'mean_squared_logarithmic_error', 'down', options);
  }
}

/**
 * The root of the mean of squared errors.
 *
 * @param options See {@link MetricOptions}.
 * @see `keras.metrics.RootMeanSquaredError`
 * @example
 * new metrics.RootMeanSquaredError()([[0, 1]], [[3, 1]]) // 2.1213202
 */
export class RootMeanSquaredError extends Mean {
  override readonly direction = 'down';

  constructor(given: MetricOptions = {}) {
    const { name = 'root_mean_squared_error', ...options } = checkedOptions<MetricOptions>(
      new.target,
      given,
      arguments,
      0,
    );
    super({ name, ...options });
  }

  /** Add targets and predictions of the same shape. */
  override updateState(yTrue: TensorLike, yPred: TensorLike, options?: UpdateOptions): void {
    const owner = `RootMeanSquaredError '${this.name}'`;
    const [t, p] = squeezeOrExpandToSameRank(
      toTensor(yTrue, this.dtype, `${owner} (yTrue)`),
      toTensor(yPred, this.dtype, `${owner} (yPred)`),
    );
    this.addValues(ops.square(ops.subtract(p, t)), sampleWeightOf(this, options));
  }

  override result(): Tensor {
    return ops.sqrt(super.result());
  }
}

/** Σ of the product of two vectors, each of length 1. The loss of this name has the opposite sign. */
const cosineSimilarity = op(
  'cosine_similarity',
  (yTrue: TensorLike, yPred: TensorLike, options: { readonly axis?: number } = {}): Tensor =>
    ops.negative(cosineLoss(yTrue, yPred, options)),
  { optionNames: ['axis'] },
);

/** Options of `CosineSimilarity`. */
export interface CosineSimilarityOptions extends MetricOptions {
  /** Along which axis the vectors lie. Default −1. */
  readonly axis?: number;
}
/**
 * 1 for predictions in the direction of the targets, −1 for the opposite one.
 *
 * @param options See {@link CosineSimilarityOptions}.
 * @see `keras.metrics.CosineSimilarity`
 * @example
 * new metrics.CosineSimilarity()([[1, 0]], [[3, 4]]) // 0.6
 */
export class CosineSimilarity extends FunctionMetric {
  /** @throws {ValueError} `axis` is no whole number. */
  constructor(given: CosineSimilarityOptions = {}) {
    const { axis = -1, ...options } = checkedOptions<CosineSimilarityOptions>(new.target, given, arguments, 0);
    if (!Number.isInteger(axis))
      throw new ValueError(`CosineSimilarity: axis=${describe(axis)}. Expected a whole number.`);
    super(cosineSimilarity, 'cosine_similarity', 'up', options, { axis });
  }
}

/**
 * The mean of log cosh of the errors.
 *
 * @param options See {@link MetricOptions}.
 * @see `keras.metrics.LogCoshError`
 * @example
 * new metrics.LogCoshError()([[0, 0]], [[0.5, 3]]) // 1.2147216
 */
export class LogCoshError extends FunctionMetric {
  constructor(options: MetricOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(logCosh, 'logcosh', 'down', options);
  }
}
