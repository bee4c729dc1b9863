/** @file `Multiply`: the product of a list of tensors, element by element. */
import { checked } from '../../core/arguments.js';
import * as ops from '../../ops/index.js';
import type { KerasTensor, Tensor } from '../../runtime/index.js';
import { setKerasMask } from '../../runtime/index.js';
import type { ConcreteInputs, LayerOptions, SymbolicInputs } from '../layer_types.js';
import { LAYER_OPTIONS } from '../option_names.js';
import { Merge, wideMask } from './base_merge.js';

/**
 * The product of a list of tensors, which may broadcast. Masked places count as 1; where all inputs are masked comes 0.
 *
 * @param options See {@link LayerOptions}.
 * @throws {ValueError} The input is no list; the shapes do not broadcast.
 * @see `keras.layers.Multiply`
 * @example
 * new Multiply()([a, b])
 */
export class Multiply extends Merge {
  protected override merge(inputs: readonly Tensor[]): Tensor {
    const masks = inputs.map(wideMask);
    const product = inputs
      .map((x, i) => (masks[i] === null ? x : ops.where(masks[i], x, ops.onesLike(x))))
      .reduce((a, b) => ops.multiply(a, b));
    if (masks.includes(null)) return product;
    const mask = (masks as Tensor[]).reduce((a, b) => ops.logicalOr(a, b));
    const output = ops.where(mask, product, ops.zerosLike(product));
    setKerasMask(output, ops.any(mask, { axis: -1 }));
    return output;
  }
}

function productOf(inputs: readonly KerasTensor[], options?: LayerOptions): KerasTensor;
function productOf(inputs: readonly ConcreteInputs[], options?: LayerOptions): Tensor;
function productOf(inputs: readonly SymbolicInputs[], options: LayerOptions = {}): Tensor | KerasTensor {
  return new Multiply(options)(inputs);
}

/**
 * `new Multiply(options)(inputs)`.
 *
 * @param inputs A list of at least two tensors, symbolic or not; their shapes broadcast.
 * @param options See {@link LayerOptions}.
 * @returns The product, element by element.
 * @throws {ValueError} There are less than two tensors, or the shapes do not broadcast.
 * @see `keras.layers.multiply`
 * @example
 * layers.multiply([ops.array([[1, 5]]), ops.array([[3, 2]])]) // [[3, 10]]
 */
export const multiply = checked('multiply', productOf, LAYER_OPTIONS);
