/** @file Random numbers, and variables of them, as Keras 2's backend made them. Numbers are those of `random`, not TensorFlow's. */
import { checked } from '../../core/arguments.js';
import { floatx } from '../../core/config.js';
import type { DType } from '../../core/dtype.js';
import { TypeError } from '../../core/errors.js';
import * as ops from '../../ops/index.js';
import * as random from '../../random/index.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { isKerasTensor, Variable } from '../../runtime/index.js';

/**
 * Zero a part of the numbers, and divide the others by what is left.
 *
 * @param x A tensor of floats.
 * @param level The part that is set to 0, in [0, 1).
 * @param options `noiseShape`: the shape in which is drawn; default that of `x`. `seed`: default null.
 * @returns The shape of `x`.
 * @throws {ValueError} The part is not in [0, 1).
 * @throws {TypeError} `x` is symbolic: `layers.Dropout` is for models.
 * @see `K.dropout` of Keras 2; `random.dropout`
 * @example
 * backend.dropout(ops.ones([2, 3]), 0.5, { seed: 1 }).shape // [2, 3]
 */
export const dropout = checked(
  'dropout',
  (
    x: TensorLike,
    level: number,
    {
      noiseShape = null,
      seed = null,
    }: { readonly noiseShape?: readonly (number | null)[] | null; readonly seed?: number | null } = {},
  ): Tensor => {
    if (isKerasTensor(x))
      throw new TypeError(
        `dropout: x is a symbolic tensor of a model. Use new layers.Dropout(${level}), which drops anew at each step of training.`,
      );
    return random.dropout(x, level, { noiseShape, seed });
  },
);

/** Options of `randomBernoulli`. */
export interface BernoulliOptions {
  /** How likely a 1 is. Default 0. */
  readonly p?: number;
  /** Default `config.floatx()`. */
  readonly dtype?: DType | null;
  /** Default null: another one each time. */
  readonly seed?: number | null;
}

/**
 * Ones with probability `p`, else zeros.
 *
 * @param shape A list of sizes.
 * @param options See {@link BernoulliOptions}.
 * @returns A tensor of the shape.
 * @see `K.random_bernoulli` of Keras 2; `random.binomial`
 * @example
 * backend.randomBernoulli([2, 3], { p: 1 }) // [[1, 1, 1], [1, 1, 1]]
 */
export const randomBernoulli = checked(
  'randomBernoulli',
  (shape: readonly number[], { p = 0, dtype = null, seed = null }: BernoulliOptions = {}): Tensor =>
    ops.cast(ops.less(random.uniform(shape, { seed }), p), dtype ?? floatx()),
);

/**
 * Ones with probability `p`, else zeros: an older name of `randomBernoulli`.
 *
 * @param shape A list of sizes.
 * @param options See {@link BernoulliOptions}.
 * @returns A tensor of the shape.
 * @see `K.random_binomial` of Keras 2; `random.binomial`
 * @example
 * backend.randomBinomial([2], { p: 0 }) // [0, 0]
 */
export const randomBinomial = checked(
  'randomBinomial',
  (shape: readonly number[], { p = 0, dtype = null, seed = null }: BernoulliOptions = {}): Tensor =>
    randomBernoulli(shape, { p, dtype, seed }),
);

/** Options of variables of random numbers. */
export interface RandomVariableOptions {
  /** Default `config.floatx()`. */
  readonly dtype?: DType | null;
  /** Made up if left out. */
  readonly name?: string | null;
  /** Default null: another one each time. */
  readonly seed?: number | null;
}

const variableOf = (value: Tensor, { dtype = null, name = null }: RandomVariableOptions): Variable =>
  new Variable(value, { dtype: dtype ?? floatx(), ...(name === null ? {} : { name }) });

/**
 * A variable of normally distributed numbers.
 *
 * @param shape A list of sizes.
 * @param mean Their mean.
 * @param scale Their standard deviation.
 * @param options See {@link RandomVariableOptions}.
 * @returns A variable.
 * @see `K.random_normal_variable` of Keras 2; `random.normal`
 * @example
 * backend.randomNormalVariable([2, 3], 0, 1).shape // [2, 3]
 */
export const randomNormalVariable = checked(
  'randomNormalVariable',
  (shape: readonly number[], mean: number, scale: number, options: RandomVariableOptions = {}): Variable =>
    variableOf(random.normal(shape, { mean, stddev: scale, seed: options.seed ?? null }), options),
  ['dtype', 'name', 'seed'],
);

/**
 * A variable of evenly distributed numbers.
 *
 * @param shape A list of sizes.
 * @param low The least.
 * @param high The upper bound.
 * @param options See {@link RandomVariableOptions}.
 * @returns A variable.
 * @see `K.random_uniform_variable` of Keras 2; `random.uniform`
 * @example
 * backend.randomUniformVariable([2, 3], 0, 1).shape // [2, 3]
 */
export const randomUniformVariable = checked(
  'randomUniformVariable',
  (shape: readonly number[], low: number, high: number, options: RandomVariableOptions = {}): Variable =>
    variableOf(random.uniform(shape, { minval: low, maxval: high, seed: options.seed ?? null }), options),
  ['dtype', 'name', 'seed'],
);
