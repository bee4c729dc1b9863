/** @file Distances, sequences cut from signals, axes rearranged by a pattern. */
import { ValueError } from '../core/errors.js';
import { broadcastShapes, formatShape, range, sizeOf } from '../core/shape.js';
import * as lax from '../graph/lax.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { op, toTensor } from '../runtime/index.js';
import { floatTensor, promote } from './common.js';
import { takeRows } from './numpy/shape.js';

/**
 * The Euclidean distances of all pairs of rows.
 *
 * @param x Shape (…, m, d).
 * @param y Shape (…, n, d).
 * @returns Shape (…, m, n), of a float dtype.
 * @throws {ValueError} The rows differ in length.
 * @see `keras.ops.cdist`
 * @example
 * ops.cdist([[0, 0]], [[3, 4], [0, 1]]) // [[5, 1]]
 */
export const cdist = op('cdist', (x: TensorLike, y: TensorLike): Tensor => {
  const [a, b] = promote('cdist', [floatTensor(x, 'cdist'), floatTensor(y, 'cdist')]);
  if (a.ndim < 2 || b.ndim < 2 || a.shape[a.ndim - 1] !== b.shape[b.ndim - 1])
    throw new ValueError(
      `cdist: shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}. Expected (…, m, d) and (…, n, d).`,
    );
  const rows = lax.reshape(a, [...a.shape.slice(0, -1), 1, a.shape[a.ndim - 1]]);
  const columns = lax.reshape(b, [...b.shape.slice(0, -2), 1, ...b.shape.slice(-2)]);
  const shape = broadcastShapes([rows.shape, columns.shape], 'cdist');
  const gap = lax.sub(lax.broadcastTo(rows, shape), lax.broadcastTo(columns, shape));
  return lax.sqrt(lax.reduceSum(lax.mul(gap, gap), [shape.length - 1]));
});

/**
 * Sequences cut from the last axis, one every `sequenceStride` elements.
 *
 * @param x Shape (…, time).
 * @param sequenceLength The length of a sequence, in elements.
 * @param sequenceStride The distance from the start of one sequence to that of the next, in elements.
 * @returns Shape (…, sequences, sequenceLength).
 * @see `keras.ops.extract_sequences`
 * @example
 * ops.extractSequences([1, 2, 3, 4, 5], 3, 1) // [[1, 2, 3], [2, 3, 4], [3, 4, 5]]
 */
export const extractSequences = op(
  'extract_sequences',
  (x: TensorLike, sequenceLength: number, sequenceStride: number): Tensor => {
    const t = toTensor(x, null, 'extract_sequences');
    const time = t.shape[t.ndim - 1];
    const count = Math.max(0, Math.floor((time - sequenceLength) / sequenceStride) + 1);
    const places = range(count).flatMap((i) => range(sequenceLength).map((j) => i * sequenceStride + j));
    const indices = lax.reshape(toTensor(places, 'int32'), [count, sequenceLength]);
    return takeRows(t, indices, t.ndim - 1);
  },
);

/** `'b (h w) c'` as groups of names. */
function parseGroups(text: string, pattern: string): string[][] {
  const groups: string[][] = [];
  for (const token of text.trim().match(/\([^()]*\)|[^\s()]+/g) ?? []) {
    groups.push(token.startsWith('(') ? token.slice(1, -1).trim().split(/\s+/).filter(Boolean) : [token]);
  }
  const names = groups.flat();
  if (new Set(names).size !== names.length)
    throw new ValueError(`rearrange: an axis occurs twice on one side of '${pattern}'.`);
  return groups;
}
/**
 * Axes split, reordered and joined by a pattern.
 *
 * @param tensor Any shape and dtype.
 * @param pattern The names of the axes before and behind `->`. Names in parentheses are parts of one axis.
 * @param axesLengths Lengths of axes that a split needs; one of each group may be left out.
 * @returns The same elements under the new axes.
 * @throws {ValueError} The pattern does not fit the tensor.
 * @see `keras.ops.rearrange`
 * @example
 * ops.rearrange([1, 2, 3, 4], '(h w) -> h w', { h: 2 }) // [[1, 2], [3, 4]]
 */
export const rearrange = op(
  'rearrange',
  (tensor: TensorLike, pattern: string, axesLengths: Readonly<Record<string, number>> = {}): Tensor => {
    const t = toTensor(tensor, null, 'rearrange');
    const sides = pattern.split('->');
    if (sides.length !== 2) throw new ValueError(`rearrange: the pattern '${pattern}' has no single '->'.`);
    const [from, to] = sides.map((side) => parseGroups(side, pattern));
    if (from.length !== t.ndim)
      throw new ValueError(
        `rearrange: '${pattern}' names ${from.length} axes, the tensor has shape ${formatShape(t.shape)}.`,
      );
    const lengths = new Map<string, number>(Object.entries(axesLengths));
    from.forEach((group, d) => {
      const open = group.filter((name) => !lengths.has(name));
      const known = sizeOf(group.filter((name) => lengths.has(name)).map((name) => lengths.get(name)!));
      if (open.length > 1 || t.shape[d] % known !== 0 || (open.length === 0 && known !== t.shape[d]))
        throw new ValueError(
          `rearrange: axis ${d} of size ${t.shape[d]} cannot be split as (${group.join(' ')}); give lengths.`,
        );
      if (open.length === 1) lengths.set(open[0], t.shape[d] / known);
    });
    const [names, wanted] = [from.flat(), to.flat()];
    if ([...names].sort().join() !== [...wanted].sort().join())
      throw new ValueError(`rearrange: both sides of '${pattern}' must name the same axes.`);
    const split = lax.reshape(
      t,
      names.map((name) => lengths.get(name)!),
    );
    const moved = lax.transpose(
      split,
      wanted.map((name) => names.indexOf(name)),
    );
    return lax.reshape(
      moved,
      to.map((group) => sizeOf(group.map((name) => lengths.get(name)!))),
    );
  },
);

export { logdet } from './linalg/determinants.js';
