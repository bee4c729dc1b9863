/** @file What the ops of linear algebra share: their operands as batches of matrices of float32 or float64. */
import { ValueError } from '../../core/errors.js';
import { broadcastShapes, formatShape } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import { columnsOf, rowsOf } from '../../graph/matrices.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { floatTensor } from '../common.js';

/** An operand as matrices. Integers are taken as `floatx`, as Keras does. @throws {ValueError} Fewer than two dimensions. */
export function matrices(owner: string, x: TensorLike, name = 'x'): Tensor {
  const t = floatTensor(x, owner);
  if (t.ndim < 2)
    throw new ValueError(
      `${owner}: ${name} has shape ${formatShape(t.shape)}. Expected a matrix, or matrices in the last two of more dimensions ` +
        `(reshape it to (n, 1) for one column).`,
    );
  return t;
}

/** An operand as square matrices. @throws {ValueError} Others. */
export function squareMatrices(owner: string, x: TensorLike, name = 'x'): Tensor {
  const t = matrices(owner, x, name);
  if (rowsOf(t) !== columnsOf(t))
    throw new ValueError(
      `${owner}: ${name} has shape ${formatShape(t.shape)}. Expected square matrices: as many rows as columns ` +
        `(ops.lstsq and ops.pinv take others).`,
    );
  return t;
}

/**
 * Compute in float32 what has 16 bits: decompositions are not done in less. The results have the dtype of the operands.
 *
 * @param fn From the operands to float results; others keep their dtype.
 */
export function inFullPrecision<R extends Tensor | readonly Tensor[]>(
  operands: readonly Tensor[],
  fn: (...wide: Tensor[]) => R,
): R {
  const { dtype } = operands[0];
  if (dtype === 'float32' || dtype === 'float64') return fn(...operands);
  const results = fn(...operands.map((t) => lax.convert(t, 'float32')));
  const back = (t: Tensor): Tensor => (t.dtype === 'float32' ? lax.convert(t, dtype) : t);
  return (Array.isArray(results) ? (results as readonly Tensor[]).map(back) : back(results as Tensor)) as R;
}

/** Two operands with the batch that both are broadcast to. */
export function sameBatch(owner: string, a: Tensor, b: Tensor): [Tensor, Tensor] {
  const batch = broadcastShapes([a.shape.slice(0, -2), b.shape.slice(0, -2)], owner);
  const widened = (t: Tensor): Tensor => lax.broadcastTo(t, [...batch, ...t.shape.slice(-2)]);
  return [widened(a), widened(b)];
}
