/** @file `drawBoundingBoxes`: boxes and the names of their classes on the pixels of images. */
import { checked } from '../core/arguments.js';
import type { DataFormat } from '../core/config.js';
import { standardizeDataFormat } from '../core/config.js';
import { describe } from '../core/describe.js';
import { TypeError, ValueError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import { isDict } from '../core/tree.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { toTensor } from '../runtime/index.js';
import { boundingBoxes as boxUtils } from '../utils/index.js';
import { drawRectangle, drawText } from './canvas.js';
import type { Batch, ClassNames, Color } from './pixels.js';
import { checkColor, checkNames, fromBytes, nameIn, readTensor, toBytes } from './pixels.js';

/** Boxes of a batch of images. */
export interface LabelledBoxes {
  /** Shape (batch, boxes, 4). */
  readonly boxes: TensorLike;
  /** The class of each box: shape (batch, boxes); −1 where there is none. */
  readonly labels: TensorLike;
  /** How sure a model is of each box: shape (batch, boxes). */
  readonly confidences?: TensorLike | null;
}

/** Options of `drawBoundingBoxes`. */
export interface DrawBoundingBoxesOptions {
  /** Names of classes, which are written beside their boxes: a dict or a list. Default null: no names. */
  readonly classMapping?: ClassNames | null;
  /** Red, green and blue from 0 to 255. Default [128, 128, 128]. */
  readonly color?: Color;
  /** Pixels; −1 fills the boxes. Default 2. */
  readonly lineThickness?: number;
  /** Pixels of the strokes of names. Default 1; null: as `lineThickness`. */
  readonly textThickness?: number | null;
  /** At 1 capitals are 21 pixels high. Default 1. */
  readonly fontScale?: number;
  /** Where the channels are. Default null: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}

/** A box to draw: whole pixels, and what is written beside it. */
export interface PlacedBox {
  readonly corners: readonly [x1: number, y1: number, x2: number, y2: number];
  readonly label: string | undefined;
}

/** The boxes of each image, without those of the class −1. @throws {ValueError} What is given does not fit the images. */
export function placeBoxes(
  given: unknown,
  format: string,
  { count, height, width }: Batch,
  names: ClassNames | null | undefined,
  owner: string,
): PlacedBox[][] {
  if (!isDict(given))
    throw new TypeError(`${owner}: boundingBoxes=${describe(given)}. Expected a dict { boxes, labels }.`);
  if (given['boxes'] === undefined || given['labels'] === undefined)
    throw new ValueError(
      `${owner}: boundingBoxes ${describe(given)} lacks 'boxes' or 'labels'. Expected { boxes, labels }.`,
    );
  const wanted = boxUtils.convertFormat(given['boxes'] as TensorLike, format, 'xyxy', { height, width });
  if (wanted.ndim !== 3 || wanted.shape[0] !== count)
    throw new ValueError(
      `${owner}: boxes of shape ${formatShape(wanted.shape)} for ${count} image${count === 1 ? '' : 's'}. Expected (${count}, boxes, 4).`,
    );
  const boxes = readTensor(wanted, owner, 'boxes').data;
  const each = wanted.shape[1];
  const numbersOf = (argument: string): ArrayLike<number> | null => {
    if (given[argument] === undefined || given[argument] === null) return null;
    const t = toTensor(given[argument] as TensorLike, null, owner);
    if (t.ndim !== 2 || t.shape[0] !== count || t.shape[1] !== each)
      throw new ValueError(
        `${owner}: ${argument} of shape ${formatShape(t.shape)} for boxes of shape ${formatShape(wanted.shape)}. Expected (${count}, ${each}).`,
      );
    return readTensor(t, owner, argument).data;
  };
  const [labels, confidences] = [numbersOf('labels'), numbersOf('confidences')];
  return Array.from({ length: count }, (_, image) => {
    const placed: PlacedBox[] = [];
    for (let i = image * each; i < (image + 1) * each; i++) {
      const label = Math.trunc(labels?.[i] ?? -1);
      if (label === -1) continue;
      const corners = [0, 1, 2, 3].map((k) => Math.trunc(boxes[4 * i + k]));
      if (!corners.every(Number.isFinite)) continue; // Nothing can be drawn of a box of NaN.
      const name = nameIn(names, label);
      const sure = confidences === null || name === undefined ? '' : ` | ${confidences[i].toFixed(2)}`;
      placed.push({
        corners: corners as unknown as PlacedBox['corners'],
        label: name === undefined ? undefined : name + sure,
      });
    }
    return placed;
  });
}

const positive = (owner: string, argument: string, value: unknown, least: number): number => {
  if (typeof value !== 'number' || !(value >= least) || !Number.isFinite(value))
    throw new ValueError(`${owner}: ${argument}=${describe(value)}. Expected a number from ${least}.`);
  return value;
};

/** How lines and letters are drawn, checked. */
export function strokesOf(
  { lineThickness = 2, textThickness = 1, fontScale = 1 }: DrawBoundingBoxesOptions,
  owner: string,
): { line: number; text: number; scale: number } {
  const line = lineThickness === -1 ? -1 : positive(owner, 'lineThickness', lineThickness, 1);
  return {
    line,
    text: positive(owner, 'textThickness', textThickness ?? Math.abs(line), 1),
    scale: positive(owner, 'fontScale', fontScale, 0.1),
  };
}

/** Where the base line of a label begins: above the box if there is room, else inside. */
function labelPlace(x: number, y: number, scale: number, thickness: number): readonly [x: number, y: number] {
  const height = Math.trunc(scale * 12);
  return y - 8 - 2 * height > 0 ? [x, y - 8] : [x + 3, y + 2 * height + thickness + 3];
}

/**
 * Images with boxes on them, and the names of their classes where these are known. Boxes of the class −1 are none.
 *
 * Lines are those that OpenCV draws; letters have a rim, so that they can be read on any ground, and are those of a font of this library.
 *
 * @param images Shape (batch, height, width, channels), or channels first. Floats up to 1 are fractions of 255.
 * @param boundingBoxes `{ boxes, labels }`: shapes (batch, boxes, 4) and (batch, boxes); `confidences` of the shape of the labels stand
 *   behind the names.
 * @param boundingBoxFormat As in `utils.boundingBoxes.convertFormat`.
 * @param options `classMapping`, `color` (default grey), `lineThickness` (default 2 pixels), `textThickness` (default 1), `fontScale`
 *   (default 1: capitals of 21 pixels), `dataFormat`.
 * @returns The shape of `images`, in uint8.
 * @throws {ValueError} The images are of another rank, boxes or labels do not fit them, or there is no such format.
 * @throws {TypeError} `boundingBoxes` is no dict.
 * @see `keras.visualization.draw_bounding_boxes`
 * @example
 * const boxes = { boxes: [[[0, 0, 3, 3]]], labels: [[1]] };
 * const drawn = visualization.drawBoundingBoxes(ops.zeros([1, 4, 4, 1]), boxes, 'xyxy', { lineThickness: 1 });
 * ops.squeeze(drawn); // [[128 128 128 128] [128 0 0 128] [128 0 0 128] [128 128 128 128]]
 */
export const drawBoundingBoxes = checked(
  'drawBoundingBoxes',
  (
    images: TensorLike,
    boundingBoxes: LabelledBoxes,
    boundingBoxFormat: string,
    options: DrawBoundingBoxesOptions = {},
  ): Tensor => {
    const owner = 'drawBoundingBoxes';
    const { classMapping = null, color = [128, 128, 128], dataFormat = null } = options;
    checkNames(classMapping, owner, 'classMapping');
    const ink = checkColor(color, owner, 'color');
    const { line, text, scale } = strokesOf(options, owner);
    const batch = toBytes(images, owner, dataFormat);
    const { height, width, channels, data } = batch;
    const area = height * width * channels;
    placeBoxes(boundingBoxes, boundingBoxFormat, batch, classMapping, owner).forEach((boxes, i) => {
      const canvas = { height, width, channels, data: data.subarray(i * area, (i + 1) * area) };
      for (const { corners } of boxes) drawRectangle(canvas, corners, ink, line);
      // Names come last: no box crosses them.
      for (const { corners, label } of boxes) {
        if (label === undefined) continue;
        const [x, y] = labelPlace(corners[0], corners[1], scale, text);
        drawText(canvas, label, { x, y, color: ink, scale, thickness: text });
      }
    });
    return fromBytes(batch, standardizeDataFormat(dataFormat, owner) === 'channels_first');
  },
  ['classMapping', 'color', 'lineThickness', 'textThickness', 'fontScale', 'dataFormat'],
);
