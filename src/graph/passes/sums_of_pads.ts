/**
 * @file Sums of arrays that are 0 but for a stretch each: the gradients of the slices of one value, such as the gates of a recurrent layer.
 * Stretches side by side are put together, in place of padding and adding each.
 */
import { isFloat } from '../../core/dtype.js';
import type { Value } from '../graph.js';
import type { AxisParams, PadParams } from '../lax.js';
import * as lax from '../lax.js';
import type { Rule } from './rules.js';
import { madeBy } from './rules.js';
import { isUniform } from './uniform.js';

/** Stretches of one sum at most. */
const MOST = 64;

/** A value with zeros before and after it along an axis. */
interface Stretch {
  readonly x: Value;
  readonly axis: number;
  readonly low: number;
  readonly high: number;
}

function stretchOf(value: Value): Stretch | null {
  const node = madeBy(value, 'pad');
  if (node === null) return null;
  const { low, high, interior, value: filling } = node.params as PadParams;
  const padded = low.flatMap((n, d) => (n === 0 && high[d] === 0 ? [] : [d]));
  const [axis] = padded;
  const fits = padded.length === 1 && low[axis] >= 0 && high[axis] >= 0 && interior.every((n) => n === 0);
  return fits && Object.is(filling, 0) ? { x: node.inputs[0], axis, low: low[axis], high: high[axis] } : null;
}

/** The stretches of which a value is the sum, or null: it is another thing, or of too many. */
function stretchesOf(value: Value, most = MOST): Stretch[] | null {
  const one = stretchOf(value);
  if (one !== null) return [one];
  const sum = madeBy(value, 'add');
  if (sum === null || most < 2) return null;
  const first = stretchesOf(sum.inputs[0], most - 1);
  const second = first && stretchesOf(sum.inputs[1], most - first.length);
  return first && second && [...first, ...second];
}

/** x + 0, which makes 0 of -0, as the sum does. */
function withoutMinusZero(x: Value): Value {
  const isDone = madeBy(x, 'add')?.inputs.some((operand) => isUniform(operand, 0)) ?? false;
  return !isFloat(x.dtype) || isDone ? x : lax.add(x, lax.fullLike(x, 0));
}

/** What a stretch was put together of. */
function partsOf({ x, axis }: Stretch): readonly Value[] {
  const node = madeBy(x, 'concatenate');
  return node !== null && (node.params as AxisParams).axis === axis ? node.inputs : [x];
}

/** pad(x) + pad(y) -> concatenate(x + 0, y + 0), where x ends where y begins; padded as far as zeros are left around them. */
export const sumOfPads: Rule = ({ x, y }) => {
  const first = stretchesOf(x);
  const second = first && stretchesOf(y, MOST - first.length);
  if (first === null || second === null) return null;
  const all = [...first, ...second].sort((a, b) => a.low - b.low);
  const { axis, low } = all[0];
  const { high } = all.at(-1)!;
  const meet = all.every((each, i) => {
    const next = all.at(i + 1);
    return each.axis === axis && (next === undefined || next.low === each.low + each.x.shape[axis]);
  });
  if (!meet) return null;
  const joined = lax.concatenate(all.flatMap(partsOf).map(withoutMinusZero), axis);
  const around = (n: number): number[] => joined.shape.map((_, d) => (d === axis ? n : 0));
  return lax.pad(joined, { low: around(low), high: around(high), interior: around(0), value: 0 });
};
