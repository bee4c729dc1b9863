/** @file The mask that travels with a tensor: which time steps (or other parts) of a batch count. */
import type { KerasTensor } from './keras_tensor.js';
import type { Tensor } from './tensor.js';

/** A bool tensor, symbolic for a symbolic tensor. */
export type Mask = Tensor | KerasTensor;

const masks = new WeakMap<object, Mask>();

/** The mask that a tensor carries, or null. @see Keras's `_keras_mask` */
export function getKerasMask(x: unknown): Mask | null {
  return typeof x === 'object' && x !== null ? (masks.get(x) ?? null) : null;
}

/** Let a tensor carry a mask; null takes it away. */
export function setKerasMask(x: Tensor | KerasTensor, mask: Mask | null): void {
  if (mask === null) masks.delete(x);
  else masks.set(x, mask);
}
