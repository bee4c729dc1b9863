/** @file `Resizing`: brings images to one size. */
import { checkedOptions } from '../../../core/arguments.js';
import type { Config } from '../../../core/serialization.js';
import { ValueError } from '../../../core/errors.js';
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { tensor } from '../../../runtime/index.js';
import { oneOf, ownerOf, positiveInteger } from '../../arguments.js';
import type {
  ImageData,
  ImagePreprocessingOptions,
  RandomTransformationOptions,
  TransformOptions,
} from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer, imagesOf } from './base_image_preprocessing_layer.js';
import { clipToImageSize } from './bounding_boxes/index.js';
import type { BoundingBoxes } from './boxes.js';

const INTERPOLATIONS = ['bilinear', 'nearest', 'bicubic', 'lanczos3', 'lanczos5'] as const;

/** Options of `new Resizing(height, width, options)`. */
export interface ResizingOptions extends ImagePreprocessingOptions {
  /** How pixels are computed from their neighbours. Default `'bilinear'`. Masks are always resized with `'nearest'`. */
  readonly interpolation?: (typeof INTERPOLATIONS)[number];
  /** Cut the largest window of the wanted proportions out of the middle first, so that nothing is distorted. Default false. */
  readonly cropToAspectRatio?: boolean;
  /** Fill images up to the wanted proportions first, so that nothing is distorted or lost. Default false. */
  readonly padToAspectRatio?: boolean;
  /** What images are filled up with: only `'constant'`, `fillValue`. */
  readonly fillMode?: 'constant';
  /** Default 0. */
  readonly fillValue?: number;
  /** Whether to average over more pixels where images become smaller. Default false. */
  readonly antialias?: boolean;
}

/**
 * Images of another size, in training and outside of it.
 *
 * Input (batch, rows, columns, channels) or one image; output (batch, height, width, channels), of the same dtype: whole numbers are
 * rounded and kept in their range. Masks and boxes are resized with the images.
 *
 * @param height Rows of the result, in pixels.
 * @param width Columns of the result, in pixels.
 * @param options See {@link ResizingOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} A size that is no positive whole number, an unknown interpolation or mode, or both kinds of proportions at once.
 * @see `keras.layers.Resizing`
 * @example
 * new layers.Resizing(1, 4)([[[0], [4]]]) // [[[0], [1], [3], [4]]]
 */
export class Resizing extends BaseImagePreprocessingLayer<readonly [number, number]> {
  static readonly positional = ['height', 'width'];
  readonly height: number;
  readonly width: number;
  readonly interpolation: (typeof INTERPOLATIONS)[number];
  readonly cropToAspectRatio: boolean;
  readonly padToAspectRatio: boolean;
  readonly fillMode: 'constant';
  readonly fillValue: number;
  readonly antialias: boolean;

  constructor(height: number, width: number, options: ResizingOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    const {
      interpolation = 'bilinear',
      cropToAspectRatio = false,
      padToAspectRatio = false,
      fillMode = 'constant',
      fillValue = 0,
      antialias = false,
      ...rest
    } = options;
    super(rest);
    const owner = ownerOf(this);
    this.height = positiveInteger(owner, 'height', height);
    this.width = positiveInteger(owner, 'width', width);
    this.interpolation = oneOf(owner, 'interpolation', interpolation, INTERPOLATIONS);
    this.cropToAspectRatio = cropToAspectRatio;
    this.padToAspectRatio = padToAspectRatio;
    if (cropToAspectRatio && padToAspectRatio) {
      throw new ValueError(
        `${owner}: both cropToAspectRatio and padToAspectRatio are true. Choose one: cut images, or fill them up.`,
      );
    }
    this.fillMode = oneOf(owner, 'fillMode', fillMode, ['constant']);
    this.fillValue = fillValue;
    this.antialias = antialias;
  }

  #resized(images: Tensor, interpolation: ResizingOptions['interpolation']): Tensor {
    const { antialias, cropToAspectRatio, padToAspectRatio, fillMode, fillValue, dataFormat } = this;
    const options = { antialias, cropToAspectRatio, padToAspectRatio, fillMode, fillValue, dataFormat };
    return ops.image.resize(images, [this.height, this.width], { interpolation, ...options });
  }

  override getRandomTransformation(
    data: ImageData,
    _options: RandomTransformationOptions = {},
  ): readonly [number, number] {
    // Rows and columns of the images.
    const { height, width } = this.sizesOf(imagesOf(data));
    return [height, width];
  }

  override transformImages(images: Tensor, _transformation: unknown = null, _options: TransformOptions = {}): Tensor {
    return this.#resized(images, this.interpolation);
  }

  override transformSegmentationMasks(
    masks: Tensor,
    _transformation: unknown = null,
    _options: TransformOptions = {},
  ): Tensor {
    return this.#resized(masks, 'nearest');
  }

  override transformBoundingBoxes(
    given: BoundingBoxes,
    transformation: readonly [number, number] | null,
    _options: TransformOptions = {},
  ): BoundingBoxes {
    if (transformation === null) return given;
    const { height, width } = this;
    const isFilling = ops.any(ops.stack([-1, 0].map((x) => ops.all(ops.equal(given.boxes, x), { axis: -1 }))), {
      axis: 0,
    });
    const pixels = this.boxesTo('xyxy', given, ...transformation);
    const [scale, shift] = this.#boxChange(transformation);
    const numbers = (list: readonly number[]): Tensor => tensor(list, [4], pixels.boxes.dtype);
    const moved = ops.add(ops.multiply(pixels.boxes, numbers(scale)), numbers(shift));
    const clipped = clipToImageSize({ ...pixels, boxes: moved }, { height, width });
    const kept = ops.where(ops.expandDims(isFilling, -1), ops.zerosLike(clipped.boxes), clipped.boxes);
    return this.boxesFrom('xyxy', { ...clipped, boxes: kept }, height, width);
  }

  /** By what the four numbers of a box in pixels are multiplied, and what is added then: in float32, as Keras computes them. */
  #boxChange([rows, columns]: readonly [number, number]): [scale: number[], shift: number[]] {
    const { height, width } = this;
    const f = Math.fround;
    const each = (x: number, y: number): number[] => [x, y, x, y];
    if (this.padToAspectRatio) {
      const ratio = Math.min(f(height / rows), f(width / columns));
      const free = (size: number, used: number): number => Math.floor(f(size - f(used * ratio)) / 2);
      return [each(ratio, ratio), each(free(width, columns), free(height, rows))];
    }
    if (this.cropToAspectRatio) {
      const aspect = f(columns / rows);
      const isWide = aspect > f(width / height);
      const newWidth = isWide ? f(height * aspect) : width;
      const newHeight = isWide ? height : f(width / aspect);
      const cut = (size: number, wanted: number): number => -Math.floor(f(size - wanted) / 2);
      return [each(f(newWidth / columns), f(newHeight / rows)), each(cut(newWidth, width), cut(newHeight, height))];
    }
    return [each(f(width / columns), f(height / rows)), each(0, 0)];
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      height: this.height,
      width: this.width,
      interpolation: this.interpolation,
      crop_to_aspect_ratio: this.cropToAspectRatio,
      pad_to_aspect_ratio: this.padToAspectRatio,
      fill_mode: this.fillMode,
      fill_value: this.fillValue,
      antialias: this.antialias,
    };
  }
}
