/** @file Norms of vectors and matrices. */
import { ValueError } from '../../core/errors.js';
import { formatShape, normalizeAxes, reducedShape, sizeOf } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import { moveaxis } from '../numpy/shape.js';
import { inFullPrecision } from './common.js';
import type { ReductionOptions, Tensor, TensorLike } from '../../runtime/index.js';
import { op } from '../../runtime/index.js';
import { floatTensor } from '../common.js';

/** Options of `norm`. */
export interface NormOptions extends ReductionOptions {
  /**
   * Of a vector: any number, ±Infinity, 0 (how many are not 0). Of a matrix: `'fro'`, `'nuc'` (the sum of the singular values), 2 and -2 (the greatest and
   * the least of them), ±1, ±Infinity. Default: 2, or `'fro'`.
   */
  readonly ord?: number | 'fro' | 'nuc' | null;
}
/**
 * The norm of all elements (no `axis`), of vectors (one axis), or of matrices (two axes).
 *
 * @param x Any shape; integers and bools are taken as `floatx`.
 * @param options `ord`: the order; default null, 2 of vectors and `'fro'` of matrices. `axis`: one axis of vectors, or two of matrices;
 *   default null, all elements. `keepdims`: keep the axes with size 1; default false.
 * @returns The shape of `x` without the reduced axes.
 * @throws {ValueError} There is no such order for the number of axes.
 * @see `keras.ops.norm`
 * @example
 * ops.norm([3, 4]) // 5
 */
export const norm = op(
  'norm',
  (x: TensorLike, { ord = null, axis = null, keepdims = false }: NormOptions = {}): Tensor => {
    const t = floatTensor(x, 'norm');
    // The order of two axes matters: rows, then columns.
    const axes =
      axis === null
        ? normalizeAxes(null, t.ndim, 'norm')
        : (typeof axis === 'number' ? [axis] : axis).map((a) => normalizeAxes(a, t.ndim, 'norm')[0]);
    const size = lax.abs(t);
    const reshaped = (y: Tensor): Tensor =>
      lax.reshape(
        y,
        reducedShape(
          t.shape,
          [...axes].sort((a, b) => a - b),
          keepdims,
        ),
      );
    const root = (): Tensor => lax.sqrt(lax.reduceSum(lax.mul(t, t), axes));
    /** As in JAX 0 takes part, so that a norm of 0 passes on half of its gradient. */
    const greatest = (y: Tensor, over: readonly number[]): Tensor => {
      const found = lax.reduceMax(y, over);
      return lax.max(found, lax.zerosLike(found));
    };
    if (ord === null) return reshaped(root());
    if (axes.length === 1) {
      if (typeof ord === 'string') throw new ValueError(`norm: order '${ord}' is for matrices, got one axis.`);
      if (ord === Infinity) return reshaped(greatest(size, axes));
      if (ord === -Infinity) return reshaped(lax.reduceMin(size, axes));
      if (ord === 0) return reshaped(lax.reduceSum(lax.convert(lax.ne(t, lax.zerosLike(t)), t.dtype), axes));
      if (ord === 1) return reshaped(lax.reduceSum(size, axes));
      if (ord === 2) return reshaped(root());
      const total = lax.reduceSum(lax.pow(size, lax.fullLike(size, ord)), axes);
      return reshaped(lax.pow(total, lax.fullLike(total, 1 / ord)));
    }
    if (axes.length !== 2)
      throw new ValueError(
        `norm: order ${ord} over ${axes.length} axes of shape ${formatShape(t.shape)}. Expected one or two axes.`,
      );
    const [row, column] = axes;
    const lines = (summed: number, over: number, reduce: typeof greatest): Tensor =>
      reshaped(reduce(lax.reduceSum(size, [summed]), [over > summed ? over - 1 : over]));
    /** Of the singular values of the matrices in the two axes. */
    const singular = (reduce: (s: Tensor, last: readonly number[]) => Tensor): Tensor =>
      inFullPrecision([moveaxis(t, [row, column], [-2, -1])], (a) => {
        const s = lax.singularValues(a);
        return reduce(s, [s.ndim - 1]);
      });
    switch (ord) {
      case 'fro':
        return reshaped(root());
      case 1:
        return lines(row, column, greatest);
      case -1:
        return lines(row, column, lax.reduceMin);
      case Infinity:
        return lines(column, row, greatest);
      case -Infinity:
        return lines(column, row, lax.reduceMin);
      case 'nuc':
        return reshaped(singular((s, last) => lax.reduceSum(s, last)));
      case 2:
        return reshaped(
          singular((s, last) => (sizeOf(s.shape) === 0 ? lax.reduceSum(s, last) : lax.reduceMax(s, last))),
        );
      case -2:
        return reshaped(singular((s, last) => lax.reduceMin(s, last)));
      default:
        throw new ValueError(
          `norm: order ${ord} of a matrix. Expected 'fro', 'nuc', 1, -1, 2, -2, Infinity or -Infinity.`,
        );
    }
  },
);
