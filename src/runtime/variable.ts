/** @file `Variable`: a tensor that changes. Its value lives on the host, or in the heap of the model whose programs use it. */
import { checkMethods } from '../core/methods.js';
import type { NestedArray, TensorData } from './tensor.js';
import { checkedOptions } from '../core/arguments.js';
import { floatx } from '../core/config.js';
import type { DType } from '../core/dtype.js';
import { standardizeDType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { currentPath } from '../core/name_scope.js';
import { autoName } from '../core/naming.js';
import { castArray, type NDArray } from '../core/ndarray.js';
import { Scope } from '../core/scope.js';
import type { Shape } from '../core/shape.js';
import { formatShape, sameShape } from '../core/shape.js';
import type { HeapBuffer } from '../graph/index.js';
import { arithmetic } from './arithmetic.js';
import type { TensorLike } from './convert.js';
import { toTensor } from './convert.js';
import { TensorSource } from './source.js';
import { Tensor } from './tensor.js';
import { currentTrace } from './trace.js';
import { variableStates } from './variable_states.js';

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

const autocast = new Scope<DType | null>(null);

/** Run `fn` with float variables read as `dtype` (null: as they are). @see Keras's `AutoCastScope` */
export function withAutocast<R>(dtype: DType | null, fn: () => R): R {
  return autocast.run(dtype, fn);
}

/** How a stored value becomes the one that layers compute with. */
export type Parametrization = (stored: Tensor) => TensorLike;

const readsStored = new Scope(false);

/** Run `fn` with variables read as they are stored, without autocast and parametrizations: optimizers work so. */
export function withStoredValues<R>(fn: () => R): R {
  return readsStored.run(true, () => withAutocast(null, fn));
}

let lastForm = 0;

/** A number that changes whenever any variable is parametrized in another way: what was traced before may be stale. */
export const parametrizationCount = (): number => lastForm;

/**
 * A tensor that can be assigned: a weight, a counter, a slot of an optimizer. Reads and assignments inside `jit` and `trainStep` are
 * traced, and take effect when the program runs.
 *
 * @param initializer The first value, or an initializer with `shape` in the options.
 * @param options See {@link VariableOptions}.
 * @throws {ValueError} There is no shape, or it does not fit the value.
 * @see `keras.Variable`
 * @example
 * const counter = new Variable(tensor(1));
 * counter.assign(ops.add(counter, 1));
 * counter.value; // 2
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

  #parametrizations: readonly Parametrization[] = [];
  #form = 0;
  #host: NDArray | null;
  #resident: HeapBuffer | null = null;
  #snapshot: Tensor | null = null;

  constructor(initializer: VariableInitializer, options: VariableOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
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
    const around = currentPath();
    this.path = around === '' ? this.name : `${around}/${this.name}`;
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

  /** The value now, as layers see it: the stored one, or what `parametrize` makes of it. A traced tensor inside a trace. */
  override get value(): Tensor {
    let { stored } = this;
    if (readsStored.current) return stored;
    if (this.#parametrizations.length > 0) {
      const compute = (): Tensor =>
        this.#parametrizations.reduce<Tensor>(
          (value, apply) => toTensor(apply(value), null, `Variable '${this.path}' (parametrize)`),
          stored,
        );
      stored = withAutocast(null, compute);
    }
    const dtype = autocast.current;
    if (dtype !== null && this.autocast && stored.dtype !== dtype && stored.dtype.includes('float')) {
      return arithmetic('cast', stored, dtype);
    }
    return stored;
  }

  /** The value that optimizers, regularizers, `getWeights` and files see: as it is stored, whatever `parametrize` makes of it. */
  get stored(): Tensor {
    const elsewhere = variableStates.current?.get(this) ?? null;
    if (elsewhere !== null) return elsewhere;
    const trace = currentTrace();
    return trace !== null ? trace.read(this) : (this.#snapshot ??= Tensor.fromArray(this.read()));
  }

  /**
   * Let layers compute with a function of the stored value in its place: `kernel + a·b` for a low-rank adaptation, scale times whole
   * numbers for a quantized kernel, the kernel divided by its largest singular value. The layers need not know. Gradients flow through
   * the function to the stored value, and to other variables that it reads; `assign`, optimizers and files go on with the stored value.
   *
   * @param apply Computes with ops, in the dtypes in which variables are stored. The result may have another dtype and shape. A second
   *   function is given what the first one made.
   * @returns A function that takes it off again.
   * @example
   * const kernel = new Variable([[1, 2], [3, 4]], { dtype: 'float32' });
   * const scale = new Variable([0.5, 2]);
   * const off = kernel.parametrize((stored) => ops.multiply(stored, scale));
   * kernel.value.arraySync()  // [[0.5, 4], [1.5, 8]]
   * off();
   */
  parametrize(apply: Parametrization): () => void {
    const added: Parametrization = (stored) => apply(stored);
    const set = (all: readonly Parametrization[]): void => {
      this.#parametrizations = all;
      lastForm++;
      this.#form = all.length === 0 ? 0 : lastForm;
    };
    set([...this.#parametrizations, added]);
    return () => {
      if (this.#parametrizations.includes(added)) set(this.#parametrizations.filter((each) => each !== added));
    };
  }

  /** 0, or a number of its own for each way in which the variable was ever parametrized: programs depend on it. */
  get form(): number {
    return this.#form;
  }

  /**
   * Replace the stored value.
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
    if (variableStates.current !== null) variableStates.current.set(this, next);
    else if (trace !== null) trace.assign(this, next);
    else this.write(next.ndarray);
    return next;
  }

  /** Add to the stored value. */
  assignAdd(value: TensorLike): Tensor {
    return this.assign(arithmetic<Tensor>('add', this.stored, value));
  }

  /** Subtract from the stored value. */
  assignSub(value: TensorLike): Tensor {
    return this.assign(arithmetic<Tensor>('subtract', this.stored, value));
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

  /** The elements of the value in row-major order, as a copy. */
  async data(): Promise<TensorData> {
    return this.value.data();
  }

  /** The value as nested lists of numbers. */
  async array(): Promise<NestedArray> {
    return this.value.array();
  }

  /** The only element of the value. @throws {ValueError} There are more or fewer than one. */
  async item(): Promise<number> {
    return this.value.item();
  }

  /** What `JSON.stringify` writes: the value as nested lists of numbers. */
  toJSON(): NestedArray {
    return this.value.toJSON();
  }

  /** Numbers can be taken from scalars: `Number(optimizer.learningRate)`. @throws {TypeError} More or fewer than one number. */
  [Symbol.toPrimitive](hint: string): number | string {
    return hint === 'string' ? this.toString() : this.value[Symbol.toPrimitive](hint);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
checkMethods(Variable);
