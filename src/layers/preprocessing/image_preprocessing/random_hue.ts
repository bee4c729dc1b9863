/** @file `RandomHue`: turns the colours of images. */
import { checkedOptions } from '../../../core/arguments.js';
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import type { ImageData, RandomTransformationOptions, TransformOptions } from './base_image_preprocessing_layer.js';
import { imagesOf, intoRange } from './base_image_preprocessing_layer.js';
import type { RandomColorOptions } from './base_random_color_layer.js';
import { BaseRandomColorLayer } from './base_random_color_layer.js';
import type { Factor } from './factors.js';

/** One random number for each image. */
export interface FactorPerImage {
  readonly factor: Tensor;
}

/**
 * Turns the hue of the colours of each image by a random part of a half circle, one way or the other, while training.
 *
 * Input (batch, rows, columns, 3) or one image, of any dtype; output of the same shape, in floats. With the same seed the numbers are
 * those of Keras on JAX.
 *
 * @param factor Between which parts of a half circle is drawn: [0, f] for a number f, or [least, greatest], in [0, 1].
 * @param options See {@link RandomColorOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `factor` is out of bounds, `valueRange` is no range, or there are not three channels.
 * @see `keras.layers.RandomHue`
 * @example
 * const hue = new layers.RandomHue(0.5, { seed: 1 });
 * hue(ops.ones([2, 8, 8, 3]), { training: true }).shape // [2, 8, 8, 3]
 */
export class RandomHue extends BaseRandomColorLayer<FactorPerImage> {
  constructor(factor: Factor, options: RandomColorOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super([0, 1], factor, options);
  }

  override getRandomTransformation(
    data: ImageData,
    { training: _training = true, seed = null }: RandomTransformationOptions = {},
  ): FactorPerImage {
    const { batch } = this.sizesOf(imagesOf(data));
    const generator = seed ?? this.generator;
    const coin = this.draw([batch], [0, 1], generator);
    const sign = ops.where(ops.greater(coin, 0.5), ops.negative(ops.onesLike(coin)), ops.onesLike(coin));
    const factor = this.draw([batch], this.factor, generator);
    return { factor: ops.multiply(ops.multiply(sign, factor), 0.5) };
  }

  override transformImages(
    images: Tensor,
    transformation: FactorPerImage | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    if (!training || transformation === null) return images;
    const { computeDtype: dtype, dataFormat, valueRange } = this;
    const unit = intoRange(ops.cast(images, dtype), valueRange, [0, 1], dtype);
    const channel = this.axes.channel + 4;
    const [hue, saturation, value] = ops.split(ops.image.rgbToHsv(unit, { dataFormat }), 3, { axis: channel });
    const turned = ops.add(hue, ops.reshape(ops.cast(transformation.factor, dtype), [-1, 1, 1, 1]));
    const below = ops.where(ops.greater(turned, 1), ops.subtract(turned, 1), turned);
    const inCircle = ops.where(ops.less(below, 0), ops.add(below, 1), below);
    const hsv = ops.concatenate([inCircle, saturation, value], { axis: channel });
    const colours = ops.clip(ops.image.hsvToRgb(hsv, { dataFormat }), 0, 1);
    return ops.cast(intoRange(colours, [0, 1], valueRange, dtype), dtype);
  }
}
