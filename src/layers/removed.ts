/**
 * @file Layers of Keras 1 and 2 that are gone. Programs of those days get an error that says what stands in their place, where JavaScript
 * would say that `undefined` is no constructor. Files that hold them are read by saving/legacy.
 */
import { NotImplementedError } from '../core/errors.js';

/** A class of which nobody can make an instance. */
type Removed = new (...args: readonly unknown[]) => never;

const removed = (name: string, successor: string): Removed =>
  class {
    constructor() {
      throw new NotImplementedError(`layers.${name} is gone since Keras ${successor}`);
    }
  } as unknown as Removed;

/**
 * Gone: making one throws.
 *
 * @param args Whatever the older layer took.
 * @returns Nothing.
 * @throws {NotImplementedError} Always, with what to use in its place.
 * @see `keras.layers.Merge` of Keras 1
 * @example
 * typeof Merge // 'function'
 */
export const Merge = removed(
  'Merge',
  '2. Use the layer of what it did: Add, Multiply, Average, Maximum, Concatenate or Dot, called on a list: new layers.Concatenate()([a, b]).',
);
/**
 * Gone: making one throws.
 *
 * @param args Whatever the older layer took.
 * @returns Nothing.
 * @throws {NotImplementedError} Always, with what to use in its place.
 * @see `keras.layers.TimeDistributedDense` of Keras 1
 * @example
 * typeof TimeDistributedDense // 'function'
 */
export const TimeDistributedDense = removed(
  'TimeDistributedDense',
  '2. Use new layers.Dense(units): it works on the last axis, step by step.',
);
/**
 * Gone: making one throws.
 *
 * @param args Whatever the older layer took.
 * @returns Nothing.
 * @throws {NotImplementedError} Always, with what to use in its place.
 * @see `keras.layers.MaxoutDense` of Keras 1
 * @example
 * typeof MaxoutDense // 'function'
 */
export const MaxoutDense = removed(
  'MaxoutDense',
  '2. Use new layers.Dense(units * features), new layers.Reshape([features, units]) and ops.max over axis 1.',
);
/**
 * Gone: making one throws.
 *
 * @param args Whatever the older layer took.
 * @returns Nothing.
 * @throws {NotImplementedError} Always, with what to use in its place.
 * @see `keras.layers.Highway` of Keras 1
 * @example
 * typeof Highway // 'function'
 */
export const Highway = removed(
  'Highway',
  '2. Compute it: ops.add(ops.multiply(gate, h), ops.multiply(ops.subtract(1, gate), x)), with two Dense layers for gate and h.',
);
/**
 * Gone: making one throws.
 *
 * @param args Whatever the older layer took.
 * @returns Nothing.
 * @throws {NotImplementedError} Always, with what to use in its place.
 * @see `keras.layers.AtrousConvolution1D` of Keras 1
 * @example
 * typeof AtrousConvolution1D // 'function'
 */
export const AtrousConvolution1D = removed(
  'AtrousConvolution1D',
  '2. Use new layers.Conv1D(filters, kernelSize, { dilationRate }).',
);
/**
 * Gone: making one throws.
 *
 * @param args Whatever the older layer took.
 * @returns Nothing.
 * @throws {NotImplementedError} Always, with what to use in its place.
 * @see `keras.layers.AtrousConvolution2D` of Keras 1
 * @example
 * typeof AtrousConvolution2D // 'function'
 */
export const AtrousConvolution2D = removed(
  'AtrousConvolution2D',
  '2. Use new layers.Conv2D(filters, kernelSize, { dilationRate }).',
);
/**
 * Gone: making one throws.
 *
 * @param args Whatever the older layer took.
 * @returns Nothing.
 * @throws {NotImplementedError} Always, with what to use in its place.
 * @see `keras.layers.Deconvolution2D` of Keras 1
 * @example
 * typeof Deconvolution2D // 'function'
 */
export const Deconvolution2D = removed('Deconvolution2D', '2. Use new layers.Conv2DTranspose(filters, kernelSize).');
/**
 * Gone: making one throws.
 *
 * @param args Whatever the older layer took.
 * @returns Nothing.
 * @throws {NotImplementedError} Always, with what to use in its place.
 * @see `keras.layers.Deconvolution3D` of Keras 1
 * @example
 * typeof Deconvolution3D // 'function'
 */
export const Deconvolution3D = removed('Deconvolution3D', '2. Use new layers.Conv3DTranspose(filters, kernelSize).');
/**
 * Gone: making one throws.
 *
 * @param args Whatever the older layer took.
 * @returns Nothing.
 * @throws {NotImplementedError} Always, with what to use in its place.
 * @see `keras.layers.SReLU` of Keras 1
 * @example
 * typeof SReLU // 'function'
 */
export const SReLU = removed('SReLU', '2. Use new layers.PReLU(), or a layer of your own.');
/**
 * Gone: making one throws.
 *
 * @param args Whatever the older layer took.
 * @returns Nothing.
 * @throws {NotImplementedError} Always, with what to use in its place.
 * @see `keras.layers.ParametricSoftplus` of Keras 1
 * @example
 * typeof ParametricSoftplus // 'function'
 */
export const ParametricSoftplus = removed(
  'ParametricSoftplus',
  '2. Use a layer of your own: alpha * softplus(beta * x).',
);
/**
 * Gone: making one throws.
 *
 * @param args Whatever the older layer took.
 * @returns Nothing.
 * @throws {NotImplementedError} Always, with what to use in its place.
 * @see `keras.layers.ThresholdedReLU` of Keras 2
 * @example
 * typeof ThresholdedReLU // 'function'
 */
export const ThresholdedReLU = removed('ThresholdedReLU', '3. Use new layers.ReLU({ threshold: theta }).');
/**
 * Gone: making one throws.
 *
 * @param args Whatever the older layer took.
 * @returns Nothing.
 * @throws {NotImplementedError} Always, with what to use in its place.
 * @see `keras.layers.CuDNNLSTM` of Keras 2
 * @example
 * typeof CuDNNLSTM // 'function'
 */
export const CuDNNLSTM = removed(
  'CuDNNLSTM',
  '3. Use new layers.LSTM(units): the same numbers; files that hold it are read.',
);
/**
 * Gone: making one throws.
 *
 * @param args Whatever the older layer took.
 * @returns Nothing.
 * @throws {NotImplementedError} Always, with what to use in its place.
 * @see `keras.layers.CuDNNGRU` of Keras 2
 * @example
 * typeof CuDNNGRU // 'function'
 */
export const CuDNNGRU = removed(
  'CuDNNGRU',
  '3. Use new layers.GRU(units): the same numbers, with resetAfter, its default; files that hold it are read.',
);
/**
 * Gone: making one throws.
 *
 * @param args Whatever the older layer took.
 * @returns Nothing.
 * @throws {NotImplementedError} Always, with what to use in its place.
 * @see `keras.layers.LocallyConnected1D` of Keras 2
 * @example
 * typeof LocallyConnected1D // 'function'
 */
export const LocallyConnected1D = removed(
  'LocallyConnected1D',
  '3. Use a layer of your own: ops.einsum over windows of the input, with a weight for each.',
);
/**
 * Gone: making one throws.
 *
 * @param args Whatever the older layer took.
 * @returns Nothing.
 * @throws {NotImplementedError} Always, with what to use in its place.
 * @see `keras.layers.LocallyConnected2D` of Keras 2
 * @example
 * typeof LocallyConnected2D // 'function'
 */
export const LocallyConnected2D = removed(
  'LocallyConnected2D',
  '3. Use a layer of your own: ops.einsum over windows of the input (ops.image.extractPatches), with a weight for each.',
);
