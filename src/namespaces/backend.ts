/** @file `keras.backend`: settings, dtypes, and what runs programs. */
import { checked } from '../core/arguments.js';
import type { DType } from '../core/dtype.js';
import { isFloat, isInteger, standardizeDType, standardizeInputDType } from '../core/dtype.js';
import { resetNames } from '../core/naming.js';
import { resultType as leastUpperBound } from '../core/promotion.js';

export { epsilon, floatx, imageDataFormat, setEpsilon, setFloatx, setImageDataFormat } from '../core/config.js';
export { backend, isKerasTensor } from '../runtime/index.js';
export { clearSession, standardizeDtype } from '../utils/index.js';
export * from '../legacy/backend/index.js';

/**
 * Whether a dtype is a float.
 *
 * @param dtype The name of a dtype.
 * @returns True for floats of any width.
 * @see `keras.backend.is_float_dtype`
 * @example
 * backend.isFloatDtype('bfloat16') // true
 */
export const isFloatDtype = checked('isFloatDtype', function isFloatDtype(dtype: string): boolean {
  return isFloat(standardizeInputDType(dtype, 'isFloatDtype'));
});
/**
 * Whether a dtype is an integer, with or without sign.
 *
 * @param dtype The name of a dtype.
 * @returns True for integers; false for `'bool'`.
 * @see `keras.backend.is_int_dtype`
 * @example
 * backend.isIntDtype('uint8') // true
 */
export const isIntDtype = checked('isIntDtype', function isIntDtype(dtype: string): boolean {
  return isInteger(standardizeInputDType(dtype, 'isIntDtype'));
});
/**
 * The dtype in which operands of these dtypes meet; `'int'` and `'float'` stand for plain numbers.
 *
 * @param dtypes One or more names.
 * @returns The name of a dtype.
 * @throws {ValueError} There is no such dtype.
 * @see `keras.backend.result_type`
 * @example
 * backend.resultType('int32', 'float16') // 'float16'
 */
export const resultType = checked(
  'resultType',
  function resultType(...dtypes: readonly (DType | 'int' | 'float')[]): DType {
    return leastUpperBound(
      ...dtypes.map((d) => (d === 'int' || d === 'float' ? d : standardizeDType(d, 'resultType'))),
    );
  },
);

const counts = new Map<string, number>();
/**
 * A number for each call with the same prefix, from 1.
 *
 * @param prefix Any text; default empty.
 * @returns A whole number.
 * @see `keras.backend.get_uid`
 * @example
 * backend.getUid('mine'); // 1, then 2 and so on
 */
export const getUid = checked('getUid', function getUid(prefix = ''): number {
  const next = (counts.get(prefix) ?? 0) + 1;
  counts.set(prefix, next);
  return next;
});

/**
 * Let `getUid` and automatic names of layers begin anew.
 *
 * @see `K.reset_uids` of Keras 2; `clearSession`
 * @example
 * backend.resetUids();
 * backend.getUid('again'); // 1
 */
export const resetUids = checked('resetUids', function resetUids(): void {
  counts.clear();
  resetNames();
});
