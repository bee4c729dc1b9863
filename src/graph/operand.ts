/**
 * @file What a primitive can be applied to. Graph values and the user's tensors both are operands, so the same functions
 * (`add(x, y)`, `reduceSum(x, axes)`) build graphs, state gradients and run eagerly.
 */
import type { DType } from '../core/dtype.js';
import { InternalError } from '../core/errors.js';
import type { NDArray } from '../core/ndarray.js';
import type { Shape } from '../core/shape.js';
import type { Primitive } from './primitive.js';

/** Applies primitives to operands of one kind: by adding nodes to a graph, or by computing. */
export interface Applier<T> {
  apply<P>(primitive: Primitive<P>, inputs: readonly T[], params: P): T[];
  constant(value: NDArray): T;
}

/** Something of known dtype and shape that primitives take and give. `T` is the implementing class itself. */
export interface Operand<T> {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly applier: Applier<T>;
}

/** Apply a primitive and take all its outputs. At least one input is needed, to know who applies. */
export function applyAll<T extends Operand<T>, P>(primitive: Primitive<P>, inputs: readonly T[], params: P): T[] {
  const first = inputs[0];
  if (first === undefined) throw new InternalError(`${primitive.name}: applied to nothing`);
  return first.applier.apply(primitive, inputs, params);
}

/** Apply a primitive of one output. */
export function applyOne<T extends Operand<T>, P>(primitive: Primitive<P>, inputs: readonly T[], params: P): T {
  return applyAll(primitive, inputs, params)[0];
}
