/** @file Ops that rearrange elements: reshape, transpose, join, split, pad, repeat. */
import { describe, quote } from '../../core/describe.js';
import { ValueError } from '../../core/errors.js';
import { checkCount, checkKind } from '../../core/kinds.js';
import { formatShape, normalizeAxes, normalizeAxis, range, sizeOf } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { promote } from '../common.js';
import type { SplitOp, UnstackOp, UnstackOptions } from '../counted.js';

/** The shape with its −1, if it has one, replaced by the size that makes the number of elements come out. */
export function resolveShape(shape: readonly number[], size: number, owner: string, from: readonly number[]): number[] {
  const open = shape.filter((d) => d === -1).length;
  const known = sizeOf(shape.filter((d) => d !== -1));
  const fits = open === 0 ? known === size : open === 1 && known > 0 && size % known === 0;
  if (!fits)
    throw new ValueError(
      `${owner}: a tensor of shape ${formatShape(from)} (${size} elements) cannot take shape ${formatShape(shape)}.`,
    );
  return shape.map((d) => (d === -1 ? size / known : d));
}

/**
 * The same elements in the same order under another shape; one size may be −1.
 *
 * @param x Any shape and dtype.
 * @param newshape The new sizes, of as many elements; −1 stands for the size that is left.
 * @returns The elements under the new shape, with the dtype of `x`.
 * @throws {ValueError} The sizes do not hold as many elements as `x`, or two of them are −1.
 * @see `keras.ops.reshape`
 * @example
 * ops.reshape([1, 2, 3, 4], [2, -1]) // [[1, 2], [3, 4]]
 */
export const reshape = op('reshape', (x: TensorLike, newshape: number | readonly number[]): Tensor => {
  const t = toTensor(x, null, 'reshape');
  return lax.reshape(t, resolveShape(typeof newshape === 'number' ? [newshape] : newshape, t.size, 'reshape', t.shape));
});

/**
 * All elements as one vector, in row-major order.
 *
 * @param x Any shape and dtype.
 * @returns A vector of the dtype of `x`.
 * @see `keras.ops.ravel`
 * @example
 * ops.ravel([[1, 2], [3, 4]]) // [1, 2, 3, 4]
 */
export const ravel = op('ravel', (x: TensorLike): Tensor => {
  const t = toTensor(x, null, 'ravel');
  return lax.reshape(t, [t.size]);
});

/**
 * The axes in another order; in reverse when `axes` is left out.
 *
 * @param x Any shape and dtype.
 * @param options `axes`: for each axis of the result, the axis of `x` that stands there. Default null: all in reverse.
 * @returns The same elements, with the axes in the new order.
 * @throws {ValueError} `axes` does not name each axis once.
 * @see `keras.ops.transpose`
 * @example
 * ops.transpose([[1, 2], [3, 4]]) // [[1, 3], [2, 4]]
 */
export const transpose = op(
  'transpose',
  (x: TensorLike, { axes = null }: { readonly axes?: readonly number[] | null } = {}): Tensor => {
    const t = toTensor(x, null, 'transpose');
    return lax.transpose(
      t,
      (axes ?? range(t.ndim).reverse()).map((a) => normalizeAxis(a, t.ndim, 'transpose')),
    );
  },
);

/**
 * Exchange two axes.
 *
 * @param x Any shape and dtype.
 * @param axis1 One of the axes; negative numbers count from the end.
 * @param axis2 The other one.
 * @returns The same elements, with the two axes exchanged.
 * @throws {ValueError} An axis does not exist.
 * @see `keras.ops.swapaxes`
 * @example
 * ops.swapaxes([[1, 2, 3]], 0, 1) // [[1], [2], [3]]
 */
export const swapaxes = op('swapaxes', (x: TensorLike, axis1: number, axis2: number): Tensor => {
  const t = toTensor(x, null, 'swapaxes');
  const [a, b] = [normalizeAxis(axis1, t.ndim, 'swapaxes'), normalizeAxis(axis2, t.ndim, 'swapaxes')];
  return lax.transpose(
    t,
    range(t.ndim).map((d) => (d === a ? b : d === b ? a : d)),
  );
});

/**
 * Axes moved to other places; the others keep their order.
 *
 * @param x Any shape and dtype.
 * @param source The axis to move, or a list of axes.
 * @param destination Where each of them is to stand.
 * @returns The same elements, with the axes in their new places.
 * @throws {ValueError} An axis does not exist.
 * @see `keras.ops.moveaxis`
 * @example
 * ops.moveaxis([[[1, 2]], [[3, 4]]], 0, -1) // [[[1, 3], [2, 4]]]
 */
export const moveaxis = op(
  'moveaxis',
  (x: TensorLike, source: number | readonly number[], destination: number | readonly number[]): Tensor => {
    const t = toTensor(x, null, 'moveaxis');
    const list = (a: number | readonly number[]): number[] =>
      (typeof a === 'number' ? [a] : [...a]).map((d) => normalizeAxis(d, t.ndim, 'moveaxis'));
    const [from, to] = [list(source), list(destination)];
    if (from.length !== to.length)
      throw new ValueError(`moveaxis: ${from.length} source axes for ${to.length} destinations.`);
    const order = range(t.ndim).filter((d) => !from.includes(d));
    to.map((place, i): [number, number] => [place, from[i]])
      .sort((a, b) => a[0] - b[0])
      .forEach(([place, d]) => order.splice(place, 0, d));
    return lax.transpose(t, order);
  },
);

/**
 * New axes of size 1.
 *
 * @param x Any shape and dtype.
 * @param axis Where the new axes stand in the result; negative numbers count from its end.
 * @returns The same elements, with axes of size 1 added.
 * @throws {ValueError} The result has no such axis.
 * @see `keras.ops.expand_dims`
 * @example
 * ops.expandDims([1, 2], 0) // [[1, 2]]
 */
export const expandDims = op('expand_dims', (x: TensorLike, axis: number | readonly number[]): Tensor => {
  const t = toTensor(x, null, 'expand_dims');
  const list = typeof axis === 'number' ? [axis] : axis;
  const ndim = t.ndim + list.length;
  const axes = normalizeAxes(list, ndim, 'expand_dims');
  let next = 0;
  return lax.reshape(
    t,
    range(ndim).map((d) => (axes.includes(d) ? 1 : t.shape[next++])),
  );
});

/**
 * Without axes of size 1: all of them, or the named ones.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes to drop. Default null: all of size 1.
 * @returns The same elements, without those axes.
 * @throws {ValueError} A named axis is not of size 1.
 * @see `keras.ops.squeeze`
 * @example
 * ops.squeeze([[[1, 2]]]) // [1, 2]
 */
export const squeeze = op(
  'squeeze',
  (x: TensorLike, { axis = null }: { readonly axis?: number | readonly number[] | null } = {}): Tensor => {
    const t = toTensor(x, null, 'squeeze');
    const axes = axis === null ? range(t.ndim).filter((d) => t.shape[d] === 1) : normalizeAxes(axis, t.ndim, 'squeeze');
    const wrong = axes.find((d) => t.shape[d] !== 1);
    if (wrong !== undefined)
      throw new ValueError(
        `squeeze: axis ${wrong} of shape ${formatShape(t.shape)} has size ${t.shape[wrong]}, not 1.`,
      );
    return lax.reshape(
      t,
      t.shape.filter((_, d) => !axes.includes(d)),
    );
  },
);

/**
 * Elements repeated until they fill a shape; shapes are aligned at their last axis.
 *
 * @param x Any shape and dtype.
 * @param shape The shape of the result. Each axis of `x` has its size there, or 1.
 * @returns The elements, repeated along the axes of size 1 and along new axes in front.
 * @throws {ValueError} `x` does not broadcast to the shape.
 * @see `keras.ops.broadcast_to`
 * @example
 * ops.broadcastTo([1, 2], [2, 2]) // [[1, 2], [1, 2]]
 */
export const broadcastTo = op('broadcast_to', (x: TensorLike, shape: readonly number[]): Tensor => {
  const t = toTensor(x, null, 'broadcast_to');
  const offset = shape.length - t.ndim;
  if (offset < 0 || t.shape.some((dim, i) => dim !== 1 && dim !== shape[i + offset])) {
    throw new ValueError(`broadcast_to: shape ${formatShape(t.shape)} cannot be broadcast to ${formatShape(shape)}.`);
  }
  return lax.broadcastTo(t, shape);
});

/**
 * Join tensors along an axis that they have.
 *
 * @param xs Tensors; they take their common dtype. Their sizes may differ along the axis only.
 * @param options `axis`: along which they are joined; default 0.
 * @returns One tensor. Its size along the axis is the sum of theirs.
 * @throws {ValueError} There is no tensor, or sizes along another axis differ.
 * @see `keras.ops.concatenate`
 * @example
 * ops.concatenate([[1, 2], [3]]) // [1, 2, 3]
 */
export const concatenate = op(
  'concatenate',
  (xs: readonly TensorLike[], { axis = 0 }: { readonly axis?: number } = {}): Tensor => {
    if (xs.length === 0) throw new ValueError('concatenate: needs at least one tensor.');
    const parts = promote('concatenate', xs);
    const d = normalizeAxis(axis, parts[0].ndim, 'concatenate');
    const first = parts[0];
    if (parts.some((p) => p.ndim !== first.ndim || p.shape.some((dim, i) => i !== d && dim !== first.shape[i]))) {
      throw new ValueError(
        `concatenate: along axis ${axis}, shapes ${parts.map((p) => formatShape(p.shape)).join(', ')} do not fit together.`,
      );
    }
    return lax.concatenate(parts, d);
  },
);

/**
 * Join tensors along a new axis.
 *
 * @param xs Tensors; they take their common dtype. All have one shape.
 * @param options `axis`: where the new axis stands in the result; default 0.
 * @returns One tensor with one more axis, as long as the list.
 * @throws {ValueError} There is no tensor, or the shapes differ.
 * @see `keras.ops.stack`
 * @example
 * ops.stack([[1, 2], [3, 4]], { axis: 1 }) // [[1, 3], [2, 4]]
 */
export const stack = op('stack', (xs: readonly TensorLike[], { axis = 0 }: { readonly axis?: number } = {}): Tensor => {
  if (xs.length === 0) throw new ValueError('stack: needs at least one tensor.');
  const parts = promote('stack', xs);
  if (parts.some((p) => formatShape(p.shape) !== formatShape(parts[0].shape))) {
    throw new ValueError(`stack: all shapes must be equal, got ${parts.map((p) => formatShape(p.shape)).join(', ')}.`);
  }
  const d = normalizeAxis(axis, parts[0].ndim + 1, 'stack');
  return lax.concatenate(
    parts.map((p) => expandDims(p, d)),
    d,
  );
});
/**
 * Tensors side by side (along axis 1, or 0 for vectors).
 *
 * @param xs Tensors; they take their common dtype. Vectors are joined along axis 0, all others along axis 1.
 * @returns One tensor.
 * @throws {ValueError} Sizes along another axis differ.
 * @see `keras.ops.hstack`
 * @example
 * ops.hstack([[1, 2], [3]]) // [1, 2, 3]
 */
export const hstack = op('hstack', (xs: readonly TensorLike[]): Tensor => {
  const parts = xs.map((x) => atLeast(toTensor(x), 1));
  return concatenate(parts, { axis: parts[0].ndim === 1 ? 0 : 1 });
});
/**
 * Tensors below one another.
 *
 * @param xs Tensors; they take their common dtype. Vectors are taken as rows.
 * @returns One tensor of at least two axes.
 * @throws {ValueError} Sizes along another axis differ.
 * @see `keras.ops.vstack`
 * @example
 * ops.vstack([[1, 2], [3, 4]]) // [[1, 2], [3, 4]]
 */
export const vstack = op('vstack', (xs: readonly TensorLike[]): Tensor =>
  concatenate(xs.map((x) => atLeast(toTensor(x), 2))),
);

function atLeast(x: Tensor, ndim: number): Tensor {
  return x.ndim >= ndim ? x : lax.reshape(x, [...new Array<number>(ndim - x.ndim).fill(1), ...x.shape]);
}

/**
 * Cut along an axis: into equal parts (a number), or at positions (a list).
 *
 * @param x Any shape and dtype.
 * @param indicesOrSections The number of equal parts, or a list of positions at which to cut.
 * @param options `axis`: along which is cut; default 0.
 * @returns A list of the parts, in order.
 * @throws {ValueError} The axis does not exist or cannot be cut into so many equal parts.
 * @see `keras.ops.split`
 * @example
 * ops.split([1, 2, 3, 4, 5], [2, 3]) // [[1, 2], [3], [4, 5]]
 */
export const split: SplitOp<{ readonly axis?: number }> = op(
  'split',
  (
    x: TensorLike,
    indicesOrSections: number | readonly number[],
    { axis = 0 }: { readonly axis?: number } = {},
  ): Tensor[] => {
    const t = toTensor(x, null, 'split');
    const d = normalizeAxis(axis, t.ndim, 'split');
    const size = t.shape[d];
    if (typeof indicesOrSections === 'number') checkKind('split', 'indicesOrSections', indicesOrSections, ['positive']);
    if (typeof indicesOrSections === 'number' && size % indicesOrSections !== 0) {
      throw new ValueError(`split: axis ${axis} of size ${size} cannot be cut into ${indicesOrSections} equal parts.`);
    }
    const cuts =
      typeof indicesOrSections === 'number'
        ? range(indicesOrSections + 1).map((i) => (i * size) / indicesOrSections)
        : [0, ...indicesOrSections.map((i) => Math.min(i < 0 ? i + size : i, size)), size];
    return range(cuts.length - 1).map((i) => sliceAxis(t, d, cuts[i], Math.max(cuts[i], cuts[i + 1])));
  },
  { bounded: false }, // Keras: parts between stated positions have the stated size, as if the axis were never shorter
);

/** Elements from `from` to before `to` along one axis. */
export function sliceAxis(x: Tensor, axis: number, from: number, to: number, step = 1): Tensor {
  return lax.slice(
    x,
    x.shape.map((_, d) => (d === axis ? from : 0)),
    x.shape.map((dim, d) => (d === axis ? to : dim)),
    x.shape.map((_, d) => (d === axis ? step : 1)),
  );
}

/**
 * The slices along an axis, without that axis.
 *
 * @param x Any shape and dtype.
 * @param options `num`: how many slices there are, for the type of the result; by default as many as the axis is long. `axis`: default 0.
 * @returns A list with one tensor for each position on the axis.
 * @throws {ValueError} The axis does not exist, or `num` is not its size.
 * @see `keras.ops.unstack`
 * @example
 * ops.unstack([[1, 2], [3, 4]], { axis: 1 }) // [[1, 3], [2, 4]]
 */
export const unstack: UnstackOp = op(
  'unstack',
  (x: TensorLike, { num = null, axis = 0 }: UnstackOptions = {}): Tensor[] => {
    const t = toTensor(x, null, 'unstack');
    const d = normalizeAxis(axis, t.ndim, 'unstack');
    if (num !== null && num !== t.shape[d])
      throw new ValueError(`unstack: axis ${axis} has size ${t.shape[d]}, not ${num}.`);
    return range(t.shape[d]).map((i) => squeeze(sliceAxis(t, d, i, i + 1), { axis: d }));
  },
);

const PAD_MODES = ['constant', 'reflect', 'symmetric', 'edge', 'wrap'] as const;
/** Options of `pad`. */
export interface PadOptions {
  /** Default `'constant'`. */
  readonly mode?: (typeof PAD_MODES)[number];
  /** For mode `'constant'`. Default 0. */
  readonly constantValues?: number | null;
}
/** `[before, behind]` of each axis, from any of the forms of `padWidth`. @throws {ValueError} It has another form. */
function padWidths(padWidth: number | readonly number[] | readonly (readonly number[])[], ndim: number): number[][] {
  const isWidth = (n: unknown): boolean => Number.isInteger(n) && (n as number) >= 0;
  const isEnds = (ends: unknown): boolean =>
    Array.isArray(ends) && (ends.length === 1 || ends.length === 2) && ends.every(isWidth);
  const both = (ends: readonly number[]): number[] => [ends[0], ends[ends.length - 1]];
  if (isWidth(padWidth)) return range(ndim).map(() => [padWidth as number, padWidth as number]);
  if (isEnds(padWidth)) return range(ndim).map(() => both(padWidth as readonly number[]));
  const axes = padWidth as readonly (readonly number[])[];
  if ((axes.length === ndim || axes.length === 1) && axes.every(isEnds))
    return range(ndim).map((d) => both(axes[axes.length === 1 ? 0 : d]));
  throw new ValueError(
    `pad: padWidth=${quote(padWidth)} with ${ndim} dimension(s). Expected whole numbers from 0: one, a pair [before, behind], or a pair for each axis.`,
  );
}

/**
 * Elements added before and behind those that are there.
 *
 * @param x Any shape and dtype.
 * @param padWidth How many elements are added: a pair [before, behind] for each axis, one pair for all axes, or one number for all ends.
 * @param options `mode`: what is added. `'constant'` (the default) adds `constantValues` (default 0), `'edge'` repeats the last element,
 *   `'reflect'` and `'symmetric'` mirror without and with the last element, `'wrap'` goes on at the other end.
 * @returns A tensor of the dtype of `x`.
 * @throws {ValueError} There is no such mode.
 * @see `keras.ops.pad`
 * @example
 * ops.pad([1, 2, 3], [1, 2], { mode: 'edge' }) // [1, 1, 2, 3, 3, 3]
 */
export const pad = op(
  'pad',
  (
    x: TensorLike,
    padWidth: number | readonly number[] | readonly (readonly number[])[],
    { mode = 'constant', constantValues = null }: PadOptions = {},
  ): Tensor => {
    const t = toTensor(x, null, 'pad');
    if (!PAD_MODES.includes(mode))
      throw new ValueError(`pad: mode=${describe(mode)}. Expected ${PAD_MODES.map((each) => `'${each}'`).join(', ')}.`);
    if (constantValues !== null && mode !== 'constant')
      throw new ValueError(`pad: 'constantValues' goes with mode 'constant', got mode '${mode}'.`);
    const widths = padWidths(padWidth, t.ndim);
    if (mode === 'constant') {
      const value = constantValues ?? 0;
      return lax.pad(t, {
        low: widths.map((w) => w[0]),
        high: widths.map((w) => w[1]),
        interior: widths.map(() => 0),
        value: t.dtype === 'bool' ? Number(value !== 0) : value,
      });
    }
    return widths.reduce<Tensor>((padded, [before, after], d) => padAxis(padded, d, before, after, mode), t);
  },
);

/** Indices of a padded axis in the unpadded one. */
function padAxis(
  x: Tensor,
  axis: number,
  before: number,
  after: number,
  mode: Exclude<PadOptions['mode'], 'constant' | undefined>,
): Tensor {
  const n = x.shape[axis];
  if (before === 0 && after === 0) return x;
  const period = mode === 'reflect' ? Math.max(1, 2 * n - 2) : 2 * n;
  const source = (i: number): number => {
    if (mode === 'edge') return Math.min(Math.max(i, 0), n - 1);
    if (mode === 'wrap') return ((i % n) + n) % n;
    const phase = ((i % period) + period) % period;
    return phase < n ? phase : period - phase - (mode === 'reflect' ? 0 : 1);
  };
  const indices = toTensor(
    range(n + before + after).map((i) => source(i - before)),
    'int32',
  );
  return takeRows(x, indices, axis);
}

/** The rows along `axis` that the int indices number. */
export function takeRows(x: Tensor, indices: Tensor, axis: number): Tensor {
  const order = [axis, ...range(x.ndim).filter((d) => d !== axis)];
  const taken = lax.gather(lax.transpose(x, order), indices); // indices' axes first
  const k = indices.ndim;
  const rest = range(x.ndim - 1).map((i) => i + k);
  return lax.transpose(taken, [...rest.slice(0, axis), ...range(k), ...rest.slice(axis)]);
}

/**
 * Copies side by side.
 *
 * @param x Any shape and dtype.
 * @param repeats The number of copies along each axis, aligned at the last; one number counts along the last axis.
 * @returns The copies, side by side.
 * @see `keras.ops.tile`
 * @example
 * ops.tile([1, 2], 3) // [1, 2, 1, 2, 1, 2]
 */
export const tile = op('tile', (x: TensorLike, repeats: number | readonly number[]): Tensor => {
  const t = toTensor(x, null, 'tile');
  checkKind('tile', 'repeats', repeats, ['count', 'counts']);
  const counts = typeof repeats === 'number' ? [repeats] : [...repeats];
  const ndim = Math.max(t.ndim, counts.length);
  const shape = [...new Array<number>(ndim - t.ndim).fill(1), ...t.shape];
  const times = [...new Array<number>(ndim - counts.length).fill(1), ...counts];
  const wide = lax.broadcastInDim(
    lax.reshape(t, shape),
    shape.flatMap((dim, d) => [times[d], dim]),
    range(ndim).map((d) => 2 * d + 1),
  );
  return lax.reshape(
    wide,
    shape.map((dim, d) => dim * times[d]),
  );
});

/**
 * Each element several times, one behind the other.
 *
 * @param x Any shape and dtype.
 * @param repeats How often each element stands in the result: one number, or one for each position on the axis.
 * @param options `axis`: along which elements are repeated. Default null: of the flattened tensor.
 * @returns A tensor of the dtype of `x`.
 * @throws {ValueError} There is not one number for each position on the axis.
 * @see `keras.ops.repeat`
 * @example
 * ops.repeat([1, 2], 2) // [1, 1, 2, 2]
 */
export const repeat = op(
  'repeat',
  (x: TensorLike, repeats: TensorLike, { axis = null }: { readonly axis?: number | null } = {}): Tensor => {
    const t = toTensor(x, null, 'repeat');
    // The counts decide the shape, so they must be known: a tensor of them must not be traced.
    const known =
      typeof repeats === 'number' ? [repeats] : Array.from(toTensor(repeats, 'int32', 'repeat').ndarray.data);
    for (const times of known) checkCount('repeat', 'repeats', times);
    const value = axis === null ? lax.reshape(t, [t.size]) : t;
    const d = axis === null ? 0 : normalizeAxis(axis, t.ndim, 'repeat');
    const n = value.shape[d];
    if (known.length === 1) {
      const times = known[0];
      const shape = value.shape.flatMap((dim, i) => (i === d ? [dim, times] : [dim]));
      const wide = lax.broadcastInDim(
        value,
        shape,
        range(value.ndim).map((i) => (i > d ? i + 1 : i)),
      );
      return lax.reshape(
        wide,
        value.shape.map((dim, i) => (i === d ? dim * times : dim)),
      );
    }
    if (known.length !== n) throw new ValueError(`repeat: ${known.length} counts for an axis of size ${n}.`);
    return takeRows(
      value,
      toTensor(
        known.flatMap((times, i) => new Array<number>(times).fill(i)),
        'int32',
      ),
      d,
    );
  },
);

/**
 * Elements in reverse along axes; all axes when left out.
 *
 * @param x Any shape and dtype.
 * @param options `axis`: the axis or axes that are reversed. Default null: all.
 * @returns The shape and dtype of `x`.
 * @throws {ValueError} An axis does not exist.
 * @see `keras.ops.flip`
 * @example
 * ops.flip([[1, 2], [3, 4]], { axis: 1 }) // [[2, 1], [4, 3]]
 */
export const flip = op(
  'flip',
  (x: TensorLike, { axis = null }: { readonly axis?: number | readonly number[] | null } = {}): Tensor => {
    const t = toTensor(x, null, 'flip');
    return lax.reverse(t, normalizeAxes(axis, t.ndim, 'flip'));
  },
);

/**
 * Elements shifted along axes. Those that fall off at the end come back in front.
 *
 * @param x Any shape and dtype.
 * @param shift By how many positions, towards the end: one number, or one for each axis.
 * @param options `axis`: the axis or axes. Default null: shift the flattened tensor.
 * @returns The shape and dtype of `x`.
 * @throws {ValueError} An axis does not exist.
 * @see `keras.ops.roll`
 * @example
 * ops.roll([1, 2, 3, 4], 1) // [4, 1, 2, 3]
 */
export const roll = op(
  'roll',
  (
    x: TensorLike,
    shift: number | readonly number[],
    { axis = null }: { readonly axis?: number | readonly number[] | null } = {},
  ): Tensor => {
    const t = toTensor(x, null, 'roll');
    if (axis === null)
      return lax.reshape(rollAxis(lax.reshape(t, [t.size]), typeof shift === 'number' ? shift : shift[0], 0), t.shape);
    const axes = typeof axis === 'number' ? [axis] : axis;
    return axes.reduce(
      (rolled, a, i) =>
        rollAxis(rolled, typeof shift === 'number' ? shift : shift[i], normalizeAxis(a, t.ndim, 'roll')),
      t,
    );
  },
);
function rollAxis(x: Tensor, shift: number, axis: number): Tensor {
  const n = x.shape[axis];
  if (n === 0) return x;
  const by = ((shift % n) + n) % n;
  return by === 0 ? x : lax.concatenate([sliceAxis(x, axis, n - by, n), sliceAxis(x, axis, 0, n - by)], axis);
}

/**
 * The tensor turned by quarters in the plane of two axes.
 *
 * @param x At least two axes.
 * @param options `k`: the number of quarter turns, from the first axis of the plane towards the second; default 1. `axes`: the plane;
 *   default [0, 1].
 * @returns The turned tensor, of the dtype of `x`.
 * @throws {ValueError} `x` has less than two axes, or the two axes are one.
 * @see `keras.ops.rot90`
 * @example
 * ops.rot90([[1, 2], [3, 4]]) // [[2, 4], [1, 3]]
 */
export const rot90 = op(
  'rot90',
  (
    x: TensorLike,
    { k = 1, axes = [0, 1] }: { readonly k?: number; readonly axes?: readonly [number, number] } = {},
  ): Tensor => {
    const t = toTensor(x, null, 'rot90');
    const [a, b] = axes.map((d) => normalizeAxis(d, t.ndim, 'rot90'));
    const quarter = ((k % 4) + 4) % 4;
    if (quarter === 0) return t;
    if (quarter === 2) return lax.reverse(t, [a, b]);
    return quarter === 1 ? swapaxes(lax.reverse(t, [b]), a, b) : lax.reverse(swapaxes(t, a, b), [b]);
  },
);
