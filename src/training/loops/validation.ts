/** @file The validation of `fit`: which samples, in which epochs, and its programs made ahead of time. */
import { describe } from '../../core/describe.js';
import { ValueError } from '../../core/errors.js';
import type { ArrayCounts, DataLike, DataSource } from '../../data/index.js';
import { getDataAdapter, isArrayData, mapRows, sliceRows } from '../../data/index.js';
import type { EpochIterator } from '../epoch_iterator.js';
import type { TrainingSession } from '../session.js';

/**
 * Make the programs of validation on arrays before they are needed. Whatever is wrong with them is said when they are.
 *
 * @returns When they are made. All work is done at once where the model is built.
 */
export async function makeValidationReady(
  session: TrainingSession,
  { adapter, takesWholeEpochs }: EpochIterator,
): Promise<void> {
  const { whole } = adapter;
  if (whole === undefined || !takesWholeEpochs) return;
  try {
    const steps = await session.steps('test', adapter);
    const resident = steps.resident(whole);
    try {
      resident?.makeReady();
    } finally {
      resident?.release();
    }
  } catch {
    // Validation will fail in the same way, at its place.
  }
}

/** The last part of the arrays for validation, the first for training. */
export function splitForValidation(
  [x, y, sampleWeight]: readonly [DataSource, DataLike, DataLike],
  part: number,
  counts: ArrayCounts,
): {
  readonly training: readonly [DataLike, DataLike, DataLike];
  readonly validation: readonly [DataLike, DataLike, DataLike];
} {
  if (typeof part !== 'number' || !(part > 0 && part < 1))
    throw new ValueError(`fit: validationSplit=${describe(part)}. Expected a part of the samples, in (0, 1).`);
  if (!isArrayData(x)) {
    throw new ValueError('fit: validationSplit is only for arrays. Give validationData for generators and data sets.');
  }
  const { arrays, numSamples: count } = getDataAdapter(x, 'fit', { y, sampleWeight, counts }).whole!; // refuses unlike lengths
  const at = Math.floor(count * (1 - part));
  if (at === 0 || at === count) {
    throw new ValueError(
      `fit: ${count} samples are not enough to keep a part of ${part} of them for validation. Give more data or another validationSplit.`,
    );
  }
  const rows = (start: number, stop: number): readonly [DataLike, DataLike, DataLike] => {
    const [xs, ys, ws] = arrays.map((tree) => mapRows(tree, (t) => sliceRows(t, start, stop)) as DataLike);
    return [xs, ys, ws];
  };
  return { training: rows(0, at), validation: rows(at, count) };
}

/** @param frequency Each n-th epoch, or a list of epochs counted from 1. */
export function isValidationEpoch(epoch: number, frequency: number | readonly number[]): boolean {
  if (typeof frequency === 'number') return (epoch + 1) % frequency === 0;
  return frequency.includes(epoch + 1);
}
