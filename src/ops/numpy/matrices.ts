/** @file Matrices made of vectors: diagonals, powers, products of all pairs. */
import { checkRoom } from '../../core/kinds.js';
import { ValueError } from '../../core/errors.js';
import { formatShape, normalizeAxis, range } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { broadcast, promote } from '../common.js';
import { diagonal } from './contraction.js';
import { concatenate, moveaxis, ravel, sliceAxis, stack } from './shape.js';

/**
 * The diagonal of a matrix, or a matrix with the vector on its diagonal `k`.
 *
 * @param x A vector or a matrix.
 * @param options `k`: the diagonal; 0 (the default) is the main one, positive ones lie above it.
 * @returns A matrix for a vector, a vector for a matrix.
 * @throws {ValueError} `x` is neither a vector nor a matrix.
 * @see `keras.ops.diag`
 * @example
 * ops.diag([1, 2]) // [[1, 0], [0, 2]]
 */
export const diag = op('diag', (x: TensorLike, { k = 0 }: { readonly k?: number } = {}): Tensor => {
  const t = toTensor(x, null, 'diag');
  if (t.ndim === 2) return diagonal(t, { offset: k });
  if (t.ndim !== 1)
    throw new ValueError(`diag: a tensor of shape ${formatShape(t.shape)}. Expected a vector or a matrix.`);
  const n = t.size + Math.abs(k);
  const row = lax.iota(t.applier, 'int32', [n, n], 0);
  const column = lax.iota(t.applier, 'int32', [n, n], 1);
  const line = lax.pad(t, { low: [0], high: [Math.abs(k)], interior: [0], value: 0 });
  const wide = lax.broadcastInDim(line, [n, n], [k >= 0 ? 0 : 1]);
  return lax.select(lax.eq(lax.sub(column, row), lax.fullLike(row, k)), wide, lax.zerosLike(wide));
});
/**
 * A matrix with all elements of `x` on its diagonal `k`.
 *
 * @param x Any shape and dtype.
 * @param options `k`: the diagonal; 0 (the default) is the main one, positive ones lie above it.
 * @returns A square matrix.
 * @see `keras.ops.diagflat`
 * @example
 * ops.diagflat([1, 2]) // [[1, 0], [0, 2]]
 */
export const diagflat = op(
  'diagflat',
  (x: TensorLike, options: { readonly k?: number } = {}): Tensor => diag(ravel(x), options),
  { optionNames: ['k'] },
);

/** Options of `vander`. */
export interface VanderOptions {
  /** Number of columns. Default: the length of `x`. */
  readonly N?: number | null;
  /** Whether powers grow from left to right. Default false. */
  readonly increasing?: boolean;
}
/**
 * The matrix of powers of a vector.
 *
 * @param x A vector.
 * @param options `N`: the number of columns; by default the length of `x`. `increasing`: whether exponents grow from left to right;
 *   default false.
 * @returns A matrix of shape (length of `x`, N).
 * @throws {ValueError} `x` is not a vector.
 * @see `keras.ops.vander`
 * @example
 * ops.vander([1, 2, 3]) // [[1, 1, 1], [4, 2, 1], [9, 3, 1]]
 */
export const vander = op('vander', (x: TensorLike, { N = null, increasing = false }: VanderOptions = {}): Tensor => {
  const t = toTensor(x, null, 'vander');
  if (t.ndim !== 1) throw new ValueError(`vander: a tensor of shape ${formatShape(t.shape)}. Expected a vector.`);
  checkRoom('vander', (N ?? 0) * Math.max(1, t.size));
  const powers: Tensor[] = [];
  for (let i = 0; i < (N ?? t.size); i++)
    powers.push(i === 0 ? lax.fullLike(t, 1) : i === 1 ? t : lax.mul(powers[i - 1], t));
  if (powers.length === 0) return lax.slice(lax.reshape(t, [t.size, 1]), [0, 0], [t.size, 0]);
  return stack(increasing ? powers : powers.reverse(), { axis: 1 });
});

/**
 * Kronecker's product: each element of `x1` times all of `x2`.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Any shape and dtype.
 * @returns A tensor of the common dtype; each size is the product of the two sizes.
 * @see `keras.ops.kron`
 * @example
 * ops.kron([1, 2], [10, 100]) // [10, 100, 20, 200]
 */
export const kron = op('kron', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = promote('kron', [x1, x2]);
  const ndim = Math.max(a.ndim, b.ndim);
  const padded = (t: Tensor): number[] => [...new Array<number>(ndim - t.ndim).fill(1), ...t.shape];
  const [m, n] = [padded(a), padded(b)];
  const spread = (t: Tensor, shape: readonly number[], offset: number): Tensor =>
    lax.broadcastInDim(
      lax.reshape(t, shape),
      m.flatMap((dim, d) => [dim, n[d]]),
      range(ndim).map((d) => 2 * d + offset),
    );
  const product = lax.mul(spread(a, m, 0), spread(b, n, 1));
  return lax.reshape(
    product,
    m.map((dim, d) => dim * n[d]),
  );
});

/** Options of `cross`. */
export interface CrossOptions {
  /** The axis of `x1` that holds the vectors. Default −1. */
  readonly axisa?: number;
  /** The axis of `x2` that holds the vectors. Default −1. */
  readonly axisb?: number;
  /** The axis of the result that holds the vectors. Default −1. */
  readonly axisc?: number;
  /** All three at once. */
  readonly axis?: number | null;
}
/**
 * The cross product of vectors of 2 or 3 components.
 *
 * @param x1 Vectors of 2 or 3 components along an axis.
 * @param x2 Vectors of 2 or 3 components; the shape broadcasts with that of `x1`.
 * @param options `axisa`, `axisb`, `axisc`: the axis of the components in `x1`, in `x2` and in the result; default −1. `axis`: stands for
 *   all three.
 * @returns The cross products. Of two vectors of 2 components only the third component is given.
 * @throws {ValueError} An axis has neither 2 nor 3 components.
 * @see `keras.ops.cross`
 * @example
 * ops.cross([1, 0, 0], [0, 1, 0]) // [0, 0, 1]
 */
export const cross = op(
  'cross',
  (x1: TensorLike, x2: TensorLike, { axisa = -1, axisb = -1, axisc = -1, axis = null }: CrossOptions = {}): Tensor => {
    const [a, b] = promote('cross', [x1, x2]);
    const vectors = (t: Tensor, d: number): Tensor => moveaxis(t, normalizeAxis(axis ?? d, t.ndim, 'cross'), -1);
    const [u, v] = [vectors(a, axisa), vectors(b, axisb)];
    const parts = (t: Tensor): Tensor[] => {
      const size = t.shape[t.ndim - 1];
      if (size !== 2 && size !== 3)
        throw new ValueError(
          `cross: vectors of ${size} components. Expected 2 or 3 (along the last axis unless told).`,
        );
      return range(size).map((i) => lax.reshape(sliceAxis(t, t.ndim - 1, i, i + 1), t.shape.slice(0, -1)));
    };
    const [p, q] = [parts(u), parts(v)];
    const times = (i: number, j: number): Tensor | null => {
      if (i >= p.length || j >= q.length) return null;
      const [x, y] = broadcast('cross', [p[i], q[j]]);
      return lax.mul(x, y);
    };
    const component = (i: number, j: number): Tensor => {
      const [plus, minus] = [times(i, j), times(j, i)];
      if (plus !== null && minus !== null) return lax.sub(plus, minus);
      return plus ?? lax.neg(minus!);
    };
    if (p.length === 2 && q.length === 2) return component(0, 1);
    const columns = [component(1, 2), component(2, 0), component(0, 1)];
    const result = concatenate(
      columns.map((c) => lax.reshape(c, [...c.shape, 1])),
      { axis: -1 },
    );
    return moveaxis(result, -1, normalizeAxis(axis ?? axisc, result.ndim, 'cross'));
  },
);
