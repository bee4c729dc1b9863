/** @file `plotBoundingBoxGallery`: images side by side, with true and predicted boxes. */
import { checked } from '../core/arguments.js';
import type { DataFormat } from '../core/config.js';
import { ValueError } from '../core/errors.js';
import type { TensorLike } from '../runtime/index.js';
import type { LabelledBoxes } from './draw_bounding_boxes.js';
import { placeBoxes, strokesOf } from './draw_bounding_boxes.js';
import type { GalleryOptions, Overlay } from './gallery.js';
import { GALLERY_OPTIONS, makeGallery } from './gallery.js';
import type { ClassNames, Color } from './pixels.js';
import { checkColor, checkNames, imageBatch, rangeToBytes } from './pixels.js';

/** Options of `plotBoundingBoxGallery`. */
export interface PlotBoundingBoxGalleryOptions extends GalleryOptions {
  /** The true boxes: `{ boxes, labels }` of shapes (batch, boxes, 4) and (batch, boxes). Default null. */
  readonly yTrue?: LabelledBoxes | null;
  /** The boxes of a model, with `confidences` if it says so. Default null. */
  readonly yPred?: LabelledBoxes | null;
  /** The numbers of black and of white. Default [0, 255]. */
  readonly valueRange?: readonly [number, number];
  /** Of true boxes. Default [0, 188, 212]. */
  readonly trueColor?: Color;
  /** Of predicted boxes. Default [255, 235, 59]. */
  readonly predColor?: Color;
  /** Pixels of the picture. Default 2. */
  readonly lineThickness?: number;
  /** At 1 letters have 12 pixels. Default 1. */
  readonly fontScale?: number;
  /** Above 2 letters are bold. Default null. */
  readonly textThickness?: number | null;
  /** Names of classes: a dict or a list. Default null: no names. */
  readonly classMapping?: ClassNames | null;
  /** Names for true boxes in place of `classMapping`. Default null. */
  readonly groundTruthMapping?: ClassNames | null;
  /** Names for predicted boxes in place of `classMapping`. Default null. */
  readonly predictionMapping?: ClassNames | null;
  /** Whether the two colours are explained below. Default false. */
  readonly legend?: boolean;
  /** Where the channels are. Default null: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}

/**
 * Images side by side with boxes over them, true ones and those of a model, and the names of their classes.
 *
 * Boxes and names are shapes and text over the images, so that they are sharp and legible at any size (Keras draws them into the pixels).
 *
 * @param images Shape (batch, height, width, channels), or channels first.
 * @param boundingBoxFormat As in `utils.boundingBoxes.convertFormat`.
 * @param options `yTrue`, `yPred`: the boxes, as in `drawBoundingBoxes`. `classMapping`, `groundTruthMapping`, `predictionMapping`: names.
 *   `legend`: whether the colours are explained. Colours, thickness, and all that `plotImageGallery` lays out.
 * @returns The text of an SVG; the bytes of a PNG where `path` ends in `.png`.
 * @throws {ValueError} Images and boxes do not fit each other, both `legend` and `legendHandles` are given, or there is no such format.
 * @see `keras.visualization.plot_bounding_box_gallery`
 * @example
 * const images = random.uniform([2, 16, 16, 3], { maxval: 255, seed: 1 });
 * const yTrue = { boxes: [[[2, 2, 9, 9]], [[4, 6, 12, 14]]], labels: [[0], [1]] };
 * const svg = await visualization.plotBoundingBoxGallery(images, 'xyxy', { yTrue, classMapping: ['cat', 'dog'], legend: true });
 */
export const plotBoundingBoxGallery = checked(
  'plotBoundingBoxGallery',
  async (
    images: TensorLike,
    boundingBoxFormat: string,
    options: PlotBoundingBoxGalleryOptions = {},
  ): Promise<string | Uint8Array> => {
    const owner = 'plotBoundingBoxGallery';
    const { yTrue = null, yPred = null, valueRange = [0, 255], classMapping = null, dataFormat } = options;
    const { groundTruthMapping = null, predictionMapping = null, legend = false, legendHandles = null } = options;
    if (legend && legendHandles !== null)
      throw new ValueError(`${owner}: both legend and legendHandles are given. Give one of them.`);
    const trueColor = checkColor(options.trueColor ?? [0, 188, 212], owner, 'trueColor');
    const predColor = checkColor(options.predColor ?? [255, 235, 59], owner, 'predColor');
    const { line, scale } = strokesOf(options, owner);
    const batch = imageBatch(images, owner, dataFormat);
    const overlays: Overlay[][] = Array.from({ length: batch.count }, () => []);
    const add = (boxes: LabelledBoxes | null, color: Color, names: ClassNames | null): void => {
      if (boxes === null) return;
      checkNames(names, owner, 'classMapping');
      placeBoxes(boxes, boundingBoxFormat, batch, names, owner).forEach((placed, i) => {
        for (const { corners, label } of placed)
          overlays[i].push({ corners, label, color, thickness: line, fontScale: scale });
      });
    };
    add(yTrue, trueColor, groundTruthMapping ?? classMapping);
    add(yPred, predColor, predictionMapping ?? classMapping);
    const handles = legend
      ? [
          { color: trueColor, label: 'Ground Truth' },
          { color: predColor, label: 'Prediction' },
        ]
      : legendHandles;
    const cells = overlays.map((each, image) => ({ image, overlays: each }));
    return makeGallery(rangeToBytes(batch, owner, valueRange), cells, { ...options, legendHandles: handles }, owner);
  },
  [
    ...GALLERY_OPTIONS,
    'yTrue',
    'yPred',
    'valueRange',
    'trueColor',
    'predColor',
    'lineThickness',
    'fontScale',
    'textThickness',
    'classMapping',
    'groundTruthMapping',
    'predictionMapping',
    'legend',
    'dataFormat',
  ],
);
