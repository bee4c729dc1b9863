/** @file Rows of tensors: parts of a data set along the first axis. */
import { allocate } from '../core/dtype.js';
import { ndarray } from '../core/ndarray.js';
import { mapTree } from '../core/tree.js';
import type { Tensor } from '../runtime/index.js';
import { Tensor as TensorClass } from '../runtime/index.js';
import type { TensorTree } from './batch.js';

/** Rows `start` to `stop` (not included), without a copy. */
export function sliceRows(x: Tensor, start: number, stop: number): Tensor {
  const { data, dtype } = x.ndarray;
  const width = x.size / Math.max(1, x.shape[0]);
  return TensorClass.fromArray(
    ndarray(dtype, [stop - start, ...x.shape.slice(1)], data.subarray(start * width, stop * width)),
  );
}

/** The rows that `indices` name, in that order. */
export function takeRows(x: Tensor, indices: Int32Array): Tensor {
  const { data, dtype } = x.ndarray;
  const width = x.size / Math.max(1, x.shape[0]);
  const result = allocate(dtype, indices.length * width);
  if (width === 1) for (let i = 0; i < indices.length; i++) result[i] = data[indices[i]];
  else {
    for (let i = 0; i < indices.length; i++)
      result.set(data.subarray(indices[i] * width, (indices[i] + 1) * width), i * width);
  }
  return TensorClass.fromArray(ndarray(dtype, [indices.length, ...x.shape.slice(1)], result));
}

/** The same rows of all tensors of a structure. */
export function mapRows(tree: TensorTree, rows: (x: Tensor) => Tensor): TensorTree {
  return mapTree<Tensor | null, Tensor | null>(tree, (x) => (x === null ? null : rows(x)));
}
