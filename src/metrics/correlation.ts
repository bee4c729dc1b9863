/** @file Correlations of targets and predictions. */
import { checkedOptions } from '../core/arguments.js';
import { epsilon } from '../core/config.js';
import { squeezeOrExpandToSameRank } from '../losses/reduction.js';
import { floatTensor } from '../ops/common.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { op, toTensor } from '../runtime/index.js';
import { FunctionMetric } from './mean.js';
import type { MetricOptions } from './metric.js';

/** Options of the correlations as functions. */
export interface CorrelationFunctionOptions {
  /** Along which axis values are correlated. Default −1. */
  readonly axis?: number;
}

function pair(yTrue: TensorLike, yPred: TensorLike, owner: string): [Tensor, Tensor] {
  const p = floatTensor(yPred, `${owner} (yPred)`);
  return squeezeOrExpandToSameRank(toTensor(yTrue, p.dtype, `${owner} (yTrue)`), p);
}

/**
 * mean((t − mean t)(p − mean p)) / (std t · std p) along an axis.
 *
 * @param yTrue Targets, of shape (batch, …, d).
 * @param yPred Predictions of the same shape.
 * @param options See {@link CorrelationFunctionOptions}.
 * @returns The shape of `yTrue` without the axis; each value is in [−1, 1].
 * @throws {ValueError} The shapes differ.
 * @see `keras.metrics.pearson_correlation`
 * @example
 * metrics.pearsonCorrelation([[1, 2, 3]], [[2, 3, 5]]) // [0.9819805]
 */
export const pearsonCorrelation = op(
  'pearson_correlation',
  (yTrue: TensorLike, yPred: TensorLike, { axis = -1 }: CorrelationFunctionOptions = {}): Tensor => {
    const along = { axis, keepdims: true };
    const [t, p] = pair(yTrue, yPred, 'pearsonCorrelation').map((x) => {
      const centred = ops.subtract(x, ops.mean(x, along));
      return ops.divide(centred, ops.std(centred, along));
    });
    return ops.mean(ops.multiply(t, p), { axis });
  },
);

/**
 * Lin's concordance: correlation that also asks for the same mean and scale.
 *
 * @param yTrue Targets, of shape (batch, …, d).
 * @param yPred Predictions of the same shape.
 * @param options See {@link CorrelationFunctionOptions}.
 * @returns The shape of `yTrue` without the axis; each value is in [−1, 1].
 * @throws {ValueError} The shapes differ.
 * @see `keras.metrics.concordance_correlation`
 * @example
 * metrics.concordanceCorrelation([[1, 2, 3]], [[2, 3, 4]]) // [0.57142854]
 */
export const concordanceCorrelation = op(
  'concordance_correlation',
  (yTrue: TensorLike, yPred: TensorLike, { axis = -1 }: CorrelationFunctionOptions = {}): Tensor => {
    const along = { axis, keepdims: true };
    const [t, p] = pair(yTrue, yPred, 'concordanceCorrelation');
    const [meanT, meanP] = [ops.mean(t, along), ops.mean(p, along)];
    const deviation = ops.subtract(p, meanP);
    // The mean of the product is the covariance whichever constant is taken from t; Keras takes the mean of p.
    const covariance = ops.multiply(ops.subtract(t, meanP), deviation);
    const variances = ops.add(ops.var(ops.subtract(t, meanT), along), ops.var(deviation, along));
    const norm = ops.add(ops.add(variances, ops.square(ops.subtract(meanT, meanP))), epsilon());
    return ops.mean(ops.divide(ops.multiply(2, covariance), norm), { axis });
  },
);

/** Options of the correlations. */
export interface CorrelationOptions extends MetricOptions, CorrelationFunctionOptions {}

/**
 * The mean of Pearson correlations, in [−1, 1].
 *
 * @param options See {@link CorrelationOptions}.
 * @see `keras.metrics.PearsonCorrelation`
 * @example
 * new metrics.PearsonCorrelation()([[1, 2, 3]], [[2, 3, 5]]) // 0.9819805
 */
export class PearsonCorrelation extends FunctionMetric {
  constructor(given: CorrelationOptions = {}) {
    const { axis = -1, ...options } = checkedOptions<CorrelationOptions>(new.target, given, arguments, 0);
    super(pearsonCorrelation, 'pearson_correlation', 'up', options, { axis });
  }
}

/**
 * The mean of concordances, in [−1, 1].
 *
 * @param options See {@link CorrelationOptions}.
 * @see `keras.metrics.ConcordanceCorrelation`
 * @example
 * new metrics.ConcordanceCorrelation()([[1, 2, 3]], [[2, 3, 4]]) // 0.57142854
 */
export class ConcordanceCorrelation extends FunctionMetric {
  constructor(given: CorrelationOptions = {}) {
    const { axis = -1, ...options } = checkedOptions<CorrelationOptions>(new.target, given, arguments, 0);
    super(concordanceCorrelation, 'concordance_correlation', 'up', options, { axis });
  }
}
