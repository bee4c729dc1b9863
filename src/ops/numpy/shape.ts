/** @file Ops that rearrange elements: reshape, transpose, join, split, pad, repeat. */
import { describe } from '../../core/describe.js';
import { ValueError } from '../../core/errors.js';
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

/** The same elements in the same order under another shape; one size may be −1. @see `keras.ops.reshape` */
export const reshape = op('reshape', (x: TensorLike, newshape: number | readonly number[]): Tensor => {
  const t = toTensor(x, null, 'reshape');
  return lax.reshape(t, resolveShape(typeof newshape === 'number' ? [newshape] : newshape, t.size, 'reshape', t.shape));
});

/** All elements in one axis. @see `keras.ops.ravel` */
export const ravel = op('ravel', (x: TensorLike): Tensor => {
  const t = toTensor(x, null, 'ravel');
  return lax.reshape(t, [t.size]);
});

/** Axes in another order; reversed when `axes` is left out. @see `keras.ops.transpose` */
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

/** Exchange two axes. @see `keras.ops.swapaxes` */
export const swapaxes = op('swapaxes', (x: TensorLike, axis1: number, axis2: number): Tensor => {
  const t = toTensor(x, null, 'swapaxes');
  const [a, b] = [normalizeAxis(axis1, t.ndim, 'swapaxes'), normalizeAxis(axis2, t.ndim, 'swapaxes')];
  return lax.transpose(
    t,
    range(t.ndim).map((d) => (d === a ? b : d === b ? a : d)),
  );
});

/** Move axes to other places. @see `keras.ops.moveaxis` */
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

/** New axes of size 1. @see `keras.ops.expand_dims` */
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

/** Without axes of size 1: all of them, or the named ones. @throws {ValueError} A named axis is not of size 1. @see `keras.ops.squeeze` */
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

/** Repeat to a shape, aligned at the end. @see `keras.ops.broadcast_to` */
export const broadcastTo = op('broadcast_to', (x: TensorLike, shape: readonly number[]): Tensor => {
  const t = toTensor(x, null, 'broadcast_to');
  const offset = shape.length - t.ndim;
  if (offset < 0 || t.shape.some((dim, i) => dim !== 1 && dim !== shape[i + offset])) {
    throw new ValueError(`broadcast_to: shape ${formatShape(t.shape)} cannot be broadcast to ${formatShape(shape)}.`);
  }
  return lax.broadcastTo(t, shape);
});

/** Join tensors along an axis that they have. @see `keras.ops.concatenate` */
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

/** Join tensors along a new axis. @see `keras.ops.stack` */
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
/** Tensors side by side (along axis 1, or 0 for vectors). @see `keras.ops.hstack` */
export const hstack = op('hstack', (xs: readonly TensorLike[]): Tensor => {
  const parts = xs.map((x) => atLeast(toTensor(x), 1));
  return concatenate(parts, { axis: parts[0].ndim === 1 ? 0 : 1 });
});
/** Tensors below one another. @see `keras.ops.vstack` */
export const vstack = op('vstack', (xs: readonly TensorLike[]): Tensor =>
  concatenate(xs.map((x) => atLeast(toTensor(x), 2))),
);

function atLeast(x: Tensor, ndim: number): Tensor {
  return x.ndim >= ndim ? x : lax.reshape(x, [...new Array<number>(ndim - x.ndim).fill(1), ...x.shape]);
}

/** Cut along an axis: into equal parts (a number), or at positions (a list). @see `keras.ops.split` */
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

/** The slices along an axis, without that axis. @see `keras.ops.unstack` */
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
/** Elements added at the ends of axes: [before, after] per axis, one pair for all, or one number. @see `keras.ops.pad` */
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
    const widths = range(t.ndim).map((d): readonly number[] => {
      if (typeof padWidth === 'number') return [padWidth, padWidth];
      if (padWidth.length === 1) return typeof padWidth[0] === 'number' ? [padWidth[0], padWidth[0]] : padWidth[0];
      return typeof padWidth[0] === 'number'
        ? (padWidth as readonly number[])
        : (padWidth as readonly (readonly number[])[])[d];
    });
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

/** Copies side by side. @see `keras.ops.tile` */
export const tile = op('tile', (x: TensorLike, repeats: number | readonly number[]): Tensor => {
  const t = toTensor(x, null, 'tile');
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

/** Each element several times. @see `keras.ops.repeat` */
export const repeat = op(
  'repeat',
  (x: TensorLike, repeats: TensorLike, { axis = null }: { readonly axis?: number | null } = {}): Tensor => {
    const t = toTensor(x, null, 'repeat');
    // The counts decide the shape, so they must be known: a tensor of them must not be traced.
    const known =
      typeof repeats === 'number' ? [repeats] : Array.from(toTensor(repeats, 'int32', 'repeat').ndarray.data);
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

/** Elements in reverse along axes; all axes when left out. @see `keras.ops.flip` */
export const flip = op(
  'flip',
  (x: TensorLike, { axis = null }: { readonly axis?: number | readonly number[] | null } = {}): Tensor => {
    const t = toTensor(x, null, 'flip');
    return lax.reverse(t, normalizeAxes(axis, t.ndim, 'flip'));
  },
);

/** Elements shifted along axes, those that fall off coming back in front. @see `keras.ops.roll` */
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

/** The tensor turned by quarters in the plane of two axes. @see `keras.ops.rot90` */
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
