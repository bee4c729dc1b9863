/** @file `plotImageGallery`: images side by side, with their labels. */
import { checked } from '../core/arguments.js';
import type { DataFormat } from '../core/config.js';
import { ValueError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { TensorLike } from '../runtime/index.js';
import { toTensor } from '../runtime/index.js';
import type { GalleryOptions } from './gallery.js';
import { GALLERY_OPTIONS, makeGallery } from './gallery.js';
import type { ClassNames } from './pixels.js';
import { checkNames, imageBatch, nameIn, rangeToBytes, readTensor } from './pixels.js';

/** Options of `plotImageGallery`. */
export interface PlotImageGalleryOptions extends GalleryOptions {
  /** The class of each image: shape (batch). Default null. */
  readonly yTrue?: TensorLike | null;
  /** The class that a model gives each image: shape (batch). Default null. */
  readonly yPred?: TensorLike | null;
  /** Names of the classes: a dict or a list. Needed with `yTrue` or `yPred`; default null. */
  readonly labelMap?: ClassNames | null;
  /** The numbers of black and of white. Default [0, 255]. */
  readonly valueRange?: readonly [number, number];
  /** Where the channels are. Default null: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}

function namesOf(labels: unknown, names: ClassNames, owner: string, argument: string): string[] {
  const t = toTensor(labels as TensorLike, null, owner);
  if (t.ndim !== 1)
    throw new ValueError(
      `${owner}: ${argument} of shape ${formatShape(t.shape)}. Expected one class for each image: (batch).`,
    );
  return Array.from(readTensor(t, owner, argument).data, (label) => nameIn(names, Number(label)) ?? 'Unknown');
}

/**
 * Images side by side, with the names of their classes above them, as one picture.
 *
 * @param images Shape (batch, height, width, channels), or channels first.
 * @param options `yTrue`, `yPred`, `labelMap`: what stands above images. `valueRange`: default [0, 255]. `rows`, `cols`, `scale`, `dpi`:
 *   the layout. `path`: a name that ends in `.png` or `.svg`. `legendHandles`: a list of `{ color, label }`.
 * @returns The text of an SVG, for a page or a notebook; the bytes of a PNG where `path` ends in `.png`.
 * @throws {ValueError} The images are of another rank, labels come without names, or `path` has another ending.
 * @see `keras.visualization.plot_image_gallery`
 * @example
 * const images = random.uniform([4, 8, 8, 3], { maxval: 255, seed: 1 });
 * const svg = await visualization.plotImageGallery(images, { yTrue: [0, 1, 1, 0], labelMap: ['cat', 'dog'] });
 */
export const plotImageGallery = checked(
  'plotImageGallery',
  async (images: TensorLike, options: PlotImageGalleryOptions = {}): Promise<string | Uint8Array> => {
    const owner = 'plotImageGallery';
    const { yTrue = null, yPred = null, labelMap = null, valueRange = [0, 255], dataFormat } = options;
    if ((yTrue !== null || yPred !== null) && labelMap === null)
      throw new ValueError(
        `${owner}: yTrue or yPred without labelMap. Give the names of the classes, such as ['cat', 'dog'].`,
      );
    checkNames(labelMap, owner, 'labelMap');
    const batch = imageBatch(images, owner, dataFormat);
    const [truths, predictions] = [yTrue, yPred].map((labels, i) =>
      labels === null ? null : namesOf(labels, labelMap!, owner, i === 0 ? 'yTrue' : 'yPred'),
    );
    const cells = Array.from({ length: batch.count }, (_, image) => {
      const titles: string[] = [];
      if (truths !== null && image < truths.length) titles.push(`Label: ${truths[image]}`);
      if (predictions !== null && image < predictions.length) titles.push(`Pred: ${predictions[image]}`);
      return { image, titles };
    });
    return makeGallery(rangeToBytes(batch, owner, valueRange), cells, options, owner);
  },
  [...GALLERY_OPTIONS, 'yTrue', 'yPred', 'labelMap', 'valueRange', 'dataFormat'],
);
