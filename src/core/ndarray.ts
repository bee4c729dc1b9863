/** @file Plain arrays of known dtype and shape: what constants, feeds and results of programs are made of. */
import type { DType, NumericArray } from './dtype.js';
import { allocate, roundTo } from './dtype.js';
import { InternalError } from './errors.js';
import type { Shape } from './shape.js';
import { sizeOf } from './shape.js';

/** The type of a tensor whose shape is known. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Elements in row-major order. The array is never changed after it is made. */
export interface NDArray extends TensorType {
  readonly data: NumericArray;
}

/** Wrap `data` (already rounded to `dtype`, in the storage of `dtype`) without a copy. */
export function ndarray(dtype: DType, shape: Shape, data: NumericArray): NDArray {
  if (data.length !== sizeOf(shape))
    throw new InternalError(`ndarray: ${data.length} elements for shape [${shape.join()}]`);
  return { dtype, shape, data };
}

/** Make an array from numbers, rounding each to `dtype`. */
export function fromNumbers(dtype: DType, shape: Shape, values: ArrayLike<number>): NDArray {
  const data = allocate(dtype, values.length);
  for (let i = 0; i < values.length; i++) data[i] = roundTo(dtype, values[i]);
  return ndarray(dtype, shape, data);
}

/** An array filled with one value. */
export function filled(dtype: DType, shape: Shape, value: number): NDArray {
  const data = allocate(dtype, sizeOf(shape));
  const rounded = roundTo(dtype, value);
  if (rounded !== 0 || Object.is(rounded, -0)) data.fill(rounded);
  return ndarray(dtype, shape, data);
}

/** The same elements in another dtype, with C's truncation towards zero for floats to integers. */
export function castArray(x: NDArray, dtype: DType): NDArray {
  return x.dtype === dtype ? x : fromNumbers(dtype, x.shape, x.data);
}
