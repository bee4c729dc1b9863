/** @file Losses of regression: distances between numbers, and between directions. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { epsilon } from '../core/config.js';
import { ValueError } from '../core/errors.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { op } from '../runtime/index.js';
import type { LossOptions } from './loss.js';
import { FunctionLoss } from './loss.js';
import { operands } from './operands.js';

const meanOver = (x: Tensor): Tensor => ops.mean(x, { axis: -1 });

/**
 * mean((yTrue − yPred)²) over the last axis.
 *
 * @param yTrue Targets, of shape (batch, …, d).
 * @param yPred Predictions, of the same shape.
 * @returns Shape (batch, …).
 * @throws {ValueError} The shapes do not go together. So for all losses here.
 * @see `keras.losses.mean_squared_error`
 * @example
 * meanSquaredError([[0, 1]], [[1, 0.5]])  // [0.625]
 */
export const meanSquaredError = op('mean_squared_error', (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const [t, p] = operands(yTrue, yPred, 'meanSquaredError');
  return meanOver(ops.square(ops.subtract(t, p)));
});

/**
 * mean(|yTrue − yPred|) over the last axis.
 *
 * @param yTrue Targets, of shape (batch, …, d).
 * @param yPred Predictions of the same shape.
 * @returns Shape (batch, …): one loss for each row of the last axis.
 * @throws {ValueError} The shapes differ.
 * @see `keras.losses.mean_absolute_error`
 * @example
 * losses.meanAbsoluteError([[0, 1]], [[1, 0.5]]) // [0.75]
 */
export const meanAbsoluteError = op('mean_absolute_error', (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const [t, p] = operands(yTrue, yPred, 'meanAbsoluteError');
  return meanOver(ops.abs(ops.subtract(t, p)));
});

/**
 * 100 · mean(|yTrue − yPred| / max(|yTrue|, epsilon)) over the last axis.
 *
 * @param yTrue Targets, of shape (batch, …, d).
 * @param yPred Predictions of the same shape.
 * @returns Shape (batch, …): one loss for each row of the last axis.
 * @throws {ValueError} The shapes differ.
 * @see `keras.losses.mean_absolute_percentage_error`
 * @example
 * losses.meanAbsolutePercentageError([[10, 20]], [[11, 18]]) // [10]
 */
export const meanAbsolutePercentageError = op(
  'mean_absolute_percentage_error',
  (yTrue: TensorLike, yPred: TensorLike): Tensor => {
    const [t, p] = operands(yTrue, yPred, 'meanAbsolutePercentageError');
    const share = ops.abs(ops.divide(ops.subtract(t, p), ops.maximum(ops.abs(t), epsilon())));
    return ops.multiply(100, meanOver(share));
  },
);

/**
 * mean((log(1 + yTrue) − log(1 + yPred))²) over the last axis; negative numbers count as 0.
 *
 * @param yTrue Targets, of shape (batch, …, d).
 * @param yPred Predictions of the same shape.
 * @returns Shape (batch, …): one loss for each row of the last axis.
 * @throws {ValueError} The shapes differ.
 * @see `keras.losses.mean_squared_logarithmic_error`
 * @example
 * losses.meanSquaredLogarithmicError([[10, 20]], [[11, 18]]) // [0.00879385]
 */
export const meanSquaredLogarithmicError = op(
  'mean_squared_logarithmic_error',
  (yTrue: TensorLike, yPred: TensorLike): Tensor => {
    const [t, p] = operands(yTrue, yPred, 'meanSquaredLogarithmicError');
    const log = (x: Tensor): Tensor => ops.log(ops.add(ops.maximum(x, epsilon()), 1));
    return meanOver(ops.square(ops.subtract(log(p), log(t))));
  },
);

/**
 * −Σ of the product of the two vectors along an axis, each of length 1: −1 for the same direction.
 *
 * @param yTrue Targets, of shape (batch, …, d).
 * @param yPred Predictions of the same shape.
 * @param options `axis`: along which the vectors lie; default −1.
 * @returns The shape of `yTrue` without the axis; each value is in [−1, 1].
 * @throws {ValueError} The shapes differ.
 * @see `keras.losses.cosine_similarity`
 * @example
 * losses.cosineSimilarity([[1, 0]], [[3, 4]]) // [-0.6]
 */
export const cosineSimilarity = op(
  'cosine_similarity',
  (yTrue: TensorLike, yPred: TensorLike, { axis = -1 }: { readonly axis?: number } = {}): Tensor => {
    const [t, p] = operands(yTrue, yPred, 'cosineSimilarity');
    return ops.negative(ops.sum(ops.multiply(ops.normalize(t, { axis }), ops.normalize(p, { axis })), { axis }));
  },
);

/**
 * ½ e² for errors up to `delta`, delta · |e| − ½ delta² beyond; the mean over the last axis.
 *
 * @param yTrue Targets, of shape (batch, …, d).
 * @param yPred Predictions of the same shape.
 * @param options `delta`: up to which error the loss is quadratic; default 1.
 * @returns Shape (batch, …): one loss for each row of the last axis.
 * @throws {ValueError} The shapes differ.
 * @see `keras.losses.huber`
 * @example
 * losses.huber([[0, 0]], [[0.5, 3]]) // [1.3125]
 */
export const huber = op(
  'huber',
  (yTrue: TensorLike, yPred: TensorLike, { delta = 1 }: { readonly delta?: number } = {}): Tensor => {
    const [t, p] = operands(yTrue, yPred, 'huber');
    const error = ops.subtract(p, t);
    const size = ops.abs(error);
    const beyond = ops.subtract(ops.multiply(delta, size), 0.5 * delta * delta);
    return meanOver(ops.where(ops.lessEqual(size, delta), ops.multiply(0.5, ops.square(error)), beyond));
  },
);

/**
 * mean(log cosh(yPred − yTrue)) over the last axis.
 *
 * @param yTrue Targets, of shape (batch, …, d).
 * @param yPred Predictions of the same shape.
 * @returns Shape (batch, …): one loss for each row of the last axis.
 * @throws {ValueError} The shapes differ.
 * @see `keras.losses.log_cosh`
 * @example
 * losses.logCosh([[0, 0]], [[0.5, 3]]) // [1.2147216]
 */
export const logCosh = op('log_cosh', (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const [t, p] = operands(yTrue, yPred, 'logCosh');
  const error = ops.subtract(p, t);
  // log cosh e = e + log(1 + e^(-2e)) - log 2, without overflow
  return meanOver(ops.subtract(ops.add(error, ops.softplus(ops.multiply(error, -2))), Math.LN2));
});

/**
 * The mean of squared errors.
 *
 * @param options See {@link LossOptions}.
 * @throws {ValueError} `reduction` is unknown.
 * @see `keras.losses.MeanSquaredError`
 * @example
 * new losses.MeanSquaredError()([[0, 1]], [[1, 0.5]]) // 0.625
 */
export class MeanSquaredError extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(meanSquaredError, 'mean_squared_error', options);
  }
}

/**
 * The mean of absolute errors.
 *
 * @param options See {@link LossOptions}.
 * @throws {ValueError} `reduction` is unknown.
 * @see `keras.losses.MeanAbsoluteError`
 * @example
 * new losses.MeanAbsoluteError()([[0, 1]], [[1, 0.5]]) // 0.75
 */
export class MeanAbsoluteError extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(meanAbsoluteError, 'mean_absolute_error', options);
  }
}

/**
 * The mean of absolute errors in percent of the targets.
 *
 * @param options See {@link LossOptions}.
 * @throws {ValueError} `reduction` is unknown.
 * @see `keras.losses.MeanAbsolutePercentageError`
 * @example
 * new losses.MeanAbsolutePercentageError()([[10, 20]], [[11, 18]]) // 10
 */
export class MeanAbsolutePercentageError extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(meanAbsolutePercentageError, 'mean_absolute_percentage_error', options);
  }
}

/**
 * The mean of squared differences of logarithms.
 *
 * @param options See {@link LossOptions}.
 * @throws {ValueError} `reduction` is unknown.
 * @see `keras.losses.MeanSquaredLogarithmicError`
 * @example
 * new losses.MeanSquaredLogarithmicError()([[10, 20]], [[11, 18]]) // 0.008793849
 */
export class MeanSquaredLogarithmicError extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(meanSquaredLogarithmicError, 'mean_squared_logarithmic_error', options);
  }
}

/** Options of `CosineSimilarity`. */
export interface CosineSimilarityOptions extends LossOptions {
  /** Along which axis the vectors lie. Default −1. */
  readonly axis?: number;
}
/**
 * −1 for predictions in the direction of the targets, 1 for the opposite one.
 *
 * @param options See {@link CosineSimilarityOptions}.
 * @throws {ValueError} `reduction` is unknown.
 * @see `keras.losses.CosineSimilarity`
 * @example
 * new losses.CosineSimilarity()([[1, 0]], [[3, 4]]) // -0.6
 */
export class CosineSimilarity extends FunctionLoss {
  constructor(given: CosineSimilarityOptions = {}) {
    const { axis = -1, ...options } = checkedOptions<CosineSimilarityOptions>(new.target, given, arguments, 0);
    super(cosineSimilarity, 'cosine_similarity', options, { axis });
  }
}

/** Options of `Huber`. */
export interface HuberOptions extends LossOptions {
  /** Up to which error the loss is quadratic. Default 1. */
  readonly delta?: number;
}
/**
 * Quadratic for small errors, linear for large ones.
 *
 * @param delta Up to which error the loss is quadratic; may stand in `options`. Default 1.
 * @param options See {@link HuberOptions}.
 * @throws {ValueError} `delta` is not positive, or `reduction` is unknown.
 * @see `keras.losses.Huber`; Huber 1964
 * @example
 * new losses.Huber()([[0, 0]], [[0.5, 3]]) // 1.3125
 */
export class Huber extends FunctionLoss {
  /** @throws {ValueError} `delta` is no positive number. */
  constructor(delta: number, options?: HuberOptions);
  constructor(options?: HuberOptions);
  constructor(first?: HuberOptions | number, ..._more: unknown[]) {
    const { delta = 1, ...options } = checkedOptions<HuberOptions>(new.target, first, arguments, 0);
    if (typeof delta !== 'number' || !(delta > 0))
      throw new ValueError(`Huber: delta=${describe(delta)}. Expected a positive number.`);
    super(huber, 'huber_loss', options, { delta });
  }
}

/**
 * log cosh of the errors: about ½ e² for small ones, |e| − log 2 for large ones.
 *
 * @param options See {@link LossOptions}.
 * @throws {ValueError} `reduction` is unknown.
 * @see `keras.losses.LogCosh`
 * @example
 * new losses.LogCosh()([[0, 0]], [[0.5, 3]]) // 1.2147216
 */
export class LogCosh extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(logCosh, 'log_cosh', options);
  }
}
