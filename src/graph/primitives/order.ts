/** @file Primitives along the order of an axis: running totals, sorting. */
import type { DType, NumericArray } from '../../core/dtype.js';
import { allocate, isFloat, roundTo } from '../../core/dtype.js';
import type { NDArray, TensorType } from '../../core/ndarray.js';
import { ndarray } from '../../core/ndarray.js';
import { sizeOf, stridesOf } from '../../core/shape.js';
import type { Value } from '../graph.js';
import type { AxisParams, CumulativeParams } from '../lax.js';
import {
  add, argSort, concatenate, cumulative, eq, fullLike, iota, mul, pad, reshape, reverse as flip, scatter, select, slice, zerosLike,
} from '../lax.js'; // prettier-ignore
import { definePrimitive } from '../primitive.js';
import { requireKind } from './helpers.js';

/** Call `visit` with the offset of the first element of each line along `axis`, and the distance between its elements. */
function eachLine(x: TensorType, axis: number, visit: (offset: number, stride: number, length: number) => void): void {
  const length = x.shape[axis];
  const stride = stridesOf(x.shape)[axis];
  const outer = sizeOf(x.shape.slice(0, axis));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < stride; i++) visit(o * length * stride + i, stride, length);
  }
}

/** For positions along `axis`, their flat indices in an array of the shape of `x`. */
function flatIndices(positions: Value, x: TensorType, axis: number): Value {
  const strides = stridesOf(x.shape);
  return x.shape.reduce<Value>((sum, _dim, d) => {
    const own = d === axis ? positions : iota(positions.applier, 'int32', x.shape, d);
    return add(sum, mul(own, fullLike(own, strides[d])));
  }, zerosLike(positions));
}

const flat = (x: Value): Value => reshape(x, [sizeOf(x.shape)]);

/** `updates` added into zeros of the shape of `x`, at positions along an axis. */
function addAlong(x: Value, positions: Value, updates: Value, axis: number): Value {
  return reshape(scatter(flat(zerosLike(x)), flat(flatIndices(positions, x, axis)), flat(updates), 'add'), x.shape);
}

const COMBINE: Record<CumulativeParams['kind'], (a: number, b: number, dtype: DType) => number> = {
  sum: (a, b) => a + b,
  // A product of two 32-bit integers has more bits than float64 keeps.
  prod: (a, b, dtype) => (dtype === 'int32' || dtype === 'uint32' ? Math.imul(a, b) : a * b),
  max: (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b)),
  min: (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.min(a, b)),
};

/**
 * The gradient of a running product along an axis without dividing by x, which may be 0, infinite or NaN. The product is seen as JAX
 * computes it: elements are multiplied in pairs, the running products of the pairs are found in the same way, and an element of
 * even place is multiplied with the running product of the pairs before it.
 */
function productGradient(dy: Value, x: Value, y: Value, axis: number): Value {
  const n = x.shape[axis];
  if (n < 2) return dy;
  /** Every second element of the axis from `from` on, of those before `to`. */
  const every = (v: Value, from: number, to = n): Value =>
    slice(
      v,
      v.shape.map((_, d) => (d === axis ? from : 0)),
      v.shape.map((size, d) => (d === axis ? to : size)),
      v.shape.map((_, d) => (d === axis ? 2 : 1)),
    );
  /** Elements of the axis put at every second place from `from` on, with 0 at the others. */
  const spread = (v: Value, from: number): Value => {
    const along = (size: number): number[] => v.shape.map((_, d) => (d === axis ? size : 0));
    const used = Math.max(0, 2 * v.shape[axis] - 1);
    return pad(v, { low: along(from), high: along(n - from - used), interior: along(1), value: 0 });
  };
  const pairs = n >> 1;
  const [first, second] = [every(x, 0, 2 * pairs), every(x, 1)];
  const ofPairs = every(y, 1);
  let toPairs = every(dy, 1);
  // An even place i > 0: y_i = (the running product of the pairs before) · x_i.
  let toEven = every(dy, 0, 1);
  if (n > 2) {
    const later = every(dy, 2);
    const count = later.shape[axis];
    const before = every(y, 1, 2 * count);
    toEven = concatenate([toEven, mul(later, before)], axis);
    const product = mul(later, every(x, 2));
    const gap = x.shape.map((_, d) => (d === axis ? pairs - count : 0));
    const none = x.shape.map(() => 0);
    toPairs = add(toPairs, pad(product, { low: none, high: gap, interior: none, value: 0 }));
  }
  const inner = productGradient(toPairs, mul(first, second), ofPairs, axis);
  return add(add(spread(toEven, 0), spread(mul(inner, second), 0)), spread(mul(inner, first), 1));
}

definePrimitive<CumulativeParams>({
  name: 'cumulative',
  type: ([x], { kind }) => {
    requireKind(`cumulative ${kind}`, x.dtype, (d) => d !== 'bool', 'a number dtype');
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: ([x], { kind, axis, reverse }, [out]) => {
    const data = allocate(out.dtype, x.data.length);
    const combine = COMBINE[kind];
    const wrap = !isFloat(out.dtype);
    eachLine(x, axis, (offset, stride, length) => {
      let total = 0;
      for (let k = 0; k < length; k++) {
        const at = offset + (reverse ? length - 1 - k : k) * stride;
        total = k === 0 ? x.data[at] : combine(total, x.data[at], out.dtype);
        if (wrap) total = roundTo(out.dtype, total);
        data[at] = roundTo(out.dtype, total);
      }
    });
    return [ndarray(out.dtype, out.shape, data)];
  },
  gradient: ({ cotangents: [dy], inputs: [x], outputs: [y], params }) => {
    const { kind, axis, reverse } = params;
    if (kind === 'sum') return [cumulative(dy!, { kind: 'sum', axis, reverse: !reverse })];
    if (kind === 'prod') {
      const turned = (v: Value): Value => (params.reverse ? flip(v, [axis]) : v);
      return [turned(productGradient(turned(dy!), turned(x), turned(y), axis))];
    }
    // Each output repeats the element that last set the record: send its cotangent there.
    const place = iota(x.applier, 'int32', x.shape, axis);
    const none = fullLike(place, reverse ? x.shape[axis] : -1);
    const records = cumulative(select(eq(x, y), place, none), { kind: reverse ? 'min' : 'max', axis, reverse });
    return [addAlong(x, records, dy!, axis)];
  },
});

/** The order of a line: ascending, ties in their old order, NaN last. */
function sortedPositions(data: NumericArray, offset: number, stride: number, length: number): number[] {
  const at = (i: number): number => data[offset + i * stride];
  return Array.from({ length }, (_, i) => i).sort((i, j) => {
    const [a, b] = [at(i), at(j)];
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || i - j;
    return a - b || i - j;
  });
}

function sortWith(
  x: NDArray,
  axis: number,
  out: TensorType,
  pick: (source: number, position: number) => number,
): NDArray {
  const data = allocate(out.dtype, x.data.length);
  eachLine(x, axis, (offset, stride, length) => {
    sortedPositions(x.data, offset, stride, length).forEach((position, k) => {
      data[offset + k * stride] = pick(offset + position * stride, position);
    });
  });
  return ndarray(out.dtype, out.shape, data);
}

definePrimitive<AxisParams>({
  name: 'sort',
  type: ([x]) => [{ dtype: x.dtype, shape: x.shape }],
  evaluate: ([x], { axis }, [out]) => [sortWith(x, axis, out, (source) => x.data[source])],
  gradient: ({ cotangents: [dy], inputs: [x], params: { axis } }) => [addAlong(x, argSort(x, axis), dy!, axis)],
});

definePrimitive<AxisParams>({
  name: 'argSort',
  type: ([x]) => [{ dtype: 'int32', shape: x.shape }],
  evaluate: ([x], { axis }, [out]) => [sortWith(x, axis, out, (_source, position) => position)],
  gradient: null,
});
