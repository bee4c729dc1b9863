/** @file The vocabulary of scalar forms: what a code generator must be able to emit for one element (or one vector of lanes). */
import type { DType } from '../core/dtype.js';

export type ScalarUnary =
  | 'neg' | 'abs' | 'sign' | 'floor' | 'ceil' | 'roundEven' | 'trunc' | 'sqrt' | 'not' | 'isFinite' | 'exp' | 'expm1' | 'log' | 'log1p' | 'logistic'
  | 'sin' | 'cos' | 'tan' | 'asin' | 'acos' | 'atan' | 'sinh' | 'cosh' | 'tanh' | 'asinh' | 'acosh' | 'atanh' | 'erf' | 'erfinv'
  | 'lgamma' | 'digamma' | 'popcount'; // prettier-ignore

export type ScalarBinary =
  | 'add' | 'sub' | 'mul' | 'div' | 'rem' | 'pow' | 'max' | 'min' | 'atan2' | 'and' | 'or' | 'xor' | 'shiftLeft' | 'shiftRightLogical'
  | 'shiftRightArithmetic' | 'nextAfter'; // prettier-ignore

export type ScalarCompare = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

/**
 * Builds the computation of one element. `S` is the generator's own idea of a value; every value has a dtype, and the result of
 * each operation is rounded (floats of 16 bits) or wrapped (integers) to that dtype.
 *
 * - `max` and `min` give NaN if either side is NaN. Float `rem` has the sign of the dividend, as C's fmod; integer `div` truncates
 *   and gives -1 (all bits) for a zero divisor, integer `rem` gives the dividend then, as XLA states.
 * - On bool: `and`, `or`, `xor`, `not`, `eq`, `ne` are logical; bools are 0 or 1.
 * - A conversion from float to integer truncates and saturates, NaN becomes 0; between integers it wraps; to bool it is `x != 0`.
 */
export interface ScalarBuilder<S> {
  dtype(x: S): DType;
  constant(value: number, dtype: DType): S;
  unary(op: ScalarUnary, x: S): S;
  binary(op: ScalarBinary, x: S, y: S): S;
  /** Gives a bool. */
  compare(op: ScalarCompare, x: S, y: S): S;
  /** `condition` is a bool. */
  select(condition: S, onTrue: S, onFalse: S): S;
  convert(x: S, dtype: DType): S;
  /** The same 32 bits under another dtype (int32, uint32, float32). */
  bitcast(x: S, dtype: DType): S;
}
