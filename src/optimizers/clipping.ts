/** @file Clipping of gradients. */
import * as ops from '../ops/index.js';
import type { Tensor } from '../runtime/index.js';

/** A gradient, made shorter if its norm exceeds `limit`. */
export function clipByNorm(gradient: Tensor, limit: number): Tensor {
  const squares = ops.sum(ops.square(gradient), { keepdims: true });
  const positive = ops.greater(squares, 0);
  // The root is taken of 1 where the norm is 0, so that gradients of this gradient stay finite.
  const norm = ops.where(positive, ops.sqrt(ops.where(positive, squares, ops.onesLike(squares))), squares);
  return ops.divide(ops.multiply(gradient, limit), ops.maximum(norm, limit));
}

/** Gradients, all made shorter by one factor if the norm of all of them together exceeds `limit`. NaN where that norm is not finite. */
export function clipByGlobalNorm(gradients: readonly Tensor[], limit: number): Tensor[] {
  const norm = ops.sqrt(ops.sum(ops.stack(gradients.map((gradient) => ops.sum(ops.square(gradient))))));
  const factor = ops.multiply(limit, ops.minimum(ops.divide(1, norm), 1 / limit));
  const scale = ops.add(factor, ops.subtract(norm, norm)); // ∞ − ∞ is NaN
  return gradients.map((gradient) => ops.multiply(gradient, scale));
}
