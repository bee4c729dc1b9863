/**
 * @file What a primitive can be applied to. Graph values and the user's tensors both are operands, so the same functions
 * (`add(x, y)`, `reduceSum(x, axes)`) build graphs, state gradients and run eagerly.
 */
import type { DType } from '../core/dtype.js';
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
