/** @file `Minimum`: least of a list of tensors, element by element. */
import { checked } from '../../core/arguments.js';
import * as ops from '../../ops/index.js';
import type { KerasTensor, Tensor } from '../../runtime/index.js';
import type { ConcreteInputs, LayerOptions, SymbolicInputs } from '../layer_types.js';
import { LAYER_OPTIONS } from '../option_names.js';
import { foldCounting, Merge } from './base_merge.js';

/**
 * The least of a list of tensors, which may broadcast. Masked places do not count.
 *
 * @param options See {@link LayerOptions}.
 * @throws {ValueError} The input is no list; the shapes do not broadcast.
 * @see `keras.layers.Minimum`
 * @example
 * new Minimum()([a, b])
 */
export class Minimum extends Merge {
  protected override merge(inputs: readonly Tensor[]): Tensor {
    return foldCounting(inputs, ops.minimum);
  }
}

function smallestOf(inputs: readonly KerasTensor[], options?: LayerOptions): KerasTensor;
function smallestOf(inputs: readonly ConcreteInputs[], options?: LayerOptions): Tensor;
function smallestOf(inputs: readonly SymbolicInputs[], options: LayerOptions = {}): Tensor | KerasTensor {
  return new Minimum(options)(inputs);
}

/**
 * `new Minimum(options)(inputs)`.
 *
 * @param inputs A list of at least two tensors, symbolic or not; their shapes broadcast.
 * @param options See {@link LayerOptions}.
 * @returns The least number, element by element.
 * @throws {ValueError} There are less than two tensors, or the shapes do not broadcast.
 * @see `keras.layers.minimum`
 * @example
 * layers.minimum([ops.array([[1, 5]]), ops.array([[3, 2]])]) // [[1, 2]]
 */
export const minimum = checked('minimum', smallestOf, LAYER_OPTIONS);
