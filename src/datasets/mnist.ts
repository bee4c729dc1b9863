/** @file `keras.datasets.mnist`. */
import { checked } from '../core/arguments.js';
import { Tensor } from '../runtime/index.js';
import type { Splits } from './arrays.js';
import { readArrays } from './arrays.js';
import { fetchSource } from './sources.js';

/** Options of `mnist.loadData(options)`. */
export interface MnistOptions {
  /** Name of the file in `~/.keras/datasets`. Default `'mnist.npz'`. */
  readonly path?: string;
}

/**
 * MNIST: 70,000 handwritten digits of 28 × 28 pixels, 11 MB. Downloaded the first time, and kept where Keras keeps them.
 *
 * @param options See {@link MnistOptions}.
 * @returns `[[x, y], [xTest, yTest]]`, all uint8: images `[60000, 28, 28]` and `[10000, 28, 28]` from 0 (paper) to 255, labels `[60000]`
 *   and `[10000]` from 0 to 9.
 * @throws {RuntimeError} There is no network, and no file: the message says where to put it.
 * @see `keras.datasets.mnist.load_data`; Yann LeCun and Corinna Cortes, under CC BY-SA 3.0
 * @example
 * const load = async () => {
 *   const [[x, y], [xTest, yTest]] = await datasets.mnist.loadData();
 *   return x.shape; // [60000, 28, 28]
 * };
 */
export const loadData = checked(
  'mnist.loadData',
  async (options: MnistOptions = {}): Promise<Splits> => {
    const { path = 'mnist.npz' } = options;
    const file = await fetchSource('mnist', { fname: path });
    const arrays = await readArrays(file, ['x_train', 'y_train', 'x_test', 'y_test']);
    return [
      [Tensor.fromArray(arrays.x_train), Tensor.fromArray(arrays.y_train)],
      [Tensor.fromArray(arrays.x_test), Tensor.fromArray(arrays.y_test)],
    ];
  },
  ['path'],
);
