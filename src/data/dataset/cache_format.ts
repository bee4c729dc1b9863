/**
 * @file The bytes of a cache of elements: a head that says of what they were made, a record for each element with its checksum, and, when
 * all are there, a table of where they lie. A file may be cut off, broken or made to do harm: nothing in it is believed unchecked.
 */
import { itemBytes, takeBytes, toBytes } from '../../core/bytes.js';
import { describe } from '../../core/describe.js';
import { isDType } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { ndarray } from '../../core/ndarray.js';
import type { OpenFile } from '../../core/platform.js';
import { sizeOf } from '../../core/shape.js';
import { isDict } from '../../core/tree.js';
import { crc32c } from '../../formats/crc32c.js';
import type { AnyTypedArray } from '../../runtime/index.js';
import { isTypedArray, StringTensor, Tensor } from '../../runtime/index.js';

/** Of what the elements were made. */
export interface CacheHead {
  /** What the chain before the cache says of itself. */
  readonly identity: string;
  readonly cardinality: number | null;
  /** The pass whose elements these are. */
  readonly path: readonly number[];
}

const MAGIC = 'KTSCACHE';
const VERSION = 1;
const RECORD = 0x4d454c45;
const TABLE = 0x4c424154;
const END = 'KTSCEND1';
/** Tag, number, bytes of the structure, bytes of the data. */
const RECORD_HEAD = 16;
const CHECKSUM = 4;
const TAIL = 16;
/** What is read at once of heads and tables. */
const MOST = 1 << 28;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });
const aligned = (size: number): number => Math.ceil(size / 8) * 8;
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Bytes with their checksum behind them. */
function sealed(bytes: Uint8Array): Uint8Array {
  const end = bytes.length - CHECKSUM;
  viewOf(bytes).setUint32(end, crc32c(bytes.subarray(0, end)), true);
  return bytes;
}

const isSealed = (bytes: Uint8Array): boolean =>
  viewOf(bytes).getUint32(bytes.length - CHECKSUM, true) === crc32c(bytes.subarray(0, bytes.length - CHECKSUM));

// ---- elements ----

const ARRAYS: Readonly<Record<string, new (buffer: ArrayBuffer) => AnyTypedArray>> = {
  Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array,
}; // prettier-ignore

/** An element as JSON, and its arrays. Lists and dicts say what they are, so that no key has a meaning. */
function packElement(element: unknown, owner: string): { structure: Uint8Array; arrays: Uint8Array[] } {
  const arrays: Uint8Array[] = [];
  const pack = (part: unknown, place: string): unknown => {
    if (part === null || typeof part === 'boolean' || typeof part === 'string') return part;
    if (typeof part === 'number')
      return Number.isFinite(part) && !Object.is(part, -0) ? part : ['x', Object.is(part, -0) ? '-0' : String(part)];
    if (part === undefined) return ['u'];
    if (part instanceof StringTensor) return ['s', part.strings, part.shape];
    if (part instanceof Tensor) {
      arrays.push(toBytes(part.ndarray));
      return ['t', part.dtype, part.shape];
    }
    if (isTypedArray(part) && Object.hasOwn(ARRAYS, part.constructor.name)) {
      arrays.push(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
      return ['a', part.constructor.name, part.length];
    }
    if (Array.isArray(part)) return ['l', part.map((item, i) => pack(item, `${place}[${i}]`))];
    if (isDict(part)) return ['d', Object.entries(part).map(([key, item]) => [key, pack(item, `${place}.${key}`)])];
    throw new ValueError(
      `${owner}: ${place} is ${describe(part)}, which cannot be kept in a file. Elements of tensors, typed arrays, numbers, texts, truth ` +
        'values, and lists and dicts of these can. cache() without a file keeps any.',
    );
  };
  const structure = encoder.encode(JSON.stringify(pack(element, 'the element')));
  return { structure, arrays };
}

/** The element of a structure and its arrays. @throws {Error} It is none. */
function unpackElement(structure: unknown, data: Uint8Array): unknown {
  let at = 0;
  const take = (size: number): Uint8Array => {
    const end = at + size;
    if (!(size >= 0 && end <= data.length)) throw new ValueError('arrays beyond the end');
    const bytes = data.subarray(at, end);
    at = aligned(end);
    return bytes;
  };
  const isStringList = (x: unknown): x is string[] => Array.isArray(x) && x.every((text) => typeof text === 'string');
  const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  const unpack = (node: unknown): unknown => {
    if (!Array.isArray(node)) {
      if (node === undefined || (typeof node === 'object' && node !== null)) throw new ValueError('an unknown form');
      return node;
    }
    const [kind, first, second] = node as unknown[];
    if (kind === 'u') return undefined;
    if (kind === 'x') return Number(first);
    if (kind === 't' && isDType(first) && Array.isArray(second) && second.every(isCount)) {
      const bytes = take(sizeOf(second) * itemBytes(first));
      const { dtype, shape, data: items } = takeBytes(first, second, bytes);
      return Tensor.fromArray(ndarray(dtype, shape, items));
    }
    if (kind === 's' && isStringList(first) && Array.isArray(second) && second.every(isCount)) {
      if (sizeOf(second) !== first.length) throw new ValueError('another number of texts than the shape has');
      return new StringTensor(first, second);
    }
    if (kind === 'a' && typeof first === 'string' && Object.hasOwn(ARRAYS, first) && isCount(second)) {
      const Elements = ARRAYS[first];
      const bytes = take(second * (Elements as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT);
      return new Elements(bytes.slice().buffer);
    }
    if (kind === 'l' && Array.isArray(first)) return first.map(unpack);
    if (kind === 'd' && Array.isArray(first))
      // fromEntries makes own properties of all keys, `__proto__` among them.
      return Object.fromEntries(
        first.map((entry: unknown) => {
          const [key, item] = entry as [unknown, unknown];
          if (typeof key !== 'string') throw new ValueError('a key that is no text');
          return [key, unpack(item)];
        }),
      );
    throw new ValueError('an unknown form');
  };
  const element = unpack(structure);
  if (at !== data.length) throw new ValueError('more arrays than the structure has');
  return element;
}

// ---- the head ----

export function packHead(head: CacheHead): Uint8Array {
  const text = encoder.encode(JSON.stringify(head));
  const bytes = new Uint8Array(aligned(MAGIC.length + 8 + text.length + CHECKSUM));
  bytes.set(encoder.encode(MAGIC));
  viewOf(bytes).setUint32(8, VERSION, true);
  viewOf(bytes).setUint32(12, bytes.length, true);
  bytes.fill(0x20, 16);
  bytes.set(text, 16);
  return sealed(bytes);
}

/**
 * The head of a file, and where the first record begins.
 *
 * @returns 'other': the file is no cache; 'broken': it is one that cannot be used.
 */
export async function readHead(file: OpenFile): Promise<{ head: CacheHead; start: number } | 'other' | 'broken'> {
  const magic = await file.read(0, Math.min(file.size, MAGIC.length));
  if (magic.length === 0) return 'broken'; // made, and never written
  const isWhole = magic.length === MAGIC.length;
  if (MAGIC.slice(0, magic.length) !== String.fromCharCode(...magic)) return 'other';
  if (!isWhole || file.size < 16 + CHECKSUM) return 'broken';
  const fixed = viewOf(await file.read(8, 8));
  const size = fixed.getUint32(4, true);
  if (fixed.getUint32(0, true) !== VERSION || size > Math.min(file.size, MOST) || size < 16 + CHECKSUM) return 'broken';
  const bytes = await file.read(0, size);
  if (!isSealed(bytes)) return 'broken';
  const head = parse(bytes.subarray(16, size - CHECKSUM));
  if (!isDict(head)) return 'broken';
  const { identity, cardinality, path } = head;
  const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (typeof identity !== 'string' || !(cardinality === null || isCount(cardinality))) return 'broken';
  if (!Array.isArray(path) || !path.every(isCount)) return 'broken';
  return { head: { identity, cardinality, path }, start: size };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

// ---- records ----

/** @throws {ValueError} The element cannot be kept. */
export function packRecord(number: number, element: unknown, owner: string): Uint8Array {
  const { structure, arrays } = packElement(element, owner);
  const structureSize = aligned(structure.length);
  const dataSize = arrays.reduce((sum, array) => sum + aligned(array.length), 0);
  if (dataSize > 0xffffffff || structureSize > 0xffffffff)
    throw new ValueError(`${owner}: element ${number} takes more than 4 GiB. Cache smaller ones, before batch() say.`);
  const bytes = new Uint8Array(RECORD_HEAD + structureSize + dataSize + CHECKSUM);
  const view = viewOf(bytes);
  [RECORD, number, structureSize, dataSize].forEach((value, i) => view.setUint32(4 * i, value, true));
  bytes.set(structure, RECORD_HEAD);
  bytes.fill(0x20, RECORD_HEAD + structure.length, RECORD_HEAD + structureSize);
  let at = RECORD_HEAD + structureSize;
  for (const array of arrays) {
    bytes.set(array, at);
    at += aligned(array.length);
  }
  return sealed(bytes);
}

/** An element at its place; null: there is none that could be used. */
export async function readRecord(
  file: OpenFile,
  number: number,
  start: number,
  end: number,
): Promise<{ readonly element: unknown } | null> {
  try {
    const bytes = await file.read(start, end - start);
    const view = viewOf(bytes);
    const [tag, own, structureSize, dataSize] = [0, 4, 8, 12].map((at) => view.getUint32(at, true));
    const data = RECORD_HEAD + structureSize;
    if (tag !== RECORD || own !== number || data + dataSize + CHECKSUM !== bytes.length || !isSealed(bytes))
      return null;
    return { element: unpackElement(parse(bytes.subarray(RECORD_HEAD, data)), bytes.subarray(data, data + dataSize)) };
  } catch {
    return null;
  }
}

/** Where the records of a file that is not finished lie, as far as they are whole; the last entry is where they end. */
export async function scanRecords(file: OpenFile, start: number): Promise<number[]> {
  const places = [start];
  for (let at = start; at + RECORD_HEAD + CHECKSUM <= file.size;) {
    const view = viewOf(await file.read(at, RECORD_HEAD));
    const [tag, number, structureSize, dataSize] = [0, 4, 8, 12].map((each) => view.getUint32(each, true));
    const next = at + RECORD_HEAD + structureSize + dataSize + CHECKSUM;
    if (tag !== RECORD || number !== places.length - 1 || next > file.size) break;
    places.push((at = next));
  }
  return places;
}

// ---- the table ----

/** @param places Where each record begins; the last entry is where they end. */
export function packTable(places: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(8 + 8 * places.length + CHECKSUM + TAIL);
  const view = viewOf(bytes);
  view.setUint32(0, TABLE, true);
  view.setUint32(4, places.length, true);
  places.forEach((place, i) => view.setFloat64(8 + 8 * i, place, true));
  sealed(bytes.subarray(0, bytes.length - TAIL));
  view.setFloat64(bytes.length - TAIL, places[places.length - 1], true);
  bytes.set(encoder.encode(END), bytes.length - 8);
  return bytes;
}

/** The table of a finished file; null: it is not finished, or broken. */
export async function readTable(file: OpenFile, start: number): Promise<number[] | null> {
  if (file.size < start + TAIL) return null;
  const tail = await file.read(file.size - TAIL, TAIL);
  if (String.fromCharCode(...tail.subarray(8)) !== END) return null;
  const at = viewOf(tail).getFloat64(0, true);
  const size = file.size - TAIL - at;
  if (!(Number.isSafeInteger(at) && at >= start && size >= 16 + CHECKSUM && size <= MOST)) return null;
  const bytes = await file.read(at, size);
  const view = viewOf(bytes);
  const count = view.getUint32(4, true);
  if (view.getUint32(0, true) !== TABLE || 8 + 8 * count + CHECKSUM !== size || !isSealed(bytes)) return null;
  const places = Array.from({ length: count }, (_, i) => view.getFloat64(8 + 8 * i, true));
  const isOrdered = places.every((place, i) => i === 0 || place - places[i - 1] >= RECORD_HEAD + CHECKSUM);
  return places[0] === start && places[count - 1] === at && isOrdered && places.every(Number.isSafeInteger)
    ? places
    : null;
}
