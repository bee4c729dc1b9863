/** @file NumPy's files of arrays: `.npy` and `.npz`. */
import { openSource } from '../saving/places.js';
import type { FileSource, FileTarget } from '../saving/places.js';
import { formatNpy, readNpy, readNpz, writeNpz } from '../formats/npy.js';
import type { TensorLike } from '../runtime/index.js';
import { Tensor, toTensor } from '../runtime/index.js';
import { writeAtomically } from '../saving/saving_api.js';

/**
 * The array of a `.npy` file, as `numpy.save` writes it.
 *
 * @param place A path, a URL, the bytes, a Blob or File, or the handle of a file.
 * @returns A tensor of the array's shape and dtype.
 * @throws {ValueError} It is broken, or holds something else than numbers: Python objects are refused.
 * @see `numpy.load`
 * @example
 * await saveNpy([1, 2, 3], 'x.npy');
 * const x = await loadNpy('x.npy');
 */
export async function loadNpy(place: FileSource): Promise<Tensor> {
  const source = await openSource(place, 'loadNpy');
  try {
    return Tensor.fromArray(await readNpy(source));
  } finally {
    await source.close();
  }
}

/**
 * Write an array as a `.npy` file. bfloat16, which NumPy lacks, is written as float32.
 *
 * @param array Anything that becomes a tensor.
 * @param place A path or the handle of a file. Left out: the bytes are returned.
 * @returns The bytes if no place is given.
 * @see `numpy.save`
 * @example
 * await saveNpy([1, 2, 3], 'x.npy');
 */
export async function saveNpy(array: TensorLike, place: FileTarget): Promise<void>;
export async function saveNpy(array: TensorLike): Promise<Uint8Array<ArrayBuffer>>;
export async function saveNpy(array: TensorLike, place?: FileTarget): Promise<Uint8Array<ArrayBuffer> | void> {
  const bytes = formatNpy(toTensor(array, null, 'saveNpy').ndarray);
  if (place === undefined) return bytes;
  await writeAtomically(place, 'saveNpy', (file) => file.write(bytes));
}

/**
 * The arrays of an `.npz` file by name, as `numpy.savez` and `numpy.savez_compressed` write them.
 *
 * @param place As for `loadNpy`.
 * @returns A dict of tensors.
 * @throws {ValueError} It is broken, or an array holds something else than numbers.
 * @see `numpy.load`
 * @example
 * await saveNpz({ images: [[0, 1]], digits: [7] }, 'digits.npz');
 * const { images, digits } = await loadNpz('digits.npz');
 */
export async function loadNpz(place: FileSource): Promise<Record<string, Tensor>> {
  const source = await openSource(place, 'loadNpz');
  try {
    const arrays = await readNpz(source);
    return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, Tensor.fromArray(array)]));
  } finally {
    await source.close();
  }
}

/**
 * Write arrays as an `.npz` file.
 *
 * @param arrays The arrays by name.
 * @param place A path or the handle of a file.
 * @returns The bytes if no place is given.
 * @see `numpy.savez`
 * @example
 * await saveNpz({ x: [1, 2], y: [3] }, 'data.npz');
 */
export async function saveNpz(arrays: Readonly<Record<string, TensorLike>>, place: FileTarget): Promise<void> {
  const plain = Object.entries(arrays).map(
    ([name, x]) => [name, toTensor(x, null, `saveNpz ('${name}')`).ndarray] as const,
  );
  await writeAtomically(place, 'saveNpz', (file) => writeNpz(Object.fromEntries(plain), (bytes) => file.write(bytes)));
}
