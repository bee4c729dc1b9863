/** @file `imageDatasetFromDirectory`: images in folders of classes. */
import { checked } from '../core/arguments.js';
import type { DataFormat } from '../core/config.js';
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { ndarray } from '../core/ndarray.js';
import { getPlatform } from '../core/platform.js';
import { Tensor } from '../runtime/index.js';
import type { DirectoryDataset, DirectoryOptions, Parts, TensorElement } from './directory_index.js';
import { DIRECTORY_OPTIONS, directoryDatasets } from './directory_index.js';
import type { ColorMode } from './image_utils.js';
import { channelsOf, formatOf, sizeOf } from './image_utils.js';
import type { ImageInterpolation, ResizeWay } from './images/resize.js';
import type { Loaded, ReadWay } from './images/engine.js';
import { ImageFault, imageRunner } from './images/runner.js';

/** Options of `imageDatasetFromDirectory(directory, options)`. */
export interface ImageDatasetOptions extends DirectoryOptions {
  /** The channels that are wanted. Default `'rgb'`. */
  readonly colorMode?: ColorMode;
  /** [rows, columns] of all images, or both in one number. Default [256, 256]. */
  readonly imageSize?: readonly [number, number] | number;
  /** How pixels are computed from their neighbours. Default `'bilinear'`. */
  readonly interpolation?: ImageInterpolation;
  /** Whether the largest part in the middle that has the wanted proportions is taken. Default false: images are stretched. */
  readonly cropToAspectRatio?: boolean;
  /** Whether images keep their proportions, with black around them. Default false. */
  readonly padToAspectRatio?: boolean;
  /** Where the channels stand. Default: `config.imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
  /**
   * Whose pixels: `'tf'` are those of Keras with TensorFlow's decoders and kernels; `'grain'` are those with Pillow's decoders and JAX's
   * resizing. Default `'tf'`.
   */
  readonly format?: 'tf' | 'grain';
  /**
   * Whether files that are no images that can be read are left out, with a warning for each; the number of batches is not known then. Ours.
   * Default false: such a file is an error.
   */
  readonly skip?: boolean;
  /**
   * Threads that read and resize, from 0; 0: all is done on the thread at hand. All data sets share them; they end some seconds after the last
   * pass. Ours. Default null: as many as the machine has cores, but one, at most 8; they start when 64 images have been read without. Where no
   * thread can be had there is none.
   */
  readonly workers?: number | null;
}

const OWNER = 'imageDatasetFromDirectory';
const FORMATS = ['.bmp', '.gif', '.jpeg', '.jpg', '.png'];
const METHODS: readonly ImageInterpolation[] = ['bilinear', 'nearest', 'bicubic', 'area', 'lanczos3', 'lanczos5', 'gaussian', 'mitchellcubic']; // prettier-ignore
/** Those that JAX has. */
const OF_JAX: readonly ImageInterpolation[] = ['bilinear', 'nearest', 'bicubic', 'lanczos3', 'lanczos5'];
/** Starting a worker takes about as long as reading some dozens of small images. */
const FILES_FOR_WORKERS = 64;

/** What a worker makes in one go, so that batches of large images are made by all of them. */
const PART_BYTES = 2 ** 23;

const NAMES = [...DIRECTORY_OPTIONS, 'colorMode', 'imageSize', 'interpolation', 'cropToAspectRatio', 'padToAspectRatio', 'dataFormat', 'format', 'skip', 'workers'] as const satisfies readonly (keyof ImageDatasetOptions)[]; // prettier-ignore

/** How files are read and resized. @throws {ValueError} Options do not fit. */
function wayOf(options: ImageDatasetOptions): ReadWay & ResizeWay {
  const { colorMode = 'rgb', imageSize = [256, 256], cropToAspectRatio = false, padToAspectRatio = false } = options;
  const { interpolation = 'bilinear', format = 'tf' } = options;
  const channels = channelsOf(OWNER, colorMode);
  const size = sizeOf(OWNER, 'imageSize', imageSize);
  if (format !== 'tf' && format !== 'grain')
    throw new ValueError(`${OWNER}: \`format\` should be either 'tf' or 'grain'. Received: format=${describe(format)}`);
  const method =
    typeof interpolation === 'string' ? (interpolation.toLowerCase() as ImageInterpolation) : interpolation;
  const methods = format === 'tf' ? METHODS : OF_JAX;
  if (!methods.includes(method))
    throw new ValueError(
      `${OWNER}: Argument \`interpolation\` should be one of ${methods.join(', ')}${format === 'tf' ? '' : " with format: 'grain'"}. Received: interpolation=${describe(interpolation)}`,
    );
  if (cropToAspectRatio && padToAspectRatio)
    throw new ValueError(`${OWNER}: Only one of \`padToAspectRatio\`, \`cropToAspectRatio\` can be set to true.`);
  return {
    channels,
    style: format === 'tf' ? 'tensorflow' : 'pillow',
    size,
    interpolation: method,
    aspect: cropToAspectRatio ? 'crop' : padToAspectRatio ? 'pad' : 'stretch',
    channelsFirst: formatOf(OWNER, options.dataFormat) === 'channels_first',
    format,
  };
}

const tensorOf = (data: Loaded, shape: readonly number[]): Tensor =>
  Tensor.fromArray(ndarray(data instanceof Uint8Array ? 'uint8' : 'float32', shape, data));

/** One after the other. */
function joined(arrays: readonly Loaded[]): Loaded {
  if (arrays.length === 1) return arrays[0];
  const kind = arrays[0].constructor as Float32ArrayConstructor;
  const all = new kind(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

/** What is wrong with one of some files. */
const faultOf = (error: unknown, paths: readonly string[]): string =>
  `${OWNER}: ${paths[error instanceof ImageFault ? error.at : 0]} is no image that can be read: ${(error as Error).message}.`;

/**
 * Images, with labels by the folders in which they lie: `directory/class_a/1.jpg`, `directory/class_b/2.png` and so on. PNG, JPEG, BMP
 * and GIF (the first picture), all resized to one size. Pixels are those of Keras.
 *
 * While the model is trained the next images are read and resized, in other threads where there are any.
 *
 * @param directory Path of the folder with the folders of classes.
 * @param options See {@link ImageDatasetOptions}.
 * @returns A data set of `[images, labels]`, or of images alone; with `classNames` and `filePaths`. Images are float32 from 0 to 255, of
 *   shape (batch, rows, columns, channels) (with `'nearest'` and `format: 'tf'` uint8, as in Keras). With `subset: 'both'` two of them.
 * @throws {ValueError} The folder is not there, cannot be read, or holds no images; options do not fit each other. When it is read: a
 *   file is no image.
 * @see `keras.utils.image_dataset_from_directory`
 * @example
 * const load = async () => {
 *   const [train, validation] = await imageDatasetFromDirectory('pets', { imageSize: [160, 160], validationSplit: 0.2, subset: 'both', seed: 1 });
 *   return train.classNames;
 * };
 */
export const imageDatasetFromDirectory = checked(
  OWNER,
  async <const O extends ImageDatasetOptions = object>(
    directory: string,
    options?: O,
  ): Promise<Parts<O, DirectoryDataset<TensorElement<O>>>> => {
    const given: ImageDatasetOptions = options ?? {};
    const { skip = false, workers = null } = given;
    if (workers !== null && !(Number.isInteger(workers) && workers >= 0))
      throw new ValueError(`${OWNER}: workers=${describe(workers)}. Expected a whole number from 0, or null.`);
    const way = wayOf(given);
    const count = workers ?? Math.min(8, (getPlatform().threads?.count ?? 1) - 1);
    const { size, channels, channelsFirst } = way;
    const shape = channelsFirst ? [channels, ...size] : [...size, channels];
    const most = Math.max(1, Math.floor(PART_BYTES / (4 * size[0] * size[1] * channels)));
    const warned = new Set<string>();
    const runner = imageRunner(count, workers === null ? FILES_FOR_WORKERS : 0);
    const rest = Object.fromEntries(DIRECTORY_OPTIONS.map((name) => [name, given[name]])) as DirectoryOptions;
    const datasets = await directoryDatasets(OWNER, directory, rest, {
      formats: FORMATS,
      options: way,
      skips: skip,
      numParallel: Math.max(8, 2 * count),
      begin: () => runner.begin(),
      parallelBatches: Math.max(2, Math.ceil((count + 1) / Math.ceil((given.batchSize ?? 32) / most))),
      load: async (files, path) => {
        try {
          return tensorOf(await runner.load(files, [path], way), shape);
        } catch (error) {
          const fault = faultOf(error, [path]);
          if (!skip) throw new ValueError(`${fault} Mend or remove it, or leave such files out by skip: true.`);
          if (!warned.has(path)) console.warn(`${fault} It is left out.`);
          warned.add(path);
          return null;
        }
      },
      loadBatch: async (files, paths) => {
        const parts: (readonly string[])[] = [];
        for (let from = 0; from < paths.length; from += most) parts.push(paths.slice(from, from + most));
        const loaded = await Promise.allSettled(parts.map((some) => runner.load(files, some, way)));
        const arrays = loaded.map((outcome, i) => {
          if (outcome.status === 'fulfilled') return outcome.value;
          const fault = faultOf(outcome.reason, parts[i]);
          throw new ValueError(`${fault} Mend or remove it, or leave such files out by skip: true.`);
        });
        return tensorOf(joined(arrays), [paths.length, ...shape]);
      },
    });
    return (given.subset === 'both' ? datasets : datasets[0]) as Parts<O, DirectoryDataset<TensorElement<O>>>;
  },
  [...NAMES],
);
