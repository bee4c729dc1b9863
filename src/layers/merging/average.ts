/** @file `Average`: mean of a list of tensors, element by element. */
import { checked } from '../../core/arguments.js';
import * as ops from '../../ops/index.js';
import type { KerasTensor, Tensor } from '../../runtime/index.js';
import type { ConcreteInputs, LayerOptions, SymbolicInputs } from '../layer_types.js';
import { LAYER_OPTIONS } from '../option_names.js';
import { Merge } from './base_merge.js';

/**
 * The mean of a list of tensors, which may broadcast.
 *
 * @param options See {@link LayerOptions}.
 * @throws {ValueError} The input is no list; the shapes do not broadcast.
 * @see `keras.layers.Average`
 * @example
 * new Average()([a, b])
 */
export class Average extends Merge {
  protected override merge(inputs: readonly Tensor[]): Tensor {
    const total = inputs.reduce((a, b) => ops.add(a, b));
    return ops.divide(total, inputs.length);
  }
}

function meanOf(inputs: readonly KerasTensor[], options?: LayerOptions): KerasTensor;
function meanOf(inputs: readonly ConcreteInputs[], options?: LayerOptions): Tensor;
function meanOf(inputs: readonly SymbolicInputs[], options: LayerOptions = {}): Tensor | KerasTensor {
  return new Average(options)(inputs);
}

/**
 * `new Average(options)(inputs)`.
 *
 * @param inputs A list of at least two tensors, symbolic or not; their shapes broadcast.
 * @param options See {@link LayerOptions}.
 * @returns The mean, element by element.
 * @throws {ValueError} There are less than two tensors, or the shapes do not broadcast.
 * @see `keras.layers.average`
 * @example
 * layers.average([ops.array([[1, 5]]), ops.array([[3, 2]])]) // [[2, 3.5]]
 */
export const average = checked('average', meanOf, LAYER_OPTIONS);
