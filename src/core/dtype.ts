/** @file Data types: their storage, their ranges, and rounding a number to one. Promotion stands in promotion.ts. */
import { quote } from './describe.js';
import { InternalError, suggest, ValueError } from './errors.js';

/** Dtypes of single numbers, as Keras spells them: what the engine computes in. */
export type NumberDType =
  | 'bool'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64';

/** Dtypes of complex numbers: pairs of float32, or of float64. The engine does not know them (see `runtime/complex.ts`). */
export type ComplexDType = 'complex64' | 'complex128';

/** The dtype of texts. The engine does not know them (see `runtime/strings.ts`). */
export type StringDType = 'string';

/** Every dtype of a tensor. */
export type DType = NumberDType | ComplexDType | StringDType;

/**
 * The typed arrays that hold tensors inside the engine. 16-bit floats are held as float32 whose values are rounded to 16 bits after
 * every operation; 64-bit integers are held as float64 and are exact up to 2^53.
 */
export type NumericArray =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** How many bits and which typed array store one element. */
export type Storage = 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'f32' | 'f64';

interface DTypeInfo {
  readonly kind: 'bool' | 'uint' | 'int' | 'float' | 'complex' | 'string';
  readonly bits: number;
  readonly storage: Storage;
}

const INFO: Record<DType, DTypeInfo> = {
  bool: { kind: 'bool', bits: 8, storage: 'u8' },
  uint8: { kind: 'uint', bits: 8, storage: 'u8' },
  uint16: { kind: 'uint', bits: 16, storage: 'u16' },
  uint32: { kind: 'uint', bits: 32, storage: 'u32' },
  uint64: { kind: 'uint', bits: 64, storage: 'f64' },
  int8: { kind: 'int', bits: 8, storage: 'i8' },
  int16: { kind: 'int', bits: 16, storage: 'i16' },
  int32: { kind: 'int', bits: 32, storage: 'i32' },
  int64: { kind: 'int', bits: 64, storage: 'f64' },
  float16: { kind: 'float', bits: 16, storage: 'f32' },
  bfloat16: { kind: 'float', bits: 16, storage: 'f32' },
  float32: { kind: 'float', bits: 32, storage: 'f32' },
  float64: { kind: 'float', bits: 64, storage: 'f64' },
  complex64: { kind: 'complex', bits: 64, storage: 'f32' },
  complex128: { kind: 'complex', bits: 128, storage: 'f64' },
  string: { kind: 'string', bits: 0, storage: 'u8' },
};

const ofNumbers = (dtype: DType): dtype is NumberDType => !['complex', 'string'].includes(INFO[dtype].kind);

/** All dtypes of numbers, narrow ones first. */
export const DTYPES = (Object.keys(INFO) as readonly DType[]).filter(ofNumbers);

/** Kind, bits and storage of a dtype. */
export function dtypeInfo(dtype: DType): DTypeInfo {
  return INFO[dtype];
}

/** Whether `value` is a dtype of single numbers. */
export function isDType(value: unknown): value is NumberDType {
  return typeof value === 'string' && Object.hasOwn(INFO, value) && ofNumbers(value as DType);
}

export function isComplexDType(value: unknown): value is ComplexDType {
  return value === 'complex64' || value === 'complex128';
}

/**
 * Check a dtype that a person wrote.
 *
 * @throws {ValueError} `value` is no dtype; the message names near ones.
 */
export function standardizeDType(value: unknown, owner = 'dtype'): NumberDType {
  if (isDType(value)) return value;
  if (isComplexDType(value))
    throw new ValueError(
      `${owner}: does not make ${value}. Make real numbers and take ops.cast(x, '${value}'), or ops.viewAsComplex for pairs.`,
    );
  if (value === 'string')
    throw new ValueError(
      `${owner}: does not make texts. Write them as texts, such as tensor(['a', 'b']); of numbers texts are made by String(x).`,
    );
  // Python's own types, which Keras takes as names as well.
  if (value === 'int') return 'int32';
  if (value === 'float') return 'float32';
  throw new ValueError(`${owner}: unknown dtype ${quote(value)}.${suggest(String(value), DTYPES)}`);
}

/** As `standardizeDType`, for what only has a dtype and makes none: inputs and specs may be of texts. */
export function standardizeInputDType(value: unknown, owner: string): NumberDType | StringDType {
  return value === 'string' ? value : standardizeDType(value, owner);
}

export function isFloat(dtype: DType): boolean {
  return INFO[dtype].kind === 'float';
}

export function isInteger(dtype: DType): boolean {
  return INFO[dtype].kind === 'int' || INFO[dtype].kind === 'uint';
}

export function isUnsigned(dtype: DType): boolean {
  return INFO[dtype].kind === 'uint';
}

const BYTES: Record<Storage, number> = { u8: 1, i8: 1, u16: 2, i16: 2, u32: 4, i32: 4, f32: 4, f64: 8 };

/** Bytes that one element takes in the engine (not in a file). */
export function storageBytes(dtype: DType): number {
  return BYTES[INFO[dtype].storage];
}

/** A zero-filled array that stores `size` elements of `dtype`. */
export function allocate(dtype: DType, size: number): NumericArray {
  if (!ofNumbers(dtype)) throw new InternalError(`an array of the engine has no dtype ${dtype}`);
  return viewStorage(INFO[dtype].storage, new ArrayBuffer(size * storageBytes(dtype)), 0, size);
}

/** View `size` elements at `byteOffset` of a buffer. */
export function viewStorage(storage: Storage, buffer: ArrayBufferLike, byteOffset: number, size: number): NumericArray {
  switch (storage) {
    case 'u8':
      return new Uint8Array(buffer, byteOffset, size);
    case 'i8':
      return new Int8Array(buffer, byteOffset, size);
    case 'u16':
      return new Uint16Array(buffer, byteOffset, size);
    case 'i16':
      return new Int16Array(buffer, byteOffset, size);
    case 'u32':
      return new Uint32Array(buffer, byteOffset, size);
    case 'i32':
      return new Int32Array(buffer, byteOffset, size);
    case 'f32':
      return new Float32Array(buffer, byteOffset, size);
    case 'f64':
      return new Float64Array(buffer, byteOffset, size);
    default:
      return storage satisfies never;
  }
}

/** Round to `mantissa` explicit bits, half to even, with subnormals below 2^minExponent. */
function roundFloat(x: number, mantissa: number, minExponent: number, largest: number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(x))), minExponent);
  const unit = 2 ** (exponent - mantissa);
  const quotient = x / unit; // exact: a division by a power of two
  let rounded = Math.round(quotient);
  if (Math.abs(quotient - Math.trunc(quotient)) === 0.5 && rounded % 2 !== 0) rounded -= 1;
  const result = rounded * unit;
  if (Math.abs(result) > largest) return x > 0 ? Infinity : -Infinity;
  return result === 0 && x < 0 ? -0 : result;
}

/**
 * The value that an element of `dtype` takes when `x` is stored: floats round half to even, integers are truncated and wrap
 * around, bool is `x !== 0`.
 */
export function roundTo(dtype: DType, x: number): number {
  switch (dtype) {
    case 'bool':
      return x !== 0 ? 1 : 0;
    case 'float64':
      return x;
    case 'float32':
      return Math.fround(x);
    case 'float16':
      return roundFloat(x, 10, -14, 65504);
    case 'bfloat16':
      return roundFloat(Math.fround(x), 7, -126, 3.3895313892515355e38);
    case 'int32':
      return x | 0;
    case 'uint32':
      return x >>> 0;
    case 'int8':
      return (x << 24) >> 24;
    case 'int16':
      return (x << 16) >> 16;
    case 'uint8':
      return x & 0xff;
    case 'uint16':
      return x & 0xffff;
    case 'int64':
      return Math.trunc(x) + 0;
    case 'uint64': {
      const whole = Math.trunc(x) + 0;
      return whole < 0 ? whole + 2 ** 64 : whole;
    }
    case 'complex64':
    case 'complex128':
    case 'string':
      throw new InternalError(`a number is not rounded to ${dtype}`);
    default:
      return dtype satisfies never;
  }
}

/** Smallest and largest finite value of a dtype. */
export function limits(dtype: DType): { min: number; max: number } {
  switch (dtype) {
    case 'bool':
      return { min: 0, max: 1 };
    case 'float16':
      return { min: -65504, max: 65504 };
    case 'bfloat16':
      return { min: -3.3895313892515355e38, max: 3.3895313892515355e38 };
    case 'float32':
      return { min: -3.4028234663852886e38, max: 3.4028234663852886e38 };
    case 'float64':
      return { min: -Number.MAX_VALUE, max: Number.MAX_VALUE };
    default: {
      const { kind, bits } = INFO[dtype];
      return kind === 'uint' ? { min: 0, max: 2 ** bits - 1 } : { min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 };
    }
  }
}

/** The least value of a dtype in the order of `max`: -Infinity for floats. The neutral element of a maximum. */
export function lowest(dtype: DType): number {
  return isFloat(dtype) ? -Infinity : limits(dtype).min;
}

/** The greatest value of a dtype: Infinity for floats. The neutral element of a minimum. */
export function highest(dtype: DType): number {
  return isFloat(dtype) ? Infinity : limits(dtype).max;
}
