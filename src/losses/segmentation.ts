/** @file Losses of image segmentation: overlap of areas (Dice, Tversky). */
import { checkedOptions } from '../core/arguments.js';
import { epsilon } from '../core/config.js';
import { ValueError } from '../core/errors.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { op } from '../runtime/index.js';
import type { LossOptions } from './loss.js';
import { FunctionLoss } from './loss.js';
import { operands } from './operands.js';

/** Over which axes an overlap is measured; null: over all, so that the loss is one number. */
export type OverlapAxis = number | readonly number[] | null;

/**
 * 1 − 2 |A ∩ B| / (|A| + |B|).
 *
 * @param yTrue Shares in [0, 1], of any shape.
 * @param yPred Predictions of the same shape.
 * @param options `axis`: the axes over which is summed; default null, all.
 * @returns The shape of `yTrue` without those axes.
 * @throws {ValueError} The shapes differ.
 * @see `keras.losses.dice`
 * @example
 * losses.dice([[1, 1, 0, 0]], [[1, 0, 0, 0]]) // 0.3333333
 */
export const dice = op(
  'dice',
  (yTrue: TensorLike, yPred: TensorLike, { axis = null }: { readonly axis?: OverlapAxis } = {}): Tensor => {
    const [t, p] = operands(yTrue, yPred, 'dice');
    const common = ops.sum(ops.multiply(t, p), { axis });
    const both = ops.add(ops.add(ops.sum(t, { axis }), ops.sum(p, { axis })), epsilon());
    return ops.subtract(1, ops.divide(ops.multiply(2, common), both));
  },
);

/** Options of `tversky`. */
export interface TverskyFunctionOptions {
  /** Weight of false positives. Default 0.5. */
  readonly alpha?: number;
  /** Weight of false negatives. Default 0.5. */
  readonly beta?: number;
  /** Default null. */
  readonly axis?: OverlapAxis;
}
/**
 * 1 − TP / (TP + alpha · FP + beta · FN). Keras 3.15.1 takes predictions for targets, so that alpha and beta change places; here, as in
 * its master (#23333), they do not.
 *
 * @param yTrue Shares in [0, 1], of any shape.
 * @param yPred Predictions of the same shape.
 * @param options See {@link TverskyFunctionOptions}.
 * @returns The shape of `yTrue` without the axes over which is summed.
 * @throws {ValueError} The shapes differ.
 * @see `keras.losses.tversky`; Salehi et al. 2017, arXiv:1706.05721
 * @example
 * losses.tversky([[1, 1, 0, 0]], [[1, 0, 0, 0]], { alpha: 0.3, beta: 0.7 }) // 0.41176474
 */
export const tversky = op(
  'tversky',
  (
    yTrue: TensorLike,
    yPred: TensorLike,
    { alpha = 0.5, beta = 0.5, axis = null }: TverskyFunctionOptions = {},
  ): Tensor => {
    const [t, p] = operands(yTrue, yPred, 'tversky');
    const hits = ops.sum(ops.multiply(t, p), { axis });
    const falsePositives = ops.sum(ops.multiply(ops.subtract(1, t), p), { axis });
    const falseNegatives = ops.sum(ops.multiply(t, ops.subtract(1, p)), { axis });
    const misses = ops.add(ops.multiply(falsePositives, alpha), ops.multiply(falseNegatives, beta));
    return ops.subtract(1, ops.divide(hits, ops.add(ops.add(hits, misses), epsilon())));
  },
);

function checkAxis(axis: unknown, owner: string): void {
  const list = Array.isArray(axis) ? axis : [axis];
  if (axis !== null && !list.every(Number.isInteger))
    throw new ValueError(`${owner}: axis=${JSON.stringify(axis)}. Expected a whole number, a list of these, or null.`);
}

/** Options of `Dice`. */
export interface DiceOptions extends LossOptions {
  /** Default null. */
  readonly axis?: OverlapAxis;
}
/**
 * 1 − the Dice coefficient.
 *
 * @param options See {@link DiceOptions}.
 * @throws {ValueError} `reduction` is unknown.
 * @see `keras.losses.Dice`
 * @example
 * new losses.Dice()([[1, 1, 0, 0]], [[1, 0, 0, 0]]) // 0.3333333
 */
export class Dice extends FunctionLoss {
  /** @throws {ValueError} `axis` is no axis. */
  constructor(given: DiceOptions = {}) {
    const { axis = null, ...options } = checkedOptions<DiceOptions>(new.target, given, arguments, 0);
    checkAxis(axis, 'Dice');
    super(dice, 'dice', options, { axis });
  }
}

/** Options of `Tversky`. */
export interface TverskyOptions extends LossOptions, TverskyFunctionOptions {}
/**
 * 1 − the Tversky index: Dice with weights of its own for the two kinds of error.
 *
 * @param options See {@link TverskyOptions}.
 * @throws {ValueError} `reduction` is unknown.
 * @see `keras.losses.Tversky`
 * @example
 * new losses.Tversky()([[1, 1, 0, 0]], [[1, 0, 0, 0]]) // 0.33333337
 */
export class Tversky extends FunctionLoss {
  /** @throws {ValueError} `axis` is no axis. */
  constructor(given: TverskyOptions = {}) {
    const {
      alpha = 0.5,
      beta = 0.5,
      axis = null,
      ...options
    } = checkedOptions<TverskyOptions>(new.target, given, arguments, 0);
    checkAxis(axis, 'Tversky');
    super(tversky, 'tversky', options, { alpha, beta, axis });
  }
}
