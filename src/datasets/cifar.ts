/** @file What the loaders of CIFAR-10 and CIFAR-100 share: pickled batches, of which nothing is executed. */
import { imageDataFormat } from '../core/config.js';
import { ValueError } from '../core/errors.js';
import type { NDArray } from '../core/ndarray.js';
import { fromNumbers, ndarray } from '../core/ndarray.js';
import type { PickledValue } from '../formats/pickle.js';
import { readPickle } from '../formats/pickle.js';
import { Tensor } from '../runtime/index.js';
import { platformFiles } from './sources.js';

const SIDE = 32;
const PLANE = SIDE * SIDE;

/** Images by planes of colour, one after the other, and their labels. */
interface Batch {
  readonly pixels: Uint8Array;
  readonly labels: readonly number[];
}

const isArray = (value: PickledValue | undefined): value is NDArray =>
  typeof value === 'object' && value !== null && 'dtype' in value;

/** One file of a data set. @throws {ValueError} It is none, or is broken. */
async function readBatch(path: string, key: string): Promise<Batch> {
  const batch = readPickle(await platformFiles().read(path), path);
  const refuse = (why: string): never => {
    throw new ValueError(`${path}: is no batch of CIFAR: ${why}.`);
  };
  if (!(batch instanceof Map)) return refuse('it holds no dict');
  const data = batch.get('data');
  const labels = batch.get(key);
  if (!isArray(data) || data.dtype !== 'uint8' || data.shape.length !== 2 || data.shape[1] !== 3 * PLANE)
    return refuse("'data' is no array of 3072 bytes an image");
  if (!Array.isArray(labels) || labels.length !== data.shape[0] || labels.some((label) => typeof label !== 'number'))
    return refuse(`'${key}' is no list of a number for each of the ${data.shape[0]} images`);
  return { pixels: data.data as Uint8Array, labels: labels as number[] };
}

/** Images by planes of colour as images by pixels. */
function byPixels(planes: Uint8Array, pixels: Uint8Array): void {
  for (let image = 0; image < planes.length; image += 3 * PLANE)
    for (let color = 0; color < 3; color++)
      for (let i = 0; i < PLANE; i++) pixels[image + 3 * i + color] = planes[image + color * PLANE + i];
}

/**
 * The images and labels of files, in their order, as Keras hands them out.
 *
 * @param folder Where they were unpacked to.
 * @param dtype That of the labels.
 */
export async function readBatches(
  folder: string,
  names: readonly string[],
  key: string,
  dtype: 'uint8' | 'int64',
): Promise<[x: Tensor, y: Tensor]> {
  const batches: Batch[] = [];
  for (const name of names) batches.push(await readBatch(platformFiles().join(folder, name), key));
  const count = batches.reduce((sum, { labels }) => sum + labels.length, 0);
  const isLast = imageDataFormat() === 'channels_last';
  const pixels = new Uint8Array(count * 3 * PLANE);
  let at = 0;
  for (const batch of batches) {
    if (isLast) byPixels(batch.pixels, pixels.subarray(at, at + batch.pixels.length));
    else pixels.set(batch.pixels, at);
    at += batch.pixels.length;
  }
  const labels = batches.flatMap((batch) => batch.labels);
  const y = Tensor.fromArray(fromNumbers(dtype, [count, 1], labels));
  return [Tensor.fromArray(ndarray('uint8', isLast ? [count, SIDE, SIDE, 3] : [count, 3, SIDE, SIDE], pixels)), y];
}
