/** @file `RandomGaussianBlur`: blurs images. */
import { checkedOptions } from '../../../core/arguments.js';
import { quote } from '../../../core/describe.js';
import { ValueError } from '../../../core/errors.js';
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

/** Options of `new RandomGaussianBlur(options)`. */
export interface RandomGaussianBlurOptions extends RandomColorOptions {
  /** Between which numbers the probability is drawn: [0, f] for a number f, or [least, greatest], in [0, 1]. Default 1. */
  readonly factor?: Factor;
  /** Pixels that are blurred together, [along the width, along the height]: odd. Default 3. */
  readonly kernelSize?: number | readonly number[];
  /** Between which numbers the standard deviations are drawn, in pixels: [0, f] for a number f, or [least, greatest], in [0, 1]. Default 1. */
  readonly sigma?: Factor;
}

/** What `RandomGaussianBlur` draws. */
export interface Blur {
  /** Bool, (batch,). */
  readonly shouldApplyBlur: Tensor;
  /** The standard deviations along the width and the height, in pixels: (2,). */
  readonly blurFactor: Tensor;
}

/** Two odd sizes. @throws {ValueError} They are not. */
function oddSizes(owner: string, value: unknown): readonly number[] {
  const sizes: readonly unknown[] = Array.isArray(value) ? value : [value, value];
  if (sizes.length !== 2 || !sizes.every((size) => typeof size === 'number' && size > 0 && size % 2 === 1))
    throw new ValueError(`${owner}: kernelSize=${quote(value)}. Expected an odd whole number, or a list of two.`);
  return sizes as readonly number[];
}

/**
 * Blurs some images while training, all by the same Gaussian filter. Beyond the borders stand zeros, so that blurred images are darker
 * there.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output of the same shape, in floats. With the same seed the numbers
 * are those of Keras on JAX.
 *
 * @param options See {@link RandomGaussianBlurOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `factor` or `sigma` is out of bounds, `kernelSize` is not odd, or `valueRange` is no range.
 * @see `keras.layers.RandomGaussianBlur`
 * @example
 * const blur = new layers.RandomGaussianBlur({ kernelSize: 5, seed: 1 });
 * blur(ops.ones([8, 32, 32, 3]), { training: true }).shape // [8, 32, 32, 3]
 */
export class RandomGaussianBlur extends BaseImagePreprocessingLayer<Blur> {
  readonly factor: Range;
  readonly kernelSize: readonly number[];
  readonly sigma: Range;
  readonly valueRange: Range;
  readonly seed: number | null;
  readonly generator: SeedGenerator;

  constructor(options: RandomGaussianBlurOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { factor = 1, kernelSize = 3, sigma = 1, valueRange = [0, 255], seed = null, ...rest } = options;
    super(rest);
    const owner = ownerOf(this);
    this.factor = factorRange(owner, 'factor', factor, { bounds: [0, 1] });
    this.kernelSize = oddSizes(owner, kernelSize);
    this.sigma = factorRange(owner, 'sigma', sigma, { bounds: [0, 1] });
    this.valueRange = valueRangeOf(owner, valueRange);
    this.seed = seed;
    this.generator = new SeedGenerator({ seed });
  }

  override getRandomTransformation(
    data: ImageData,
    { training = true, seed = null }: RandomTransformationOptions = {},
  ): Blur | null {
    if (!training) return null;
    const generator = seed ?? this.generator;
    const shouldApplyBlur = this.drawChoice(this.sizesOf(imagesOf(data)).batch, this.factor, generator);
    return { shouldApplyBlur, blurFactor: ops.add(this.draw([2], this.sigma, generator, this.computeDtype), 1e-6) };
  }

  override transformImages(
    images: Tensor,
    transformation: Blur | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    const floats = ops.cast(images, this.computeDtype);
    if (!training || transformation === null) return floats;
    const { kernelSize, dataFormat } = this;
    const blurred = ops.image.gaussianBlur(floats, { kernelSize, sigma: transformation.blurFactor, dataFormat });
    const chosen = ops.reshape(transformation.shouldApplyBlur, [-1, 1, 1, 1]);
    return ops.clip(ops.where(chosen, blurred, floats), ...this.valueRange);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      factor: this.factor,
      kernel_size: this.kernelSize,
      sigma: this.sigma,
      value_range: this.valueRange,
      seed: this.seed,
    };
  }
}
