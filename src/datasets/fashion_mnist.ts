/** @file `keras.datasets.fashion_mnist`. */
import { checked } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import { ndarray } from '../core/ndarray.js';
import { fileSource } from '../formats/byte_source.js';
import { gunzip } from '../formats/tar.js';
import { Tensor } from '../runtime/index.js';
import type { Splits } from './arrays.js';
import type { SOURCES } from './sources.js';
import { fetchSource } from './sources.js';

/** The content of an IDX file of bytes, packed by gzip, behind its header. */
async function readIdx(name: keyof typeof SOURCES, header: number): Promise<Uint8Array> {
  // Keras calls the file `train-labels-idx1-ubyte.gz`, in a folder beside that of the others.
  const path = await fetchSource(name, { cacheSubdir: 'datasets/fashion-mnist' });
  const source = await fileSource(path);
  try {
    const bytes = await gunzip(source);
    if (bytes.length < header) throw new ValueError(`${path}: is cut off. Remove it, and it is downloaded anew.`);
    return bytes.slice(header);
  } finally {
    await source.close();
  }
}

async function readPart(part: 'Train' | 'Test'): Promise<[Tensor, Tensor]> {
  const labels = await readIdx(`fashion${part}Labels`, 8);
  const pixels = await readIdx(`fashion${part}Images`, 16);
  if (pixels.length !== labels.length * 784)
    throw new ValueError(
      `fashionMnist.loadData: ${pixels.length} bytes of pixels for ${labels.length} labels. Remove the files of ` +
        'datasets/fashion-mnist, and they are downloaded anew.',
    );
  return [
    Tensor.fromArray(ndarray('uint8', [labels.length, 28, 28], pixels)),
    Tensor.fromArray(ndarray('uint8', [labels.length], labels)),
  ];
}

/**
 * Fashion-MNIST: 70,000 pictures of clothes of 28 × 28 pixels, 30 MB, in place of MNIST. Downloaded the first time.
 *
 * The classes: 0 T-shirt or top, 1 trouser, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle boot.
 *
 * @returns `[[x, y], [xTest, yTest]]`, all uint8: images `[60000, 28, 28]` and `[10000, 28, 28]`, labels `[60000]` and `[10000]`.
 * @throws {RuntimeError} There is no network, and no file: the message says where to put it.
 * @see `keras.datasets.fashion_mnist.load_data`; Zalando SE, under the MIT licence
 * @example
 * const load = async () => {
 *   const [[x, y], [xTest, yTest]] = await datasets.fashionMnist.loadData();
 *   return x.shape; // [60000, 28, 28]
 * };
 */
export const loadData = checked('fashionMnist.loadData', async (): Promise<Splits> => [
  await readPart('Train'),
  await readPart('Test'),
]);
