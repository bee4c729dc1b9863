/** @file `keras.datasets.cifar10`. */
import { checked } from '../core/arguments.js';
import type { Splits } from './arrays.js';
import { readBatches } from './cifar.js';
import { fetchSource, platformFiles } from './sources.js';

/**
 * CIFAR-10: 60,000 pictures of 32 × 32 pixels in ten classes, 170 MB. Downloaded the first time.
 *
 * The classes: 0 airplane, 1 automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship, 9 truck. A few labels are wrong, as they
 * are in the original.
 *
 * @returns `[[x, y], [xTest, yTest]]`, all uint8: images `[50000, 32, 32, 3]` and `[10000, 32, 32, 3]` (`[50000, 3, 32, 32]` where
 *   `config.imageDataFormat()` is `'channels_first'`), labels `[50000, 1]` and `[10000, 1]`.
 * @throws {RuntimeError} There is no network, and no file: the message says where to put it.
 * @see `keras.datasets.cifar10.load_data`; Alex Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images"
 * @example
 * const load = async () => {
 *   const [[x, y], [xTest, yTest]] = await datasets.cifar10.loadData();
 *   return x.shape; // [50000, 32, 32, 3]
 * };
 */
export const loadData = checked('cifar10.loadData', async (): Promise<Splits> => {
  const path = await fetchSource('cifar10', { fname: 'cifar-10-batches-py-target', extract: true });
  const folder = platformFiles().join(path, 'cifar-10-batches-py');
  const names = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}`);
  return [
    await readBatches(folder, names, 'labels', 'uint8'),
    await readBatches(folder, ['test_batch'], 'labels', 'uint8'),
  ];
});
