/** @file `Solarization`: inverts the bright pixels of images. */
import { checkedOptions } from '../../../core/arguments.js';
import type { Config } from '../../../core/serialization.js';
import * as ops from '../../../ops/index.js';
import { SeedGenerator } from '../../../random/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { ownerOf } from '../../arguments.js';
import type { ImageData, RandomTransformationOptions, TransformOptions } from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer, imagesOf, intoRange } from './base_image_preprocessing_layer.js';
import type { Factor, Range } from './factors.js';
import { factorRange, fromZero, valueRangeOf } from './factors.js';
import type { RandomColorOptions } from './base_random_color_layer.js';

const BYTE: Range = [0, 255];

/** Options of `new Solarization(options)`. */
export interface SolarizationOptions extends RandomColorOptions {
  /** Between which parts of the range of values is drawn what is added to all pixels: [0, f] for a number f. In [0, 1]. Default 0. */
  readonly additionFactor?: Factor;
  /** Between which parts of the range of values the threshold is drawn: [0, f] for a number f. In [0, 1]. Default 0. */
  readonly thresholdFactor?: Factor;
}

/** What `Solarization` draws, in bytes. */
export interface SolarizationChange {
  readonly additions: Tensor;
  readonly thresholds: Tensor;
}

/**
 * Adds a random number to all pixels of an image while training, and inverts those that then are not below a random threshold.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output of the same shape, in floats. With the same seed the numbers
 * are those of Keras on JAX.
 *
 * @param options See {@link SolarizationOptions}. As in Keras 3.15.1 the least numbers of the two factors are taken in bytes, the greatest
 *   in parts of 255.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} A factor is out of bounds, or `valueRange` is no range.
 * @see `keras.layers.Solarization`
 * @example
 * const solarization = new layers.Solarization({ valueRange: [0, 1] });
 * solarization([[[0.25]]], { training: true }) // [[[0.75]]]
 */
export class Solarization extends BaseImagePreprocessingLayer<SolarizationChange> {
  readonly additionFactor: Range;
  readonly thresholdFactor: Range;
  readonly valueRange: Range;
  readonly seed: number | null;
  readonly generator: SeedGenerator;

  constructor(options: SolarizationOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { additionFactor = 0, thresholdFactor = 0, valueRange = BYTE, seed = null, ...rest } = options;
    super(rest);
    this.seed = seed;
    this.generator = new SeedGenerator({ seed });
    const rule = { bounds: [0, 1] as const, fromNumber: fromZero };
    this.additionFactor = factorRange(ownerOf(this), 'additionFactor', additionFactor, rule);
    this.thresholdFactor = factorRange(ownerOf(this), 'thresholdFactor', thresholdFactor, rule);
    this.valueRange = valueRangeOf(ownerOf(this), valueRange);
  }

  override getRandomTransformation(
    data: ImageData,
    { training = true, seed = null }: RandomTransformationOptions = {},
  ): SolarizationChange | null {
    if (!training) return null;
    const shape = this.shapePerImage(imagesOf(data));
    const drawn = ([least, greatest]: Range): Tensor =>
      this.draw(shape, [least, greatest * 255], seed ?? this.generator, this.computeDtype);
    return { additions: drawn(this.additionFactor), thresholds: drawn(this.thresholdFactor) };
  }

  override transformImages(
    given: Tensor,
    transformation: SolarizationChange | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    const { computeDtype: dtype, valueRange } = this;
    const images = ops.cast(given, dtype);
    if (!training || transformation === null) return images;
    const raised = ops.clip(ops.add(intoRange(images, valueRange, BYTE, dtype), transformation.additions), 0, 255);
    const isDark = ops.less(raised, transformation.thresholds);
    return intoRange(ops.where(isDark, raised, ops.subtract(255, raised)), BYTE, valueRange, dtype);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      value_range: this.valueRange,
      addition_factor: this.additionFactor,
      threshold_factor: this.thresholdFactor,
      seed: this.seed,
    };
  }
}
