/** @file `keras.backend`: settings, dtypes, and what runs programs. */
import type { DType } from '../core/dtype.js';
import { isFloat, isInteger, standardizeDType } from '../core/dtype.js';
import { resultType as leastUpperBound } from '../core/promotion.js';

export { epsilon, floatx, imageDataFormat, setEpsilon, setFloatx, setImageDataFormat } from '../core/config.js';
export { backend, isKerasTensor } from '../runtime/index.js';
export { clearSession, standardizeDtype } from '../utils/index.js';

/** Whether a dtype is a float. @see `keras.backend.is_float_dtype` */
export function isFloatDtype(dtype: string): boolean {
  return isFloat(standardizeDType(dtype, 'isFloatDtype'));
}
/** Whether a dtype is an integer, with or without sign. @see `keras.backend.is_int_dtype` */
export function isIntDtype(dtype: string): boolean {
  return isInteger(standardizeDType(dtype, 'isIntDtype'));
}
/**
 * The dtype in which operands of these dtypes meet; `'int'` and `'float'` stand for plain numbers.
 *
 * @see `keras.backend.result_type`
 */
export function resultType(...dtypes: readonly (DType | 'int' | 'float')[]): DType {
  return leastUpperBound(...dtypes.map((d) => (d === 'int' || d === 'float' ? d : standardizeDType(d, 'resultType'))));
}

const counts = new Map<string, number>();
/** A number for each call with the same prefix, from 1. @see `keras.backend.get_uid` */
export function getUid(prefix = ''): number {
  const next = (counts.get(prefix) ?? 0) + 1;
  counts.set(prefix, next);
  return next;
}
