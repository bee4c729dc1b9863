/** @file The coefficient of determination. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import { formatShape } from '../core/shape.js';
import { squeezeOrExpandToSameRank } from '../losses/reduction.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike, Variable } from '../runtime/index.js';
import { tensor, toTensor } from '../runtime/index.js';
import type { MetricOptions, UpdateOptions } from './metric.js';
import { Metric } from './metric.js';
import { sampleWeightOf } from './updates.js';

/** Options of `R2Score`. */
export interface R2ScoreOptions extends MetricOptions {
  /** How the scores of the outputs become one: their mean, one weighed by their variances, or null for none. Default `'uniform_average'`. */
  readonly classAggregation?: 'uniform_average' | 'variance_weighted_average' | null;
  /** How many independent numbers the model predicts from, for the adjusted score; 0 for the plain one. Default 0. */
  readonly numRegressors?: number;
}

/**
 * 1 − (squared errors) / (squared deviations of the targets from their mean).
 *
 * @param options See {@link R2ScoreOptions}.
 * @throws {ValueError} `classAggregation` is unknown, or `numRegressors` is not a whole number from 0.
 * @see `keras.metrics.R2Score`
 * @example
 * new metrics.R2Score()([[1], [4], [3]], [[2], [4], [4]]) // 0.57142854
 */
export class R2Score extends Metric {
  override readonly direction = 'up';
  readonly classAggregation: 'uniform_average' | 'variance_weighted_average' | null;
  readonly numRegressors: number;
  readonly numSamples: Variable;
  squaredSum!: Variable;
  sum!: Variable;
  totalMse!: Variable;
  count!: Variable;
  #built = false;

  /** @throws {ValueError} An option is out of range. */
  constructor(options: R2ScoreOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { classAggregation = 'uniform_average', numRegressors = 0, name = 'r2_score', ...rest } = options;
    super({ name, ...rest });
    if (!['uniform_average', 'variance_weighted_average', null].includes(classAggregation))
      throw new ValueError(
        `R2Score: classAggregation=${JSON.stringify(classAggregation)}. Expected 'uniform_average', 'variance_weighted_average' or null.`,
      );
    if (!Number.isInteger(numRegressors) || numRegressors < 0)
      throw new ValueError(`R2Score: numRegressors=${describe(numRegressors)}. Expected a whole number from 0.`);
    this.classAggregation = classAggregation;
    this.numRegressors = numRegressors;
    this.numSamples = this.addVariable([], 'zeros', { name: 'num_samples' });
  }

  #build(yTrue: Tensor, yPred: Tensor): void {
    if (yTrue.ndim !== 2 || yPred.ndim !== 2)
      throw new ValueError(
        `R2Score '${this.name}': yTrue of shape ${formatShape(yTrue.shape)} and yPred of shape ${formatShape(yPred.shape)}. Expected (batch, outputs).`,
      );
    const zeros = (name: string): Variable => this.addVariable([yPred.shape[1]], 'zeros', { name });
    this.squaredSum = zeros('squared_sum');
    this.sum = zeros('sum');
    this.totalMse = zeros('residual');
    this.count = zeros('count');
    this.#built = true;
  }

  /** Add targets and predictions of shape (batch, outputs). Weights are one per sample, or one per number. */
  override updateState(yTrue: TensorLike, yPred: TensorLike, options?: UpdateOptions): void {
    const [t, p] = squeezeOrExpandToSameRank(
      toTensor(yTrue, this.dtype, 'R2Score (yTrue)'),
      toTensor(yPred, this.dtype, 'R2Score (yPred)'),
    );
    if (!this.#built) this.#build(t, p);
    const sampleWeight = sampleWeightOf(this, options);
    let weights = toTensor(sampleWeight ?? 1, this.dtype, 'R2Score (sampleWeight)');
    if (weights.ndim === 1) weights = ops.expandDims(weights, 1);
    weights = ops.broadcastTo(weights, t.shape);
    const weighed = ops.multiply(t, weights);
    const total = (x: Tensor): Tensor => ops.sum(x, { axis: 0 });
    this.sum.assignAdd(total(weighed));
    this.squaredSum.assignAdd(total(ops.multiply(t, weighed)));
    this.totalMse.assignAdd(total(ops.multiply(ops.square(ops.subtract(t, p)), weights)));
    this.count.assignAdd(total(weights));
    // Keras 3.15.1 counts every output of a sample as a sample; here, as in its master (#23334), rows are counted.
    const counted = ops.any(ops.notEqual(weights, 0), { axis: 1 });
    this.numSamples.assignAdd(sampleWeight === null ? t.shape[0] : ops.sum(ops.cast(counted, 'float32')));
  }

  /** A number, or one per output for `classAggregation: null`; the plain score where there are too few samples for the adjusted one. */
  override result(): Tensor {
    if (!this.#built) return tensor(0, null, this.dtype);
    const total = ops.subtract(this.squaredSum, ops.multiply(this.sum, ops.divide(this.sum, this.count)));
    const raw = ops.subtract(1, ops.divide(this.totalMse, total));
    const scores = ops.where(ops.isinf(raw), 0, raw);
    let score = scores;
    if (this.classAggregation === 'uniform_average') score = ops.mean(scores);
    else if (this.classAggregation === 'variance_weighted_average')
      score = ops.divide(ops.sum(ops.multiply(total, scores)), ops.sum(total));
    if (this.numRegressors === 0) return score;
    const freedom = ops.subtract(this.numSamples, 1 + this.numRegressors);
    const enough = ops.greater(freedom, 0);
    const inflation = ops.divide(ops.subtract(this.numSamples, 1), ops.where(enough, freedom, 1));
    return ops.where(enough, ops.subtract(1, ops.multiply(ops.subtract(1, score), inflation)), score);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), class_aggregation: this.classAggregation, num_regressors: this.numRegressors };
  }
}
