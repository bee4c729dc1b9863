/** @file Gamma, beta and binomial draws of `keras.random`. */
import { checked } from '../core/arguments.js';
import type { DType } from '../core/dtype.js';
import { isFloat } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import type { Shape } from '../core/shape.js';
import { broadcastShapes, formatShape, sameShape, sizeOf } from '../core/shape.js';
import * as lax from '../graph/lax.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { toTensor } from '../runtime/index.js';
import { splitKey } from './bits.js';
import { binomialOf } from './binomial.js';
import { gammaOf } from './gamma.js';
import type { RandomFloatOptions } from './random.js';
import { floatTypeOf } from './random.js';
import { drawSeed } from './seed_generator.js';

/** A parameter as an array of the shape of the draw. @throws {ValueError} It does not fit. */
function parameterOf(owner: string, name: string, x: TensorLike, shape: Shape, dtype: DType): Tensor {
  const t = toTensor(x, null, owner);
  const fits = t.ndim <= shape.length && sameShape(broadcastShapes([t.shape, shape], owner), shape);
  if (!fits)
    throw new ValueError(
      `${owner}: ${name} has shape ${formatShape(t.shape)}, which cannot be repeated to the shape ${formatShape(shape)} of the draw. ` +
        `Give one number, or axes of size 1 or of those sizes.`,
    );
  return lax.broadcastTo(lax.convert(t, dtype), shape);
}

const nothing = (like: Tensor, dtype: DType): Tensor => lax.zerosLike(like, dtype);

/**
 * Gamma-distributed floats of scale 1: the density is proportional to x^(alpha − 1)·e^(−x).
 *
 * The gradient with respect to `alpha` says how a number moves when the probability below it stays (implicit reparameterization).
 *
 * @param shape The sizes of the axes.
 * @param alpha The shape of the distribution, positive: a number, or an array that is broadcast to `shape`. Others give NaN.
 * @param options `dtype`: default `floatx()`. `seed`: a whole number, a SeedGenerator, or null (the default): the process's generator.
 * @returns A tensor of that shape.
 * @throws {ValueError} `alpha` does not fit the shape, the dtype is no float dtype, or the seed is none.
 * @see `keras.random.gamma`; Marsaglia & Tsang 2000, "A simple method for generating gamma variables"
 * @example
 * random.gamma([2, 3], 1.5, { seed: 1 }).shape // [2, 3]
 */
export const gamma = checked(
  'gamma',
  (shape: Shape, alpha: TensorLike, { dtype, seed }: RandomFloatOptions = {}): Tensor => {
    const type = floatTypeOf(dtype, 'gamma');
    const a = parameterOf('gamma', 'alpha', alpha, shape, type);
    const key = drawSeed(seed, 'gamma');
    return sizeOf(shape) === 0 ? nothing(a, type) : gammaOf(key, a, 'linear');
  },
);

/**
 * Beta-distributed floats in [0, 1]: the density is proportional to x^(alpha − 1)·(1 − x)^(beta − 1). Has gradients with respect to both.
 *
 * @param shape The sizes of the axes.
 * @param alpha Positive: a number, or an array that is broadcast to `shape`. Others give NaN.
 * @param beta As `alpha`.
 * @param options `dtype`: default `floatx()`. `seed`: a whole number, a SeedGenerator, or null (the default): the process's generator.
 * @returns A tensor of that shape.
 * @throws {ValueError} `alpha` or `beta` does not fit the shape, the dtype is no float dtype, or the seed is none.
 * @see `keras.random.beta`
 * @example
 * random.beta([4], 2, 5, { seed: 1 }).shape // [4]
 */
export const beta = checked(
  'beta',
  (shape: Shape, alpha: TensorLike, beta: TensorLike, { dtype, seed }: RandomFloatOptions = {}): Tensor => {
    const type = floatTypeOf(dtype, 'beta');
    const a = parameterOf('beta', 'alpha', alpha, shape, type);
    const b = parameterOf('beta', 'beta', beta, shape, type);
    const [keyA, keyB] = splitKey(drawSeed(seed, 'beta'));
    if (sizeOf(shape) === 0) return nothing(a, type);
    // X / (X + Y) of gamma-distributed X and Y, divided by the greater one, so that neither underflows.
    const [x, y] = [gammaOf(keyA, a, 'log'), gammaOf(keyB, b, 'log')];
    const greater = lax.max(x, y);
    const [left, right] = [lax.exp(lax.sub(x, greater)), lax.exp(lax.sub(y, greater))];
    return lax.div(left, lax.add(left, right));
  },
);

/**
 * Binomially distributed counts: how many of `counts` trials succeed, each with the same probability. No gradient flows back.
 *
 * @param shape The sizes of the axes.
 * @param counts Trials: a number, or an array that is broadcast to `shape`. Whole parts count; negative ones give NaN.
 * @param probabilities In [0, 1]: a number, or an array that is broadcast to `shape`. Others give NaN.
 * @param options `dtype`: default `floatx()`. `seed`: a whole number, a SeedGenerator, or null (the default): the process's generator.
 * @returns A tensor of that shape, of whole numbers in a float dtype.
 * @throws {ValueError} `counts` or `probabilities` does not fit the shape, the dtype is no float dtype, or the seed is none.
 * @see `keras.random.binomial`; Hörmann 1993, "The generation of binomial random variates"
 * @example
 * random.binomial([3], 5, 1, { seed: 1 }) // [5, 5, 5]
 */
export const binomial = checked(
  'binomial',
  (shape: Shape, counts: TensorLike, probabilities: TensorLike, { dtype, seed }: RandomFloatOptions = {}): Tensor => {
    const type = floatTypeOf(dtype, 'binomial');
    const given = toTensor(probabilities, null, 'binomial');
    const work = isFloat(given.dtype) ? given.dtype : 'float32';
    const p = parameterOf('binomial', 'probabilities', given, shape, work);
    const n = parameterOf('binomial', 'counts', counts, shape, work);
    const key = drawSeed(seed, 'binomial');
    if (sizeOf(shape) === 0) return nothing(p, type);
    return lax.stopGradient(binomialOf(key, n, p, type));
  },
);
