/** @file Picking elements: take, getItem, one-hot, sorting, cumulative sums. */
import { checkCount } from '../../core/kinds.js';
import { describe } from '../../core/describe.js';
import type { DType } from '../../core/dtype.js';
import { floatx } from '../../core/config.js';
import { highest, isFloat, isInteger, lowest, standardizeDType } from '../../core/dtype.js';
import { refuseUnknownOptions, ValueError } from '../../core/errors.js';
import { broadcastShapes, formatShape, normalizeAxis, range, sameShape, sizeOf } from '../../core/shape.js';
import { isDict } from '../../core/tree.js';
import * as lax from '../../graph/lax.js';
import type { Index, Tensor, TensorLike } from '../../runtime/index.js';
import { op, tensorApplier, toTensor } from '../../runtime/index.js';
import { refuseSparse, zerosInOrder } from '../common.js';
import { sliceAxis, takeRows } from './shape.js';

/** Negative positions count from the end. */
function wrapIndices(indices: Tensor, size: number): Tensor {
  if (indices.dtype === 'bool')
    throw new ValueError(
      'Positions are whole numbers. Received: a bool tensor. Use x.getItem(mask), or ops.where(mask, x, 0).',
    );
  const index =
    isInteger(indices.dtype) && indices.dtype !== 'int64'
      ? lax.convert(indices, 'int32')
      : lax.convert(indices, 'int32');
  return lax.select(lax.lt(index, lax.zerosLike(index)), lax.add(index, lax.fullLike(index, size)), index);
}

/** Up to so many positions that are known are looked at, so that no program asks again whether they exist. */
const LOOKED_AT = 4096;

/** Which positions exist on an axis of this size; null: all do, as far as can be seen before the program runs. */
function existing(indices: Tensor, size: number): Tensor | null {
  if (!indices.isTraced && indices.size <= LOOKED_AT) {
    const { data } = indices.ndarray;
    let inside = true;
    for (let i = 0; i < data.length; i++) inside &&= data[i] >= -size && data[i] < size;
    if (inside) return null;
  }
  const index = lax.convert(indices, 'int32');
  const bound = (n: number): Tensor => lax.fullLike(index, n);
  return lax.and(lax.ge(index, bound(-size)), lax.lt(index, bound(size)));
}

/** What stands for an element that does not exist, as in JAX: NaN, the least integer, the greatest unsigned one, true. */
function absent(dtype: DType): number {
  if (isFloat(dtype)) return NaN;
  if (dtype === 'bool') return 1;
  return lowest(dtype) < 0 ? lowest(dtype) : highest(dtype);
}

/** `taken` where `exists`, which has the leading axes from `axis` on. Nothing flows back from elsewhere. */
function whereExisting(taken: Tensor, exists: Tensor | null, axis: number): Tensor {
  if (exists === null) return taken;
  const mask = lax.broadcastInDim(
    exists,
    taken.shape,
    range(exists.ndim).map((d) => axis + d),
  );
  return lax.select(mask, taken, lax.fullLike(taken, absent(taken.dtype)));
}

/** Refuse indices that are no integers, as JAX does. @throws {ValueError} They are floats. */
function wholeIndices(owner: string, indices: Tensor): Tensor {
  if (isFloat(indices.dtype) && indices.size > 0)
    throw new ValueError(`${owner}: indices of ${indices.dtype}. Expected integers: cast(indices, 'int32').`);
  return indices;
}

/**
 * Elements by position along an axis (of the flattened tensor when left out). Negative positions count from the end; where there is no
 * such position stands NaN (the least integer, the greatest unsigned one, true), from which no gradient flows.
 *
 * @param x Any shape and dtype.
 * @param indices Integers of any shape.
 * @param options `axis`: along which is picked; default null, the flattened tensor.
 * @returns The shape of `x`, with that of `indices` in place of the axis.
 * @throws {ValueError} The axis does not exist.
 * @see `keras.ops.take`
 * @example
 * ops.take([10, 20, 30], [2, 0, -1], { axis: 0 }) // [30 10 30]
 */
export const take = op(
  'take',
  (x: TensorLike, indices: TensorLike, { axis = null }: { readonly axis?: number | null } = {}): Tensor => {
    const t = toTensor(x, null, 'take');
    const value = axis === null ? lax.reshape(t, [t.size]) : t;
    const d = axis === null ? 0 : normalizeAxis(axis, t.ndim, 'take');
    const positions = wholeIndices('take', toTensor(indices, null, 'take'));
    const size = value.shape[d];
    return whereExisting(takeRows(value, wrapIndices(positions, size), d), existing(positions, size), d);
  },
);

/** For positions along `axis` of a tensor of shape `shape`, flat row-major indices into it. */
function flatPositions(positions: Tensor, shape: readonly number[], axis: number): Tensor {
  let stride = 1;
  let total = lax.zerosLike(positions);
  for (let d = shape.length - 1; d >= 0; d--) {
    const own =
      d === axis
        ? positions
        : shape[d] === 1
          ? lax.zerosLike(positions)
          : lax.iota(tensorApplier, 'int32', positions.shape, d);
    total = lax.add(total, lax.mul(own, lax.fullLike(own, stride)));
    stride *= shape[d];
  }
  return total;
}

/**
 * One element per index along an axis. Where an index lies outside stands what `take` gives for it.
 *
 * @param x Any shape and dtype.
 * @param indices Integers, of as many axes as `x`, that broadcast with it along the other axes.
 * @param options `axis`: along which is picked; default −1. null: in the flattened tensor.
 * @returns The shape of `indices`, broadcast with that of `x`; the dtype of `x`.
 * @see `keras.ops.take_along_axis`
 * @example
 * ops.takeAlongAxis([[10, 20], [30, 40]], [[1], [0]], { axis: 1 }) // [[20], [30]]
 */
export const takeAlongAxis = op(
  'take_along_axis',
  (x: TensorLike, indices: TensorLike, { axis = null }: { readonly axis?: number | null } = {}): Tensor => {
    const t = toTensor(x, null, 'take_along_axis');
    const raw = wholeIndices('take_along_axis', toTensor(indices, null, 'take_along_axis'));
    if (axis === null) return take(lax.reshape(t, [t.size]), lax.reshape(raw, [raw.size]), { axis: 0 });
    const d = normalizeAxis(axis, t.ndim, 'take_along_axis');
    if (raw.ndim !== t.ndim)
      throw new ValueError(`take_along_axis: indices have ${raw.ndim} dimensions, x has ${t.ndim}.`);
    const others = broadcastShapes(
      [t.shape.map((dim, i) => (i === d ? 1 : dim)), raw.shape.map((dim, i) => (i === d ? 1 : dim))],
      'take_along_axis',
    );
    const whole = lax.broadcastTo(
      t,
      others.map((dim, i) => (i === d ? t.shape[d] : dim)),
    );
    const index = lax.broadcastTo(
      wrapIndices(raw, t.shape[d]),
      others.map((dim, i) => (i === d ? raw.shape[d] : dim)),
    );
    const flat = flatPositions(index, whole.shape, d);
    const taken = lax.gather(lax.reshape(whole, [whole.size]), lax.reshape(flat, [flat.size]));
    const exists = existing(raw, t.shape[d]);
    return whereExisting(
      lax.reshape(taken, index.shape),
      exists === null ? null : lax.broadcastTo(exists, index.shape),
      0,
    );
  },
);

/** Options of `oneHot` and `multiHot`. */
export interface OneHotOptions {
  /** Where the classes go. Default −1. */
  readonly axis?: number;
  /** Default `floatx()`. */
  readonly dtype?: DType | null;
  /** A sparse result: there are no sparse tensors here, so true is refused. Default false. */
  readonly sparse?: boolean;
}
/**
 * 1 at the position of each class, 0 elsewhere; a class outside gives all 0.
 *
 * @param x Classes as integers, of any shape.
 * @param numClasses The number of classes.
 * @param options `axis`: where the classes stand in the result; default −1. `dtype`: default `floatx()`.
 * @returns The shape of `x` with an axis of `numClasses` added.
 * @throws {ValueError} The axis does not exist.
 * @see `keras.ops.one_hot`
 * @example
 * ops.oneHot([0, 2], 3) // [[1, 0, 0], [0, 0, 1]]
 */
export const oneHot = op(
  'one_hot',
  (x: TensorLike, numClasses: number, { axis = -1, dtype = null, sparse = false }: OneHotOptions = {}): Tensor => {
    refuseSparse('oneHot', sparse);
    const t = lax.convert(toTensor(x, null, 'one_hot'), 'int32');
    const d = normalizeAxis(axis, t.ndim + 1, 'one_hot');
    const shape = [...t.shape.slice(0, d), numClasses, ...t.shape.slice(d)];
    const wide = lax.broadcastInDim(
      t,
      shape,
      range(t.ndim).map((i) => (i >= d ? i + 1 : i)),
    );
    return lax.convert(
      lax.eq(wide, lax.iota(tensorApplier, 'int32', shape, d)),
      dtype ? standardizeDType(dtype, 'one_hot') : floatx(),
    );
  },
);
/**
 * 1 at the positions of all classes of a row.
 *
 * @param inputs Rows of classes, as integers.
 * @param options `numClasses`: the number of classes. `axis`: where the classes stand in the result; default −1. `dtype`: default
 *   `floatx()`.
 * @returns The shape of `inputs`, with its last axis replaced by one of `numClasses`.
 * @throws {ValueError} The axis does not exist.
 * @see `keras.ops.multi_hot`
 * @example
 * ops.multiHot([[0, 2], [1, 1]], { numClasses: 3 }) // [[1, 0, 1], [0, 1, 0]]
 */
export const multiHot = op(
  'multi_hot',
  (
    inputs: TensorLike,
    { numClasses, axis = -1, dtype = null, sparse = false }: OneHotOptions & { readonly numClasses: number },
  ): Tensor => {
    refuseSparse('multiHot', sparse);
    const t = toTensor(inputs, null, 'multi_hot');
    const reduced = t.ndim > 1 ? 1 : 0;
    return lax.reduceMax(oneHot(t, numClasses, { axis, dtype }), [reduced]);
  },
);

interface Range {
  readonly start?: number | null;
  readonly stop?: number | null;
  readonly step?: number | null;
}
const isRange = (i: unknown): i is Range => isDict(i);

function slicePositions(given: Range, n: number): { from: number; to: number; by: number } {
  const { start = null, stop = null, step = null, ...rest } = given;
  refuseUnknownOptions('getItem: a range', rest, ['start', 'stop', 'step']);
  for (const place of [start, stop, step])
    if (place !== null && !Number.isInteger(place))
      throw new ValueError(
        `getItem: a range holds ${describe(place)}. Expected whole numbers: { start: 1, stop: -1 }.`,
      );
  const by = step ?? 1;
  if (by === 0) throw new ValueError('getItem: a step of 0.');
  const bound = (i: number | null, fallback: number): number =>
    i === null ? fallback : i < 0 ? Math.max(i + n, by < 0 ? -1 : 0) : Math.min(i, by < 0 ? n - 1 : n);
  return { from: bound(start, by < 0 ? n - 1 : 0), to: bound(stop, by < 0 ? -1 : n), by };
}

/**
 * A bool tensor among indices as the positions where it is true, one tensor of them for each of its axes; other indices as they are.
 *
 * @throws {ValueError} Its values are not known: how many elements there will be depends on them.
 */
function positionsOfMask(key: unknown, shape: readonly number[] | null): unknown[] {
  if (typeof key !== 'object' || key === null || isRange(key)) return [key];
  const mask = toTensor(key as TensorLike, null, 'getItem');
  if (mask.dtype !== 'bool') return [mask];
  if (mask.isTraced) {
    throw new ValueError(
      'getItem: a bool mask picks as many elements as it has trues, which is not known inside a program (jit, fit, a symbolic call). ' +
        'Use ops.where(mask, x, 0), or pick before the program.',
    );
  }
  const place = shape?.slice(0, mask.ndim);
  if (mask.ndim === 0 || (place !== undefined && !sameShape(place, mask.shape))) {
    throw new ValueError(
      `getItem: a mask of shape ${formatShape(mask.shape)} stands where axes of shape ${formatShape(place ?? [])} are. Give one of their shape.`,
    );
  }
  const { data } = mask.ndarray;
  const found = range(data.length).filter((i) => data[i] !== 0);
  return mask.shape.map((size, axis) => {
    const stride = sizeOf(mask.shape.slice(axis + 1));
    return toTensor(found.length === 0 ? [] : found.map((i) => Math.floor(i / stride) % size), 'int32');
  });
}

/** Indices with positions in place of masks. */
function withoutMasks(x: Tensor, keys: readonly unknown[]): unknown[] {
  let axis: number | null = 0; // null: behind '...'
  return keys.flatMap((key) => {
    const positions = positionsOfMask(key, axis === null ? null : x.shape.slice(axis));
    if (key === '...') axis = null;
    else if (key !== null && axis !== null) axis += positions.length;
    return positions;
  });
}

/**
 * NumPy's indexing: numbers, ranges, `'...'`, null (a new axis), integer tensors, and bool tensors (masks), which pick where they are
 * true.
 *
 * @param x Any shape and dtype.
 * @param key One index, or a list with one for each axis: a number, a range, `'...'`, null for a new axis, or a tensor of integers.
 * @returns The elements that are picked.
 * @throws {ValueError} There are more indices than axes.
 * @see `keras.ops.get_item`
 * @example
 * ops.getItem(tensor([1, 2, 3]), [tensor([true, false, true])])  // [1, 3]
 */
export const getItem = op(
  'get_item',
  (x: TensorLike, key: Index<TensorLike> | readonly Index<TensorLike>[]): Tensor => {
    const t = toTensor(x, null, 'get_item');
    const keys = withoutMasks(t, Array.isArray(key) ? (key as readonly unknown[]) : [key]);
    const used = keys.filter((k) => k !== null && k !== '...').length;
    if (used > t.ndim) throw new ValueError(`getItem: ${used} indices for a tensor of shape ${formatShape(t.shape)}.`);
    if (!keys.includes('...')) keys.push('...');
    const expanded = keys.flatMap((k) => (k === '...' ? new Array<unknown>(t.ndim - used).fill({}) : [k]));
    let result = t;
    let axis = 0;
    const arrays: { axis: number; indices: Tensor }[] = [];
    for (const k of expanded) {
      if (k === null) {
        result = lax.reshape(result, [...result.shape.slice(0, axis), 1, ...result.shape.slice(axis)]);
        axis++;
      } else if (typeof k === 'number') {
        const n = result.shape[axis];
        if (!Number.isInteger(k) || k < -n || k >= n)
          throw new ValueError(`getItem: index ${k} is out of range for an axis of size ${n}.`);
        const i = k < 0 ? k + n : k;
        result = lax.reshape(
          sliceAxis(result, axis, i, i + 1),
          result.shape.filter((_, d) => d !== axis),
        );
      } else if (isRange(k)) {
        const { from, to, by } = slicePositions(k, result.shape[axis]);
        if (by > 0) result = sliceAxis(result, axis, from, Math.max(from, to), by);
        else {
          const count = Math.max(0, Math.ceil((from - to) / -by));
          result = takeRows(
            result,
            toTensor(
              range(count).map((i) => from + i * by),
              'int32',
            ),
            axis,
          );
        }
        axis++;
      } else {
        arrays.push({ axis, indices: wrapIndices(toTensor(k as TensorLike, null, 'get_item'), result.shape[axis]) });
        axis++;
      }
    }
    if (arrays.length === 0) return result;
    if (arrays.length === 1) return takeRows(result, arrays[0].indices, arrays[0].axis);
    return gatherTogether(result, arrays);
  },
);

/** Several index tensors at once, broadcast together: one flat gather over the indexed axes. */
function gatherTogether(x: Tensor, arrays: readonly { axis: number; indices: Tensor }[]): Tensor {
  const axes = arrays.map((a) => a.axis);
  const shape = broadcastShapes(
    arrays.map((a) => a.indices.shape),
    'getItem',
  );
  const rest = range(x.ndim).filter((d) => !axes.includes(d));
  const sizes = axes.map((d) => x.shape[d]);
  const rows = lax.reshape(lax.transpose(x, [...axes, ...rest]), [sizeOf(sizes), ...rest.map((d) => x.shape[d])]);
  const flat = arrays.reduce<Tensor>(
    (sum, { indices }, i) => {
      const own = lax.broadcastTo(indices, shape);
      return lax.add(sum, lax.mul(own, lax.fullLike(own, sizeOf(sizes.slice(i + 1)))));
    },
    lax.full(tensorApplier, shape, 0, 'int32'),
  );
  const taken = lax.gather(rows, flat);
  const adjacent = axes.every((a, i) => i === 0 || a === axes[i - 1] + 1);
  if (!adjacent) return taken; // NumPy puts the indexed axes first then
  const k = shape.length;
  const before = range(axes[0]).map((i) => k + i);
  return lax.transpose(taken, [
    ...before,
    ...range(k),
    ...range(rest.length - before.length).map((i) => k + before.length + i),
  ]);
}

/**
 * Ascending along an axis, or of the flattened tensor for null; NaN last.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: along which is sorted; default −1. null: the flattened tensor.
 * @returns The shape and dtype of `x`; a vector for `axis` null.
 * @throws {ValueError} An axis does not exist.
 * @see `keras.ops.sort`
 * @example
 * ops.sort([3, 1, 2]) // [1, 2, 3]
 */
export const sort = op('sort', (x: TensorLike, { axis = -1 }: { readonly axis?: number | null } = {}): Tensor => {
  const t = toTensor(x, null, 'sort');
  return axis === null ? lax.sort(lax.reshape(t, [t.size]), 0) : lax.sort(t, normalizeAxis(axis, t.ndim, 'sort'));
});
/**
 * The indices that sort along an axis (int32); of the flattened tensor for null, and of a scalar.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: along which is sorted; default −1. null: the flattened tensor.
 * @returns int32 of the shape of `x`; a vector for `axis` null.
 * @throws {ValueError} An axis does not exist.
 * @see `keras.ops.argsort`
 * @example
 * ops.argsort([30, 10, 20]) // [1, 2, 0]
 */
export const argsort = op('argsort', (x: TensorLike, { axis = -1 }: { readonly axis?: number | null } = {}): Tensor => {
  const t = toTensor(x, null, 'argsort');
  if (axis === null || t.ndim === 0) return lax.argSort(lax.reshape(t, [t.size]), 0);
  return lax.argSort(t, normalizeAxis(axis, t.ndim, 'argsort'));
});
/**
 * The k greatest along the last axis, descending, and where they were; a NaN counts as greatest, 0 is greater than −0.
 *
 * @param x At least one axis.
 * @param k How many elements, at most the size of the last axis.
 * @param _options `sorted`: accepted and not needed, since the result is always in descending order.
 * @returns [the greatest elements, their positions as int32]; both have the shape of `x` with `k` in place of the last size.
 * @throws {ValueError} `k` is greater than the size of the last axis.
 * @see `keras.ops.top_k`
 * @example
 * ops.topK([1, 5, 3, 4], 2) // [[5, 4], [1, 3]]
 */
export const topK = op(
  'top_k',
  (x: TensorLike, k: number, _options: { readonly sorted?: boolean } = {}): [Tensor, Tensor] => {
    checkCount('topK', 'k', k);
    const t = toTensor(x, null, 'top_k');
    const axis = normalizeAxis(-1, t.ndim, 'top_k');
    if (k > t.shape[axis]) throw new ValueError(`top_k: k is ${k}, the last axis has size ${t.shape[axis]}.`);
    // The reversed numbers in ascending order, read from the end: equal ones keep their order, and NaN comes first, as in Keras.
    const last = lax.reverse(
      sliceAxis(lax.argSort(lax.reverse(zerosInOrder(t), [axis]), axis), axis, t.shape[axis] - k, t.shape[axis]),
      [axis],
    );
    const indices = lax.sub(lax.fullLike(last, t.shape[axis] - 1), last);
    return [takeAlongAxis(t, indices, { axis }), indices];
  },
  { optionNames: ['sorted'] },
);
/**
 * Whether each target is among the k greatest predictions of its row.
 *
 * @param targets Classes, of shape (batch,).
 * @param predictions Scores, of shape (batch, classes).
 * @param k How many of the greatest scores count.
 * @returns Bools of shape (batch,).
 * @throws {ValueError} The shapes do not fit.
 * @see `keras.ops.in_top_k`
 * @example
 * ops.inTopK([1, 0], [[0.1, 0.9], [0.2, 0.8]], 1) // [true, false]
 */
export const inTopK = op('in_top_k', (targets: TensorLike, predictions: TensorLike, k: number): Tensor => {
  const p = toTensor(predictions, null, 'in_top_k');
  const labels = lax.convert(toTensor(targets, null, 'in_top_k'), 'int32');
  const given = takeAlongAxis(p, lax.reshape(labels, [labels.size, 1]), { axis: -1 });
  // A NaN is no good prediction: it ranks with -Infinity.
  const own = isFloat(given.dtype) ? lax.select(lax.ne(given, given), lax.fullLike(given, -Infinity), given) : given;
  const better = lax.reduceSum(lax.convert(lax.gt(p, lax.broadcastTo(own, p.shape)), 'int32'), [1]);
  return lax.lt(better, lax.fullLike(better, k));
});

/** Options of `cumsum` and `cumprod`. */
export interface CumulativeOptions {
  /** Null or left out: over the flattened tensor. */
  readonly axis?: number | null;
  /** Of the result. Default: that of `x`, of at least 32 bits. */
  readonly dtype?: DType | null;
}
function cumulative(name: string, kind: 'sum' | 'prod') {
  return op(name, (x: TensorLike, { axis = null, dtype = null }: CumulativeOptions = {}): Tensor => {
    const t = toTensor(x, null, name);
    const typed = lax.convert(t, dtype ? standardizeDType(dtype, name) : t.dtype === 'bool' ? 'int32' : t.dtype);
    const value = axis === null ? lax.reshape(typed, [t.size]) : typed;
    return lax.cumulative(value, { kind, axis: axis === null ? 0 : normalizeAxis(axis, t.ndim, name), reverse: false });
  });
}
/**
 * Running sum.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: along which is run; null (the default): the flattened tensor. `dtype`: of the result; by default that of `x`.
 * @returns The shape of `x`; a vector for `axis` null.
 * @throws {ValueError} The axis does not exist.
 * @see `keras.ops.cumsum`
 * @example
 * ops.cumsum([1, 2, 3]) // [1, 3, 6]
 */
export const cumsum = cumulative('cumsum', 'sum');
/**
 * Running product.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: along which is run; null (the default): the flattened tensor. `dtype`: of the result; by default that of `x`.
 * @returns The shape of `x`; a vector for `axis` null.
 * @throws {ValueError} The axis does not exist.
 * @see `keras.ops.cumprod`
 * @example
 * ops.cumprod([1, 2, 3, 4]) // [1, 2, 6, 24]
 */
export const cumprod = cumulative('cumprod', 'prod');

/**
 * Differences of neighbours along an axis: each element less the one before it.
 *
 * @param a At least one axis, any dtype.
 * @param options `n`: how often differences are taken; default 1. `axis`: default −1.
 * @returns The shape of `a`, shorter by `n` along the axis.
 * @throws {ValueError} An axis does not exist.
 * @see `keras.ops.diff`
 * @example
 * ops.diff([1, 4, 9, 16]) // [3, 5, 7]
 */
export const diff = op(
  'diff',
  (a: TensorLike, { n = 1, axis = -1 }: { readonly n?: number; readonly axis?: number } = {}): Tensor => {
    let t = toTensor(a, null, 'diff');
    const d = normalizeAxis(axis, t.ndim, 'diff');
    if (!Number.isInteger(n) || n < 0) throw new ValueError(`diff: n=${n}. Expected a whole number from 0.`);
    // Nothing differs from nothing: an empty axis stays empty.
    for (let i = 0; i < n && t.shape[d] > 0; i++) {
      const size = t.shape[d];
      const [later, earlier] = [sliceAxis(t, d, 1, size), sliceAxis(t, d, 0, size - 1)];
      t = t.dtype === 'bool' ? lax.xor(later, earlier) : lax.sub(later, earlier);
    }
    return t;
  },
);

/** Options of `segmentSum` and its like. */
export interface SegmentOptions {
  /** How many segments; must be known where programs are traced. */
  readonly numSegments?: number | null;
  /** A hint that the numbers ascend; it changes nothing here. */
  readonly sorted?: boolean;
}
function segmentOp(name: string, mode: 'add' | 'max' | 'min' | 'mul', neutral: (dtype: DType) => number) {
  const reduce = (data: TensorLike, segmentIds: TensorLike, { numSegments = null }: SegmentOptions = {}): Tensor => {
    const t = toTensor(data, null, name);
    const ids = lax.convert(toTensor(segmentIds, null, name), 'int32');
    const count = numSegments ?? 1 + Array.from(ids.ndarray.data).reduce((n, i) => Math.max(n, i), -1);
    return lax.scatter(lax.full(tensorApplier, [count, ...t.shape.slice(1)], neutral(t.dtype), t.dtype), ids, t, mode);
  };
  return op(name, reduce, { optionNames: ['numSegments', 'sorted'] });
}
/**
 * Sums of the rows that share a segment number.
 *
 * @param data Rows along the first axis.
 * @param segmentIds The number of each row's segment, in a vector of integers. Rows whose number lies outside are left out.
 * @param options `numSegments`: the number of segments; by default the greatest number and one. `sorted`: whether the numbers ascend;
 *   default false.
 * @returns One row for each segment, of the dtype of `data`.
 * @throws {ValueError} `segmentIds` is not a vector with one number for each row.
 * @see `keras.ops.segment_sum`
 * @example
 * ops.segmentSum([1, 2, 3], [0, 0, 1]) // [3, 3]
 */
export const segmentSum = segmentOp('segment_sum', 'add', () => 0);
/**
 * Products of the rows that share a segment number.
 *
 * @param data Rows along the first axis.
 * @param segmentIds The number of each row's segment, in a vector of integers. Rows whose number lies outside are left out.
 * @param options `numSegments`: the number of segments; by default the greatest number and one. `sorted`: whether the numbers ascend;
 *   default false.
 * @returns One row for each segment, of the dtype of `data`.
 * @throws {ValueError} `segmentIds` is not a vector with one number for each row.
 * @see `keras.ops.segment_prod`
 * @example
 * ops.segmentProd([2, 3, 4], [0, 0, 1]) // [6, 4]
 */
export const segmentProd = segmentOp('segment_prod', 'mul', () => 1);
/**
 * Maxima of the rows that share a segment number; the least value of the dtype where there are none.
 *
 * @param data Rows along the first axis.
 * @param segmentIds The number of each row's segment, in a vector of integers. Rows whose number lies outside are left out.
 * @param options `numSegments`: the number of segments; by default the greatest number and one. `sorted`: whether the numbers ascend;
 *   default false.
 * @returns One row for each segment, of the dtype of `data`.
 * @throws {ValueError} `segmentIds` is not a vector with one number for each row.
 * @see `keras.ops.segment_max`
 * @example
 * ops.segmentMax([1, 5, 3], [0, 0, 1]) // [5, 3]
 */
export const segmentMax = segmentOp('segment_max', 'max', lowest);
/**
 * Minima of the rows that share a segment number; the greatest value of the dtype where there are none.
 *
 * @param data Rows along the first axis.
 * @param segmentIds The number of each row's segment, in a vector of integers. Rows whose number lies outside are left out.
 * @param options `numSegments`: the number of segments; by default the greatest number and one. `sorted`: whether the numbers ascend;
 *   default false.
 * @returns One row for each segment, of the dtype of `data`.
 * @throws {ValueError} `segmentIds` is not a vector with one number for each row.
 * @see `keras.ops.segment_min`
 * @example
 * ops.segmentMin([5, 1, 3], [0, 0, 1]) // [1, 3]
 */
export const segmentMin = segmentOp('segment_min', 'min', highest);
