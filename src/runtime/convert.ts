/** @file Turns what a person has (numbers, nested lists, typed arrays, variables) into tensors. */
import { describe } from '../core/describe.js';
import { floatx } from '../core/config.js';
import type { ComplexDType, DType, NumericArray } from '../core/dtype.js';
import { allocate, isComplexDType, standardizeDType } from '../core/dtype.js';
import { refuseUnknownOptions, TypeError, ValueError } from '../core/errors.js';
import type { NDArray } from '../core/ndarray.js';
import { castArray, fromNumbers, ndarray } from '../core/ndarray.js';
import type { Shape } from '../core/shape.js';
import { formatShape, sizeOf } from '../core/shape.js';
import { convert } from '../graph/lax.js';
import { isDict } from '../core/tree.js';
import { complexOf, toComplex } from './complex.js';
import type { Strings } from './strings.js';
import { isStrings, StringTensor, stringTensor } from './strings.js';
import { Tensor } from './tensor.js';
import { TensorSource } from './source.js';

/** Numbers and bools in nested lists, all of a depth alike. */
export type Numbers = number | boolean | readonly Numbers[];

/** Any typed array of numbers. */
export type AnyTypedArray = NumericArray | Uint8ClampedArray | BigInt64Array | BigUint64Array;

/** What ops and layers take for a tensor. */
export type TensorLike = Tensor | TensorSource | Numbers | AnyTypedArray;

function typedArrayDType(data: AnyTypedArray): DType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return 'uint8';
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Int16Array) return 'int16';
  if (data instanceof Uint16Array) return 'uint16';
  if (data instanceof Uint32Array) return 'uint32';
  return data instanceof BigInt64Array ? 'int64' : 'uint64';
}

export function isTypedArray(value: unknown): value is AnyTypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** The shape of nested lists. @throws {ValueError} They are ragged, or hold something that is no number. */
function nestedShape(data: Numbers, owner: string): number[] {
  const shape: number[] = [];
  for (let level: unknown = data; Array.isArray(level); level = level[0]) shape.push(level.length);
  const check = (node: unknown, axis: number): void => {
    if (axis === shape.length) {
      if (typeof node !== 'number' && typeof node !== 'boolean') {
        throw new ValueError(
          Array.isArray(node)
            ? `${owner}: the nested lists are ragged. All lists of a level must be of one length.`
            : `${owner}: got ${typeof node === 'string' ? JSON.stringify(node) : describe(node)} among the numbers. Expected numbers or bools.`,
        );
      }
      return;
    }
    if (!Array.isArray(node) || node.length !== shape[axis]) {
      throw new ValueError(
        `${owner}: the nested lists are ragged. All lists of a level must be of one length (${shape[axis]} on level ${axis}).`,
      );
    }
    for (const child of node) check(child, axis + 1);
  };
  check(data, 0);
  return shape;
}

function plainArray(data: Numbers | AnyTypedArray, dtype: DType | undefined, owner: string): NDArray {
  if (isTypedArray(data)) {
    const own = typedArrayDType(data);
    const shape = [data.length];
    if (data instanceof BigInt64Array || data instanceof BigUint64Array)
      return fromNumbers(dtype ?? own, shape, Array.from(data, Number));
    const copy = data instanceof Uint8ClampedArray ? new Uint8Array(data) : data.slice();
    return castArray(ndarray(own, shape, copy), dtype ?? own);
  }
  const shape = nestedShape(data, owner);
  const leaves = (Array.isArray(data) ? data.flat(Infinity) : [data]) as (number | boolean)[];
  const inferred = (): DType => {
    if (leaves.length > 0 && leaves.every((x) => typeof x === 'boolean')) return 'bool';
    return leaves.length > 0 &&
      // Whole numbers that int32 does not hold are floats: they would turn into others.
      leaves.every((x) => typeof x === 'boolean' || (x === (x | 0) && !Object.is(x, -0)))
      ? 'int32'
      : floatx();
  };
  return fromNumbers(dtype ?? inferred(), shape, leaves.map(Number));
}

/** Options of `tensor(data, options)`. */
export interface TensorOptions {
  /** Default: the nesting of `data`; `[length]` for a typed array. */
  readonly shape?: Shape | null;
  /** Default: a typed array's own; for lists `'bool'`, `'int32'` or `floatx()`, by what they hold. */
  readonly dtype?: DType | null;
}

/** Shape and dtype as they come to `tensor`: by position, or in one object. */
function tensorOptions(first: Shape | TensorOptions | null | undefined, last: unknown, more: boolean): TensorOptions {
  const form = "Call it as tensor(data, shape, dtype) or tensor(data, { dtype: 'float32' }).";
  if (isDict(first)) {
    const { shape, dtype, ...rest } = first as TensorOptions;
    refuseUnknownOptions('tensor', rest, ['shape', 'dtype']);
    if (more || last !== undefined) throw new TypeError(`tensor: got arguments after its options. ${form}`);
    return { shape, dtype };
  }
  if (more) throw new TypeError(`tensor: takes at most 3 arguments. ${form}`);
  if (
    first !== null &&
    first !== undefined &&
    !(Array.isArray(first) && first.every((n) => Number.isInteger(n) && n >= 0))
  )
    throw new TypeError(`tensor: the shape is ${describe(first)}. ${form}`);
  return { shape: first as Shape | null | undefined, dtype: last as DType | null | undefined };
}

/**
 * Make a tensor.
 *
 * @param data A number, bool or text, nested lists of these, or a typed array (copied).
 * @param shape Default: the nesting of `data`; `[length]` for a typed array. Shape and dtype may come in one object in its place:
 *   `tensor([1, 2], { dtype: 'float32' })`.
 * @param dtype Default: a typed array's own; for lists `'bool'` if all are bools, `'int32'` if all are whole numbers, `'string'` if all are
 *   texts, else `floatx()`.
 * @returns A tensor.
 * @throws {ValueError} Ragged lists, or another number of elements than `shape` has.
 * @see `keras.ops.convert_to_tensor`
 * @example
 * tensor([1, 2, 3, 4], [2, 2], 'float32') // [[1, 2], [3, 4]]
 */
export function tensor(data: Numbers | AnyTypedArray | Strings, options: TensorOptions): Tensor;
export function tensor(data: Numbers | AnyTypedArray | Strings, shape?: Shape | null, dtype?: DType | null): Tensor;
export function tensor(
  data: Numbers | AnyTypedArray | Strings,
  first?: Shape | TensorOptions | null,
  ...[last, ...more]: (DType | null | undefined)[]
): Tensor {
  const { shape, dtype } = tensorOptions(first, last, more.length > 0);
  if (isStrings(data) && (dtype ?? 'string') === 'string') return textTensor(data, shape ?? null);
  if (dtype === 'string') {
    if (!Array.isArray(data) || data.flat(Infinity).length > 0)
      throw new TypeError(
        `tensor: dtype 'string' is for texts, got ${describe(data)}. Write numbers as texts, by String(x).`,
      );
    return new StringTensor([], [...(shape ?? nestedShape(data, 'tensor'))]);
  }
  if (isStrings(data))
    throw new TypeError(`tensor: texts do not make ${dtype}. Turn them into numbers: texts.map(Number).`);
  if (isComplexDType(dtype)) return complexTensor(data, shape ?? null, dtype);
  const array = plainArray(data, dtype ? standardizeDType(dtype, 'tensor') : undefined, 'tensor');
  if (!shape) return Tensor.fromArray(array);
  requireFull(shape, array.data.length);
  return Tensor.fromArray({ ...array, shape: [...shape] });
}

function requireFull(shape: Shape, count: number): void {
  if (sizeOf(shape) === count) return;
  throw new ValueError(
    `tensor: ${count} elements do not fill shape ${formatShape(shape)}, which holds ${sizeOf(shape)}.`,
  );
}

function textTensor(data: Strings, shape: Shape | null): Tensor {
  const made = stringTensor(data, 'tensor');
  if (shape === null) return made;
  requireFull(shape, made.size);
  return new StringTensor(made.strings, [...shape]);
}

/** Complex numbers of real ones, or of both parts side by side where there are twice as many as `shape` holds. */
function complexTensor(data: Numbers | AnyTypedArray, shape: Shape | null, dtype: ComplexDType): Tensor {
  const { data: elements } = plainArray(data, dtype === 'complex64' ? 'float32' : 'float64', 'tensor');
  if (shape === null || elements.length !== 2 * sizeOf(shape) || elements.length === 0)
    return toComplex(tensor(data, shape), dtype);
  const part = (which: 0 | 1): Tensor => {
    const numbers = elements.filter((_, i) => i % 2 === which);
    return Tensor.fromArray(ndarray(dtype === 'complex64' ? 'float32' : 'float64', [...shape], numbers));
  };
  return complexOf(part(0), part(1));
}

/** A tensor from an engine array. */
export function constantTensor(array: NDArray): Tensor {
  return Tensor.fromArray(array);
}

/**
 * Any tensor-like as a tensor, of `dtype` if one is given.
 *
 * @param owner Names the caller in messages.
 */
export function toTensor(x: TensorLike, dtype?: DType | null, owner = 'convertToTensor'): Tensor {
  if (x instanceof Tensor) return dtype ? convert(x, dtype) : x;
  if (x instanceof TensorSource) return dtype ? convert(x.value, dtype) : x.value;
  if (typeof x === 'number' || typeof x === 'boolean' || Array.isArray(x) || isTypedArray(x)) {
    if (Array.isArray(x) && containsTensor(x)) return stack(x, dtype, owner);
    return Tensor.fromArray(plainArray(x as Numbers | AnyTypedArray, dtype ?? undefined, owner));
  }
  throw new ValueError(
    `${owner}: cannot make a tensor of ${describe(x)}. Expected a tensor, a number, nested lists or a typed array.`,
  );
}

/** As `toTensor`, of texts as well: what is given to layers and models may be either. */
export function toTensorOrTexts(x: TensorLike | Strings, owner: string): Tensor {
  return isStrings(x) ? stringTensor(x, owner) : toTensor(x, null, owner);
}

function containsTensor(list: readonly unknown[]): boolean {
  return list.some(
    (x) =>
      x instanceof Tensor || x instanceof TensorSource || isTypedArray(x) || (Array.isArray(x) && containsTensor(x)),
  );
}

/** A list that holds tensors: they are stacked along a new first axis. Data must be there. */
function stack(list: readonly TensorLike[], dtype: DType | null | undefined, owner: string): Tensor {
  const parts = list.map((x) => toTensor(x, dtype, owner));
  const first = parts[0];
  if (parts.some((p) => formatShape(p.shape) !== formatShape(first.shape))) {
    throw new ValueError(
      `${owner}: a list of tensors of shapes ${parts.map((p) => formatShape(p.shape)).join(', ')} cannot be stacked.`,
    );
  }
  const data = allocate(first.dtype, parts.length * first.size);
  parts.forEach((p, i) => data.set(castArray(p.ndarray, first.dtype).data, i * first.size));
  return Tensor.fromArray(ndarray(first.dtype, [parts.length, ...first.shape], data));
}
