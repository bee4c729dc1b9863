/** @file Scaled dot-product attention. */
import { ValueError } from '../../core/errors.js';
import { limits } from '../../core/dtype.js';
import { formatShape } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { promote } from '../common.js';
import { softmax } from './activations.js';

/** Options of `dotProductAttention`. */
export interface DotProductAttentionOptions {
  /** Added to the scores; broadcast to (batch, heads, time of the query, time of the key). */
  readonly bias?: TensorLike | null;
  /** Bools, of a shape as `bias`: false keeps a query from a key. */
  readonly mask?: TensorLike | null;
  /** Factor of the scores. Default 1/√depth. */
  readonly scale?: number | null;
  /** Whether a query sees only keys up to its own time. Default false. */
  readonly isCausal?: boolean;
  /** A choice of kernels in Keras; one kernel serves here. */
  readonly flashAttention?: boolean | null;
  /** Bends scores softly below this bound: s ↦ cap · tanh(s / cap). */
  readonly attnLogitsSoftCap?: number | null;
}
/**
 * softmax(q·kᵀ · scale + bias) · v, head by head. Queries, keys and values are (batch, time, heads, depth).
 *
 * @returns (batch, time of the query, heads, depth of the value).
 * @throws {ValueError} The tensors do not have four dimensions each.
 * @see `keras.ops.dot_product_attention`; Vaswani et al. 2017, "Attention Is All You Need"
 */
export const dotProductAttention = op(
  'dot_product_attention',
  (
    query: TensorLike,
    key: TensorLike,
    value: TensorLike,
    {
      bias = null,
      mask = null,
      scale = null,
      isCausal = false,
      attnLogitsSoftCap = null,
    }: DotProductAttentionOptions = {},
  ): Tensor => {
    const [q, k, v] = promote('dot_product_attention', [query, key, value]);
    if (q.ndim !== 4 || k.ndim !== 4 || v.ndim !== 4) {
      throw new ValueError(
        `dot_product_attention: query ${formatShape(q.shape)}, key ${formatShape(k.shape)}, value ${formatShape(v.shape)}. Expected (batch, time, heads, depth) each.`,
      );
    }
    const raw = lax.dotGeneral(q, k, { lhsBatch: [0, 2], rhsBatch: [0, 2], lhsContract: [3], rhsContract: [3] });
    const wide = lax.convert(raw, raw.dtype === 'float64' ? 'float64' : 'float32');
    let scores = lax.mul(wide, lax.fullLike(wide, scale ?? 1 / Math.sqrt(q.shape[3])));
    if (attnLogitsSoftCap !== null) {
      const cap = lax.fullLike(scores, attnLogitsSoftCap);
      scores = lax.mul(cap, lax.tanh(lax.div(scores, cap)));
    }
    if (bias !== null) scores = lax.add(scores, lax.broadcastTo(toTensor(bias, scores.dtype), scores.shape));
    const low = lax.fullLike(scores, -0.7 * limits(scores.dtype).max);
    if (mask !== null) {
      const seen = lax.broadcastTo(toTensor(mask, 'bool', 'dot_product_attention'), scores.shape);
      scores = lax.select(seen, scores, low);
    }
    if (isCausal) {
      const own = lax.iota(scores.applier, 'int32', scores.shape, 2);
      const other = lax.iota(scores.applier, 'int32', scores.shape, 3);
      scores = lax.select(lax.ge(own, other), scores, low);
    }
    const weights = lax.convert(softmax(scores), k.dtype);
    const context = lax.dotGeneral(weights, v, {
      lhsBatch: [0, 1],
      rhsBatch: [0, 2],
      lhsContract: [3],
      rhsContract: [1],
    });
    return lax.transpose(context, [0, 2, 1, 3]);
  },
);
