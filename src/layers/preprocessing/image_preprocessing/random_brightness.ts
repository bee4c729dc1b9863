/** @file `RandomBrightness`: makes images brighter or darker. */
import { checkedOptions } from '../../../core/arguments.js';
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import type { ImageData, RandomTransformationOptions, TransformOptions } from './base_image_preprocessing_layer.js';
import { imagesOf } from './base_image_preprocessing_layer.js';
import type { RandomColorOptions } from './base_random_color_layer.js';
import { BaseRandomColorLayer } from './base_random_color_layer.js';
import type { Factor } from './factors.js';

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
export class RandomBrightness extends BaseRandomColorLayer<BrightnessChange> {
  constructor(factor: Factor, options: RandomColorOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super([-1, 1], factor, options);
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
}
