/** @file Names of regularizers besides their classes' first ones. */
import { withoutNew } from '../core/callable_class.js';
import { L1, L1L2, L2, OrthogonalRegularizer } from './catalogue.js';

/**
 * L1 under Keras's second name, with or without `new`.
 *
 * @param args Those of `L1`.
 * @returns A new `L1`.
 * @throws {TypeError} An argument that L1 does not take.
 * @see `keras.regularizers.l1`
 * @example
 * regularizers.l1(0.01) instanceof regularizers.L1 // true
 */
export const l1 = withoutNew(L1);

/**
 * L1L2 under Keras's second name, with or without `new`.
 *
 * @param args Those of `L1L2`.
 * @returns A new `L1L2`.
 * @throws {TypeError} An argument that L1L2 does not take.
 * @see `keras.regularizers.l1_l2`
 * @example
 * regularizers.l1L2(0.01, 0.01) instanceof regularizers.L1L2 // true
 */
export const l1L2 = withoutNew(L1L2);

/**
 * L2 under Keras's second name, with or without `new`.
 *
 * @param args Those of `L2`.
 * @returns A new `L2`.
 * @throws {TypeError} An argument that L2 does not take.
 * @see `keras.regularizers.l2`
 * @example
 * regularizers.l2(1e-3) instanceof regularizers.L2 // true
 */
export const l2 = withoutNew(L2);

/**
 * OrthogonalRegularizer under Keras's second name, with or without `new`.
 *
 * @param args Those of `OrthogonalRegularizer`.
 * @returns A new `OrthogonalRegularizer`.
 * @throws {TypeError} An argument that OrthogonalRegularizer does not take.
 * @see `keras.regularizers.orthogonal_regularizer`
 * @example
 * regularizers.orthogonalRegularizer({ factor: 0.1 }) instanceof regularizers.OrthogonalRegularizer // true
 */
export const orthogonalRegularizer = withoutNew(OrthogonalRegularizer);
