/** @file `Minimum`: least of a list of tensors, element by element. */
import * as ops from '../../ops/index.js';
import type { KerasTensor, Tensor } from '../../runtime/index.js';
import type { ConcreteInputs, LayerOptions, SymbolicInputs } from '../layer_types.js';
import { foldCounting, Merge } from './base_merge.js';

/**
 * The least of a list of tensors, which may broadcast. Masked places do not count.
 *
 * @throws {ValueError} The input is no list; the shapes do not broadcast.
 * @see `keras.layers.Minimum`
 * @example new Minimum()([a, b])
 */
export class Minimum extends Merge {
  protected override merge(inputs: readonly Tensor[]): Tensor {
    return foldCounting(inputs, ops.minimum);
  }
}

/** `new Minimum(options)(inputs)`. @see `keras.layers.minimum` */
export function minimum(inputs: readonly KerasTensor[], options?: LayerOptions): KerasTensor;
export function minimum(inputs: readonly ConcreteInputs[], options?: LayerOptions): Tensor;
export function minimum(inputs: readonly SymbolicInputs[], options: LayerOptions = {}): Tensor | KerasTensor {
  return new Minimum(options)(inputs);
}
