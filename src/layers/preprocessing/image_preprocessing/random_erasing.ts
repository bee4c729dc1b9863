/** @file `RandomErasing`: paints over a rectangle of images. */
import { checkedOptions } from '../../../core/arguments.js';
import { quote } from '../../../core/describe.js';
import { ValueError } from '../../../core/errors.js';
import type { Config } from '../../../core/serialization.js';
import * as ops from '../../../ops/index.js';
import * as random from '../../../random/index.js';
import { SeedGenerator } from '../../../random/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { tensor } from '../../../runtime/index.js';
import { ownerOf } from '../../arguments.js';
import type { ImageData, RandomTransformationOptions, TransformOptions } from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer, imagesOf } from './base_image_preprocessing_layer.js';
import type { Factor, Range } from './factors.js';
import { factorRange, valueRangeOf } from './factors.js';
import type { RandomColorOptions } from './base_random_color_layer.js';
import { drawStretch, insideOf } from './rectangles.js';

/** Options of `new RandomErasing(options)`. */
export interface RandomErasingOptions extends RandomColorOptions {
  /** Between which numbers the probability is drawn: [0, f] for a number f, or [least, greatest], in [0, 1]. Default 1. */
  readonly factor?: Factor;
  /** Between which parts of an image the area of the rectangle is drawn, in [0, 1]. Default [0.02, 0.33]. */
  readonly scale?: Factor;
  /** What is painted: a number, three numbers (one for each channel), or null, the default: noise. */
  readonly fillValue?: number | readonly number[] | null;
}

/** What `RandomErasing` draws. */
export interface Erasing {
  /** Bool, (batch,). */
  readonly applyErasing: Tensor;
  /** Bool, which pixels are painted over, in a shape that spreads over the images. */
  readonly batchMasks: Tensor;
  readonly fillValue: Tensor;
}

/**
 * Paints over a random rectangle of some images while training. Masks and boxes stay as they are.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output of the same shape, in floats. With the same seed the numbers
 * are those of Keras on JAX.
 *
 * @param options See {@link RandomErasingOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `factor` or `scale` is out of bounds, `fillValue` is none, or `valueRange` is no range.
 * @see `keras.layers.RandomErasing`; Zhong et al. 2017, "Random Erasing Data Augmentation"
 * @example
 * const erasing = new layers.RandomErasing({ fillValue: 0, seed: 1 });
 * erasing(ops.ones([2, 8, 8, 3]), { training: true }).shape // [2, 8, 8, 3]
 */
export class RandomErasing extends BaseImagePreprocessingLayer<Erasing> {
  readonly factor: Range;
  readonly scale: Range;
  readonly fillValue: number | readonly number[] | null;
  readonly valueRange: Range;
  readonly seed: number | null;
  readonly generator: SeedGenerator;

  constructor(options: RandomErasingOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { factor = 1, scale = [0.02, 0.33], fillValue = null, valueRange = [0, 255], seed = null, ...rest } = options;
    super(rest);
    const owner = ownerOf(this);
    this.factor = factorRange(owner, 'factor', factor, { bounds: [0, 1] });
    this.scale = factorRange(owner, 'scale', scale, { bounds: [0, 1] });
    if (fillValue !== null && typeof fillValue !== 'number' && fillValue.length !== 3) {
      throw new ValueError(
        `${owner}: fillValue=${quote(fillValue)}. Expected a number, three numbers (one for each channel), or null for noise.`,
      );
    }
    this.fillValue = fillValue;
    this.valueRange = valueRangeOf(owner, valueRange);
    this.seed = seed;
    this.generator = new SeedGenerator({ seed });
  }

  override getRandomTransformation(
    data: ImageData,
    { training = true, seed = null }: RandomTransformationOptions = {},
  ): Erasing | null {
    if (!training) return null;
    const images = imagesOf(data);
    const { batch, height, width } = this.sizesOf(images);
    const generator = seed ?? this.generator;
    const dtype = this.computeDtype;
    const part = ops.sqrt(this.draw([batch, 2], this.scale, generator, dtype));
    const [across, down] = ops.unstack(part, { axis: 1 });
    const columns = drawStretch(width, across, generator, dtype);
    const rows = drawStretch(height, down, generator, dtype);
    const batchMasks = insideOf({ columns, rows }, [height, width], this.dataFormat === 'channels_first', dtype);
    const applyErasing = this.drawChoice(batch, this.factor, generator);
    return { applyErasing, batchMasks, fillValue: ops.clip(this.#fill(images, generator), ...this.valueRange) };
  }

  #fill({ shape }: Tensor, seed: SeedGenerator): Tensor {
    const { fillValue, computeDtype: dtype } = this;
    if (fillValue === null) return ops.multiply(random.normal([...shape], { dtype, seed }), this.valueRange[1]);
    if (typeof fillValue === 'number') return tensor(fillValue, [], dtype);
    return tensor(fillValue, this.dataFormat === 'channels_first' ? [3, 1, 1] : [3], dtype);
  }

  override transformImages(
    images: Tensor,
    transformation: Erasing | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    const floats = ops.cast(images, this.computeDtype);
    if (!training || transformation === null) return floats;
    const { applyErasing, batchMasks, fillValue } = transformation;
    const painted = ops.logicalAnd(batchMasks, ops.reshape(applyErasing, [-1, 1, 1, 1]));
    return ops.where(painted, fillValue, floats);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      factor: this.factor,
      scale: this.scale,
      fill_value: this.fillValue,
      value_range: this.valueRange,
      seed: this.seed,
    };
  }
}
