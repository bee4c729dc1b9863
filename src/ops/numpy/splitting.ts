/** @file Cutting and joining by named axes, and mirrored tensors: what shape.ts has in general. */
import { describe } from '../../core/describe.js';
import { ValueError } from '../../core/errors.js';
import { normalizeAxis, range } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { concatenate, flip, ravel, sliceAxis, split } from './shape.js';
import type { EachOp, SplitOp } from '../counted.js';

/** As `split`, but the parts may differ by one. @see `keras.ops.array_split` */
export const arraySplit: SplitOp<{ readonly axis?: number }> = op(
  'array_split',
  (
    x: TensorLike,
    indicesOrSections: number | readonly number[],
    { axis = 0 }: { readonly axis?: number } = {},
  ): Tensor[] => {
    if (typeof indicesOrSections !== 'number') return split(x, indicesOrSections, { axis });
    const t = toTensor(x, null, 'array_split');
    const d = normalizeAxis(axis, t.ndim, 'array_split');
    const [size, parts] = [t.shape[d], indicesOrSections];
    if (!Number.isInteger(parts) || parts < 1)
      throw new ValueError(`array_split: got ${parts} sections. Expected a positive integer.`);
    const [least, longer] = [Math.floor(size / parts), size % parts];
    return range(parts).map((i) => {
      const from = i * least + Math.min(i, longer);
      return sliceAxis(t, d, from, from + least + (i < longer ? 1 : 0));
    });
  },
);

function splitAlong(name: string, axisOf: (ndim: number) => number, ndim: number): SplitOp<never> {
  const cut = (x: TensorLike, indicesOrSections: number | readonly number[]): Tensor[] => {
    const t = toTensor(x, null, name);
    if (t.ndim < ndim) throw new ValueError(`${name}: needs at least ${ndim} dimension(s), got ${t.ndim}.`);
    return split(t, indicesOrSections, { axis: axisOf(t.ndim) });
  };
  return op(name, cut);
}
/** Cut along axis 0. @see `keras.ops.vsplit` */
export const vsplit = splitAlong('vsplit', () => 0, 2);
/** Cut along axis 1 (axis 0 of a vector). @see `keras.ops.hsplit` */
export const hsplit = splitAlong('hsplit', (ndim) => (ndim === 1 ? 0 : 1), 1);
/** Cut along axis 2. @see `keras.ops.dsplit` */
export const dsplit = splitAlong('dsplit', () => 2, 3);

/** Tensors behind one another, along axis 2. @see `keras.ops.dstack` */
export const dstack = op('dstack', (xs: readonly TensorLike[]): Tensor =>
  concatenate(
    xs.map((x) => {
      const t = toTensor(x, null, 'dstack');
      if (t.ndim >= 3) return t;
      return lax.reshape(t, t.ndim === 2 ? [...t.shape, 1] : [1, t.size, 1]);
    }),
    { axis: 2 },
  ),
);
/** `x2` behind `x1`; both flattened when `axis` is left out. @see `keras.ops.append` */
export const append = op(
  'append',
  (x1: TensorLike, x2: TensorLike, { axis = null }: { readonly axis?: number | null } = {}): Tensor =>
    axis === null ? concatenate([ravel(x1), ravel(x2)]) : concatenate([x1, x2], { axis }),
);
/** Mirrored along axis 1. @see `keras.ops.fliplr` */
export const fliplr = op('fliplr', (x: TensorLike): Tensor => flip(x, { axis: 1 }));
/** Mirrored along axis 0. @see `keras.ops.flipud` */
export const flipud = op('flipud', (x: TensorLike): Tensor => flip(x, { axis: 0 }));

/** Options of `meshgrid`. */
export interface MeshgridOptions {
  /** `'xy'` (default): the first two axes are exchanged, as for plots; `'ij'`: as matrices are indexed. */
  readonly indexing?: 'xy' | 'ij';
}
/** The coordinates of a grid, one tensor per vector: `meshgrid([x, y])`. @see `keras.ops.meshgrid` */
export const meshgrid: EachOp<MeshgridOptions> = op(
  'meshgrid',
  (xs: readonly TensorLike[], { indexing = 'xy' }: MeshgridOptions = {}): Tensor[] => {
    if (indexing !== 'xy' && indexing !== 'ij')
      throw new ValueError(`meshgrid: indexing ${describe(indexing)}. Expected 'xy' or 'ij'.`);
    const vectors = xs.map((x) => ravel(x));
    const place = (i: number): number => (indexing === 'xy' && i < 2 && vectors.length > 1 ? 1 - i : i);
    const shape: number[] = [];
    vectors.forEach((v, i) => (shape[place(i)] = v.size));
    return vectors.map((v, i) => lax.broadcastInDim(v, shape, [place(i)]));
  },
);
