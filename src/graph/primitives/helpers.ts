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

/** Dtypes whose typed arrays do not round what is put into them as the dtype does. */
const ROUNDED: ReadonlySet<DType> = new Set(['bool', 'float16', 'bfloat16', 'int64', 'uint64']);

/** Compute every element of the output from the elements of the inputs at the same place. */
export function mapElements(
  out: TensorType,
  inputs: readonly NDArray[],
  exact: (...elements: number[]) => number,
): NDArray {
  const { dtype } = out;
  const size = sizeOf(out.shape);
  const data = allocate(dtype, size);
  const fn = ROUNDED.has(dtype) ? (x: number, y: number, z: number) => roundTo(dtype, exact(x, y, z)) : exact;
  const a = inputs[0].data;
  if (inputs.length === 1) for (let i = 0; i < size; i++) data[i] = fn(a[i]);
  else {
    const b = inputs[1].data;
    if (inputs.length === 2) for (let i = 0; i < size; i++) data[i] = fn(a[i], b[i]);
    else {
      const c = inputs[2].data;
      for (let i = 0; i < size; i++) data[i] = fn(a[i], b[i], c[i]);
    }
  }
  return ndarray(dtype, out.shape, data);
}

const formatTypes = (types: readonly TensorType[]): string => `(${types.map(formatType).join(', ')})`;

/** @throws {ValueError} Other types than wanted. */
export function requireTypes(what: string, got: readonly TensorType[], wanted: readonly TensorType[]): void {
  const fits =
    got.length === wanted.length &&
    got.every((type, i) => type.dtype === wanted[i].dtype && sameShape(type.shape, wanted[i].shape));
  if (!fits) throw new ValueError(`${what} are ${formatTypes(got)}, expected ${formatTypes(wanted)}.`);
}
