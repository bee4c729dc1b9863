/** @file Arrays as the bytes that NumPy and files have for them: little-endian, every dtype in its own width. */
import type { DType, NumberDType } from './dtype.js';
import { allocate, dtypeInfo } from './dtype.js';
import { ValueError } from './errors.js';
import type { NDArray } from './ndarray.js';
import { ndarray } from './ndarray.js';
import type { Shape } from './shape.js';
import { sizeOf } from './shape.js';

/** Bytes that one element takes in files and in NumPy. */
export function itemBytes(dtype: DType): number {
  return dtypeInfo(dtype).bits / 8;
}

const scratch = new DataView(new ArrayBuffer(4));

/** The 16 bits of a number that float16 holds exactly. */
function halfBits(x: number): number {
  scratch.setFloat32(0, x);
  const word = scratch.getUint32(0);
  const sign = (word >>> 16) & 0x8000;
  if (Number.isNaN(x)) return sign | 0x7e00;
  const size = Math.abs(x);
  if (size === Infinity) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | Math.round(size * 2 ** 24); // subnormal: whole multiples of 2^-24
  return sign | (((word >>> 13) & 0x3ffff) - ((127 - 15) << 10));
}
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

type Writer = (view: DataView, at: number, x: number) => void;
type Reader = (view: DataView, at: number) => number;
const CODECS: Record<NumberDType, readonly [Writer, Reader]> = {
  bool: [(v, at, x) => v.setUint8(at, x === 0 ? 0 : 1), (v, at) => (v.getUint8(at) === 0 ? 0 : 1)],
  uint8: [(v, at, x) => v.setUint8(at, x), (v, at) => v.getUint8(at)],
  int8: [(v, at, x) => v.setInt8(at, x), (v, at) => v.getInt8(at)],
  uint16: [(v, at, x) => v.setUint16(at, x, true), (v, at) => v.getUint16(at, true)],
  int16: [(v, at, x) => v.setInt16(at, x, true), (v, at) => v.getInt16(at, true)],
  uint32: [(v, at, x) => v.setUint32(at, x, true), (v, at) => v.getUint32(at, true)],
  int32: [(v, at, x) => v.setInt32(at, x, true), (v, at) => v.getInt32(at, true)],
  uint64: [(v, at, x) => v.setBigUint64(at, BigInt(x), true), (v, at) => Number(v.getBigUint64(at, true))],
  int64: [(v, at, x) => v.setBigInt64(at, BigInt(x), true), (v, at) => Number(v.getBigInt64(at, true))],
  float16: [(v, at, x) => v.setUint16(at, halfBits(x), true), (v, at) => halfValue(v.getUint16(at, true))],
  bfloat16: [
    (v, at, x) => {
      scratch.setFloat32(0, x);
      v.setUint16(at, scratch.getUint16(0), true);
    },
    (v, at) => {
      scratch.setUint32(0, v.getUint16(at, true) << 16);
      return scratch.getFloat32(0);
    },
  ],
  float32: [(v, at, x) => v.setFloat32(at, x, true), (v, at) => v.getFloat32(at, true)],
  float64: [(v, at, x) => v.setFloat64(at, x, true), (v, at) => v.getFloat64(at, true)],
};

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Whether elements lie in memory as they lie in files. */
function liesAsInFiles(dtype: DType, data: NDArray['data']): boolean {
  const { kind, bits } = dtypeInfo(dtype);
  const isHeldAsAnother = kind === 'bool' || (kind !== 'float' && bits === 64);
  return isLittleEndian && !isHeldAsAnother && data.BYTES_PER_ELEMENT === bits / 8;
}

/** The elements of an array as little-endian bytes in row-major order. */
export function toBytes({ dtype, data }: NDArray): Uint8Array<ArrayBuffer> {
  const width = itemBytes(dtype);
  if (liesAsInFiles(dtype, data)) {
    const copy = new Uint8Array(data.length * width);
    copy.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return copy;
  }
  const bytes = new Uint8Array(data.length * width);
  const view = new DataView(bytes.buffer);
  const [write] = CODECS[dtype as NumberDType];
  for (let i = 0; i < data.length; i++) write(view, i * width, data[i]);
  return bytes;
}

/**
 * As `fromBytes`, for bytes that nobody else has: where they lie as in memory the array takes them over without a copy.
 *
 * @throws {ValueError} There are more or fewer than the shape takes.
 */
export function takeBytes(dtype: DType, shape: Shape, bytes: Uint8Array): NDArray {
  const empty = allocate(dtype, 0);
  const fits = bytes.length === sizeOf(shape) * itemBytes(dtype) && bytes.byteOffset % empty.BYTES_PER_ELEMENT === 0;
  if (!fits || !liesAsInFiles(dtype, empty)) return fromBytes(dtype, shape, bytes);
  const Elements = empty.constructor as new (
    buffer: ArrayBufferLike,
    offset: number,
    length: number,
  ) => NDArray['data'];
  return ndarray(dtype, shape, new Elements(bytes.buffer, bytes.byteOffset, sizeOf(shape)));
}

/** The array that little-endian bytes in row-major order hold. @throws {ValueError} There are more or fewer than the shape takes. */
export function fromBytes(dtype: DType, shape: Shape, bytes: Uint8Array): NDArray {
  const width = itemBytes(dtype);
  const size = sizeOf(shape);
  if (bytes.length !== size * width)
    throw new ValueError(
      `fromBytes: ${bytes.length} bytes for ${size} elements of ${dtype}, which take ${size * width}.`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [, read] = CODECS[dtype as NumberDType];
  const data = allocate(dtype, size);
  if (liesAsInFiles(dtype, data)) {
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength).set(bytes);
    return ndarray(dtype, shape, data);
  }
  for (let i = 0; i < size; i++) data[i] = read(view, i * width);
  return ndarray(dtype, shape, data);
}
