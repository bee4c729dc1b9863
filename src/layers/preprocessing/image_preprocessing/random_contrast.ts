/** @file `RandomContrast`: spreads or narrows the values of images around their mean. */
import { checkedOptions } from '../../../core/arguments.js';
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import type { ImageData, RandomTransformationOptions, TransformOptions } from './base_image_preprocessing_layer.js';
import { imagesOf } from './base_image_preprocessing_layer.js';
import type { RandomColorOptions } from './base_random_color_layer.js';
import { BaseRandomColorLayer } from './base_random_color_layer.js';
import type { Factor, Range } from './factors.js';

/** What `RandomContrast` draws. */
export interface ContrastChange {
  /** By what the distance of pixels from the mean is multiplied. */
  readonly contrastFactor: Tensor;
}

/**
 * (x − mean) · factor + mean while training, for each channel of each image, kept in the range of values.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output of the same shape, in floats. With the same seed the numbers
 * are those of Keras on JAX.
 *
 * @param factor Between which numbers the factor is drawn: [1 − a, 1 + b] for [a, b], in [0, 1]; one number f is [0, f], which only adds
 *   contrast, as in Keras 3.15.1.
 * @param options See {@link RandomColorOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `factor` is out of bounds, or `valueRange` is no range.
 * @see `keras.layers.RandomContrast`
 * @example
 * const contrast = new layers.RandomContrast(0.5, { seed: 1 });
 * contrast(ops.ones([2, 8, 8, 3]), { training: true }).shape // [2, 8, 8, 3]
 */
export class RandomContrast extends BaseRandomColorLayer<ContrastChange> {
  constructor(factor: Factor, options: RandomColorOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super([0, 1], factor, options);
  }

  override getRandomTransformation(
    data: ImageData,
    { training = true, seed = null }: RandomTransformationOptions = {},
  ): ContrastChange {
    const shape = this.shapePerImage(imagesOf(data));
    if (!training) return { contrastFactor: ops.zeros(shape) };
    const range: Range = [1 - this.factor[0], 1 + this.factor[1]];
    return { contrastFactor: this.draw(shape, range, seed ?? this.generator, this.computeDtype) };
  }

  override transformImages(
    images: Tensor,
    transformation: ContrastChange | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    if (!training || transformation === null) return images;
    const floats = ops.cast(images, this.computeDtype);
    const { height, width } = this.axes;
    const mean = ops.mean(ops.mean(floats, { axis: height, keepdims: true }), { axis: width, keepdims: true });
    const spread = ops.multiply(ops.subtract(floats, mean), ops.cast(transformation.contrastFactor, floats.dtype));
    return ops.clip(ops.add(spread, mean), ...this.valueRange);
  }
}
