/** @file Batches of `[x, y, sampleWeight]`, packed and unpacked as `trainStep` gets them. */
import { checked } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';

/**
 * `[x]`, `[x, y]` or `[x, y, sampleWeight]`: as few parts as say all. `x` alone, unless it is itself a list.
 *
 * @param x The inputs.
 * @param options `y`: the targets. `sampleWeight`: the weights of samples. Default null.
 * @returns What `fit` takes as one batch.
 * @see `keras.utils.pack_x_y_sample_weight`
 * @example
 * utils.packXYSampleWeight(1, { y: 2 }) // [1, 2]
 */
export const packXYSampleWeight = checked(
  'packXYSampleWeight',
  (
    x: unknown,
    { y = null, sampleWeight = null }: { readonly y?: unknown; readonly sampleWeight?: unknown } = {},
  ): unknown => {
    if (y === null) return Array.isArray(x) ? [x] : x;
    return sampleWeight === null ? [x, y] : [x, y, sampleWeight];
  },
);

/**
 * The three parts of a batch; null for those that it does not have.
 *
 * @param data A batch: a list of up to three parts, or the inputs alone.
 * @returns [x, y, sampleWeight].
 * @throws {ValueError} A list of more than three.
 * @see `keras.utils.unpack_x_y_sample_weight`
 * @example
 * utils.unpackXYSampleWeight([1, 2]) // [1, 2, null]
 */
export const unpackXYSampleWeight = checked('unpackXYSampleWeight', function unpackXYSampleWeight(data: unknown): [
  x: unknown,
  y: unknown,
  sampleWeight: unknown,
] {
  if (!Array.isArray(data)) return [data, null, null];
  if (data.length < 1 || data.length > 3) {
    throw new ValueError(
      `unpackXYSampleWeight: data of ${data.length} parts. Expected [x], [x, y] or [x, y, sampleWeight].`,
    );
  }
  const [x, y = null, sampleWeight = null] = data as unknown[];
  return [x, y, sampleWeight];
});
