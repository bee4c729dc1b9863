/** @file Crossentropies of distributions, one number per sample. */
import { epsilon } from '../../core/config.js';
import { ValueError } from '../../core/errors.js';
import { formatShape, normalizeAxis, sameShape } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { floatTensor, promote } from '../common.js';
import { clip } from '../numpy/elementwise.js';
import { oneHot } from '../numpy/indexing.js';
import { sum } from '../numpy/reductions.js';
import { squeeze } from '../numpy/shape.js';
import { logSigmoid, logSoftmax } from './activations.js';

/** Options of the crossentropies. */
export interface CrossentropyOptions {
  /** Whether `output` holds scores rather than probabilities. Default false. */
  readonly fromLogits?: boolean;
  /** Where the classes are. Default −1. */
  readonly axis?: number;
}

function requireSameShape(name: string, target: Tensor, output: Tensor): void {
  if (!sameShape(target.shape, output.shape)) {
    throw new ValueError(
      `${name}: target and output must have the same shape, got target ${formatShape(target.shape)} and output ${formatShape(output.shape)}.`,
    );
  }
}

/** Log-probabilities: of scores by log-softmax; probabilities are made to add up to 1 and kept off 0 and 1. */
function logProbabilities(output: Tensor, fromLogits: boolean, axis: number): Tensor {
  if (fromLogits) return logSoftmax(output, { axis });
  const scaled = lax.div(output, lax.broadcastTo(sum(output, { axis, keepdims: true }), output.shape));
  return lax.log(clip(scaled, epsilon(), 1 - epsilon()));
}

/**
 * −[t log p + (1 − t) log(1 − p)], element by element.
 *
 * @param target Truths t in [0, 1], of any shape.
 * @param output Probabilities p, of the shape of `target`.
 * @param options `fromLogits`: whether `output` holds scores, to which the sigmoid is applied; default false.
 * @returns The shape of `output`.
 * @throws {ValueError} The shapes differ.
 * @see `keras.ops.binary_crossentropy`
 * @example
 * ops.binaryCrossentropy([1, 0], [0.9, 0.2]) // [0.10536055, 0.22314353]
 */
export const binaryCrossentropy = op(
  'binary_crossentropy',
  (
    target: TensorLike,
    output: TensorLike,
    { fromLogits = false }: Pick<CrossentropyOptions, 'fromLogits'> = {},
  ): Tensor => {
    const [t, p] = promote('binary_crossentropy', [target, floatTensor(output, 'binary_crossentropy')]);
    requireSameShape('binary_crossentropy', t, p);
    const rest = lax.sub(lax.fullLike(t, 1), t);
    if (fromLogits) return lax.neg(lax.add(lax.mul(t, logSigmoid(p)), lax.mul(rest, logSigmoid(lax.neg(p)))));
    const safe = clip(p, epsilon(), 1 - epsilon());
    return lax.neg(lax.add(lax.mul(t, lax.log(safe)), lax.mul(rest, lax.log(lax.sub(lax.fullLike(safe, 1), safe)))));
  },
);

/**
 * −Σ t log p over the classes, for one-hot (or soft) targets.
 *
 * @param target Shares t of the classes along an axis: one-hot, or soft.
 * @param output Probabilities p, of the shape of `target`; they are divided by their sum.
 * @param options `fromLogits`: whether `output` holds scores, to which softmax is applied; default false. `axis`: of the classes; default
 *   −1.
 * @returns The shape of `output` without the axis of the classes.
 * @throws {ValueError} The shapes differ.
 * @see `keras.ops.categorical_crossentropy`
 * @example
 * ops.categoricalCrossentropy([[0, 1, 0]], [[0.1, 0.8, 0.1]]) // [0.22314353]
 */
export const categoricalCrossentropy = op(
  'categorical_crossentropy',
  (target: TensorLike, output: TensorLike, { fromLogits = false, axis = -1 }: CrossentropyOptions = {}): Tensor => {
    const [t, p] = promote('categorical_crossentropy', [target, floatTensor(output, 'categorical_crossentropy')]);
    requireSameShape('categorical_crossentropy', t, p);
    if (t.ndim < 1)
      throw new ValueError('categorical_crossentropy: target and output must have at least one dimension.');
    return lax.neg(sum(lax.mul(t, logProbabilities(p, fromLogits, axis)), { axis }));
  },
);

/**
 * −log p of the target class, for integer targets.
 *
 * @param target Classes as integers, of the shape of `output` without the axis of the classes (or with size 1 there).
 * @param output Probabilities p of the classes; they are divided by their sum.
 * @param options `fromLogits`: whether `output` holds scores, to which softmax is applied; default false. `axis`: of the classes; default
 *   −1.
 * @returns The shape of `output` without the axis of the classes.
 * @throws {ValueError} The shapes do not fit.
 * @see `keras.ops.sparse_categorical_crossentropy`
 * @example
 * ops.sparseCategoricalCrossentropy([1], [[0.1, 0.8, 0.1]]) // [0.22314353]
 */
export const sparseCategoricalCrossentropy = op(
  'sparse_categorical_crossentropy',
  (target: TensorLike, output: TensorLike, { fromLogits = false, axis = -1 }: CrossentropyOptions = {}): Tensor => {
    const p = floatTensor(output, 'sparse_categorical_crossentropy');
    let t = toTensor(target, 'int32', 'sparse_categorical_crossentropy');
    if (p.ndim < 1) throw new ValueError('sparse_categorical_crossentropy: output must have at least one dimension.');
    if (t.ndim === p.ndim && t.shape[t.ndim - 1] === 1) t = squeeze(t, { axis: -1 });
    if (!sameShape(t.shape, p.shape.slice(0, -1))) {
      throw new ValueError(
        `sparse_categorical_crossentropy: target and output must have the same shape up to the last dimension, got target ` +
          `${formatShape(t.shape)} and output ${formatShape(p.shape)}.`,
      );
    }
    const classes = p.shape[normalizeAxis(axis, p.ndim, 'sparse_categorical_crossentropy')];
    const hot = oneHot(t, classes, { axis, dtype: p.dtype });
    return lax.neg(sum(lax.mul(hot, logProbabilities(p, fromLogits, axis)), { axis }));
  },
);
