/** @file IDX files, the form in which MNIST comes: sizes of the axes, then bytes. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { tensor, type Tensor } from 'keras-ts';

/** Images `[n, 28, 28]` and labels `[n]`, both uint8. */
export type Digits = readonly [images: Tensor, labels: Tensor];

function unzipped(path: string, file: Buffer): Buffer {
  try {
    return gunzipSync(file);
  } catch (error) {
    throw new Error(`${path} is no whole gzip file: ${(error as Error).message}.`, { cause: error });
  }
}

/** One file, gzipped or not. @throws {Error} It is no IDX file of bytes, or it ends early. */
export function readIdx(path: string): Tensor {
  const file = readFileSync(path);
  const bytes = file[0] === 0x1f && file[1] === 0x8b ? unzipped(path, file) : file;
  const ndim = bytes[3];
  const isBytes = bytes.length >= 4 && bytes.readUInt16BE(0) === 0 && bytes[2] === 8;
  if (!isBytes || bytes.length < 4 + 4 * ndim) throw new Error(`${path} is no IDX file of bytes.`);
  const shape = Array.from({ length: ndim }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis));
  const size = shape.reduce((product, length) => product * length, 1);
  const content = new Uint8Array(bytes.subarray(4 + 4 * ndim));
  if (content.length !== size)
    throw new Error(`${path}: ${content.length} bytes of content, where the sizes ${shape.join(' × ')} say ${size}.`);
  return tensor(content, shape);
}

/** Images and labels of one part of MNIST: `'train'` or `'t10k'`. null: they are not in the folder. */
export function readDigits(folder: string, part: string): Digits | null {
  const found = ['images-idx3', 'labels-idx1'].map((name) =>
    ['.gz', ''].map((ending) => join(folder, `${part}-${name}-ubyte${ending}`)).find((path) => existsSync(path)),
  );
  const [images, labels] = found;
  if (images === undefined || labels === undefined) return null;
  const [x, y] = [readIdx(images), readIdx(labels)];
  if (x.ndim !== 3 || x.shape[1] !== x.shape[2] || y.ndim !== 1 || x.shape[0] !== y.shape[0])
    throw new Error(
      `${images} has the sizes ${x.shape.join(' × ')}, ${labels} ${y.shape.join(' × ')}. Expected n square images and n labels.`,
    );
  return [x, y];
}
