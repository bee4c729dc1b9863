/** @file `ImageDataGenerator`: images normalized and changed at random, in batches, as in Keras 2. */
import { checkMethods } from '../../../core/methods.js';
import { checkedOptions } from '../../../core/arguments.js';
import type { DataFormat } from '../../../core/config.js';
import { floatx } from '../../../core/config.js';
import { describe } from '../../../core/describe.js';
import type { DType } from '../../../core/dtype.js';
import { isFloat, standardizeDType } from '../../../core/dtype.js';
import { refuseUnknownOptions, TypeError, ValueError } from '../../../core/errors.js';
import { formatShape } from '../../../core/shape.js';
import { isDict } from '../../../core/tree.js';
import * as ops from '../../../ops/index.js';
import { processDraws } from '../../../random/global_state.js';
import type { Tensor, TensorLike } from '../../../runtime/index.js';
import { toTensor } from '../../../runtime/index.js';
import { formatOf } from '../../../utils/image_utils.js';
import { affineTransformed } from './affine.js';
import type { FlowImages, FlowInputs, FlowOptions } from './array_iterator.js';
import { FLOW_OPTIONS, NumpyArrayIterator, stackImages } from './array_iterator.js';
import { requireNumber, requirePair } from './checks.js';
import { brightened, channelShifted } from './colours.js';
import type { DataFrameBatch, FlowFromDataframeOptions, Table } from './data_frame_iterator.js';
import { DataFrameIterator, FLOW_FROM_DATAFRAME_OPTIONS, readTable } from './data_frame_iterator.js';
import type { DirectoryBatch, FlowFromDirectoryOptions } from './directory_iterator.js';
import { DirectoryIterator, FLOW_FROM_DIRECTORY_OPTIONS, listDirectory } from './directory_iterator.js';
import type { Draws } from './iterator.js';
import { seededDraws } from './iterator.js';
import type { LegacyFillMode } from './spline_sampling.js';
import { requireLegacyFillMode, requireSplineOrder } from './spline_sampling.js';
import type { ImageTransform, ShiftRange } from './transforms.js';
import { drawShift, requireShiftRange } from './transforms.js';

/** Options of `new ImageDataGenerator(options)`. */
export interface ImageDataGeneratorOptions {
  /** Whether the mean of the data that `fit` saw is taken away, channel by channel. Default false. */
  readonly featurewiseCenter?: boolean;
  /** Whether the mean of each image is taken away. Default false. */
  readonly samplewiseCenter?: boolean;
  /** Whether images are divided by the deviation of the data that `fit` saw, channel by channel. Default false. */
  readonly featurewiseStdNormalization?: boolean;
  /** Whether each image is divided by its deviation. Default false. */
  readonly samplewiseStdNormalization?: boolean;
  /** Whether the pixels are made uncorrelated, by what `fit` saw. Default false. */
  readonly zcaWhitening?: boolean;
  /** Added to the singular values before they divide. Default 1e-6. */
  readonly zcaEpsilon?: number;
  /** The largest rotation to either side, in degrees. Default 0. */
  readonly rotationRange?: number;
  /**
   * How far images are moved: a part of the width (below 1), whole pixels (a whole number n: 0 … n − 1 to either side), or a list to choose
   * from. As in Keras 3 it moves them up and down: the two ranges are exchanged there. Default 0.
   */
  readonly widthShiftRange?: ShiftRange;
  /** As `widthShiftRange`, of the height. As in Keras 3 it moves images to the left and right. Default 0. */
  readonly heightShiftRange?: ShiftRange;
  /** [least, most] factor of brightness. Images become whole numbers from 0 to 255. Default null: none. */
  readonly brightnessRange?: readonly [number, number] | null;
  /** The largest shear to either side, in degrees. Default 0. */
  readonly shearRange?: number;
  /** Factors of width and height: [least, most], or a number z for [1 − z, 1 + z]. Default 0. */
  readonly zoomRange?: number | readonly [number, number];
  /** The largest number added to all channels, to either side. Default 0. */
  readonly channelShiftRange?: number;
  /** What stands beyond the borders, as in SciPy. Default `'nearest'`. */
  readonly fillMode?: LegacyFillMode;
  /** The value beyond the borders with `fillMode: 'constant'`. Default 0. */
  readonly cval?: number;
  /** Whether half of the images are mirrored left to right. Default false. */
  readonly horizontalFlip?: boolean;
  /** Whether half of the images are mirrored upside down. Default false. */
  readonly verticalFlip?: boolean;
  /** A factor, before all other normalization. Default null: none. */
  readonly rescale?: number | null;
  /** Called with each image after its random change; what it gives, of the same shape, is normalized. Default null. */
  readonly preprocessingFunction?: ((image: Tensor) => TensorLike) | null;
  /** Where the channels stand. Default null: `config.imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
  /** The part of the images that is for validation, in (0, 1). Default 0. */
  readonly validationSplit?: number;
  /** Order of the splines between pixels: 0 (nearest) to 5. Default 1: linear. */
  readonly interpolationOrder?: number;
  /** Of the batches. Default null: `config.floatx()`. */
  readonly dtype?: DType | null;
}

const NAMES = ['featurewiseCenter', 'samplewiseCenter', 'featurewiseStdNormalization', 'samplewiseStdNormalization', 'zcaWhitening', 'zcaEpsilon', 'rotationRange', 'widthShiftRange', 'heightShiftRange', 'brightnessRange', 'shearRange', 'zoomRange', 'channelShiftRange', 'fillMode', 'cval', 'horizontalFlip', 'verticalFlip', 'rescale', 'preprocessingFunction', 'dataFormat', 'validationSplit', 'interpolationOrder', 'dtype'] as const satisfies readonly (keyof ImageDataGeneratorOptions)[]; // prettier-ignore

const OWNER = 'ImageDataGenerator';
const warn = (what: string): void => {
  console.warn(`${OWNER}: ${what}`);
};

/** Options of `fit`. */
export interface FitImagesOptions {
  /** Whether images are changed at random before. Default false. */
  readonly augment?: boolean;
  /** How often all images are taken, with `augment`. Default 1. */
  readonly rounds?: number;
  /** Of the random changes. Default null: another one each time. */
  readonly seed?: number | null;
}

/**
 * Images normalized and changed at random while they are read, in batches: Keras 2's way to feed `fit`. Layers (`layers.RandomRotation`,
 * `layers.Normalization`) and `utils.imageDatasetFromDirectory` are its successors, and faster.
 *
 * Random changes come before the normalization: rotation, shift, shear and zoom in one step, then channel shift, flips, brightness. With a
 * `seed` they are those of Keras for that seed.
 *
 * @param options See {@link ImageDataGeneratorOptions}.
 * @returns The generator.
 * @throws {ValueError} A range, a part or a mode that there is not.
 * @see `keras.preprocessing.image.ImageDataGenerator` of Keras 2
 * @example
 * const generator = new preprocessing.image.ImageDataGenerator({ rescale: 1 / 255, horizontalFlip: true, rotationRange: 20 });
 * const batches = generator.flow(ops.ones([8, 4, 4, 3]), [0, 1, 0, 1, 0, 1, 0, 1], { batchSize: 4, seed: 1 });
 * const model = new Sequential([new layers.Flatten(), new layers.Dense(1)]);
 * model.compile({ loss: 'mse' });
 * await model.fit(batches, { epochs: 2, verbose: 0 });
 */
export class ImageDataGenerator {
  static readonly positional = [];
  readonly featurewiseCenter: boolean;
  readonly samplewiseCenter: boolean;
  readonly featurewiseStdNormalization: boolean;
  readonly samplewiseStdNormalization: boolean;
  readonly zcaWhitening: boolean;
  readonly zcaEpsilon: number;
  readonly rotationRange: number;
  readonly widthShiftRange: ShiftRange;
  readonly heightShiftRange: ShiftRange;
  readonly brightnessRange: readonly [number, number] | null;
  readonly shearRange: number;
  /** [least, most]. */
  readonly zoomRange: readonly [number, number];
  readonly channelShiftRange: number;
  readonly fillMode: LegacyFillMode;
  readonly cval: number;
  readonly horizontalFlip: boolean;
  readonly verticalFlip: boolean;
  readonly rescale: number | null;
  readonly preprocessingFunction: ((image: Tensor) => TensorLike) | null;
  readonly dataFormat: DataFormat;
  readonly validationSplit: number;
  readonly interpolationOrder: number;
  readonly dtype: DType;
  /** Axes of a batch. */
  readonly channelAxis: number;
  readonly rowAxis: number;
  readonly colAxis: number;
  /** What `featurewiseCenter` takes away: what `fit` found, or what is set here. */
  mean: TensorLike | null = null;
  /** What `featurewiseStdNormalization` divides by: what `fit` found, or what is set here. */
  std: TensorLike | null = null;
  /** What `zcaWhitening` multiplies with: what `fit` found, or what is set here. */
  zcaWhiteningMatrix: TensorLike | null = null;
  readonly #warned = new Set<string>();

  constructor(options: ImageDataGeneratorOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { featurewiseCenter = false, samplewiseCenter = false, featurewiseStdNormalization = false } = options;
    const { samplewiseStdNormalization = false, zcaWhitening = false, zcaEpsilon = 1e-6, rotationRange = 0 } = options;
    const { widthShiftRange = 0, heightShiftRange = 0, brightnessRange = null, shearRange = 0 } = options;
    const { zoomRange = 0, channelShiftRange = 0, fillMode = 'nearest', cval = 0, horizontalFlip = false } = options;
    const { verticalFlip = false, rescale = null, preprocessingFunction = null, dataFormat = null } = options;
    const { validationSplit = 0, interpolationOrder = 1, dtype = null } = options;
    refuseUnknownOptions(OWNER, Object.fromEntries(Object.entries(options).filter(([name]) => !(NAMES as readonly string[]).includes(name))), NAMES); // prettier-ignore
    const number = (name: keyof ImageDataGeneratorOptions, value: unknown): number => requireNumber(OWNER, name, value);
    if (preprocessingFunction !== null && typeof preprocessingFunction !== 'function')
      throw new TypeError(`${OWNER}: preprocessingFunction=${describe(preprocessingFunction)}. Expected a function of an image.`); // prettier-ignore
    this.validationSplit = number('validationSplit', validationSplit);
    if (validationSplit !== 0 && !(validationSplit > 0 && validationSplit < 1))
      throw new ValueError(`${OWNER}: validationSplit=${validationSplit}. Expected a number between 0 and 1.`);
    this.dataFormat = formatOf(OWNER, dataFormat);
    const first = this.dataFormat === 'channels_first';
    this.channelAxis = first ? 1 : 3;
    this.rowAxis = first ? 2 : 1;
    this.colAxis = first ? 3 : 2;
    this.dtype = standardizeDType(dtype ?? floatx(), OWNER);
    this.zcaEpsilon = number('zcaEpsilon', zcaEpsilon);
    this.rotationRange = number('rotationRange', rotationRange);
    this.widthShiftRange = requireShiftRange('widthShiftRange', widthShiftRange);
    this.heightShiftRange = requireShiftRange('heightShiftRange', heightShiftRange);
    this.brightnessRange = brightnessRange === null ? null : requirePair(OWNER, 'brightnessRange', brightnessRange);
    this.shearRange = number('shearRange', shearRange);
    const zoom: unknown = zoomRange;
    this.zoomRange =
      typeof zoom === 'number' ? [1 - number('zoomRange', zoom), 1 + zoom] : requirePair(OWNER, 'zoomRange', zoom);
    this.channelShiftRange = number('channelShiftRange', channelShiftRange);
    this.fillMode = requireLegacyFillMode(OWNER, fillMode);
    this.cval = number('cval', cval);
    this.interpolationOrder = requireSplineOrder(OWNER, 'interpolationOrder', interpolationOrder);
    this.rescale = rescale === null ? null : number('rescale', rescale);
    this.preprocessingFunction = preprocessingFunction;
    this.horizontalFlip = horizontalFlip;
    this.verticalFlip = verticalFlip;
    this.zcaWhitening = zcaWhitening;
    this.featurewiseCenter = featurewiseCenter || zcaWhitening || featurewiseStdNormalization;
    this.featurewiseStdNormalization = featurewiseStdNormalization && !zcaWhitening;
    this.samplewiseCenter = samplewiseCenter || samplewiseStdNormalization;
    this.samplewiseStdNormalization = samplewiseStdNormalization;
    if (this.featurewiseCenter !== featurewiseCenter)
      warn(`${zcaWhitening ? 'zcaWhitening' : 'featurewiseStdNormalization'} takes the mean away: featurewiseCenter is true.`); // prettier-ignore
    if (this.featurewiseStdNormalization !== featurewiseStdNormalization)
      warn('zcaWhitening normalizes: featurewiseStdNormalization is false.');
    if (this.samplewiseCenter !== samplewiseCenter)
      warn('samplewiseStdNormalization takes the mean away: samplewiseCenter is true.');
  }

  /**
   * Batches of images in memory.
   *
   * @param x (images, rows, columns, channels), or channels first; or `[x, extras]` for models of several inputs.
   * @param given The labels, one for each image, or the options; then batches are images alone.
   * @param last See {@link FlowOptions}.
   * @returns Batches: images, `[images, labels]` or `[images, labels, weights]`, for `fit`, `evaluate` and `predict`.
   * @throws {ValueError} Another rank, parts of other lengths, or subsets with other classes.
   * @see `keras.preprocessing.image.ImageDataGenerator.flow` of Keras 2
   */
  flow<const X extends FlowImages>(x: X, options?: FlowOptions): NumpyArrayIterator<X extends readonly [Tensor, unknown] ? [x: Tensor[]] : Tensor>; // prettier-ignore
  flow<const X extends FlowImages>(x: X, y: null, options?: FlowOptions): NumpyArrayIterator<X extends readonly [Tensor, unknown] ? [x: Tensor[]] : Tensor>; // prettier-ignore
  flow<const X extends FlowImages>(x: X, y: TensorLike, options: FlowOptions & { readonly sampleWeight: TensorLike }): NumpyArrayIterator<[x: FlowInputs<X>, y: Tensor, sampleWeight: Tensor]>; // prettier-ignore
  flow<const X extends FlowImages>(x: X, y: TensorLike, options?: FlowOptions): NumpyArrayIterator<[x: FlowInputs<X>, y: Tensor]>; // prettier-ignore
  flow(x: FlowImages, given: TensorLike | FlowOptions | null = null, last?: FlowOptions): NumpyArrayIterator<unknown> {
    const options = isDict(given)
      ? checkedOptions<FlowOptions>('flow', given, arguments, 1, FLOW_OPTIONS)
      : checkedOptions<FlowOptions>('flow', last, arguments, 2, FLOW_OPTIONS);
    return new NumpyArrayIterator(x, isDict(given) ? null : (given as TensorLike | null), this, options);
  }

  /**
   * Batches of the images in folders of classes: `directory/class_a/1.jpg` and so on. PNG, JPEG, BMP and GIF can be read.
   *
   * @param directory Path of the folder with the folders of classes.
   * @param options See {@link FlowFromDirectoryOptions}.
   * @returns Batches `[images, labels]`, or images alone with `classMode: null`; with `classIndices`, `classes`, `filenames`, `samples`.
   *   It is a promise: folders are read.
   * @throws {ValueError} The folder is not there, or a mode that there is not. When a batch is read: a file is no image.
   * @see `keras.preprocessing.image.ImageDataGenerator.flow_from_directory` of Keras 2; `utils.imageDatasetFromDirectory`
   */
  async flowFromDirectory<const O extends FlowFromDirectoryOptions = object>(directory: string, options?: O): Promise<DirectoryIterator<DirectoryBatch<O>>> {
    const given = checkedOptions<FlowFromDirectoryOptions>('flowFromDirectory', options, arguments, 1, FLOW_FROM_DIRECTORY_OPTIONS);
    return new DirectoryIterator(await listDirectory(directory, this, given), this, given);
  } // prettier-ignore

  /**
   * Batches of the images that a table names.
   *
   * @param dataframe Rows, `[{ filename: 'a.png', class: 'cat' }, …]`, or columns, `{ filename: ['a.png', …], class: ['cat', …] }`.
   * @param options See {@link FlowFromDataframeOptions}.
   * @returns Batches as `classMode` and `weightCol` say; with `classIndices`, `filenames`, `samples`. It is a promise: files are looked for.
   * @throws {ValueError} A column is not there, or a mode that there is not. When a batch is read: a file is no image.
   * @throws {TypeError} A column holds what the mode has no use for.
   * @see `keras.preprocessing.image.ImageDataGenerator.flow_from_dataframe` of Keras 2
   */
  async flowFromDataframe<const O extends FlowFromDataframeOptions = object>(dataframe: Table, options?: O): Promise<DataFrameIterator<DataFrameBatch<O>>> {
    const given = checkedOptions<FlowFromDataframeOptions>('flowFromDataframe', options, arguments, 1, FLOW_FROM_DATAFRAME_OPTIONS);
    return new DataFrameIterator(await readTable(dataframe, this, given), this, given);
  } // prettier-ignore

  /**
   * An image, or a batch of them, normalized: `preprocessingFunction`, `rescale`, and what the options say of means and deviations.
   *
   * @param x One image or a batch. It stays as it is (Keras changes it).
   * @returns The shape of `x`; integers become the generator's dtype.
   * @see `keras.preprocessing.image.ImageDataGenerator.standardize` of Keras 2
   */
  standardize(x: TensorLike): Tensor {
    const given =
      this.preprocessingFunction === null ? x : this.preprocessingFunction(toTensor(x, null, 'standardize'));
    let t = toTensor(given, null, 'standardize');
    if (!isFloat(t.dtype)) t = ops.cast(t, this.dtype);
    const { dtype } = t;
    // As NumPy changes an array in its place, the dtype of `x` stays.
    const like = (value: TensorLike): Tensor => ops.cast(value, dtype);
    if (this.rescale !== null && this.rescale !== 0) t = ops.multiply(t, like(this.rescale));
    if (this.samplewiseCenter) t = ops.subtract(t, ops.mean(t));
    if (this.samplewiseStdNormalization) t = ops.divide(t, ops.add(ops.std(t), like(1e-6)));
    if (this.featurewiseCenter) {
      if (this.mean === null) this.#lacksFit('featurewiseCenter');
      else t = ops.subtract(t, like(this.mean));
    }
    if (this.featurewiseStdNormalization) {
      if (this.std === null) this.#lacksFit('featurewiseStdNormalization');
      else t = ops.divide(t, ops.add(like(this.std), like(1e-6)));
    }
    if (this.zcaWhitening) {
      if (this.zcaWhiteningMatrix === null) this.#lacksFit('zcaWhitening');
      else {
        const flat = ops.reshape(t, [-1, t.shape.slice(-3).reduce((a, b) => a * b, 1)]);
        t = ops.reshape(ops.matmul(flat, like(this.zcaWhiteningMatrix)), t.shape);
      }
    }
    return t;
  }

  /** Say once that `fit` was not called. */
  #lacksFit(option: string): void {
    if (this.#warned.has(option)) return;
    this.#warned.add(option);
    warn(`${option} is wanted, but the generator has seen no data: it is left out. Call fit(x) before.`);
  }

  /**
   * What is to be done to an image, drawn at random.
   *
   * @param imgShape The shape of the image.
   * @param options `seed`: for equal draws, those of Keras for the same seed. Default null: from the process's generator
   *   (`utils.setRandomSeed`).
   * @returns For `applyTransform`.
   * @see `keras.preprocessing.image.ImageDataGenerator.get_random_transform` of Keras 2
   */
  getRandomTransform(imgShape: readonly number[], options: { readonly seed?: number | null } = {}): ImageTransform {
    const { seed = null } = options;
    return this._drawTransform(imgShape, seed === null ? processDraws() : seededDraws('getRandomTransform', seed));
  }

  /** What is to be done to an image, in the order in which Keras draws. */
  _drawTransform(imgShape: readonly number[], draws: Draws): ImageTransform {
    const around = (range: number): number => (range === 0 ? 0 : draws.uniform(-range, range));
    const theta = around(this.rotationRange);
    const tx = drawShift(this.heightShiftRange, imgShape[this.rowAxis - 1], draws);
    const ty = drawShift(this.widthShiftRange, imgShape[this.colAxis - 1], draws);
    const shear = around(this.shearRange);
    const [least, most] = this.zoomRange;
    const zooms = !(least === 1 && most === 1);
    const zx = zooms ? draws.uniform(least, most) : 1;
    const zy = zooms ? draws.uniform(least, most) : 1;
    const flipHorizontal = draws.random() < 0.5 && this.horizontalFlip;
    const flipVertical = draws.random() < 0.5 && this.verticalFlip;
    const channelShiftIntensity = this.channelShiftRange === 0 ? null : around(this.channelShiftRange);
    const brightness = this.brightnessRange === null ? null : draws.uniform(...this.brightnessRange);
    return { theta, tx, ty, shear, zx, zy, flipHorizontal, flipVertical, channelShiftIntensity, brightness };
  }

  /**
   * An image changed as said.
   *
   * @param x Rank 3: one image.
   * @param transformParameters As of `getRandomTransform`; what is left out is not done.
   * @returns The shape of `x`.
   * @throws {ValueError} Another rank.
   * @see `keras.preprocessing.image.ImageDataGenerator.apply_transform` of Keras 2
   */
  applyTransform(x: TensorLike, transformParameters: Partial<ImageTransform>): Tensor {
    const { theta, tx, ty, shear, zx, zy, flipHorizontal, flipVertical, ...colours } = transformParameters;
    const { channelShiftIntensity = null, brightness = null } = colours;
    const [rowAxis, colAxis, channelAxis] = [this.rowAxis - 1, this.colAxis - 1, this.channelAxis - 1];
    const { fillMode, cval, interpolationOrder: order } = this;
    let t = affineTransformed('applyTransform', x, { theta, tx, ty, shear, zx, zy, rowAxis, colAxis, channelAxis, fillMode, cval, order }); // prettier-ignore
    if (channelShiftIntensity !== null) t = channelShifted('applyTransform', t, channelShiftIntensity);
    if (flipHorizontal === true) t = ops.flip(t, { axis: colAxis });
    if (flipVertical === true) t = ops.flip(t, { axis: rowAxis });
    // Keras reads the image by the global data format here, whatever the generator's is.
    return brightness === null ? t : brightened('applyTransform', t, brightness, false, this.dataFormat);
  }

  /** An image changed and normalized, for batches. */
  _prepared(image: Tensor, transform: ImageTransform): Tensor {
    return this.standardize(this.applyTransform(image, transform));
  }

  /**
   * An image changed at random.
   *
   * @param x Rank 3: one image.
   * @param options `seed`: as of `getRandomTransform`.
   * @returns The shape of `x`.
   * @throws {ValueError} Another rank.
   * @see `keras.preprocessing.image.ImageDataGenerator.random_transform` of Keras 2
   */
  randomTransform(x: TensorLike, options: { readonly seed?: number | null } = {}): Tensor {
    const image = toTensor(x, null, 'randomTransform');
    return this.applyTransform(image, this.getRandomTransform(image.shape, { seed: options.seed ?? null }));
  }

  /**
   * Find the mean, the deviation and the whitening matrix of data, as far as the options want them.
   *
   * @param x (images, rows, columns, channels), or channels first. It stays as it is.
   * @param options See {@link FitImagesOptions}.
   * @throws {ValueError} Another rank, or no images.
   * @see `keras.preprocessing.image.ImageDataGenerator.fit` of Keras 2
   */
  fit(x: TensorLike, options: FitImagesOptions = {}): void {
    const { augment = false, rounds = 1, seed = null } = options;
    let data = ops.cast(toTensor(x, null, 'fit'), this.dtype);
    if (data.ndim !== 4 || data.size === 0)
      throw new ValueError(`fit: images of shape ${formatShape(data.shape)}. Expected rank 4, and no axis of 0.`);
    if (!Number.isInteger(rounds) || rounds < 1)
      throw new ValueError(`fit: rounds=${describe(rounds)}. Expected a whole number from 1.`);
    const channels = data.shape[this.channelAxis];
    if (channels !== 1 && channels !== 3 && channels !== 4)
      warn(`fit: the images have ${channels} channels (shape ${formatShape(data.shape)}, '${this.dataFormat}'). Expected 1, 3 or 4.`); // prettier-ignore
    const draws = seed === null ? processDraws() : seededDraws('fit', seed);
    if (this.rescale !== null && this.rescale !== 0) data = ops.multiply(data, this.rescale);
    if (augment) {
      const shape = data.shape.slice(1);
      const images: Tensor[] = [];
      for (let round = 0; round < rounds; round++)
        for (let i = 0; i < data.shape[0]; i++)
          images.push(this.applyTransform(data.at(i), this._drawTransform(shape, draws)));
      data = stackImages(images, shape, this);
    }
    const axis = [0, this.rowAxis, this.colAxis];
    const one = (t: Tensor): Tensor => ops.squeeze(t, { axis: 0 });
    if (this.featurewiseCenter) {
      const mean = one(ops.mean(data, { axis, keepdims: true }));
      this.mean = mean;
      data = ops.subtract(data, mean);
    }
    if (this.featurewiseStdNormalization) {
      const std = one(ops.std(data, { axis, keepdims: true }));
      this.std = std;
      data = ops.divide(data, ops.add(std, 1e-6));
    }
    if (this.zcaWhitening) {
      const [n] = data.shape;
      const flat = ops.reshape(data, [n, -1]);
      const [u, s] = ops.linalg.svd(ops.transpose(flat), { fullMatrices: false });
      const inverse = ops.divide(Math.sqrt(n), ops.add(s, this.zcaEpsilon));
      this.zcaWhiteningMatrix = ops.matmul(ops.multiply(u, inverse), ops.transpose(u));
    }
  }
}
checkMethods(ImageDataGenerator);
