/** @file `RandomColorDegeneration`: takes colour out of images. */
import { checkedOptions } from '../../../core/arguments.js';
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import type { ImageData, RandomTransformationOptions, TransformOptions } from './base_image_preprocessing_layer.js';
import { imagesOf } from './base_image_preprocessing_layer.js';
import type { RandomColorOptions } from './base_random_color_layer.js';
import { BaseRandomColorLayer } from './base_random_color_layer.js';
import type { Factor } from './factors.js';
import type { FactorPerImage } from './random_hue.js';

/**
 * Mixes each image with its grey copy while training: x + factor · (grey − x).
 *
 * Input (batch, rows, columns, 3) or one image, of any dtype; output of the same shape, in floats. With the same seed the numbers are
 * those of Keras on JAX.
 *
 * @param factor Between which numbers is drawn, in [−1, 1]: [−f, f] for a number f, or [least, greatest]. 0 leaves the image as it is, 1
 *   makes it grey; below 0 colours become stronger.
 * @param options See {@link RandomColorOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `factor` is out of bounds, `valueRange` is no range, or there are not three channels.
 * @see `keras.layers.RandomColorDegeneration`
 * @example
 * const paler = new layers.RandomColorDegeneration([0, 1], { seed: 1 });
 * paler(ops.ones([2, 8, 8, 3]), { training: true }).shape // [2, 8, 8, 3]
 */
export class RandomColorDegeneration extends BaseRandomColorLayer<FactorPerImage> {
  constructor(factor: Factor, options: RandomColorOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super([-1, 1], factor, options);
  }

  override getRandomTransformation(
    data: ImageData,
    { training: _training = true, seed = null }: RandomTransformationOptions = {},
  ): FactorPerImage {
    const { batch } = this.sizesOf(imagesOf(data));
    return { factor: this.draw([batch, 1, 1, 1], this.factor, seed ?? this.generator) };
  }

  override transformImages(
    images: Tensor,
    transformation: FactorPerImage | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    if (!training || transformation === null) return images;
    const { computeDtype: dtype, dataFormat } = this;
    const floats = ops.cast(images, dtype);
    const grey = ops.image.rgbToGrayscale(floats, { dataFormat });
    const mixed = ops.add(floats, ops.multiply(ops.cast(transformation.factor, dtype), ops.subtract(grey, floats)));
    return ops.clip(mixed, ...this.valueRange);
  }
}
