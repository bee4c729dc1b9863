/** @file Shapes as Keras 2's backend changed them: `K.flatten`, `K.dot`, `K.batchDot` and their like. */
import { floatx, imageDataFormat } from '../../core/config.js';
import { describe } from '../../core/describe.js';
import type { DType } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { onTensors } from './on_tensors.js';

/**
 * An axis of 1 more.
 *
 * @param x A tensor.
 * @param options `axis`: where; default −1, behind the others.
 * @returns A tensor of one rank more.
 * @throws {ValueError} There is no such place.
 * @see `K.expand_dims` of Keras 2; `ops.expandDims`
 * @example
 * backend.expandDims([1, 2]).shape // [2, 1]
 */
export const expandDims = onTensors(
  'expandDims',
  (x: TensorLike, { axis = -1 }: { readonly axis?: number } = {}): Tensor => ops.expandDims(x, axis),
);

/**
 * An axis of 1 less.
 *
 * @param x A tensor.
 * @param axis Which.
 * @returns A tensor of one rank less.
 * @throws {ValueError} The axis is not of 1.
 * @see `K.squeeze` of Keras 2; `ops.squeeze`
 * @example
 * backend.squeeze([[1], [2]], 1) // [1, 2]
 */
export const squeeze = onTensors('squeeze', (x: TensorLike, axis: number): Tensor => ops.squeeze(x, { axis }));

/**
 * All numbers of a tensor in a row.
 *
 * @param x A tensor.
 * @returns A vector.
 * @see `K.flatten` of Keras 2; `ops.ravel`
 * @example
 * backend.flatten([[1, 2], [3, 4]]) // [1, 2, 3, 4]
 */
export const flatten = onTensors('flatten', (x: TensorLike): Tensor => ops.reshape(x, [-1]));

/**
 * The numbers of each sample in a row.
 *
 * @param x Shape (batch, …).
 * @returns Shape (batch, numbers of a sample).
 * @throws {ValueError} A scalar, which has no batch.
 * @see `K.batch_flatten` of Keras 2
 * @example
 * backend.batchFlatten([[[1, 2], [3, 4]]]) // [[1, 2, 3, 4]]
 */
export const batchFlatten = onTensors('batchFlatten', (x: TensorLike): Tensor => {
  const t = ops.convertToTensor(x);
  if (t.ndim === 0) throw new ValueError('batchFlatten: a scalar has no batch. Expected a tensor of rank 1 or more.');
  return ops.reshape(t, [-1, t.shape.slice(1).reduce((n, size) => n * size, 1)]);
});

/**
 * Axes in another order.
 *
 * @param x A tensor.
 * @param order The axes of `x`, one after the other.
 * @returns A tensor of the same rank.
 * @throws {ValueError} It is no order of the axes.
 * @see `K.permute_dimensions` of Keras 2; `ops.transpose`
 * @example
 * backend.permuteDimensions([[1, 2, 3]], [1, 0]) // [[1], [2], [3]]
 */
export const permuteDimensions = onTensors('permuteDimensions', (x: TensorLike, order: readonly number[]): Tensor =>
  ops.transpose(x, { axes: order }),
);

/**
 * Each entry along an axis several times.
 *
 * @param x A tensor.
 * @param rep How many times.
 * @param axis Along which axis.
 * @returns The shape of `x`, `rep` times as long along the axis.
 * @throws {ValueError} There is no such axis.
 * @see `K.repeat_elements` of Keras 2; `ops.repeat`
 * @example
 * backend.repeatElements([1, 2], 2, 0) // [1, 1, 2, 2]
 */
export const repeatElements = onTensors('repeatElements', (x: TensorLike, rep: number, axis: number): Tensor =>
  ops.repeat(x, rep, { axis }),
);

/**
 * Each row several times, as a series of steps.
 *
 * @param x Shape (samples, features).
 * @param n How many steps.
 * @returns Shape (samples, n, features).
 * @throws {ValueError} Another rank than 2.
 * @see `K.repeat` of Keras 2; `layers.RepeatVector`
 * @example
 * backend.repeat([[1, 2]], 3) // [[[1, 2], [1, 2], [1, 2]]]
 */
export const repeat = onTensors('repeat', (x: TensorLike, n: number): Tensor => {
  const t = ops.convertToTensor(x);
  if (t.ndim !== 2) throw new ValueError(`repeat: shape ${formatShape(t.shape)}. Expected (samples, features).`);
  return ops.repeat(ops.expandDims(t, 1), n, { axis: 1 });
});

/**
 * The order along axes turned round.
 *
 * @param x A tensor.
 * @param along One axis or several.
 * @returns The shape of `x`.
 * @throws {ValueError} There is no such axis.
 * @see `K.reverse` of Keras 2; `ops.flip`
 * @example
 * backend.reverse([1, 2, 3], 0) // [3, 2, 1]
 */
export const reverse = onTensors('reverse', (x: TensorLike, along: number | readonly number[]): Tensor =>
  ops.flip(x, { axis: along }),
);

/**
 * Tensors behind each other.
 *
 * @param tensors A list.
 * @param options `axis`: along which; default −1.
 * @returns One tensor.
 * @throws {ValueError} The shapes do not fit.
 * @see `K.concatenate` of Keras 2; `ops.concatenate`
 * @example
 * backend.concatenate([[[1]], [[2]]]) // [[1, 2]]
 */
export const concatenate = onTensors(
  'concatenate',
  (tensors: readonly TensorLike[], { axis = -1 }: { readonly axis?: number } = {}): Tensor =>
    ops.concatenate(tensors, { axis }),
);

/**
 * The entries of the first axis at places.
 *
 * @param reference A tensor.
 * @param indices Whole numbers.
 * @returns The shape of `indices`, and behind it that of an entry.
 * @throws {ValueError} There is no such place.
 * @see `K.gather` of Keras 2; `ops.take`
 * @example
 * backend.gather([[1, 2], [3, 4]], [1]) // [[3, 4]]
 */
export const gather = onTensors('gather', (reference: TensorLike, indices: TensorLike): Tensor =>
  ops.take(reference, indices, { axis: 0 }),
);

/**
 * The product over the last axis of `x` and the last but one of `y`.
 *
 * @param x A tensor of rank 2 or more.
 * @param y A tensor of rank 2 or more.
 * @returns The other axes of `x`, then those of `y`.
 * @throws {ValueError} The two axes are not equally long.
 * @see `K.dot` of Keras 2; `ops.dot`
 * @example
 * backend.dot([[1, 2]], [[3], [4]]) // [[11]]
 */
export const dot = onTensors('dot', (x: TensorLike, y: TensorLike): Tensor => ops.dot(x, y));

/**
 * The product of each sample of `x` with its partner in `y`, over one axis of both.
 *
 * @param x Shape (batch, …).
 * @param y Shape (batch, …).
 * @param options `axes`: an axis of each, or one for both, never 0. Default null: the last of `x`, the last but one of `y` (of two axes
 *   the last).
 * @returns The axes of `x` without its own, then those of `y` without the batch and its own; at least rank 2.
 * @throws {ValueError} A rank below 2, the batch as an axis, or axes that are not equally long.
 * @see `K.batch_dot` of Keras 2; `ops.einsum`, `layers.Dot`
 * @example
 * backend.batchDot([[1, 2], [3, 4]], [[5, 6], [7, 8]], { axes: 1 }) // [[17], [53]]
 */
export const batchDot = onTensors(
  'batchDot',
  (
    x: TensorLike,
    y: TensorLike,
    { axes = null }: { readonly axes?: number | readonly [number, number] | null } = {},
  ): Tensor => {
    const [a, b] = [ops.convertToTensor(x), ops.convertToTensor(y)];
    if (a.ndim < 2 || b.ndim < 2)
      throw new ValueError(
        `batchDot: shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}. Expected (batch, …) of rank 2 or more; expandDims adds an axis.`,
      );
    const chosen = typeof axes === 'number' ? [axes, axes] : (axes ?? [a.ndim - 1, b.ndim === 2 ? 1 : b.ndim - 2]);
    const [p, q] = [a, b].map((t, i) => (chosen[i] < 0 ? chosen[i] + t.ndim : chosen[i]));
    if (!Number.isInteger(p) || !Number.isInteger(q) || p < 1 || q < 1 || p >= a.ndim || q >= b.ndim)
      throw new ValueError(
        `batchDot: axes=${describe(axes)} of tensors of rank ${a.ndim} and ${b.ndim}. Expected axes behind the batch.`,
      );
    if (a.shape[p] !== b.shape[q])
      throw new ValueError(
        `batchDot: axis ${p} of ${formatShape(a.shape)} and axis ${q} of ${formatShape(b.shape)} are not equally long.`,
      );
    const letters = (t: Tensor, own: number, from: string): string => [...t.shape].map((_, i) => (i === 0 ? 'z' : i === own ? 'y' : from[i])).join(''); // prettier-ignore
    const [left, right] = [letters(a, p, 'abcdefgh'), letters(b, q, 'ijklmnop')];
    const product = ops.einsum(`${left},${right}->z${(left + right).replaceAll(/[zy]/g, '')}`, a, b);
    return product.ndim === 1 ? ops.expandDims(product, 1) : product;
  },
);

const LAST = 'channels_last';
const padded = (x: TensorLike, sides: readonly (readonly [number, number])[], format: string): Tensor =>
  ops.pad(x, format === LAST ? [[0, 0], ...sides, [0, 0]] : [[0, 0], [0, 0], ...sides]);

/**
 * Zeros before and after the steps of series.
 *
 * @param x Shape (batch, steps, features).
 * @param options `padding`: how many before and after; default [1, 1].
 * @returns Shape (batch, steps + zeros, features).
 * @throws {ValueError} Another rank.
 * @see `K.temporal_padding` of Keras 2; `layers.ZeroPadding1D`
 * @example
 * backend.temporalPadding([[[5]]]) // [[[0], [5], [0]]]
 */
export const temporalPadding = onTensors(
  'temporalPadding',
  (x: TensorLike, { padding = [1, 1] }: { readonly padding?: readonly [number, number] } = {}): Tensor =>
    padded(x, [padding], LAST),
);

/**
 * Zeros around images.
 *
 * @param x Shape (batch, rows, columns, channels), or channels first.
 * @param options `padding`: rows above and below, columns left and right; default one each. `dataFormat`: default `'channels_last'`.
 * @returns Larger images.
 * @throws {ValueError} Another rank.
 * @see `K.spatial_2d_padding` of Keras 2; `layers.ZeroPadding2D`
 * @example
 * backend.spatial2dPadding(ops.ones([1, 2, 3, 1])).shape // [1, 4, 5, 1]
 */
export const spatial2dPadding = onTensors(
  'spatial2dPadding',
  (
    x: TensorLike,
    {
      padding = [
        [1, 1],
        [1, 1],
      ],
      dataFormat = LAST,
    }: { readonly padding?: readonly (readonly [number, number])[]; readonly dataFormat?: string | null } = {},
  ): Tensor => padded(x, padding, dataFormat ?? LAST),
);

/**
 * Zeros around volumes.
 *
 * @param x Shape (batch, planes, rows, columns, channels), or channels first.
 * @param options `padding`: before and after each of the three axes; default one each. `dataFormat`: default `config.imageDataFormat()`.
 * @returns Larger volumes.
 * @throws {ValueError} Another rank.
 * @see `K.spatial_3d_padding` of Keras 2; `layers.ZeroPadding3D`
 * @example
 * backend.spatial3dPadding(ops.ones([1, 2, 2, 2, 1])).shape // [1, 4, 4, 4, 1]
 */
export const spatial3dPadding = onTensors(
  'spatial3dPadding',
  (
    x: TensorLike,
    {
      padding = [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
      dataFormat = null,
    }: { readonly padding?: readonly (readonly [number, number])[]; readonly dataFormat?: string | null } = {},
  ): Tensor => padded(x, padding, dataFormat ?? imageDataFormat()),
);

/**
 * Numbers or a tensor in the float dtype of `config.floatx()`.
 *
 * @param x A tensor or numbers.
 * @returns The shape of `x`.
 * @see `K.cast_to_floatx` of Keras 2; `ops.cast`
 * @example
 * backend.castToFloatx([1, 2]).dtype // 'float32'
 */
export const castToFloatx = onTensors('castToFloatx', (x: TensorLike): Tensor => ops.cast(x, floatx()));

/**
 * A tensor of given numbers.
 *
 * @param value Numbers; one number fills the shape.
 * @param options `dtype`: default `config.floatx()`. `shape`: default that of the numbers.
 * @returns A tensor.
 * @throws {ValueError} The numbers do not fill the shape.
 * @see `K.constant` of Keras 2; `ops.convertToTensor`
 * @example
 * backend.constant(2, { shape: [2] }) // [2, 2]
 */
export const constant = onTensors(
  'constant',
  (
    value: TensorLike,
    { dtype = null, shape = null }: { readonly dtype?: DType | null; readonly shape?: readonly number[] | null } = {},
  ): Tensor => {
    const t = ops.cast(value, dtype ?? floatx());
    if (shape === null) return t;
    return t.size === 1 ? ops.broadcastTo(ops.reshape(t, []), shape) : ops.reshape(t, shape);
  },
);
