/** @file `KerasTensor`: a symbol for a tensor to come, by which functional models are drawn. */
import { checkMethods } from '../core/methods.js';
import { checked } from '../core/arguments.js';
import { checkKind } from '../core/kinds.js';
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { floatx } from '../core/config.js';
import type { DType } from '../core/dtype.js';
import { standardizeInputDType } from '../core/dtype.js';
import { TypeError, ValueError } from '../core/errors.js';
import { autoName } from '../core/naming.js';
import type { PartialShape } from '../core/shape.js';
import { formatShape, normalizeAxis } from '../core/shape.js';
import type { TensorLike } from './convert.js';
import { TensorMethods } from './methods.js';
import type { FunctionalNode } from './operation.js';

/** Which call made a symbolic tensor. */
export interface KerasHistory {
  readonly node: FunctionalNode;
  /** Position among the call's outputs. */
  readonly tensorIndex: number;
}

/** Options of `new KerasTensor(shape, options)`. */
export interface KerasTensorOptions {
  /** Default: `floatx()`. */
  readonly dtype?: DType | null;
  /** Default: made up, `keras_tensor_3`. */
  readonly name?: string | null;
  /** Whether the tensor to come is sparse. Default false. */
  readonly sparse?: boolean;
}

/**
 * A tensor without numbers: a shape with `null` where a size is open, a dtype, and the call that makes it. `Input()` gives one; layers
 * and ops called with one give others.
 *
 * @param shape The sizes; null where one is open.
 * @param options See {@link KerasTensorOptions}.
 * @see `keras.KerasTensor`
 * @example
 * new KerasTensor([null, 4]).shape // [null, 4]
 */
export class KerasTensor extends TensorMethods<KerasTensor, TensorLike | KerasTensor> {
  readonly shape: PartialShape;
  readonly dtype: DType;
  readonly name: string;
  readonly sparse: boolean;
  /** Set once, by the call that made it. */
  history: KerasHistory | null = null;

  constructor(shape: PartialShape, options: KerasTensorOptions = {}) {
    const { dtype, name, sparse = false } = checkedOptions<KerasTensorOptions>(new.target, options, arguments, 1);
    super();
    checkKind('KerasTensor', 'shape', shape ?? null, ['list']);
    for (const dim of shape) {
      if (dim !== null && (!Number.isInteger(dim) || dim < 0)) {
        throw new ValueError(
          `KerasTensor: a size is ${describe(dim)} in shape (${shape.map((each) => (each === null ? 'None' : describe(each))).join(', ')}). Expected whole numbers from 0, or null.`,
        );
      }
    }
    this.shape = [...shape];
    this.dtype = standardizeInputDType(dtype ?? floatx(), 'KerasTensor');
    this.name = name ?? autoName('KerasTensor');
    this.sparse = sparse;
  }

  /** Number of axes. */
  get ndim(): number {
    return this.shape.length;
  }

  /**
   * The size of an axis.
   *
   * @param axis From 0, or from the end: -1 is the last.
   * @throws {ValueError} There is no such axis, or its size is not known yet.
   */
  dim(axis: number): number {
    const at = normalizeAxis(axis, this.ndim, 'dim');
    const size = this.shape[at];
    if (size === null) {
      throw new ValueError(
        `dim: the size of axis ${axis} of the symbolic tensor '${this.name}', of shape ${formatShape(this.shape)}, is not known yet. ` +
          `Read \`shape\`, where it is null, or state it in Input().`,
      );
    }
    return size;
  }

  override toString(): string {
    return `<KerasTensor shape=${formatShape(this.shape)}, dtype=${this.dtype}, sparse=${this.sparse ? 'True' : 'False'}, ragged=False, name=${this.name}>`;
  }

  /** A symbol has no numbers. @throws {TypeError} A number is asked for. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString();
    throw new TypeError(
      `${this.toString()} is a symbol of a tensor to come, and no number. Compute by methods or ops, such as x.mul(2) and x.add(y).`,
    );
  }

  /** @throws {TypeError} Always: there are no numbers to write. */
  toJSON(): never {
    throw new TypeError(`${this.toString()} is a symbol of a tensor to come: there are no numbers to write as JSON.`);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
checkMethods(KerasTensor);

/**
 * Whether a value is a symbolic tensor, as `Input()` gives one.
 *
 * @param value Anything.
 * @returns True or false.
 * @see `keras.utils.is_keras_tensor`
 * @example
 * isKerasTensor(Input({ shape: [4] })) // true
 */
export const isKerasTensor = checked('isKerasTensor', function isKerasTensor(value: unknown): value is KerasTensor {
  return value instanceof KerasTensor;
});
