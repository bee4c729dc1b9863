/** @file `padSequences`: lists of different lengths as one tensor. */
import { checked } from '../core/arguments.js';
import { describe } from '../core/describe.js';
import type { DType } from '../core/dtype.js';
import { allocate, roundTo, standardizeDType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { ndarray } from '../core/ndarray.js';
import { formatShape, sameShape, sizeOf } from '../core/shape.js';
import type { TensorLike } from '../runtime/index.js';
import { Tensor, toTensor } from '../runtime/index.js';

/** Options of `padSequences`. */
export interface PadSequencesOptions {
  /** Length of all sequences afterwards. Default: that of the longest. */
  readonly maxlen?: number | null;
  /** Default `'int32'`. */
  readonly dtype?: DType;
  /** Whether short sequences are filled at the start or at the end. Default `'pre'`. */
  readonly padding?: 'pre' | 'post';
  /** Whether long sequences are cut at the start or at the end. Default `'pre'`. */
  readonly truncating?: 'pre' | 'post';
  /** What is filled in. Default 0. */
  readonly value?: number;
}

/**
 * Sequences of different lengths as one tensor.
 *
 * @param sequences A list of lists; the items may be numbers, or lists of one shape.
 * @param options See {@link PadSequencesOptions}.
 * @returns Shape (sequences, maxlen, …shape of an item).
 * @throws {ValueError} Items of different shapes, or an option out of range.
 * @see `keras.utils.pad_sequences`
 * @example
 * padSequences([[1], [2, 3]])  // [[0 1] [2 3]]
 */
export const padSequences = checked(
  'padSequences',
  (sequences: readonly TensorLike[], options: PadSequencesOptions = {}): Tensor => {
    const { dtype = 'int32', padding = 'pre', truncating = 'pre', value = 0 } = options;
    const owner = 'padSequences';
    if (!Array.isArray(sequences)) throw new ValueError(`${owner}: sequences must be a list. Got ${typeof sequences}.`);
    for (const [name, side] of Object.entries({ padding, truncating }))
      if (!['pre', 'post'].includes(side))
        throw new ValueError(`${owner}: ${name}='${side}'. Expected 'pre' or 'post'.`);
    const type = standardizeDType(dtype, owner);
    const parts = (sequences as readonly TensorLike[]).map((x) => toTensor(x, null, owner));
    const scalar = parts.findIndex((x) => x.ndim === 0);
    if (scalar >= 0)
      throw new ValueError(
        `${owner}: sequences must be a list of lists, but its item ${scalar} is the number ${String(parts[scalar])}.`,
      );
    const filled = parts.filter((x) => x.shape[0] > 0);
    const maxlen = options.maxlen ?? Math.max(0, ...parts.map((x) => x.shape[0]));
    if (!Number.isInteger(maxlen) || maxlen < 0)
      throw new ValueError(`${owner}: maxlen=${describe(maxlen)}. Expected a whole number from 0.`);
    const itemShape = filled.length > 0 ? filled[0].shape.slice(1) : [];
    const itemSize = sizeOf(itemShape);
    const data = allocate(type, parts.length * maxlen * itemSize).fill(roundTo(type, value));
    parts.forEach((x, i) => {
      const length = x.shape[0];
      if (length === 0) return;
      if (!sameShape(x.shape.slice(1), itemShape)) {
        throw new ValueError(
          `${owner}: the items of sequence ${i} have shape ${formatShape(x.shape.slice(1))}, those of the first ${formatShape(itemShape)}.`,
        );
      }
      const kept = Math.min(length, maxlen);
      const from = truncating === 'pre' ? length - kept : 0;
      const to = padding === 'pre' ? maxlen - kept : 0;
      const source = x.ndarray.data;
      for (let k = 0; k < kept * itemSize; k++)
        data[(i * maxlen + to) * itemSize + k] = roundTo(type, source[from * itemSize + k]);
    });
    return Tensor.fromArray(ndarray(type, [parts.length, maxlen, ...itemShape], data));
  },
  ['maxlen', 'dtype', 'padding', 'truncating', 'value'],
);
