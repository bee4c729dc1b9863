/** @file `timeseriesDatasetFromArray`: windows over a series as a data set. */
import { checked } from '../core/arguments.js';
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { Dataset, isArrayData, takeRows } from '../data/index.js';
import { makeDefaultSeed } from '../random/global_state.js';
import { MersenneTwister } from '../random/mersenne_twister.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { toTensor } from '../runtime/index.js';

/** Options of `timeseriesDatasetFromArray(data, targets, sequenceLength, options)`. */
export interface TimeseriesDatasetOptions {
  /** Steps between the first steps of two windows. Default 1. */
  readonly sequenceStride?: number;
  /** Steps between two steps of one window. Default 1. */
  readonly samplingRate?: number;
  /** Windows a batch; null: single windows. Default 128. */
  readonly batchSize?: number | null;
  /** Whether the windows come in random order. Default false. */
  readonly shuffle?: boolean;
  /** Seed of the order. Default: a random one. */
  readonly seed?: number | null;
  /** The first step of the series that is used. Default: the first there is. */
  readonly startIndex?: number | null;
  /** The step before which the series ends. Default: its length. */
  readonly endIndex?: number | null;
  /** Whose data set Keras gives. There is one kind here, so both give the same. Default `'tf'`. */
  readonly format?: 'tf' | 'grain';
}

const OPTIONS = ['sequenceStride', 'samplingRate', 'batchSize', 'shuffle', 'seed', 'startIndex', 'endIndex', 'format'] as const; // prettier-ignore

function windowsOf(
  data: TensorLike,
  targets: null,
  sequenceLength: number,
  options?: TimeseriesDatasetOptions,
): Dataset<Tensor>;
function windowsOf(
  data: TensorLike,
  targets: TensorLike,
  sequenceLength: number,
  options?: TimeseriesDatasetOptions,
): Dataset<[Tensor, Tensor]>;
function windowsOf(
  data: TensorLike,
  targets: TensorLike | null,
  sequenceLength: number,
  options: TimeseriesDatasetOptions = {},
): Dataset<Tensor> | Dataset<[Tensor, Tensor]> {
  const name = 'timeseriesDatasetFromArray';
  const { sequenceStride = 1, samplingRate = 1, batchSize = 128, shuffle = false, seed = null, startIndex = null, endIndex = null, format = 'tf' } = options; // prettier-ignore
  if (!['tf', 'grain'].includes(format))
    throw new ValueError(`${name}: format=${describe(format)}. Expected 'tf' or 'grain'.`);
  for (const [what, value] of [['data', data], ['targets', targets]] as const) {
    if (!isArrayData(value) || (what === 'data' && value === null))
      throw new ValueError(`${name}: ${what} is ${describe(value)}. Expected an array with the steps along its first axis.`);
  } // prettier-ignore
  const series = toTensor(data, null, `${name}: data`);
  const length = series.shape[0];
  const whole = (option: string, value: number, least: number, most: number): number => {
    if (!Number.isInteger(value) || value < least || value > most)
      throw new ValueError(
        `${name}: ${option}=${describe(value)}, for data of length ${length}. Expected a whole number from ${least} to ${most}.`,
      );
    return value;
  };
  whole('sequenceLength', sequenceLength, 1, Infinity);
  whole('samplingRate', samplingRate, 1, length - 1);
  whole('sequenceStride', sequenceStride, 1, length - 1);
  const first = startIndex === null ? 0 : whole('startIndex', startIndex, 0, length - 1);
  const end = endIndex === null ? length : whole('endIndex', endIndex, first + 1, length - 1);
  if (batchSize !== null) whole('batchSize', batchSize, 1, Infinity);

  const labels = targets === null ? null : toTensor(targets, null, `${name}: targets`);
  let windows = end - first - (sequenceLength - 1) * samplingRate;
  // Keras counts the targets before startIndex as well, and fails when it reads beyond the last one.
  if (labels !== null) windows = Math.min(windows, labels.shape[0] - first);
  const count = Math.max(0, Math.ceil(windows / sequenceStride));
  if (count === 0) {
    throw new ValueError(
      `${name}: no window fits: ${sequenceLength} steps, ${samplingRate} apart, into ${end - first} of data` +
        `${labels === null ? '' : ` with ${labels.shape[0]} targets`}. Give a smaller sequenceLength or samplingRate.`,
    );
  }
  const drawn = seed ?? makeDefaultSeed() % 1_000_000;
  let starts = Int32Array.from({ length: count }, (_, i) => i * sequenceStride);
  if (shuffle) {
    const twister = new MersenneTwister();
    twister.seedByNumber(drawn); // as numpy.random.RandomState(seed).shuffle
    const order = twister.permutation(count);
    starts = starts.map((_, i) => order[i] * sequenceStride);
  }
  const windowAt = (start: number): Tensor =>
    takeRows(
      series,
      Int32Array.from({ length: sequenceLength }, (_, i) => first + start + i * samplingRate),
    );
  const targetAt = (start: number): Tensor => {
    const row = takeRows(labels!, Int32Array.of(first + start));
    return row.reshape(row.shape.slice(1));
  };
  const mixed = <E>(dataset: Dataset<E>): Dataset<E> =>
    shuffle ? dataset.shuffle(batchSize === null ? 1024 : batchSize * 8, { seed: drawn }) : dataset;
  const positions = Dataset.fromList(Array.from(starts))._dependingOn([
    series,
    labels,
    first,
    sequenceLength,
    samplingRate,
  ]);
  if (labels === null) {
    const all = mixed(positions.map(windowAt));
    return batchSize === null ? all : all.batch(batchSize);
  }
  const all = mixed(positions.map((start): [Tensor, Tensor] => [windowAt(start), targetAt(start)]));
  return batchSize === null ? all : all.batch(batchSize);
}

/**
 * Windows of a series: window i holds the steps from `i * sequenceStride` on, `samplingRate` apart; its target is the target of its first
 * step.
 *
 * @param data The series, with steps along its first axis.
 * @param targets What belongs to each step, so that `targets[i]` belongs to the window that begins at step i; null: windows alone.
 *   Targets that lie ahead are given by an offset: `timeseriesDatasetFromArray(data.slice(0, -10), data.slice(10), 10)`.
 * @param sequenceLength Steps a window.
 * @param options See {@link TimeseriesDatasetOptions}.
 * @returns A `Dataset` of `[windows, targets]`: (batch, sequenceLength, …) and (batch, …); of windows alone without targets.
 * @throws {ValueError} A number does not fit the length of the series.
 * @see `keras.utils.timeseries_dataset_from_array`
 * @example
 * const windows = timeseriesDatasetFromArray(tensor([0, 1, 2, 3, 4, 5]), null, 3, { sequenceStride: 2 });
 * const [x] = await windows.toArray();
 * x  // [[0, 1, 2], [2, 3, 4]]
 */
export const timeseriesDatasetFromArray = checked('timeseriesDatasetFromArray', windowsOf, OPTIONS);
