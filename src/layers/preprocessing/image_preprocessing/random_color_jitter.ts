/** @file `RandomColorJitter`: changes brightness, contrast, saturation and hue of images, one after the other. */
import { checkedOptions } from '../../../core/arguments.js';
import type { Config } from '../../../core/serialization.js';
import * as ops from '../../../ops/index.js';
import { SeedGenerator } from '../../../random/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { ownerOf } from '../../arguments.js';
import type { TransformOptions } from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer } from './base_image_preprocessing_layer.js';
import type { Factor, Range } from './factors.js';
import { valueRangeOf } from './factors.js';
import type { RandomColorOptions } from './base_random_color_layer.js';
import { RandomBrightness } from './random_brightness.js';
import { RandomContrast } from './random_contrast.js';
import { RandomHue } from './random_hue.js';
import { RandomSaturation } from './random_saturation.js';

/** Options of `new RandomColorJitter(options)`. Each of the four is left out where its factor is null, the default. */
export interface RandomColorJitterOptions extends RandomColorOptions {
  /** As `factor` of `RandomBrightness`. */
  readonly brightnessFactor?: Factor | null;
  /** As `factor` of `RandomContrast`. */
  readonly contrastFactor?: Factor | null;
  /** As `factor` of `RandomSaturation`. */
  readonly saturationFactor?: Factor | null;
  /** As `factor` of `RandomHue`. */
  readonly hueFactor?: Factor | null;
}

/**
 * Changes brightness, contrast, saturation and hue of each image at random while training, in this order.
 *
 * Input (batch, rows, columns, 3) or one image, of any dtype; output of the same shape, in floats. With the same seed the numbers are
 * those of Keras on JAX.
 *
 * @param options See {@link RandomColorJitterOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} A factor is out of bounds, `valueRange` is no range, or there are not three channels.
 * @see `keras.layers.RandomColorJitter`
 * @example
 * const jitter = new layers.RandomColorJitter({ brightnessFactor: 0.2, hueFactor: 0.1, seed: 1 });
 * jitter(ops.ones([2, 8, 8, 3]), { training: true }).shape // [2, 8, 8, 3]
 */
export class RandomColorJitter extends BaseImagePreprocessingLayer {
  readonly valueRange: Range;
  readonly brightnessFactor: Factor | null;
  readonly contrastFactor: Factor | null;
  readonly saturationFactor: Factor | null;
  readonly hueFactor: Factor | null;
  readonly seed: number | null;
  readonly generator: SeedGenerator;
  readonly randomBrightness: RandomBrightness | null;
  readonly randomContrast: RandomContrast | null;
  readonly randomSaturation: RandomSaturation | null;
  readonly randomHue: RandomHue | null;

  constructor(options: RandomColorJitterOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const {
      valueRange: values = [0, 255],
      brightnessFactor = null,
      contrastFactor = null,
      saturationFactor = null,
      hueFactor = null,
      seed = null,
      ...rest
    } = options;
    super(rest);
    const valueRange = valueRangeOf(ownerOf(this), values);
    this.valueRange = valueRange;
    this.brightnessFactor = brightnessFactor;
    this.contrastFactor = contrastFactor;
    this.saturationFactor = saturationFactor;
    this.hueFactor = hueFactor;
    this.seed = seed;
    this.generator = new SeedGenerator({ seed });
    // Keras: the layers inside take the global data format and dtype; here, those of this one.
    const inner = { valueRange, seed, dataFormat: this.dataFormat, dtype: this.dtypePolicy };
    this.randomBrightness = brightnessFactor === null ? null : new RandomBrightness(brightnessFactor, inner);
    this.randomContrast = contrastFactor === null ? null : new RandomContrast(contrastFactor, inner);
    this.randomSaturation = saturationFactor === null ? null : new RandomSaturation(saturationFactor, inner);
    this.randomHue = hueFactor === null ? null : new RandomHue(hueFactor, inner);
  }

  override transformImages(
    images: Tensor,
    _transformation: unknown,
    { training = true }: TransformOptions = {},
  ): Tensor {
    if (!training) return images;
    const changes = [this.randomBrightness, this.randomContrast, this.randomSaturation, this.randomHue];
    return changes.reduce<Tensor>(
      (x, layer) => {
        if (layer === null) return x;
        const each: BaseImagePreprocessingLayer = layer;
        return each.transformImages(x, each.getRandomTransformation(x, { seed: this.generator }));
      },
      ops.cast(images, this.computeDtype),
    );
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      value_range: this.valueRange,
      brightness_factor: this.brightnessFactor,
      contrast_factor: this.contrastFactor,
      saturation_factor: this.saturationFactor,
      hue_factor: this.hueFactor,
      seed: this.seed,
    };
  }
}
