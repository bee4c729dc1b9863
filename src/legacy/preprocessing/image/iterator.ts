/** @file Batches of images one after the other: which images a batch has, in which order, with which random numbers. */
import { checkMethods } from '../../../core/methods.js';
import { checkedOptions } from '../../../core/arguments.js';
import { describe } from '../../../core/describe.js';
import { NotImplementedError, ValueError } from '../../../core/errors.js';
import type { BatchLike, PyDatasetOptions } from '../../../data/index.js';
import { PyDataset } from '../../../data/index.js';
import { processDraws } from '../../../random/global_state.js';
import { MersenneTwister } from '../../../random/mersenne_twister.js';

/** Where random numbers come from: what NumPy's `np.random` is to Keras 2. */
export type Draws = Pick<MersenneTwister, 'below' | 'permutation' | 'random' | 'uniform'>;

/** A generator seeded as by `np.random.seed(seed)`. @throws {ValueError} It is no seed. */
export function seededDraws(owner: string, seed: number): MersenneTwister {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff)
    throw new ValueError(`${owner}: seed=${describe(seed)}. Expected a whole number from 0 to 2^32 - 1, or null.`);
  const draws = new MersenneTwister();
  draws.seedByNumber(seed);
  return draws;
}

/**
 * Batches of images, for `fit`, `evaluate` and `predict`, by number (`getItem`) or one after the other without end (`next`, `for await`).
 * Subclass it and override `_getBatchesOfTransformedSamples` for images of your own.
 *
 * With a seed each batch begins with a generator seeded by the seed and the number of batches before it, as NumPy's is in Keras: orders and
 * random changes are Keras's. (Keras seeds `np.random` itself, for the whole process; here the generator is the iterator's own.) Without,
 * numbers come from the process's generator (`utils.setRandomSeed`).
 *
 * @param n Images.
 * @param batchSize Images a batch; the last may have fewer.
 * @param shuffle Whether images are mixed, anew for each epoch.
 * @param seed Of orders and random changes; null: none.
 * @param options Those of `PyDataset`.
 * @returns Batches: `B` says what they hold.
 * @throws {ValueError} A number is none.
 * @see `keras.preprocessing.image.Iterator` of Keras 2
 * @example
 * const batches = new preprocessing.image.ImageDataGenerator().flow(ops.ones([5, 4, 4, 3]), { batchSize: 2 });
 * batches instanceof preprocessing.image.Iterator; // true
 * batches.length; // 3
 */
export abstract class ImageIterator<B = BatchLike> extends PyDataset {
  static readonly positional = ['n', 'batch_size', 'shuffle', 'seed'];
  /** Images. */
  readonly n: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number | null;
  /** The number of the batch that `next` gives next. */
  batchIndex = 0;
  /** Batches that were given since the beginning: with `seed` it seeds the next one. */
  totalBatchesSeen = 0;
  /** The images in the order of this epoch; null: it is not drawn yet. */
  indexArray: Int32Array | null = null;
  #draws: MersenneTwister | null = null;

  constructor(n: number, batchSize: number, shuffle: boolean, seed: number | null, options: PyDatasetOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 4);
    super(options);
    const owner = new.target.name;
    if (!Number.isInteger(n) || n < 0)
      throw new ValueError(`${owner}: n=${describe(n)}. Expected a whole number, 0 or more.`);
    if (!Number.isInteger(batchSize) || batchSize < 1)
      throw new ValueError(`${owner}: batchSize=${describe(batchSize)}. Expected a whole number, 1 or more.`);
    this.n = n;
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.seed = seed;
    if (seed !== null) seededDraws(owner, seed);
  }

  override get length(): number {
    return Math.ceil(this.n / this.batchSize);
  }

  /** The generator for the next batch. */
  #next(): Draws {
    const { seed } = this;
    if (seed !== null) this.#draws = seededDraws('Iterator', (seed + this.totalBatchesSeen) % 2 ** 32);
    this.totalBatchesSeen++;
    return this.#draws ?? processDraws();
  }

  #order(draws: Draws): Int32Array {
    return this.shuffle ? draws.permutation(this.n) : Int32Array.from({ length: this.n }, (_, i) => i);
  }

  /**
   * One batch of this epoch.
   *
   * @param index Its number, from 0.
   * @throws {ValueError} There is no such batch.
   */
  override getItem(index: number): BatchLike | Promise<BatchLike> {
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw new ValueError(`getItem: batch ${describe(index)} of ${this.length}. Expected 0 to ${this.length - 1}.`);
    const draws = this.#next();
    this.indexArray ??= this.#order(draws);
    const begin = this.batchSize * index;
    return this._getBatchesOfTransformedSamples(
      this.indexArray.slice(begin, begin + this.batchSize),
      draws,
    ) as BatchLike;
  }

  /** Draw the order of the next epoch. */
  override onEpochEnd(): void | Promise<void> {
    this.indexArray = this.#order(this.#draws ?? processDraws());
  }

  /** Let `next` begin with the first batch again. */
  reset(): void {
    this.batchIndex = 0;
  }

  /**
   * The next batch; after the last one the first of the next epoch. It never ends.
   *
   * @throws {ValueError} There are no images.
   */
  async next(): Promise<{ readonly done: false; readonly value: Awaited<B> }> {
    if (this.n === 0) throw new ValueError('next: there are no images. Look at `samples` and `filenames`.');
    const draws = this.#next();
    if (this.batchIndex === 0 || this.indexArray === null) this.indexArray = this.#order(draws);
    const begin = (this.batchIndex * this.batchSize) % this.n;
    this.batchIndex = this.n > begin + this.batchSize ? this.batchIndex + 1 : 0;
    const rows = this.indexArray.slice(begin, begin + this.batchSize);
    return { done: false, value: await this._getBatchesOfTransformedSamples(rows, draws) };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * The batch of some images; override it.
   *
   * @param _indexArray Their numbers.
   * @param _draws The generator for random changes. What is drawn after an `await` may come in another order.
   */
  _getBatchesOfTransformedSamples(_indexArray: Int32Array, _draws: Draws): B | Promise<B> {
    throw new NotImplementedError(
      `${this.constructor.name}: override '_getBatchesOfTransformedSamples(indexArray, draws)' of Iterator.`,
    );
  }
}
checkMethods(ImageIterator);
