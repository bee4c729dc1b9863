/** @file Batches of images that are in files: what iterators over folders and over tables share. */
import { checkMethods } from '../../../core/methods.js';
import { describe } from '../../../core/describe.js';
import { ValueError } from '../../../core/errors.js';
import { allocate } from '../../../core/dtype.js';
import { fromNumbers, ndarray } from '../../../core/ndarray.js';
import { getPlatform, requireFiles } from '../../../core/platform.js';
import * as ops from '../../../ops/index.js';
import { Tensor } from '../../../runtime/index.js';
import type { ColorMode } from '../../../utils/image_utils.js';
import { channelsOf, requireFilter, sizeOf } from '../../../utils/image_utils.js';
import type { LoadWay } from '../../../utils/images/engine.js';
import type { PillowFilter } from '../../../utils/images/resize_pillow.js';
import type { ImageRunner } from '../../../utils/images/runner.js';
import { imageRunner } from '../../../utils/images/runner.js';
import { stackImages } from './array_iterator.js';
import type { ImageDataGenerator } from './image_data_generator.js';
import type { Draws } from './iterator.js';
import { ImageIterator } from './iterator.js';
import type { SaveOptions } from './saved_images.js';
import { hashes, saveImages } from './saved_images.js';

/** Options of `flowFromDirectory` and `flowFromDataframe` alike. */
export interface FlowFilesOptions extends SaveOptions {
  /** [rows, columns] of all images. Default [256, 256]. */
  readonly targetSize?: readonly [number, number];
  /** Default `'rgb'`. */
  readonly colorMode?: ColorMode;
  /** The classes in the order of their numbers. Default null: all, sorted. */
  readonly classes?: readonly string[] | null;
  /** Images a batch. Default 32. */
  readonly batchSize?: number;
  /** Whether images are mixed, anew for each epoch. Default true. */
  readonly shuffle?: boolean;
  /** Of orders and random changes. Default null: another one each time. */
  readonly seed?: number | null;
  /** `'validation'`: the first images, as many as `validationSplit` says; `'training'`: the others. Default null: all. */
  readonly subset?: 'training' | 'validation' | null;
  /** How pixels are computed when the size changes: Pillow's filters. Default `'nearest'`. */
  readonly interpolation?: PillowFilter;
  /** Whether the largest part in the middle that has the wanted proportions is taken. Default false. */
  readonly keepAspectRatio?: boolean;
  /** Threads that read files, from 0; ours. Default null: as many as the machine has cores, but one, at most 8. */
  readonly workers?: number | null;
}

/** The names of the options of both. */
export const FLOW_FILES_OPTIONS = ['targetSize', 'colorMode', 'classes', 'batchSize', 'shuffle', 'seed', 'subset', 'interpolation', 'keepAspectRatio', 'workers', 'saveToDir', 'savePrefix', 'saveFormat'] as const satisfies readonly (keyof FlowFilesOptions)[]; // prettier-ignore

/** How names of files end that Keras takes for images. (PPM and TIFF are found, as there, but cannot be read here.) */
export const IMAGE_ENDINGS = ['png', 'jpg', 'jpeg', 'bmp', 'ppm', 'tif', 'tiff'];

/** How labels are given. */
export type ClassMode = 'binary' | 'categorical' | 'sparse' | 'input' | 'raw' | 'multi_output' | null;

/** The images of an iterator, and what is known of each. */
export interface ImageListing {
  /** As they are named: below the folder, or in the table. */
  readonly filenames: readonly string[];
  readonly filepaths: readonly string[];
  /** The number of the class of each; a list where an image has several. Empty where the mode needs none. */
  readonly classes: readonly (number | readonly number[])[];
  /** Class → number; null where the mode needs none. */
  readonly classIndices: Readonly<Record<string, number>> | null;
  /** For `'raw'` and `'multi_output'`. */
  readonly targets: readonly Tensor[];
  readonly sampleWeight: Tensor | null;
}

/** @throws {ValueError} There is no such mode. */
export function requireClassMode(owner: string, mode: unknown, modes: readonly ClassMode[]): ClassMode {
  if (modes.includes(mode as ClassMode)) return mode as ClassMode;
  const known = modes.map((each) => (each === null ? 'null' : `'${each}'`));
  throw new ValueError(`${owner}: Invalid classMode: ${describe(mode)}; expected one of: ${known.join(', ')}.`);
}

/** [from, to) of the images that a subset takes. @throws {ValueError} There is no such subset. */
export function partOf(owner: string, subset: unknown, { validationSplit }: ImageDataGenerator, count: number): readonly [number, number] {
  if (subset === null) return [0, count];
  if (subset !== 'training' && subset !== 'validation')
    throw new ValueError(`${owner}: subset=${describe(subset)}. Expected 'training', 'validation' or null.`);
  if (validationSplit === 0 && subset === 'validation')
    throw new ValueError(`${owner}: subset='validation', but the generator has no validationSplit. Make it with { validationSplit: 0.2 }.`);
  const cut = Math.trunc(validationSplit * count);
  return subset === 'validation' ? [0, cut] : [cut, count];
} // prettier-ignore

/** Starting a worker takes about as long as reading some dozens of small images. */
const FILES_FOR_WORKERS = 64;

/** Batches of images in files: what `flowFromDirectory` and `flowFromDataframe` give have this in common. */
export class FilesIterator<B> extends ImageIterator<B> {
  readonly imageDataGenerator: ImageDataGenerator;
  readonly targetSize: readonly [number, number];
  readonly colorMode: ColorMode;
  /** The shape of an image. */
  readonly imageShape: readonly number[];
  readonly classMode: ClassMode;
  /** How many images there are. */
  readonly samples: number;
  /** The names of the files: below the folder, or as in the table. */
  readonly filenames: readonly string[];
  /** Where the files are. */
  readonly filepaths: readonly string[];
  /** The number of each image's class; a list where an image has several. */
  readonly classes: readonly (number | readonly number[])[];
  /** Class → number. Empty where `classMode` needs none. */
  readonly classIndices: Readonly<Record<string, number>>;
  readonly #listing: ImageListing;
  readonly #way: LoadWay;
  readonly #save: SaveOptions;
  readonly #runner: ImageRunner;
  #endPass: (() => void) | null = null;

  constructor(owner: string, listing: ImageListing, generator: ImageDataGenerator, classMode: ClassMode, options: FlowFilesOptions) {
    const { targetSize = [256, 256], colorMode = 'rgb', batchSize = 32, shuffle = true, seed = null } = options;
    const { interpolation = 'nearest', keepAspectRatio = false, workers = null, saveToDir, savePrefix, saveFormat } = options;
    const size = sizeOf(owner, 'targetSize', targetSize);
    const channels = channelsOf(owner, colorMode);
    const filter = requireFilter(owner, interpolation);
    if (workers !== null && !(Number.isInteger(workers) && workers >= 0))
      throw new ValueError(`${owner}: workers=${describe(workers)}. Expected a whole number from 0, or null.`);
    super(listing.filenames.length, batchSize, shuffle, seed);
    this.imageDataGenerator = generator;
    this.targetSize = size;
    this.colorMode = colorMode;
    this.imageShape = generator.dataFormat === 'channels_last' ? [...size, channels] : [channels, ...size];
    this.classMode = classMode;
    this.samples = listing.filenames.length;
    this.filenames = listing.filenames;
    this.filepaths = listing.filepaths;
    this.classes = listing.classes;
    this.classIndices = listing.classIndices ?? {};
    this.#listing = listing;
    this.#way = { format: 'pillow', style: 'pillow', channels, size, filter, keepAspectRatio };
    this.#save = { saveToDir, savePrefix, saveFormat };
    const count = workers ?? Math.min(8, (getPlatform().threads?.count ?? 1) - 1);
    this.#runner = imageRunner(count, workers === null ? FILES_FOR_WORKERS : 0);
  } // prettier-ignore

  /** The class of each image; for `'raw'` and `'multi_output'` the columns of the table. */
  get labels(): readonly (number | readonly number[])[] | readonly Tensor[] {
    return this.classMode === 'raw' || this.classMode === 'multi_output' ? this.#listing.targets : this.classes;
  }

  /** One weight for each image, or null. */
  get sampleWeight(): Tensor | null {
    return this.#listing.sampleWeight;
  }

  /** Draw the order of the next epoch. The threads that read files end some seconds later, if none begins. */
  override onEpochEnd(): void {
    this.#endPass?.();
    this.#endPass = null;
    void super.onEpochEnd();
  }

  async #image(path: string): Promise<Tensor> {
    const files = requireFiles('ImageDataGenerator', 'there are no files here.');
    const { size, channels } = this.#way;
    let data;
    try {
      data = await this.#runner.load(files, [path], this.#way);
    } catch (error) {
      throw new ValueError(`ImageDataGenerator: ${path} is no image that can be read: ${(error as Error).message}.`);
    }
    const image = Tensor.fromArray(ndarray('float32', [...size, channels], Float32Array.from(data)));
    return this.imageDataGenerator.dataFormat === 'channels_last' ? image : ops.transpose(image, { axes: [2, 0, 1] });
  }

  override async _getBatchesOfTransformedSamples(indexArray: Int32Array, draws: Draws): Promise<B> {
    const { imageDataGenerator: generator, imageShape } = this;
    const { saveToDir = null } = this.#save;
    // All is drawn before anything is awaited: other batches may be in the making.
    const transforms = Array.from(indexArray, () => generator._drawTransform(imageShape, draws));
    const names = saveToDir === null ? [] : hashes(indexArray, 1e7, draws);
    this.#endPass ??= this.#runner.begin();
    const read = await Promise.all(Array.from(indexArray, (index) => this.#image(this.filepaths[index])));
    const images = read.map((image, i) => generator._prepared(ops.cast(image, generator.dtype), transforms[i]));
    const batch = stackImages(images, imageShape, generator);
    if (saveToDir !== null) await saveImages(batch, names, { ...this.#save, saveToDir }, generator.dataFormat);
    if (this.classMode === null) return batch as B;
    const { sampleWeight } = this;
    const taken = (t: Tensor): Tensor => ops.take(t, indexArray, { axis: 0 });
    return [batch, this.#targets(batch, indexArray), ...(sampleWeight === null ? [] : [taken(sampleWeight)])] as B;
  }

  #targets(batch: Tensor, indexArray: Int32Array): Tensor | Tensor[] {
    const { classMode } = this;
    const { dtype } = this.imageDataGenerator;
    if (classMode === 'input') return batch;
    if (classMode === 'raw' || classMode === 'multi_output') {
      const taken = this.#listing.targets.map((t) => ops.take(t, indexArray, { axis: 0 }));
      return classMode === 'raw' ? taken[0] : taken;
    }
    const classes = Array.from(indexArray, (index) => this.classes[index]);
    if (classMode !== 'categorical')
      return Tensor.fromArray(fromNumbers(dtype, [classes.length], classes as readonly number[]));
    const count = Object.keys(this.classIndices).length;
    const rows = allocate(dtype, classes.length * count) as Float32Array;
    classes.forEach((each, i) => {
      for (const label of typeof each === 'number' ? [each] : each) rows[i * count + label] = 1;
    });
    return Tensor.fromArray(ndarray(dtype, [classes.length, count], rows));
  }
}
checkMethods(FilesIterator);
