/** @file Sums of an array's shifted copies along one axis, with weights: the filters of images. */
import { range } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Operand } from '../../graph/operand.js';

/** Up to this many weights the copies are added up one by one, in one loop over neighbouring elements. */
const MOST_COPIES = 64;

function along<T extends Operand<T>>(x: T, axis: number, from: number, to: number): T {
  const at = (d: number, here: number, else_: number): number => (d === axis ? here : else_);
  return lax.slice(
    x,
    x.shape.map((_, d) => at(d, from, 0)),
    x.shape.map((size, d) => at(d, to, size)),
    x.shape.map(() => 1),
  );
}

function padded<T extends Operand<T>>(x: T, axis: number, low: number, high: number): T {
  if (low === 0 && high === 0) return x;
  const at = (size: number): number[] => x.shape.map((_, d) => (d === axis ? size : 0));
  return lax.pad(x, { low: at(low), high: at(high), interior: at(0), value: 0 });
}

/** The sum of the copies, with the gradient of its definition. */
function sumOfCopies<T extends Operand<T>>(x: T, weights: T, axis: number): T {
  const [count] = weights.shape;
  const size = x.shape[axis] - count + 1;
  const terms = range(count).map((k) => {
    const copy = along(x, axis, k, k + size);
    return lax.mul(copy, lax.broadcastTo(lax.reshape(along(weights, 0, k, k + 1), []), copy.shape));
  });
  return terms.reduce((a, b) => lax.add(a, b));
}

/** The same as a product with the matrix whose columns are the weights, each one row further down. */
function bandProduct<T extends Operand<T>>(x: T, weights: T, axis: number): T {
  const [count] = weights.shape;
  const from = x.shape[axis];
  const to = from - count + 1;
  const place = lax.sub(lax.iota(x.applier, 'int32', [from, to], 0), lax.iota(x.applier, 'int32', [from, to], 1));
  const inside = lax.and(lax.ge(place, lax.zerosLike(place)), lax.lt(place, lax.fullLike(place, count)));
  const taken = lax.gather(weights, place);
  const matrix = lax.select(inside, taken, lax.zerosLike(taken));
  const product = lax.dotGeneral(x, matrix, { lhsBatch: [], rhsBatch: [], lhsContract: [axis], rhsContract: [0] });
  const last = x.shape.length - 1;
  return lax.transpose(
    product,
    x.shape.map((_, d) => (d < axis ? d : d === axis ? last : d - 1)),
  );
}

/**
 * Σₖ weights[k] · x[… i + k …] for every i for which all k lie within `x`.
 *
 * @param weights Shape (k), dtype of `x`, not longer than the axis.
 * @returns `x`, shorter by k − 1 along the axis.
 */
export function correlate<T extends Operand<T>>(x: T, weights: T, axis: number): T {
  const [count] = weights.shape;
  if (count > MOST_COPIES) return bandProduct(x, weights, axis);
  // By the rules of its parts the gradient would be a sum of as many padded arrays.
  const [y] = lax.withGradient<T>(
    { inputs: [x, weights], residuals: [], outputs: [sumOfCopies(x, weights, axis)] },
    ([dy], { inputs: [x0, w0] }) => {
      if (dy === null) return [null, null];
      const size = dy.shape[axis];
      const sums = range(count).map((k) => {
        const product = lax.mul(dy, along(x0, axis, k, k + size));
        return lax.reshape(lax.reduceSum(product, range(product.shape.length)), [1]);
      });
      return [correlate(padded(dy, axis, count - 1, count - 1), lax.reverse(w0, [0]), axis), lax.concatenate(sums, 0)];
    },
  );
  return y;
}

/** `correlate` of `x` with zeros around it: as long as `x`. The zeros before are the fewer where the number is odd. */
export function correlateSame<T extends Operand<T>>(x: T, weights: T, axis: number): T {
  const around = weights.shape[0] - 1;
  return correlate(padded(x, axis, around >> 1, around - (around >> 1)), weights, axis);
}
