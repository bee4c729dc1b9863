/** @file Type rules and element loops that the definitions share. */
import type { DType } from '../../core/dtype.js';
import { allocate, isFloat, roundTo } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import type { NDArray, TensorType } from '../../core/ndarray.js';
import { ndarray } from '../../core/ndarray.js';
import { formatShape, sameShape, sizeOf } from '../../core/shape.js';

/** `float32(2, 3)` */
export function formatType({ dtype, shape }: TensorType): string {
  return `${dtype}${formatShape(shape)}`;
}

/** All inputs must have the same shape and dtype; the output has them too. */
export function sameTypes(name: string, inputs: readonly TensorType[]): TensorType {
  const [first, ...rest] = inputs;
  for (const other of rest) {
    if (other.dtype !== first.dtype || !sameShape(other.shape, first.shape)) {
      throw new ValueError(`${name}: its operands differ: ${inputs.map(formatType).join(' and ')}.`);
    }
  }
  return { dtype: first.dtype, shape: first.shape };
}

export function requireKind(name: string, dtype: DType, allowed: (dtype: DType) => boolean, wanted: string): void {
  if (!allowed(dtype)) throw new ValueError(`${name}: needs ${wanted}, got ${dtype}.`);
}

export function requireFloat(name: string, dtype: DType): void {
  requireKind(name, dtype, isFloat, 'a float dtype');
}

/** Compute every element of the output from the elements of the inputs at the same place. */
export function mapElements(
  out: TensorType,
  inputs: readonly NDArray[],
  fn: (...elements: number[]) => number,
): NDArray {
  const size = sizeOf(out.shape);
  const data = allocate(out.dtype, size);
  const [a, b, c] = inputs.map((x) => x.data);
  for (let i = 0; i < size; i++) {
    const value = c ? fn(a[i], b[i], c[i]) : b ? fn(a[i], b[i]) : fn(a[i]);
    data[i] = roundTo(out.dtype, value);
  }
  return ndarray(out.dtype, out.shape, data);
}

const formatTypes = (types: readonly TensorType[]): string => `(${types.map(formatType).join(', ')})`;

/** @throws {ValueError} Other types than wanted. */
export function requireTypes(what: string, got: readonly TensorType[], wanted: readonly TensorType[]): void {
  const fits =
    got.length === wanted.length &&
    got.every((type, i) => type.dtype === wanted[i].dtype && sameShape(type.shape, wanted[i].shape));
  if (!fits) throw new ValueError(`${what} are ${formatTypes(got)}, expected ${formatTypes(wanted)}.`);
}
