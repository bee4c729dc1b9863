/** @file What the definitions of linear algebra share: types of batches of matrices, and their evaluation matrix by matrix. */
import type { NumericArray } from '../../core/dtype.js';
import { allocate, roundTo } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import type { NDArray, TensorType } from '../../core/ndarray.js';
import { ndarray } from '../../core/ndarray.js';
import { formatShape, sameShape, sizeOf } from '../../core/shape.js';
import { formatType, requireKind } from './helpers.js';

/** @throws {ValueError} No batch of matrices of float32 or float64. */
export function requireMatrices(name: string, x: TensorType): void {
  requireKind(name, x.dtype, (d) => d === 'float32' || d === 'float64', 'float32 or float64');
  if (x.shape.length < 2)
    throw new ValueError(`${name}: a tensor of shape ${formatShape(x.shape)}. Expected at least two dimensions.`);
}

/** @throws {ValueError} No batch of square matrices. */
export function requireSquare(name: string, x: TensorType): void {
  requireMatrices(name, x);
  const [rows, columns] = x.shape.slice(-2);
  if (rows !== columns)
    throw new ValueError(
      `${name}: matrices of ${rows} rows and ${columns} columns (shape ${formatShape(x.shape)}). Expected square matrices.`,
    );
}

/** @throws {ValueError} Other batches, or other dtypes. */
export function requireSameBatch(name: string, a: TensorType, b: TensorType): void {
  if (a.dtype !== b.dtype || !sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2)))
    throw new ValueError(`${name}: ${formatType(a)} and ${formatType(b)} have other batches or dtypes.`);
}

/**
 * Evaluate a definition one matrix after another.
 *
 * @param core The sizes of one element of the batch of each input and output, as numbers of dimensions at the end.
 * @param each From copies of the elements of the inputs (float64) to the elements of the outputs.
 */
export function eachMatrix(
  inputs: readonly NDArray[],
  outputs: readonly TensorType[],
  core: { readonly inputs: readonly number[]; readonly outputs: readonly number[] },
  each: (...parts: Float64Array[]) => readonly ArrayLike<number>[],
): NDArray[] {
  const results: NumericArray[] = outputs.map((type) => allocate(type.dtype, sizeOf(type.shape)));
  const size = (type: TensorType, dims: number): number => sizeOf(type.shape.slice(type.shape.length - dims));
  const count = sizeOf(inputs[0].shape.slice(0, inputs[0].shape.length - core.inputs[0]));
  for (let b = 0; b < count; b++) {
    const parts = inputs.map((x, i) => {
      const n = size(x, core.inputs[i]);
      return Float64Array.from(x.data.subarray(b * n, (b + 1) * n));
    });
    each(...parts).forEach((values, i) => {
      const n = size(outputs[i], core.outputs[i]);
      for (let k = 0; k < n; k++) results[i][b * n + k] = roundTo(outputs[i].dtype, values[k]);
    });
  }
  return outputs.map((type, i) => ndarray(type.dtype, type.shape, results[i]));
}
