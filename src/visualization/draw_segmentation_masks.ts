/** @file `drawSegmentationMasks`: classes of pixels as colours over images. */
import { checked } from '../core/arguments.js';
import type { DataFormat } from '../core/config.js';
import { standardizeDataFormat } from '../core/config.js';
import { describe } from '../core/describe.js';
import { isInteger } from '../core/dtype.js';
import { TypeError, ValueError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import * as ops from '../ops/index.js';
import type { TensorLike } from '../runtime/index.js';
import { Tensor, toTensor } from '../runtime/index.js';
import type { Batch, Color } from './pixels.js';
import { checkColor, imageBatch, readTensor } from './pixels.js';

/** Options of `drawSegmentationMasks`. */
export interface DrawSegmentationMasksOptions {
  /** Classes 0 to `numClasses` − 1 are painted. Default null: the largest number in the masks, which is then not painted itself. */
  readonly numClasses?: number | null;
  /** The colour of each class: a dict, or a list from class 0. Default null: Keras's palette, in which class 0 is black. */
  readonly colorMapping?: Readonly<Record<number, Color>> | readonly Color[] | null;
  /** How opaque the colours are, from 0 to 1. Default 0.8. */
  readonly alpha?: number;
  /** Whether images shine through, by `alpha`. Default true. */
  readonly blend?: boolean;
  /** The class that leaves the image as it is. Default −1. Without `blend` it is painted if it is a class. */
  readonly ignoreIndex?: number;
  /** Where the channels are. Default null: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}

/** The colours of Keras: multiples of three large numbers, modulo 255. */
function paletteOf(count: number): Color[] {
  const steps = [2 ** 25 - 1, 2 ** 15 - 1, 2 ** 21 - 1];
  return Array.from({ length: count }, (_, i) => steps.map((step) => (i * step) % 255) as unknown as Color);
}

/** The colours of classes 0 … count − 1. @throws {ValueError} One has none. */
export function colorsOf(
  count: number,
  mapping: DrawSegmentationMasksOptions['colorMapping'],
  owner: string,
): readonly Color[] {
  if (mapping === null || mapping === undefined) return paletteOf(count);
  return Array.from({ length: count }, (_, i) => {
    const color = (mapping as Readonly<Record<number, unknown>>)[i];
    if (color === undefined)
      throw new ValueError(
        `${owner}: colorMapping has no colour for class ${i} of numClasses=${count}. Give one for each class from 0 to ${count - 1}.`,
      );
    return checkColor(color, owner, `colorMapping[${i}]`);
  });
}

/** Masks beside images: whole numbers, one for each pixel. @throws {ValueError} They do not fit. */
export function readMasks(
  masks: unknown,
  { count, height, width }: Batch,
  owner: string,
  first: boolean,
  argument = 'segmentationMasks',
): ArrayLike<number> {
  let t = toTensor(masks as TensorLike, null, owner);
  if (!isInteger(t.dtype))
    throw new TypeError(`${owner}: ${argument} of dtype ${t.dtype}. Expected whole numbers: cast them to 'int32'.`);
  const { shape } = t;
  if (t.ndim === 4 && t.shape[first ? 1 : 3] === 1) t = ops.squeeze(t, { axis: first ? 1 : 3 });
  if (t.ndim !== 3 || t.shape[0] !== count || t.shape[1] !== height || t.shape[2] !== width)
    throw new ValueError(
      `${owner}: ${argument} of shape ${formatShape(shape)} for ${count} images of ${height} × ${width}. ` +
        `Expected (${count}, ${height}, ${width}), or the same with an axis of 1 for the channel.`,
    );
  return readTensor(t, owner, argument).data;
}

/** What masks do to images, as numbers that are not yet bytes where `blend` is false. */
export function paint(
  batch: Batch,
  masks: ArrayLike<number>,
  {
    colors,
    alpha,
    blend,
    ignoreIndex,
  }: { colors: readonly Color[]; alpha: number; blend: boolean; ignoreIndex: number },
  owner: string,
): Float32Array {
  const { channels, data } = batch;
  if (channels < 3)
    throw new ValueError(
      `${owner}: images of ${channels} channels cannot show colours. Make them of 3: ops.repeat(images, 3, { axis: -1 }).`,
    );
  const out = Float32Array.from(data);
  // As Keras: in float32, product by product.
  const [image, color] = [Math.fround(1 - alpha), Math.fround(alpha)];
  for (let i = 0; i < masks.length; i++) {
    const painted = colors[masks[i]] as Color | undefined;
    if (blend && masks[i] === ignoreIndex) continue;
    for (let c = 0; c < 3; c++) {
      const at = i * channels + c;
      const shown = painted === undefined ? out[at] : painted[c];
      out[at] = blend ? Math.fround(out[at] * image) + Math.fround(shown * color) : shown;
    }
  }
  return out;
}

const shareOf = (alpha: unknown, owner: string): number => {
  if (typeof alpha !== 'number' || !(alpha >= 0 && alpha <= 1))
    throw new ValueError(`${owner}: alpha=${describe(alpha)}. Expected a number from 0 to 1.`);
  return alpha;
};

/** How classes become colours, checked. */
export function paintOf(
  masks: readonly ArrayLike<number>[],
  { numClasses = null, colorMapping, alpha = 0.8, blend = true, ignoreIndex = -1 }: DrawSegmentationMasksOptions,
  owner: string,
): { colors: readonly Color[]; alpha: number; blend: boolean; ignoreIndex: number } {
  if (numClasses !== null && !(Number.isInteger(numClasses) && numClasses >= 0))
    throw new ValueError(`${owner}: numClasses=${describe(numClasses)}. Expected a whole number from 0.`);
  let most = 0;
  for (const each of masks) for (let i = 0; i < each.length; i++) most = Math.max(most, each[i]);
  return {
    colors: colorsOf(numClasses ?? most, colorMapping, owner),
    alpha: shareOf(alpha, owner),
    blend,
    ignoreIndex,
  };
}

/**
 * Images over which the classes of their pixels lie as colours. Classes from 0 to `numClasses` − 1 are painted, as in Keras: to leave the
 * background as it is say `ignoreIndex: 0`.
 *
 * @param images Shape (batch, height, width, 3), or channels first; from 0 to 255.
 * @param segmentationMasks Whole numbers of shape (batch, height, width), with or without an axis of 1 for the channel.
 * @param options `numClasses`, `colorMapping`, `alpha` (default 0.8), `blend` (default true), `ignoreIndex` (default −1), `dataFormat`.
 * @returns Shape (batch, height, width, 3), channels last, in uint8; without `blend` in float32.
 * @throws {ValueError} Images and masks do not fit each other, a class has no colour, or `alpha` lies outside of [0, 1].
 * @throws {TypeError} The masks are no whole numbers.
 * @see `keras.visualization.draw_segmentation_masks`
 * @example
 * const images = ops.full([1, 1, 2, 3], 100);
 * const masks = tensor([[[0, 1]]]);
 * visualization.drawSegmentationMasks(images, masks, { numClasses: 2, ignoreIndex: 0 }); // [[[[100 100 100] [121 121 ...
 */
export const drawSegmentationMasks = checked(
  'drawSegmentationMasks',
  (images: TensorLike, segmentationMasks: TensorLike, options: DrawSegmentationMasksOptions = {}): Tensor => {
    const owner = 'drawSegmentationMasks';
    const { dataFormat = null, blend = true } = options;
    const batch = imageBatch(images, owner, dataFormat);
    const first = standardizeDataFormat(dataFormat, owner) === 'channels_first';
    const masks = readMasks(segmentationMasks, batch, owner, first);
    const numbers = paint(batch, masks, paintOf([masks], options, owner), owner);
    const shape = [batch.count, batch.height, batch.width, batch.channels];
    if (!blend) return Tensor.fromArray({ dtype: 'float32', shape, data: numbers });
    const data = Uint8Array.from(numbers, (v) => Math.min(Math.max(v, 0), 255));
    return Tensor.fromArray({ dtype: 'uint8', shape, data });
  },
  ['numClasses', 'colorMapping', 'alpha', 'blend', 'ignoreIndex', 'dataFormat'],
);
