/** @file Reductions over axes. */
import type { DType } from '../../core/dtype.js';
import { dtypeInfo, isFloat } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { formatShape, normalizeAxes, normalizeAxis, reducedShape, sizeOf } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { ReductionOptions, Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { align, floatTensor, floatTypeFor, zerosInOrder } from '../common.js';

/** Reduce with a primitive, then give reduced axes back as 1 where asked. */
export function reduceWith(
  name: string,
  x: Tensor,
  { axis = null, keepdims = false }: ReductionOptions,
  fn: (x: Tensor, axes: readonly number[]) => Tensor,
): Tensor {
  const axes = normalizeAxes(axis, x.ndim, name);
  return lax.reshape(fn(x, axes), reducedShape(x.shape, axes, keepdims));
}

/** The dtype in which Keras adds up: bools and narrow integers widen to 32 bits. */
function totalType(dtype: DType): DType {
  const { kind, bits } = dtypeInfo(dtype);
  if (kind === 'float' || bits >= 32) return dtype;
  return kind === 'uint' ? 'uint32' : 'int32';
}

/**
 * Sum over axes. Bools and narrow integers are summed as 32-bit integers.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or is named twice.
 * @see `keras.ops.sum`
 * @example
 * ops.sum([[1, 2], [3, 4]], { axis: 0 }) // [4, 6]
 */
export const sum = op(
  'sum',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => {
    const t = toTensor(x, null, 'sum');
    return reduceWith('sum', lax.convert(t, totalType(t.dtype)), options, lax.reduceSum);
  },
  { optionNames: ['axis', 'keepdims'] },
);

/** Options of `prod`. */
export interface ProdOptions extends ReductionOptions {
  /** The dtype of the result; the operand's (at least 32 bits) when left out. */
  readonly dtype?: DType | null;
}
/**
 * Product over axes.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false. `dtype`: of the result; by default that of `x`, of at least 32 bits.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or is named twice.
 * @see `keras.ops.prod`
 * @example
 * ops.prod([[1, 2], [3, 4]], { axis: 1 }) // [2, 12]
 */
export const prod = op(
  'prod',
  (x: TensorLike, { dtype, ...options }: ProdOptions = {}): Tensor => {
    const t = toTensor(x, null, 'prod');
    return reduceWith('prod', lax.convert(t, dtype ?? totalType(t.dtype)), options, lax.reduceProd);
  },
  { optionNames: ['dtype', 'axis', 'keepdims'] },
);

/** Options of `max` and `min`. */
export interface ExtremumOptions extends ReductionOptions {
  /** A value that takes part in the comparison; needed for empty tensors. */
  readonly initial?: number | null;
}
function extremum(name: 'max' | 'min' | 'amax' | 'amin', reduce: typeof lax.reduceMax, combine: typeof lax.max) {
  return op(
    name,
    (x: TensorLike, { initial = null, ...options }: ExtremumOptions = {}): Tensor => {
      const t = toTensor(x, null, name);
      const axes = normalizeAxes(options.axis, t.ndim, name);
      if (initial === null && sizeOf(axes.map((d) => t.shape[d])) === 0) {
        throw new ValueError(`${name}: a reduction over no elements has no ${name.slice(-3)}imum. Give 'initial'.`);
      }
      const reduced = reduceWith(name, t, options, reduce);
      return initial === null ? reduced : combine(reduced, lax.fullLike(reduced, initial));
    },
    { optionNames: ['initial', 'axis', 'keepdims'] },
  );
}
/**
 * Greatest over axes; NaN if any is.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false. `initial`: a number that takes part in the comparison; an empty tensor needs one.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or there are no elements and no `initial`.
 * @see `keras.ops.max`
 * @example
 * ops.max([[1, 2], [3, 4]], { axis: 0 }) // [3, 4]
 */
export const max = extremum('max', lax.reduceMax, lax.max);
/**
 * Least over axes; NaN if any is.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false. `initial`: a number that takes part in the comparison; an empty tensor needs one.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or there are no elements and no `initial`.
 * @see `keras.ops.min`
 * @example
 * ops.min([[1, 2], [3, 4]], { axis: 0 }) // [1, 2]
 */
export const min = extremum('min', lax.reduceMin, lax.min);
/**
 * Greatest over axes: `max` by another name, with its arguments.
 *
 * @see `keras.ops.amax`
 * @example
 * ops.amax([[1, 2], [3, 4]], { axis: 0 }) // [3, 4]
 */
export const amax = extremum('amax', lax.reduceMax, lax.max);
/**
 * Least over axes: `min` by another name, with its arguments.
 *
 * @see `keras.ops.amin`
 * @example
 * ops.amin([[1, 2], [3, 4]], { axis: 0 }) // [1, 2]
 */
export const amin = extremum('amin', lax.reduceMin, lax.min);

/**
 * Mean over axes; integers give `floatx`. 16-bit floats are summed in 32 bits.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or is named twice.
 * @see `keras.ops.mean`
 * @example
 * ops.mean([[1, 2], [3, 4]], { axis: 1 }) // [1.5, 3.5]
 */
export const mean = op(
  'mean',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => {
    const t = toTensor(x, null, 'mean');
    const dtype = floatTypeFor(t.dtype);
    const wide = dtypeInfo(dtype).bits < 32 ? 'float32' : dtype;
    const count = sizeOf(normalizeAxes(options.axis, t.ndim, 'mean').map((d) => t.shape[d]));
    const total = reduceWith('mean', lax.convert(t, wide), options, lax.reduceSum);
    return lax.convert(lax.div(total, lax.fullLike(total, count)), dtype);
  },
  { optionNames: ['axis', 'keepdims'] },
);

/**
 * Variance over axes (of the whole population).
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or is named twice.
 * @see `keras.ops.var`
 * @example
 * ops.var([[1, 2], [3, 4]], { axis: 0 }) // [1, 1]
 */
export const variance = op(
  'var',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => {
    const t = toTensor(x, null, 'var');
    const dtype = floatTypeFor(t.dtype);
    const wide = lax.convert(t, dtypeInfo(dtype).bits < 32 ? 'float32' : dtype);
    const axes = normalizeAxes(options.axis, t.ndim, 'var');
    // The mean m of (x - c)² - (m - c)², with c = m held fixed: the same number, whose gradient need not sum x - m over all elements.
    const center = mean(wide, { axis: axes, keepdims: true });
    const fixed = lax.stopGradient(center);
    const gap = lax.sub(wide, lax.broadcastTo(fixed, wide.shape));
    const spread = mean(lax.mul(gap, gap), { axis: axes, keepdims: options.keepdims });
    const off = lax.reshape(lax.sub(center, fixed), spread.shape);
    return lax.convert(lax.sub(spread, lax.mul(off, off)), dtype);
  },
  { optionNames: ['axis', 'keepdims'] },
);
/**
 * Standard deviation over axes.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or is named twice.
 * @see `keras.ops.std`
 * @example
 * ops.std([[1, 2], [3, 4]], { axis: 0 }) // [1, 1]
 */
export const std = op(
  'std',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => lax.sqrt(variance(x, options)),
  { optionNames: ['axis', 'keepdims'] },
);

/**
 * Whether any element over axes is not 0.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false.
 * @returns Bools of the shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or is named twice.
 * @see `keras.ops.any`
 * @example
 * ops.any([[0, 1], [0, 0]], { axis: 1 }) // [true, false]
 */
export const any = op(
  'any',
  (x: TensorLike, options: ReductionOptions = {}): Tensor =>
    reduceWith('any', lax.convert(toTensor(x, null, 'any'), 'bool'), options, lax.reduceMax),
  { optionNames: ['axis', 'keepdims'] },
);
/**
 * Whether all elements over axes are not 0.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false.
 * @returns Bools of the shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or is named twice.
 * @see `keras.ops.all`
 * @example
 * ops.all([[1, 1], [0, 1]], { axis: 1 }) // [true, false]
 */
export const all = op(
  'all',
  (x: TensorLike, options: ReductionOptions = {}): Tensor =>
    reduceWith('all', lax.convert(toTensor(x, null, 'all'), 'bool'), options, lax.reduceMin),
  { optionNames: ['axis', 'keepdims'] },
);
/**
 * How many elements over axes are not 0 (int32).
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes over which is counted; null (the default): all.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or is named twice.
 * @see `keras.ops.count_nonzero`
 * @example
 * ops.countNonzero([[0, 1], [2, 3]], { axis: 1 }) // [1, 2]
 */
export const countNonzero = op(
  'count_nonzero',
  (x: TensorLike, { axis = null }: { readonly axis?: number | readonly number[] | null } = {}): Tensor =>
    sum(lax.convert(lax.convert(toTensor(x), 'bool'), 'int32'), { axis }),
);

/** Options of `argmax` and `argmin`. */
export interface ArgReduceOptions {
  /** Null or left out: over all elements in row-major order. */
  readonly axis?: number | null;
  /** Keep the axis with size 1. Default false. */
  readonly keepdims?: boolean;
}
function argReduce(name: string, fn: typeof lax.argMax, key: (x: Tensor) => Tensor) {
  return op(name, (x: TensorLike, { axis = null, keepdims = false }: ArgReduceOptions = {}): Tensor => {
    const t = key(toTensor(x, null, name));
    if (axis === null ? t.size === 0 : t.shape[normalizeAxis(axis, t.ndim, name)] === 0)
      throw new ValueError(
        `${name}: no elements ${axis === null ? 'in' : `along axis ${axis} of`} a tensor of shape ${formatShape(t.shape)}, so there is no ${name === 'argmax' ? 'greatest' : 'least'} one.`,
      );
    if (axis === null) {
      const index = fn(lax.reshape(t, [t.size]), 0);
      return keepdims
        ? lax.reshape(
            index,
            t.shape.map(() => 1),
          )
        : index;
    }
    const d = normalizeAxis(axis, t.ndim, name);
    return lax.reshape(fn(t, d), reducedShape(t.shape, [d], keepdims));
  });
}
/**
 * Index (int32) of the first greatest element; 0 is greater than −0.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: along which is searched; null (the default): the flattened tensor. `keepdims`: keep the axis with size 1;
 *   default false.
 * @returns int32, of the shape of `x` without the axis.
 * @throws {ValueError} There are no elements, or the axis does not exist.
 * @see `keras.ops.argmax`
 * @example
 * ops.argmax([[1, 5, 2], [7, 0, 9]], { axis: 1 }) // [1, 2]
 */
export const argmax = argReduce('argmax', lax.argMax, zerosInOrder);
/**
 * Index (int32) of the first least element; −0 is less than 0.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: along which is searched; null (the default): the flattened tensor. `keepdims`: keep the axis with size 1;
 *   default false.
 * @returns int32, of the shape of `x` without the axis.
 * @throws {ValueError} There are no elements, or the axis does not exist.
 * @see `keras.ops.argmin`
 * @example
 * ops.argmin([[1, 5, 2], [7, 0, 9]], { axis: 1 }) // [0, 1]
 */
export const argmin = argReduce('argmin', lax.argMin, zerosInOrder);
/** `argmax` to which both zeros are equal. */
export const firstGreatest = argReduce('argmax', lax.argMax, (x) => x);
/** `argmin` to which both zeros are equal. */
export const firstLeast = argReduce('argmin', lax.argMin, (x) => x);

/** Options of `average`. */
export interface AverageOptions {
  /** The axis or axes over which is averaged. Default null: all. */
  readonly axis?: number | readonly number[] | null;
  /** Of the shape of `x`, or one weight per element of the axis. */
  readonly weights?: TensorLike | null;
}
/**
 * Weighted mean over axes: Σ w·x / Σ w.
 *
 * @param x Any shape; integers are taken as `floatx`.
 * @param options `axis`: the axis or axes that are reduced; null (the default): all. `weights`: of the shape of `x`, or one for each
 *   element of the axis; by default all 1.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or is named twice.
 * @see `keras.ops.average`
 * @example
 * ops.average([1, 2, 4], { weights: [1, 1, 2] }) // 2.75
 */
export const average = op('average', (x: TensorLike, { axis = null, weights = null }: AverageOptions = {}): Tensor => {
  const t = floatTensor(x, 'average');
  if (weights === null) return mean(t, { axis });
  let w = toTensor(weights, t.dtype, 'average');
  if (w.ndim === 1 && t.ndim > 1 && typeof axis === 'number') {
    const d = normalizeAxis(axis, t.ndim, 'average');
    w = lax.broadcastInDim(w, t.shape, [d]);
  }
  const [value, weight] = align('average', [t, w]);
  const total = reduceWith('average', lax.mul(value, weight), { axis }, lax.reduceSum);
  return lax.div(total, reduceWith('average', weight, { axis }, lax.reduceSum));
});

/**
 * log Σ eˣ over axes without overflow.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or is named twice.
 * @see `keras.ops.logsumexp`
 * @example
 * ops.logsumexp([1000, 1000]) // 1000.6932
 */
export const logsumexp = op(
  'logsumexp',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => {
    const t = floatTensor(x, 'logsumexp');
    const axes = normalizeAxes(options.axis, t.ndim, 'logsumexp');
    const peak = reduceWith('logsumexp', t, { axis: axes, keepdims: true }, lax.reduceMax);
    const safe = lax.stopGradient(lax.select(lax.isFinite(peak), peak, lax.zerosLike(peak)));
    const total = reduceWith(
      'logsumexp',
      lax.exp(lax.sub(t, lax.broadcastTo(safe, t.shape))),
      { axis: axes, keepdims: true },
      lax.reduceSum,
    );
    return lax.reshape(lax.add(lax.log(total), safe), reducedShape(t.shape, axes, options.keepdims ?? false));
  },
  { optionNames: ['axis', 'keepdims'] },
);

function nanReduction(name: string, neutral: number, reduce: (x: Tensor, options: ReductionOptions) => Tensor) {
  return op(
    name,
    (x: TensorLike, options: ReductionOptions = {}): Tensor => {
      const t = toTensor(x, null, name);
      return reduce(isFloat(t.dtype) ? lax.select(lax.ne(t, t), lax.fullLike(t, neutral), t) : t, options);
    },
    { optionNames: ['axis', 'keepdims'] },
  );
}
/**
 * Sum over axes with NaN as 0.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or is named twice.
 * @see `keras.ops.nansum`
 * @example
 * ops.nansum([1, NaN, 3]) // 4
 */
export const nansum = nanReduction('nansum', 0, sum);
/**
 * Product over axes with NaN as 1.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or is named twice.
 * @see `keras.ops.nanprod`
 * @example
 * ops.nanprod([2, NaN, 3]) // 6
 */
export const nanprod = nanReduction('nanprod', 1, prod);
function nanExtremum(name: string, neutral: number, reduce: typeof max) {
  return op(
    name,
    (x: TensorLike, { initial = null, ...options }: ExtremumOptions = {}): Tensor => {
      const t = toTensor(x, null, name);
      if (!isFloat(t.dtype)) return reduce(t, { initial, ...options });
      const missing = lax.ne(t, t);
      const known = reduce(lax.select(missing, lax.fullLike(t, neutral), t), { initial, ...options });
      if (initial !== null) return known;
      const none = reduceWith(name, missing, options, lax.reduceMin);
      return lax.select(none, lax.fullLike(known, NaN), known);
    },
    { optionNames: ['initial', 'axis', 'keepdims'] },
  );
}
/**
 * Greatest over axes without the NaNs; NaN where there is nothing else.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false. `initial`: a number that takes part in the comparison; an empty tensor needs one.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or there are no elements and no `initial`.
 * @see `keras.ops.nanmax`
 * @example
 * ops.nanmax([1, NaN, 3]) // 3
 */
export const nanmax = nanExtremum('nanmax', -Infinity, max);
/**
 * Least over axes without the NaNs; NaN where there is nothing else.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false. `initial`: a number that takes part in the comparison; an empty tensor needs one.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or there are no elements and no `initial`.
 * @see `keras.ops.nanmin`
 * @example
 * ops.nanmin([1, NaN, 3]) // 1
 */
export const nanmin = nanExtremum('nanmin', Infinity, min);
/**
 * Mean over axes without the NaNs.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or is named twice.
 * @see `keras.ops.nanmean`
 * @example
 * ops.nanmean([1, NaN, 3]) // 2
 */
export const nanmean = op(
  'nanmean',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => {
    const t = floatTensor(x, 'nanmean');
    const counted = lax.convert(lax.eq(t, t), t.dtype);
    return lax.div(nansum(t, options), sum(counted, options));
  },
  { optionNames: ['axis', 'keepdims'] },
);
/**
 * Range (greatest − least) over axes.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reduced; null (the default) reduces all. `keepdims`: keep them as axes of size 1;
 *   default false.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} An axis does not exist, or is named twice.
 * @see `keras.ops.ptp`
 * @example
 * ops.ptp([[1, 5], [2, 9]], { axis: 1 }) // [4, 7]
 */
export const ptp = op(
  'ptp',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => lax.sub(max(x, options), min(x, options)),
  { optionNames: ['axis', 'keepdims'] },
);
