/** @file `Tensor`: an array that is there (eager), or one that a program will compute (traced). Symbolic ones: keras_tensor.ts. */
import { checkMethods } from '../core/methods.js';
import type { DType } from '../core/dtype.js';
import { dtypeInfo } from '../core/dtype.js';
import { InternalError, RuntimeError, TypeError, ValueError } from '../core/errors.js';
import { checkKind } from '../core/kinds.js';
import type { NDArray } from '../core/ndarray.js';
import type { Shape } from '../core/shape.js';
import { formatShape, normalizeAxis, sizeOf } from '../core/shape.js';
import type { Applier, Operand, Value } from '../graph/index.js';
import type { TensorLike } from './convert.js';
import { formatArray, formatRepr } from './format.js';
import { TensorMethods } from './methods.js';

/** What `tensor.data()` gives: int64 as BigInt64Array, uint64 as BigUint64Array, 16-bit floats widened, bool as 0 and 1. */
export type TensorData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** Nested lists of numbers (bools for bool tensors): what `tensor.array()` gives. */
export type NestedArray = number | boolean | NestedArray[];

/** Where a traced tensor's data can still be had: the trace that made it, once it has run. */
export interface TraceOwner {
  /** The array of a value of this trace. @throws {RuntimeError} The trace has not run, or runs elsewhere. */
  materialize(value: Value): NDArray;
}

let shared: Applier<Tensor> | null = null;
/** The runtime registers how primitives are applied to tensors (apply.ts), which needs this class itself. */
export function setTensorApplier(applier: Applier<Tensor>): void {
  shared = applier;
}

/**
 * An n-dimensional array of one dtype. It never changes; its memory is collected like any object's.
 *
 * Make one with `tensor(data, shape?, dtype?)` or `ops.convertToTensor`. It prints as NumPy prints.
 *
 * @see `keras.ops.convert_to_tensor`
 * @example
 * tensor([[1, 2], [3, 4]]).add(1).toString()  // '[[2 3]\n [4 5]]'
 */
export class Tensor extends TensorMethods<Tensor, TensorLike> implements Operand<Tensor> {
  readonly dtype: DType;
  /** Sizes of the axes. A scalar has none. */
  readonly shape: Shape;
  /** A field that shows, so that test runners and `node:assert` compare tensors by their numbers. Null while a program is traced. */
  protected numbers: NDArray | null;
  readonly #value: Value | null;
  readonly #owner: TraceOwner | null;

  /** Not for users: see `tensor()`. */
  protected constructor(
    dtype: DType,
    shape: Shape,
    array: NDArray | null,
    value: Value | null,
    owner: TraceOwner | null,
  ) {
    super();
    this.dtype = dtype;
    this.shape = shape;
    this.numbers = array;
    this.#value = value;
    this.#owner = owner;
  }

  /** Wrap an array that nobody changes any more. */
  static fromArray(array: NDArray): Tensor {
    return new Tensor(array.dtype, array.shape, array, null, null);
  }

  /** Wrap a value of a graph that is being traced. */
  static fromValue(value: Value, owner: TraceOwner): Tensor {
    return new Tensor(value.dtype, value.shape, null, value, owner);
  }

  get applier(): Applier<Tensor> {
    if (shared === null) throw new InternalError('the runtime is not loaded');
    return shared;
  }

  /** The graph value of a traced tensor, or null. */
  get value(): Value | null {
    return this.#value;
  }

  /** Number of axes. */
  get ndim(): number {
    return this.shape.length;
  }

  /**
   * The size of an axis.
   *
   * @param axis From 0, or from the end: -1 is the last.
   * @throws {ValueError} There is no such axis.
   */
  dim(axis: number): number {
    checkKind('dim', 'axis', axis ?? null, ['whole']);
    return this.shape[normalizeAxis(axis, this.ndim, 'dim')];
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Whether the numbers are not there, because a program that is being traced will compute them. */
  get isTraced(): boolean {
    return this.numbers === null;
  }

  /** The engine's array. @throws {RuntimeError} The tensor is traced and its program has not run. */
  get ndarray(): NDArray {
    if (this.numbers === null) {
      this.numbers = this.#owner!.materialize(this.#value!);
    }
    return this.numbers;
  }

  /** The elements in row-major order, as a copy. */
  async data(): Promise<TensorData> {
    return Promise.resolve(this.dataSync());
  }

  /** As `data`, at once. CPU backends only. */
  dataSync(): TensorData {
    const { data } = this.ndarray;
    if (this.dtype === 'int64') return BigInt64Array.from(data as Float64Array, BigInt);
    if (this.dtype === 'uint64') return BigUint64Array.from(data as Float64Array, BigInt);
    return data.slice();
  }

  /**
   * Nested lists of numbers; bools for a bool tensor, texts for one of texts; a plain number for a scalar. Who knows more of them may say so:
   * `array<number[][]>()`.
   */
  async array<T = NestedArray>(): Promise<T> {
    return Promise.resolve(this.arraySync<T>());
  }

  /** As `array`, at once. CPU backends only. */
  arraySync<T = NestedArray>(): T {
    const { data } = this.ndarray;
    const bool = dtypeInfo(this.dtype).kind === 'bool';
    const visit = (axis: number, offset: number): NestedArray => {
      if (axis === this.shape.length) return bool ? data[offset] !== 0 : data[offset];
      const step = sizeOf(this.shape.slice(axis + 1));
      return Array.from({ length: this.shape[axis] }, (_, i) => visit(axis + 1, offset + i * step));
    };
    return visit(0, 0) as T;
  }

  /** The only element, as a number. @throws {ValueError} There are more or fewer than one. */
  async item(): Promise<number> {
    return Promise.resolve(this.itemSync());
  }

  /** As `item`, at once. CPU backends only. */
  itemSync(): number {
    if (this.size !== 1)
      throw new ValueError(`item: a tensor of shape ${formatShape(this.shape)} has ${this.size} elements, not one.`);
    return this.ndarray.data[0];
  }

  /** As NumPy prints an array. */
  override toString(): string {
    return this.#known()
      ? formatArray(this.ndarray)
      : `Tensor(traced, shape=${formatShape(this.shape)}, dtype=${this.dtype})`;
  }

  /**
   * Numbers can be taken from scalars: `Number(loss)`, `loss * 2`.
   *
   * @throws {TypeError} The tensor holds more or fewer than one number, and a number is asked for.
   */
  [Symbol.toPrimitive](hint: string): number | string {
    if (hint === 'string') return this.toString();
    if (this.size === 1) return this.itemSync();
    throw new TypeError(
      `A tensor of shape ${formatShape(this.shape)} is no number. Use its methods, such as t.mul(2) and t.add(1), or read it: await t.array().`,
    );
  }

  /** The size of the first axis. @throws {TypeError} A scalar has no axis. */
  get length(): number {
    if (this.ndim === 0) throw new TypeError('A scalar tensor has no parts to go through. Read it: await t.item().');
    return this.shape[0];
  }

  /**
   * The parts along the first axis: `for (const row of matrix)`, `Array.from(vector)`. A scalar is not iterable: it has no such method, by which
   * test runners know that they need not go through it. (`Array.from(scalar)` meets `length`, which throws.)
   */
  get [Symbol.iterator](): () => Generator<Tensor, void, void> {
    return this.ndim === 0 ? (undefined as never) : this.#parts;
  }

  *#parts(): Generator<Tensor, void, void> {
    for (let i = 0; i < this.shape[0]; i++) yield this.getItem(i);
  }

  /** What `JSON.stringify` writes: nested lists of numbers. JSON has no NaN and no infinities; it writes null for them. */
  toJSON(): NestedArray {
    return this.arraySync();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.#known() ? formatRepr(this.ndarray) : this.toString();
  }

  #known(): boolean {
    if (this.numbers !== null) return true;
    try {
      return this.ndarray !== null;
    } catch (error) {
      if (error instanceof RuntimeError) return false;
      throw error;
    }
  }
}
checkMethods(Tensor);
