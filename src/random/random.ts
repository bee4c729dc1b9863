/** @file The functions of `keras.random`. With the same seed they give the numbers that Keras gives on JAX. */
import { checked } from '../core/arguments.js';
import { floatx } from '../core/config.js';
import type { DType } from '../core/dtype.js';
import { dtypeInfo, isFloat, isInteger, limits, standardizeDType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import type { PartialShape, Shape } from '../core/shape.js';
import { formatShape, normalizeAxis } from '../core/shape.js';
import * as lax from '../graph/lax.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { tensorApplier, toTensor } from '../runtime/index.js';
import { bitsOf, normalOf, splitKey, truncatedNormalOf, uniformOf } from './bits.js';
import { isDrawnNow, scaled } from './draws.js';
import type { Seed } from './seed_generator.js';
import { drawSeed } from './seed_generator.js';

/** Options of every random function. */
export interface RandomOptions {
  /** A whole number (the same numbers at each call), a SeedGenerator (others at each call), or null: the process's generator. */
  readonly seed?: Seed;
}

/** Options of what gives floats. */
export interface RandomFloatOptions extends RandomOptions {
  /** Default: `floatx()`. */
  readonly dtype?: DType | null;
}

/** The float dtype that is asked for. @throws {ValueError} It is none. */
export function floatTypeOf(dtype: DType | null | undefined, owner: string): DType {
  const type = standardizeDType(dtype ?? floatx(), owner);
  if (!isFloat(type)) throw new ValueError(`${owner}: dtype=${type}. Expected a float dtype.`);
  return type;
}

function moved(sample: Tensor, mean: TensorLike, stddev: TensorLike): Tensor {
  if (typeof mean === 'number' && typeof stddev === 'number' && isDrawnNow(sample.dtype, sample.shape))
    return scaled(sample, stddev, mean);
  const like = (x: TensorLike): Tensor => lax.broadcastTo(toTensor(x, sample.dtype), sample.shape);
  return lax.add(lax.mul(sample, like(stddev)), like(mean));
}

/** Options of `normal` and `truncatedNormal`. */
export interface NormalOptions extends RandomFloatOptions {
  /** Default 0. */
  readonly mean?: TensorLike;
  /** Default 1. */
  readonly stddev?: TensorLike;
}

/**
 * Normally distributed floats.
 *
 * @param shape The sizes of the axes.
 * @param options `mean`: default 0. `stddev`: default 1. `dtype`: default `floatx()`. `seed`: a whole number, a SeedGenerator, or null
 *   (the default): the process's generator.
 * @returns A tensor of that shape.
 * @throws {ValueError} The dtype is no float dtype, or the seed is none.
 * @see `keras.random.normal`
 * @example
 * random.normal([2, 3], { seed: 1 }).shape // [2, 3]
 */
export const normal = checked(
  'normal',
  (shape: Shape, { mean = 0, stddev = 1, dtype, seed }: NormalOptions = {}): Tensor => {
    return moved(normalOf(drawSeed(seed, 'normal'), shape, floatTypeOf(dtype, 'normal')), mean, stddev);
  },
);

/**
 * Normally distributed floats, those beyond two deviations drawn again.
 *
 * @param shape The sizes of the axes.
 * @param options `mean`: default 0. `stddev`: default 1. `dtype`: default `floatx()`. `seed`: a whole number, a SeedGenerator, or null
 *   (the default): the process's generator.
 * @returns A tensor of that shape.
 * @throws {ValueError} The dtype is no float dtype, or the seed is none.
 * @see `keras.random.truncated_normal`
 * @example
 * random.truncatedNormal([2, 3], { seed: 1 }).shape // [2, 3]
 */
export const truncatedNormal = checked(
  'truncatedNormal',
  (shape: Shape, { mean = 0, stddev = 1, dtype, seed }: NormalOptions = {}): Tensor => {
    const key = drawSeed(seed, 'truncated_normal');
    return moved(truncatedNormalOf(key, shape, floatTypeOf(dtype, 'truncated_normal')), mean, stddev);
  },
);

/** Options of `uniform`. */
export interface UniformOptions extends RandomFloatOptions {
  /** Default 0. */
  readonly minval?: number;
  /** Not drawn itself. Default 1. */
  readonly maxval?: number;
}

/**
 * Floats in [minval, maxval), all as likely.
 *
 * @param shape The sizes of the axes.
 * @param options `minval`: default 0. `maxval`: default 1. `dtype`: default `floatx()`. `seed`: a whole number, a SeedGenerator, or null
 *   (the default): the process's generator.
 * @returns A tensor of that shape.
 * @throws {ValueError} The dtype is no float dtype, or the seed is none.
 * @see `keras.random.uniform`
 * @example
 * random.uniform([2, 3], { minval: -1, seed: 1 }).shape // [2, 3]
 */
export const uniform = checked(
  'uniform',
  (shape: Shape, { minval = 0, maxval = 1, dtype, seed }: UniformOptions = {}): Tensor => {
    return uniformOf(drawSeed(seed, 'uniform'), shape, floatTypeOf(dtype, 'uniform'), minval, maxval);
  },
);

/** Options of what gives integers. */
export interface RandomIntOptions extends RandomOptions {
  /** Default `'int32'`. */
  readonly dtype?: DType;
}

/**
 * Whole numbers in [minval, maxval), all as likely.
 *
 * @param shape The sizes of the axes.
 * @param minval The least number.
 * @param maxval The end, which is not reached.
 * @param options `dtype`: default `'int32'`. `seed`: a whole number, a SeedGenerator, or null (the default): the process's generator.
 * @returns A tensor of that shape.
 * @throws {ValueError} dtype is no integer of up to 32 bits.
 * @see `keras.random.randint`
 * @example
 * random.randint([3], 5, 6, { seed: 1 }) // [5, 5, 5]
 */
export const randint = checked(
  'randint',
  (shape: Shape, minval: number, maxval: number, { dtype = 'int32', seed }: RandomIntOptions = {}): Tensor => {
    const type = standardizeDType(dtype, 'randint');
    if (!isInteger(type)) throw new ValueError(`randint: dtype=${type}. Expected an integer dtype.`);
    // 8 and 16 bits are drawn as 32 and then cut, as JAX does: fewer would favour some numbers.
    const range = limits(dtypeInfo(type).bits > 32 ? 'int32' : type);
    const narrow = dtypeInfo(type).bits < 32;
    const clip = (x: number, more: number): number => Math.max(range.min, Math.min(range.max + more, Math.trunc(x)));
    const [low, high] = [clip(minval, 0), clip(maxval, narrow ? 1 : 0)];
    // One more when the upper end does not fit the dtype, as in randint(0, 2³², uint32). A span of 2³² wraps to 0: no remainder then.
    const span = high <= low ? 1 : (high - low + (!narrow && maxval > range.max ? 1 : 0)) % 2 ** 32;
    const half = span === 0 ? 0 : 2 ** 16 % span;
    const multiplier = span === 0 ? 0 : Number(((BigInt(half) * BigInt(half)) % 2n ** 32n) % BigInt(span));
    const [k1, k2] = splitKey(drawSeed(seed, 'randint'));
    const [upper, lower] = [bitsOf(k1, shape, 32), bitsOf(k2, shape, 32)];
    const word = (x: number): Tensor => lax.full(tensorApplier, shape, x, 'uint32');
    const rem = (x: Tensor): Tensor => (span === 0 ? x : lax.rem(x, word(span)));
    const offset = rem(lax.add(lax.mul(rem(upper), word(multiplier)), rem(lower)));
    const from = lax.full(tensorApplier, shape, low >>> 0, 'uint32');
    return lax.convert(lax.bitcast(lax.add(offset, from), 'int32'), type);
  },
);

/**
 * Classes drawn with probabilities softmax(logits).
 *
 * @param logits (batch, classes).
 * @param numSamples How many classes are drawn for each row.
 * @param options `seed`: a whole number, a SeedGenerator, or null (the default): the process's generator. `dtype`: default `'int32'`.
 * @returns (batch, numSamples).
 * @throws {ValueError} `logits` is no matrix.
 * @see `keras.random.categorical`
 * @example
 * random.categorical([[0, 100], [100, 0]], 2, { seed: 1 }) // [[1, 1], [0, 0]]
 */
export const categorical = checked(
  'categorical',
  (logits: TensorLike, numSamples: number, { dtype = 'int32', seed }: RandomIntOptions = {}): Tensor => {
    const scores = toTensor(logits, null, 'categorical');
    if (scores.ndim !== 2)
      throw new ValueError(`categorical: logits of shape ${formatShape(scores.shape)}. Expected (batch, classes).`);
    const [batch, classes] = scores.shape;
    const shape = [batch, classes, numSamples];
    const type = isFloat(scores.dtype) ? scores.dtype : floatx();
    const tiny = 1.1754943508222875e-38;
    const u = uniformOf(drawSeed(seed, 'categorical'), [batch, numSamples, classes], type, tiny, 1);
    // Gumbel-max: the class of the greatest score plus Gumbel noise. JAX draws the noise with the classes as the axis after `batch`.
    const noise = lax.neg(lax.log(lax.neg(lax.log(lax.reshape(u, shape)))));
    const summed = lax.add(noise, lax.broadcastInDim(lax.convert(scores, type), shape, [0, 1]));
    return lax.convert(lax.argMax(summed, 1), standardizeDType(dtype, 'categorical'));
  },
);

/** Options of `dropout`. */
export interface DropoutOptions extends RandomOptions {
  /** Shape of the mask, which is repeated over axes of size 1; null takes the input's size. Default: the input's shape. */
  readonly noiseShape?: PartialShape | null;
}

/**
 * Zero a part `rate` of the elements, and divide the others by 1 − rate.
 *
 * @param inputs Any shape, of a float dtype.
 * @param rate The part that is set to 0, in [0, 1).
 * @param options `noiseShape`: the shape in which is drawn, broadcast to the inputs; default their shape. `seed`: a whole number, a
 *   SeedGenerator, or null (the default): the process's generator.
 * @returns The shape and dtype of `inputs`.
 * @see `keras.random.dropout`
 * @example
 * random.dropout(ops.ones([2, 3]), 0.5, { seed: 1 }).shape // [2, 3]
 */
export const dropout = checked(
  'dropout',
  (inputs: TensorLike, rate: number, { noiseShape, seed }: DropoutOptions = {}): Tensor => {
    const x = toTensor(inputs, null, 'dropout');
    if (rate === 1) return lax.zerosLike(x);
    if (rate === 0) return x;
    const keep = 1 - rate;
    const shape = noiseShape ? noiseShape.map((dim, i) => dim ?? x.shape[i]) : x.shape;
    const u = uniformOf(drawSeed(seed, 'dropout'), shape, 'float32', 0, 1);
    const mask = ops.broadcastTo(lax.lt(u, lax.fullLike(u, keep)), x.shape);
    return lax.select(mask, lax.div(x, lax.fullLike(x, keep)), lax.zerosLike(x));
  },
);

/** Options of `shuffle`. */
export interface ShuffleOptions extends RandomOptions {
  /** The axis along which elements change places. Default 0. */
  readonly axis?: number;
}

/**
 * The elements in random order along an axis, each line of them in an order of its own.
 *
 * @param x Any shape and dtype, at least one axis.
 * @param options `axis`: default 0. `seed`: a whole number, a SeedGenerator, or null (the default): the process's generator.
 * @returns The shape and dtype of `x`.
 * @throws {ValueError} The axis does not exist, or the seed is none.
 * @see `keras.random.shuffle`
 * @example
 * random.shuffle([7, 7, 7], { seed: 1 }) // [7, 7, 7]
 */
export const shuffle = checked('shuffle', (x: TensorLike, { axis = 0, seed }: ShuffleOptions = {}): Tensor => {
  let t = toTensor(x, null, 'shuffle');
  const along = normalizeAxis(axis, t.ndim, 'shuffle');
  let key = drawSeed(seed, 'shuffle');
  // Sorting by random keys, often enough that no two elements keep equal keys: 3 ln(size) / ln(2^32 − 1) rounds, as in XLA.
  const rounds = Math.ceil((3 * Math.log(Math.max(1, t.size))) / Math.log(0xffffffff));
  for (let i = 0; i < rounds; i++) {
    const [next, own] = splitKey(key);
    key = next;
    t = ops.takeAlongAxis(t, lax.argSort(bitsOf(own, t.shape, 32), along), { axis: along });
  }
  return t;
});
