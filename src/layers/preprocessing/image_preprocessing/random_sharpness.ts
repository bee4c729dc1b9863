/** @file `RandomSharpness`: sharpens or blurs images a little. */
import { checkedOptions } from '../../../core/arguments.js';
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { tensor } from '../../../runtime/index.js';
import type { ImageData, RandomTransformationOptions, TransformOptions } from './base_image_preprocessing_layer.js';
import { imagesOf } from './base_image_preprocessing_layer.js';
import type { RandomColorOptions } from './base_random_color_layer.js';
import { BaseRandomColorLayer } from './base_random_color_layer.js';
import type { Factor } from './factors.js';
import type { FactorPerImage } from './random_hue.js';

/** Weights of a pixel's neighbours, and of the pixel itself, in the blurred image. */
const [AROUND, MIDDLE] = [1 / 13, 5 / 13];

/**
 * Mixes each image with a blurred copy while training: blurred for factors below 0.5, as it is at 0.5, sharpened above.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output of the same shape, in floats. With the same seed the numbers
 * are those of Keras on JAX.
 *
 * @param factor Between which numbers is drawn: [0, f] for a number f, or [least, greatest], in [0, 1].
 * @param options See {@link RandomColorOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `factor` is out of bounds, or `valueRange` is no range.
 * @see `keras.layers.RandomSharpness`
 * @example
 * const sharpness = new layers.RandomSharpness([0.2, 0.8], { seed: 1 });
 * sharpness(ops.ones([2, 8, 8, 3]), { training: true }).shape // [2, 8, 8, 3]
 */
export class RandomSharpness extends BaseRandomColorLayer<FactorPerImage> {
  constructor(factor: Factor, options: RandomColorOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super([0, 1], factor, options);
  }

  override getRandomTransformation(
    data: ImageData,
    { training: _training = true, seed = null }: RandomTransformationOptions = {},
  ): FactorPerImage {
    return { factor: this.draw([this.sizesOf(imagesOf(data)).batch], this.factor, seed ?? this.generator) };
  }

  override transformImages(
    images: Tensor,
    transformation: FactorPerImage | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    const { computeDtype: dtype, dataFormat } = this;
    const floats = ops.cast(images, dtype);
    if (!training || transformation === null) return floats;
    const { channels } = this.sizesOf(floats);
    const weights = [AROUND, AROUND, AROUND, AROUND, MIDDLE, AROUND, AROUND, AROUND, AROUND];
    const kernel = ops.tile(ops.cast(tensor(weights, [3, 3, 1, 1]), dtype), [1, 1, channels, 1]);
    const smooth = ops.depthwiseConv(floats, kernel, { strides: 1, padding: 'same', dataFormat });
    const factor = ops.reshape(ops.cast(ops.multiply(transformation.factor, 2), dtype), [-1, 1, 1, 1]);
    const change = ops.multiply(ops.subtract(1, factor), ops.subtract(smooth, floats));
    return ops.clip(ops.add(floats, change), ...this.valueRange);
  }
}
