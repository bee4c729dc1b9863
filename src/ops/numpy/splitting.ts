/** @file Cutting and joining by named axes, and mirrored tensors: what shape.ts has in general. */
import { describe } from '../../core/describe.js';
import { ValueError } from '../../core/errors.js';
import { normalizeAxis, range } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { concatenate, flip, ravel, sliceAxis, split } from './shape.js';
import type { EachOp, SplitOp } from '../counted.js';

/**
 * As `split`, but the parts may differ by one.
 *
 * @param x Any shape and dtype.
 * @param indicesOrSections The number of parts, or a list of positions at which to cut. Where parts cannot be equal the first ones are
 *   longer by one.
 * @param options `axis`: along which is cut; default 0.
 * @returns A list of the parts, in order.
 * @throws {ValueError} An axis does not exist.
 * @see `keras.ops.array_split`
 * @example
 * ops.arraySplit([1, 2, 3, 4, 5], 2) // [[1, 2, 3], [4, 5]]
 */
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
/**
 * Cut along axis 0.
 *
 * @param x At least two axes.
 * @param indicesOrSections The number of equal parts, or a list of positions at which to cut.
 * @returns A list of the parts, in order.
 * @throws {ValueError} The axis does not exist or cannot be cut into so many equal parts.
 * @see `keras.ops.vsplit`
 * @example
 * ops.vsplit([[1, 2], [3, 4]], 2) // [[[1, 2]], [[3, 4]]]
 */
export const vsplit = splitAlong('vsplit', () => 0, 2);
/**
 * Cut along axis 1 (axis 0 of a vector).
 *
 * @param x At least one axis.
 * @param indicesOrSections The number of equal parts, or a list of positions at which to cut.
 * @returns A list of the parts, in order.
 * @throws {ValueError} The axis does not exist or cannot be cut into so many equal parts.
 * @see `keras.ops.hsplit`
 * @example
 * ops.hsplit([[1, 2], [3, 4]], 2) // [[[1], [3]], [[2], [4]]]
 */
export const hsplit = splitAlong('hsplit', (ndim) => (ndim === 1 ? 0 : 1), 1);
/**
 * Cut along axis 2.
 *
 * @param x At least three axes.
 * @param indicesOrSections The number of equal parts, or a list of positions at which to cut.
 * @returns A list of the parts, in order.
 * @throws {ValueError} The axis does not exist or cannot be cut into so many equal parts.
 * @see `keras.ops.dsplit`
 * @example
 * ops.dsplit([[[1, 2]]], 2) // [[[[1]]], [[[2]]]]
 */
export const dsplit = splitAlong('dsplit', () => 2, 3);

/**
 * Tensors joined along axis 2.
 *
 * @param xs Tensors; they take their common dtype. Vectors and matrices first get the axes that they lack.
 * @returns One tensor of at least three axes.
 * @throws {ValueError} Sizes along another axis differ.
 * @see `keras.ops.dstack`
 * @example
 * ops.dstack([[1, 2], [3, 4]]) // [[[1, 3], [2, 4]]]
 */
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
/**
 * `x2` behind `x1`; both flattened when `axis` is left out.
 *
 * @param x1 Any shape and dtype.
 * @param x2 What is put behind `x1`.
 * @param options `axis`: along which the two are joined. Default null: both are flattened.
 * @returns One tensor of the common dtype.
 * @throws {ValueError} Sizes along another axis differ.
 * @see `keras.ops.append`
 * @example
 * ops.append([1, 2], [[3, 4]]) // [1, 2, 3, 4]
 */
export const append = op(
  'append',
  (x1: TensorLike, x2: TensorLike, { axis = null }: { readonly axis?: number | null } = {}): Tensor =>
    axis === null ? concatenate([ravel(x1), ravel(x2)]) : concatenate([x1, x2], { axis }),
);
/**
 * Mirrored along axis 1.
 *
 * @param x At least two axes.
 * @returns The shape and dtype of `x`.
 * @throws {ValueError} `x` has less than two axes.
 * @see `keras.ops.fliplr`
 * @example
 * ops.fliplr([[1, 2], [3, 4]]) // [[2, 1], [4, 3]]
 */
export const fliplr = op('fliplr', (x: TensorLike): Tensor => flip(x, { axis: 1 }));
/**
 * Mirrored along axis 0.
 *
 * @param x At least one axis.
 * @returns The shape and dtype of `x`.
 * @throws {ValueError} `x` is a scalar.
 * @see `keras.ops.flipud`
 * @example
 * ops.flipud([[1, 2], [3, 4]]) // [[3, 4], [1, 2]]
 */
export const flipud = op('flipud', (x: TensorLike): Tensor => flip(x, { axis: 0 }));

/** Options of `meshgrid`. */
export interface MeshgridOptions {
  /** `'xy'` (default): the first two axes are exchanged, as for plots; `'ij'`: as matrices are indexed. */
  readonly indexing?: 'xy' | 'ij';
}
/**
 * The coordinates of a grid, one tensor per vector: `meshgrid([x, y])`.
 *
 * @param xs A list of vectors of coordinates.
 * @param options `indexing`: `'xy'` (the default) lays the first vector along axis 1 and the second along axis 0; `'ij'` keeps their
 *   order.
 * @returns A list with one tensor for each vector. All have the shape of the grid.
 * @throws {ValueError} `indexing` is unknown.
 * @see `keras.ops.meshgrid`
 * @example
 * ops.meshgrid([[1, 2], [3, 4]]) // [[[1, 2], [1, 2]], [[3, 3], [4, 4]]]
 */
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
