/** @file Order statistics, counts of bins, correlations, and reductions without the NaNs. */
import { describe } from '../../core/describe.js';
import type { DType } from '../../core/dtype.js';
import { dtypeInfo, isFloat } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { resultType } from '../../core/promotion.js';
import { formatShape, normalizeAxes, normalizeAxis, range, reducedShape, sizeOf } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { ReductionOptions, Spec, Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { broadcast, floatTensor, floatTypeFor, promote, promotionType, refuseSparse } from '../common.js';
import { dtype as dtypeOf, shape as shapeOf } from '../core.js';
import { matmul } from './contraction.js';
import { linspace } from './creation.js';
import type { CumulativeOptions } from './indexing.js';
import { cumprod, cumsum, takeAlongAxis } from './indexing.js';
import type { ArgReduceOptions } from './reductions.js';
import { firstGreatest, firstLeast, mean, sum } from './reductions.js';
import { sliceAxis, takeRows } from './shape.js';

// ---- quantiles ----

/** Options of `quantile` and `percentile`. */
export interface QuantileOptions extends ReductionOptions {
  /** What is given where a quantile lies between two elements. Default `'linear'`. */
  readonly method?: 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest';
}

/** The dtype of positions in a float tensor: 16 bits tell few places apart. */
const positionType = (t: Tensor): DType => (dtypeInfo(t.dtype).bits < 32 ? 'float32' : t.dtype);

/** Quantiles of a float tensor at positions `q` in [0, 1]: the shape of `q`, then what the reduction leaves. */
function quantiles(
  name: string,
  t: Tensor,
  q: Tensor,
  { axis = null, keepdims = false, method = 'linear' }: QuantileOptions,
  skipNaN: boolean,
): Tensor {
  const axes = normalizeAxes(axis, t.ndim, name);
  const rest = range(t.ndim).filter((d) => !axes.includes(d));
  const others = rest.map((d) => t.shape[d]);
  const n = sizeOf(axes.map((d) => t.shape[d]));
  if (n === 0) throw new ValueError(`${name}: no elements along the reduced axes of shape ${formatShape(t.shape)}.`);
  const lines = lax.reshape(lax.transpose(t, [...axes, ...rest]), [n, ...others]);
  const missing = lax.ne(lines, lines);
  // NaNs are put in again as constants: no gradient goes to them, nor, where one is enough to make the result NaN, to the others.
  const lost = skipNaN
    ? missing
    : lax.broadcastInDim(
        lax.reduceMax(missing, [0]),
        lines.shape,
        range(others.length).map((i) => i + 1),
      );
  const sorted = lax.sort(lax.select(lost, lax.fullLike(lines, NaN), lines), 0);
  const shape = [q.size, ...others];
  const counts = lax.sub(lax.full(t.applier, others, n, q.dtype), lax.reduceSum(lax.convert(missing, q.dtype), [0]));
  const last = skipNaN
    ? lax.max(lax.sub(counts, lax.fullLike(counts, 1)), lax.zerosLike(counts))
    : lax.fullLike(counts, n - 1);
  const limit = lax.broadcastInDim(
    last,
    shape,
    range(others.length).map((i) => i + 1),
  );
  const at = lax.mul(lax.broadcastInDim(lax.reshape(q, [q.size]), shape, [0]), limit);
  const [below, above] = [lax.floor(at), lax.ceil(at)];
  const upperWeight = lax.sub(at, below);
  const pick = (position: Tensor): Tensor => {
    const inside = lax.min(lax.max(position, lax.zerosLike(position)), limit);
    return takeAlongAxis(sorted, lax.convert(lax.stopGradient(inside), 'int32'), { axis: 0 });
  };
  // Positions are kept in at least 32 bits, in which Keras also mixes the two elements.
  const [low, high] = [pick(below), pick(above)].map((x) => lax.convert(x, q.dtype));
  const half = lax.fullLike(upperWeight, 0.5);
  const choose = (): Tensor => {
    switch (method) {
      case 'linear':
        return lax.add(lax.mul(low, lax.sub(lax.fullLike(upperWeight, 1), upperWeight)), lax.mul(high, upperWeight));
      case 'lower':
        return low;
      case 'higher':
        return high;
      case 'midpoint':
        return lax.mul(lax.add(low, high), half);
      case 'nearest':
        return lax.select(lax.le(upperWeight, half), low, high);
      default:
        throw new ValueError(
          `${name}: unknown method ${describe(method satisfies never)}. Expected 'linear', 'lower', 'higher', 'midpoint' or 'nearest'.`,
        );
    }
  };
  return lax.reshape(lax.convert(choose(), t.dtype), [...q.shape, ...reducedShape(t.shape, axes, keepdims)]);
}
function quantileOp(name: string, scale: number, skipNaN: boolean) {
  return op(
    name,
    (x: TensorLike, q: TensorLike, options: QuantileOptions = {}): Tensor => {
      const t = floatTensor(x, name);
      const at = toTensor(q, positionType(t), name);
      return quantiles(name, t, scale === 1 ? at : lax.div(at, lax.fullLike(at, scale)), options, skipNaN);
    },
    { optionNames: ['method', 'axis', 'keepdims'] },
  );
}
/**
 * Quantiles at `q` in [0, 1]. NaN if any element is.
 *
 * @param x Any shape; integers are taken as `floatx`.
 * @param q One position or several: in [0, 1].
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false. `method`: what is taken between two elements; default `'linear'`.
 * @returns The shape of `q`, then that of `x` without the reduced axes.
 * @throws {ValueError} There are no elements along the axes, or an axis does not exist.
 * @see `keras.ops.quantile`
 * @example
 * ops.quantile([1, 2, 3, 4, 5], [0.25, 0.5]) // [2, 3]
 */
export const quantile = quantileOp('quantile', 1, false);
/**
 * Quantiles at `q` percent.
 *
 * @param x Any shape; integers are taken as `floatx`.
 * @param q One position or several: percent, in [0, 100].
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false. `method`: what is taken between two elements; default `'linear'`.
 * @returns The shape of `q`, then that of `x` without the reduced axes.
 * @throws {ValueError} There are no elements along the axes, or an axis does not exist.
 * @see `keras.ops.percentile`
 * @example
 * ops.percentile([1, 2, 3, 4], 50) // 2.5
 */
export const percentile = quantileOp('percentile', 100, false);
/**
 * `quantile` without the NaNs.
 *
 * @param x Any shape; integers are taken as `floatx`.
 * @param q One position or several: in [0, 1].
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false. `method`: what is taken between two elements; default `'linear'`.
 * @returns The shape of `q`, then that of `x` without the reduced axes.
 * @throws {ValueError} There are no elements along the axes, or an axis does not exist.
 * @see `keras.ops.nanquantile`
 * @example
 * ops.nanquantile([1, NaN, 3, 4], 0.5) // 3
 */
export const nanquantile = quantileOp('nanquantile', 1, true);
/**
 * `percentile` without the NaNs.
 *
 * @param x Any shape; integers are taken as `floatx`.
 * @param q One position or several: percent, in [0, 100].
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false. `method`: what is taken between two elements; default `'linear'`.
 * @returns The shape of `q`, then that of `x` without the reduced axes.
 * @throws {ValueError} There are no elements along the axes, or an axis does not exist.
 * @see `keras.ops.nanpercentile`
 * @example
 * ops.nanpercentile([1, NaN, 3, 4], 50) // 3
 */
export const nanpercentile = quantileOp('nanpercentile', 100, true);
function medianOp(name: string, skipNaN: boolean) {
  return op(
    name,
    (x: TensorLike, options: ReductionOptions = {}): Tensor => {
      const t = floatTensor(x, name);
      return quantiles(name, t, toTensor(0.5, positionType(t)), { ...options, method: 'midpoint' }, skipNaN);
    },
    { optionNames: ['axis', 'keepdims'] },
  );
}
/**
 * The middle element, or the mean of the middle two.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or is named twice.
 * @see `keras.ops.median`
 * @example
 * ops.median([[1, 3, 2], [4, 6, 5]], { axis: 1 }) // [2, 5]
 */
export const median = medianOp('median', false);
/**
 * `median` without the NaNs.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or is named twice.
 * @see `keras.ops.nanmedian`
 * @example
 * ops.nanmedian([1, NaN, 3]) // 2
 */
export const nanmedian = medianOp('nanmedian', true);

// ---- without NaNs ----

/**
 * Variance over axes without the NaNs; 16-bit floats are computed in 32 bits.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or is named twice.
 * @see `keras.ops.nanvar`
 * @example
 * ops.nanvar([1, NaN, 3]) // 1
 */
export const nanvar = op(
  'nanvar',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => {
    const given = floatTensor(x, 'nanvar');
    const t = lax.convert(given, positionType(given));
    const known = lax.eq(t, t);
    const kept = { axis: options.axis, keepdims: true };
    const count = sum(lax.convert(known, t.dtype), kept);
    const center = lax.div(sum(lax.select(known, t, lax.zerosLike(t)), kept), count);
    const gap = lax.select(known, lax.sub(t, lax.broadcastTo(center, t.shape)), lax.zerosLike(t));
    const spread = lax.div(sum(lax.mul(gap, gap), kept), count);
    return lax.convert(
      lax.reshape(
        spread,
        reducedShape(t.shape, normalizeAxes(options.axis, t.ndim, 'nanvar'), options.keepdims ?? false),
      ),
      given.dtype,
    );
  },
  { optionNames: ['axis', 'keepdims'] },
);
/**
 * Standard deviation over axes without the NaNs.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or is named twice.
 * @see `keras.ops.nanstd`
 * @example
 * ops.nanstd([1, NaN, 3]) // 1
 */
export const nanstd = op(
  'nanstd',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => lax.sqrt(nanvar(x, options)),
  { optionNames: ['axis', 'keepdims'] },
);
function nanArg(name: string, replacement: number, pick: typeof firstGreatest) {
  return op(
    name,
    (x: TensorLike, options: ArgReduceOptions = {}): Tensor => {
      const t = toTensor(x, null, name);
      if (!isFloat(t.dtype)) return pick(t, options);
      const missing = lax.ne(t, t);
      const index = pick(lax.select(missing, lax.fullLike(t, replacement), t), options);
      const empty = lax.reduceMin(missing, normalizeAxes(options.axis, t.ndim, name));
      return lax.select(lax.reshape(empty, index.shape), lax.fullLike(index, -1), index); // nothing but NaN: −1
    },
    { optionNames: ['axis', 'keepdims'] },
  );
}
/**
 * Index of the first greatest element that is no NaN.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: along which is searched; null (the default): the flattened tensor. `keepdims`: keep the axis with size 1;
 *   default false.
 * @returns int32, of the shape of `x` without the axis; −1 where all are NaN.
 * @throws {ValueError} The axis does not exist.
 * @see `keras.ops.nanargmax`
 * @example
 * ops.nanargmax([NaN, 5, 2]) // 1
 */
export const nanargmax = nanArg('nanargmax', -Infinity, firstGreatest);
/**
 * Index of the first least element that is no NaN.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: along which is searched; null (the default): the flattened tensor. `keepdims`: keep the axis with size 1;
 *   default false.
 * @returns int32, of the shape of `x` without the axis; −1 where all are NaN.
 * @throws {ValueError} The axis does not exist.
 * @see `keras.ops.nanargmin`
 * @example
 * ops.nanargmin([NaN, 5, 2]) // 2
 */
export const nanargmin = nanArg('nanargmin', Infinity, firstLeast);
function nanCumulative(name: string, neutral: number, run: typeof cumsum) {
  return op(
    name,
    (x: TensorLike, options: CumulativeOptions = {}): Tensor => {
      const t = toTensor(x, null, name);
      return run(isFloat(t.dtype) ? lax.select(lax.ne(t, t), lax.fullLike(t, neutral), t) : t, options);
    },
    { optionNames: ['axis', 'dtype'] },
  );
}
/**
 * Running sum with NaN as 0.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: along which is run; null (the default): the flattened tensor. `dtype`: of the result; by default that of `x`.
 * @returns The shape of `x`; a vector for `axis` null.
 * @throws {ValueError} The axis does not exist.
 * @see `keras.ops.nancumsum`
 * @example
 * ops.nancumsum([1, NaN, 3]) // [1, 1, 4]
 */
export const nancumsum = nanCumulative('nancumsum', 0, cumsum);
/**
 * Running product with NaN as 1.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: along which is run; null (the default): the flattened tensor. `dtype`: of the result; by default that of `x`.
 * @returns The shape of `x`; a vector for `axis` null.
 * @throws {ValueError} The axis does not exist.
 * @see `keras.ops.nancumprod`
 * @example
 * ops.nancumprod([2, NaN, 3]) // [2, 2, 6]
 */
export const nancumprod = nanCumulative('nancumprod', 1, cumprod);

// ---- places in sorted sequences, counts ----

/** Where each value would be put in a sorted vector, so that it stays sorted, by halving the range log2(n) times. */
function insertionPoints(sorted: Tensor, values: Tensor, side: 'left' | 'right'): Tensor {
  const n = sorted.size;
  let low = lax.fullLike(values, 0, 'int32');
  let high = lax.fullLike(values, n, 'int32');
  const one = lax.fullLike(low, 1);
  const [vNaN] = [lax.ne(values, values)];
  for (let span = n; span > 0; span >>= 1) {
    const middle = lax.shiftRightArithmetic(lax.add(low, high), one);
    const x = lax.gather(sorted, lax.min(middle, lax.fullLike(middle, n - 1)));
    // NaN stands behind all numbers.
    const xNaN = lax.ne(x, x);
    const before =
      side === 'left' ? lax.or(lax.lt(x, values), lax.and(vNaN, lax.not(xNaN))) : lax.or(lax.le(x, values), vNaN);
    const right = lax.and(before, lax.lt(low, high));
    const next = lax.select(right, lax.add(middle, one), low);
    high = lax.select(before, high, middle);
    low = next;
  }
  return low;
}
/**
 * Where to insert values into a sorted vector (int32): `side` left: before equal elements; right: behind them.
 *
 * @param sortedSequence A vector that ascends.
 * @param values Any shape.
 * @param options `side`: `'left'` (the default) puts a value before equal elements, `'right'` behind them.
 * @returns int32, of the shape of `values`.
 * @throws {ValueError} The sequence is not a vector.
 * @see `keras.ops.searchsorted`
 * @example
 * ops.searchsorted([1, 3, 5], [0, 3, 6]) // [0, 1, 3]
 */
export const searchsorted = op(
  'searchsorted',
  (
    sortedSequence: TensorLike,
    values: TensorLike,
    { side = 'left' }: { readonly side?: 'left' | 'right' } = {},
  ): Tensor => {
    const [sorted, v] = promote('searchsorted', [sortedSequence, values]);
    if (sorted.ndim !== 1)
      throw new ValueError(
        `searchsorted: the sorted sequence has shape ${formatShape(sorted.shape)}. Expected a vector.`,
      );
    return insertionPoints(sorted, v, side);
  },
);
/**
 * The bin of each element: the number of bounds at or below it. `bins` ascend or descend.
 *
 * @param x Any shape.
 * @param bins A vector of bounds.
 * @returns int32, of the shape of `x`.
 * @throws {ValueError} `bins` is not a vector.
 * @see `keras.ops.digitize`
 * @example
 * ops.digitize([0.2, 6.4, 3], [0, 1, 2.5, 4]) // [1, 4, 3]
 */
export const digitize = op('digitize', (x: TensorLike, bins: TensorLike): Tensor => {
  const [t, bounds] = promote('digitize', [x, bins]);
  if (bounds.ndim !== 1)
    throw new ValueError(`digitize: bins of shape ${formatShape(bounds.shape)}. Expected a vector.`);
  const n = bounds.size;
  if (n === 0) return lax.fullLike(t, 0, 'int32');
  const up = insertionPoints(bounds, t, 'right');
  const [first, last] = [sliceAxis(bounds, 0, 0, 1), sliceAxis(bounds, 0, n - 1, n)];
  const down = insertionPoints(lax.reverse(bounds, [0]), t, 'right');
  const ascending = lax.broadcastTo(lax.ge(last, first), t.ndim === 0 ? [1] : t.shape);
  return lax.select(lax.reshape(ascending, t.shape), up, lax.sub(lax.fullLike(down, n), down));
});

/** Options of `bincount`. */
export interface BincountOptions {
  /** Summed instead of ones; of the shape of `x`. */
  readonly weights?: TensorLike | null;
  /** The least number of bins. Default 0. */
  readonly minlength?: number;
  /** A sparse result: there are no sparse tensors here, so true is refused. Default false. */
  readonly sparse?: boolean;
}
/**
 * How often each whole number from 0 occurs, in a vector or in each row of a matrix. The length of the result depends on the numbers, so
 * that they must be known: it cannot be traced.
 *
 * @param x Whole numbers from 0: a vector, or a matrix whose rows are counted apart.
 * @param options `weights`: how much each number counts; default 1. `minlength`: the least length of the result; default 0.
 * @returns Counts of 0, 1, … up to the greatest number.
 * @see `keras.ops.bincount`
 * @example
 * ops.bincount([1, 1, 3], { minlength: 5 }) // [0, 2, 0, 1, 0]
 */
export const bincount = op(
  'bincount',
  (x: TensorLike, { weights = null, minlength = 0, sparse = false }: BincountOptions = {}): Tensor => {
    refuseSparse('bincount', sparse);
    const raw = toTensor(x, null, 'bincount');
    const ids = lax.convert(raw, 'int32');
    const t = lax.max(ids, lax.zerosLike(ids)); // as JAX does, numbers below 0 are counted as 0
    if (t.ndim !== 1 && t.ndim !== 2)
      throw new ValueError(`bincount: a tensor of shape ${formatShape(t.shape)}. Expected a vector or a matrix.`);
    let length = minlength;
    for (const value of raw.ndarray.data) length = Math.max(length, Math.trunc(value) + 1, 1);
    const w = weights === null ? lax.fullLike(t, 1) : toTensor(weights, null, 'bincount');
    const count = (ids: Tensor, of: Tensor): Tensor =>
      lax.scatter(lax.full(t.applier, [length], 0, of.dtype), ids, of, 'add');
    if (t.ndim === 1) return count(t, w);
    const row = (y: Tensor, i: number): Tensor => lax.reshape(sliceAxis(y, 0, i, i + 1), [y.shape[1]]);
    return lax.concatenate(
      range(t.shape[0]).map((i) => lax.reshape(count(row(t, i), row(w, i)), [1, length])),
      0,
    );
  },
  {
    spec: (x, options): Spec => ({
      shape: [...shapeOf(x).slice(0, -1), null],
      dtype: options?.weights ? dtypeOf(options.weights) : 'int32',
    }),
  },
);

/** Options of `histogram`. */
export interface HistogramOptions {
  /** How many bins of equal width. Default 10. */
  readonly bins?: number;
  /** [least, greatest]; what lies outside is not counted. Default: those of `x`. */
  readonly range?: readonly [number, number] | null;
}
/**
 * Counts of bins of equal width, and their bounds.
 *
 * @param x Any shape; all elements are counted.
 * @param options `bins`: how many; default 10. `range`: [least, greatest] that is counted; by default that of the elements.
 * @returns [the counts, the `bins + 1` bounds].
 * @see `keras.ops.histogram`
 * @example
 * ops.histogram([1, 2, 2, 4], { bins: 3 }) // [[1, 2, 1], [1, 2, 3, 4]]
 */
export const histogram = op(
  'histogram',
  (x: TensorLike, { bins = 10, range: bounds = null }: HistogramOptions = {}): [Tensor, Tensor] => {
    if (!Number.isInteger(bins) || bins < 1)
      throw new ValueError(`histogram: got ${describe(bins)} bins. Expected a positive integer.`);
    if (bounds !== null && (bounds.length !== 2 || !(bounds[1] >= bounds[0])))
      throw new ValueError(`histogram: range [${describe(bounds)}]. Expected [least, greatest].`);
    const raw = floatTensor(x, 'histogram');
    const t = lax.reshape(raw, [raw.size]);
    const [least, greatest] = bounds
      ? bounds.map((b) => toTensor(b, t.dtype))
      : t.size === 0
        ? [toTensor(0, t.dtype), toTensor(1, t.dtype)]
        : [lax.reduceMin(t, [0]), lax.reduceMax(t, [0])];
    const half = lax.select(lax.eq(least, greatest), lax.fullLike(least, 0.5), lax.zerosLike(least));
    const [low, high] = [lax.sub(least, half), lax.add(greatest, half)];
    const edges = linspace(low, high, { num: bins + 1 });
    const place = insertionPoints(edges, t, 'right');
    const top = lax.broadcastTo(lax.reshape(high, [1]), t.shape);
    const index = lax.select(lax.eq(t, top), lax.fullLike(place, bins), place);
    const inside = bounds
      ? lax.and(lax.ge(t, lax.broadcastTo(lax.reshape(low, [1]), t.shape)), lax.le(t, top))
      : lax.fullLike(t, 1, 'bool');
    const counts = lax.scatter(lax.full(t.applier, [bins + 1], 0, t.dtype), index, lax.convert(inside, t.dtype), 'add');
    return [sliceAxis(counts, 0, 1, bins + 1), edges];
  },
);

// ---- correlation, integrals ----

/**
 * Pearson's correlation of the rows of a matrix.
 *
 * @param x (variables, observations).
 * @returns (variables, variables), of a float dtype, in [−1, 1].
 * @see `keras.ops.corrcoef`
 * @example
 * ops.corrcoef([[1, 2, 3], [3, 2, 1]]) // [[1, -1], [-1, 1]]
 */
export const corrcoef = op('corrcoef', (x: TensorLike): Tensor => {
  const raw = floatTensor(x, 'corrcoef');
  const t = raw.ndim < 2 ? lax.reshape(raw, [1, raw.size]) : raw;
  const gap = lax.sub(t, lax.broadcastTo(mean(t, { axis: 1, keepdims: true }), t.shape));
  const products = matmul(gap, lax.transpose(gap, [1, 0]));
  const n = t.shape[0];
  const own = lax.sqrt(lax.reshape(sum(lax.mul(gap, gap), { axis: 1 }), [n]));
  const scaled = lax.div(lax.div(products, lax.broadcastInDim(own, [n, n], [0])), lax.broadcastInDim(own, [n, n], [1]));
  const kept = lax.min(lax.max(scaled, lax.fullLike(scaled, -1)), lax.fullLike(scaled, 1));
  return n === 1 ? lax.reshape(kept, []) : kept;
});

/** Options of `correlate`. */
export interface CorrelateOptions {
  /** `'valid'` (default): only whole overlaps; `'same'`: as long as the longer; `'full'`: every overlap. */
  readonly mode?: 'valid' | 'same' | 'full';
}
/**
 * Sums of products of two vectors at all their shifts.
 *
 * @param x1 A vector.
 * @param x2 A vector.
 * @param options `mode`: `'valid'` (the default) takes the shifts at which the shorter one lies wholly within the other, `'same'` as many
 *   as the longer one has elements, `'full'` all.
 * @returns A vector.
 * @throws {ValueError} The operands are not vectors.
 * @see `keras.ops.correlate`
 * @example
 * ops.correlate([1, 2, 3], [0, 1, 0.5]) // [3.5]
 */
export const correlate = op(
  'correlate',
  (x1: TensorLike, x2: TensorLike, { mode = 'valid' }: CorrelateOptions = {}): Tensor => {
    const dtype = resultType(promotionType(x1), promotionType(x2));
    const [a, b] = promote('correlate', [x1, x2], floatTypeFor(dtype));
    if (a.ndim !== 1 || b.ndim !== 1)
      throw new ValueError(
        `correlate: shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}. Expected two vectors.`,
      );
    const [n, m] = [a.size, b.size];
    const swapped = n < m;
    const [long, short] = swapped ? [b, a] : [a, b];
    const width = short.size;
    const half = width >> 1;
    const padding: [number, number] =
      mode === 'full' ? [width - 1, width - 1] : mode === 'same' ? [half, width - 1 - half] : [0, 0];
    if (mode !== 'full' && mode !== 'same' && mode !== 'valid')
      throw new ValueError(`correlate: unknown mode ${describe(mode)}. Expected 'valid', 'same' or 'full'.`);
    const padded = lax.pad(long, { low: [padding[0]], high: [padding[1]], interior: [0], value: 0 });
    const count = padded.size - width + 1;
    const windows = takeRows(
      padded,
      toTensor(
        range(count).map((i) => range(width).map((j) => i + j)),
        'int32',
      ),
      0,
    );
    const sums = lax.reduceSum(lax.mul(windows, lax.broadcastInDim(short, [count, width], [1])), [1]);
    return swapped ? lax.reverse(sums, [0]) : sums;
  },
);

/** Options of `trapezoid`. */
export interface TrapezoidOptions {
  /** Places of the samples; evenly spaced ones when left out. */
  readonly x?: TensorLike | null;
  /** Distance of evenly spaced samples. Default 1. */
  readonly dx?: TensorLike;
  /** Default −1. */
  readonly axis?: number;
}
/**
 * The integral along an axis by the trapezoidal rule.
 *
 * @param y Values of the function, of any shape.
 * @param options `x`: the points at which they were taken; by default they are `dx` apart. `dx`: default 1. `axis`: default −1.
 * @returns The shape of `y` without the axis.
 * @throws {ValueError} The axis does not exist.
 * @see `keras.ops.trapezoid`
 * @example
 * ops.trapezoid([1, 2, 3], { dx: 2 }) // 8
 */
export const trapezoid = op(
  'trapezoid',
  (y: TensorLike, { x = null, dx = 1, axis = -1 }: TrapezoidOptions = {}): Tensor => {
    const t = floatTensor(y, 'trapezoid');
    const d = normalizeAxis(axis, t.ndim, 'trapezoid');
    const n = t.shape[d];
    const pair = lax.add(sliceAxis(t, d, 1, n), sliceAxis(t, d, 0, n - 1));
    let step = toTensor(dx, t.dtype, 'trapezoid');
    if (x !== null) {
      const places = toTensor(x, t.dtype, 'trapezoid');
      const along = places.ndim === 1 ? 0 : d;
      const m = places.shape[along];
      step = lax.sub(sliceAxis(places, along, 1, m), sliceAxis(places, along, 0, m - 1));
      if (places.ndim === 1) step = lax.broadcastInDim(step, pair.shape, [d]);
    }
    const [w, heights] = broadcast('trapezoid', [step, pair]);
    const total = lax.reduceSum(lax.mul(w, heights), [d]);
    return lax.mul(total, lax.fullLike(total, 0.5));
  },
);
