/** @file `RandomGrayscale`: makes some images grey. */
import { checkedOptions } from '../../../core/arguments.js';
import type { Config } from '../../../core/serialization.js';
import * as ops from '../../../ops/index.js';
import { SeedGenerator } from '../../../random/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { fraction, ownerOf } from '../../arguments.js';
import type {
  ImageData,
  RandomImageOptions,
  RandomTransformationOptions,
  TransformOptions,
} from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer, imagesOf } from './base_image_preprocessing_layer.js';

/** Options of `new RandomGrayscale(options)`. */
export interface RandomGrayscaleOptions extends RandomImageOptions {
  /** The probability that an image becomes grey, in [0, 1]. Default 0.5. */
  readonly factor?: number;
}

/**
 * Makes each image grey with a probability while training; its three channels stay, and are equal.
 *
 * Input (batch, rows, columns, 3) or one image; output of the same shape and dtype. With the same seed the same images become grey as in
 * Keras on JAX.
 *
 * @param options See {@link RandomGrayscaleOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `factor` is not in [0, 1], or there are not three channels.
 * @see `keras.layers.RandomGrayscale`
 * @example
 * const grey = new layers.RandomGrayscale({ factor: 1 });
 * grey([[[1, 0, 0.5]]], { training: true }) // [[[0.3559, 0.3559, 0.3559]]]
 */
export class RandomGrayscale extends BaseImagePreprocessingLayer<Tensor> {
  readonly factor: number;
  readonly seed: number | null;
  readonly generator: SeedGenerator;

  constructor(options: RandomGrayscaleOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { factor = 0.5, seed = null, ...rest } = options;
    super(rest);
    this.factor = fraction(ownerOf(this), 'factor', factor);
    this.seed = seed;
    this.generator = new SeedGenerator({ seed });
  }

  override getRandomTransformation(
    data: ImageData,
    { training: _training = true, seed = null }: RandomTransformationOptions = {},
  ): Tensor {
    // Whether each image becomes grey: bool, (batch, 1, 1, 1).
    const drawn = this.draw([this.sizesOf(imagesOf(data)).batch, 1, 1, 1], [0, 1], seed ?? this.generator);
    return ops.less(drawn, this.factor);
  }

  override transformImages(
    images: Tensor,
    transformation: Tensor | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    if (!training) return images;
    const isGrey = transformation ?? this.getRandomTransformation(images);
    return ops.where(isGrey, ops.image.rgbToGrayscale(images, { dataFormat: this.dataFormat }), images);
  }

  override getConfig(): Config {
    // Keras: the seed is not saved; here it is where there is one, and the loaded layer draws the same.
    const { seed } = this;
    return { ...super.getConfig(), factor: this.factor, ...(seed === null ? {} : { seed }) };
  }
}
