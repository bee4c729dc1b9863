/** @file `RandomCrop`: cuts a window out of images, at a random place. */
import { checkedOptions } from '../../../core/arguments.js';
import type { Config } from '../../../core/serialization.js';
import * as ops from '../../../ops/index.js';
import { makeDefaultSeed } from '../../../random/global_state.js';
import { SeedGenerator } from '../../../random/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { ownerOf, positiveInteger } from '../../arguments.js';
import type {
  ImageData,
  RandomImageOptions,
  RandomTransformationOptions,
  TransformOptions,
} from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer, imagesOf } from './base_image_preprocessing_layer.js';
import { clipToImageSize, pad } from './bounding_boxes/index.js';
import type { BoundingBoxes } from './boxes.js';
import { centeredWindow, cut, scaledBoxes } from './windows.js';

/** Where `RandomCrop` cuts. */
export interface CropWindow {
  /** The first row of the window, and its first column: int32 without axes where they are drawn. */
  readonly start: readonly [Tensor | number, Tensor | number];
  /** Rows and columns of the window; it is resized where it has other sizes than are wanted. */
  readonly size: readonly [number, number];
  /** Rows and columns of the images. */
  readonly inputSize: readonly [number, number];
}

/**
 * Cuts a window out of images while training: one place is drawn for the whole batch. From images that are not larger than the window, in
 * rows and in columns, the largest window of its proportions is taken from the middle and resized.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output (batch, height, width, channels), in floats. Outside of
 * training images come back as they are, as in Keras 3.15.1: a model whose images are larger needs a `CenterCrop` of the same size for
 * `predict`. With the same seed the windows are those of Keras on JAX.
 *
 * @param height Rows of the window, in pixels.
 * @param width Columns of the window, in pixels.
 * @param options See {@link RandomImageOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} A size that is no positive whole number.
 * @see `keras.layers.RandomCrop`
 * @example
 * const crop = new layers.RandomCrop(24, 24, { seed: 1 });
 * crop(ops.ones([8, 32, 32, 3]), { training: true }).shape // [8, 24, 24, 3]
 */
export class RandomCrop extends BaseImagePreprocessingLayer<CropWindow> {
  static readonly positional = ['height', 'width'];
  protected override convertsInputs = false;
  readonly height: number;
  readonly width: number;
  readonly seed: number;
  readonly generator: SeedGenerator;

  constructor(height: number, width: number, options: RandomImageOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    const { seed = null, ...rest } = options;
    super(rest);
    this.height = positiveInteger(ownerOf(this), 'height', height);
    this.width = positiveInteger(ownerOf(this), 'width', width);
    this.seed = seed ?? makeDefaultSeed(); // in Keras's order: two draws of the process's generator where there is no seed
    this.generator = new SeedGenerator({ seed });
  }

  override getRandomTransformation(
    data: ImageData,
    { training = true, seed = null }: RandomTransformationOptions = {},
  ): CropWindow {
    const { height: rows, width: columns } = this.sizesOf(imagesOf(data));
    const { height, width } = this;
    const inputSize = [rows, columns] as const;
    if (training && rows > height && columns > width) {
      const generator = seed ?? this.generator;
      const place = (room: number): Tensor => ops.cast(this.draw([], [0, room + 1], generator), 'int32');
      return { start: [place(rows - height), place(columns - width)], size: [height, width], inputSize };
    }
    const window = centeredWindow(rows, columns, height, width);
    // A window of just the wanted rows, or columns, begins where the largest one does and may be cut off at the end.
    const size = [Math.min(height, rows - window.top), Math.min(width, columns - window.left)] as const;
    return { start: [window.top, window.left], size, inputSize };
  }

  override transformImages(
    images: Tensor,
    transformation: CropWindow | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    if (!training || transformation === null) return images;
    return this.#cropped(ops.cast(images, this.computeDtype), transformation, 'bilinear');
  }

  override transformSegmentationMasks(
    masks: Tensor,
    transformation: CropWindow | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    // Keras 3.15.1 gives masks in floats, resized as images are; here, as in its master, classes stay classes.
    return training && transformation !== null ? this.#cropped(masks, transformation, 'nearest') : masks;
  }

  override transformBoundingBoxes(
    boxes: BoundingBoxes,
    transformation: CropWindow | null,
    { training = true }: TransformOptions = {},
  ): BoundingBoxes {
    // Keras 3.15.1 takes rows for columns, and the size of the result for that of the images; here boxes stay around their objects.
    if (!training || transformation === null) return boxes;
    const { start, size, inputSize } = transformation;
    const { height, width } = this;
    const pixels = this.boxesTo('xyxy', boxes, ...inputSize);
    const [top, left] = start.map((x) => ops.negative(ops.cast(x, 'float32')));
    const inside = scaledBoxes(pad(pixels, top, left), { height: size[0], width: size[1] }, this);
    return this.boxesFrom('xyxy', clipToImageSize(inside, { height, width }), height, width);
  }

  #cropped(images: Tensor, { start, size }: CropWindow, interpolation: 'bilinear' | 'nearest'): Tensor {
    const window = cut(images, this.axes, start, size);
    const { height, width, dataFormat } = this;
    if (size[0] === height && size[1] === width) return window;
    return ops.image.resize(window, [height, width], { interpolation, dataFormat });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), height: this.height, width: this.width, seed: this.seed };
  }
}
