/** @file Filters of images, and what is computed with them: Gaussian blur, Sobel's edges, structural similarity. */
import type { DataFormat } from '../../core/config.js';
import { describe } from '../../core/describe.js';
import type { DType } from '../../core/dtype.js';
import { isFloat, isInteger } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { formatShape, range, sameShape } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { floatTensor, floatTypeFor } from '../common.js';
import { saturateCast } from '../core.js';
import { round } from '../numpy/elementwise.js';
import { mean } from '../numpy/reductions.js';
import { sliceAxis, stack } from '../numpy/shape.js';
import type { ImageOptions } from './colors.js';
import { imageAxes, imageBatch } from './common.js';
import { correlate, correlateSame } from './correlate.js';

/** 16-bit floats are filtered in float32 and rounded once, as products of matrices are. */
const wide = (dtype: DType): DType => (dtype === 'float64' ? dtype : 'float32');

/** The bell e^(−x²/2σ²) at `size` places around its middle, adding up to 1. */
function bell(size: number, sigma: Tensor): Tensor {
  const places = toTensor(
    range(size).map((i) => i - (size - 1) / 2),
    sigma.dtype,
  );
  const x = lax.div(places, lax.broadcastTo(sigma, places.shape));
  const values = lax.exp(lax.mul(lax.mul(x, x), lax.fullLike(x, -0.5)));
  return lax.div(values, lax.broadcastTo(lax.reduceSum(values, [0]), values.shape));
}

/** A pair of numbers, or one that counts twice. */
function pair(name: string, what: string, value: number | readonly number[]): readonly number[] {
  const list = typeof value === 'number' ? [value, value] : value;
  if (list.length !== 2)
    throw new ValueError(`${name}: ${what} of ${list.length} numbers. Expected one number, or two.`);
  return list;
}

/** Options of `gaussianBlur`. */
export interface GaussianBlurOptions {
  /** Pixels along the columns and along the rows, [width, height]. Default [3, 3]. */
  readonly kernelSize?: number | readonly number[];
  /** Standard deviations in pixels, [along the width, along the height]. Default [1, 1]. A tensor of two numbers has a gradient. */
  readonly sigma?: TensorLike;
  /** Where the channels are. Default null: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}
/**
 * Images under a Gaussian filter. Beyond the borders stand zeros, so that pixels near them grow darker.
 *
 * @param images Shape (batch, rows, columns, channels), or without the batch, or with channels first. Integers are rounded and kept in their range.
 * @param options See {@link GaussianBlurOptions}. Keras's documentation calls the pairs (height, width); its numbers are in this order.
 * @returns Shape and dtype of `images`.
 * @throws {ValueError} A wrong rank, or other than two numbers in a pair, or a size that is no positive whole number.
 * @see `keras.ops.image.gaussian_blur`
 * @example
 * ops.image.gaussianBlur([[[0], [0.5], [0]]], { kernelSize: [3, 1] }) // [[[0.13703431], [0.22593138], [0.13703431]]]
 */
export const gaussianBlur = op(
  'gaussian_blur',
  (images: TensorLike, { kernelSize = [3, 3], sigma = [1, 1], dataFormat }: GaussianBlurOptions = {}): Tensor => {
    const given = toTensor(images, null, 'gaussian_blur');
    // Keras 3.15.1 takes a format that is left out for 'channels_first' on JAX; later versions for the setting.
    const { row, column } = imageAxes('gaussian_blur', given, dataFormat);
    const sizes = pair('gaussian_blur', 'a kernelSize', kernelSize);
    for (const size of sizes)
      if (!Number.isInteger(size) || size < 1)
        throw new ValueError(`gaussian_blur: kernelSize ${describe(kernelSize)}. Expected positive whole numbers.`);
    const deviations = toTensor(sigma, null, 'gaussian_blur');
    if (deviations.ndim > 1 || (deviations.ndim === 1 && deviations.shape[0] !== 2))
      throw new ValueError(
        `gaussian_blur: a sigma of shape ${formatShape(deviations.shape)}. Expected one number, or two.`,
      );
    return blurred(given, [column, row], sizes, deviations);
  },
);

/** Images blurred along axes, each with a size and a deviation of its own. */
export function blurred(images: Tensor, axes: readonly number[], sizes: readonly number[], sigma: Tensor): Tensor {
  const own = floatTypeFor(images.dtype);
  const deviations = lax.broadcastTo(lax.convert(sigma, own), [axes.length]);
  const result = axes.reduce(
    (x, axis, i) => {
      const weights = bell(sizes[i], lax.reshape(sliceAxis(deviations, 0, i, i + 1), []));
      return correlateSame(x, lax.convert(weights, x.dtype), axis);
    },
    lax.convert(images, wide(own)),
  );
  if (isFloat(images.dtype)) return lax.convert(result, images.dtype);
  return saturateCast(isInteger(images.dtype) ? round(result) : result, images.dtype);
}

/**
 * The slopes of images by Sobel's filters, along the rows and along the columns. Beyond the borders stand zeros.
 *
 * @param images Shape (batch, rows, columns, channels), or with channels first. Integers are added up as int32 and wrap to their dtype.
 * @param options `dataFormat`: `'channels_last'` or `'channels_first'`; default null, the setting.
 * @returns Shape of `images` and 2 more at the end: [how it grows downwards, how it grows to the right], eight times a pixel's slope.
 * @throws {ValueError} The rank is not 4.
 * @see `keras.ops.image.sobel_edges`; Sobel & Feldman 1968, "A 3×3 isotropic gradient operator for image processing"
 * @example
 * ops.image.sobelEdges(ops.ones([1, 4, 4, 3])).shape // [1, 4, 4, 3, 2]
 */
export const sobelEdges = op('sobel_edges', (images: TensorLike, { dataFormat }: ImageOptions = {}): Tensor => {
  const given = toTensor(images, null, 'sobel_edges');
  if (given.ndim !== 4)
    throw new ValueError(
      `sobel_edges: images of shape ${formatShape(given.shape)}. Expected rank 4, a batch of images; expandDims(image, 0) makes one of one.`,
    );
  const { row, column } = imageAxes('sobel_edges', given, dataFormat);
  const x = isFloat(given.dtype) ? lax.convert(given, wide(given.dtype)) : lax.convert(given, 'int32');
  const [smooth, slope] = [
    [1, 2, 1],
    [-1, 0, 1],
  ].map((weights) => toTensor(weights, x.dtype));
  const edge = (across: number, axis: number): Tensor => correlateSame(correlateSame(x, smooth, across), slope, axis);
  return lax.convert(stack([edge(column, row), edge(row, column)], { axis: -1 }), given.dtype);
});

/** Options of `ssim`. */
export interface SsimOptions {
  /** The distance between the least and the largest value that pixels may have: 1, or 255. Default 1. */
  readonly maxVal?: number;
  /** Rows and columns of the Gaussian window, in pixels. Default 11. */
  readonly filterSize?: number;
  /** Standard deviation of the window, in pixels. Default 1.5. */
  readonly filterSigma?: number;
  /** Keeps the comparison of means from dividing by 0. Default 0.01. */
  readonly k1?: number;
  /** Keeps the comparison of variances from dividing by 0. Default 0.03. */
  readonly k2?: number;
  /** Where the channels are. Default null: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}
/**
 * The structural similarity of images, 1 for equal ones: means, variances and the covariance in Gaussian windows compared, and averaged
 * over windows and channels.
 *
 * @param image1 Shape (batch, rows, columns, channels), or without the batch, or with channels first.
 * @param image2 Shape of `image1`.
 * @param options See {@link SsimOptions}.
 * @returns Shape (batch), or a scalar without the batch, of the dtype of `image1`; at most 1.
 * @throws {ValueError} A wrong rank, different shapes, or images smaller than the window.
 * @see `keras.ops.image.ssim`; Wang et al. 2004, "Image quality assessment: from error visibility to structural similarity"
 * @example
 * ops.image.ssim(ops.ones([2, 16, 16, 1]), ops.ones([2, 16, 16, 1])) // [1, 1]
 */
export const ssim = op(
  'ssim',
  (
    image1: TensorLike,
    image2: TensorLike,
    { maxVal = 1, filterSize = 11, filterSigma = 1.5, k1 = 0.01, k2 = 0.03, dataFormat }: SsimOptions = {},
  ): Tensor => {
    const [given, other] = [image1, image2].map((image) => toTensor(image, null, 'ssim'));
    if (!sameShape(given.shape, other.shape))
      throw new ValueError(
        `ssim: images of shapes ${formatShape(given.shape)} and ${formatShape(other.shape)}. Expected the same shape.`,
      );
    const own = floatTypeFor(given.dtype);
    const { images: first, axes } = imageBatch('ssim', lax.convert(floatTensor(given, 'ssim'), wide(own)), dataFormat);
    const second = lax.reshape(lax.convert(floatTensor(other, 'ssim'), wide(own)), first.shape);
    const { row, column } = axes;
    if (!Number.isInteger(filterSize) || filterSize < 1)
      throw new ValueError(`ssim: filterSize ${describe(filterSize)}. Expected a positive whole number of pixels.`);
    if (first.shape[row] < filterSize || first.shape[column] < filterSize)
      throw new ValueError(
        `ssim: images of ${first.shape[row]}×${first.shape[column]} pixels are smaller than the window of ${filterSize}×${filterSize}. ` +
          `Choose a smaller filterSize.`,
      );
    const window = lax.convert(bell(filterSize, lax.convert(toTensor(filterSigma), own)), first.dtype);
    const average = (x: Tensor): Tensor => correlate(correlate(x, window, column), window, row);
    const [mean1, mean2] = [average(first), average(second)];
    const [square1, square2, product] = [lax.mul(mean1, mean1), lax.mul(mean2, mean2), lax.mul(mean1, mean2)];
    const variance1 = lax.sub(average(lax.mul(first, first)), square1);
    const variance2 = lax.sub(average(lax.mul(second, second)), square2);
    const covariance = lax.sub(average(lax.mul(first, second)), product);
    const c = (x: number): Tensor => lax.fullLike(mean1, x);
    const [c1, c2] = [(k1 * maxVal) ** 2, (k2 * maxVal) ** 2].map(c);
    const twice = (x: Tensor): Tensor => lax.mul(c(2), x);
    const numerator = lax.mul(lax.add(twice(product), c1), lax.add(twice(covariance), c2));
    const spread = lax.add(lax.add(variance1, variance2), c2);
    const denominator = lax.mul(lax.add(lax.add(square1, square2), c1), spread);
    const result = mean(lax.div(numerator, denominator), { axis: [1, 2, 3] });
    return lax.convert(given.ndim === 3 ? lax.reshape(result, []) : result, given.dtype);
  },
);
