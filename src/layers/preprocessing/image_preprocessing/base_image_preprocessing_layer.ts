/**
 * @file The base of all layers that prepare and augment images: what they take (images alone, or in a dict with labels, boxes and masks),
 * how single images become batches of one, and the order of the work.
 */
import type { DataFormat } from '../../../core/config.js';
import { standardizeDataFormat } from '../../../core/config.js';
import type { DType } from '../../../core/dtype.js';
import { ValueError } from '../../../core/errors.js';
import type { Config } from '../../../core/serialization.js';
import { formatShape } from '../../../core/shape.js';
import { isDict } from '../../../core/tree.js';
import * as ops from '../../../ops/index.js';
import * as random from '../../../random/index.js';
import type { SeedGenerator } from '../../../random/index.js';
import type { KerasTensor, TensorLike } from '../../../runtime/index.js';
import { isTracing, Tensor, toTensor } from '../../../runtime/index.js';
import { ownerOf } from '../../arguments.js';
import { Layer } from '../../layer.js';
import type { LayerOptions } from '../../layer_types.js';
import type { BoundingBoxFormat } from './bounding_boxes/index.js';
import { convertFormat } from './bounding_boxes/index.js';
import { layoutOf } from './bounding_boxes/formats.js';
import type { BoundingBoxes } from './boxes.js';
import { denseBoxes } from './boxes.js';
import { CompiledCalls } from '../compiled_calls.js';
import type { Range } from './factors.js';

/** Options of every layer that prepares or augments images. */
export interface ImagePreprocessingOptions extends LayerOptions {
  /** What the four numbers of a box are. Needed where boxes come along. Default null. */
  readonly boundingBoxFormat?: BoundingBoxFormat | null;
  /** Where the channels are. Default null: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}

/** Options of layers that draw random numbers. */
export interface RandomImageOptions extends ImagePreprocessingOptions {
  /** A whole number. Default: drawn from the process's generator. */
  readonly seed?: number | null;
}

type Input = TensorLike | KerasTensor;

/** Images with what belongs to them. Keras's spellings `bounding_boxes` and `segmentation_masks` are taken too. */
export interface ImagesAndTargets {
  /** (batch, rows, columns, channels), or one image without the batch; channels first where `dataFormat` says so. */
  readonly images: Input;
  /** One row an image. */
  readonly labels?: Input;
  /** (batch, boxes, 4) and (batch, boxes) or (batch, boxes, classes). Lists of different lengths are filled up. */
  readonly boundingBoxes?: { readonly boxes: unknown; readonly labels: unknown };
  /** As the images, classes in place of colours. */
  readonly segmentationMasks?: Input;
}

/** What comes back for a dict: the same keys, with tensors. */
export type Transformed<D> = {
  readonly [K in keyof D]: K extends 'boundingBoxes' | 'bounding_boxes' ? BoundingBoxes : Tensor;
};

/** What an augmentation layer is called on, with tensors in all places. */
export type ImageData = Tensor | (Readonly<Record<string, unknown>> & { readonly images: Tensor });

/** Named arguments of the `transform…` methods. */
export interface TransformOptions {
  /** Whether to change anything at all. Default true. */
  readonly training?: boolean;
}

/** Named arguments of `getRandomTransformation`. */
export interface RandomTransformationOptions extends TransformOptions {
  /** In place of the layer's own generator. */
  readonly seed?: SeedGenerator | null;
}

/** The sizes of images. */
export interface ImageSizes {
  /** 1 for a single image. */
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * Base of the layers that prepare and augment images. A subclass says what is drawn at random (`getRandomTransformation`) and what is
 * done with it to images, labels, bounding boxes and segmentation masks (`transformImages` and its like, on batches). What it does not
 * override is left as it is.
 *
 * Calls outside of models run as compiled programs, as those inside do.
 *
 * @param options See {@link ImagePreprocessingOptions}.
 * @throws {ValueError} An unknown format of boxes. At the call: images of another rank than 3 or 4, boxes without `boundingBoxFormat`.
 * @see `keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer.BaseImagePreprocessingLayer`
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- instances are callable: see core/callable.ts
export abstract class BaseImagePreprocessingLayer<T = unknown> extends Layer {
  static override readonly callArguments = ['data'];
  static override readonly callDefaults: typeof Layer.callDefaults = { training: true };
  protected override readonly allowNonTensorArguments = true;
  readonly dataFormat: DataFormat;
  readonly boundingBoxFormat: BoundingBoxFormat | null;
  /** Whether calls outside of models may run as programs. Not where what is drawn decides which code runs. */
  protected readonly compilesCalls: boolean = true;
  readonly #calls = new CompiledCalls((data, training) => this.#transform(data as ImageData, training));

  constructor({ boundingBoxFormat = null, dataFormat = null, ...rest }: ImagePreprocessingOptions) {
    super(rest);
    this.boundingBoxFormat =
      boundingBoxFormat === null ? null : layoutOf(ownerOf(this), 'boundingBoxFormat', boundingBoxFormat).name;
    this.dataFormat = standardizeDataFormat(dataFormat, ownerOf(this));
  }

  // ---- what subclasses override ----

  /**
   * What is drawn at random for the images of a call.
   *
   * @param data The images, or the dict that holds them.
   * @param options `training`: default true. `seed`: a generator in place of the layer's own.
   * @returns What the `transform…` methods take; null: nothing is to be done.
   */
  getRandomTransformation(_data: ImageData, _options: RandomTransformationOptions = {}): T | null {
    return null;
  }

  /**
   * Transform images.
   *
   * @param images (batch, rows, columns, channels), or with channels first.
   * @param transformation What `getRandomTransformation` gave.
   * @param options `training`: default true.
   * @returns The images, in the compute dtype.
   */
  abstract transformImages(images: Tensor, transformation: T | null, options?: TransformOptions): Tensor;

  /**
   * Transform labels: as they are, but where images are mixed.
   *
   * @param labels One row an image.
   * @param transformation What `getRandomTransformation` gave.
   * @param options `training`: default true.
   * @returns Labels of the same shape.
   */
  transformLabels(labels: Tensor, _transformation: T | null, _options: TransformOptions = {}): Tensor {
    return labels;
  }

  /**
   * Transform boxes: as they are where pixels stay in their places.
   *
   * @param boxes (batch, boxes, 4) in `boundingBoxFormat`, with labels (batch, boxes).
   * @param transformation What `getRandomTransformation` gave.
   * @param options `training`: default true.
   * @returns Boxes in the same format.
   */
  transformBoundingBoxes(
    boxes: BoundingBoxes,
    _transformation: T | null,
    _options: TransformOptions = {},
  ): BoundingBoxes {
    return boxes;
  }

  /**
   * Transform masks: as they are where pixels stay in their places.
   *
   * @param masks Shaped as the images, with one channel.
   * @param transformation What `getRandomTransformation` gave.
   * @param options `training`: default true.
   * @returns Masks for the transformed images.
   */
  transformSegmentationMasks(masks: Tensor, _transformation: T | null, _options: TransformOptions = {}): Tensor {
    return masks;
  }

  // ---- single images ----

  /**
   * As `transformImages`, for one image without the batch.
   *
   * @param image Without the batch.
   * @param transformation What `getRandomTransformation` gave.
   * @param options `training`: default true.
   * @returns The same without the batch.
   */
  transformSingleImage(image: Tensor, transformation: T | null, options: TransformOptions = {}): Tensor {
    return single(image, (images) => this.transformImages(images, transformation, options));
  }

  /**
   * As `transformLabels`, for the label of one image.
   *
   * @param label Without the batch.
   * @param transformation What `getRandomTransformation` gave.
   * @param options `training`: default true.
   * @returns The same without the batch.
   */
  transformSingleLabel(label: Tensor, transformation: T | null, options: TransformOptions = {}): Tensor {
    return single(label, (labels) => this.transformLabels(labels, transformation, options));
  }

  /**
   * As `transformBoundingBoxes`, for the boxes of one image: (boxes, 4).
   *
   * @param boxes (boxes, 4), with labels (boxes,).
   * @param transformation What `getRandomTransformation` gave.
   * @param options `training`: default true.
   * @returns The same without the batch.
   */
  transformSingleBoundingBox(
    { boxes, labels }: BoundingBoxes,
    transformation: T | null,
    options: TransformOptions = {},
  ): BoundingBoxes {
    const batch = { boxes: ops.expandDims(boxes, 0), labels: ops.expandDims(labels, 0) };
    const changed = this.transformBoundingBoxes(batch, transformation, options);
    return { boxes: ops.squeeze(changed.boxes, { axis: 0 }), labels: ops.squeeze(changed.labels, { axis: 0 }) };
  }

  /**
   * As `transformSegmentationMasks`, for the mask of one image.
   *
   * @param mask Without the batch.
   * @param transformation What `getRandomTransformation` gave.
   * @param options `training`: default true.
   * @returns The same without the batch.
   */
  transformSingleSegmentationMask(mask: Tensor, transformation: T | null, options: TransformOptions = {}): Tensor {
    return single(mask, (masks) => this.transformSegmentationMasks(masks, transformation, options));
  }

  // ---- calls ----

  /**
   * The computation of a call.
   *
   * @param data Images, or a dict of images with labels, boxes and masks ({@link ImagesAndTargets}).
   * @param options `training`: default true.
   * @returns Images, or a dict with the same keys.
   */
  override call(data: unknown, { training = true }: { readonly training?: boolean | null } = {}): Tensor {
    const given = this.#tensorsOf(data);
    const result =
      isTracing() || !this.compilesCalls
        ? this.#transform(given, training !== false)
        : this.#calls.run(given, training !== false);
    return result as Tensor; // or a dict, which the call signatures below tell
  }

  /** The same dict, with tensors. @throws {ValueError} There are no images, or of a wrong rank; something is misnamed. */
  #tensorsOf(data: unknown): ImageData {
    const owner = ownerOf(this);
    if (!isDict(data)) {
      const images = toTensor(data as TensorLike, null, owner);
      this.#checkRank(images, 'images');
      return images;
    }
    if (data['images'] === undefined || data['images'] === null) {
      throw new ValueError(
        `${owner}: a dict with the keys ${Object.keys(data).join(', ')}. Expected the images under 'images'; beside them 'labels', ` +
          "'boundingBoxes' and 'segmentationMasks' are transformed with them.",
      );
    }
    const images = toTensor(data['images'] as TensorLike, null, owner);
    this.#checkRank(images, 'images');
    const tensors = Object.entries(data).map(([key, value]) => {
      if (key === 'images') return [key, images];
      if (isBoxes(key)) return [key, this.#boxesOf(value, images.ndim === 4)];
      if (key !== 'labels' && !isMasks(key)) return [key, value];
      const tensor = toTensor(value as TensorLike, null, owner);
      if (isMasks(key)) this.#checkMasks(tensor, images);
      return [key, tensor];
    });
    return Object.fromEntries(tensors) as ImageData;
  }

  #boxesOf(value: unknown, isBatched: boolean): BoundingBoxes {
    this.boxFormat(); // refuses boxes of which it is not known what they are
    return denseBoxes(ownerOf(this), value, isBatched);
  }

  #checkRank(images: Tensor, what: string): void {
    if (images.ndim === 3 || images.ndim === 4) return;
    const remedy =
      images.ndim === 2 ? 'Give a grey image its channel first: ops.expandDims(image, -1).' : 'Reshape them first.';
    throw new ValueError(
      `${ownerOf(this)}: ${what} of shape ${formatShape(images.shape)}. Expected rank 3 (one image: rows, columns, channels) or 4 ` +
        `(a batch of images). ${remedy}`,
    );
  }

  #checkMasks(masks: Tensor, images: Tensor): void {
    if (masks.ndim === images.ndim) return;
    throw new ValueError(
      `${ownerOf(this)}: segmentation masks of shape ${formatShape(masks.shape)} for images of shape ${formatShape(images.shape)}. ` +
        'Expected the same rank: masks have a channel too, ops.expandDims(masks, -1).',
    );
  }

  #transform(data: ImageData, training: boolean): unknown {
    const transformation = this.getRandomTransformation(data, { training });
    const options = { training };
    const isBatched = imagesOf(data).ndim === 4;
    const onImages = (images: Tensor): Tensor =>
      isBatched
        ? this.transformImages(images, transformation, options)
        : this.transformSingleImage(images, transformation, options);
    if (data instanceof Tensor) return onImages(data);
    const changed = Object.entries(data).map(([key, value]) => {
      if (key === 'images') return [key, onImages(value as Tensor)];
      if (isBoxes(key)) {
        const boxes = value as BoundingBoxes;
        return [
          key,
          isBatched
            ? this.transformBoundingBoxes(boxes, transformation, options)
            : this.transformSingleBoundingBox(boxes, transformation, options),
        ];
      }
      const tensor = value as Tensor;
      if (key === 'labels')
        return [
          key,
          isBatched
            ? this.transformLabels(tensor, transformation, options)
            : this.transformSingleLabel(tensor, transformation, options),
        ];
      if (isMasks(key))
        return [
          key,
          isBatched
            ? this.transformSegmentationMasks(tensor, transformation, options)
            : this.transformSingleSegmentationMask(tensor, transformation, options),
        ];
      return [key, value];
    });
    return Object.fromEntries(changed);
  }

  // ---- what subclasses use ----

  /** The axes of rows, columns and channels, counted from the end. */
  protected get axes(): { readonly height: number; readonly width: number; readonly channel: number } {
    return this.dataFormat === 'channels_first'
      ? { height: -2, width: -1, channel: -3 }
      : { height: -3, width: -2, channel: -1 };
  }

  /** The sizes of images, of rank 3 or 4. */
  protected sizesOf(images: Tensor): ImageSizes {
    const { shape } = images;
    const { height, width, channel } = this.axes;
    const size = (axis: number): number => shape[shape.length + axis];
    return {
      batch: shape.length === 4 ? shape[0] : 1,
      height: size(height),
      width: size(width),
      channels: size(channel),
    };
  }

  /** One number for each image, in a shape that spreads over it: (batch, 1, 1, 1), or (1, 1, 1) for a single image. */
  protected shapePerImage(images: Tensor): readonly number[] {
    return images.ndim === 4 ? [images.shape[0], 1, 1, 1] : [1, 1, 1];
  }

  /** What the four numbers of a box are. @throws {ValueError} The layer was not told. */
  protected boxFormat(): BoundingBoxFormat {
    if (this.boundingBoxFormat !== null) return this.boundingBoxFormat;
    throw new ValueError(
      `${ownerOf(this)}: got bounding boxes, but was not told what their four numbers are. ` +
        "Make the layer with boundingBoxFormat: 'xyxy', or another format.",
    );
  }

  /** Boxes in the layer's format, of images of a size, in another one. */
  protected boxesTo(target: BoundingBoxFormat, boxes: BoundingBoxes, height: number, width: number): BoundingBoxes {
    return convertFormat(boxes, this.boxFormat(), target, { height, width });
  }

  /** Boxes in another format, of images of a size, in the layer's own. */
  protected boxesFrom(source: BoundingBoxFormat, boxes: BoundingBoxes, height: number, width: number): BoundingBoxes {
    return convertFormat(boxes, source, this.boxFormat(), { height, width });
  }

  /** Floats between the ends of a range. */
  protected draw(shape: readonly number[], [minval, maxval]: Range, seed: SeedGenerator, dtype?: DType): Tensor {
    return random.uniform([...shape], { minval, maxval, seed, ...(dtype === undefined ? {} : { dtype }) });
  }

  /** Which images are changed: bool, (batch,). The probability itself is drawn, for each image, between the ends of a range. */
  protected drawChoice(batch: number, probability: Range, seed: SeedGenerator): Tensor {
    const wanted = this.draw([batch], probability, seed);
    return ops.less(this.draw([batch], [0, 1], seed), wanted);
  }

  override getConfig(): Config {
    const { boundingBoxFormat } = this;
    return {
      ...super.getConfig(),
      data_format: this.dataFormat,
      ...(boundingBoxFormat === null ? {} : { bounding_box_format: boundingBoxFormat }),
    };
  }
}

/**
 * How the layer is called: on images, or on a dict, which comes back with the same keys.
 */
// eslint-disable-next-line @typescript-eslint/no-unused-vars -- the class has it, so its interface must
export interface BaseImagePreprocessingLayer<T> {
  <D extends { readonly images: TensorLike }>(
    data: D,
    options?: { readonly training?: boolean | null },
  ): Transformed<D>;
}

/** The images of what a layer is called on. */
export const imagesOf = (data: ImageData): Tensor => (data instanceof Tensor ? data : data.images);

const isBoxes = (key: string): boolean => key === 'boundingBoxes' || key === 'bounding_boxes';
const isMasks = (key: string): boolean => key === 'segmentationMasks' || key === 'segmentation_masks';

const single = (x: Tensor, fn: (batch: Tensor) => Tensor): Tensor => ops.squeeze(fn(ops.expandDims(x, 0)), { axis: 0 });

/** Values in one range brought into another, linearly. */
export function intoRange(images: Tensor, [low, high]: Range, [targetLow, targetHigh]: Range, dtype: DType): Tensor {
  if (low === targetLow && high === targetHigh) return images;
  const unit = ops.divide(ops.subtract(ops.cast(images, dtype), low), high - low);
  return ops.add(ops.multiply(unit, targetHigh - targetLow), targetLow);
}
