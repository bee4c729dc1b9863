/** @file `Add`: sum of a list of tensors, element by element. */
import { checked } from '../../core/arguments.js';
import * as ops from '../../ops/index.js';
import type { KerasTensor, Tensor } from '../../runtime/index.js';
import type { ConcreteInputs, LayerOptions, SymbolicInputs } from '../layer_types.js';
import { LAYER_OPTIONS } from '../option_names.js';
import { Merge } from './base_merge.js';

/**
 * The sum of a list of tensors, which may broadcast.
 *
 * @param options See {@link LayerOptions}.
 * @throws {ValueError} The input is no list; the shapes do not broadcast.
 * @see `keras.layers.Add`
 * @example
 * new Add()([a, b])
 */
export class Add extends Merge {
  protected override merge(inputs: readonly Tensor[]): Tensor {
    return inputs.reduce((a, b) => ops.add(a, b));
  }
}

function sumOf(inputs: readonly KerasTensor[], options?: LayerOptions): KerasTensor;
function sumOf(inputs: readonly ConcreteInputs[], options?: LayerOptions): Tensor;
function sumOf(inputs: readonly SymbolicInputs[], options: LayerOptions = {}): Tensor | KerasTensor {
  return new Add(options)(inputs);
}

/**
 * `new Add(options)(inputs)`.
 *
 * @param inputs A list of at least two tensors, symbolic or not; their shapes broadcast.
 * @param options See {@link LayerOptions}.
 * @returns The sum, element by element.
 * @throws {ValueError} There are less than two tensors, or the shapes do not broadcast.
 * @see `keras.layers.add`
 * @example
 * layers.add([ops.array([[1, 5]]), ops.array([[3, 2]])]) // [[4, 7]]
 */
export const add = checked('add', sumOf, LAYER_OPTIONS);
