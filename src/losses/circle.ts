/** @file The circle loss of metric learning. */
import { checkedOptions } from '../core/arguments.js';
import { floatTensor } from '../ops/common.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { op, setKerasMask, toTensor } from '../runtime/index.js';
import type { LossOptions } from './loss.js';
import { FunctionLoss } from './loss.js';

/** Options of `circle`. */
export interface CircleFunctionOptions {
  /** Labels of `refEmbeddings`. Default: `yTrue`. */
  readonly refLabels?: TensorLike | null;
  /** Embeddings to compare with, of shape (references, d). Default: `yPred`. */
  readonly refEmbeddings?: TensorLike | null;
  /** Whether a sample's pair with itself is left out. Default true. */
  readonly removeDiagonal?: boolean;
  /** Scale. Default 80. */
  readonly gamma?: number;
  /** Relaxation, about [0, 0.5]. Default 0.4. */
  readonly margin?: number;
}

/**
 * Draws embeddings of one label together and those of different labels apart.
 *
 * @param yTrue Labels, of shape (batch,) or (batch, 1).
 * @param yPred Embeddings of length 1, of shape (batch, d).
 * @param options See {@link CircleFunctionOptions}.
 * @returns Shape (batch,); samples whose loss is 0 are masked.
 * @throws {ValueError} There are not as many labels as embeddings.
 * @see `keras.losses.circle`; Sun et al. 2020, arXiv:2002.10857
 * @example
 * losses.circle([0, 0, 1], [[1, 0], [0.6, 0.8], [0.8, 0.6]]) // [38.4, 60.92801, 0]
 */
export const circle = op(
  'circle',
  (
    yTrue: TensorLike,
    yPred: TensorLike,
    {
      refLabels = null,
      refEmbeddings = null,
      removeDiagonal = true,
      gamma = 80,
      margin = 0.4,
    }: CircleFunctionOptions = {},
  ): Tensor => {
    const p = floatTensor(yPred, 'circle (yPred)');
    const column = (x: TensorLike): Tensor => {
      const labels = toTensor(x, 'int32', 'circle');
      return labels.ndim === 1 ? ops.expandDims(labels, -1) : labels;
    };
    const own = column(yTrue);
    const others = refLabels === null ? own : column(refLabels);
    const embeddings = refEmbeddings === null ? p : toTensor(refEmbeddings, p.dtype, 'circle');
    const distances = ops.maximum(ops.subtract(1, ops.matmul(p, ops.transpose(embeddings))), 0);

    const same = ops.equal(own, ops.transpose(others));
    const different = ops.logicalNot(same);
    const itself = ops.eye(own.size, { M: others.size, dtype: 'bool' });
    const alike = removeDiagonal ? ops.logicalAnd(same, ops.logicalNot(itself)) : same;

    const weightOf = (pairs: Tensor, raw: Tensor): Tensor =>
      ops.maximum(ops.multiply(raw, ops.cast(pairs, p.dtype)), 0);
    const alikeWeights = weightOf(alike, ops.add(margin, distances));
    const differentWeights = weightOf(different, ops.subtract(1 + margin, distances));
    const logits = (pairs: Tensor, weights: Tensor, scale: number, optimum: number): Tensor => {
      const values = ops.multiply(ops.multiply(scale, weights), ops.subtract(optimum, distances));
      return ops.logsumexp(ops.where(pairs, values, -Infinity), { axis: 1 });
    };
    const loss = ops.softplus(
      ops.add(logits(alike, alikeWeights, -gamma, margin), logits(different, differentWeights, gamma, 1 - margin)),
    );
    setKerasMask(loss, ops.greater(loss, 0));
    return loss;
  },
);

/** Options of `Circle`. */
export interface CircleOptions
  extends LossOptions, Pick<CircleFunctionOptions, 'gamma' | 'margin' | 'removeDiagonal'> {}
/**
 * The circle loss.
 *
 * @param options See {@link CircleOptions}.
 * @throws {ValueError} `reduction` is unknown.
 * @see `keras.losses.Circle`
 * @example
 * new losses.Circle()([0, 0, 1], [[1, 0], [0.6, 0.8], [0.8, 0.6]]) // 49.664005
 */
export class Circle extends FunctionLoss {
  constructor(given: CircleOptions = {}) {
    const {
      gamma = 80,
      margin = 0.4,
      removeDiagonal = true,
      ...options
    } = checkedOptions<CircleOptions>(new.target, given, arguments, 0);
    super(circle, 'circle', options, { gamma, margin, removeDiagonal });
  }
}
