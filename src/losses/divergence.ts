/** @file Losses between distributions and counts: Kullback–Leibler, Poisson. */
import { checkedOptions } from '../core/arguments.js';
import { epsilon } from '../core/config.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { op } from '../runtime/index.js';
import type { LossOptions } from './loss.js';
import { FunctionLoss } from './loss.js';
import { operands } from './operands.js';

/**
 * Σ yTrue log(yTrue / yPred) over the last axis; both are kept in [epsilon, 1].
 *
 * @param yTrue Probabilities, of shape (batch, …, classes).
 * @param yPred Probabilities of the same shape.
 * @returns Shape (batch, …).
 * @throws {ValueError} The shapes differ.
 * @see `keras.losses.kl_divergence`
 * @example
 * losses.klDivergence([[0.5, 0.5]], [[0.9, 0.1]]) // [0.51082563]
 */
export const klDivergence = op('kl_divergence', (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const [t, p] = operands(yTrue, yPred, 'klDivergence').map((x) => ops.clip(x, epsilon(), 1));
  return ops.sum(ops.multiply(t, ops.log(ops.divide(t, p))), { axis: -1 });
});

/**
 * mean(yPred − yTrue log(yPred + epsilon)) over the last axis.
 *
 * @param yTrue Counts, of shape (batch, …, d).
 * @param yPred Predicted means of the same shape.
 * @returns Shape (batch, …): one loss for each row of the last axis.
 * @throws {ValueError} The shapes differ.
 * @see `keras.losses.poisson`
 * @example
 * losses.poisson([[2, 1]], [[1, 1]]) // [0.9999998]
 */
export const poisson = op('poisson', (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const [t, p] = operands(yTrue, yPred, 'poisson');
  return ops.mean(ops.subtract(p, ops.multiply(t, ops.log(ops.add(p, epsilon())))), { axis: -1 });
});

/**
 * How far the predicted distribution is from the true one.
 *
 * @param options See {@link LossOptions}.
 * @throws {ValueError} `reduction` is unknown.
 * @see `keras.losses.KLDivergence`
 * @example
 * new losses.KLDivergence()([[0.5, 0.5]], [[0.9, 0.1]]) // 0.51082563
 */
export class KLDivergence extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(klDivergence, 'kl_divergence', options);
  }
}

/**
 * −log of a Poisson distribution's probability of the counts, without the part that no prediction changes.
 *
 * @param options See {@link LossOptions}.
 * @throws {ValueError} `reduction` is unknown.
 * @see `keras.losses.Poisson`
 * @example
 * new losses.Poisson()([[2, 1]], [[1, 1]]) // 0.9999998
 */
export class Poisson extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(poisson, 'poisson', options);
  }
}
