/** @file `Average`: mean of a list of tensors, element by element. */
import * as ops from '../../ops/index.js';
import type { KerasTensor, Tensor } from '../../runtime/index.js';
import type { ConcreteInputs, LayerOptions, SymbolicInputs } from '../layer_types.js';
import { Merge } from './base_merge.js';

/**
 * The mean of a list of tensors, which may broadcast.
 *
 * @throws {ValueError} The input is no list; the shapes do not broadcast.
 * @see `keras.layers.Average`
 * @example new Average()([a, b])
 */
export class Average extends Merge {
  protected override merge(inputs: readonly Tensor[]): Tensor {
    const total = inputs.reduce((a, b) => ops.add(a, b));
    return ops.divide(total, inputs.length);
  }
}

/** `new Average(options)(inputs)`. @see `keras.layers.average` */
export function average(inputs: readonly KerasTensor[], options?: LayerOptions): KerasTensor;
export function average(inputs: readonly ConcreteInputs[], options?: LayerOptions): Tensor;
export function average(inputs: readonly SymbolicInputs[], options: LayerOptions = {}): Tensor | KerasTensor {
  return new Average(options)(inputs);
}
