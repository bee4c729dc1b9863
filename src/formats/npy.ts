/**
 * @file `.npy` and `.npz`: NumPy's files of one array and of several. Arrays of Python objects, which hold code, are refused.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { fromBytes, itemBytes, toBytes } from '../core/bytes.js';
import type { ComplexDType, DType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import type { NDArray } from '../core/ndarray.js';
import { ndarray } from '../core/ndarray.js';
import type { Shape } from '../core/shape.js';
import { sizeOf } from '../core/shape.js';
import type { ByteSource } from './byte_source.js';
import { bytesSource } from './byte_source.js';
import type { ZipLimits } from './zip/index.js';
import { createZip, openZip } from './zip/index.js';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const CODES: Readonly<Record<string, DType>> = {
  b1: 'bool',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
};

/** How NumPy says that an array lies in bytes. */
export interface NpyLayout {
  /** NumPy's letters for the elements: `f4`, `O`. */
  readonly code: string;
  readonly shape: Shape;
  readonly bigEndian: boolean;
  /** Whether the first axis changes fastest. */
  readonly fortran: boolean;
}

/** The dtype that NumPy's letters stand for, or null: it is not one of numbers. */
export const dtypeOfCode = (code: string): DType | null => (Object.hasOwn(CODES, code) ? CODES[code] : null);

/** Why a file cannot be read. */
const unreadable = (source: ByteSource, why: string): ValueError =>
  new ValueError(`${source.name}: is no .npy file that can be read: ${why}.`);

/** @throws {ValueError} The file ends before an array of so many bytes does. `least`: fewer cannot be there. */
function requireBytes(source: ByteSource, start: number, bytes: number, least = bytes): void {
  if (start + least > source.size)
    throw unreadable(source, `its array takes ${bytes} bytes, but only ${source.size - start} are there`);
}

/** What a file says of its array, and where that begins. */
type NpyHeader = NpyLayout & { readonly start: number };

/** What a file says of its array, and where that begins. @throws {ValueError} It is no such file. */
export async function readNpyHeader(source: ByteSource): Promise<NpyHeader> {
  const refuse = (why: string): never => {
    throw unreadable(source, why);
  };
  if (source.size < 10) refuse('it is too short');
  const head = await source.read(0, Math.min(12, source.size));
  if (MAGIC.some((byte, i) => head[i] !== byte)) refuse('it does not begin as one');
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const wide = head[6] >= 2;
  if (head[6] < 1 || head[6] > 3 || (wide && head.length < 12)) refuse(`its version is ${head[6]}`);
  const [at, length] = wide ? [12, view.getUint32(8, true)] : [10, view.getUint16(8, true)];
  if (length > 1 << 16 || at + length > source.size) refuse(`its header is ${length} bytes long`);
  const text = new TextDecoder('latin1').decode(await source.read(at, length));
  const found = /'descr':\s*'([<>|=])([a-zA-Z]\w*)'/.exec(text);
  if (found === null) return refuse('its elements are no plain numbers');
  const [, order, code] = found;
  const dims = /'shape':\s*\(([^)]*)\)/.exec(text);
  const fortran = /'fortran_order':\s*(True|False)/.exec(text);
  if (dims === null || fortran === null) return refuse('its header lacks the shape or the order');
  const shape = dims[1]
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  if (shape.some((n) => !Number.isInteger(n) || n < 0)) refuse(`its shape is (${dims[1]})`);
  return { code, shape, bigEndian: order === '>', fortran: fortran[1] === 'True', start: at + length };
}

/** Elements of which the first axis changes fastest, in row-major order. */
function rowMajor({ dtype, shape, data }: NDArray): NDArray {
  const turned = data.slice();
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const index = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    turned[i] = data[index.reduce((sum, n, axis) => sum + n * strides[axis], 0)];
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
  return ndarray(dtype, shape, turned);
}

/** The array that lies in bytes. Those must be as many as it takes. */
export function arrayInBytes({ shape, bigEndian, fortran }: NpyLayout, dtype: DType, raw: Uint8Array): NDArray {
  const width = itemBytes(dtype);
  let bytes = raw;
  if (bigEndian && width > 1) {
    bytes = raw.slice();
    for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse();
  }
  const array = fromBytes(dtype, shape, bytes);
  return fortran && shape.length > 1 ? rowMajor(array) : array;
}

/** A `.npy` file of which only what is asked for is read. */
export interface NpyReader {
  readonly shape: Shape;
  readonly dtype: DType;
  /** @throws {ValueError} The file is broken there. */
  read(): Promise<NDArray>;
  /** Rows along the first axis. @throws {ValueError} There are no such rows, or they do not lie together. */
  readRows(start: number, stop: number): Promise<NDArray>;
}

/** Look at what a `.npy` file holds. @throws {ValueError} It is broken, or holds no numbers. */
export async function openNpyReader(source: ByteSource): Promise<NpyReader> {
  return readerOf(source, await readNpyHeader(source));
}

function readerOf(source: ByteSource, { start: origin, ...layout }: NpyHeader): NpyReader {
  const { code, shape } = layout;
  const dtype = dtypeOfCode(code);
  if (dtype === null)
    throw unreadable(
      source,
      code.startsWith('O')
        ? 'it holds Python objects, which are never run'
        : TEXTS.test(code)
          ? 'it holds texts where numbers are wanted (utils.loadNpy reads both)'
          : Object.hasOwn(COMPLEX, code)
            ? 'it holds complex numbers where real ones are wanted (utils.loadNpy reads both)'
            : `its elements are of type '${code}'`,
    );
  const bytes = sizeOf(shape) * itemBytes(dtype);
  requireBytes(source, origin, bytes);
  const rowBytes = sizeOf(shape.slice(1)) * itemBytes(dtype);
  return {
    shape,
    dtype,
    read: async () => arrayInBytes(layout, dtype, await source.read(origin, bytes)),
    readRows: async (start, stop) => {
      if (shape.length === 0 || !(start >= 0 && start <= stop && stop <= shape[0]))
        throw new ValueError(
          `${source.name}: an array of shape ${describeShape(shape)} has no rows ${start} to ${stop}.`,
        );
      if (layout.fortran && shape.length > 1)
        throw new ValueError(
          `${source.name}: its array lies column by column (fortran_order), so rows cannot be read by themselves. ` +
            'Read it whole by loadNpy(), or save numpy.ascontiguousarray(x).',
        );
      const part = { ...layout, shape: [stop - start, ...shape.slice(1)] };
      return arrayInBytes(part, dtype, await source.read(origin + start * rowBytes, (stop - start) * rowBytes));
    },
  };
}

/** Texts in row-major order. */
export interface TextArray {
  readonly dtype: 'string';
  readonly shape: Shape;
  readonly texts: readonly string[];
}

/** NumPy's arrays of texts: `U7` of up to seven code points of four bytes each, `S7` of up to seven bytes. Zeros fill the rest. */
const TEXTS = /^([US])(\d+)$/;

/** Texts that lie in bytes. */
function textsInBytes(
  layout: NpyLayout,
  isUnicode: boolean,
  width: number,
  raw: Uint8Array,
  source: ByteSource,
): TextArray {
  const { shape, bigEndian, fortran } = layout;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const decoder = new TextDecoder();
  const textAt = (start: number): string => {
    let end = start + width;
    if (!isUnicode) {
      while (end > start && raw[end - 1] === 0) end--;
      return decoder.decode(raw.subarray(start, end));
    }
    while (end > start && view.getUint32(end - 4) === 0) end -= 4;
    let text = '';
    for (let at = start; at < end; at += 4) {
      const point = view.getUint32(at, !bigEndian);
      if (point > 0x10ffff) throw unreadable(source, `${point} is no code point of a text`);
      text += String.fromCodePoint(point);
    }
    return text;
  };
  const texts = Array.from({ length: sizeOf(shape) }, (_, i) => textAt(i * width));
  if (!fortran || shape.length < 2) return { dtype: 'string', shape, texts };
  const places = rowMajor(
    ndarray(
      'float64',
      shape,
      Float64Array.from(texts, (_, i) => i),
    ),
  );
  return { dtype: 'string', shape, texts: Array.from(places.data, (place) => texts[Number(place)]) };
}

/** An array of complex numbers: its parts. */
export interface ComplexArray {
  readonly dtype: ComplexDType;
  readonly shape: Shape;
  readonly re: NDArray;
  readonly im: NDArray;
}

const COMPLEX: Readonly<Record<string, { readonly dtype: ComplexDType; readonly part: DType }>> = {
  c8: { dtype: 'complex64', part: 'float32' },
  c16: { dtype: 'complex128', part: 'float64' },
};

/** Both parts of each number lie side by side. */
function complexInBytes(layout: NpyLayout, raw: Uint8Array): ComplexArray {
  const { shape, fortran } = layout;
  const { dtype, part } = COMPLEX[layout.code];
  const { data } = arrayInBytes({ ...layout, shape: fortran ? [2, ...shape] : [...shape, 2] }, part, raw);
  const size = sizeOf(shape);
  const numbers = (which: 0 | 1): NDArray => {
    const found = data.slice(0, size);
    for (let i = 0; i < size; i++) found[i] = data[fortran ? which * size + i : 2 * i + which];
    return ndarray(part, shape, found);
  };
  return { dtype, shape, re: numbers(0), im: numbers(1) };
}

function complexBytes({ dtype, re, im }: ComplexArray): { readonly code: string; readonly body: Uint8Array } {
  const data = re.dtype === 'float64' ? new Float64Array(2 * re.data.length) : new Float32Array(2 * re.data.length);
  re.data.forEach((x, i) => (data[2 * i] = Number(x)));
  im.data.forEach((x, i) => (data[2 * i + 1] = Number(x)));
  return { code: dtype === 'complex64' ? '<c8' : '<c16', body: toBytes(ndarray(re.dtype, [data.length], data)) };
}

/** What a `.npy` file may hold. */
export type NpyArray = NDArray | TextArray | ComplexArray;

/** The numbers, complex ones among them, or texts of a `.npy` file. @throws {ValueError} It is broken, or holds something else. */
export async function readNpyArray(source: ByteSource): Promise<NpyArray> {
  const header = await readNpyHeader(source);
  const { code, shape, start } = header;
  if (Object.hasOwn(COMPLEX, code)) {
    const bytes = sizeOf(shape) * 2 * itemBytes(COMPLEX[code].part);
    requireBytes(source, start, bytes);
    return complexInBytes(header, await source.read(start, bytes));
  }
  const found = TEXTS.exec(code);
  if (found === null) return readerOf(source, header).read();
  const isUnicode = found[1] === 'U';
  const width = Number(found[2]) * (isUnicode ? 4 : 1);
  const bytes = sizeOf(shape) * width;
  // Texts of no length take no bytes, however many the header says there are.
  requireBytes(source, start, bytes, Math.max(bytes, sizeOf(shape)));
  return textsInBytes(header, isUnicode, width, await source.read(start, bytes), source);
}

/** The array of a `.npy` file. @throws {ValueError} It is broken, or holds no numbers. */
export async function readNpy(source: ByteSource): Promise<NDArray> {
  return (await openNpyReader(source)).read();
}

const describeShape = (shape: Shape): string => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`);

/** Texts as NumPy's code points, all as wide as the longest. */
function textBytes(texts: readonly string[]): { readonly code: string; readonly body: Uint8Array } {
  const points = texts.map((text) => Array.from(text, (char) => char.codePointAt(0)!));
  const width = points.reduce((most, { length }) => Math.max(most, length), 1);
  const body = new Uint8Array(texts.length * width * 4);
  const view = new DataView(body.buffer);
  points.forEach((list, i) => list.forEach((point, k) => view.setUint32(4 * (i * width + k), point, true)));
  return { code: `<U${width}`, body };
}

function numberBytes(array: NDArray): { readonly code: string; readonly body: Uint8Array } {
  const stored: NDArray = array.dtype === 'bfloat16' ? { ...array, dtype: 'float32' } : array;
  const code = Object.keys(CODES).find((key) => CODES[key] === stored.dtype)!;
  return { code: `${code.endsWith('1') ? '|' : '<'}${code}`, body: toBytes(stored) };
}

/** An array as a `.npy` file. NumPy has no bfloat16: it is written as float32. */
export function formatNpy(array: NpyArray): Uint8Array<ArrayBuffer> {
  const { code, body } =
    'texts' in array ? textBytes(array.texts) : 're' in array ? complexBytes(array) : numberBytes(array);
  const text = `{'descr': '${code}', 'fortran_order': False, 'shape': ${describeShape(array.shape)}, }`;
  const padded = text + ' '.repeat(63 - ((10 + text.length) % 64)) + '\n';
  const bytes = new Uint8Array(10 + padded.length + body.length);
  bytes.set([...MAGIC, 1, 0, padded.length & 255, padded.length >> 8]);
  bytes.set(new TextEncoder().encode(padded), 10);
  bytes.set(body, 10 + padded.length);
  return bytes;
}

/** The arrays of an `.npz` file by name. @throws {ValueError} It is broken, or one holds neither numbers nor texts. */
export async function readNpz(source: ByteSource, limits: ZipLimits = {}): Promise<Record<string, NpyArray>> {
  const archive = await openZip(source, limits);
  const arrays: Record<string, NpyArray> = {};
  for (const name of archive.names) {
    if (!name.endsWith('.npy')) continue;
    Object.defineProperty(arrays, name.slice(0, -4), {
      value: await readNpyArray(await archive.member(name)),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return arrays;
}

/** Write arrays as an `.npz` file. @param write Is handed the bytes, piece by piece. */
export async function writeNpz(
  arrays: Readonly<Record<string, NpyArray>>,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const zip = await createZip(write);
  for (const [name, array] of Object.entries(arrays)) await zip.add(`${name}.npy`, bytesSource(formatNpy(array)));
  await zip.close();
}
