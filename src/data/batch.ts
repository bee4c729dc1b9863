/** @file Batches: `[x, y, sampleWeight]`, and the forms in which people hand them over. */
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import type { Tree } from '../core/tree.js';
import { flatten, isDict } from '../core/tree.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { isStrings, isTypedArray, Tensor as TensorClass, toTensor, toTensorOrTexts } from '../runtime/index.js';
import { floatx } from '../core/config.js';
import { isFloat } from '../core/dtype.js';

/** Data as people have them: an array of numbers or texts, or a list or dict of arrays for several inputs or outputs. */
export type DataLike = TensorLike | string | null | readonly DataLike[] | { readonly [name: string]: DataLike };

/** Tensors in the structure of the data. */
export type TensorTree = Tree<Tensor | null>;

/**
 * What a step works on: inputs, targets and weights. Of models of one input and one output these are tensors; others say what they are:
 * `Batch<[Tensor, Tensor], Tensor>`. Weights (and targets, where `fit` was given none) are null when there are none.
 */
export type Batch<
  X extends TensorTree = Tensor,
  Y extends TensorTree = Tensor,
  W extends TensorTree = Tensor | null,
> = readonly [x: X, y: Y, sampleWeight: W];

/** A batch of any structure. */
export type AnyBatch = Batch<TensorTree, TensorTree, TensorTree>;

/** What generators and datasets give: `[x]`, `[x, y]`, `[x, y, sampleWeight]`, or `x` alone if it is no list. */
export type BatchLike =
  | readonly [x: DataLike]
  | readonly [x: DataLike, y: DataLike]
  | readonly [x: DataLike, y: DataLike, sampleWeight: DataLike]
  | TensorLike
  | { readonly [name: string]: DataLike };

/** Whether a list is one array in nested lists of numbers (and not a list of arrays). */
export function isNestedNumbers(x: unknown): boolean {
  if (!Array.isArray(x)) return false;
  const isNumber = (item: unknown): boolean => typeof item === 'number' || typeof item === 'boolean';
  let first: unknown = x;
  while (Array.isArray(first) && first.length > 0) first = first[0];
  return isNumber(first) && x.every((item) => Array.isArray(item) || isNumber(item));
}

/** Whether a list is one array in nested lists of texts. */
export function isNestedTexts(x: unknown): boolean {
  return Array.isArray(x) && isStrings(x) && x.every((item) => Array.isArray(item) || typeof item === 'string');
}

/** Whether a value is one array. */
export function isArrayLike(x: unknown): boolean {
  return x instanceof TensorClass || isTypedArray(x) || isNestedNumbers(x) || isNestedTexts(x);
}

/** Whether a value is an array, null, or a structure of them. */
export function isArrayData(x: unknown): boolean {
  if (x === null || x === undefined || isArrayLike(x)) return true;
  if (Array.isArray(x)) return x.length > 0 && x.every(isArrayData);
  return isDict(x) && Object.keys(x).length > 0 && Object.values(x).every(isArrayData);
}

/**
 * `[x, y, sampleWeight]` of what a dataset gives: a list of one to three parts, or `x` alone.
 *
 * @throws {ValueError} A list of more parts.
 * @see `keras.utils.unpack_x_y_sample_weight`; the public form of it is in utils
 */
export function unpackXYSampleWeight<T = DataLike>(data: unknown): [x: T, y: T | null, sampleWeight: T | null] {
  // A list of texts is a batch of them.
  if (!Array.isArray(data) || (data.length > 0 && data.every((item) => typeof item === 'string')))
    return [data as T, null, null];
  if (data.length > 3 || data.length === 0) {
    throw new ValueError(
      `A batch is a list of ${data.length} parts. Expected [x], [x, y] or [x, y, sampleWeight]; several inputs or outputs go in a list ` +
        `or dict of their own: [[x1, x2], y].`,
    );
  }
  const [x, y = null, sampleWeight = null] = data as [T, T?, T?];
  return [x, y ?? null, sampleWeight ?? null];
}

/** How many arrays the model takes, where a list of lists of numbers could be one array or several. */
export interface ArrayCounts {
  /** Inputs of the model. Default 1. */
  readonly inputs?: number;
  /** Outputs of the model. Default 1. */
  readonly outputs?: number;
}

/**
 * Data as tensors, in the same structure. Floats of another width become `floatx()`, as layers expect them.
 *
 * @param what Names the data in messages: `"x"`.
 * @param count How many arrays are expected: a list of that many nested lists is several arrays then.
 * @throws {ValueError} Something in it is no array.
 */
export function toTensorTree(data: unknown, what: string, count = 1): TensorTree {
  if (data === null || data === undefined) return null;
  const several = count > 1 && Array.isArray(data) && data.length === count && data.every((part) => isArrayLike(part));
  if (isArrayLike(data) && !several) {
    const tensor = toTensorOrTexts(data as TensorLike, what);
    if (tensor.ndim === 0)
      throw new ValueError(`${what} is a scalar. Expected an array with the samples along its first axis.`);
    return isFloat(tensor.dtype) && tensor.dtype !== floatx() ? toTensor(tensor, floatx()) : tensor;
  }
  if (Array.isArray(data) && data.length > 0) return data.map((part, i) => toTensorTree(part, `${what}[${i}]`));
  if (isDict(data) && Object.keys(data).length > 0)
    return Object.fromEntries(Object.entries(data).map(([key, part]) => [key, toTensorTree(part, `${what}.${key}`)]));
  throw new ValueError(
    `${what}: got ${describe(data)}. Expected a tensor, a typed array, nested lists of numbers or of texts, or a list or dict of these.`,
  );
}

/** Inputs, targets and weights as tensors. @throws {ValueError} Something in them is no array. */
export function toTensorTrees(
  [x, y, sampleWeight]: readonly [unknown, unknown, unknown],
  owner: string,
  { inputs = 1, outputs = 1 }: ArrayCounts = {},
): AnyBatch {
  return [
    toTensorTree(x, `${owner}: x`, inputs),
    toTensorTree(y, `${owner}: y`, outputs),
    toTensorTree(sampleWeight, `${owner}: sampleWeight`, outputs),
  ];
}

/** A batch of what a dataset gives. @throws {ValueError} It is none. */
export function toBatch(data: unknown, owner: string, counts?: ArrayCounts): AnyBatch {
  const batch = toTensorTrees(unpackXYSampleWeight<unknown>(data), owner, counts);
  const isEmpty = (tree: TensorTree): boolean => flatten<Tensor | null>(tree).some((x) => x?.shape[0] === 0);
  if (isEmpty(batch[0])) throw new ValueError(`${owner}: a batch of 0 samples. Leave such batches out.`);
  return batch;
}
