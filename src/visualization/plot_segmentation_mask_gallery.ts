/** @file `plotSegmentationMaskGallery`: images beside their true and predicted masks. */
import { checked } from '../core/arguments.js';
import type { DataFormat } from '../core/config.js';
import { standardizeDataFormat } from '../core/config.js';
import * as ops from '../ops/index.js';
import type { TensorLike } from '../runtime/index.js';
import type { DrawSegmentationMasksOptions } from './draw_segmentation_masks.js';
import { paint, paintOf, readMasks } from './draw_segmentation_masks.js';
import type { Cell, GalleryOptions } from './gallery.js';
import { GALLERY_OPTIONS, makeGallery } from './gallery.js';
import { imageBatch, rangeToBytes } from './pixels.js';

/** Options of `plotSegmentationMaskGallery`. */
export interface PlotSegmentationMaskGalleryOptions
  extends Omit<GalleryOptions, 'rows' | 'cols'>, Omit<DrawSegmentationMasksOptions, 'numClasses'> {
  /** The numbers of black and of white. Default [0, 255]. */
  readonly valueRange?: readonly [number, number];
  /** The true masks: shape (batch, height, width), with or without an axis of 1 for the channel. Default null. */
  readonly yTrue?: TensorLike | null;
  /** The masks of a model, of the same shape. Default null. */
  readonly yPred?: TensorLike | null;
  /** Where the channels are. Default null: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}

/**
 * Each image of a batch in a row of its own, beside it the same with its true mask and with that of a model.
 *
 * @param images Shape (batch, height, width, 3), or channels first.
 * @param numClasses Classes 0 to `numClasses` − 1 are painted.
 * @param options `yTrue`, `yPred`: masks. `colorMapping`, `alpha`, `blend`, `ignoreIndex`: as in `drawSegmentationMasks`. `valueRange`,
 *   and all that `plotImageGallery` lays out but rows and columns.
 * @returns The text of an SVG; the bytes of a PNG where `path` ends in `.png`.
 * @throws {ValueError} Images and masks do not fit each other, or a class has no colour.
 * @see `keras.visualization.plot_segmentation_mask_gallery`
 * @example
 * const images = random.uniform([2, 8, 8, 3], { maxval: 255, seed: 1 });
 * const masks = ops.cast(ops.greater(images, 128), 'int32');
 * const yTrue = ops.max(masks, { axis: -1 });
 * const svg = await visualization.plotSegmentationMaskGallery(images, 2, { yTrue, ignoreIndex: 0 });
 */
export const plotSegmentationMaskGallery = checked(
  'plotSegmentationMaskGallery',
  async (
    images: TensorLike,
    numClasses: number,
    options: PlotSegmentationMaskGalleryOptions = {},
  ): Promise<string | Uint8Array> => {
    const owner = 'plotSegmentationMaskGallery';
    const { yTrue = null, yPred = null, valueRange = [0, 255], dataFormat = null } = options;
    const first = standardizeDataFormat(dataFormat, owner) === 'channels_first';
    // Keras paints before it brings images into the range of bytes, so that colours are lost for others than [0, 255].
    const batch = rangeToBytes(imageBatch(images, owner, dataFormat), owner, valueRange);
    const given = [
      ['Ground truth', yTrue, 'yTrue'],
      ['Prediction', yPred, 'yPred'],
    ] as const;
    const shown = given.flatMap(([title, masks, argument]) =>
      masks === null ? [] : [{ title, masks: readMasks(ops.cast(masks, 'int32'), batch, owner, first, argument) }],
    );
    const look = paintOf(
      shown.map(({ masks }) => masks),
      { ...options, numClasses },
      owner,
    );
    const { count } = batch;
    const data = new Uint8Array(batch.data.length * (1 + shown.length));
    data.set(batch.data);
    shown.forEach(({ masks }, i) => data.set(paint(batch, masks, look, owner), (i + 1) * batch.data.length));
    const headings = ['Image', ...shown.map(({ title }) => title)];
    const cells = Array.from({ length: count }, (_, image) =>
      headings.map((title, i): Cell => ({ image: i * count + image, titles: image === 0 ? [title] : [] })),
    ).flat();
    const layout = { ...options, rows: Math.max(1, count), cols: headings.length };
    return makeGallery({ ...batch, count: count * headings.length, data }, cells, layout, owner);
  },
  [
    ...GALLERY_OPTIONS.filter((name) => name !== 'rows' && name !== 'cols'),
    'yTrue',
    'yPred',
    'valueRange',
    'colorMapping',
    'blend',
    'alpha',
    'ignoreIndex',
    'dataFormat',
  ],
);
