/** @file `splitDataset`: data in two parts. */
import { checked } from '../core/arguments.js';
import { describe } from '../core/describe.js';
import { refuseUnknownOptions, TypeError, ValueError } from '../core/errors.js';
import type { SliceOf } from '../data/index.js';
import { Dataset, isArrayData } from '../data/index.js';
import { MersenneTwister } from '../random/mersenne_twister.js';
import { makeDefaultSeed } from '../random/global_state.js';

/** Options of `splitDataset(dataset, options)`. One of the sizes must be given. */
export interface SplitDatasetOptions {
  /** Elements of the first part: a number of them, or a fraction in (0, 1). Default: what the second leaves. */
  readonly leftSize?: number | null;
  /** Elements of the second part, likewise. Default: what the first leaves. */
  readonly rightSize?: number | null;
  /** Whether the elements are mixed before they are split. Default false. */
  readonly shuffle?: boolean;
  /** Seed of the mixing: the same order as Keras's for the same seed. Default: a random one. */
  readonly seed?: number | null;
  /** Whose data sets Keras gives: `'tensorflow'` or `'torch'`. There is one kind here, which both name. */
  readonly preferredBackend?: 'tensorflow' | 'torch' | 'jax' | 'numpy' | null;
}

const OPTIONS = ['leftSize', 'rightSize', 'shuffle', 'seed', 'preferredBackend'] as const;
const BACKENDS: readonly string[] = ['tensorflow', 'torch', 'jax', 'numpy'];

/** Python's `round`: ties go to the even number. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  return x - floor === 0.5 ? floor + (floor % 2) : Math.round(x);
}

function checkSize(name: 'leftSize' | 'rightSize', size: number | null, total: number): void {
  if (size === null) return;
  if (typeof size !== 'number')
    throw new TypeError(`splitDataset: ${name}=${describe(size)}. Expected a number, or null.`);
  const isFraction = size > 0 && size < 1;
  if (!isFraction && !(Number.isInteger(size) && size > 0 && size < total)) {
    throw new ValueError(
      `splitDataset: ${name} should be either a positive integer smaller than ${total}, or a fraction between 0 and 1. Received: ${name}=${size}`,
    );
  }
}

/** How many elements go to the left and to the right. */
function sizesOf(left: number | null, right: number | null, total: number): [left: number, right: number] {
  if (left === null && right === null)
    throw new ValueError('splitDataset: at least one of leftSize and rightSize must be given.');
  checkSize('leftSize', left, total);
  checkSize('rightSize', right, total);
  if (left !== null && right !== null && left < 1 && right < 1 && left + right > 1)
    throw new ValueError(`splitDataset: the sum of leftSize=${left} and rightSize=${right} is greater than 1.`);
  const count = (size: number | null): number | null =>
    size !== null && size < 1 ? roundHalfEven(size * total) : size;
  const [leftCount, rightCount] = [count(left), count(right)];
  const leftElements = leftCount ?? total - rightCount!;
  const rightElements = rightCount ?? total - leftCount!;
  if (leftElements + rightElements > total) {
    throw new ValueError(
      `splitDataset: ${leftElements} elements on the left and ${rightElements} on the right are more than the ${total} there are.`,
    );
  }
  for (const [side, size] of [['left', leftElements], ['right', rightElements]] as const) {
    if (size === 0) throw new ValueError(`splitDataset: of ${total} elements the ${side} part would get none. Give other sizes.`);
  } // prettier-ignore
  return [leftElements, rightElements];
}

/**
 * The first elements of data in one data set, the last ones in another.
 *
 * @param dataset Arrays of one length (a tensor, or a list or dict of arrays), or a `Dataset`, whose elements are split as they are: give
 *   samples, and batch the parts. A data set of unknown length, or one that is mixed, is read first.
 * @param options See {@link SplitDatasetOptions}.
 * @returns `[left, right]`.
 * @throws {ValueError} The sizes do not fit the data.
 * @see `keras.utils.split_dataset`
 * @example
 * const [train, test] = await splitDataset([tensor([[1], [2], [3], [4]]), tensor([1, 2, 3, 4])], { leftSize: 0.75 });
 * [train.cardinality(), test.cardinality()]  // [3, 1]
 */
export const splitDataset = checked(
  'splitDataset',
  async <const T>(
    dataset: Dataset<T> | T,
    options: SplitDatasetOptions = {},
  ): Promise<
    [
      left: Dataset<T extends Dataset<infer E> ? E : SliceOf<T>>,
      right: Dataset<T extends Dataset<infer E> ? E : SliceOf<T>>,
    ]
  > => {
    type Element = T extends Dataset<infer E> ? E : SliceOf<T>;
    const {
      leftSize = null,
      rightSize = null,
      shuffle = false,
      seed = null,
      preferredBackend = null,
      ...rest
    } = options;
    refuseUnknownOptions('splitDataset', rest, OPTIONS);
    if (preferredBackend !== null && !BACKENDS.includes(preferredBackend))
      throw new ValueError(
        `splitDataset: preferredBackend=${describe(preferredBackend)}. Expected ${BACKENDS.map(describe).join(', ')} or null; all give the same.`,
      );
    if (!(dataset instanceof Dataset) && !isArrayData(dataset))
      throw new TypeError(
        `splitDataset: got ${describe(dataset)}. Expected a Dataset, an array, or a list or dict of arrays.`,
      );
    const source = (dataset instanceof Dataset ? dataset : Dataset.fromTensorSlices(dataset)) as Dataset<Element>;
    const known = source.cardinality();
    if (known === Infinity) throw new ValueError('splitDataset: the data set has no end. Use take(n) first.');
    if (known !== null && !shuffle) {
      const [left, right] = sizesOf(leftSize, rightSize, known);
      return [source.take(left), source.skip(known - right)];
    }
    const elements = await source.toArray();
    const [left, right] = sizesOf(leftSize, rightSize, elements.length);
    if (shuffle) {
      // As Python's random.shuffle after random.seed(seed).
      const twister = new MersenneTwister();
      twister.seedByArray([seed ?? makeDefaultSeed() % 1_000_001]);
      for (let i = elements.length - 1; i > 0; i--) {
        const j = twister.randint(0, i);
        [elements[i], elements[j]] = [elements[j], elements[i]];
      }
    }
    return [Dataset.fromList(elements.slice(0, left)), Dataset.fromList(elements.slice(elements.length - right))];
  },
  OPTIONS,
);
