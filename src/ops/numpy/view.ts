/** @file The bytes of a tensor read as another dtype. */
import { fromBytes, itemBytes, toBytes } from '../../core/bytes.js';
import type { DType } from '../../core/dtype.js';
import { dtypeInfo, standardizeDType } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { constantTensor, op, toTensor } from '../../runtime/index.js';
import type { DTypeOptions } from './creation.js';

const is32 = (dtype: DType): boolean => dtypeInfo(dtype).bits === 32;

/**
 * The same bytes as another dtype; where the width changes, the last axis does. Dtypes other than those of 32 bits cannot be traced.
 *
 * @param x Any shape and dtype.
 * @param options `dtype`: the dtype as which the bytes are read; by default that of `x`.
 * @returns The shape of `x`. Its last axis is longer or shorter where the widths differ.
 * @throws {ValueError} The last axis cannot be cut into elements of the new width.
 * @see `keras.ops.view`
 * @example
 * ops.view(ops.array([1], { dtype: 'int32' }), { dtype: 'uint8' }) // [1, 0, 0, 0]
 */
export const view = op('view', (x: TensorLike, { dtype = null }: DTypeOptions = {}): Tensor => {
  const t = toTensor(x, null, 'view');
  const wanted = dtype === null ? t.dtype : standardizeDType(dtype, 'view');
  if (wanted === t.dtype) return t;
  if (is32(wanted) && is32(t.dtype)) return lax.bitcast(t, wanted);
  const [before, after] = [itemBytes(t.dtype), itemBytes(wanted)];
  const last = t.shape[t.ndim - 1] ?? 1;
  const bytes = last * before;
  if (bytes % after !== 0 || (t.ndim === 0 && before !== after)) {
    throw new ValueError(
      `view: ${t.dtype}${formatShape(t.shape)} cannot be read as ${wanted}: ${after} bytes an element.`,
    );
  }
  const shape = t.ndim === 0 ? [] : [...t.shape.slice(0, -1), bytes / after];
  return constantTensor(fromBytes(wanted, shape, toBytes(t.ndarray)));
});
