/** @file Batches of images that are in memory. */
import { checkMethods } from '../../../core/methods.js';
import { checkedOptions, refuseOthers } from '../../../core/arguments.js';
import { describe } from '../../../core/describe.js';
import { allocate } from '../../../core/dtype.js';
import { ValueError } from '../../../core/errors.js';
import { ndarray } from '../../../core/ndarray.js';
import { formatShape } from '../../../core/shape.js';
import { isNestedNumbers } from '../../../data/batch.js';
import * as ops from '../../../ops/index.js';
import type { TensorLike } from '../../../runtime/index.js';
import { isTypedArray, Tensor, toTensor } from '../../../runtime/index.js';
import type { ImageDataGenerator } from './image_data_generator.js';
import type { Draws } from './iterator.js';
import { ImageIterator } from './iterator.js';
import type { SaveOptions } from './saved_images.js';
import { hashes, saveImages } from './saved_images.js';

/** Images, or images and what else belongs to each of them: `[images, extras]`. */
export type FlowImages = TensorLike | readonly [images: Tensor, extras: TensorLike | readonly Tensor[]];

/** Options of `flow`. */
export interface FlowOptions extends SaveOptions {
  /** Images a batch. Default 32. */
  readonly batchSize?: number;
  /** Whether images are mixed, anew for each epoch. Default true. */
  readonly shuffle?: boolean;
  /** One weight for each image. Default null. */
  readonly sampleWeight?: TensorLike | null;
  /** Of orders and random changes. Default null: another one each time. */
  readonly seed?: number | null;
  /** Whether the two subsets may have other classes. Default false. */
  readonly ignoreClassSplit?: boolean;
  /** `'validation'`: the first images, as many as `validationSplit` says; `'training'`: the others. Default null: all. */
  readonly subset?: 'training' | 'validation' | null;
}

/** The names of the options of `flow`. */
export const FLOW_OPTIONS = ['batchSize', 'shuffle', 'sampleWeight', 'seed', 'saveToDir', 'savePrefix', 'saveFormat', 'ignoreClassSplit', 'subset'] as const satisfies readonly (keyof FlowOptions)[]; // prettier-ignore

/** What the batches of images with extras hold as inputs. */
export type FlowInputs<X> = X extends readonly [Tensor, unknown] ? Tensor[] : Tensor;

const OWNER = 'flow';

/** @throws {ValueError} A part has another number of rows. */
function sameLength(images: number, what: string, count: number): void {
  if (images !== count)
    throw new ValueError(`${OWNER}: ${images} images, ${count} ${what}. Give as many as there are images.`);
}

function isPair(x: unknown): x is readonly [TensorLike, unknown] {
  if (!Array.isArray(x) || x.length !== 2) return false;
  const [first] = x as unknown[];
  return (
    (first instanceof Tensor || isTypedArray(first) || isNestedNumbers(first)) &&
    toTensor(first as TensorLike).ndim === 4
  );
}

/**
 * Batches of images in memory: what `flow` gives.
 *
 * @param x (images, rows, columns, channels), or channels first; or `[x, extras]`.
 * @param y One label for each image, or null.
 * @param imageDataGenerator Changes and normalizes the images.
 * @param options See {@link FlowOptions}.
 * @returns Batches for `fit`, `evaluate` and `predict`, as {@link ImageIterator} gives them.
 * @throws {ValueError} Another rank, parts of other lengths, or subsets with other classes.
 * @see `keras.preprocessing.image.NumpyArrayIterator` of Keras 2
 * @example
 * const batches = new preprocessing.image.ImageDataGenerator().flow(ops.ones([5, 4, 4, 3]), [0, 1, 2, 3, 4], { batchSize: 2 });
 * batches instanceof preprocessing.image.NumpyArrayIterator; // true
 */
export class NumpyArrayIterator<B> extends ImageIterator<B> {
  static override readonly positional = ['x', 'y', 'image_data_generator'];
  /** The images of this subset, in the dtype of the generator. */
  readonly x: Tensor;
  /** What else belongs to the images. */
  readonly xMisc: readonly Tensor[];
  readonly y: Tensor | null;
  readonly sampleWeight: Tensor | null;
  readonly imageDataGenerator: ImageDataGenerator;
  readonly #save: SaveOptions;

  constructor(x: FlowImages, y: TensorLike | null, imageDataGenerator: ImageDataGenerator, options: FlowOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 3);
    refuseOthers(OWNER, options, FLOW_OPTIONS);
    const { batchSize = 32, shuffle = true, sampleWeight = null, seed = null, subset = null, ...rest } = options;
    const { ignoreClassSplit = false, ...save } = rest;
    const { dataFormat, dtype, validationSplit } = imageDataGenerator;
    const pair = isPair(x);
    let images = toTensor(pair ? x[0] : x, null, OWNER);
    if (images.ndim !== 4)
      throw new ValueError(`${OWNER}: images of shape ${formatShape(images.shape)}. Expected rank 4: images, rows, columns and channels.`); // prettier-ignore
    const [count] = images.shape;
    const extras: unknown = pair ? x[1] : [];
    const listed = Array.isArray(extras) && extras.every((each) => each instanceof Tensor || isTypedArray(each));
    let misc = (listed ? extras : [extras]).map((each) => toTensor(each as TensorLike, null, OWNER));
    misc.forEach((each) => sameLength(count, 'extras', each.shape[0] ?? 0));
    let labels = y === null ? null : toTensor(y, null, OWNER);
    if (labels !== null) sameLength(count, 'labels', labels.shape[0] ?? 0);
    let weights = sampleWeight === null ? null : toTensor(sampleWeight, null, OWNER);
    if (weights !== null) sameLength(count, 'weights', weights.shape[0] ?? 0);
    if (weights !== null && labels === null)
      throw new ValueError(`${OWNER}: sampleWeight without labels. Give y, or leave out sampleWeight.`);
    if (subset !== null) {
      if (subset !== 'training' && subset !== 'validation')
        throw new ValueError(`${OWNER}: subset=${describe(subset)}. Expected 'training', 'validation' or null.`);
      const cut = Math.trunc(count * validationSplit);
      if (labels !== null && !ignoreClassSplit) requireSameClasses(labels, cut);
      const [from, to] = subset === 'validation' ? [0, cut] : [cut, count];
      const part = (t: Tensor): Tensor => t.slice(from, to);
      images = part(images);
      misc = misc.map(part);
      labels = labels === null ? null : part(labels);
      // Keras takes the weights of the first images for both subsets; here each image keeps its own.
      weights = weights === null ? null : part(weights);
    }
    const channels = images.shape[dataFormat === 'channels_last' ? 3 : 1];
    if (channels !== 1 && channels !== 3 && channels !== 4)
      console.warn(
        `${OWNER}: the images have ${channels} channels (shape ${formatShape(images.shape)}, '${dataFormat}'). Expected 1, 3 or 4.`,
      );
    super(images.shape[0], batchSize, shuffle, seed);
    this.x = ops.cast(images, dtype);
    this.xMisc = misc;
    this.y = labels;
    this.sampleWeight = weights;
    this.imageDataGenerator = imageDataGenerator;
    this.#save = save;
  }

  override _getBatchesOfTransformedSamples(indexArray: Int32Array, draws: Draws): B | Promise<B> {
    const { imageDataGenerator: generator, x } = this;
    const shape = x.shape.slice(1);
    const size = shape.reduce((a, b) => a * b, 1);
    const images: Tensor[] = [];
    for (const row of indexArray) {
      const data = x.ndarray.data.subarray(row * size, (row + 1) * size);
      const image = Tensor.fromArray({ dtype: x.dtype, shape, data });
      images.push(generator._prepared(image, generator._drawTransform(shape, draws)));
    }
    const batch = stackImages(images, shape, generator);
    const taken = (t: Tensor): Tensor => ops.take(t, indexArray, { axis: 0 });
    const inputs = this.xMisc.length === 0 ? batch : [batch, ...this.xMisc.map(taken)];
    const parts = [this.y, this.sampleWeight].filter((t) => t !== null).map(taken);
    // A list of inputs alone would be taken for inputs and targets.
    const result = (parts.length > 0 || Array.isArray(inputs) ? [inputs, ...parts] : inputs) as B;
    const { saveToDir = null } = this.#save;
    if (saveToDir === null) return result;
    const names = hashes(indexArray, 1e4, draws);
    return saveImages(batch, names, { ...this.#save, saveToDir }, generator.dataFormat).then(() => result);
  }

  /** All batches of an epoch, where none has to wait for files. */
  *[Symbol.iterator](): Generator<Awaited<B>, void> {
    for (let i = 0; i < this.length; i++) yield this.getItem(i) as Awaited<B>;
  }
}
checkMethods(NumpyArrayIterator);

/** @throws {ValueError} Classes of one part are not in the other. */
function requireSameClasses(labels: Tensor, cut: number): void {
  const size = labels.size / Math.max(1, labels.shape[0]);
  const all = Array.from(labels.dataSync() as ArrayLike<number>, Number);
  const [first, second] = [new Set(all.slice(0, cut * size)), new Set(all.slice(cut * size))];
  if (first.size !== second.size || [...first].some((label) => !second.has(label)))
    throw new ValueError(
      `${OWNER}: Training and validation subsets have different classes after the split. Mix the images if they are sorted by class, ` +
        'or say ignoreClassSplit: true.',
    );
}

/** Images as one batch in the dtype of the generator. @throws {ValueError} One has another shape. */
export function stackImages(
  images: readonly Tensor[],
  shape: readonly number[],
  { dtype }: ImageDataGenerator,
): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const batch = allocate(dtype, images.length * size) as Float32Array;
  images.forEach((image, i) => {
    if (image.shape.length !== shape.length || image.shape.some((n, d) => n !== shape[d]))
      throw new ValueError(
        `ImageDataGenerator: preprocessingFunction made ${formatShape(image.shape)} of an image of shape ${formatShape(shape)}. ` +
          'Expected the same shape.',
      );
    batch.set(ops.cast(image, dtype).ndarray.data, i * size);
  });
  return Tensor.fromArray(ndarray(dtype, [images.length, ...shape], batch));
}
