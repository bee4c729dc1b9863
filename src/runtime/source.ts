/** @file Things that have a tensor as their value now, such as variables: all that conversions need to know of a variable. */
import type { TensorLike } from './convert.js';
import { TensorMethods } from './methods.js';
import type { Tensor } from './tensor.js';

/** Something that is not a tensor itself but has one as its current value. */
export abstract class TensorSource extends TensorMethods<Tensor, TensorLike> {
  abstract get value(): Tensor;
}
