/** @file The ops of `keras.ops` that are neither NumPy's nor a network's: casts, shapes, control of gradients, updates of slices. */
import type { DType } from '../core/dtype.js';
import { dtypeInfo, isFloat, isInteger, limits, standardizeDType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import type { PartialShape, Shape } from '../core/shape.js';
import { formatShape, sizeOf } from '../core/shape.js';
import * as lax from '../graph/lax.js';
import type { KerasTensor, TensorData, TensorLike } from '../runtime/index.js';
import { isKerasTensor, op, Tensor, tensorApplier, toTensor, Variable } from '../runtime/index.js';
import type { DTypeOptions } from './numpy/creation.js';

/** The same numbers in another dtype. @see `keras.ops.cast` */
export const cast = op('cast', (x: TensorLike, dtype: DType): Tensor =>
  lax.convert(toTensor(x, null, 'cast'), standardizeDType(dtype, 'cast')),
);
/** `cast` with the range of the dtype kept: what lies outside goes to its nearest end. @see `keras.ops.saturate_cast` */
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
/** A tensor from numbers, nested lists, typed arrays or variables. @see `keras.ops.convert_to_tensor` */
export const convertToTensor = op('convert_to_tensor', (x: TensorLike, { dtype }: DTypeOptions = {}): Tensor =>
  toTensor(x, dtype ? standardizeDType(dtype, 'convert_to_tensor') : null),
);
/** The elements as a typed array. @see `keras.ops.convert_to_numpy` */
export const convertToNumpy = (x: TensorLike): TensorData => toTensor(x).dataSync();
/** Whether `x` is a tensor. @see `keras.ops.is_tensor` */
export const isTensor = (x: unknown): x is Tensor => x instanceof Tensor;
/** The sizes of the axes; null where a symbolic tensor's is open. @see `keras.ops.shape` */
export function shape(x: TensorLike): Shape;
export function shape(x: TensorLike | KerasTensor): PartialShape;
export function shape(x: TensorLike | KerasTensor): PartialShape {
  return isKerasTensor(x) ? x.shape : toTensor(x).shape;
}
/** The dtype. @see `keras.ops.dtype` */
export const dtype = (x: TensorLike | KerasTensor): DType =>
  isKerasTensor(x) || x instanceof Variable ? x.dtype : toTensor(x).dtype;
/** Number of axes. @see `keras.ops.ndim` */
export const ndim = (x: TensorLike | KerasTensor): number => shape(x).length;
/** Number of elements; null when a size is open. @see `keras.ops.size` */
export const size = (x: TensorLike | KerasTensor): number | null => {
  const dims = shape(x);
  return dims.includes(null) ? null : sizeOf(dims as readonly number[]);
};
/** `x` itself, through which no gradient flows. @see `keras.ops.stop_gradient` */
export const stopGradient = op('stop_gradient', (variable: TensorLike): Tensor => lax.stopGradient(toTensor(variable)));

const starts = (indices: TensorLike | readonly TensorLike[]): Tensor[] => {
  if (Array.isArray(indices)) return (indices as readonly TensorLike[]).map((i) => lax.convert(toTensor(i), 'int32'));
  const t = lax.convert(toTensor(indices as TensorLike), 'int32');
  return Array.from({ length: t.size }, (_, i) => lax.reshape(lax.slice(t, [i], [i + 1]), []));
};
/** `sizes` elements from computed starts. @see `keras.ops.slice` */
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
/** `inputs` with `updates` written at computed starts. @see `keras.ops.slice_update` */
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
  readonly reduction?: 'add' | 'max' | 'min' | 'mul' | null;
}
/** `inputs` with `updates` written (or combined) at index tuples (…, k). @see `keras.ops.scatter_update` */
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
/** Zeros of `shape` with `values` added at index tuples (…, k). @see `keras.ops.scatter` */
export const scatter = op('scatter', (indices: TensorLike, values: TensorLike, shapeOf: readonly number[]): Tensor => {
  const v = toTensor(values, null, 'scatter');
  return scatterUpdate(lax.full(tensorApplier, shapeOf, 0, v.dtype), indices, v, { reduction: 'add' });
});
