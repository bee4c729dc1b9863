/** @file Reading and writing at computed places: gather, scatter, and slices with computed starts. */
import { allocate, isInteger, limits, roundTo } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import type { NDArray, TensorType } from '../../core/ndarray.js';
import { ndarray } from '../../core/ndarray.js';
import { range, sameShape, sizeOf, stridesOf } from '../../core/shape.js';
import type { Value } from '../graph.js';
import type { DynamicSliceParams, ScatterParams } from '../lax.js';
import {
  and, broadcastInDim, convert, div, dynamicSlice, dynamicUpdateSlice, eq, fullLike, gather, ge, iota, lt, max, min, mul, reshape, scatter, select, zerosLike,
} from '../lax.js'; // prettier-ignore
import { definePrimitive } from '../primitive.js';
import { formatType, requireKind } from './helpers.js';
import { stridedCopy } from './structure.js';

const clamp = (i: number, n: number): number => Math.min(Math.max(i, 0), n - 1);

definePrimitive<Record<string, never>>({
  name: 'gather',
  type: ([operand, indices]) => {
    requireKind('gather', indices.dtype, isInteger, 'indices of an integer dtype');
    if (operand.shape.length === 0) throw new ValueError(`gather: the operand ${formatType(operand)} has no rows.`);
    return [{ dtype: operand.dtype, shape: [...indices.shape, ...operand.shape.slice(1)] }];
  },
  evaluate: ([operand, indices], _params, [out]) => {
    const row = sizeOf(operand.shape.slice(1));
    const data = allocate(out.dtype, sizeOf(out.shape));
    indices.data.forEach((index, i) => {
      const from = clamp(index, operand.shape[0]) * row;
      data.set(operand.data.subarray(from, from + row), i * row);
    });
    return [ndarray(out.dtype, out.shape, data)];
  },
  gradient: ({ cotangents: [dy], inputs: [operand, indices] }) => [
    // Indices outside are clamped, so their cotangents go to the first or the last row.
    scatter(zerosLike(operand), clamped(indices, operand.shape[0]), dy!, 'add'),
    null,
  ],
});

/** Indices as `gather` takes them: those outside of `rows` rows are the first or the last. */
export function clamped(indices: Value, rows: number): Value {
  const last = Math.min(rows - 1, limits(indices.dtype).max);
  return min(max(indices, zerosLike(indices)), fullLike(indices, last));
}

/** Elements of updates whose index lies in the operand: bool, of the updates' shape. */
function inRange(operand: Value, indices: Value, updates: Value): Value {
  const valid = and(ge(indices, zerosLike(indices)), lt(indices, fullLike(indices, operand.shape[0])));
  return broadcastInDim(valid, updates.shape, range(indices.shape.length));
}

/** Of the updates to one row, the one that was applied last: bool, of the updates' shape. */
function isLastUpdate(operand: Value, indices: Value, updates: Value): Value {
  const numbers = reshape(iota(updates.applier, 'int32', [sizeOf(indices.shape)], 0), indices.shape);
  const lastOfRow = scatter(
    fullLike(iota(updates.applier, 'int32', [operand.shape[0]], 0), -1),
    indices,
    numbers,
    'set',
  );
  return broadcastInDim(eq(gather(lastOfRow, indices), numbers), updates.shape, range(indices.shape.length));
}

definePrimitive<ScatterParams>({
  name: 'scatter',
  type: ([operand, indices, updates]) => {
    requireKind('scatter', indices.dtype, isInteger, 'indices of an integer dtype');
    const wanted = [...indices.shape, ...operand.shape.slice(1)];
    if (operand.dtype !== updates.dtype || !sameShape(wanted, updates.shape)) {
      throw new ValueError(
        `scatter: updates ${formatType(updates)} do not fit indices ${formatType(indices)} into ${formatType(operand)}; ` +
          `expected ${formatType({ dtype: operand.dtype, shape: wanted })}.`,
      );
    }
    return [{ dtype: operand.dtype, shape: operand.shape }];
  },
  evaluate: ([operand, indices, updates], { mode }, [out]) => {
    const row = sizeOf(operand.shape.slice(1));
    const totals = Float64Array.from(operand.data);
    // Integers wrap at every step; a product of two 32-bit ones has more bits than float64 keeps.
    const words = out.dtype === 'int32' || out.dtype === 'uint32';
    const wrapped = (x: number): number => (isInteger(out.dtype) ? roundTo(out.dtype, x) : x);
    indices.data.forEach((index, i) => {
      if (index < 0 || index >= operand.shape[0]) return;
      for (let j = 0; j < row; j++) {
        const at = index * row + j;
        const x = updates.data[i * row + j];
        if (mode === 'set') totals[at] = x;
        else if (mode === 'add') totals[at] = wrapped(totals[at] + x);
        else if (mode === 'mul') totals[at] = words ? Math.imul(totals[at], x) : wrapped(totals[at] * x);
        else totals[at] = mode === 'max' ? Math.max(totals[at], x) : Math.min(totals[at], x);
      }
    });
    const data = allocate(out.dtype, totals.length);
    totals.forEach((value, i) => (data[i] = roundTo(out.dtype, value)));
    return [ndarray(out.dtype, out.shape, data)];
  },
  gradient: ({ cotangents: [dy], inputs: [operand, indices, updates], outputs: [y], params: { mode }, needed }) => {
    const valid = inRange(operand, indices, updates);
    const taken = (x: Value): Value => select(valid, gather(x, indices), zerosLike(updates));
    switch (mode) {
      case 'add':
        return [dy!, null, needed[2] ? taken(dy!) : null];
      case 'set':
        return [
          needed[0] ? scatter(dy!, indices, zerosLike(updates), 'set') : null,
          null,
          needed[2] ? select(isLastUpdate(operand, indices, updates), taken(dy!), zerosLike(updates)) : null,
        ];
      case 'mul': // each factor's slope is the product of all the others
        return [
          needed[0] ? mul(dy!, scatter(fullLike(operand, 1), indices, updates, 'mul')) : null,
          null,
          needed[2] ? mul(taken(dy!), otherFactors(operand, indices, updates)) : null,
        ];
      case 'max':
      case 'min': {
        // All that attain the extremum share the cotangent, as JAX divides it.
        const zero = zerosLike(dy!);
        const attained = eq(operand, y);
        const attaining = select(valid, eq(updates, gather(y, indices)), convert(zerosLike(updates), 'bool'));
        const winners = scatter(convert(attained, y.dtype), indices, convert(attaining, y.dtype), 'add');
        // Where nothing attains it, it is NaN: then nobody gets anything.
        const share = div(dy!, max(winners, fullLike(winners, 1)));
        return [
          needed[0] ? select(attained, share, zero) : null,
          null,
          needed[2] ? select(attaining, gather(share, indices), zerosLike(updates)) : null,
        ];
      }
      default:
        return mode satisfies never;
    }
  },
});

/** For each update of a row the product of the row's element and of all its other updates, without dividing by updates that are 0. */
function otherFactors(operand: Value, indices: Value, updates: Value): Value {
  const isZero = eq(updates, zerosLike(updates));
  const filled = select(isZero, fullLike(updates, 1), updates);
  const product = scatter(operand, indices, filled, 'mul');
  const own = convert(isZero, updates.dtype);
  const zeros = gather(scatter(zerosLike(operand), indices, own, 'add'), indices);
  return select(eq(zeros, own), div(gather(product, indices), filled), zerosLike(updates));
}

/** Where a slice of `sizes` begins, clamped so that it fits. */
function startsOf(x: TensorType, sizes: readonly number[], starts: readonly NDArray[]): number[] {
  return starts.map((s, d) => Math.min(Math.max(s.data[0], 0), x.shape[d] - sizes[d]));
}

function requireStarts(name: string, x: TensorType, sizes: readonly number[], starts: readonly TensorType[]): void {
  const fits =
    starts.length === x.shape.length &&
    sizes.length === x.shape.length &&
    sizes.every((size, d) => size <= x.shape[d]) &&
    starts.every((s) => s.shape.length === 0 && isInteger(s.dtype));
  if (!fits)
    throw new ValueError(`${name}: ${starts.length} start(s) and sizes [${sizes.join()}] do not fit ${formatType(x)}.`);
}

definePrimitive<DynamicSliceParams>({
  name: 'dynamicSlice',
  type: ([x, ...starts], { sizes }) => {
    requireStarts('dynamicSlice', x, sizes, starts);
    return [{ dtype: x.dtype, shape: sizes }];
  },
  evaluate: ([x, ...starts], { sizes }, [out]) => {
    const strides = stridesOf(x.shape);
    const base = startsOf(x, sizes, starts).reduce((sum, s, d) => sum + s * strides[d], 0);
    const data = allocate(out.dtype, sizeOf(out.shape));
    stridedCopy(x.data, data, sizes, strides, base);
    return [ndarray(out.dtype, out.shape, data)];
  },
  gradient: ({ cotangents: [dy], inputs: [x, ...starts] }) => [
    dynamicUpdateSlice(zerosLike(x), dy!, starts),
    ...starts.map(() => null),
  ],
});

definePrimitive<Record<string, never>>({
  name: 'dynamicUpdateSlice',
  type: ([x, update, ...starts]) => {
    requireStarts('dynamicUpdateSlice', x, update.shape, starts);
    if (x.dtype !== update.dtype)
      throw new ValueError(`dynamicUpdateSlice: an update ${formatType(update)} for ${formatType(x)}.`);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: ([x, update, ...starts], _params, [out]) => {
    const data = x.data.slice();
    const strides = stridesOf(x.shape);
    const base = startsOf(x, update.shape, starts).reduce((sum, s, d) => sum + s * strides[d], 0);
    const from = stridesOf(update.shape);
    const walk = (d: number, source: number, target: number): void => {
      if (d === update.shape.length) {
        data[target] = update.data[source];
        return;
      }
      for (let i = 0; i < update.shape[d]; i++) walk(d + 1, source + i * from[d], target + i * strides[d]);
    };
    walk(0, 0, base);
    return [ndarray(out.dtype, out.shape, data)];
  },
  gradient: ({ cotangents: [dy], inputs: [, update, ...starts], needed }) => [
    needed[0] ? dynamicUpdateSlice(dy!, zerosLike(update), starts) : null,
    needed[1] ? dynamicSlice(dy!, starts, update.shape) : null,
    ...starts.map(() => null),
  ],
});
