/** @file `Maximum`: greatest of a list of tensors, element by element. */
import { checked } from '../../core/arguments.js';
import * as ops from '../../ops/index.js';
import type { KerasTensor, Tensor } from '../../runtime/index.js';
import type { ConcreteInputs, LayerOptions, SymbolicInputs } from '../layer_types.js';
import { LAYER_OPTIONS } from '../option_names.js';
import { foldCounting, Merge } from './base_merge.js';

/**
 * The greatest of a list of tensors, which may broadcast. Masked places do not count.
 *
 * @param options See {@link LayerOptions}.
 * @throws {ValueError} The input is no list; the shapes do not broadcast.
 * @see `keras.layers.Maximum`
 * @example
 * new Maximum()([a, b])
 */
export class Maximum extends Merge {
  protected override merge(inputs: readonly Tensor[]): Tensor {
    return foldCounting(inputs, ops.maximum);
  }
}

function largestOf(inputs: readonly KerasTensor[], options?: LayerOptions): KerasTensor;
function largestOf(inputs: readonly ConcreteInputs[], options?: LayerOptions): Tensor;
function largestOf(inputs: readonly SymbolicInputs[], options: LayerOptions = {}): Tensor | KerasTensor {
  return new Maximum(options)(inputs);
}

/**
 * `new Maximum(options)(inputs)`.
 *
 * @param inputs A list of at least two tensors, symbolic or not; their shapes broadcast.
 * @param options See {@link LayerOptions}.
 * @returns The greatest number, element by element.
 * @throws {ValueError} There are less than two tensors, or the shapes do not broadcast.
 * @see `keras.layers.maximum`
 * @example
 * layers.maximum([ops.array([[1, 5]]), ops.array([[3, 2]])]) // [[3, 5]]
 */
export const maximum = checked('maximum', largestOf, LAYER_OPTIONS);
