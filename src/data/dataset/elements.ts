/** @file Elements of data sets: cutting arrays into them, and putting them together in batches. */
import { describe } from '../../core/describe.js';
import type { DType } from '../../core/dtype.js';
import { allocate } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { own } from '../../core/lookup.js';
import { ndarray } from '../../core/ndarray.js';
import { formatShape, sameShape, sizeOf } from '../../core/shape.js';
import { isDict } from '../../core/tree.js';
import type { AnyTypedArray, NestedArray } from '../../runtime/index.js';
import { isTypedArray, StringTensor, Tensor, toTensor } from '../../runtime/index.js';
import { isNestedNumbers } from '../batch.js';
import { sliceRows } from '../rows.js';

/** One element of an array along its first axis: a row as a tensor, a string of a list of strings; parts of structures likewise. */
export type SliceOf<T> = T extends Tensor | AnyTypedArray | NestedArray
  ? Tensor
  : T extends readonly string[]
    ? string
    : T extends readonly unknown[]
      ? { [K in keyof T]: SliceOf<T[K]> }
      : T extends object
        ? { [K in keyof T]: SliceOf<T[K]> }
        : never;

/** Many elements as one: arrays and numbers become one tensor with a new first axis, strings a list; parts of structures likewise. */
export type Batched<T> = T extends Tensor | AnyTypedArray | NestedArray
  ? Tensor
  : T extends string
    ? string[]
    : T extends null
      ? null
      : T extends readonly unknown[]
        ? { [K in keyof T]: Batched<T[K]> }
        : T extends object
          ? { [K in keyof T]: Batched<T[K]> }
          : never;

/** One element of a batch. */
export type Unbatched<T> = SliceOf<T>;

interface Column {
  readonly length: number;
  at(index: number): unknown;
}

function columnOf(data: unknown, owner: string, place: string): Column {
  if (data instanceof Tensor || isTypedArray(data) || isNestedNumbers(data)) {
    const x = toTensor(data as Tensor, null, `${owner}: ${place}`);
    if (x.ndim === 0)
      throw new ValueError(`${owner}: ${place} is a scalar. Expected an array with the elements along its first axis.`);
    const shape = x.shape.slice(1);
    if (x instanceof StringTensor) {
      const at = (i: number): unknown => new StringTensor((sliceRows(x, i, i + 1) as StringTensor).strings, shape);
      return { length: x.shape[0], at: shape.length === 0 ? (i) => x.strings[i] : at };
    }
    return {
      length: x.shape[0],
      at: (i) => {
        const row = sliceRows(x, i, i + 1).ndarray;
        return Tensor.fromArray(ndarray(row.dtype, shape, row.data));
      },
    };
  }
  if (Array.isArray(data) && data.length > 0 && data.every((item) => typeof item === 'string')) {
    return { length: data.length, at: (i) => data[i] };
  }
  throw new ValueError(
    `${owner}: ${place} is ${describe(data)}. Expected a tensor, a typed array, nested lists of numbers, a list of strings, or a list or ` +
      `dict of these.`,
  );
}

/** Structures of arrays as elements, which are cut off when they are asked for. @throws {ValueError} Arrays of different lengths. */
export function slicesOf(data: unknown, owner: string): { readonly length: number; at(index: number): unknown } {
  const lengths: (readonly [place: string, length: number])[] = [];
  const visit = (part: unknown, place: string): ((index: number) => unknown) => {
    const isList =
      Array.isArray(part) &&
      part.length > 0 &&
      !isNestedNumbers(part) &&
      !part.every((item) => typeof item === 'string');
    if (isList) {
      const parts = part.map((item, i) => visit(item, `${place}[${i}]`));
      return (index) => parts.map((at) => at(index));
    }
    if (isDict(part) && Object.keys(part).length > 0) {
      const parts = Object.entries(part).map(([key, item]) => [key, visit(item, `${place}.${key}`)] as const);
      return (index) => Object.fromEntries(parts.map(([key, at]) => [key, at(index)]));
    }
    const column = columnOf(part, owner, place);
    lengths.push([place, column.length]);
    return (index) => column.at(index);
  };
  const at = visit(data, 'data');
  const [, length] = lengths[0];
  if (lengths.some(([, other]) => other !== length)) {
    const list = lengths.map(([place, count]) => `${place} has ${count}`).join(', ');
    throw new ValueError(`${owner}: all arrays must have as many elements along their first axis. ${list}.`);
  }
  return { length, at };
}

const isLeafArray = (x: unknown): boolean =>
  x instanceof Tensor || isTypedArray(x) || typeof x === 'number' || typeof x === 'boolean' || isNestedNumbers(x);

/** What is put around elements that are smaller than the largest of their batch. */
export interface Padding {
  /** Sizes of each leaf without the batch axis; null: as large as the largest of the batch. One for all leaves, or a structure of them. */
  readonly shapes: unknown;
  readonly values: unknown;
}

function join(leaves: readonly Tensor[], shape: readonly number[], dtype: DType, value: number): Tensor {
  if (dtype === 'string')
    return new StringTensor(leaves.flatMap((leaf) => (leaf as StringTensor).strings), [leaves.length, ...shape]); // prettier-ignore
  const size = sizeOf(shape);
  const data = allocate(dtype, size * leaves.length);
  if (value !== 0 && leaves.some((leaf) => !sameShape(leaf.shape, shape))) data.fill(value);
  leaves.forEach((leaf, i) => {
    const source = leaf.ndarray.data;
    if (sameShape(leaf.shape, shape)) {
      data.set(source, i * size);
      return;
    }
    // Copy row by row: the last axis of the leaf is one run of elements in both.
    const width = leaf.shape[leaf.ndim - 1];
    const rows = width === 0 ? 0 : leaf.size / width;
    for (let row = 0; row < rows; row++) {
      let rest = row;
      let offset = 0;
      let stride = shape[shape.length - 1];
      for (let axis = shape.length - 2; axis >= 0; axis--) {
        offset += (rest % leaf.shape[axis]) * stride;
        rest = Math.floor(rest / leaf.shape[axis]);
        stride *= shape[axis];
      }
      data.set(source.subarray(row * width, (row + 1) * width), i * size + offset);
    }
  });
  return Tensor.fromArray(ndarray(dtype, [leaves.length, ...shape], data));
}

function paddedShape(leaves: readonly Tensor[], wanted: unknown, owner: string, place: string): number[] {
  const rank = leaves[0].ndim;
  if (leaves.some((leaf) => leaf.ndim !== rank))
    throw new ValueError(
      `${owner}: elements of ${place} have different numbers of axes: ${leaves.map((l) => formatShape(l.shape)).join(', ')}.`,
    );
  const largest = Array.from({ length: rank }, (_, axis) => Math.max(...leaves.map((leaf) => leaf.shape[axis])));
  if (wanted === null || wanted === undefined) return largest;
  if (!Array.isArray(wanted) || wanted.length !== rank)
    throw new ValueError(
      `${owner}: the padded shape of ${place} is ${describe(wanted)}. Expected ${rank} sizes, or null.`,
    );
  return largest.map((size, axis) => {
    const given = wanted[axis] as unknown;
    if (given === null) return size;
    if (typeof given !== 'number' || !Number.isInteger(given) || given < size) {
      throw new ValueError(
        `${owner}: axis ${axis} of ${place} is to be padded to ${describe(given)}, but an element has ${size}. Give a larger size, or null for the largest of each batch.`,
      );
    }
    return given;
  });
}

const isShape = (x: unknown): boolean => Array.isArray(x) && x.every((d) => d === null || typeof d === 'number');
const partOf = (structure: unknown, key: string | number): unknown => {
  if (structure === null || structure === undefined || isShape(structure) || typeof structure !== 'object')
    return structure;
  return own(structure, key);
};

/**
 * Many elements as one.
 *
 * @param padding null: all elements have one shape.
 * @throws {ValueError} The elements have different structures, shapes or dtypes.
 */
export function collate(elements: readonly unknown[], owner: string, padding: Padding | null = null): unknown {
  const visit = (parts: readonly unknown[], place: string, shapes: unknown, values: unknown): unknown => {
    const first = parts[0];
    if (isLeafArray(first)) {
      const leaves = parts.map((part, i) => {
        if (!isLeafArray(part))
          throw new ValueError(
            `${owner}: ${place} of element ${i} of the batch is ${describe(part)}, but that of the first is an array.`,
          );
        return part instanceof Tensor ? part : toTensor(part as number, null, `${owner}: ${place}`);
      });
      // Lists of numbers are int32 or float32 by what they hold: one element with a fraction makes all floats.
      const literals = parts.every((part) => !(part instanceof Tensor) && !isTypedArray(part));
      const dtype = literals && leaves.some((leaf) => leaf.dtype === 'float32') ? 'float32' : leaves[0].dtype;
      const odd = literals ? -1 : leaves.findIndex((leaf) => leaf.dtype !== dtype);
      if (odd >= 0)
        throw new ValueError(
          `${owner}: ${place} of element ${odd} of the batch is ${leaves[odd].dtype}, that of the first ${dtype}. Give all elements one dtype.`,
        );
      if (padding !== null && dtype !== 'string') {
        const value = values === null || values === undefined ? 0 : values;
        if (typeof value !== 'number')
          throw new ValueError(`${owner}: the padding value of ${place} is ${describe(value)}. Expected a number.`);
        return join(leaves, paddedShape(leaves, shapes, owner, place), dtype, value);
      }
      const { shape } = leaves[0];
      const other = leaves.find((leaf) => !sameShape(leaf.shape, shape));
      if (other !== undefined) {
        throw new ValueError(
          `${owner}: elements of different shapes cannot be one batch: ${place} has shapes ${formatShape(shape)} and ${formatShape(other.shape)}. ` +
            `Use paddedBatch(), or make them alike in map().`,
        );
      }
      return join(leaves, shape, dtype, 0);
    }
    if (first === null || first === undefined) return null;
    if (typeof first === 'string') return parts.slice();
    if (Array.isArray(first)) {
      const odd = parts.findIndex((part) => !Array.isArray(part) || part.length !== first.length);
      if (odd >= 0)
        throw new ValueError(
          `${owner}: ${place} of element ${odd} of the batch is ${describe(parts[odd])}, but that of the first is a list of ${first.length}.`,
        );
      return first.map((_, i) =>
        visit(
          parts.map((part) => (part as readonly unknown[])[i]),
          `${place}[${i}]`,
          partOf(shapes, i),
          partOf(values, i),
        ),
      );
    }
    if (isDict(first)) {
      const keys = Object.keys(first);
      const odd = parts.findIndex(
        (part) =>
          !isDict(part) || Object.keys(part).length !== keys.length || keys.some((key) => !Object.hasOwn(part, key)),
      );
      if (odd >= 0)
        throw new ValueError(
          `${owner}: ${place} of element ${odd} of the batch is ${describe(parts[odd])}, but that of the first is a dict of ${keys.join(', ')}.`,
        );
      return Object.fromEntries(
        keys.map((key) => [
          key,
          visit(
            parts.map((part) => (part as Record<string, unknown>)[key]),
            `${place}.${key}`,
            partOf(shapes, key),
            partOf(values, key),
          ),
        ]),
      );
    }
    throw new ValueError(
      `${owner}: ${place} is ${describe(first)}. Batches are made of tensors, arrays, numbers and strings, and of lists and dicts of these.`,
    );
  };
  return visit(elements, 'the element', padding?.shapes, padding?.values);
}
