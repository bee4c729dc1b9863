/** @file Convolutions, pooling and resizing as Keras 2's backend called them. */
import type { DataFormat } from '../../core/config.js';
import { imageDataFormat } from '../../core/config.js';
import { describe } from '../../core/describe.js';
import { NotImplementedError, ValueError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { onTensors } from './on_tensors.js';

/** Options of convolutions. */
export interface BackendConvOptions {
  /** Steps of the window. Default 1. */
  readonly strides?: number | readonly number[];
  /** `'valid'`, or `'same'`: zeros around, so that only strides make the result smaller. `conv1d` has `'causal'` too. Default `'valid'`. */
  readonly padding?: 'valid' | 'same' | 'causal';
  /** Where the channels stand. Default `config.imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
  /** Distance of the window's elements. Default 1. */
  readonly dilationRate?: number | readonly number[];
}
const CONV = ['strides', 'padding', 'dataFormat', 'dilationRate'];

/** Where the channels stand. @throws {ValueError} There is no such format. */
function formatOf(owner: string, dataFormat: unknown): DataFormat {
  const format = dataFormat ?? imageDataFormat();
  if (format === 'channels_last' || format === 'channels_first') return format;
  throw new ValueError(`${owner}: dataFormat=${describe(format)}. Expected 'channels_last' or 'channels_first'.`);
}

/** @throws {ValueError} There is no such padding. */
function paddingOf(owner: string, padding: unknown): 'valid' | 'same' {
  if (padding === 'valid' || padding === 'same') return padding;
  throw new ValueError(`${owner}: padding=${describe(padding)}. Expected 'valid' or 'same'.`);
}

/** As `ops.conv` takes them. @throws {ValueError} Of images of another rank. */
function convolved(owner: string, rank: number, x: TensorLike, kernel: TensorLike, options: BackendConvOptions) {
  const { strides = 1, padding = 'valid', dataFormat = null, dilationRate = 1 } = options;
  const [t, k] = [ops.convertToTensor(x), ops.convertToTensor(kernel)];
  if (t.ndim !== rank + 2 || k.ndim !== rank + 2)
    throw new ValueError(
      `${owner}: x of shape ${formatShape(t.shape)} and a kernel of shape ${formatShape(k.shape)}. Expected rank ${rank + 2} of both.`,
    );
  const format = formatOf(owner, dataFormat);
  return { t, k, given: { strides, padding: paddingOf(owner, padding), dataFormat: format, dilationRate } };
}

/**
 * A convolution over series.
 *
 * @param x Shape (batch, steps, channels), or channels first.
 * @param kernel Shape (steps, channels, filters).
 * @param options See {@link BackendConvOptions}.
 * @returns Shape (batch, new steps, filters), or channels first.
 * @throws {ValueError} Another rank, channels that do not fit, or an unknown padding.
 * @see `K.conv1d` of Keras 2; `ops.conv`
 * @example
 * backend.conv1d([[[1.5], [2], [3]]], [[[1]], [[10]]], { padding: 'causal' }) // [[[15], [21.5], [32]]]
 */
export const conv1d = onTensors(
  'conv1d',
  (x: TensorLike, kernel: TensorLike, options: BackendConvOptions = {}): Tensor => {
    const causal = options.padding === 'causal';
    const { t, k, given } = convolved('conv1d', 1, x, kernel, causal ? { ...options, padding: 'valid' } : options);
    if (!causal) return ops.conv(t, k, given);
    const [dilation] = [given.dilationRate].flat();
    const before: [number, number] = [dilation * (k.shape[0] - 1), 0];
    const last = given.dataFormat === 'channels_last';
    return ops.conv(ops.pad(t, last ? [[0, 0], before, [0, 0]] : [[0, 0], [0, 0], before]), k, given); // prettier-ignore
  },
  CONV,
);

/**
 * A convolution over images.
 *
 * @param x Shape (batch, rows, columns, channels), or channels first.
 * @param kernel Shape (rows, columns, channels, filters).
 * @param options See {@link BackendConvOptions}.
 * @returns Shape (batch, new rows, new columns, filters), or channels first.
 * @throws {ValueError} Another rank, channels that do not fit, or an unknown padding.
 * @see `K.conv2d` of Keras 2; `ops.conv`
 * @example
 * backend.conv2d(ops.ones([1, 3, 3, 1]), ops.ones([2, 2, 1, 4])).shape // [1, 2, 2, 4]
 */
export const conv2d = onTensors(
  'conv2d',
  (x: TensorLike, kernel: TensorLike, options: BackendConvOptions = {}): Tensor => {
    const { t, k, given } = convolved('conv2d', 2, x, kernel, options);
    return ops.conv(t, k, given);
  },
  CONV,
);

/**
 * A convolution over volumes.
 *
 * @param x Shape (batch, planes, rows, columns, channels), or channels first.
 * @param kernel Shape (planes, rows, columns, channels, filters).
 * @param options See {@link BackendConvOptions}.
 * @returns Shape (batch, …new sizes, filters), or channels first.
 * @throws {ValueError} Another rank, channels that do not fit, or an unknown padding.
 * @see `K.conv3d` of Keras 2; `ops.conv`
 * @example
 * backend.conv3d(ops.ones([1, 3, 3, 3, 1]), ops.ones([2, 2, 2, 1, 4])).shape // [1, 2, 2, 2, 4]
 */
export const conv3d = onTensors(
  'conv3d',
  (x: TensorLike, kernel: TensorLike, options: BackendConvOptions = {}): Tensor => {
    const { t, k, given } = convolved('conv3d', 3, x, kernel, options);
    return ops.conv(t, k, given);
  },
  CONV,
);

/**
 * A transposed convolution over images, to a given size: the gradient of the convolution that makes `x` of images of that size.
 *
 * @param x Shape (batch, rows, columns, channels), or channels first.
 * @param kernel Shape (rows, columns, filters, channels).
 * @param outputShape The shape of the result; its batch may be null.
 * @param options See {@link BackendConvOptions}.
 * @returns `outputShape`.
 * @throws {ValueError} Another rank, channels that do not fit, or no convolution makes `x` of such images.
 * @see `K.conv2d_transpose` of Keras 2; `ops.convTranspose`
 * @example
 * backend.conv2dTranspose(ops.ones([1, 2, 2, 1]), ops.ones([2, 2, 3, 1]), [1, 4, 4, 3], { strides: 2 }).shape // [1, 4, 4, 3]
 */
export const conv2dTranspose = onTensors(
  'conv2dTranspose',
  (
    x: TensorLike,
    kernel: TensorLike,
    outputShape: readonly (number | null)[],
    options: BackendConvOptions = {},
  ): Tensor => {
    const owner = 'conv2dTranspose';
    const { t, k, given } = convolved(owner, 2, x, kernel, options);
    const axes = given.dataFormat === 'channels_last' ? [1, 2] : [2, 3];
    const pair = (v: number | readonly number[]): readonly number[] => (typeof v === 'number' ? [v, v] : v);
    const [strides, dilation] = [pair(given.strides), pair(given.dilationRate)];
    if (dilation[0] !== dilation[1])
      throw new ValueError(`${owner}: dilationRate=[${dilation.join(', ')}]. Expected two equal numbers.`);
    let whole = ops.convTranspose(t, k, { ...given, padding: 'valid' });
    axes.forEach((axis, i) => {
      const wanted = outputShape[axis];
      const steps = t.shape[axis];
      const window = (k.shape[i] - 1) * dilation[i] + 1;
      const least = given.padding === 'same' ? (steps - 1) * strides[i] + 1 : (steps - 1) * strides[i] + window;
      if (typeof wanted !== 'number' || wanted < least || wanted >= least + strides[i])
        throw new ValueError(
          `${owner}: outputShape=[${outputShape.map(String).join(', ')}] for x of shape ${formatShape(t.shape)}. Expected ${least} to ` +
            `${least + strides[i] - 1} along axis ${axis}: of other sizes no convolution with these strides makes ${steps}.`,
        );
      const full = (steps - 1) * strides[i] + window;
      const before = given.padding === 'same' ? Math.floor(Math.max(full - wanted, 0) / 2) : 0;
      const end = Math.min(before + wanted, whole.shape[axis]);
      const places = Array.from({ length: end - before }, (_, n) => before + n);
      whole = ops.take(whole, places, { axis });
      const missing = wanted - places.length;
      if (missing > 0) whole = ops.pad(whole, whole.shape.map((_, d): [number, number] => [0, d === axis ? missing : 0]));
    });
    return whole;
  },
  CONV,
); // prettier-ignore

/**
 * A convolution over images of each channel by itself.
 *
 * @param x Shape (batch, rows, columns, channels), or channels first.
 * @param depthwiseKernel Shape (rows, columns, channels, multiplier).
 * @param options See {@link BackendConvOptions}.
 * @returns Shape (batch, new rows, new columns, channels · multiplier), or channels first.
 * @throws {ValueError} Another rank, channels that do not fit, or an unknown padding.
 * @see `K.depthwise_conv2d` of Keras 2; `ops.depthwiseConv`
 * @example
 * backend.depthwiseConv2d(ops.ones([1, 3, 3, 2]), ops.ones([2, 2, 2, 3])).shape // [1, 2, 2, 6]
 */
export const depthwiseConv2d = onTensors(
  'depthwiseConv2d',
  (x: TensorLike, depthwiseKernel: TensorLike, options: BackendConvOptions = {}): Tensor => {
    const { t, k, given } = convolved('depthwiseConv2d', 2, x, depthwiseKernel, options);
    return ops.depthwiseConv(t, k, given);
  },
  CONV,
);

/**
 * A convolution over images of each channel by itself, then one of size 1 over all channels.
 *
 * @param x Shape (batch, rows, columns, channels), or channels first.
 * @param depthwiseKernel Shape (rows, columns, channels, multiplier).
 * @param pointwiseKernel Shape (1, 1, channels · multiplier, filters).
 * @param options See {@link BackendConvOptions}.
 * @returns Shape (batch, new rows, new columns, filters), or channels first.
 * @throws {ValueError} Another rank, channels that do not fit, or an unknown padding.
 * @see `K.separable_conv2d` of Keras 2; `ops.separableConv`
 * @example
 * backend.separableConv2d(ops.ones([1, 3, 3, 2]), ops.ones([2, 2, 2, 1]), ops.ones([1, 1, 2, 5])).shape // [1, 2, 2, 5]
 */
export const separableConv2d = onTensors(
  'separableConv2d',
  (
    x: TensorLike,
    depthwiseKernel: TensorLike,
    pointwiseKernel: TensorLike,
    options: BackendConvOptions = {},
  ): Tensor => {
    const { t, k, given } = convolved('separableConv2d', 2, x, depthwiseKernel, options);
    return ops.separableConv(t, k, pointwiseKernel, given);
  },
  CONV,
);

/** The windows of an axis, as numbers of its elements. */
const windows = (count: number, size: number, stride: number): number[][] =>
  Array.from({ length: count }, (_, o) => Array.from({ length: size }, (_each, i) => o * stride + i));

/**
 * Each place of a series with a kernel of its own.
 *
 * @param inputs Shape (batch, steps, channels), or channels first.
 * @param kernel Shape (new steps, kernel size · channels, filters).
 * @param kernelSize [steps of the window].
 * @param strides [steps between windows].
 * @param options `dataFormat`: default `config.imageDataFormat()`.
 * @returns Shape (batch, new steps, filters), or channels first.
 * @throws {ValueError} The kernel does not fit the windows.
 * @see `K.local_conv1d` of Keras 2
 * @example
 * backend.localConv1d([[[1], [2], [3]]], [[[1], [1]], [[10], [10]]], [2], [1]) // [[[3], [50]]]
 */
export const localConv1d = onTensors(
  'localConv1d',
  (
    inputs: TensorLike,
    kernel: TensorLike,
    kernelSize: readonly number[],
    strides: readonly number[],
    { dataFormat = null }: { readonly dataFormat?: DataFormat | null } = {},
  ): Tensor => {
    const k = ops.convertToTensor(kernel);
    return localConv('localConv1d', inputs, k, kernelSize, strides, [k.shape[0]], dataFormat);
  },
);

/**
 * Each place of an image with a kernel of its own.
 *
 * @param inputs Shape (batch, rows, columns, channels), or channels first.
 * @param kernel Shape (new rows · new columns, kernel size · channels, filters).
 * @param kernelSize [rows, columns] of the window.
 * @param strides [rows, columns] between windows.
 * @param outputShape [new rows, new columns].
 * @param options `dataFormat`: default `config.imageDataFormat()`.
 * @returns Shape (batch, new rows, new columns, filters), or channels first.
 * @throws {ValueError} The kernel does not fit the windows.
 * @see `K.local_conv2d` of Keras 2
 * @example
 * backend.localConv2d(ops.ones([1, 3, 3, 1]), ops.ones([4, 4, 5]), [2, 2], [1, 1], [2, 2]).shape // [1, 2, 2, 5]
 */
export const localConv2d = onTensors(
  'localConv2d',
  (
    inputs: TensorLike,
    kernel: TensorLike,
    kernelSize: readonly number[],
    strides: readonly number[],
    outputShape: readonly number[],
    { dataFormat = null }: { readonly dataFormat?: DataFormat | null } = {},
  ): Tensor =>
    localConv('localConv2d', inputs, ops.convertToTensor(kernel), kernelSize, strides, outputShape, dataFormat),
);

function localConv(
  owner: string,
  inputs: TensorLike,
  kernel: Tensor,
  kernelSize: readonly number[],
  strides: readonly number[],
  outputShape: readonly number[],
  dataFormat: DataFormat | null,
): Tensor {
  const last = formatOf(owner, dataFormat) === 'channels_last';
  const n = outputShape.length;
  let x = ops.convertToTensor(inputs);
  const channels = x.shape[last ? n + 1 : 1];
  const places = outputShape.reduce((a, b) => a * b, 1);
  const features = kernelSize.reduce((a, b) => a * b, 1) * channels;
  if (x.ndim !== n + 2 || kernel.ndim !== 3 || kernel.shape[0] !== places || kernel.shape[1] !== features)
    throw new ValueError(
      `${owner}: a kernel of shape ${formatShape(kernel.shape)} for x of shape ${formatShape(x.shape)}. Expected (${places}, ${features}, ` +
        `filters): a kernel for each of [${outputShape.join(', ')}] places, of [${kernelSize.join(', ')}] · ${channels} numbers.`,
    );
  // (batch, …[place, offset] for each axis, channels), with the channels first where they are.
  outputShape.forEach((count, i) => {
    x = ops.take(x, windows(count, kernelSize[i], strides[i]), { axis: (last ? 1 : 2) + 2 * i });
  });
  const from = last ? 1 : 2;
  const [ticks, offsets] = [0, 1].map((o) => outputShape.map((_, i) => from + 2 * i + o));
  const order = last ? [0, ...ticks, ...offsets, 2 * n + 1] : [0, ...ticks, 1, ...offsets];
  const patches = ops.reshape(ops.transpose(x, { axes: order }), [-1, places, features]);
  const products = ops.einsum('bpf,pfo->bpo', patches, kernel);
  const whole = ops.reshape(products, [-1, ...outputShape, kernel.shape[2]]);
  return last ? whole : ops.transpose(whole, { axes: [0, n + 1, ...outputShape.map((_, i) => i + 1)] });
}

/** Options of `pool2d` and `pool3d`. */
export interface BackendPoolOptions {
  /** Steps of the window. Default 1. */
  readonly strides?: number | readonly number[];
  /** `'valid'` or `'same'`. Default `'valid'`. */
  readonly padding?: 'valid' | 'same';
  /** Where the channels stand. Default `config.imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
  /** `'max'` or `'avg'`. Default `'max'`. */
  readonly poolMode?: 'max' | 'avg';
}
const POOL = ['strides', 'padding', 'dataFormat', 'poolMode'];

function pooled(owner: string, rank: number, x: TensorLike, size: readonly number[], options: BackendPoolOptions) {
  const { strides = 1, padding = 'valid', dataFormat = null, poolMode = 'max' } = options;
  const t = ops.convertToTensor(x);
  if (t.ndim !== rank + 2)
    throw new ValueError(`${owner}: x of shape ${formatShape(t.shape)}. Expected rank ${rank + 2}.`);
  if (poolMode !== 'max' && poolMode !== 'avg')
    throw new ValueError(`${owner}: poolMode=${describe(poolMode)}. Expected 'max' or 'avg'.`);
  const given = { strides, padding: paddingOf(owner, padding), dataFormat: formatOf(owner, dataFormat) };
  return poolMode === 'max' ? ops.maxPool(t, size, given) : ops.averagePool(t, size, given);
}

/**
 * The maximum or the mean of each window of images.
 *
 * @param x Shape (batch, rows, columns, channels), or channels first.
 * @param poolSize [rows, columns] of the window.
 * @param options See {@link BackendPoolOptions}.
 * @returns Shape (batch, new rows, new columns, channels), or channels first.
 * @throws {ValueError} Another rank, padding or mode.
 * @see `K.pool2d` of Keras 2; `ops.maxPool`, `ops.averagePool`
 * @example
 * backend.pool2d([[[[1], [2]], [[3], [4.5]]]], [2, 2]) // [[[[4.5]]]]
 */
export const pool2d = onTensors(
  'pool2d',
  (x: TensorLike, poolSize: readonly number[], options: BackendPoolOptions = {}): Tensor =>
    pooled('pool2d', 2, x, poolSize, options),
  POOL,
);

/**
 * The maximum or the mean of each window of volumes.
 *
 * @param x Shape (batch, planes, rows, columns, channels), or channels first.
 * @param poolSize [planes, rows, columns] of the window.
 * @param options See {@link BackendPoolOptions}.
 * @returns Shape (batch, …new sizes, channels), or channels first.
 * @throws {ValueError} Another rank, padding or mode.
 * @see `K.pool3d` of Keras 2; `ops.maxPool`, `ops.averagePool`
 * @example
 * backend.pool3d(ops.ones([1, 2, 2, 2, 1]), [2, 2, 2], { poolMode: 'avg' }).shape // [1, 1, 1, 1, 1]
 */
export const pool3d = onTensors(
  'pool3d',
  (x: TensorLike, poolSize: readonly number[], options: BackendPoolOptions = {}): Tensor =>
    pooled('pool3d', 3, x, poolSize, options),
  POOL,
);

/**
 * A bias added to each channel, or to each place of each channel.
 *
 * @param x A tensor.
 * @param bias Shape (channels), or (…space, channels).
 * @param options `dataFormat`: where the channels of `x` stand; default `config.imageDataFormat()`.
 * @returns The shape of `x`.
 * @throws {ValueError} The bias has another rank or size.
 * @see `K.bias_add` of Keras 2
 * @example
 * backend.biasAdd([[1, 2]], [10, 20]) // [[11, 22]]
 */
export const biasAdd = onTensors(
  'biasAdd',
  (
    x: TensorLike,
    bias: TensorLike,
    { dataFormat = null }: { readonly dataFormat?: DataFormat | null } = {},
  ): Tensor => {
    const [t, b] = [ops.convertToTensor(x), ops.convertToTensor(bias)];
    const first = formatOf('biasAdd', dataFormat) === 'channels_first';
    const channels = t.shape[first ? 1 : t.ndim - 1];
    if ((b.ndim !== 1 && b.ndim !== t.ndim - 1) || b.shape[b.ndim - 1] !== channels)
      throw new ValueError(
        `biasAdd: a bias of shape ${formatShape(b.shape)} for x of shape ${formatShape(t.shape)}. Expected (${channels}), or that after the ` +
          'sizes of space.',
      );
    if (b.ndim > 1) {
      const space = b.shape.slice(0, -1);
      // As Keras has it: with channels first the numbers are read in that order, and are not moved.
      return ops.add(t, ops.reshape(b, first ? [1, channels, ...space] : [1, ...space, channels]));
    }
    return ops.add(t, first ? ops.reshape(b, [channels, ...new Array<number>(t.ndim - 2).fill(1)]) : b);
  },
);

/** How `resizeImages` computes pixels. */
type ResizeMethod = ops.image.Interpolation | 'area' | 'gaussian' | 'mitchellcubic';

/**
 * Images made larger by whole factors.
 *
 * @param x Shape (batch, rows, columns, channels), or channels first.
 * @param heightFactor A whole number.
 * @param widthFactor A whole number.
 * @param dataFormat `'channels_last'` or `'channels_first'`.
 * @param options `interpolation`: `'nearest'` (the default), `'bilinear'`, `'bicubic'`, `'lanczos3'`, `'lanczos5'` or `'area'`.
 * @returns Larger images.
 * @throws {ValueError} A factor is none, or the interpolation is unknown.
 * @throws {NotImplementedError} `'gaussian'` and `'mitchellcubic'`, which only TensorFlow has.
 * @see `K.resize_images` of Keras 2; `ops.image.resize`
 * @example
 * backend.resizeImages(ops.ones([1, 2, 3, 1]), 2, 3, 'channels_last').shape // [1, 4, 9, 1]
 */
export const resizeImages = onTensors(
  'resizeImages',
  (
    x: TensorLike,
    heightFactor: number,
    widthFactor: number,
    dataFormat: DataFormat,
    { interpolation = 'nearest' }: { readonly interpolation?: ResizeMethod } = {},
  ): Tensor => {
    const owner = 'resizeImages';
    const t = ops.convertToTensor(x);
    const format = formatOf(owner, dataFormat);
    factors(owner, { heightFactor, widthFactor });
    if (interpolation === 'gaussian' || interpolation === 'mitchellcubic')
      throw new NotImplementedError(`${owner}: interpolation '${interpolation}' is TensorFlow's alone. Use 'bicubic'.`);
    const [rows, columns] = format === 'channels_last' ? [1, 2] : [2, 3];
    const size = [t.shape[rows] * heightFactor, t.shape[columns] * widthFactor] as const;
    // Of whole factors each new pixel lies in one old one.
    const method = interpolation === 'area' ? 'nearest' : interpolation;
    return ops.image.resize(t, size, { interpolation: method, dataFormat: format });
  },
);

/**
 * Volumes made larger by whole factors: each element is repeated.
 *
 * @param x Shape (batch, planes, rows, columns, channels), or channels first.
 * @param depthFactor A whole number.
 * @param heightFactor A whole number.
 * @param widthFactor A whole number.
 * @param dataFormat `'channels_last'` or `'channels_first'`.
 * @returns Larger volumes.
 * @throws {ValueError} A factor is none.
 * @see `K.resize_volumes` of Keras 2; `layers.UpSampling3D`
 * @example
 * backend.resizeVolumes(ops.ones([1, 1, 2, 3, 1]), 4, 2, 3, 'channels_last').shape // [1, 4, 4, 9, 1]
 */
export const resizeVolumes = onTensors(
  'resizeVolumes',
  (x: TensorLike, depthFactor: number, heightFactor: number, widthFactor: number, dataFormat: DataFormat): Tensor => {
    const from = formatOf('resizeVolumes', dataFormat) === 'channels_last' ? 1 : 2;
    factors('resizeVolumes', { depthFactor, heightFactor, widthFactor });
    return [depthFactor, heightFactor, widthFactor].reduce(
      (t, factor, i) => ops.repeat(t, factor, { axis: from + i }),
      ops.convertToTensor(x),
    );
  },
);

/** @throws {ValueError} A factor is no whole number from 1. */
function factors(owner: string, given: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(given))
    if (!Number.isInteger(value) || value < 1)
      throw new ValueError(`${owner}: ${name}=${describe(value)}. Expected a whole number from 1.`);
}
