/** @file Single images made brighter, and their colours moved, by given numbers or by random ones. */
import { checked } from '../../../core/arguments.js';
import type { DataFormat } from '../../../core/config.js';
import { floatx } from '../../../core/config.js';
import { describe } from '../../../core/describe.js';
import { ValueError } from '../../../core/errors.js';
import { formatShape } from '../../../core/shape.js';
import * as ops from '../../../ops/index.js';
import { processDraws } from '../../../random/global_state.js';
import type { Tensor, TensorLike } from '../../../runtime/index.js';
import { toTensor } from '../../../runtime/index.js';
import { arrayToImg, imgToArray } from '../../../utils/image_utils.js';
import { Img } from '../../../utils/images/img.js';
import { requireNumber, requirePair } from './checks.js';

/** @throws {ValueError} It is no image. */
function imageOf(owner: string, x: TensorLike): Tensor {
  const image = toTensor(x, null, owner);
  if (image.ndim === 3) return image;
  throw new ValueError(
    `${owner}: an image of shape ${formatShape(image.shape)}. Expected rank 3: rows, columns and channels.`,
  );
}

/** Options of `applyChannelShift` and `randomChannelShift`. */
export interface ChannelShiftOptions {
  /** Of the channels. Default 0. */
  readonly channelAxis?: number;
}

/** As `applyChannelShift`, for whoever asks. */
export function channelShifted(owner: string, x: TensorLike, intensity: number): Tensor {
  const image = imageOf(owner, x);
  const moved = ops.add(image, requireNumber(owner, 'intensity', intensity));
  return image.size === 0 ? image : ops.minimum(ops.maximum(moved, ops.min(image)), ops.max(image));
}

/** @throws {ValueError} There is no such axis. */
function requireChannelAxis(owner: string, channelAxis: number): void {
  if (!Number.isInteger(channelAxis) || channelAxis < -3 || channelAxis > 2)
    throw new ValueError(`${owner}: channelAxis=${describe(channelAxis)}. Expected an axis of 3: 0, 1 or 2.`);
}

/**
 * A number added to all channels of an image, cut off at the least and the greatest number of it.
 *
 * @param x Rank 3: one image.
 * @param intensity What is added.
 * @param options `channelAxis`: default 0. All channels are moved alike, so it changes nothing.
 * @returns Shape and dtype of `x`.
 * @throws {ValueError} Another rank, an axis that there is not, or `intensity` is no number.
 * @see `keras.preprocessing.image.apply_channel_shift` of Keras 2
 * @example
 * preprocessing.image.applyChannelShift([[[1, 5, 9]]], 3, { channelAxis: 2 }) // [[[4, 8, 9]]]
 */
export const applyChannelShift = checked(
  'applyChannelShift',
  (x: TensorLike, intensity: number, { channelAxis = 0 }: ChannelShiftOptions = {}): Tensor => {
    requireChannelAxis('applyChannelShift', channelAxis);
    return channelShifted('applyChannelShift', x, intensity);
  },
);

/**
 * A random number added to all channels of an image, as `applyChannelShift` does.
 *
 * @param x Rank 3: one image.
 * @param intensityRange The greatest number, to either side.
 * @param options `channelAxis`: default 0. All channels are moved alike, so it changes nothing.
 * @returns Shape and dtype of `x`.
 * @throws {ValueError} Another rank, an axis that there is not, or `intensityRange` is no number.
 * @see `keras.preprocessing.image.random_channel_shift` of Keras 2
 * @example
 * preprocessing.image.randomChannelShift(ops.ones([4, 4, 3]), 20, { channelAxis: 2 }).shape // [4, 4, 3]
 */
export const randomChannelShift = checked(
  'randomChannelShift',
  (x: TensorLike, intensityRange: number, { channelAxis = 0 }: ChannelShiftOptions = {}): Tensor => {
    requireChannelAxis('randomChannelShift', channelAxis);
    const most = requireNumber('randomChannelShift', 'intensityRange', intensityRange);
    return channelShifted('randomChannelShift', x, processDraws().uniform(-most, most));
  },
);

/** Options of `applyBrightnessShift` and `randomBrightness`. */
export interface BrightnessShiftOptions {
  /** Whether the least number of the image becomes 0 before, and the greatest 255. Default true. */
  readonly scale?: boolean;
}

/** As Pillow's `ImageEnhance.Brightness`: bytes times a factor, cut off; how opaque pixels are stays. */
function enhanced({ mode, width, height, channels, data }: Img, factor: number): Img {
  const single = Math.fround(factor);
  // A byte has 256 values.
  const bright = Uint8Array.from({ length: 256 }, (_, v) =>
    Math.min(255, Math.max(0, Math.trunc(Math.fround(single * v)))),
  );
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = mode === 'RGBA' && i % channels === 3 ? data[i] : bright[data[i]];
  return new Img(mode, width, height, out);
}

/** As `applyBrightnessShift`, for whoever asks. */
export function brightened(
  owner: string,
  x: TensorLike,
  brightness: number,
  scale: boolean,
  dataFormat: DataFormat | null = null,
): Tensor {
  const image = imageOf(owner, x);
  const factor = requireNumber(owner, 'brightness', brightness);
  if (image.size === 0) return image;
  const [least, most] = [ops.min(image), ops.max(image)].map((t) => Number(t.dataSync()[0]));
  const outside = least < 0 || most > 255;
  const img = arrayToImg(image, { scale: outside || scale, dataFormat });
  const bright = imgToArray(enhanced(img, factor), { dataFormat, dtype: floatx() });
  return !scale && outside ? ops.add(ops.multiply(ops.divide(bright, 255), most - least), least) : bright;
}

/**
 * An image times a factor, in whole numbers from 0 to 255.
 *
 * @param x Rank 3: one image of 1, 3 or 4 channels; where these stand `config.imageDataFormat()` says. The fourth stays.
 * @param brightness The factor: 1 changes nothing, 0 makes all black.
 * @param options `scale`: default true: the least number becomes 0 and the greatest 255 before. Without it numbers are taken as they are,
 *   but where some lie outside of 0 … 255: then they are scaled for the while.
 * @returns Shape of `x`, dtype `config.floatx()`.
 * @throws {ValueError} Another rank or number of channels, or `brightness` is no number.
 * @see `keras.preprocessing.image.apply_brightness_shift` of Keras 2; Pillow's `ImageEnhance.Brightness`
 * @example
 * preprocessing.image.applyBrightnessShift([[[10], [101]]], 0.5, { scale: false }) // [[[5], [50]]]
 */
export const applyBrightnessShift = checked(
  'applyBrightnessShift',
  (x: TensorLike, brightness: number, { scale = true }: BrightnessShiftOptions = {}): Tensor =>
    brightened('applyBrightnessShift', x, brightness, scale),
);

/**
 * An image times a random factor, as `applyBrightnessShift` does.
 *
 * @param x Rank 3: one image of 1, 3 or 4 channels.
 * @param brightnessRange [least, most] factor.
 * @param options `scale`: default true.
 * @returns Shape of `x`, dtype `config.floatx()`.
 * @throws {ValueError} Another rank or number of channels, or `brightnessRange` is no list of two numbers.
 * @see `keras.preprocessing.image.random_brightness` of Keras 2; `layers.RandomBrightness`
 * @example
 * preprocessing.image.randomBrightness(ops.ones([4, 4, 3]), [0.5, 1.5]).shape // [4, 4, 3]
 */
export const randomBrightness = checked(
  'randomBrightness',
  (
    x: TensorLike,
    brightnessRange: readonly [number, number],
    { scale = true }: BrightnessShiftOptions = {},
  ): Tensor => {
    const [least, most] = requirePair('randomBrightness', 'brightnessRange', brightnessRange);
    return brightened('randomBrightness', x, processDraws().uniform(least, most), scale);
  },
);
