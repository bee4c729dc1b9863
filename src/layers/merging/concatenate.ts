/** @file `Concatenate`: tensors one after the other along an axis. */
import { quote } from '../../core/describe.js';
import { checked, checkedOptions } from '../../core/arguments.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { formatShape, normalizeAxis } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { KerasTensor, Mask, Tensor } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import type { ConcreteInputs, LayerOptions, MaskTree, SymbolicInputs } from '../layer_types.js';
import { LAYER_OPTIONS } from '../option_names.js';
import { listOfShapes, masksOf, Merge } from './base_merge.js';

/** Options of `new Concatenate(options)`. */
export interface ConcatenateOptions extends LayerOptions {
  /** The axis along which the tensors follow each other. Default -1. */
  readonly axis?: number;
}

/**
 * A list of tensors one after the other along `axis`; in all other axes they are of one size.
 *
 * @param axis Along which tensors are joined. Default −1. It may stand in the options.
 * @param options See {@link ConcatenateOptions}.
 * @throws {ValueError} The input is no list; sizes that differ elsewhere than along the axis.
 * @see `keras.layers.Concatenate`
 * @example
 * new Concatenate({ axis: 1 })([a, b])
 */
export class Concatenate extends Merge {
  readonly axis: number;

  constructor(axis: number, options?: ConcatenateOptions);
  constructor(options?: ConcatenateOptions);
  constructor(first?: ConcatenateOptions | number, ..._more: unknown[]) {
    const options = checkedOptions<ConcatenateOptions>(new.target, first, arguments, 0);
    const { axis = -1, ...rest } = options;
    super(rest);
    if (!Number.isInteger(axis))
      throw new ValueError(`${ownerOf(this)}: axis=${quote(axis)}. Expected a whole number.`);
    this.axis = axis;
  }

  override call(inputs: readonly Tensor[]): Tensor {
    return this.merge(inputs);
  }

  protected override merge(inputs: readonly Tensor[]): Tensor {
    return ops.concatenate(inputs, { axis: this.axis });
  }

  override computeOutputShape(inputShape: readonly PartialShape[]): PartialShape {
    const owner = ownerOf(this);
    const shapes = listOfShapes(owner, inputShape);
    const [first] = shapes;
    const along = normalizeAxis(this.axis, first.length, owner);
    return first.map((_, i) => {
      const dims = shapes.map((shape) => shape[i]);
      const known = new Set(dims.filter((dim) => dim !== null));
      if (shapes.some((shape) => shape.length !== first.length) || (i !== along && known.size > 1)) {
        throw new ValueError(
          `${owner}: inputs of shapes ${shapes.map(formatShape).join(', ')} differ elsewhere than along axis ${this.axis}. Expected equal sizes there.`,
        );
      }
      if (i !== along) return [...known][0] ?? null;
      return dims.includes(null) ? null : (dims as number[]).reduce((a, b) => a + b, 0);
    });
  }

  override computeMask(inputs: readonly Tensor[], mask: MaskTree): Mask | null {
    const masks = masksOf(ownerOf(this), inputs, mask) as (Tensor | null)[] | null;
    if (masks === null || masks.every((m) => m === null)) return null;
    const wide = masks.map((m, i) => {
      const x = inputs[i];
      if (m === null) return ops.onesLike(x, { dtype: 'bool' });
      return m.ndim < x.ndim ? ops.logicalOr(ops.expandDims(m, -1), ops.zerosLike(x, { dtype: 'bool' })) : m;
    });
    return ops.any(ops.concatenate(wide, { axis: this.axis }), { axis: -1 });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis };
  }
}

function joined(inputs: readonly KerasTensor[], options?: ConcatenateOptions): KerasTensor;
function joined(inputs: readonly ConcreteInputs[], options?: ConcatenateOptions): Tensor;
function joined(inputs: readonly SymbolicInputs[], options: ConcatenateOptions = {}): Tensor | KerasTensor {
  return new Concatenate(options)(inputs);
}

/**
 * `new Concatenate(options)(inputs)`.
 *
 * @param inputs A list of tensors, symbolic or not; their sizes may differ along the axis only.
 * @param options See {@link ConcatenateOptions}.
 * @returns One tensor.
 * @throws {ValueError} Sizes along another axis differ.
 * @see `keras.layers.concatenate`
 * @example
 * layers.concatenate([ops.array([[1, 2]]), ops.array([[3]])]) // [[1, 2, 3]]
 */
export const concatenate = checked('concatenate', joined, [...LAYER_OPTIONS, 'axis']);
