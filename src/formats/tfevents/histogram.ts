/** @file Histograms as TensorBoard shows them: equal buckets from the smallest to the largest value. */

/** The default number of buckets of TensorBoard's histograms. */
export const BUCKETS = 30;

/**
 * `[left, right, count]` of each bucket, one after the other. Where all values are the same, every bucket is that point and the last one
 * holds the count; without values all is 0. NaN and infinities are left out.
 *
 * @see tensorboard.plugins.histogram: histogram data, version 3
 */
export function histogramOf(values: ArrayLike<number>, buckets = BUCKETS): Float64Array {
  const table = new Float64Array(buckets * 3);
  let least = Infinity;
  let most = -Infinity;
  let counted = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    counted++;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (counted === 0 || buckets === 0) return table;
  const range = most - least;
  if (range === 0) {
    for (let b = 0; b < buckets; b++) table.set([least, least, b === buckets - 1 ? counted : 0], b * 3);
    return table;
  }
  const width = range / buckets;
  for (let b = 0; b < buckets; b++)
    table.set([least + b * width, b === buckets - 1 ? most : least + (b + 1) * width, 0], b * 3);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    const bucket = Math.min(buckets - 1, Math.floor((value - least) / width));
    table[bucket * 3 + 2]++;
  }
  return table;
}
