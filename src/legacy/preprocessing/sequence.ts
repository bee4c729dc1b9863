/** @file `keras.preprocessing.sequence` of Keras 2: pairs of words, and windows of series. */
import { checkMethods } from '../../core/methods.js';
import { checked, checkedOptions } from '../../core/arguments.js';
import { describe } from '../../core/describe.js';
import { ValueError } from '../../core/errors.js';
import type { Batch, PyDatasetOptions } from '../../data/index.js';
import { PyDataset } from '../../data/index.js';
import * as ops from '../../ops/index.js';
import { makeDefaultSeed, randomOrder } from '../../random/global_state.js';
import { MersenneTwister } from '../../random/mersenne_twister.js';
import type { TensorLike, Tensor } from '../../runtime/index.js';
import { tensor, toTensor } from '../../runtime/index.js';

/**
 * How likely each word is to be taken, by its place in the order of frequency, as word2vec has it: frequent ones are left out more often.
 *
 * @param size How many words there are.
 * @param options `samplingFactor`: default 1e-5.
 * @returns A list: entry i is the probability for the i-th most frequent word.
 * @throws {ValueError} `size` is no whole number from 1.
 * @see `keras.preprocessing.sequence.make_sampling_table` of Keras 2
 * @example
 * preprocessing.sequence.makeSamplingTable(3)[2] // 0.005476
 */
export const makeSamplingTable = checked(
  'makeSamplingTable',
  (size: number, { samplingFactor = 1e-5 }: { readonly samplingFactor?: number } = {}): number[] => {
    if (!Number.isInteger(size) || size < 1)
      throw new ValueError(`makeSamplingTable: size=${describe(size)}. Expected a whole number from 1.`);
    return Array.from({ length: size }, (_, i) => {
      const rank = Math.max(1, i); // 0 is no word
      // Zipf's law: the frequency of a rank, by Euler's constant.
      const inverse = rank * (Math.log(rank) + 0.577) + 0.5 - 1 / (12 * rank);
      return Math.min(1, Math.sqrt(samplingFactor * inverse));
    });
  },
);

/** Options of `skipgrams`. */
export interface SkipgramsOptions {
  /** How far apart the words of a pair may be. Default 4. */
  readonly windowSize?: number;
  /** How many wrong pairs there are for each right one. Default 1. */
  readonly negativeSamples?: number;
  /** Whether the pairs are mixed. Default true. */
  readonly shuffle?: boolean;
  /** Whether labels are [0, 1] and [1, 0] in place of 1 and 0. Default false. */
  readonly categorical?: boolean;
  /** How likely each word is to be taken, as of `makeSamplingTable`. Default null: always. */
  readonly samplingTable?: ArrayLike<number> | null;
  /** For equal pairs in equal order. Default null: another one each time. */
  readonly seed?: number | null;
}

/**
 * Pairs of words that stand near each other, and pairs with random words, to learn vectors of words from.
 *
 * @param sequence Numbers of words; 0 is no word.
 * @param vocabularySize The largest number + 1.
 * @param options See {@link SkipgramsOptions}. The order of the same pairs for a seed is that of Python.
 * @returns `[couples, labels]`: lists of pairs, and of 1 (near) and 0 (random).
 * @throws {ValueError} `vocabularySize` is below 2 where random words are wanted.
 * @see `keras.preprocessing.sequence.skipgrams` of Keras 2
 * @example
 * const [couples] = preprocessing.sequence.skipgrams([1, 2], 3, { negativeSamples: 0, shuffle: false });
 * couples // [[1, 2], [2, 1]]
 */
export const skipgrams = checked(
  'skipgrams',
  (
    sequence: ArrayLike<number>,
    vocabularySize: number,
    options: SkipgramsOptions = {},
  ): [couples: [number, number][], labels: (number | [number, number])[]] => {
    const { windowSize = 4, negativeSamples = 1, shuffle = true, categorical = false } = options;
    const { samplingTable = null } = options;
    const seed = options.seed ?? makeDefaultSeed();
    const stream = (): MersenneTwister => {
      const twister = new MersenneTwister();
      twister.seedByArray([seed]);
      return twister;
    };
    const draws = stream();
    const couples: [number, number][] = [];
    for (let i = 0; i < sequence.length; i++) {
      if (!sequence[i] || (samplingTable !== null && samplingTable[sequence[i]] < draws.next() / 2 ** 32)) continue;
      for (let j = Math.max(0, i - windowSize); j < Math.min(sequence.length, i + windowSize + 1); j++)
        if (j !== i && sequence[j]) couples.push([sequence[i], sequence[j]]);
    }
    const label = (near: 0 | 1): number | [number, number] => (categorical ? [1 - near, near] : near);
    const labels = couples.map(() => label(1));
    const wrong = Math.trunc(couples.length * negativeSamples);
    if (wrong > 0) {
      if (!Number.isInteger(vocabularySize) || vocabularySize < 2)
        throw new ValueError(`skipgrams: vocabularySize=${describe(vocabularySize)}. Expected a whole number from 2.`);
      const words = shuffled(
        couples.map(([word]) => word),
        draws,
      );
      for (let i = 0; i < wrong; i++) {
        couples.push([words[i % words.length], draws.randint(1, vocabularySize - 1)]);
        labels.push(label(0));
      }
    }
    return shuffle ? [shuffled(couples, stream()), shuffled(labels, stream())] : [couples, labels];
  },
  ['windowSize', 'negativeSamples', 'shuffle', 'categorical', 'samplingTable', 'seed'],
);

/** A list in random order, as Python's `random.shuffle` mixes. */
function shuffled<T>(list: readonly T[], twister: MersenneTwister): T[] {
  const mixed = [...list];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = twister.randint(0, i);
    [mixed[i], mixed[j]] = [mixed[j], mixed[i]];
  }
  return mixed;
}

/** Options of `new TimeseriesGenerator(data, targets, length, options)`. */
export interface TimeseriesGeneratorOptions extends PyDatasetOptions {
  /** Time steps between the entries of a window. Default 1. */
  readonly samplingRate?: number;
  /** Time steps between windows. Default 1. */
  readonly stride?: number;
  /** What comes before is not used. Default 0. */
  readonly startIndex?: number;
  /** What comes after is not used. Default null: the last. */
  readonly endIndex?: number | null;
  /** Whether windows are drawn at random. Default false. */
  readonly shuffle?: boolean;
  /** Whether each window runs backwards. Default false. */
  readonly reverse?: boolean;
  /** Windows a batch. Default 128. */
  readonly batchSize?: number;
}

/**
 * Batches of windows of a series, each with the target of the step that follows it.
 *
 * @param data Time steps along the first axis.
 * @param targets One for each time step.
 * @param length Time steps of a window.
 * @param options See {@link TimeseriesGeneratorOptions}.
 * @returns A data set of batches, for `fit`, `evaluate` and `predict`.
 * @throws {ValueError} Data and targets are not equally long, or no window fits.
 * @see `keras.preprocessing.sequence.TimeseriesGenerator` of Keras 2; `utils.timeseriesDatasetFromArray` is its successor
 * @example
 * const windows = new preprocessing.sequence.TimeseriesGenerator([1, 2, 3, 4], [10, 20, 30, 40], 2, { batchSize: 8 });
 * windows.getItem(0); // [[[1 2] [2 3]], [30 40]]
 */
export class TimeseriesGenerator extends PyDataset {
  static readonly positional = ['data', 'targets', 'length'];
  readonly data: Tensor;
  readonly targets: Tensor;
  readonly windowLength: number;
  readonly samplingRate: number;
  readonly stride: number;
  /** The first step whose target is used. */
  readonly startIndex: number;
  readonly endIndex: number;
  readonly shuffle: boolean;
  readonly reverse: boolean;
  readonly batchSize: number;

  constructor(data: TensorLike, targets: TensorLike, length: number, options: TimeseriesGeneratorOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 3);
    const { samplingRate = 1, stride = 1, startIndex = 0, endIndex = null, shuffle = false, ...others } = options;
    const { reverse = false, batchSize = 128, ...rest } = others;
    super(rest);
    const counts = { length, samplingRate, stride, batchSize };
    for (const [name, value] of Object.entries(counts))
      if (!Number.isInteger(value) || value < 1)
        throw new ValueError(`TimeseriesGenerator: ${name}=${describe(value)}. Expected a whole number from 1.`);
    this.data = toTensor(data, null, 'TimeseriesGenerator');
    this.targets = toTensor(targets, null, 'TimeseriesGenerator');
    const steps = this.data.shape[0] ?? 0;
    if (steps !== (this.targets.shape[0] ?? 0))
      throw new ValueError(
        `TimeseriesGenerator: ${steps} time steps of data, ${this.targets.shape[0] ?? 0} targets. Give one target for each time step.`,
      );
    this.windowLength = length;
    this.samplingRate = samplingRate;
    this.stride = stride;
    this.startIndex = startIndex + length;
    this.endIndex = endIndex ?? steps - 1;
    this.shuffle = shuffle;
    this.reverse = reverse;
    this.batchSize = batchSize;
    if (this.startIndex > this.endIndex || this.endIndex >= steps)
      throw new ValueError(
        `TimeseriesGenerator: windows would begin at ${startIndex} and end by ${this.endIndex} of ${steps} time steps: none of ` +
          `length=${length} fits. Take a shorter length, or more data.`,
      );
  }

  override get length(): number {
    const each = this.batchSize * this.stride;
    return Math.floor((this.endIndex - this.startIndex + each) / each);
  }

  /** Windows and their targets: shapes (batch, entries of a window, …) and (batch, …). */
  override getItem(index: number): Batch {
    const span = this.endIndex - this.startIndex + 1;
    const begin = this.startIndex + this.batchSize * this.stride * index;
    const rows = this.shuffle
      ? Array.from({ length: this.batchSize }, () => this.startIndex + (span === 1 ? 0 : randomOrder(span)[0]))
      : Array.from(
          {
            length: Math.max(
              0,
              Math.ceil((Math.min(begin + this.batchSize * this.stride, this.endIndex + 1) - begin) / this.stride),
            ),
          },
          (_, i) => begin + i * this.stride,
        );
    const entries = Math.ceil(this.windowLength / this.samplingRate);
    const places = rows.map((row) => {
      const window = Array.from({ length: entries }, (_, i) => row - this.windowLength + i * this.samplingRate);
      return this.reverse ? window.reverse() : window;
    });
    const at = (
      from: Tensor,
      where: number | readonly number[] | readonly (readonly number[])[],
      shape: number[],
    ): Tensor => ops.take(from, ops.reshape(tensor(where, { dtype: 'int32' }), shape), { axis: 0 });
    return [at(this.data, places, [rows.length, entries]), at(this.targets, rows, [rows.length])] as unknown as Batch;
  }

  /** The options, and data and targets as texts in JSON, in Keras's words. */
  getConfig(): Record<string, unknown> {
    return {
      data: JSON.stringify(this.data.arraySync()),
      targets: JSON.stringify(this.targets.arraySync()),
      length: this.windowLength,
      sampling_rate: this.samplingRate,
      stride: this.stride,
      start_index: this.startIndex,
      end_index: this.endIndex,
      shuffle: this.shuffle,
      reverse: this.reverse,
      batch_size: this.batchSize,
    };
  }

  /** `getConfig` as JSON. */
  toJson(): string {
    return JSON.stringify({ class_name: 'TimeseriesGenerator', config: this.getConfig() });
  }
}

checkMethods(TimeseriesGenerator);
