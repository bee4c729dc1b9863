/** @file Complex tensors made of real ones, and taken apart. */
import { checked } from '../../core/arguments.js';
import { ValueError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import type { KerasTensor, TensorLike } from '../../runtime/index.js';
import { complexOf, ComplexTensor, isKerasTensor, type Tensor, toTensor } from '../../runtime/index.js';
import { floatTensor } from '../common.js';
import { cos, multiply, sin } from '../numpy/elementwise.js';
import { take } from '../numpy/indexing.js';
import { stack } from '../numpy/shape.js';

/** A function of tensors that also takes symbolic ones. */
interface OfOne {
  (x: TensorLike): Tensor;
  (x: KerasTensor): KerasTensor;
}
interface OfTwo {
  (abs: TensorLike, angle: TensorLike): Tensor;
  (abs: KerasTensor | TensorLike, angle: KerasTensor | TensorLike): KerasTensor;
}

const real = (x: TensorLike, owner: string): Tensor => (isKerasTensor(x) ? (x as never) : floatTensor(x, owner));

/**
 * Pairs of real numbers as complex numbers.
 *
 * @param x Floats (…, 2): real and imaginary parts. Integers are taken as `floatx`.
 * @returns A tensor (…) of dtype `'complex64'`, or `'complex128'` of float64. Ops take it apart: a symbolic one is two symbolic tensors.
 * @throws {ValueError} The last dimension is not 2.
 * @see `keras.ops.view_as_complex`
 * @example
 * ops.abs(ops.viewAsComplex([[3, 4], [0, 1]])) // [5, 1]
 */
export const viewAsComplex = checked('viewAsComplex', ((x: TensorLike): Tensor => {
  const pairs = real(x, 'viewAsComplex');
  if (pairs.ndim < 1 || pairs.shape.at(-1) !== 2)
    throw new ValueError(
      `viewAsComplex: x has shape ${formatShape(pairs.shape)}. Expected (…, 2): real and imaginary parts side by side.`,
    );
  return complexOf(take(pairs, 0, { axis: -1 }), take(pairs, 1, { axis: -1 }));
}) as OfOne);

/**
 * Complex numbers as pairs of real ones. Real numbers have imaginary part 0.
 *
 * @param x Any shape (…).
 * @returns Floats (…, 2): real and imaginary parts.
 * @see `keras.ops.view_as_real`
 * @example
 * ops.viewAsReal(ops.viewAsComplex([[3, 4], [0, 1]])) // [[3, 4], [0, 1]]
 */
export const viewAsReal = checked('viewAsReal', ((x: TensorLike): Tensor => {
  if (x instanceof ComplexTensor) return stack([x.re, x.im], { axis: -1 });
  const t = isKerasTensor(x) ? (x as Tensor) : toTensor(x, null, 'viewAsReal');
  return stack([t, multiply(t, 0)], { axis: -1 });
}) as OfOne);

/**
 * Complex numbers by their size and angle: abs·e^(i·angle).
 *
 * @param abs_ Sizes: floats of any shape.
 * @param angle Angles in radians: floats of that shape, or of one to which both are broadcast.
 * @returns A tensor of dtype `'complex64'`, or `'complex128'` of float64.
 * @see `keras.ops.polar`
 * @example
 * ops.real(ops.polar([1, 2], [0, Math.PI])) // [1, -2]
 */
export const polar = checked('polar', ((abs_: TensorLike, angle: TensorLike): Tensor => {
  const [size, turn] = [real(abs_, 'polar'), real(angle, 'polar')];
  return complexOf(multiply(size, cos(turn)), multiply(size, sin(turn)));
}) as OfTwo);
