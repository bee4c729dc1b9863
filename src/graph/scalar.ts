/** @file The vocabulary of scalar forms: what a code generator must be able to emit for one element (or one vector of lanes). */
import type { DType } from '../core/dtype.js';

export type ScalarUnary =
  | 'neg' | 'abs' | 'sign' | 'floor' | 'ceil' | 'roundEven' | 'trunc' | 'sqrt' | 'not' | 'isFinite' | 'exp' | 'expm1' | 'log' | 'log1p' | 'logistic'
  | 'sin' | 'cos' | 'tan' | 'asin' | 'acos' | 'atan' | 'sinh' | 'cosh' | 'tanh' | 'asinh' | 'acosh' | 'atanh' | 'erf' | 'erfinv'
  | 'lgamma' | 'digamma' | 'popcount'; // prettier-ignore

export type ScalarBinary =
  | 'add' | 'sub' | 'mul' | 'div' | 'rem' | 'pow' | 'max' | 'min' | 'atan2' | 'and' | 'or' | 'xor' | 'shiftLeft' | 'shiftRightLogical'
  | 'shiftRightArithmetic' | 'nextAfter'; // prettier-ignore

/**
 * About how many simple operations (an addition) each takes for one element, the same on every machine: which loops are long, and which
 * values are cheap enough to be computed again. It is complete by type: a new function says what it costs.
 */
export const SCALAR_COST: Readonly<Record<ScalarUnary | ScalarBinary, number>> = {
  neg: 1, abs: 1, sign: 1, floor: 1, ceil: 1, roundEven: 1, trunc: 1, sqrt: 2, not: 1, isFinite: 1, exp: 16, expm1: 20, log: 24, log1p: 28, logistic: 20, sin: 32, cos: 32, tan: 64, asin: 64, acos: 64, atan: 24, sinh: 24, cosh: 20, tanh: 28, asinh: 64, acosh: 64, atanh: 64, erf: 32, erfinv: 128, lgamma: 128, digamma: 128, popcount: 12, add: 1, sub: 1, mul: 1, div: 2, rem: 32, pow: 64, max: 1, min: 1, atan2: 64, and: 1, or: 1, xor: 1, shiftLeft: 1, shiftRightLogical: 1, shiftRightArithmetic: 1, nextAfter: 16,
}; // prettier-ignore

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
