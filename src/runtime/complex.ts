/**
 * @file Complex tensors: pairs of tensors of real numbers. Ops take them apart before anything is computed, traced or put into a model, by rules
 * that the ops room registers here, so that neither graphs nor kernels nor files know of complex numbers.
 */
import type { ComplexDType, DType } from '../core/dtype.js';
import { TypeError } from '../core/errors.js';
import { formatShape, sizeOf } from '../core/shape.js';
import type { NDArray } from '../core/ndarray.js';
import { mapTree } from '../core/tree.js';
import type { Applier } from '../graph/index.js';
import { convert, zerosLike } from '../graph/lax.js';
import type { NestedArray, TensorData } from './tensor.js';
import { Tensor } from './tensor.js';

/** Whether there is any: as long as there is none, no op looks for them. */
let someMade = false;

const REMEDY =
  'Take its parts with ops.real and ops.imag, or ops.viewAsReal, and put them together with ops.viewAsComplex.';

/**
 * A tensor of complex numbers. It holds two tensors of floats of one shape, which may be traced or symbolic.
 *
 * `array()` gives pairs [real, imaginary] in the innermost lists, `data()` both parts of one element side by side.
 */
export class ComplexTensor extends Tensor {
  /** Not for users: see `complexOf`. */
  constructor(
    readonly re: Tensor,
    readonly im: Tensor,
  ) {
    super(re.dtype === 'float64' ? 'complex128' : 'complex64', re.shape, null, null, null);
    someMade = true;
  }

  override get applier(): Applier<Tensor> {
    throw this.#refusal();
  }
  override get ndarray(): NDArray {
    throw this.#refusal();
  }
  #refusal(): TypeError {
    return new TypeError(
      `Got complex numbers (${this.dtype}${formatShape(this.shape)}) where real ones are wanted. ${REMEDY}`,
    );
  }

  override get isTraced(): boolean {
    return this.re.isTraced;
  }

  /** The parts of each element side by side, as NumPy stores them. */
  override dataSync(): TensorData {
    const [re, im] = [this.re.ndarray.data, this.im.ndarray.data];
    const data = this.dtype === 'complex64' ? new Float32Array(2 * re.length) : new Float64Array(2 * re.length);
    for (let i = 0; i < re.length; i++) {
      data[2 * i] = re[i];
      data[2 * i + 1] = im[i];
    }
    return data;
  }

  /** Nested lists, with pairs [real, imaginary] innermost. */
  override arraySync<T = NestedArray>(): T {
    const data = this.dataSync() as Float64Array;
    const visit = (axis: number, offset: number): NestedArray => {
      if (axis === this.shape.length) return [data[2 * offset], data[2 * offset + 1]];
      const step = sizeOf(this.shape.slice(axis + 1));
      return Array.from({ length: this.shape[axis] }, (_, i) => visit(axis + 1, offset + i * step));
    };
    return visit(0, 0) as T;
  }

  /** @throws {TypeError} A complex number is no number of JavaScript. */
  override itemSync(): number {
    throw this.#refusal();
  }

  override toString(): string {
    if (this.isTraced) return `Tensor(traced, shape=${formatShape(this.shape)}, dtype=${this.dtype})`;
    const text = (x: number): string => String(this.dtype === 'complex64' ? Number(x.toPrecision(8)) : x);
    const visit = (x: NestedArray, axis: number): string => {
      const parts = x as NestedArray[];
      if (axis < this.shape.length) return `[${parts.map((part) => visit(part, axis + 1)).join(' ')}]`;
      const [re, im] = parts as number[];
      return `${text(re)}${im < 0 || Object.is(im, -0) ? '-' : '+'}${text(Math.abs(im))}j`;
    };
    return visit(this.arraySync(), 0);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Two tensors of real numbers (of one shape) as one of complex numbers: complex128 if both are of float64, else complex64. */
export function complexOf(re: Tensor, im: Tensor, dtype?: ComplexDType): ComplexTensor {
  const wide = dtype === undefined ? re.dtype === 'float64' && im.dtype === 'float64' : dtype === 'complex128';
  const part = (x: Tensor): Tensor => cast(x, wide ? 'float64' : 'float32');
  return new ComplexTensor(part(re), part(im));
}

/** Parts may be symbolic: those go by the op, as a method. */
const cast = (x: Tensor, dtype: DType): Tensor => (x.dtype === dtype ? x : x.cast(dtype));

/** Real or complex numbers in a complex dtype. */
export function toComplex(x: Tensor, dtype: ComplexDType): ComplexTensor {
  if (x instanceof ComplexTensor) return x.dtype === dtype ? x : complexOf(x.re, x.im, dtype);
  const re = convert(x, dtype === 'complex128' ? 'float64' : 'float32');
  return new ComplexTensor(re, zerosLike(re));
}

/** What an op does with complex tensors among its arguments. */
export type ComplexRule = (...args: never[]) => unknown;
const rules = new Map<string, ComplexRule>();

/** Say what ops do with complex numbers. @param opName Keras's name, in snake_case. */
export function setComplexRule(opName: string, rule: ComplexRule): void {
  rules.set(opName, rule);
}

const isComplex = (x: unknown): boolean =>
  x instanceof ComplexTensor || (Array.isArray(x) && typeof x[0] === 'object' && x.some(isComplex));

/** Whether arguments of an op hold complex tensors. */
export const anyComplex = (args: readonly unknown[]): boolean => someMade && args.some(isComplex);

/** Call an op with complex tensors. @throws {TypeError} It takes none. */
export function callComplex(opName: string, owner: string, args: readonly unknown[]): unknown {
  const rule = rules.get(opName);
  if (rule === undefined) {
    const found = args.flat().find((x) => x instanceof ComplexTensor)!;
    throw new TypeError(`${owner}: takes no complex numbers, got ${found.dtype}${formatShape(found.shape)}. ${REMEDY}`);
  }
  return rule(...(args as never[]));
}

// ---- complex tensors in structures, for those who go through them ----

const MARK = '$complex';

/** Complex tensors in a structure as their parts. */
export function apart<T>(tree: T): T {
  if (!someMade) return tree;
  return mapTree<unknown, unknown>(tree, (x) => (x instanceof ComplexTensor ? { [MARK]: [x.re, x.im] } : x)) as T;
}

/** The structure that `apart` was given. */
export function together<T>(tree: T): T {
  if (!someMade) return tree;
  const isMarked = (x: unknown): x is { readonly [MARK]: readonly [Tensor, Tensor] } =>
    typeof x === 'object' && x !== null && Object.hasOwn(x, MARK);
  return mapTree<unknown, unknown>(tree, (x) => (isMarked(x) ? new ComplexTensor(...x[MARK]) : x), isMarked) as T;
}
