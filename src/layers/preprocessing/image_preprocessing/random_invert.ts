/** @file `RandomInvert`: makes negatives of images. */
import { checkedOptions } from '../../../core/arguments.js';
import type { Config } from '../../../core/serialization.js';
import * as ops from '../../../ops/index.js';
import { SeedGenerator } from '../../../random/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { ownerOf } from '../../arguments.js';
import type { ImageData, RandomTransformationOptions, TransformOptions } from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer, imagesOf } from './base_image_preprocessing_layer.js';
import type { Factor, Range } from './factors.js';
import { factorRange, valueRangeOf } from './factors.js';
import type { RandomColorOptions } from './base_random_color_layer.js';

/** Options of `new RandomInvert(options)`. */
export interface RandomInvertOptions extends RandomColorOptions {
  /** Between which numbers the probability is drawn: [0, f] for a number f, or [least, greatest], in [0, 1]. Default 1. */
  readonly factor?: Factor;
}

/** What `RandomInvert` draws. */
export interface Inversions {
  /** Bool, (batch,). */
  readonly applyInversion: Tensor;
}

/**
 * Makes a negative of some images while training: the brightest value minus the pixel.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output of the same shape, in floats. With the same seed the same
 * images are inverted as in Keras on JAX.
 *
 * @param options See {@link RandomInvertOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `factor` is out of bounds, or `valueRange` is no range.
 * @see `keras.layers.RandomInvert`
 * @example
 * const invert = new layers.RandomInvert({ factor: [1, 1], valueRange: [0, 1] });
 * invert([[[0.25]]], { training: true }) // [[[0.75]]]
 */
export class RandomInvert extends BaseImagePreprocessingLayer<Inversions> {
  readonly factor: Range;
  readonly valueRange: Range;
  readonly seed: number | null;
  readonly generator: SeedGenerator;

  constructor(options: RandomInvertOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { factor = 1, valueRange = [0, 255], seed = null, ...rest } = options;
    super(rest);
    this.factor = factorRange(ownerOf(this), 'factor', factor, { bounds: [0, 1] });
    this.valueRange = valueRangeOf(ownerOf(this), valueRange);
    this.seed = seed;
    this.generator = new SeedGenerator({ seed });
  }

  override getRandomTransformation(
    data: ImageData,
    { training = true, seed = null }: RandomTransformationOptions = {},
  ): Inversions | null {
    if (!training) return null;
    return { applyInversion: this.drawChoice(this.sizesOf(imagesOf(data)).batch, this.factor, seed ?? this.generator) };
  }

  override transformImages(
    images: Tensor,
    transformation: Inversions | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    if (!training || transformation === null) return images;
    const floats = ops.cast(images, this.computeDtype);
    const chosen = ops.reshape(transformation.applyInversion, [-1, 1, 1, 1]);
    return ops.where(chosen, ops.subtract(this.valueRange[1], floats), floats);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), factor: this.factor, value_range: this.valueRange, seed: this.seed };
  }
}
