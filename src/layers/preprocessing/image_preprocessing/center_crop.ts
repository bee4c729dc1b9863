/** @file `CenterCrop`: cuts the middle out of images. */
import { checkedOptions } from '../../../core/arguments.js';
import type { Config } from '../../../core/serialization.js';
import type { Shape } from '../../../core/shape.js';
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { ownerOf, positiveInteger } from '../../arguments.js';
import type {
  ImageData,
  ImagePreprocessingOptions,
  RandomTransformationOptions,
  TransformOptions,
} from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer, imagesOf } from './base_image_preprocessing_layer.js';
import { clipToImageSize, crop } from './bounding_boxes/index.js';
import type { BoundingBoxes } from './boxes.js';
import { centeredWindow, cut, scaledBoxes } from './windows.js';

/** What `CenterCrop` must know of the images when it moves boxes. */
export interface FromShape {
  readonly inputShape: Shape;
}

/**
 * Cuts the middle out of images, in training and outside of it. From images that are smaller than that, in rows or in columns, the largest
 * window of the wanted proportions is taken and resized.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output (batch, height, width, channels), in floats. Masks keep their
 * dtype, and are resized by nearest neighbours.
 *
 * @param height Rows of the result, in pixels.
 * @param width Columns of the result, in pixels.
 * @param options See {@link ImagePreprocessingOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} A size that is no positive whole number.
 * @see `keras.layers.CenterCrop`
 * @example
 * new layers.CenterCrop(1, 2)([[[1], [2], [3], [4]]]) // [[[2], [3]]]
 */
export class CenterCrop extends BaseImagePreprocessingLayer<FromShape> {
  static readonly positional = ['height', 'width'];
  readonly height: number;
  readonly width: number;

  constructor(height: number, width: number, options: ImagePreprocessingOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    super(options);
    this.height = positiveInteger(ownerOf(this), 'height', height);
    this.width = positiveInteger(ownerOf(this), 'width', width);
  }

  override getRandomTransformation(data: ImageData, _options: RandomTransformationOptions = {}): FromShape {
    return { inputShape: imagesOf(data).shape };
  }

  override transformImages(images: Tensor, _transformation: unknown = null, _options: TransformOptions = {}): Tensor {
    return this.#cropped(ops.cast(images, this.computeDtype), 'bilinear');
  }

  override transformSegmentationMasks(
    masks: Tensor,
    _transformation: unknown = null,
    _options: TransformOptions = {},
  ): Tensor {
    // Keras 3.15.1 gives masks in floats, resized as images are; here, as in its master, classes stay classes.
    return this.#cropped(masks, 'nearest');
  }

  override transformBoundingBoxes(
    boxes: BoundingBoxes,
    transformation: FromShape | null,
    _options: TransformOptions = {},
  ): BoundingBoxes {
    if (transformation === null) return boxes;
    const { height, width } = this;
    const [rows, columns] = [this.axes.height, this.axes.width].map((axis) => transformation.inputShape.at(axis)!);
    const window =
      rows < height || columns < width
        ? centeredWindow(rows, columns, height, width)
        : { top: Math.floor((rows - height) / 2), left: Math.floor((columns - width) / 2), height, width };
    const pixels = this.boxesTo('xyxy', boxes, rows, columns);
    const inside = crop(pixels, window.top, window.left, window.height, window.width);
    const clipped = clipToImageSize(scaledBoxes(inside, window, this), { height, width });
    return this.boxesFrom('xyxy', clipped, height, width);
  }

  #cropped(images: Tensor, interpolation: 'bilinear' | 'nearest'): Tensor {
    const { height: rows, width: columns } = this.sizesOf(images);
    const { height, width, dataFormat } = this;
    if (rows < height || columns < width)
      return ops.image.resize(images, [height, width], { interpolation, cropToAspectRatio: true, dataFormat });
    const start = [Math.floor((rows - height) / 2), Math.floor((columns - width) / 2)] as const;
    return cut(images, this.axes, start, [height, width]);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), height: this.height, width: this.width };
  }
}
