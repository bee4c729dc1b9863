/** @file How loss functions take their arguments. */
import { floatTensor } from '../ops/common.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { toTensor } from '../runtime/index.js';
import { requireBroadcast, squeezeOrExpandToSameRank } from './reduction.js';

/**
 * Targets and predictions as tensors of one float dtype, that of the predictions, and of one rank where they differ by an axis of
 * size 1.
 *
 * @throws {ValueError} Their shapes do not go together.
 */
export function operands(yTrue: TensorLike, yPred: TensorLike, owner: string): [Tensor, Tensor] {
  const predictions = floatTensor(yPred, `${owner} (yPred)`);
  const pair = squeezeOrExpandToSameRank(toTensor(yTrue, predictions.dtype, `${owner} (yTrue)`), predictions);
  requireBroadcast(
    pair,
    ([t, p]) => `${owner}: yTrue of shape ${t} and yPred of shape ${p} do not go together. Expected the same shape.`,
  );
  return pair;
}
