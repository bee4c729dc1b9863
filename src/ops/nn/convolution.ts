/** @file Convolutions with Keras's paddings and data formats. Kernels are (…spatial, in, out); transposed ones (…spatial, out, in). */
import type { DataFormat } from '../../core/config.js';
import { standardizeDataFormat } from '../../core/config.js';
import { ValueError } from '../../core/errors.js';
import { formatShape, range } from '../../core/shape.js';
import type { ConvDims } from '../../graph/lax.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op } from '../../runtime/index.js';
import { promote } from '../common.js';

/** `'same'` gives ⌈size / stride⌉ outputs, `'valid'` only whole windows; `'causal'` (1D) pads in front alone. */
export type Padding = 'valid' | 'same' | 'causal';

/** Options of the convolutions. */
export interface ConvOptions {
  /** Steps of the window: one number, or one for each spatial axis. Default 1. */
  readonly strides?: number | readonly number[];
  /** `'valid'`: whole windows only; `'same'`: ⌈size / stride⌉ outputs; `'causal'`: zeros in front alone, for one spatial axis. */
  readonly padding?: Padding;
  /** Where the channels are. Default null: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
  /** Distance between the taps of the window. Default 1. */
  readonly dilationRate?: number | readonly number[];
}

/** One number for all spatial dimensions, or one for each. */
export function spatial(value: number | readonly number[], n: number, owner: string, what: string): number[] {
  const list = typeof value === 'number' ? new Array<number>(n).fill(value) : [...value];
  if (list.length !== n)
    throw new ValueError(`${owner}: ${what} has ${list.length} entries for ${n} spatial dimension(s).`);
  return list;
}

/** Where batch, channels and space are in an input. */
export function inputDims(ndim: number, format: DataFormat): ConvDims {
  const n = ndim - 2;
  return format === 'channels_last'
    ? { batch: 0, feature: ndim - 1, spatial: range(n).map((i) => i + 1) }
    : { batch: 0, feature: 1, spatial: range(n).map((i) => i + 2) };
}

/** The [before, after] padding of one dimension. With `'same'`, an odd total puts the extra element behind. */
export function paddingOf(padding: Padding, size: number, window: number, stride: number): [number, number] {
  if (padding === 'valid') return [0, 0];
  if (padding === 'causal') return [window - 1, 0];
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + window - size, 0);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

function requireRank(name: string, x: Tensor, kernel: Tensor): void {
  if (x.ndim < 3 || x.ndim > 5 || kernel.ndim !== x.ndim) {
    throw new ValueError(
      `${name}: inputs of shape ${formatShape(x.shape)} and a kernel of shape ${formatShape(kernel.shape)}. ` +
        `Expected both of rank 3, 4 or 5: (batch, …space, channels) and (…space, in, out).`,
    );
  }
}

function convolve(
  name: string,
  inputs: TensorLike,
  kernel: TensorLike,
  options: ConvOptions,
  groups: (channels: number, kernelChannels: number) => number,
): Tensor {
  const { strides = 1, padding = 'valid', dataFormat, dilationRate = 1 } = options;
  const format = standardizeDataFormat(dataFormat, name);
  const [x, k] = promote(name, [inputs, kernel]);
  requireRank(name, x, k);
  const n = x.ndim - 2;
  const dims = inputDims(x.ndim, format);
  const stride = spatial(strides, n, name, 'strides');
  const dilation = spatial(dilationRate, n, name, 'dilationRate');
  if (padding === 'causal' && n !== 1)
    throw new ValueError(`${name}: padding 'causal' is for one spatial dimension, the input has ${n}.`);
  const channels = x.shape[dims.feature];
  const kernelChannels = k.shape[n];
  return lax.convGeneral(x, k, {
    lhs: dims,
    rhs: { batch: n + 1, feature: n, spatial: range(n) },
    out: dims,
    strides: stride,
    padding: range(n).map((i) =>
      paddingOf(padding, x.shape[dims.spatial[i]], (k.shape[i] - 1) * dilation[i] + 1, stride[i]),
    ),
    lhsDilation: new Array<number>(n).fill(1),
    rhsDilation: dilation,
    featureGroups: groups(channels, kernelChannels),
    batchGroups: 1,
  });
}

/**
 * Convolution of 1, 2 or 3 spatial dimensions.
 *
 * @param inputs (batch, …space, channels), or channels first.
 * @param kernel (…space, channels / groups, filters): fewer input channels than the input has mean groups.
 * @param options See {@link ConvOptions}.
 * @returns Shape (batch, …new space, filters), or with channels first.
 * @throws {ValueError} Ranks or channels that do not fit.
 * @see `keras.ops.conv`
 * @example
 * ops.conv([[[1], [2], [3], [4.5]]], [[[1]], [[10]]]) // [[[21], [32], [48]]]
 */
export const conv = op(
  'conv',
  (inputs: TensorLike, kernel: TensorLike, options: ConvOptions = {}): Tensor =>
    convolve('conv', inputs, kernel, options, (channels, kernelChannels) => {
      if (kernelChannels === 0 || channels % kernelChannels !== 0) {
        throw new ValueError(
          `conv: the input has ${channels} channels, which the kernel's ${kernelChannels} input channels do not divide.`,
        );
      }
      return channels / kernelChannels;
    }),
  { optionNames: ['strides', 'padding', 'dataFormat', 'dilationRate'] },
);

/**
 * A convolution of each channel by itself.
 *
 * @param inputs Shape (batch, …space, channels), or (batch, channels, …space) for `'channels_first'`.
 * @param kernel Shape (…space, channels, multiplier).
 * @param options See {@link ConvOptions}.
 * @returns Shape (batch, …new space, channels · multiplier), or with channels first.
 * @throws {ValueError} The ranks differ, or the kernel is for another number of channels.
 * @see `keras.ops.depthwise_conv`
 * @example
 * ops.depthwiseConv([[[1, 5], [2, 6.5]]], [[[1], [1]], [[10], [1]]]) // [[[21, 11.5]]]
 */
export const depthwiseConv = op(
  'depthwise_conv',
  (inputs: TensorLike, kernel: TensorLike, options: ConvOptions = {}): Tensor => {
    const [x, k] = promote('depthwise_conv', [inputs, kernel]);
    const n = k.ndim - 2;
    const [channels, multiplier] = [k.shape[n], k.shape[n + 1]];
    const single = lax.reshape(k, [...k.shape.slice(0, n), 1, channels * multiplier]);
    return convolve('depthwise_conv', x, single, options, (own) => {
      if (own !== channels)
        throw new ValueError(`depthwise_conv: the input has ${own} channels, the kernel is for ${channels}.`);
      return channels;
    });
  },
  { optionNames: ['strides', 'padding', 'dataFormat', 'dilationRate'] },
);

/**
 * A convolution of each channel by itself, then one of size 1 over all channels.
 *
 * @param inputs Shape (batch, …space, channels), or (batch, channels, …space) for `'channels_first'`.
 * @param depthwiseKernel Shape (…space, channels, multiplier).
 * @param pointwiseKernel Shape (…ones, channels · multiplier, filters).
 * @param options See {@link ConvOptions}. Strides, padding and dilation are of the first convolution.
 * @returns Shape (batch, …new space, filters), or with channels first.
 * @throws {ValueError} The ranks differ, or the channels do not fit.
 * @see `keras.ops.separable_conv`
 * @example
 * ops.separableConv([[[1, 5], [2, 6.5]]], [[[1], [1]], [[10], [1]]], [[[1], [100]]]) // [[[1171]]]
 */
export const separableConv = op(
  'separable_conv',
  (inputs: TensorLike, depthwiseKernel: TensorLike, pointwiseKernel: TensorLike, options: ConvOptions = {}): Tensor =>
    conv(depthwiseConv(inputs, depthwiseKernel, options), pointwiseKernel, {
      strides: 1,
      padding: 'valid',
      dataFormat: options.dataFormat,
    }),
  { optionNames: ['strides', 'padding', 'dataFormat', 'dilationRate'] },
);

/** Options of `convTranspose`. */
export interface ConvTransposeOptions extends ConvOptions {
  /** Rows added at the far end, below the stride; null: inferred. */
  readonly outputPadding?: number | readonly (number | null)[] | null;
}

/** Padding of the dilated input, by Keras's rules for the output's size. @see `keras.src.backend.common.backend_utils` */
export function transposePadding(
  window: number,
  stride: number,
  padding: Padding,
  outputPadding: number | null,
): [number, number] {
  if (padding === 'valid') return [window - 1, window - 1 + (outputPadding ?? Math.max(window, stride) - window)];
  const total = outputPadding === null ? stride + window - 2 : window + (window % 2) - 2 + outputPadding;
  const before = Math.min(Math.floor(total / 2) + (((total % 2) + 2) % 2), window - 1);
  return [before, total - before];
}

/**
 * Transposed convolution: the gradient of a convolution for its input.
 *
 * @param inputs (batch, …space, channels), or channels first.
 * @param kernel (…space, filters, channels).
 * @param options See {@link ConvTransposeOptions}.
 * @returns Shape (batch, …new space, filters), or with channels first.
 * @throws {ValueError} The ranks differ, or the channels do not fit.
 * @see `keras.ops.conv_transpose`
 * @example
 * ops.convTranspose([[[1], [2.5]]], [[[1]], [[10]]], { strides: 2 }) // [[[1], [10], [2.5], [25]]]
 */
export const convTranspose = op(
  'conv_transpose',
  (inputs: TensorLike, kernel: TensorLike, options: ConvTransposeOptions = {}): Tensor => {
    const { strides = 1, padding = 'valid', outputPadding = null, dataFormat, dilationRate = 1 } = options;
    const format = standardizeDataFormat(dataFormat, 'conv_transpose');
    const [x, k] = promote('conv_transpose', [inputs, kernel]);
    requireRank('conv_transpose', x, k);
    const n = x.ndim - 2;
    const dims = inputDims(x.ndim, format);
    const stride = spatial(strides, n, 'conv_transpose', 'strides');
    const dilation = spatial(dilationRate, n, 'conv_transpose', 'dilationRate');
    if (x.shape[dims.feature] !== k.shape[n + 1]) {
      throw new ValueError(
        `conv_transpose: the input has ${x.shape[dims.feature]} channels, the kernel of shape ${formatShape(k.shape)} wants ${k.shape[n + 1]}.`,
      );
    }
    const extra = (i: number): number | null =>
      outputPadding === null || typeof outputPadding === 'number' ? outputPadding : outputPadding[i];
    return lax.convGeneral(x, lax.reverse(k, range(n)), {
      lhs: dims,
      rhs: { batch: n, feature: n + 1, spatial: range(n) },
      out: dims,
      strides: new Array<number>(n).fill(1),
      padding: range(n).map((i) => transposePadding((k.shape[i] - 1) * dilation[i] + 1, stride[i], padding, extra(i))),
      lhsDilation: stride,
      rhsDilation: dilation,
      featureGroups: 1,
      batchGroups: 1,
    });
  },
  { optionNames: ['outputPadding', 'strides', 'padding', 'dataFormat', 'dilationRate'] },
);
