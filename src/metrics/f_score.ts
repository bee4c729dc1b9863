/** @file F-scores: precision and recall in one number. */
import { describe, quote } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { epsilon } from '../core/config.js';
import { ValueError } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import { classNameOf } from '../core/serialization.js';
import { formatShape } from '../core/shape.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike, Variable } from '../runtime/index.js';
import { tensor, toTensor } from '../runtime/index.js';
import type { MetricOptions, UpdateOptions } from './metric.js';
import { Metric } from './metric.js';
import { sampleWeightOf } from './updates.js';

/** How the classes' scores become one: `'micro'` counts all together, `'macro'` takes the mean, `'weighted'` one by the classes' frequency; null leaves them. */
export type ScoreAverage = 'micro' | 'macro' | 'weighted' | null;

/** Options of `F1Score`. */
export interface F1ScoreOptions extends MetricOptions {
  /** Default null: one score per class. */
  readonly average?: ScoreAverage;
  /** From which prediction on (exclusively) the answer is yes, in (0, 1]. Default null: the greatest of the row is the yes. */
  readonly threshold?: number | null;
}
/** Options of `FBetaScore`. */
export interface FBetaScoreOptions extends F1ScoreOptions {
  /** How many times as much recall counts as precision. Default 1. */
  readonly beta?: number;
}

/**
 * (1 + beta²) · precision · recall / (beta² · precision + recall).
 *
 * @param options See {@link FBetaScoreOptions}.
 * @throws {ValueError} `average` is unknown, `beta` is not positive, or `threshold` is outside of (0, 1].
 * @see `keras.metrics.FBetaScore`
 * @example
 * new metrics.FBetaScore({ beta: 2, threshold: 0.5 })([[1, 0], [1, 1]], [[0.9, 0.2], [0.3, 0.8]]) // [0.5555556, 0.9999999]
 */
export class FBetaScore extends Metric {
  override readonly direction = 'up';
  readonly average: ScoreAverage;
  readonly beta: number;
  readonly threshold: number | null;
  truePositives!: Variable;
  falsePositives!: Variable;
  falseNegatives!: Variable;
  intermediateWeights!: Variable;
  #built = false;

  /** @throws {ValueError} An option is out of range. */
  constructor(options: FBetaScoreOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { average = null, beta = 1, threshold = null, name = 'fbeta_score', ...rest } = options;
    super({ name, ...rest });
    const className = classNameOf(this);
    if (average !== null && average !== 'micro' && average !== 'macro' && average !== 'weighted')
      throw new ValueError(`${className}: average=${quote(average)}. Expected 'micro', 'macro', 'weighted' or null.`);
    if (typeof beta !== 'number' || !(beta > 0))
      throw new ValueError(`${className}: beta=${describe(beta)}. Expected a positive number.`);
    if (threshold !== null && (typeof threshold !== 'number' || !(threshold > 0 && threshold <= 1)))
      throw new ValueError(`${className}: threshold=${describe(threshold)}. Expected a number in (0, 1], or null.`);
    this.average = average;
    this.beta = beta;
    this.threshold = threshold;
  }

  #build(yTrue: Tensor, yPred: Tensor): void {
    if (yTrue.ndim !== 2 || yPred.ndim !== 2) {
      throw new ValueError(
        `${classNameOf(this)} '${this.name}': yTrue of shape ${formatShape(yTrue.shape)} and yPred of shape ${formatShape(yPred.shape)}. Expected (batch, classes).`,
      );
    }
    const shape = this.average === 'micro' ? [] : [yPred.shape[1]];
    const zeros = (name: string): Variable => this.addVariable(shape, 'zeros', { name, dtype: this.dtype });
    this.truePositives = zeros('true_positives');
    this.falsePositives = zeros('false_positives');
    this.falseNegatives = zeros('false_negatives');
    this.intermediateWeights = zeros('intermediate_weights');
    this.#built = true;
  }

  /**
   * Add targets (0 and 1) and predictions, of shape (batch, classes).
   *
   * Keras 3.15.1 takes weights of shape (batch,) only; here, as in its master (#23335), a number and one per prediction do as well.
   */
  override updateState(yTrue: TensorLike, yPred: TensorLike, options?: UpdateOptions): void {
    const t = toTensor(yTrue, this.dtype, `${classNameOf(this)} (yTrue)`);
    const given = toTensor(yPred, this.dtype, `${classNameOf(this)} (yPred)`);
    if (!this.#built) this.#build(t, given);
    const yes =
      this.threshold === null
        ? ops.logicalAnd(
            ops.greaterEqual(given, ops.max(given, { axis: -1, keepdims: true })),
            ops.greater(ops.abs(given), 1e-9),
          )
        : ops.greater(given, this.threshold);
    const p = ops.cast(yes, this.dtype);
    const sampleWeight = sampleWeightOf(this, options);
    let weights = sampleWeight === null ? null : toTensor(sampleWeight, this.dtype);
    while (weights !== null && weights.ndim < 2) weights = ops.expandDims(weights, -1);
    const sum = (x: Tensor): Tensor =>
      ops.sum(weights === null ? x : ops.multiply(x, weights), { axis: this.average === 'micro' ? null : 0 });
    this.truePositives.assignAdd(sum(ops.multiply(p, t)));
    this.falsePositives.assignAdd(sum(ops.multiply(p, ops.subtract(1, t))));
    this.falseNegatives.assignAdd(sum(ops.multiply(ops.subtract(1, p), t)));
    this.intermediateWeights.assignAdd(sum(t));
  }

  /** A number, or one per class for `average: null`. */
  override result(): Tensor {
    if (!this.#built) return tensor(0, null, this.dtype);
    const ratio = (errors: Variable): Tensor =>
      ops.divide(this.truePositives, ops.add(ops.add(this.truePositives, errors), epsilon()));
    const [precision, recall] = [ratio(this.falsePositives), ratio(this.falseNegatives)];
    const square = this.beta ** 2;
    const weighed = ops.add(ops.add(ops.multiply(square, precision), recall), epsilon());
    const score = ops.multiply(ops.divide(ops.multiply(precision, recall), weighed), 1 + square);
    if (this.average === null) return score;
    if (this.average !== 'weighted') return ops.mean(score);
    const total = ops.add(ops.sum(this.intermediateWeights), epsilon());
    return ops.sum(ops.multiply(score, ops.divide(this.intermediateWeights, total)));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), average: this.average, beta: this.beta, threshold: this.threshold };
  }
}

/**
 * The harmonic mean of precision and recall.
 *
 * @param options See {@link F1ScoreOptions}.
 * @throws {ValueError} `average` is unknown, or `threshold` is outside of (0, 1].
 * @see `keras.metrics.F1Score`
 * @example
 * new metrics.F1Score({ threshold: 0.5 })([[1, 0], [1, 1]], [[0.9, 0.2], [0.3, 0.8]]) // [0.66666657, 0.9999998]
 */
export class F1Score extends FBetaScore {
  constructor(given: F1ScoreOptions = {}) {
    const { name = 'f1_score', ...options } = checkedOptions<F1ScoreOptions>(new.target, given, arguments, 0);
    super({ name, ...options });
  }
  override getConfig(): Config {
    const { beta: _, ...config } = super.getConfig();
    return config;
  }
}
