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

/** mean(max(0, 1 − yTrue · yPred)) over the last axis, for targets −1 and 1 (or 0 and 1). @see `keras.losses.hinge` */
export const hinge = op('hinge', (yTrue: TensorLike, yPred: TensorLike): Tensor =>
  ops.mean(margins(yTrue, yPred, 'hinge'), { axis: -1 }),
);

/** mean(max(0, 1 − yTrue · yPred)²) over the last axis, for targets −1 and 1 (or 0 and 1). @see `keras.losses.squared_hinge` */
export const squaredHinge = op('squared_hinge', (yTrue: TensorLike, yPred: TensorLike): Tensor =>
  ops.mean(ops.square(margins(yTrue, yPred, 'squaredHinge')), { axis: -1 }),
);

/** max(0, 1 + the greatest score of the other classes − that of the true one), for one-hot targets. @see `keras.losses.categorical_hinge` */
export const categoricalHinge = op('categorical_hinge', (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const [t, p] = operands(yTrue, yPred, 'categoricalHinge');
  const own = ops.sum(ops.multiply(t, p), { axis: -1 });
  const other = ops.max(ops.multiply(ops.subtract(1, t), p), { axis: -1 });
  return ops.maximum(ops.add(ops.subtract(other, own), 1), 0);
});

/** A margin of 1 between the classes −1 and 1. @see `keras.losses.Hinge` */
export class Hinge extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(hinge, 'hinge', options);
  }
}

/** The square of the hinge loss. @see `keras.losses.SquaredHinge` */
export class SquaredHinge extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(squaredHinge, 'squared_hinge', options);
  }
}

/** A margin of 1 between the true class and the others. @see `keras.losses.CategoricalHinge` */
export class CategoricalHinge extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(categoricalHinge, 'categorical_hinge', options);
  }
}
