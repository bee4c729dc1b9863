/** @file `RandomBrightness`: makes images brighter or darker. */
import { checkedOptions } from '../../../core/arguments.js';
import type { Config } from '../../../core/serialization.js';
import * as ops from '../../../ops/index.js';
import { SeedGenerator } from '../../../random/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { ownerOf } from '../../arguments.js';
import type {
  ImageData,
  RandomImageOptions,
  RandomTransformationOptions,
  TransformOptions,
} from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer, imagesOf } from './base_image_preprocessing_layer.js';
import type { Factor, Range } from './factors.js';
import { factorRange, valueRangeOf } from './factors.js';

/** Options of layers that draw random numbers and must know which values pixels take. */
export interface RandomColorOptions extends RandomImageOptions {
  /** The values of the darkest and the brightest pixels. Default [0, 255]. */
  readonly valueRange?: readonly number[];
}

/** What `RandomBrightness` draws. */
export interface BrightnessChange {
  /** What is added to all pixels of an image. */
  readonly rgbDelta: Tensor;
}

/**
 * Adds a random number to all pixels of an image while training, and keeps them in their range.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output of the same shape, in floats. With the same seed the numbers
 * are those of Keras on JAX. (Keras leaves whole numbers in their dtype, in which nothing can become darker.)
 *
 * @param factor What is drawn, as a part of the range of values: [−f, f] for a number f, or [least, greatest]. In [−1, 1]: −1 makes all
 *   black, 1 all white.
 * @param options See {@link RandomColorOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `factor` is out of bounds, or `valueRange` is no range.
 * @see `keras.layers.RandomBrightness`
 * @example
 * const brightness = new layers.RandomBrightness(0.2, { seed: 1 });
 * brightness(ops.full([2, 8, 8, 3], 100), { training: true }).shape // [2, 8, 8, 3]
 */
export class RandomBrightness extends BaseImagePreprocessingLayer<BrightnessChange> {
  static readonly positional = ['factor'];
  readonly factor: Range;
  readonly valueRange: Range;
  readonly seed: number | null;
  readonly generator: SeedGenerator;

  constructor(factor: Factor, options: RandomColorOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { valueRange = [0, 255], seed = null, ...rest } = options;
    super(rest);
    this.factor = factorRange(ownerOf(this), 'factor', factor, { bounds: [-1, 1] });
    this.seed = seed;
    this.generator = new SeedGenerator({ seed });
    this.valueRange = valueRangeOf(ownerOf(this), valueRange);
  }

  override getRandomTransformation(
    data: ImageData,
    { training = true, seed = null }: RandomTransformationOptions = {},
  ): BrightnessChange {
    const shape = this.shapePerImage(imagesOf(data));
    if (!training) return { rgbDelta: ops.zeros(shape) };
    const part = this.draw(shape, this.factor, seed ?? this.generator);
    return { rgbDelta: ops.multiply(part, this.valueRange[1] - this.valueRange[0]) };
  }

  override transformImages(
    images: Tensor,
    transformation: BrightnessChange | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    if (!training || transformation === null) return images;
    const floats = ops.cast(images, this.computeDtype);
    return ops.clip(ops.add(floats, ops.cast(transformation.rgbDelta, floats.dtype)), ...this.valueRange);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), factor: this.factor, value_range: this.valueRange, seed: this.seed };
  }
}
