/** @file From losses per sample to one number: ranks made alike, masks and sample weights applied, reduced. */
import type { DType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { broadcastShapes, formatShape } from '../core/shape.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { toTensor } from '../runtime/index.js';

/**
 * How the losses of samples become the loss of a batch: `'sum_over_batch_size'` and `'mean'` divide the sum by the number of losses,
 * `'mean_with_sample_weight'` by the sum of the weights; `'none'` and null leave them as they are.
 */
export type Reduction = 'sum_over_batch_size' | 'sum' | 'mean' | 'mean_with_sample_weight' | 'none' | null;

const REDUCTIONS: readonly Reduction[] = [
  'sum_over_batch_size',
  'sum',
  'mean',
  'mean_with_sample_weight',
  'none',
  null,
];

/** A `reduction` option, checked. @throws {ValueError} It is no reduction. */
export function standardizeReduction(reduction: Reduction, owner: string): Reduction {
  if (REDUCTIONS.includes(reduction)) return reduction;
  const list = REDUCTIONS.map((each) => (each === null ? 'null' : `'${each}'`)).join(', ');
  throw new ValueError(`${owner}: reduction=${JSON.stringify(reduction)}. Expected one of ${list}.`);
}

/**
 * Two tensors whose ranks differ by one made equal in rank, if the last axis of the longer has size 1: that axis goes, or a vector gets
 * one. Others stay as they are.
 *
 * @param x1 One tensor.
 * @param x2 The other.
 * @param options `expandRank1` (default true): whether a vector gets an axis, rather than the other one losing its.
 * @returns The two tensors, in a list.
 * @see `keras.src.losses.loss.squeeze_or_expand_to_same_rank`
 */
export function squeezeOrExpandToSameRank(
  x1: Tensor,
  x2: Tensor,
  { expandRank1 = true }: { readonly expandRank1?: boolean } = {},
): [Tensor, Tensor] {
  if (x1.ndim === x2.ndim + 1 && x1.shape.at(-1) === 1) {
    if (x2.ndim === 1 && expandRank1) return [x1, ops.expandDims(x2, -1)];
    return [ops.squeeze(x1, { axis: -1 }), x2];
  }
  if (x2.ndim === x1.ndim + 1 && x2.shape.at(-1) === 1) {
    if (x1.ndim === 1 && expandRank1) return [ops.expandDims(x1, -1), x2];
    return [x1, ops.squeeze(x2, { axis: -1 })];
  }
  return [x1, x2];
}

/**
 * The mask, if it has no more axes than the values, else null. A mask of steps says nothing of one loss per sequence, as CTC gives.
 *
 * @param mask True where something counts, or null for all.
 * @param values The losses.
 * @returns The mask, or null.
 * @see `keras.losses.Loss`
 */
export function fittingMask(mask: Tensor | null, values: Tensor): Tensor | null {
  if (mask === null) return null;
  return mask.ndim <= values.ndim || (mask.ndim === values.ndim + 1 && mask.shape.at(-1) === 1) ? mask : null;
}

/**
 * The weights of samples with a mask worked in: what is masked counts 0. For reductions by the number of losses the rest counts more, so
 * that the mean is one over what is not masked.
 *
 * @param sampleWeight Weights, or null for none.
 * @param mask True where something counts, or null for all.
 * @param dtype Of the result.
 * @param reduction How losses become one number; see {@link LossOptions}.
 * @returns Weights, or null if there are neither weights nor a mask.
 * @see `keras.src.losses.loss.apply_mask`
 */
export function applyMask(
  sampleWeight: Tensor | null,
  mask: Tensor | null,
  dtype: DType,
  reduction: Reduction,
): Tensor | null {
  if (mask === null) return sampleWeight;
  let weights = ops.cast(mask, dtype);
  if (reduction === 'mean' || reduction === 'sum_over_batch_size')
    weights = ops.multiply(ops.cast(ops.cast(mask, 'bool'), dtype), ops.divideNoNan(mask.size, ops.sum(weights)));
  if (sampleWeight === null) return weights;
  const [a, b] = squeezeOrExpandToSameRank(weights, ops.cast(sampleWeight, dtype));
  return ops.multiply(b, a);
}

function reduceValues(values: Tensor, sampleWeight: Tensor | null, reduction: Reduction): Tensor {
  if (reduction === null || reduction === 'none' || values.ndim === 0) return values;
  if (values.ndim === 1 && values.size === 0) return values;
  const total = ops.sum(values);
  if (reduction === 'sum') return total;
  if (reduction === 'mean_with_sample_weight' && sampleWeight !== null)
    return ops.divideNoNan(total, ops.sum(sampleWeight));
  return values.size === 0 ? total : ops.divide(total, values.size);
}

/** What `reduceWeightedValues` takes besides the values. */
export interface WeightedValuesOptions {
  /** One weight for each sample, or for each loss; null: none. */
  readonly sampleWeight: TensorLike | null | undefined;
  /** Which values count. */
  readonly mask: Tensor | null;
  /** How losses become one number. */
  readonly reduction: Reduction;
  /** Of the result. */
  readonly dtype: DType;
  /** For messages. */
  readonly owner: string;
}

/**
 * Losses per sample, weighted, masked and reduced.
 *
 * @param values Losses, of shape (batch, …).
 * @param options See {@link WeightedValuesOptions}.
 * @returns A scalar, or the weighted losses for the reduction `'none'`.
 * @throws {ValueError} The weights do not fit the losses.
 * @see `keras.src.losses.loss.reduce_weighted_values`
 */
export function reduceWeightedValues(values: TensorLike, options: WeightedValuesOptions): Tensor {
  const { sampleWeight, mask, reduction, dtype, owner } = options;
  let losses = toTensor(values, dtype, owner);
  const given =
    sampleWeight === null || sampleWeight === undefined
      ? null
      : toTensor(sampleWeight, dtype, `${owner} (sampleWeight)`);
  let weights = applyMask(given, fittingMask(mask, losses), dtype, reduction);
  if (weights !== null) {
    [losses, weights] = squeezeOrExpandToSameRank(losses, weights);
    requireBroadcast(
      [losses, weights],
      ([a, b]) =>
        `${owner}: sampleWeight of shape ${b} does not fit losses of shape ${a}. Give one weight per sample, or one per loss.`,
    );
    losses = ops.multiply(losses, weights);
  }
  return reduceValues(losses, weights, reduction);
}

/** @throws {ValueError} The shapes of two tensors do not broadcast; `message` makes the words of their printed shapes. */
export function requireBroadcast(tensors: readonly Tensor[], message: (shapes: string[]) => string): void {
  try {
    broadcastShapes(
      tensors.map((x) => x.shape),
      '',
    );
  } catch {
    throw new ValueError(message(tensors.map((x) => formatShape(x.shape))));
  }
}
