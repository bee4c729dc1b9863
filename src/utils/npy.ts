/** @file NumPy's files of arrays: `.npy` and `.npz`. */
import { checkMethods } from '../core/methods.js';
import { checked } from '../core/arguments.js';
import { openSource } from '../saving/places.js';
import type { FileSource, FileTarget } from '../saving/places.js';
import type { ByteSource } from '../formats/byte_source.js';
import type { NpyArray, NpyReader } from '../formats/npy.js';
import { formatNpy, openNpyReader, readNpyArray, readNpz, writeNpz } from '../formats/npy.js';
import type { DType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import type { Shape } from '../core/shape.js';
import type { Strings, TensorLike } from '../runtime/index.js';
import { complexOf, ComplexTensor, StringTensor, Tensor, toTensorOrTexts } from '../runtime/index.js';
import { writeAtomically } from '../saving/saving_api.js';

function tensorOf(array: NpyArray): Tensor {
  if ('texts' in array) return new StringTensor(array.texts, array.shape);
  return 're' in array ? complexOf(Tensor.fromArray(array.re), Tensor.fromArray(array.im)) : Tensor.fromArray(array);
}

function arrayOf(x: Tensor): NpyArray {
  if (x instanceof StringTensor) return { dtype: 'string', shape: x.shape, texts: x.strings };
  if (!(x instanceof ComplexTensor)) return x.ndarray;
  return {
    dtype: x.re.dtype === 'float64' ? 'complex128' : 'complex64',
    shape: x.shape,
    re: x.re.ndarray,
    im: x.im.ndarray,
  };
}

/**
 * The array of a `.npy` file, as `numpy.save` writes it.
 *
 * @param place A path, a URL, the bytes, a Blob or File, or the handle of a file.
 * @returns A tensor of the array's shape and dtype; of texts it is one of dtype `'string'`, of complex numbers (`c8`, `c16`) of `'complex64'` or `'complex128'`.
 * @throws {ValueError} It is broken, or holds something else than numbers and texts: Python objects are refused.
 * @see `numpy.load`
 * @example
 * await saveNpy([1, 2, 3], 'x.npy');
 * const x = await loadNpy('x.npy');
 */
export const loadNpy = checked('loadNpy', async function loadNpy(place: FileSource): Promise<Tensor> {
  const source = await openSource(place, 'loadNpy');
  try {
    return tensorOf(await readNpyArray(source));
  } finally {
    await source.close();
  }
});

/**
 * A `.npy` file that is open: only the rows that are asked for are read. `openNpy` gives one.
 *
 * @param source The bytes, read by position.
 * @param reader What is known of the array.
 * @returns The open file; `close()` closes it.
 * @throws {ValueError} When rows are read that do not lie together, or the file is cut off.
 * @see `numpy.memmap`
 * @example
 * await saveNpy([[1, 2], [3, 4], [5, 6]], 'rows.npy');
 * const rows = await openNpy('rows.npy');
 * rows.shape  // [3, 2]
 */
export class NpyFile {
  readonly #source: ByteSource;
  readonly #reader: NpyReader;

  constructor(source: ByteSource, reader: NpyReader) {
    this.#source = source;
    this.#reader = reader;
  }

  /** The shape of the whole array. */
  get shape(): Shape {
    return this.#reader.shape;
  }

  /** The dtype of the array. */
  get dtype(): DType {
    return this.#reader.dtype;
  }

  /**
   * Rows along the first axis.
   *
   * @param start The first row; negative: from the end. Default 0.
   * @param stop The row after the last; negative: from the end. Default: the number of rows.
   * @returns As many rows as there are between the two.
   * @throws {ValueError} The array is a scalar or lies column by column, or the file is cut off.
   */
  async read(start = 0, stop = Infinity): Promise<Tensor> {
    const rows = this.shape[0] ?? 0;
    const place = (at: number): number => Math.max(0, Math.min(rows, at < 0 ? rows + at : at));
    if (![start, stop].every((at) => Number.isInteger(at) || at === Infinity))
      throw new ValueError(`NpyFile.read: rows ${start} to ${stop}. Expected whole numbers.`);
    return Tensor.fromArray(await this.#reader.readRows(place(start), Math.max(place(start), place(stop))));
  }

  /** Close the file. */
  close(): Promise<void> {
    return this.#source.close();
  }
}
checkMethods(NpyFile);

/**
 * Open a `.npy` file without reading its array: for arrays that are larger than memory.
 *
 * @param place A path, a URL, the bytes, a Blob or File, or the handle of a file.
 * @returns The open file: its `shape` and `dtype`, and `read(start, stop)`.
 * @throws {ValueError} It is broken, or holds something else than numbers.
 * @see `numpy.load` with `mmap_mode`
 * @example
 * await saveNpy([[1, 2], [3, 4], [5, 6]], 'x.npy');
 * const file = await openNpy('x.npy');
 * const part = await file.read(1, 3);
 * part  // [[3, 4], [5, 6]]
 */
export const openNpy = checked('openNpy', async function openNpy(place: FileSource): Promise<NpyFile> {
  const source = await openSource(place, 'openNpy');
  try {
    return new NpyFile(source, await openNpyReader(source));
  } catch (error) {
    await source.close();
    throw error;
  }
});

async function writeArray(array: TensorLike | Strings, place: FileTarget): Promise<void>;
async function writeArray(array: TensorLike | Strings): Promise<Uint8Array<ArrayBuffer>>;
async function writeArray(
  array: TensorLike | Strings,
  place: FileTarget | undefined = undefined,
): Promise<Uint8Array<ArrayBuffer> | void> {
  const bytes = formatNpy(arrayOf(toTensorOrTexts(array, 'saveNpy')));
  if (place === undefined) return bytes;
  await writeAtomically(place, 'saveNpy', (file) => file.write(bytes));
}

/**
 * Write an array as a `.npy` file. bfloat16, which NumPy lacks, is written as float32.
 *
 * @param array Anything that becomes a tensor, or texts in nested lists.
 * @param place A path or the handle of a file. Left out: the bytes are returned.
 * @returns The bytes if no place is given.
 * @throws {ValueError} The array becomes no tensor.
 * @see `numpy.save`
 * @example
 * await saveNpy([1, 2, 3], 'x.npy');
 */
export const saveNpy = checked('saveNpy', writeArray);

/**
 * The arrays of an `.npz` file by name, as `numpy.savez` and `numpy.savez_compressed` write them.
 *
 * @param place As for `loadNpy`.
 * @returns A dict of tensors.
 * @throws {ValueError} It is broken, or an array holds something else than numbers and texts.
 * @see `numpy.load`
 * @example
 * await saveNpz({ images: [[0, 1]], digits: [7] }, 'digits.npz');
 * const { images, digits } = await loadNpz('digits.npz');
 */
export const loadNpz = checked('loadNpz', async function loadNpz(place: FileSource): Promise<Record<string, Tensor>> {
  const source = await openSource(place, 'loadNpz');
  try {
    const arrays = await readNpz(source);
    return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, tensorOf(array)]));
  } finally {
    await source.close();
  }
});

/**
 * Write arrays as an `.npz` file.
 *
 * @param arrays The arrays by name.
 * @param place A path or the handle of a file.
 * @returns The bytes if no place is given.
 * @throws {ValueError} An array becomes no tensor.
 * @see `numpy.savez`
 * @example
 * await saveNpz({ x: [1, 2], y: [3] }, 'data.npz');
 */
export const saveNpz = checked(
  'saveNpz',
  async function saveNpz(arrays: Readonly<Record<string, TensorLike | Strings>>, place: FileTarget): Promise<void> {
    const plain = Object.entries(arrays).map(
      ([name, x]) => [name, arrayOf(toTensorOrTexts(x, `saveNpz ('${name}')`))] as const,
    );
    await writeAtomically(place, 'saveNpz', (file) =>
      writeNpz(Object.fromEntries(plain), (bytes) => file.write(bytes)),
    );
  },
);
