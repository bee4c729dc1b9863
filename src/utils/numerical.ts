/** @file `toCategorical` and `normalize`: labels and vectors made ready for training. */
import { isDict } from '../core/tree.js';
import { describe } from '../core/describe.js';
import { checked, refuseOthers } from '../core/arguments.js';
import { allocate } from '../core/dtype.js';
import { floatx } from '../core/config.js';
import { TypeError, ValueError } from '../core/errors.js';
import { ndarray } from '../core/ndarray.js';
import { formatShape } from '../core/shape.js';
import * as ops from '../ops/index.js';
import type { TensorLike } from '../runtime/index.js';
import { Tensor, toTensor } from '../runtime/index.js';

/** Options of `toCategorical`. */
export interface ToCategoricalOptions {
  /** Length of the new axis. Default: the largest label + 1. */
  readonly numClasses?: number | null;
}

/**
 * Labels as vectors that are 1 at the label and 0 elsewhere, for `'categorical_crossentropy'`.
 *
 * @param x Whole numbers from 0, of any shape; a last axis of 1 goes away.
 * @param given `numClasses`, or the number itself.
 * @returns Shape of `x` with an axis of `numClasses` at the end; dtype `floatx()` (Keras: float64 for NumPy arrays).
 * @throws {ValueError} A label is no whole number, or lies outside of 0 … `numClasses` − 1.
 * @see `keras.utils.to_categorical`
 * @example
 * toCategorical([0, 2], { numClasses: 3 })  // [[1 0 0] [0 0 1]]
 */
export const toCategorical = checked(
  'toCategorical',
  (x: TensorLike, given: ToCategoricalOptions | number | null = null): Tensor => {
    const options = typeof given === 'number' || given === null ? { numClasses: given } : given;
    if (!isDict(options))
      throw new TypeError(
        `toCategorical: options are one object: toCategorical(x, { numClasses: 3 }). Got ${describe(options)}.`,
      );
    refuseOthers('toCategorical', options, ['numClasses']);
    const wanted = (options as ToCategoricalOptions).numClasses ?? null;
    if (wanted !== null && !(Number.isInteger(wanted) && wanted > 0))
      throw new ValueError(`toCategorical: numClasses=${describe(wanted)}. Expected a positive whole number.`);
    const labels = toTensor(x, null, 'toCategorical');
    const shape = labels.ndim > 1 && labels.shape.at(-1) === 1 ? labels.shape.slice(0, -1) : labels.shape;
    if (labels.isTraced) {
      if (wanted === null)
        throw new ValueError('toCategorical: numClasses is needed where the labels are not there yet.');
      return ops.oneHot(ops.reshape(labels, shape), wanted);
    }
    const { data } = labels.ndarray;
    let largest = -1;
    for (const label of data) {
      if (!Number.isInteger(label) || label < 0)
        throw new ValueError(`toCategorical: the label ${label} is none. Expected whole numbers from 0.`);
      if (label > largest) largest = label;
    }
    const classes = wanted ?? largest + 1;
    if (largest >= classes)
      throw new ValueError(`toCategorical: the label ${largest} is out of range for numClasses=${classes}.`);
    const result = allocate(floatx(), data.length * classes);
    data.forEach((label: number, i: number) => {
      result[i * classes + label] = 1;
    });
    return Tensor.fromArray(ndarray(floatx(), [...shape, classes], result));
  },
);

/** Options of `normalize`. */
export interface NormalizeOptions {
  /** Default -1. */
  readonly axis?: number;
  /** Which norm: the order-th root of the sum of powers. Default 2. */
  readonly order?: number;
}

/**
 * Vectors along an axis, scaled to norm 1. Zero vectors stay.
 *
 * @param x At least one axis.
 * @param options `axis`: default −1. `order`: of the norm; default 2.
 * @returns The shape of `x`.
 * @throws {ValueError} A scalar, which has no axis.
 * @see `keras.utils.normalize`
 * @example
 * normalize([[3, 4]])  // [[0.6 0.8]]
 */
export const normalize = checked(
  'normalize',
  (x: TensorLike, { axis = -1, order = 2 }: NormalizeOptions = {}): Tensor => {
    const t = toTensor(x, null, 'normalize');
    if (t.ndim === 0)
      throw new ValueError(`normalize: a tensor of shape ${formatShape(t.shape)} has no axis to normalize.`);
    return ops.normalize(t, { axis, order });
  },
);
