/** @file Masks of scores: which query may look at which key. */
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';

/** Row and column numbers, (1, queries, 1) and (1, 1, keys). */
function positions(queries: number, keys: number): readonly [Tensor, Tensor] {
  return [
    ops.reshape(ops.arange(queries, { dtype: 'int32' }), [1, queries, 1]),
    ops.reshape(ops.arange(keys, { dtype: 'int32' }), [1, 1, keys]),
  ];
}

/** Bool (1, queries, keys): a query sees the keys up to its own position. */
export function causalMask(queries: number, keys: number): Tensor {
  const [row, column] = positions(queries, keys);
  return ops.greaterEqual(row, column);
}

/** A mask, and that of `causalMask`. */
export function andCausal(mask: Tensor | null, queries: number, keys: number): Tensor {
  const causal = causalMask(queries, keys);
  return mask === null ? causal : ops.logicalAnd(mask, causal);
}

/** Bool (1, queries, keys): a query sees the keys less than `window` positions before or after its own. */
function slidingWindowMask(queries: number, keys: number, window: number): Tensor {
  const [row, column] = positions(queries, keys);
  return ops.less(ops.abs(ops.subtract(row, column)), window);
}

/** What masks may hold back scores; null where there is none. */
export interface AttentionMasks {
  /** Bool (batch, queries). */
  readonly queryMask: Tensor | null;
  /** Bool (batch, keys). */
  readonly valueMask: Tensor | null;
  /** Bool (batch, keys). */
  readonly keyMask: Tensor | null;
  /** Bool, broadcast to (batch, queries, keys). */
  readonly attentionMask: Tensor | null;
  readonly useCausalMask: boolean;
  readonly slidingWindow: number | null;
}

/** All masks as one: bool, broadcast to (batch, queries, keys); null if there is none. */
export function combineMasks(queries: number, keys: number, masks: AttentionMasks): Tensor | null {
  const bool = (mask: Tensor): Tensor => ops.cast(mask, 'bool');
  const parts: Tensor[] = [];
  if (masks.queryMask !== null) parts.push(ops.expandDims(bool(masks.queryMask), -1));
  if (masks.valueMask !== null) parts.push(ops.expandDims(bool(masks.valueMask), -2));
  if (masks.keyMask !== null) parts.push(ops.expandDims(bool(masks.keyMask), -2));
  if (masks.useCausalMask) parts.push(causalMask(queries, keys));
  if (masks.slidingWindow !== null) parts.push(slidingWindowMask(queries, keys, masks.slidingWindow));
  if (masks.attentionMask !== null) parts.push(bool(masks.attentionMask));
  return parts.length === 0 ? null : parts.reduce((a, b) => ops.logicalAnd(a, b));
}

/** A mask of lower rank with axes of size 1 at `axis`, counted from the end, until it has `ndim` axes. */
export function expandMask(mask: Tensor, ndim: number, axis: number): Tensor {
  let expanded = mask;
  while (expanded.ndim < ndim) expanded = ops.expandDims(expanded, axis);
  return expanded;
}
