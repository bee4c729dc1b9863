/** @file `keras.datasets.california_housing`. */
import { checked } from '../core/arguments.js';
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import type { Splits } from './arrays.js';
import { mixAndSplit, readArrays, takeRows, trainCount } from './arrays.js';
import { fetchSource } from './sources.js';

/** Options of `californiaHousing.loadData(options)`. */
export interface CaliforniaHousingOptions {
  /** All 20,640 samples (`'large'`) or the first 600 (`'small'`). Default `'large'`. */
  readonly version?: 'small' | 'large';
  /** Name of the file in `~/.keras/datasets`. Default `'california_housing.npz'`. */
  readonly path?: string;
  /** The part of the samples that is for tests, in [0, 1). Default 0.2. */
  readonly testSplit?: number;
  /** Seed of the order: that of Keras for the same seed. Default 113. */
  readonly seed?: number;
}

const SMALL = 600;

/**
 * California Housing: the median value of houses in 20,640 groups of blocks in 1990, by 8 features. Downloaded the first time.
 *
 * The features: median income, age of houses, rooms and bedrooms of a household, population, members of a household, latitude, longitude.
 *
 * @param options See {@link CaliforniaHousingOptions}.
 * @returns `[[x, y], [xTest, yTest]]`: x `[n, 8]`, y `[n]` in dollars, about 25,000 to 500,000.
 * @throws {ValueError} There is no such `version`; `testSplit` or `seed` is out of its range.
 * @throws {RuntimeError} There is no network, and no file: the message says where to put it.
 * @see `keras.datasets.california_housing.load_data`
 * @example
 * const load = async () => {
 *   const [[x, y], [xTest, yTest]] = await datasets.californiaHousing.loadData({ version: 'small' });
 *   return x.shape; // [480, 8]
 * };
 */
export const loadData = checked(
  'californiaHousing.loadData',
  async (options: CaliforniaHousingOptions = {}): Promise<Splits> => {
    const { version = 'large', path = 'california_housing.npz', testSplit = 0.2, seed = 113 } = options;
    trainCount('californiaHousing.loadData', testSplit, 1);
    if (version !== 'small' && version !== 'large')
      throw new ValueError(
        `californiaHousing.loadData: Argument \`version\` must be one of 'small', 'large'. Received: version=${describe(version)}`,
      );
    const { x, y } = await readArrays(await fetchSource('californiaHousing', { fname: path }), ['x', 'y']);
    const count = version === 'small' ? Math.min(SMALL, x.shape[0]) : x.shape[0];
    const rows = Int32Array.from({ length: count }, (_, i) => i);
    return mixAndSplit('californiaHousing.loadData', takeRows(x, rows), takeRows(y, rows), testSplit, seed);
  },
  ['version', 'path', 'testSplit', 'seed'],
);
