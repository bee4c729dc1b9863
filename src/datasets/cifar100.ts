/** @file `keras.datasets.cifar100`. */
import { checked } from '../core/arguments.js';
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import type { Splits } from './arrays.js';
import { readBatches } from './cifar.js';
import { fetchSource, platformFiles } from './sources.js';

/** Options of `cifar100.loadData(options)`. */
export interface Cifar100Options {
  /** Whether labels are those of 100 classes (`'fine'`) or of 20 groups of them (`'coarse'`). Default `'fine'`. */
  readonly labelMode?: 'fine' | 'coarse';
}

/**
 * CIFAR-100: 60,000 pictures of 32 × 32 pixels in 100 classes, 170 MB. Downloaded the first time.
 *
 * @param options See {@link Cifar100Options}.
 * @returns `[[x, y], [xTest, yTest]]`: images, uint8, `[50000, 32, 32, 3]` and `[10000, 32, 32, 3]` (`[50000, 3, 32, 32]` where
 *   `config.imageDataFormat()` is `'channels_first'`), labels, int64, `[50000, 1]` and `[10000, 1]`.
 * @throws {ValueError} There is no such `labelMode`.
 * @throws {RuntimeError} There is no network, and no file: the message says where to put it.
 * @see `keras.datasets.cifar100.load_data`; Alex Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images"
 * @example
 * const load = async () => {
 *   const [[x, y], [xTest, yTest]] = await datasets.cifar100.loadData({ labelMode: 'coarse' });
 *   return x.shape; // [50000, 32, 32, 3]
 * };
 */
export const loadData = checked(
  'cifar100.loadData',
  async (options: Cifar100Options = {}): Promise<Splits> => {
    const { labelMode = 'fine' } = options;
    if (labelMode !== 'fine' && labelMode !== 'coarse')
      throw new ValueError(
        `cifar100.loadData: \`labelMode\` must be one of "fine", "coarse". Received: labelMode=${describe(labelMode)}.`,
      );
    const path = await fetchSource('cifar100', { fname: 'cifar-100-python-target', extract: true });
    const folder = platformFiles().join(path, 'cifar-100-python');
    const key = `${labelMode}_labels`;
    return [await readBatches(folder, ['train'], key, 'int64'), await readBatches(folder, ['test'], key, 'int64')];
  },
  ['labelMode'],
);
