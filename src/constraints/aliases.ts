/** @file Names of constraints besides their classes' first ones. */
import { withoutNew } from '../core/callable_class.js';
import { MaxNorm, MinMaxNorm, NonNeg, UnitNorm } from './catalogue.js';

/**
 * MaxNorm under Keras's second name, with or without `new`.
 *
 * @param args Those of `MaxNorm`.
 * @returns A new `MaxNorm`.
 * @throws {TypeError} An argument that MaxNorm does not take.
 * @see `keras.constraints.max_norm`
 * @example
 * constraints.maxNorm(2) instanceof constraints.MaxNorm // true
 */
export const maxNorm = withoutNew(MaxNorm);

/**
 * MinMaxNorm under Keras's second name, with or without `new`.
 *
 * @param args Those of `MinMaxNorm`.
 * @returns A new `MinMaxNorm`.
 * @throws {TypeError} An argument that MinMaxNorm does not take.
 * @see `keras.constraints.min_max_norm`
 * @example
 * constraints.minMaxNorm(0, 1) instanceof constraints.MinMaxNorm // true
 */
export const minMaxNorm = withoutNew(MinMaxNorm);

/**
 * NonNeg under Keras's second name, with or without `new`.
 *
 * @param args Those of `NonNeg`.
 * @returns A new `NonNeg`.
 * @throws {TypeError} An argument that NonNeg does not take.
 * @see `keras.constraints.non_neg`
 * @example
 * constraints.nonNeg() instanceof constraints.NonNeg // true
 */
export const nonNeg = withoutNew(NonNeg);

/**
 * UnitNorm under Keras's second name, with or without `new`.
 *
 * @param args Those of `UnitNorm`.
 * @returns A new `UnitNorm`.
 * @throws {TypeError} An argument that UnitNorm does not take.
 * @see `keras.constraints.unit_norm`
 * @example
 * constraints.unitNorm() instanceof constraints.UnitNorm // true
 */
export const unitNorm = withoutNew(UnitNorm);
