/** @file Windows of images as columns, and depth exchanged with space. */
import type { DataFormat } from '../../core/config.js';
import { ValueError } from '../../core/errors.js';
import { formatShape, range } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { sliceAxis } from '../numpy/shape.js';
import { spatial } from './convolution.js';

type Pair = number | readonly number[];

/** Options of `unfold` and `fold`: one number, or [rows, columns]. */
export interface UnfoldOptions {
  /** Distance between the elements of a window. Default 1. */
  readonly dilation?: Pair;
  /** Zeros around the image. Default 0. */
  readonly padding?: Pair;
  /** Distance between windows. Default 1. */
  readonly stride?: Pair;
}
/** How many windows fit into `size` elements. */
const windows = (size: number, pad: number, kernel: number, dilation: number, stride: number): number =>
  Math.floor((size + 2 * pad - dilation * (kernel - 1) - 1) / stride) + 1;

/** Every `stride`-th element from `start`, `count` of them. */
const strided = (x: Tensor, axis: number, start: number, count: number, stride: number): Tensor =>
  sliceAxis(x, axis, start, start + (count - 1) * stride + 1, stride);

/**
 * The windows of images (batch, channels, rows, columns) as columns: (batch, channels · kernel, windows).
 *
 * @param x Shape (batch, channels, rows, columns).
 * @param kernelSize [rows, columns] of a window, or one number for both.
 * @param options See {@link UnfoldOptions}.
 * @returns Shape (batch, channels · kernel, windows).
 * @throws {ValueError} `x` does not have four axes.
 * @see `keras.ops.unfold`
 * @example
 * ops.unfold([[[[1, 2, 3]]]], [1, 2]) // [[[1, 2], [2, 3]]]
 */
export const unfold = op(
  'unfold',
  (x: TensorLike, kernelSize: Pair, { dilation = 1, padding = 0, stride = 1 }: UnfoldOptions = {}): Tensor => {
    const t = toTensor(x, null, 'unfold');
    if (t.ndim !== 4)
      throw new ValueError(
        `unfold: a tensor of shape ${formatShape(t.shape)}. Expected (batch, channels, rows, columns).`,
      );
    const [kernel, gap, pad, step] = [kernelSize, dilation, padding, stride].map((p) =>
      spatial(p, 2, 'unfold', 'a size'),
    );
    const [n, channels] = t.shape;
    const counts = range(2).map((i) => windows(t.shape[i + 2], pad[i], kernel[i], gap[i], step[i]));
    const padded = lax.pad(t, { low: [0, 0, ...pad], high: [0, 0, ...pad], interior: [0, 0, 0, 0], value: 0 });
    const parts = range(kernel[0] * kernel[1]).map((tap) => {
      const [i, j] = [Math.floor(tap / kernel[1]), tap % kernel[1]];
      const rows = strided(padded, 2, i * gap[0], counts[0], step[0]);
      return lax.reshape(strided(rows, 3, j * gap[1], counts[1], step[1]), [n, channels, 1, counts[0] * counts[1]]);
    });
    return lax.reshape(lax.concatenate(parts, 2), [n, channels * parts.length, counts[0] * counts[1]]);
  },
);

/**
 * The reverse of `unfold`: columns added up where their windows overlap.
 *
 * @param x Shape (batch, channels · kernel, windows), as `unfold` gives it.
 * @param outputSize [rows, columns] of the images, or one number for both.
 * @param kernelSize [rows, columns] of a window, or one number for both.
 * @param options See {@link UnfoldOptions}.
 * @returns Shape (batch, channels, rows, columns).
 * @throws {ValueError} The shape of `x` does not fit the windows.
 * @see `keras.ops.fold`
 * @example
 * ops.fold([[[1, 2], [3, 4]]], [1, 3], [1, 2]) // [[[[1, 5, 4]]]]
 */
export const fold = op(
  'fold',
  (
    x: TensorLike,
    outputSize: Pair,
    kernelSize: Pair,
    { dilation = 1, padding = 0, stride = 1 }: UnfoldOptions = {},
  ): Tensor => {
    const t = toTensor(x, null, 'fold');
    const [size, kernel, gap, pad, step] = [outputSize, kernelSize, dilation, padding, stride].map((p) =>
      spatial(p, 2, 'fold', 'a size'),
    );
    const counts = range(2).map((i) => windows(size[i], pad[i], kernel[i], gap[i], step[i]));
    const taps = kernel[0] * kernel[1];
    if (t.ndim !== 3 || t.shape[1] % taps !== 0 || t.shape[2] !== counts[0] * counts[1]) {
      throw new ValueError(
        `fold: a tensor of shape ${formatShape(t.shape)}. Expected (batch, channels · ${taps}, ${counts[0] * counts[1]}).`,
      );
    }
    const channels = t.shape[1] / taps;
    const columns = lax.reshape(t, [t.shape[0], channels, taps, ...counts]);
    const total = range(taps).map((tap) => {
      const place = [Math.floor(tap / kernel[1]), tap % kernel[1]];
      const part = lax.reshape(sliceAxis(columns, 2, tap, tap + 1), [t.shape[0], channels, ...counts]);
      // Put the elements of this tap where they came from; what lies in the padding is cut off.
      const low = range(2).map((i) => place[i] * gap[i] - pad[i]);
      const high = range(2).map((i) => size[i] - low[i] - ((counts[i] - 1) * step[i] + 1));
      const interior = range(2).map((i) => step[i] - 1);
      return lax.pad(part, { low: [0, 0, ...low], high: [0, 0, ...high], interior: [0, 0, ...interior], value: 0 });
    });
    return total.reduce((sum, part) => lax.add(sum, part));
  },
);

/** Options of `depthToSpace` and `spaceToDepth`. */
export interface BlockOptions {
  /** Default `'channels_last'`, whatever the setting. */
  readonly dataFormat?: DataFormat;
}
function exchange(
  name: string,
  arrange: (t: Tensor, block: number, last: boolean) => Tensor,
  fits: (t: Tensor, block: number, last: boolean) => boolean,
) {
  return op(name, (x: TensorLike, blockSize: number, { dataFormat = 'channels_last' }: BlockOptions = {}): Tensor => {
    const t = toTensor(x, null, name);
    const last = dataFormat === 'channels_last';
    if (t.ndim !== 4 || !fits(t, blockSize, last))
      throw new ValueError(`${name}: blocks of ${blockSize} do not fit a tensor of shape ${formatShape(t.shape)}.`);
    return arrange(t, blockSize, last);
  });
}
/**
 * Channels spread over blocks of space.
 *
 * @param x Shape (batch, rows, columns, channels), or channels first.
 * @param blockSize The side of a block, in pixels.
 * @param options `dataFormat`: default `'channels_last'`, whatever the setting.
 * @returns Shape (batch, rows · block, columns · block, channels / block²), or channels first.
 * @throws {ValueError} `x` does not have four axes, or the blocks do not fit.
 * @see `keras.ops.depth_to_space`
 * @example
 * ops.depthToSpace([[[[1, 2, 3, 4]]]], 2) // [[[[1], [2]], [[3], [4]]]]
 */
export const depthToSpace = exchange(
  'depth_to_space',
  (t, b, last) => {
    if (last) {
      const [n, h, w, c] = t.shape;
      const blocks = lax.transpose(lax.reshape(t, [n, h, w, b, b, c / (b * b)]), [0, 1, 3, 2, 4, 5]);
      return lax.reshape(blocks, [n, h * b, w * b, c / (b * b)]);
    }
    const [n, c, h, w] = t.shape;
    const blocks = lax.transpose(lax.reshape(t, [n, c / (b * b), b, b, h, w]), [0, 1, 4, 2, 5, 3]);
    return lax.reshape(blocks, [n, c / (b * b), h * b, w * b]);
  },
  (t, b, last) => t.shape[last ? 3 : 1] % (b * b) === 0,
);
/**
 * Blocks of space gathered into channels.
 *
 * @param x Shape (batch, rows, columns, channels), or channels first.
 * @param blockSize The side of a block, in pixels.
 * @param options `dataFormat`: default `'channels_last'`, whatever the setting.
 * @returns Shape (batch, rows / block, columns / block, channels · block²), or channels first.
 * @throws {ValueError} `x` does not have four axes, or the blocks do not fit.
 * @see `keras.ops.space_to_depth`
 * @example
 * ops.spaceToDepth([[[[1], [2]], [[3], [4]]]], 2) // [[[[1, 2, 3, 4]]]]
 */
export const spaceToDepth = exchange(
  'space_to_depth',
  (t, b, last) => {
    if (last) {
      const [n, h, w, c] = t.shape;
      const blocks = lax.transpose(lax.reshape(t, [n, h / b, b, w / b, b, c]), [0, 1, 3, 2, 4, 5]);
      return lax.reshape(blocks, [n, h / b, w / b, c * b * b]);
    }
    const [n, c, h, w] = t.shape;
    const blocks = lax.transpose(lax.reshape(t, [n, c, h / b, b, w / b, b]), [0, 1, 3, 5, 2, 4]);
    return lax.reshape(blocks, [n, c * b * b, h / b, w / b]);
  },
  (t, b, last) => (last ? [1, 2] : [2, 3]).every((d) => t.shape[d] % b === 0),
);

/**
 * The peak signal-to-noise ratio of two images, in decibels: 10 log₁₀(max² / MSE).
 *
 * @param x1 An image, of any shape.
 * @param x2 The other image, of the shape of `x1`.
 * @param maxVal The greatest value that a pixel can have, such as 255.
 * @returns A scalar, in decibels.
 * @throws {ValueError} The shapes differ.
 * @see `keras.ops.psnr`
 * @example
 * ops.psnr([0, 0.5], [0.1, 0.5], 1) // 23.0103
 */
export const psnr = op('psnr', (x1: TensorLike, x2: TensorLike, maxVal: number): Tensor => {
  const [a, b] = [toTensor(x1, null, 'psnr'), toTensor(x2, null, 'psnr')];
  if (formatShape(a.shape) !== formatShape(b.shape))
    throw new ValueError(
      `psnr: images of shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}. Expected equal ones.`,
    );
  const gap = lax.sub(a, b);
  const total = lax.reduceSum(
    lax.mul(gap, gap),
    gap.shape.map((_, d) => d),
  );
  const error = lax.div(total, lax.fullLike(total, gap.size));
  const decibels = lax.mul(lax.log(error), lax.fullLike(error, -10 / Math.LN10));
  return lax.add(decibels, lax.fullLike(error, 20 * Math.log10(maxVal)));
});
