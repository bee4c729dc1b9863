/** @file Values whose numbers are known when the program is built. */
import type { NDArray } from '../../core/ndarray.js';
import { fromNumbers } from '../../core/ndarray.js';
import { sizeOf } from '../../core/shape.js';
import type { Value } from '../graph.js';
import { constantOf } from '../graph.js';
import { evaluatePrimitive } from '../interpret.js';

/** The number that all elements of a value are, or null when they differ or are not known. */
export function uniformOf(value: Value): number | null {
  const { primitive, inputs } = value.node;
  const source = primitive.name === 'broadcastInDim' ? inputs[0] : value;
  const array = constantOf(source);
  return array?.data.length === 1 ? array.data[0] : null;
}

/** Whether a value is uniform and all its elements are `x`, with the sign of zero. */
export function isUniform(value: Value, x: number): boolean {
  const found = uniformOf(value);
  return found !== null && Object.is(found, x);
}

/** The scalar constant behind a uniform value, as an array. */
export function uniformScalar(value: Value): NDArray | null {
  const x = uniformOf(value);
  return x === null ? null : fromNumbers(value.dtype, [], [x]);
}

/** The numbers of a value that is a constant, or a broadcast of one, of at most `limit` elements; null when they are not known. */
export function knownArray(value: Value, limit: number): NDArray | null {
  const { primitive, inputs, params } = value.node;
  const array = constantOf(value);
  if (array !== null) return array.data.length <= limit ? array : null;
  if (sizeOf(value.shape) > limit || primitive.name !== 'broadcastInDim') return null;
  const source = knownArray(inputs[0], limit);
  return source === null ? null : evaluatePrimitive(primitive, [source], params)[0];
}
