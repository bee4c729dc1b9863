/** @file `RandomPosterization`: leaves fewer bits to the colours of images. */
import { checkedOptions } from '../../../core/arguments.js';
import * as ops from '../../../ops/index.js';
import * as random from '../../../random/index.js';
import type { Tensor } from '../../../runtime/index.js';
import type { ImageData, RandomTransformationOptions, TransformOptions } from './base_image_preprocessing_layer.js';
import { imagesOf, intoRange } from './base_image_preprocessing_layer.js';
import type { RandomColorOptions } from './base_random_color_layer.js';
import { BaseRandomColorLayer } from './base_random_color_layer.js';
import type { Factor, Range } from './factors.js';

const BITS = 8;
const BYTE: Range = [0, 255];

/** What `RandomPosterization` draws. */
export interface Posterization {
  /** How many bits each image loses: uint8, (batch,). */
  readonly shiftFactor: Tensor;
}

/**
 * Keeps only the first bits of the values of pixels while training, a number drawn for each image.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output of the same shape, in floats. With the same seed the numbers
 * are those of Keras on JAX.
 *
 * @param factor How many of 8 bits stay: [least, end], the end not being reached; one number n is [1, n]. In [1, 8].
 * @param options See {@link RandomColorOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `factor` is out of bounds, or `valueRange` is no range.
 * @see `keras.layers.RandomPosterization`
 * @example
 * const posterization = new layers.RandomPosterization([3, 3]);
 * posterization([[[255], [100], [20]]], { training: true }) // [[[224], [96], [0]]]
 */
export class RandomPosterization extends BaseRandomColorLayer<Posterization> {
  constructor(factor: Factor, options: RandomColorOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super([1, BITS], factor, options);
  }

  override getRandomTransformation(
    data: ImageData,
    { training: _training = true, seed = null }: RandomTransformationOptions = {},
  ): Posterization {
    const { batch } = this.sizesOf(imagesOf(data));
    const [least, end] = this.factor;
    const bits =
      least === end
        ? ops.full([batch], least, { dtype: 'uint8' })
        : random.randint([batch], least, end, { seed: seed ?? this.generator, dtype: 'uint8' });
    return { shiftFactor: ops.subtract(ops.full([batch], BITS, { dtype: 'uint8' }), bits) };
  }

  override transformImages(
    images: Tensor,
    transformation: Posterization | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    if (!training || transformation === null) return images;
    const { computeDtype: dtype, valueRange } = this;
    const shift = ops.reshape(transformation.shiftFactor, [-1, 1, 1, 1]);
    const bytes = ops.cast(intoRange(images, valueRange, BYTE, dtype), 'uint8');
    const kept = ops.bitwiseLeftShift(ops.bitwiseRightShift(bytes, shift), shift);
    return intoRange(ops.cast(kept, dtype), BYTE, valueRange, dtype);
  }
}
