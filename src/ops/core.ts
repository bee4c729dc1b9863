/** @file The ops of `keras.ops` that are neither NumPy's nor a network's: casts, shapes, control of gradients, updates of slices. */
import { checked } from '../core/arguments.js';
import type { DType } from '../core/dtype.js';
import { dtypeInfo, isComplexDType, isFloat, isInteger, limits, standardizeDType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import type { PartialShape, Shape } from '../core/shape.js';
import { formatShape, sizeOf } from '../core/shape.js';
import * as lax from '../graph/lax.js';
import type { KerasTensor, Strings, TensorData, TensorLike } from '../runtime/index.js';
import {
  isKerasTensor,
  isStrings,
  op,
  Tensor,
  tensor,
  tensorApplier,
  toComplex,
  toTensor,
  Variable,
} from '../runtime/index.js';
import { refuseSparse } from './common.js';
import type { DTypeOptions } from './numpy/creation.js';

/**
 * The same numbers in another dtype.
 *
 * @param x Any shape and dtype.
 * @param dtype The name of the new dtype, such as `'float16'` or `'int32'`.
 * @returns The shape of `x`, of that dtype.
 * @throws {ValueError} There is no such dtype.
 * @see `keras.ops.cast`
 * @example
 * ops.cast([1.7, -1.7], 'int32') // [1, -1]
 */
export const cast = op('cast', (x: TensorLike, dtype: DType): Tensor => {
  const t = toTensor(x, null, 'cast');
  return isComplexDType(dtype) ? toComplex(t, dtype) : lax.convert(t, standardizeDType(dtype, 'cast'));
});
/**
 * `cast` with the range of the dtype kept: what lies outside goes to its nearest end.
 *
 * @param x Any shape and dtype.
 * @param dtype The name of the new dtype, such as `'float16'` or `'uint8'`.
 * @returns The shape of `x`, of that dtype.
 * @throws {ValueError} There is no such dtype.
 * @see `keras.ops.saturate_cast`
 * @example
 * ops.saturateCast([-5, 100, 300], 'uint8') // [0, 100, 255]
 */
export const saturateCast = op('saturate_cast', (x: TensorLike, dtype: DType): Tensor => {
  const t = toTensor(x, null, 'saturate_cast');
  const target = standardizeDType(dtype, 'saturate_cast');
  const fromFloat = isFloat(t.dtype);
  if (t.dtype === 'bool' || (!fromFloat && isFloat(target) && dtypeInfo(target).bits >= 32))
    return lax.convert(t, target);
  const wide = fromFloat ? t : lax.convert(t, 'float64');
  if (isInteger(target)) return lax.convert(wide, target); // floats saturate
  const own = fromFloat ? limits(t.dtype).max : Infinity;
  const [least, most] = target === 'bool' ? [0, 1] : [limits(target).min, limits(target).max];
  const above = lax.max(wide, lax.fullLike(wide, Math.max(least, -own)));
  return lax.convert(lax.min(above, lax.fullLike(wide, Math.min(most, own))), target);
});
/** Options of `convertToTensor`. */
export interface ConvertToTensorOptions extends DTypeOptions {
  /** Whether the result is sparse: there are no sparse tensors here, so true is refused. Default null. */
  readonly sparse?: boolean | null;
  /** Whether rows may differ in length: true is refused, as by Keras on JAX. Default null. */
  readonly ragged?: boolean | null;
}
/**
 * A tensor from numbers, texts, nested lists, typed arrays or variables.
 *
 * @param x A number, a text, nested lists, a typed array, a tensor or a variable.
 * @param options `dtype`: of the result; by default that of `x`, `floatx()` for numbers that are not whole.
 * @returns A tensor.
 * @throws {ValueError} The lists are ragged.
 * @see `keras.ops.convert_to_tensor`
 * @example
 * ops.convertToTensor([[1, 2], [3, 4]]) // [[1, 2], [3, 4]]
 */
export const convertToTensor = op(
  'convert_to_tensor',
  (x: TensorLike | Strings, { dtype, sparse = null, ragged = null }: ConvertToTensorOptions = {}): Tensor => {
    refuseSparse('convertToTensor', sparse);
    if (ragged)
      throw new ValueError('convertToTensor: ragged=true. There are no ragged tensors here, as in Keras on JAX.');
    if (isStrings(x)) return tensor(x, { dtype });
    return isComplexDType(dtype)
      ? toComplex(toTensor(x), dtype)
      : toTensor(x, dtype ? standardizeDType(dtype, 'convert_to_tensor') : null);
  },
);
/**
 * The elements as a typed array.
 *
 * @param x A tensor, or what becomes one.
 * @returns A typed array of all elements in row-major order.
 * @throws {ValueError} `x` becomes no tensor.
 * @see `keras.ops.convert_to_numpy`
 * @example
 * [...ops.convertToNumpy([[1, 2], [3, 4]])] // [1, 2, 3, 4]
 */
export const convertToNumpy = checked('convertToNumpy', (x: TensorLike): TensorData => toTensor(x).dataSync());
/**
 * Whether `x` is a tensor.
 *
 * @param x Anything.
 * @returns True for tensors; false for lists, variables and symbolic tensors.
 * @see `keras.ops.is_tensor`
 * @example
 * ops.isTensor([1, 2]) // false
 */
export const isTensor = checked('isTensor', (x: unknown): x is Tensor => x instanceof Tensor);
function sizesOf(x: TensorLike): Shape;
function sizesOf(x: TensorLike | KerasTensor): PartialShape;
function sizesOf(x: TensorLike | KerasTensor): PartialShape {
  return isKerasTensor(x) ? x.shape : toTensor(x).shape;
}
/**
 * The sizes of the axes; null where a symbolic tensor's is open.
 *
 * @param x A tensor, symbolic or not, or what becomes one.
 * @returns A list of sizes.
 * @see `keras.ops.shape`
 * @example
 * ops.shape([[1, 2, 3]]) // [1, 3]
 */
export const shape = checked('shape', sizesOf);
/**
 * The name of the dtype of the elements.
 *
 * @param x A tensor, symbolic or not, or what becomes one.
 * @returns A name such as `'float32'`.
 * @see `keras.ops.dtype`
 * @example
 * ops.dtype([1.5, 2]) // 'float32'
 */
export const dtype = checked('dtype', (x: TensorLike | KerasTensor): DType =>
  isKerasTensor(x) || x instanceof Variable ? x.dtype : toTensor(x).dtype,
);
/**
 * Number of axes.
 *
 * @param x A tensor, symbolic or not, or what becomes one.
 * @returns A whole number; 0 for a scalar.
 * @see `keras.ops.ndim`
 * @example
 * ops.ndim([[1, 2, 3]]) // 2
 */
export const ndim = checked('ndim', (x: TensorLike | KerasTensor): number => shape(x).length);
/**
 * Number of elements; null when a size is open.
 *
 * @param x A tensor, symbolic or not, or what becomes one.
 * @returns A whole number, or null.
 * @see `keras.ops.size`
 * @example
 * ops.size([[1, 2, 3]]) // 3
 */
export const size = checked('size', (x: TensorLike | KerasTensor): number | null => {
  const dims = shape(x);
  return dims.includes(null) ? null : sizeOf(dims as readonly number[]);
});
/**
 * The variable itself, through which no gradient flows.
 *
 * @param variable Any shape and dtype.
 * @returns A tensor of the same numbers.
 * @see `keras.ops.stop_gradient`
 * @example
 * ops.stopGradient([1, 2]) // [1, 2]
 */
export const stopGradient = op('stop_gradient', (variable: TensorLike): Tensor => lax.stopGradient(toTensor(variable)));

const starts = (indices: TensorLike | readonly TensorLike[]): Tensor[] => {
  if (Array.isArray(indices)) return (indices as readonly TensorLike[]).map((i) => lax.convert(toTensor(i), 'int32'));
  const t = lax.convert(toTensor(indices as TensorLike), 'int32');
  return Array.from({ length: t.size }, (_, i) => lax.reshape(lax.slice(t, [i], [i + 1]), []));
};
/**
 * A block of the tensor, from computed starts.
 *
 * @param inputs Any shape and dtype.
 * @param startIndices The first position on each axis; numbers or tensors. Starts are moved so that the block fits.
 * @param sizes How many positions are taken on each axis.
 * @returns A tensor of shape `sizes`.
 * @throws {ValueError} There is not one size for each axis.
 * @see `keras.ops.slice`
 * @example
 * ops.slice([[1, 2, 3], [4, 5, 6]], [0, 1], [2, 2]) // [[2, 3], [5, 6]]
 */
export const slice = op(
  'slice',
  (inputs: TensorLike, startIndices: TensorLike | readonly TensorLike[], sizes: readonly number[]): Tensor => {
    const t = toTensor(inputs, null, 'slice');
    if (sizes.length !== t.ndim)
      throw new ValueError(`slice: ${sizes.length} sizes for a tensor of shape ${formatShape(t.shape)}.`);
    const from = starts(startIndices);
    return lax.dynamicSlice(t, from, sizes);
  },
);
/**
 * The inputs with a block overwritten, from computed starts.
 *
 * @param inputs Any shape and dtype.
 * @param startIndices The first position on each axis; numbers or tensors.
 * @param updates The block: as many axes as `inputs`, none longer.
 * @returns The shape and dtype of `inputs`.
 * @throws {ValueError} The block does not fit.
 * @see `keras.ops.slice_update`
 * @example
 * ops.sliceUpdate([1, 2, 3, 4], [1], [20, 30]) // [1, 20, 30, 4]
 */
export const sliceUpdate = op(
  'slice_update',
  (inputs: TensorLike, startIndices: TensorLike | readonly TensorLike[], updates: TensorLike): Tensor => {
    const t = toTensor(inputs, null, 'slice_update');
    return lax.dynamicUpdateSlice(t, toTensor(updates, t.dtype), starts(startIndices));
  },
);

/** Row numbers of index tuples: (…, k) positions into the first k axes, as one flat number each. */
function flatRows(indices: Tensor, sizes: readonly number[]): Tensor {
  const k = sizes.length;
  const last = indices.ndim - 1;
  let total: Tensor | null = null;
  for (let i = 0; i < k; i++) {
    const own = lax.reshape(
      lax.slice(
        indices,
        indices.shape.map((_, d) => (d === last ? i : 0)),
        indices.shape.map((dim, d) => (d === last ? i + 1 : dim)),
      ),
      indices.shape.slice(0, -1),
    );
    const wrapped = lax.select(lax.lt(own, lax.zerosLike(own)), lax.add(own, lax.fullLike(own, sizes[i])), own);
    const weighted = lax.mul(wrapped, lax.fullLike(own, sizeOf(sizes.slice(i + 1))));
    total = total === null ? weighted : lax.add(total, weighted);
  }
  return total ?? lax.full(tensorApplier, indices.shape.slice(0, -1), 0, 'int32');
}
/** How `scatterUpdate` combines. */
export interface ScatterOptions {
  /** null (the default) overwrites; the others combine with what is there. */
  readonly reduction?: 'add' | 'max' | 'min' | 'mul' | null;
}
/**
 * The inputs with single elements or slices overwritten, or combined with new ones.
 *
 * @param inputs Any shape and dtype.
 * @param indices Shape (…, k): each row is a position on the first k axes.
 * @param updates What is written at each of the positions.
 * @param options `reduction`: null (the default) overwrites; `'add'`, `'max'`, `'min'` and `'mul'` combine with what is there.
 * @returns The shape and dtype of `inputs`.
 * @throws {ValueError} The shapes do not fit.
 * @see `keras.ops.scatter_update`
 * @example
 * ops.scatterUpdate([1, 2, 3], [[0], [2]], [10, 30]) // [10, 2, 30]
 */
export const scatterUpdate = op(
  'scatter_update',
  (inputs: TensorLike, indices: TensorLike, updates: TensorLike, { reduction = null }: ScatterOptions = {}): Tensor => {
    const t = toTensor(inputs, null, 'scatter_update');
    const given = toTensor(indices, null, 'scatter_update');
    if (given.dtype === 'bool')
      throw new ValueError(
        'scatterUpdate: the positions are bools. To update by a mask, write ops.where(mask, updates, inputs).',
      );
    const at = lax.convert(given, 'int32');
    const k = at.shape[at.ndim - 1];
    const rows = lax.reshape(t, [sizeOf(t.shape.slice(0, k)), ...t.shape.slice(k)]);
    return lax.reshape(
      lax.scatter(rows, flatRows(at, t.shape.slice(0, k)), toTensor(updates, t.dtype), reduction ?? 'set'),
      t.shape,
    );
  },
);
/**
 * Zeros with values added at given positions.
 *
 * @param indices Shape (…, k): each row is a position on the first k axes.
 * @param values What is added at each of the positions.
 * @param shapeOf The shape of the result.
 * @returns A tensor of that shape, of the dtype of `values`.
 * @throws {ValueError} The shapes do not fit.
 * @see `keras.ops.scatter`
 * @example
 * ops.scatter([[0], [2]], [10, 30], [4]) // [10, 0, 30, 0]
 */
export const scatter = op('scatter', (indices: TensorLike, values: TensorLike, shapeOf: readonly number[]): Tensor => {
  const v = toTensor(values, null, 'scatter');
  return scatterUpdate(lax.full(tensorApplier, shapeOf, 0, v.dtype), indices, v, { reduction: 'add' });
});
