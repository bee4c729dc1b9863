/** @file Colour spaces: grey, hue-saturation-value. */
import type { DataFormat } from '../../core/config.js';
import { isFloat } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { floatTensor } from '../common.js';
import { clip } from '../numpy/elementwise.js';
import { sliceAxis } from '../numpy/shape.js';
import { imageAxes } from './common.js';

/** Which axis holds the channels; null or left out: the setting. */
export interface ImageOptions {
  /** Where the channels are. Default null: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}
const c = (like: Tensor, value: number): Tensor => lax.fullLike(like, value);
/** 2⁻¹⁰ of float16, 2⁻⁷ of bfloat16, …: the distance from 1 to the next number. */
const STEP: Readonly<Record<string, number>> = {
  float16: 2 ** -10,
  bfloat16: 2 ** -7,
  float32: 2 ** -23,
  float64: 2 ** -52,
};

/**
 * The luma of colours, 0.2989 R + 0.587 G + 0.114 B, in one channel.
 *
 * @param images Shape (batch, rows, columns, 3), or without the batch, or with channels first.
 * @param options `dataFormat`: `'channels_last'` or `'channels_first'`; default null, the setting.
 * @returns The shape of `images`, with one channel.
 * @throws {ValueError} There are not three channels, or the rank is wrong.
 * @see `keras.ops.image.rgb_to_grayscale`
 * @example
 * ops.image.rgbToGrayscale([[[1, 0, 0], [0.5, 0.5, 0.5]]]) // [[[0.2989], [0.49995002]]]
 */
export const rgbToGrayscale = op(
  'rgb_to_grayscale',
  (images: TensorLike, { dataFormat }: ImageOptions = {}): Tensor => {
    const given = toTensor(images, null, 'rgb_to_grayscale');
    const { channel } = imageAxes('rgb_to_grayscale', given, dataFormat);
    const channels = given.shape[channel];
    if (channels !== 1 && channels !== 3)
      throw new ValueError(
        `rgb_to_grayscale: ${channels} channels in shape ${formatShape(given.shape)}. Expected 3 (colours) or 1 (grey).`,
      );
    if (channels === 1) return given;
    const t = floatTensor(given, 'rgb_to_grayscale');
    const parts = [0.2989, 0.587, 0.114].map((weight, i) => {
      const plane = sliceAxis(t, channel, i, i + 1);
      return lax.mul(plane, c(plane, weight));
    });
    return lax.convert(lax.add(lax.add(parts[0], parts[1]), parts[2]), given.dtype);
  },
);

function planes(
  name: string,
  images: TensorLike,
  dataFormat: ImageOptions['dataFormat'],
): { parts: Tensor[]; channel: number } {
  const t = toTensor(images, null, name);
  const { channel } = imageAxes(name, t, dataFormat);
  if (!isFloat(t.dtype)) throw new ValueError(`${name}: images of dtype ${t.dtype}. Expected a float dtype.`);
  if (t.shape[channel] !== 3) throw new ValueError(`${name}: ${t.shape[channel]} channels. Expected 3.`);
  return { parts: [0, 1, 2].map((i) => sliceAxis(t, channel, i, i + 1)), channel };
}
/**
 * Red, green, blue in [0, 1] as hue, saturation, value in [0, 1].
 *
 * @param images Shape (batch, rows, columns, 3), or without the batch, or with channels first; red, green and blue in [0, 1].
 * @param options `dataFormat`: `'channels_last'` or `'channels_first'`; default null, the setting.
 * @returns The shape and dtype of `images`.
 * @throws {ValueError} The dtype is no float dtype, there are not three channels, or the rank is wrong.
 * @see `keras.ops.image.rgb_to_hsv`
 * @example
 * ops.image.rgbToHsv([[[0.5, 0, 0]]]) // [[[0, 1, 0.5]]]
 */
export const rgbToHsv = op('rgb_to_hsv', (images: TensorLike, { dataFormat }: ImageOptions = {}): Tensor => {
  const { parts, channel } = planes('rgb_to_hsv', images, dataFormat);
  const [r, g, b] = parts.map((x) => lax.select(lax.lt(lax.abs(x), c(x, STEP[x.dtype])), c(x, 0), x));
  const [value, least] = [lax.max(lax.max(r, g), b), lax.min(lax.min(r, g), b)];
  const spread = lax.sub(value, least);
  const [bright, coloured] = [lax.gt(value, c(value, 0)), lax.gt(spread, c(spread, 0))];
  const saturation = lax.select(bright, lax.div(spread, lax.select(bright, value, c(value, 1))), c(value, 0));
  const norm = lax.div(c(value, 1), lax.mul(c(value, 6), lax.select(coloured, spread, c(spread, 1))));
  const turned = (x: Tensor, y: Tensor, turn: number): Tensor => lax.add(lax.mul(norm, lax.sub(x, y)), c(value, turn));
  const fromOthers = lax.select(lax.eq(value, g), turned(b, r, 2 / 6), turned(r, g, 4 / 6));
  const raw = lax.select(lax.eq(value, r), lax.mul(norm, lax.sub(g, b)), fromOthers);
  const hue = lax.add(lax.select(coloured, raw, c(raw, 0)), lax.convert(lax.lt(raw, c(raw, 0)), raw.dtype));
  return lax.concatenate([hue, saturation, value], channel);
});
/**
 * Hue, saturation, value in [0, 1] as red, green, blue.
 *
 * @param images Shape (batch, rows, columns, 3), or without the batch, or with channels first; hue, saturation and value in [0, 1].
 * @param options `dataFormat`: `'channels_last'` or `'channels_first'`; default null, the setting.
 * @returns The shape and dtype of `images`.
 * @throws {ValueError} The dtype is no float dtype, there are not three channels, or the rank is wrong.
 * @see `keras.ops.image.hsv_to_rgb`
 * @example
 * ops.image.hsvToRgb([[[0, 1, 0.5]]]) // [[[0.5, 0, 0]]]
 */
export const hsvToRgb = op('hsv_to_rgb', (images: TensorLike, { dataFormat }: ImageOptions = {}): Tensor => {
  const { parts, channel } = planes('hsv_to_rgb', images, dataFormat);
  const [hue, saturation, value] = parts;
  const angle = lax.mul(lax.sub(hue, lax.floor(hue)), c(hue, 6));
  const distance = (from: number): Tensor => lax.abs(lax.sub(angle, c(angle, from)));
  const shares = [
    clip(lax.sub(distance(3), c(angle, 1)), 0, 1),
    clip(lax.sub(c(angle, 2), distance(2)), 0, 1),
    clip(lax.sub(c(angle, 2), distance(4)), 0, 1),
  ];
  const grey = lax.sub(c(saturation, 1), saturation);
  return lax.concatenate(
    shares.map((share) => lax.mul(value, lax.add(grey, lax.mul(saturation, share)))),
    channel,
  );
});
