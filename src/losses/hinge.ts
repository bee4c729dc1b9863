/** @file Losses of the hinge family, which ask for a margin. */
import { checkedOptions } from '../core/arguments.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { op } from '../runtime/index.js';
import type { LossOptions } from './loss.js';
import { FunctionLoss } from './loss.js';
import { operands } from './operands.js';

/** max(0, 1 − t p), for targets −1 and 1. Targets that are all 0 or 1 are read as −1 and 1. */
function margins(yTrue: TensorLike, yPred: TensorLike, owner: string): Tensor {
  const [t, p] = operands(yTrue, yPred, owner);
  const binary = ops.all(ops.logicalOr(ops.equal(t, 0), ops.equal(t, 1)));
  const signs = ops.where(binary, ops.subtract(ops.multiply(2, t), 1), t);
  return ops.maximum(ops.subtract(1, ops.multiply(signs, p)), 0);
}

/**
 * mean(max(0, 1 − yTrue · yPred)) over the last axis, for targets −1 and 1 (or 0 and 1).
 *
 * @param yTrue Classes −1 and 1 (or 0 and 1), of shape (batch, …, d).
 * @param yPred Scores of the same shape.
 * @returns Shape (batch, …): one loss for each row of the last axis.
 * @throws {ValueError} The shapes differ.
 * @see `keras.losses.hinge`
 * @example
 * losses.hinge([[1, -1]], [[0.5, 0.25]]) // [0.875]
 */
export const hinge = op('hinge', (yTrue: TensorLike, yPred: TensorLike): Tensor =>
  ops.mean(margins(yTrue, yPred, 'hinge'), { axis: -1 }),
);

/**
 * mean(max(0, 1 − yTrue · yPred)²) over the last axis, for targets −1 and 1 (or 0 and 1).
 *
 * @param yTrue Classes −1 and 1 (or 0 and 1), of shape (batch, …, d).
 * @param yPred Scores of the same shape.
 * @returns Shape (batch, …): one loss for each row of the last axis.
 * @throws {ValueError} The shapes differ.
 * @see `keras.losses.squared_hinge`
 * @example
 * losses.squaredHinge([[1, -1]], [[0.5, 0.25]]) // [0.90625]
 */
export const squaredHinge = op('squared_hinge', (yTrue: TensorLike, yPred: TensorLike): Tensor =>
  ops.mean(ops.square(margins(yTrue, yPred, 'squaredHinge')), { axis: -1 }),
);

/**
 * max(0, 1 + the greatest score of the other classes − that of the true one), for one-hot targets.
 *
 * @param yTrue One-hot targets, of shape (batch, …, classes).
 * @param yPred Scores of the same shape.
 * @returns Shape (batch, …).
 * @throws {ValueError} The shapes differ.
 * @see `keras.losses.categorical_hinge`
 * @example
 * losses.categoricalHinge([[0, 1]], [[0.3, 0.9]]) // [0.40000004]
 */
export const categoricalHinge = op('categorical_hinge', (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const [t, p] = operands(yTrue, yPred, 'categoricalHinge');
  const own = ops.sum(ops.multiply(t, p), { axis: -1 });
  const other = ops.max(ops.multiply(ops.subtract(1, t), p), { axis: -1 });
  return ops.maximum(ops.add(ops.subtract(other, own), 1), 0);
});

/**
 * A margin of 1 between the classes −1 and 1.
 *
 * @param options See {@link LossOptions}.
 * @throws {ValueError} `reduction` is unknown.
 * @see `keras.losses.Hinge`
 * @example
 * new losses.Hinge()([[1, -1]], [[0.5, 0.25]]) // 0.875
 */
export class Hinge extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(hinge, 'hinge', options);
  }
}

/**
 * The square of the hinge loss.
 *
 * @param options See {@link LossOptions}.
 * @throws {ValueError} `reduction` is unknown.
 * @see `keras.losses.SquaredHinge`
 * @example
 * new losses.SquaredHinge()([[1, -1]], [[0.5, 0.25]]) // 0.90625
 */
export class SquaredHinge extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(squaredHinge, 'squared_hinge', options);
  }
}

/**
 * A margin of 1 between the true class and the others.
 *
 * @param options See {@link LossOptions}.
 * @throws {ValueError} `reduction` is unknown.
 * @see `keras.losses.CategoricalHinge`
 * @example
 * new losses.CategoricalHinge()([[0, 1]], [[0.3, 0.9]]) // 0.40000004
 */
export class CategoricalHinge extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(categoricalHinge, 'categorical_hinge', options);
  }
}
