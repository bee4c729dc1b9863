/** @file Images cut, padded, and taken apart into patches. */
import type { DataFormat } from '../../core/config.js';
import { standardizeDataFormat } from '../../core/config.js';
import { ValueError } from '../../core/errors.js';
import { formatShape, range, sizeOf } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { conv } from '../nn/convolution.js';
import { eye } from '../numpy/creation.js';
import { sliceAxis } from '../numpy/shape.js';
import { imageAxes } from './common.js';

/** Two of three numbers say where along an axis the result lies: before, behind, and its size. */
function along(
  name: string,
  size: number,
  before: number | null,
  behind: number | null,
  target: number | null,
  sign: 1 | -1,
) {
  const given = [before, behind, target].filter((x) => x !== null).length;
  if (given !== 2)
    throw new ValueError(
      `${name}: ${given} of 'before', 'behind' and 'target' are given along an axis of size ${size}. Expected exactly two.`,
    );
  const change = target === null ? 0 : sign * (target - size);
  const [low, high] = [before ?? change - behind!, behind ?? change - before!];
  if (low < 0 || high < 0 || (sign < 0 && size - low - high <= 0))
    throw new ValueError(
      `${name}: an axis of size ${size} with ${low} before and ${high} behind leaves nothing sensible.`,
    );
  return [low, high] as const;
}

/** Options of `cropImages`: two of top, bottom and height, and two of left, right and width. Pixels. */
export interface CropOptions {
  /** Rows cut off at the top. */
  readonly topCropping?: number | null;
  /** Columns cut off at the left. */
  readonly leftCropping?: number | null;
  /** Rows cut off at the bottom. */
  readonly bottomCropping?: number | null;
  /** Columns cut off at the right. */
  readonly rightCropping?: number | null;
  /** Rows that stay. */
  readonly targetHeight?: number | null;
  /** Columns that stay. */
  readonly targetWidth?: number | null;
  /** Where the channels are. Default null: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}
/**
 * Images without their borders.
 *
 * @param images Shape (batch, rows, columns, channels), or without the batch, or with channels first.
 * @param options See {@link CropOptions}.
 * @returns Images of the same dtype.
 * @throws {ValueError} Other than two of a direction's three numbers are given, or they do not fit the images.
 * @see `keras.ops.image.crop_images`
 * @example
 * ops.image.cropImages(ops.ones([4, 4, 1]), { topCropping: 1, targetHeight: 2, leftCropping: 0, targetWidth: 3 }).shape // [2, 3, 1]
 */
export const cropImages = op(
  'crop_images',
  (images: TensorLike, options: CropOptions = {}): Tensor => {
    const t = toTensor(images, null, 'crop_images');
    const { row, column } = imageAxes('crop_images', t, options.dataFormat);
    const {
      topCropping: top = null,
      bottomCropping: bottom = null,
      leftCropping: left = null,
      rightCropping: right = null,
    } = options;
    const [r0, r1] = along('crop_images', t.shape[row], top, bottom, options.targetHeight ?? null, -1);
    const [c0, c1] = along('crop_images', t.shape[column], left, right, options.targetWidth ?? null, -1);
    return sliceAxis(sliceAxis(t, row, r0, t.shape[row] - r1), column, c0, t.shape[column] - c1);
  },
  {
    optionNames: [
      'topCropping',
      'leftCropping',
      'bottomCropping',
      'rightCropping',
      'targetHeight',
      'targetWidth',
      'dataFormat',
    ],
  },
);

/** Options of `padImages`: two of top, bottom and height, and two of left, right and width. Pixels. */
export interface PadImagesOptions {
  /** Rows added at the top. */
  readonly topPadding?: number | null;
  /** Columns added at the left. */
  readonly leftPadding?: number | null;
  /** Rows added at the bottom. */
  readonly bottomPadding?: number | null;
  /** Columns added at the right. */
  readonly rightPadding?: number | null;
  /** Rows of the result. */
  readonly targetHeight?: number | null;
  /** Columns of the result. */
  readonly targetWidth?: number | null;
  /** Where the channels are. Default null: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}
/**
 * Images with zeros around them.
 *
 * @param images Shape (batch, rows, columns, channels), or without the batch, or with channels first.
 * @param options See {@link PadImagesOptions}.
 * @returns Images of the same dtype.
 * @throws {ValueError} Other than two of a direction's three numbers are given, or they do not fit the images.
 * @see `keras.ops.image.pad_images`
 * @example
 * ops.image.padImages(ops.ones([2, 2, 1]), { topPadding: 1, targetHeight: 4, leftPadding: 0, targetWidth: 3 }).shape // [4, 3, 1]
 */
export const padImages = op(
  'pad_images',
  (images: TensorLike, options: PadImagesOptions = {}): Tensor => {
    const t = toTensor(images, null, 'pad_images');
    const { row, column } = imageAxes('pad_images', t, options.dataFormat);
    const {
      topPadding: top = null,
      bottomPadding: bottom = null,
      leftPadding: left = null,
      rightPadding: right = null,
    } = options;
    const rows = along('pad_images', t.shape[row], top, bottom, options.targetHeight ?? null, 1);
    const columns = along('pad_images', t.shape[column], left, right, options.targetWidth ?? null, 1);
    const at = (i: 0 | 1): number[] => range(t.ndim).map((d) => (d === row ? rows[i] : d === column ? columns[i] : 0));
    return lax.pad(t, { low: at(0), high: at(1), interior: range(t.ndim).map(() => 0), value: 0 });
  },
  {
    optionNames: [
      'topPadding',
      'leftPadding',
      'bottomPadding',
      'rightPadding',
      'targetHeight',
      'targetWidth',
      'dataFormat',
    ],
  },
);

/** Options of `extractPatches`. */
export interface PatchOptions {
  /** Distance between patches. Default: their size. */
  readonly strides?: number | readonly number[] | null;
  /** Distance between the pixels of a patch. Default 1. */
  readonly dilationRate?: number | readonly number[];
  /** Default `'valid'`. */
  readonly padding?: 'valid' | 'same';
  /** Where the channels are. Default null: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}
function patches(
  name: string,
  images: TensorLike,
  size: number | readonly number[],
  dimensions: number,
  { strides = null, dilationRate = 1, padding = 'valid', dataFormat }: PatchOptions,
): Tensor {
  const t = toTensor(images, null, name);
  const window = typeof size === 'number' ? new Array<number>(dimensions).fill(size) : size;
  if (window.length !== dimensions)
    throw new ValueError(`${name}: a size of ${window.length} numbers. Expected ${dimensions}.`);
  if (t.ndim !== dimensions + 1 && t.ndim !== dimensions + 2)
    throw new ValueError(
      `${name}: a tensor of shape ${formatShape(t.shape)}. Expected rank ${dimensions + 1} or ${dimensions + 2}.`,
    );
  const single = t.ndim === dimensions + 1;
  const batch = single ? lax.reshape(t, [1, ...t.shape]) : t;
  const format = standardizeDataFormat(dataFormat, name);
  const channels = batch.shape[format === 'channels_last' ? batch.ndim - 1 : 1];
  const depth = sizeOf(window) * channels;
  const kernel = lax.reshape(eye(depth, { dtype: batch.dtype }), [...window, channels, depth]);
  const found = conv(batch, kernel, { strides: strides ?? window, padding, dataFormat: format, dilationRate });
  return single ? lax.reshape(found, found.shape.slice(1)) : found;
}
/**
 * The patches of images, each flattened into the channels of one pixel.
 *
 * @param images Shape (batch, rows, columns, channels), or without the batch, or with channels first.
 * @param size The sizes of a patch in pixels: one number, or [rows, columns]. Three numbers take volumes.
 * @param options See {@link PatchOptions}.
 * @returns Shape (batch, rows of patches, columns of patches, size · channels).
 * @throws {ValueError} The rank is wrong, or there are other than two sizes.
 * @see `keras.ops.image.extract_patches`
 * @example
 * ops.image.extractPatches([[[1], [2]], [[3], [4.5]]], 2) // [[[1, 2, 3, 4.5]]]
 */
export const extractPatches = op(
  'extract_patches',
  (images: TensorLike, size: number | readonly number[], options: PatchOptions = {}): Tensor =>
    patches('extract_patches', images, size, typeof size !== 'number' && size.length === 3 ? 3 : 2, options),
  { optionNames: ['strides', 'dilationRate', 'padding', 'dataFormat'] },
);
/**
 * The patches of volumes, each flattened into the channels of one voxel.
 *
 * @param volumes Shape (batch, …three sizes, channels), or without the batch, or with channels first.
 * @param size The sizes of a patch: one number, or three.
 * @param options See {@link PatchOptions}.
 * @returns Shape (batch, …three numbers of patches, size · channels).
 * @throws {ValueError} The rank is wrong, or there are other than three sizes.
 * @see `keras.ops.image.extract_patches_3d`
 * @example
 * ops.image.extractPatches3d(ops.ones([4, 4, 2, 1]), 2).shape // [2, 2, 1, 8]
 */
export const extractPatches3d = op(
  'extract_patches_3d',
  (volumes: TensorLike, size: number | readonly number[], options: PatchOptions = {}): Tensor =>
    patches('extract_patches_3d', volumes, size, 3, options),
  { optionNames: ['strides', 'dilationRate', 'padding', 'dataFormat'] },
);
