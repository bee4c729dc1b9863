/** @file Scaled dot-product attention. */
import { NotImplementedError, ValueError } from '../../core/errors.js';
import type { DType } from '../../core/dtype.js';
import { limits } from '../../core/dtype.js';
import { formatShape, range } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, remat, scanOver, toTensor } from '../../runtime/index.js';
import { promote } from '../common.js';
import { softmax } from './activations.js';

/** From so many scores of a head on, they are not all held at once: queries are dealt with in blocks. */
const LONG = 1 << 20;
/** Scores of a head that are held at once, about. */
const AT_ONCE = 1 << 18;

interface Settings {
  readonly scale: number;
  readonly cap: number | null;
  readonly causal: boolean;
}

/** Four dimensions each, as scores have, any of them 1. */
interface Sides {
  readonly bias: Tensor | null;
  readonly mask: Tensor | null;
}

/**
 * Attention of some queries, (batch, time, heads, depth), as (batch, heads, time, depth of the value).
 *
 * @param first The time of the first query; null: 0.
 */
function attend(q: Tensor, k: Tensor, v: Tensor, { bias, mask }: Sides, s: Settings, first: Tensor | null): Tensor {
  const raw = lax.dotGeneral(q, k, { lhsBatch: [0, 2], rhsBatch: [0, 2], lhsContract: [3], rhsContract: [3] });
  const wide = lax.convert(raw, raw.dtype === 'float64' ? 'float64' : 'float32');
  let scores = lax.mul(wide, lax.fullLike(wide, s.scale));
  if (s.cap !== null) {
    const cap = lax.fullLike(scores, s.cap);
    scores = lax.mul(cap, lax.tanh(lax.div(scores, cap)));
  }
  if (bias !== null) scores = lax.add(scores, lax.broadcastTo(bias, scores.shape));
  const low = lax.fullLike(scores, -0.7 * limits(scores.dtype).max);
  if (mask !== null) scores = lax.select(lax.broadcastTo(mask, scores.shape), scores, low);
  if (s.causal) {
    let own = lax.iota(scores.applier, 'int32', scores.shape, 2);
    if (first !== null) own = lax.add(own, lax.broadcastTo(first, scores.shape));
    const other = lax.iota(scores.applier, 'int32', scores.shape, 3);
    scores = lax.select(lax.ge(own, other), scores, low);
  }
  const weights = lax.convert(softmax(scores), k.dtype);
  return lax.dotGeneral(weights, v, { lhsBatch: [0, 1], rhsBatch: [0, 2], lhsContract: [3], rhsContract: [1] });
}

/** Each head of a key or value once for each head of the query that it serves. */
function perHead(x: Tensor, heads: number): Tensor {
  const [batch, time, groups, depth] = x.shape;
  if (groups === heads) return x;
  const wide = lax.broadcastInDim(x, [batch, time, groups, heads / groups, depth], [0, 1, 2, 4]);
  return lax.reshape(wide, [batch, time, heads, depth]);
}

/** The same for many queries, some at a time. Their scores are not kept for the gradient, which computes them once more. */
function blockwise(q: Tensor, k: Tensor, v: Tensor, sides: Sides, settings: Settings): Tensor {
  const [times, others] = [q.shape[1], k.shape[1]];
  const length = Math.ceil(times / Math.max(1, Math.round(AT_ONCE / others)));
  const size = Math.ceil(times / length);
  /** (…, time, …) as (blocks, …, size, …); the last block is filled up with zeros, whose results are left out. */
  const cut = (x: Tensor, axis: number): Tensor => {
    const more = x.shape.map((_, d) => (d === axis ? length * size - times : 0));
    const none = x.shape.map(() => 0);
    const filled = lax.pad(x, { low: none, high: more, interior: none, value: 0 });
    const shape = [...x.shape.slice(0, axis), length, size, ...x.shape.slice(axis + 1)];
    const order = [axis, ...range(shape.length).filter((d) => d !== axis)];
    return lax.transpose(lax.reshape(filled, shape), order);
  };
  const isCut = (x: Tensor | null): x is Tensor => x !== null && x.shape[2] === times;
  const names = (['bias', 'mask'] as const).filter((name) => isCut(sides[name]));
  const starts = lax.mul(lax.iota(q.applier, 'int32', [length], 0), lax.full(q.applier, [length], size, 'int32'));
  const step = remat((first: Tensor, part: Tensor, key: Tensor, value: Tensor, own: Sides) =>
    attend(part, key, value, own, settings, first),
  );
  const { outputs } = scanOver(
    [],
    [starts, cut(q, 1), ...names.map((name) => cut(sides[name]!, 2))],
    (_, [first, part, ...slices]) => {
      const own = { ...sides, ...Object.fromEntries(names.map((name, i) => [name, slices[i]])) };
      return { carries: [], outputs: [step(first, part, k, v, own)] };
    },
    { label: 'attention over a long sequence' },
  );
  // (blocks, batch, heads, size, depth) -> (batch, heads, time, depth)
  const [, batch, heads, , depth] = outputs[0].shape;
  const joined = lax.reshape(lax.transpose(outputs[0], [1, 2, 0, 3, 4]), [batch, heads, length * size, depth]);
  return length * size === times ? joined : lax.slice(joined, [0, 0, 0, 0], [batch, heads, times, depth]);
}

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
  /** Keras's other kernel for some GPUs: null and false leave the choice, true is refused, as by Keras where it has none. Default null. */
  readonly flashAttention?: boolean | null;
  /** Bends scores softly below this bound: s ↦ cap · tanh(s / cap). */
  readonly attnLogitsSoftCap?: number | null;
}
/**
 * softmax(q·kᵀ · scale + bias) · v, head by head. Queries, keys and values are (batch, time, heads, depth). Keys and values may have
 * fewer heads, each of which then serves a group of neighbouring heads of the queries.
 *
 * For long sequences (2²⁰ scores a head and more) the scores of all queries are never held at once, nor kept for the gradient.
 *
 * @param query Shape (batch, time of the query, heads, depth).
 * @param key Shape (batch, time of the key, heads of the key, depth).
 * @param value Shape (batch, time of the key, heads of the key, depth of the value).
 * @param options See {@link DotProductAttentionOptions}.
 * @returns (batch, time of the query, heads, depth of the value).
 * @throws {ValueError} The tensors do not have four dimensions each, or their heads do not fit together.
 * @see `keras.ops.dot_product_attention`; Vaswani et al. 2017, "Attention Is All You Need"
 * @example
 * ops.dotProductAttention(ops.ones([1, 2, 1, 3]), ops.ones([1, 2, 1, 3]), ops.ones([1, 2, 1, 1])) // [[[[1]], [[1]]]]
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
      flashAttention = null,
      attnLogitsSoftCap = null,
    }: DotProductAttentionOptions = {},
  ): Tensor => {
    if (flashAttention)
      throw new NotImplementedError(
        'dotProductAttention: flashAttention=true. That is a kernel of some GPUs: leave it out. Long sequences never hold all scores at once anyway.',
      );
    const [q, k, v] = promote('dot_product_attention', [query, key, value]);
    if (q.ndim !== 4 || k.ndim !== 4 || v.ndim !== 4) {
      throw new ValueError(
        `dot_product_attention: query ${formatShape(q.shape)}, key ${formatShape(k.shape)}, value ${formatShape(v.shape)}. Expected (batch, time, heads, depth) each.`,
      );
    }
    const [heads, groups] = [q.shape[2], k.shape[2]];
    if (v.shape[2] !== groups || groups === 0 || heads % groups !== 0) {
      throw new ValueError(
        `dot_product_attention: ${heads} heads of the query, ${groups} of the key and ${v.shape[2]} of the value. Key and value need equally many, and as many as the query or a divisor of that.`,
      );
    }
    const [times, others] = [q.shape[1], k.shape[1]];
    const scores = [q.shape[0], q.shape[2], times, others];
    const spread = (x: TensorLike, dtype?: DType): Tensor => {
      const given = toTensor(x, dtype, 'dot_product_attention');
      // Along the queries' time they may have to be cut; along the others they may stay narrow.
      const shape = [...scores.slice(0, 4 - given.ndim).fill(1), ...given.shape];
      if (shape.length !== 4 || shape.some((dim, d) => dim !== 1 && dim !== scores[d])) {
        throw new ValueError(
          `dot_product_attention: a bias or mask ${formatShape(given.shape)} does not fit scores ${formatShape(scores)} (batch, heads, time of the query, time of the key).`,
        );
      }
      return lax.reshape(given, shape);
    };
    const settings: Settings = {
      scale: scale ?? 1 / Math.sqrt(q.shape[3]),
      cap: attnLogitsSoftCap,
      causal: isCausal,
    };
    const wideType = q.dtype === 'float64' ? 'float64' : 'float32';
    const sides: Sides = {
      bias: bias === null ? null : spread(bias, wideType),
      mask: mask === null ? null : spread(mask, 'bool'),
    };
    const [keys, values] = [perHead(k, heads), perHead(v, heads)];
    const whole =
      times * others >= LONG
        ? blockwise(q, keys, values, sides, settings)
        : attend(q, keys, values, sides, settings, null);
    return lax.transpose(whole, [0, 2, 1, 3]);
  },
);
