/** @file Losses between distributions and counts: Kullback–Leibler, Poisson. */
import { checkedOptions } from '../core/arguments.js';
import { epsilon } from '../core/config.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { op } from '../runtime/index.js';
import type { LossOptions } from './loss.js';
import { FunctionLoss } from './loss.js';
import { operands } from './operands.js';

/** Σ yTrue log(yTrue / yPred) over the last axis; both are kept in [epsilon, 1]. @see `keras.losses.kl_divergence` */
export const klDivergence = op('kl_divergence', (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const [t, p] = operands(yTrue, yPred, 'klDivergence').map((x) => ops.clip(x, epsilon(), 1));
  return ops.sum(ops.multiply(t, ops.log(ops.divide(t, p))), { axis: -1 });
});

/** mean(yPred − yTrue log(yPred + epsilon)) over the last axis. @see `keras.losses.poisson` */
export const poisson = op('poisson', (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const [t, p] = operands(yTrue, yPred, 'poisson');
  return ops.mean(ops.subtract(p, ops.multiply(t, ops.log(ops.add(p, epsilon())))), { axis: -1 });
});

/** How far the predicted distribution is from the true one. @see `keras.losses.KLDivergence` */
export class KLDivergence extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(klDivergence, 'kl_divergence', options);
  }
}

/** −log of a Poisson distribution's probability of the counts, without the part that no prediction changes. @see `keras.losses.Poisson` */
export class Poisson extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(poisson, 'poisson', options);
  }
}
