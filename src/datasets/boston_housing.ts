/** @file `keras.datasets.boston_housing`. */
import { checked } from '../core/arguments.js';
import type { Splits } from './arrays.js';
import { mixAndSplit, readArrays, trainCount } from './arrays.js';
import { fetchSource } from './sources.js';

/** Options of `bostonHousing.loadData(options)`. */
export interface BostonHousingOptions {
  /** Name of the file in `~/.keras/datasets`. Default `'boston_housing.npz'`. */
  readonly path?: string;
  /** The part of the houses that is for tests, in [0, 1). Default 0.2. */
  readonly testSplit?: number;
  /** Seed of the order: that of Keras for the same seed. Default 113. */
  readonly seed?: number;
}

/**
 * Boston Housing: prices of 506 houses of the 1970s by 13 attributes. Downloaded the first time.
 *
 * One of its attributes takes it for granted that who lives beside whom by the colour of their skin decides over prices. Use
 * `californiaHousing` where this is not what you write about.
 *
 * @param options See {@link BostonHousingOptions}.
 * @returns `[[x, y], [xTest, yTest]]`, all float64: x `[n, 13]`, y `[n]` in thousands of dollars, about 10 to 50.
 * @throws {ValueError} `testSplit` or `seed` is out of its range.
 * @throws {RuntimeError} There is no network, and no file: the message says where to put it.
 * @see `keras.datasets.boston_housing.load_data`
 * @example
 * const load = async () => {
 *   const [[x, y], [xTest, yTest]] = await datasets.bostonHousing.loadData({ testSplit: 0.1 });
 *   return x.shape; // [455, 13]
 * };
 */
export const loadData = checked(
  'bostonHousing.loadData',
  async (options: BostonHousingOptions = {}): Promise<Splits> => {
    const { path = 'boston_housing.npz', testSplit = 0.2, seed = 113 } = options;
    trainCount('bostonHousing.loadData', testSplit, 1);
    const { x, y } = await readArrays(await fetchSource('bostonHousing', { fname: path }), ['x', 'y']);
    return mixAndSplit('bostonHousing.loadData', x, y, testSplit, seed);
  },
  ['path', 'testSplit', 'seed'],
);
