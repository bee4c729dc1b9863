/** @file `RandomSaturation`: makes colours of images stronger or paler. */
import { checkedOptions } from '../../../core/arguments.js';
import { epsilon } from '../../../core/config.js';
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import type { ImageData, RandomTransformationOptions, TransformOptions } from './base_image_preprocessing_layer.js';
import { imagesOf } from './base_image_preprocessing_layer.js';
import type { RandomColorOptions } from './base_random_color_layer.js';
import { BaseRandomColorLayer } from './base_random_color_layer.js';
import type { Factor } from './factors.js';
import type { FactorPerImage } from './random_hue.js';

/**
 * Multiplies the saturation of each image's colours by f / (1 − f) while training, f being drawn: 0.5 leaves the image as it is, 0 makes
 * it grey, 1 saturates it wholly.
 *
 * Input (batch, rows, columns, 3) or one image, of any dtype; output of the same shape, in floats. With the same seed the numbers are
 * those of Keras on JAX. (Whole numbers, which Keras refuses, are taken as floats.)
 *
 * @param factor Between which numbers f is drawn, in [−1, 1]: [least, greatest]; one number f is [−f, f], as in Keras 3.15.1, of which the
 *   half below 0 makes images grey.
 * @param options See {@link RandomColorOptions}. As in Keras 3.15.1 the saturation is kept within `valueRange`: [0, 1] keeps it sound.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `factor` is out of bounds, `valueRange` is no range, or there are not three channels.
 * @see `keras.layers.RandomSaturation`
 * @example
 * const saturation = new layers.RandomSaturation([0.4, 0.6], { valueRange: [0, 1], seed: 1 });
 * saturation(ops.ones([2, 8, 8, 3]), { training: true }).shape // [2, 8, 8, 3]
 */
export class RandomSaturation extends BaseRandomColorLayer<FactorPerImage> {
  constructor(factor: Factor, options: RandomColorOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super([-1, 1], factor, options);
  }

  override getRandomTransformation(
    data: ImageData,
    { training: _training = true, seed = null }: RandomTransformationOptions = {},
  ): FactorPerImage {
    const drawn = this.draw([this.sizesOf(imagesOf(data)).batch], this.factor, seed ?? this.generator);
    return { factor: ops.divide(drawn, ops.add(ops.subtract(1, drawn), epsilon())) };
  }

  override transformImages(
    images: Tensor,
    transformation: FactorPerImage | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    if (!training || transformation === null) return images;
    const { computeDtype: dtype, dataFormat } = this;
    const channel = this.axes.channel + 4;
    const parts = ops.split(ops.image.rgbToHsv(ops.cast(images, dtype), { dataFormat }), 3, { axis: channel });
    const factor = ops.reshape(ops.cast(transformation.factor, dtype), [-1, 1, 1, 1]);
    const saturation = ops.clip(ops.multiply(parts[1], factor), ...this.valueRange);
    return ops.image.hsvToRgb(ops.concatenate([parts[0], saturation, parts[2]], { axis: channel }), { dataFormat });
  }
}
