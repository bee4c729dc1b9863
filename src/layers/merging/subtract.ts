/** @file `Subtract`: the difference of two tensors. */
import { checked } from '../../core/arguments.js';
import { ValueError } from '../../core/errors.js';
import type { PartialShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { KerasTensor, Tensor } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import type { ConcreteInputs, LayerOptions, SymbolicInputs } from '../layer_types.js';
import { LAYER_OPTIONS } from '../option_names.js';
import { requireTensors } from '../one_tensor.js';
import { Merge } from './base_merge.js';

/**
 * The first tensor less the second; they may broadcast.
 *
 * @param options See {@link LayerOptions}.
 * @throws {ValueError} The input is no list of two; the shapes do not broadcast.
 * @see `keras.layers.Subtract`
 * @example
 * new Subtract()([a, b])
 */
export class Subtract extends Merge {
  override build(inputShape: readonly PartialShape[]): void {
    super.build(inputShape);
    this.#requireTwo(inputShape);
  }

  protected override checkInputs(inputs: unknown): void {
    requireTensors(this, inputs);
    this.#requireTwo(inputs);
  }

  #requireTwo(inputs: readonly unknown[]): void {
    if (inputs.length !== 2)
      throw new ValueError(`${ownerOf(this)}: got ${inputs.length} inputs. Expected two: the first less the second.`);
  }

  protected override merge([a, b]: readonly Tensor[]): Tensor {
    return ops.subtract(a, b);
  }
}

function differenceOf(inputs: readonly KerasTensor[], options?: LayerOptions): KerasTensor;
function differenceOf(inputs: readonly ConcreteInputs[], options?: LayerOptions): Tensor;
function differenceOf(inputs: readonly SymbolicInputs[], options: LayerOptions = {}): Tensor | KerasTensor {
  return new Subtract(options)(inputs);
}

/**
 * `new Subtract(options)(inputs)`.
 *
 * @param inputs A list of two tensors, symbolic or not; their shapes broadcast.
 * @param options See {@link LayerOptions}.
 * @returns The difference, element by element.
 * @throws {ValueError} There are other than two tensors, or the shapes do not broadcast.
 * @see `keras.layers.subtract`
 * @example
 * layers.subtract([ops.array([[1, 5]]), ops.array([[3, 2]])]) // [[-2, 3]]
 */
export const subtract = checked('subtract', differenceOf, LAYER_OPTIONS);
