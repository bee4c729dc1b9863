/** @file `Variable`: a tensor that changes. Its value lives on the host, or in the heap of the model whose programs use it. */
import { floatx } from '../core/config.js';
import type { DType } from '../core/dtype.js';
import { standardizeDType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { autoName } from '../core/naming.js';
import { castArray, type NDArray } from '../core/ndarray.js';
import type { Shape } from '../core/shape.js';
import { formatShape, sameShape } from '../core/shape.js';
import type { HeapBuffer } from '../graph/index.js';
import { arithmetic } from './arithmetic.js';
import type { TensorLike } from './convert.js';
import { toTensor } from './convert.js';
import { TensorSource } from './source.js';
import { Tensor } from './tensor.js';
import { currentTrace } from './trace.js';

/** What a variable starts from: a value, or a function of shape and dtype. */
export type VariableInitializer = TensorLike | ((shape: Shape, options: { dtype: DType }) => TensorLike);

/** Options of `new Variable(initializer, options)`. */
export interface VariableOptions {
  /** Needed when the initializer is a function. */
  readonly shape?: Shape | null;
  /** Default: the value's dtype, or `floatx()` for a function. */
  readonly dtype?: DType | null;
  /** Whether an optimizer changes it. Default true. */
  readonly trainable?: boolean;
  /** Whether a layer's compute dtype applies when it is read inside a layer. Default true. */
  readonly autocast?: boolean;
  /** How replicas would be combined; kept for configs. Default `'none'`. */
  readonly aggregation?: 'none' | 'mean' | 'sum' | 'only_first_replica' | null;
  readonly synchronization?: string | null;
  /** Default: made up, `variable_3`. */
  readonly name?: string | null;
}

let autocastDType: DType | null = null;

/** Run `fn` with float variables read as `dtype` (null: as they are). @see Keras's `AutoCastScope` */
export function withAutocast<R>(dtype: DType | null, fn: () => R): R {
  const outer = autocastDType;
  autocastDType = dtype;
  try {
    return fn();
  } finally {
    autocastDType = outer;
  }
}

/** The value of a variable as it is stored, whatever dtype the code around computes in. */
export const storedValue = (variable: Variable): Tensor => withAutocast(null, () => variable.value);

/**
 * A tensor that can be assigned: a weight, a counter, a slot of an optimizer. Reads and assignments inside `jit` and `trainStep` are
 * traced, and take effect when the program runs.
 *
 * @see `keras.Variable`
 */
export class Variable extends TensorSource {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly name: string;
  /** The name with the names of the owners before it: `"sequential/dense/kernel"`. Set by the layer that owns it. */
  path: string;
  trainable: boolean;
  readonly autocast: boolean;
  readonly aggregation: string;
  readonly synchronization: string;
  /** Applied by optimizers after each update. */
  constraint: ((value: Tensor) => TensorLike) | null = null;
  /** Added to the loss by the layer that owns the variable. */
  regularizer: ((value: Tensor) => Tensor) | null = null;
  /** An optimizer leaves it alone when it says so itself (quantized weights). */
  overwriteWithGradient = false;

  #host: NDArray | null;
  #resident: HeapBuffer | null = null;
  #snapshot: Tensor | null = null;

  constructor(initializer: VariableInitializer, options: VariableOptions = {}) {
    super();
    const {
      shape,
      dtype,
      trainable = true,
      autocast = true,
      aggregation = 'none',
      synchronization = 'auto',
      name,
    } = options;
    this.name = name ?? autoName('Variable');
    if (this.name.includes('/'))
      throw new ValueError(`Variable: the name '${this.name}' holds a '/'. Names are parts of a path and may not.`);
    this.path = this.name;
    this.trainable = trainable;
    this.autocast = autocast;
    this.aggregation = aggregation ?? 'none';
    this.synchronization = synchronization ?? 'auto';
    const wanted = dtype ? standardizeDType(dtype, `Variable '${this.name}'`) : null;
    let value: Tensor;
    if (typeof initializer === 'function') {
      if (!shape)
        throw new ValueError(`Variable '${this.name}': a shape is needed when the initializer is a function.`);
      value = toTensor(initializer(shape, { dtype: wanted ?? floatx() }), wanted ?? floatx());
    } else {
      value = toTensor(initializer, wanted);
    }
    if (shape && !sameShape(shape, value.shape)) {
      throw new ValueError(
        `Variable '${this.name}': its initial value has shape ${formatShape(value.shape)}. Expected ${formatShape(shape)}.`,
      );
    }
    this.shape = value.shape;
    this.dtype = value.dtype;
    this.#host = value.ndarray;
  }

  get ndim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return this.shape.reduce((product, dim) => product * dim, 1);
  }

  /** The value now; a traced tensor inside a trace. */
  override get value(): Tensor {
    const trace = currentTrace();
    const stored = trace !== null ? trace.read(this) : (this.#snapshot ??= Tensor.fromArray(this.read()));
    if (autocastDType !== null && this.autocast && stored.dtype !== autocastDType && stored.dtype.includes('float')) {
      return arithmetic('cast', stored, autocastDType);
    }
    return stored;
  }

  /**
   * Replace the value.
   *
   * @param value Of the variable's shape; cast to its dtype.
   * @returns The new value.
   * @throws {ValueError} The shapes differ.
   */
  assign(value: TensorLike): Tensor {
    const next = toTensor(value, this.dtype, `Variable '${this.path}'`);
    if (!sameShape(next.shape, this.shape)) {
      throw new ValueError(
        `Variable '${this.path}': cannot assign a value of shape ${formatShape(next.shape)} to a variable of shape ${formatShape(this.shape)}.`,
      );
    }
    const trace = currentTrace();
    if (trace !== null) trace.assign(this, next);
    else this.write(next.ndarray);
    return next;
  }

  /** Add to the value. */
  assignAdd(value: TensorLike): Tensor {
    return this.assign(arithmetic<Tensor>('add', this.value, value));
  }

  /** Subtract from the value. */
  assignSub(value: TensorLike): Tensor {
    return this.assign(arithmetic<Tensor>('subtract', this.value, value));
  }

  /** The stored array, outside of any trace. */
  read(): NDArray {
    return this.#resident !== null ? this.#resident.read() : this.#host!;
  }

  /** Replace the stored array, outside of any trace. */
  write(array: NDArray): void {
    const value = castArray(array, this.dtype);
    this.#snapshot = null;
    if (this.#resident !== null) this.#resident.write(value);
    else this.#host = value;
  }

  /** Where programs find the value, or null when it is on the host. */
  get resident(): HeapBuffer | null {
    return this.#resident;
  }

  /** Move the value into a buffer, which holds it from now on. */
  moveTo(buffer: HeapBuffer): void {
    if (this.#resident === buffer) return;
    buffer.write(this.read());
    this.#resident = buffer;
    this.#host = null;
  }

  /** A program has changed the buffer. */
  markChanged(): void {
    this.#snapshot = null;
  }

  override toString(): string {
    return `<Variable path=${this.path}, shape=${formatShape(this.shape)}, dtype=${this.dtype}, value=${String(this.value)}>`;
  }

  /** Numbers can be taken from scalars: `Number(optimizer.learningRate)`. */
  [Symbol.toPrimitive](hint: string): number | string {
    return hint === 'string' || this.size !== 1 ? this.toString() : this.value.itemSync();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
