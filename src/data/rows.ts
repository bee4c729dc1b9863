/** @file Rows of tensors: parts of a data set along the first axis. */
import { allocate } from '../core/dtype.js';
import { ndarray } from '../core/ndarray.js';
import { mapTree } from '../core/tree.js';
import type { Tensor } from '../runtime/index.js';
import { StringTensor, Tensor as TensorClass } from '../runtime/index.js';
import type { TensorTree } from './batch.js';

/** Rows `start` to `stop` (not included), without a copy. */
export function sliceRows(x: Tensor, start: number, stop: number): Tensor {
  if (x instanceof StringTensor) return textRows(x, stop - start, (row) => start + row);
  const { data, dtype } = x.ndarray;
  const width = x.size / Math.max(1, x.shape[0]);
  return TensorClass.fromArray(
    ndarray(dtype, [stop - start, ...x.shape.slice(1)], data.subarray(start * width, stop * width)),
  );
}

/** The rows that `indices` name, in that order. */
export function takeRows(x: Tensor, indices: Int32Array): Tensor {
  if (x instanceof StringTensor) return textRows(x, indices.length, (row) => indices[row]);
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

function textRows(x: StringTensor, count: number, rowOf: (row: number) => number): StringTensor {
  const width = x.size / Math.max(1, x.shape[0]);
  const texts: string[] = [];
  for (let row = 0; row < count; row++) texts.push(...x.strings.slice(rowOf(row) * width, (rowOf(row) + 1) * width));
  return new StringTensor(texts, [count, ...x.shape.slice(1)]);
}

/** Tensors joined along the first axis; they fit together. */
export function joinRows(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors;
  const shape = [tensors.reduce((rows, x) => rows + x.shape[0], 0), ...first.shape.slice(1)];
  if (first instanceof StringTensor)
    return new StringTensor(
      tensors.flatMap((x) => (x as StringTensor).strings),
      shape,
    );
  const data = allocate(first.dtype, tensors.reduce((total, x) => total + x.size, 0)); // prettier-ignore
  let at = 0;
  for (const x of tensors) {
    data.set(x.ndarray.data, at);
    at += x.size;
  }
  return TensorClass.fromArray(ndarray(first.dtype, shape, data));
}

/** The same rows of all tensors of a structure. */
export function mapRows(tree: TensorTree, rows: (x: Tensor) => Tensor): TensorTree {
  return mapTree<Tensor | null, Tensor | null>(tree, (x) => (x === null ? null : rows(x)));
}
