/** @file What a variable is to code that must not know variables: something that has a tensor as its value now. */
import type { TensorLike } from './convert.js';
import { TensorMethods } from './methods.js';
import type { Tensor } from './tensor.js';

/** Something that is not a tensor itself but has one as its current value. */
export abstract class TensorSource extends TensorMethods<Tensor, TensorLike> {
  abstract get value(): Tensor;
}
