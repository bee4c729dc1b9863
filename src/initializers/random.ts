/** @file Initializers that draw from a distribution given by its own numbers. */
import { checkedOptions } from '../core/arguments.js';
import type { DType } from '../core/dtype.js';
import { refuseUnknownOptions } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import type { Shape } from '../core/shape.js';
import * as random from '../random/index.js';
import type { Tensor } from '../runtime/index.js';
import type { RandomInitializerOptions } from './initializer.js';
import { RandomInitializer } from './initializer.js';

/** Options of `RandomNormal` and `TruncatedNormal`. */
export interface RandomNormalOptions extends RandomInitializerOptions {
  /** Default 0. */
  readonly mean?: number;
  /** Default 0.05. */
  readonly stddev?: number;
}

/**
 * Numbers of a normal distribution.
 *
 * @param mean The mean; may stand in `options`. Default 0.
 * @param options See {@link RandomNormalOptions}.
 * @param stddev The standard deviation; may stand in `options`. Default 0.05.
 * @throws {ValueError} The seed is no whole number and no SeedGenerator.
 * @see `keras.initializers.RandomNormal`
 * @example
 * new initializers.RandomNormal({ stddev: 0.1, seed: 1 })([3, 2]).shape // [3, 2]
 */
export class RandomNormal extends RandomInitializer {
  static readonly positional = [];
  readonly mean: number;
  readonly stddev: number;
  constructor(mean: number, options?: RandomNormalOptions);
  constructor(mean: number, stddev: number, options?: RandomNormalOptions);
  constructor(options?: RandomNormalOptions);
  constructor(first?: RandomNormalOptions | number, ..._more: unknown[]) {
    const options = checkedOptions<RandomNormalOptions>(new.target, first, arguments, 0);
    const { mean = 0, stddev = 0.05, seed, ...rest } = options;
    super({ seed }, 'RandomNormal');
    refuseUnknownOptions('RandomNormal', rest, ['mean', 'stddev', 'seed']);
    [this.mean, this.stddev] = [mean, stddev];
  }
  override call(shape: Shape, { dtype }: { readonly dtype: DType }): Tensor {
    return random.normal(shape, { mean: this.mean, stddev: this.stddev, seed: this.seed, dtype });
  }
  override getConfig(): Config {
    return { ...super.getConfig(), mean: this.mean, stddev: this.stddev };
  }
}

/**
 * Numbers of a normal distribution, none of them beyond two deviations.
 *
 * @param mean The mean; may stand in `options`. Default 0.
 * @param options See {@link RandomNormalOptions}.
 * @param stddev The standard deviation; may stand in `options`. Default 0.05.
 * @throws {ValueError} The seed is no whole number and no SeedGenerator.
 * @see `keras.initializers.TruncatedNormal`
 * @example
 * new initializers.TruncatedNormal({ stddev: 0.1, seed: 1 })([3, 2]).shape // [3, 2]
 */
export class TruncatedNormal extends RandomInitializer {
  static readonly positional = [];
  readonly mean: number;
  readonly stddev: number;
  constructor(mean: number, options?: RandomNormalOptions);
  constructor(mean: number, stddev: number, options?: RandomNormalOptions);
  constructor(options?: RandomNormalOptions);
  constructor(first?: RandomNormalOptions | number, ..._more: unknown[]) {
    const options = checkedOptions<RandomNormalOptions>(new.target, first, arguments, 0);
    const { mean = 0, stddev = 0.05, seed, ...rest } = options;
    super({ seed }, 'TruncatedNormal');
    refuseUnknownOptions('TruncatedNormal', rest, ['mean', 'stddev', 'seed']);
    [this.mean, this.stddev] = [mean, stddev];
  }
  override call(shape: Shape, { dtype }: { readonly dtype: DType }): Tensor {
    return random.truncatedNormal(shape, { mean: this.mean, stddev: this.stddev, seed: this.seed, dtype });
  }
  override getConfig(): Config {
    return { ...super.getConfig(), mean: this.mean, stddev: this.stddev };
  }
}

/** Options of `RandomUniform`. */
export interface RandomUniformOptions extends RandomInitializerOptions {
  /** Default −0.05. */
  readonly minval?: number;
  /** Default 0.05. */
  readonly maxval?: number;
}

/**
 * Numbers between two bounds, all as likely.
 *
 * @param minval The lower bound; may stand in `options`. Default −0.05.
 * @param options See {@link RandomUniformOptions}.
 * @param maxval The upper bound; may stand in `options`. Default 0.05.
 * @throws {ValueError} The seed is no whole number and no SeedGenerator.
 * @see `keras.initializers.RandomUniform`
 * @example
 * new initializers.RandomUniform({ minval: 0, maxval: 1, seed: 1 })([3, 2]).shape // [3, 2]
 */
export class RandomUniform extends RandomInitializer {
  static readonly positional = [];
  readonly minval: number;
  readonly maxval: number;
  constructor(minval: number, options?: RandomUniformOptions);
  constructor(minval: number, maxval: number, options?: RandomUniformOptions);
  constructor(options?: RandomUniformOptions);
  constructor(first?: RandomUniformOptions | number, ..._more: unknown[]) {
    const options = checkedOptions<RandomUniformOptions>(new.target, first, arguments, 0);
    const { minval = -0.05, maxval = 0.05, seed, ...rest } = options;
    super({ seed }, 'RandomUniform');
    refuseUnknownOptions('RandomUniform', rest, ['minval', 'maxval', 'seed']);
    [this.minval, this.maxval] = [minval, maxval];
  }
  override call(shape: Shape, { dtype }: { readonly dtype: DType }): Tensor {
    return random.uniform(shape, { minval: this.minval, maxval: this.maxval, seed: this.seed, dtype });
  }
  override getConfig(): Config {
    return { ...super.getConfig(), minval: this.minval, maxval: this.maxval };
  }
}
