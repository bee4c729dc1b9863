/** @file The base of layers that change colours by a factor drawn from a range. */
import type { Config } from '../../../core/serialization.js';
import { SeedGenerator } from '../../../random/index.js';
import { ownerOf } from '../../arguments.js';
import type { RandomImageOptions } from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer } from './base_image_preprocessing_layer.js';
import type { Factor, Range } from './factors.js';
import { factorRange, valueRangeOf } from './factors.js';

/** Options of layers that draw random numbers and must know which values pixels take. */
export interface RandomColorOptions extends RandomImageOptions {
  /** The values of the darkest and the brightest pixels. Default [0, 255]. */
  readonly valueRange?: readonly number[];
}

/** Draws from `factor`; `T` is what a call draws. */
export abstract class BaseRandomColorLayer<T> extends BaseImagePreprocessingLayer<T> {
  static readonly positional = ['factor'];
  readonly factor: Range;
  readonly valueRange: Range;
  readonly seed: number | null;
  readonly generator: SeedGenerator;

  /** @param bounds Within which the factor must lie. */
  constructor(bounds: Range, factor: Factor, options: RandomColorOptions) {
    const { valueRange = [0, 255], seed = null, ...rest } = options;
    super(rest);
    this.factor = factorRange(ownerOf(this), 'factor', factor, { bounds });
    this.valueRange = valueRangeOf(ownerOf(this), valueRange);
    this.seed = seed;
    this.generator = new SeedGenerator({ seed });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), factor: this.factor, value_range: this.valueRange, seed: this.seed };
  }
}
