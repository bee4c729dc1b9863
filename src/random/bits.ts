/** @file Random bits, keys and the basic distributions, as JAX makes them with its default threefry generator. */
import type { DType } from '../core/dtype.js';
import { dtypeInfo } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import type { Shape } from '../core/shape.js';
import { range, sizeOf } from '../core/shape.js';
import * as lax from '../graph/lax.js';
import type { Tensor } from '../runtime/index.js';
import { tensor, tensorApplier } from '../runtime/index.js';
import { drawNormal, drawTruncatedNormal, drawUniform, isDrawnNow } from './draws.js';

/** Two or more independent keys from one. @see `jax.random.split` */
export function splitKey(key: Tensor, count = 2): Tensor[] {
  const word = (i: number): Tensor => lax.reshape(lax.slice(key, [i], [i + 1]), []);
  return range(count).map((i) => {
    const words = lax.threefry2x32(word(0), word(1), lax.zerosLike(word(0)), lax.fullLike(word(0), i));
    return lax.concatenate(
      words.map((w) => lax.reshape(w, [1])),
      0,
    );
  });
}

/** `bits` random bits per element, as uint32. */
export function bitsOf(key: Tensor, shape: Shape, bits: 8 | 16 | 32): Tensor {
  const drawn = lax.randomBits(key, shape);
  return bits === 32 ? drawn : lax.and(drawn, lax.fullLike(drawn, 2 ** bits - 1));
}

const MANTISSA: Partial<Record<DType, number>> = { float16: 10, bfloat16: 7, float32: 23 };

/** The 52 bits of a float64's mantissa, from two draws of 32. */
function joinWords(high: Tensor, low: Tensor): Tensor {
  const [upper, lower] = [high, low].map((word) => lax.convert(word, 'float64'));
  const top = (x: Tensor): Tensor => lax.floor(lax.div(x, lax.fullLike(x, 64)));
  return lax.mul(lax.add(lax.mul(top(upper), lax.fullLike(upper, 2 ** 26)), top(lower)), lax.fullLike(upper, 2 ** -52));
}

/**
 * Floats in [0, 1) from random words: the mantissa is random, so they are multiples of 2^-mantissa.
 *
 * @param words One word for each element; `pair` gives two, where one is too short.
 */
function unitsOf(words: () => Tensor, pair: () => readonly [Tensor, Tensor], dtype: DType): Tensor {
  if (dtype === 'float64') return joinWords(...pair());
  const mantissa = MANTISSA[dtype];
  if (mantissa === undefined) throw new ValueError(`random: ${dtype} is no float dtype.`);
  const width = mantissa < 8 ? 8 : dtypeInfo(dtype).bits;
  const drawn = words();
  const bits = width === 32 ? drawn : lax.and(drawn, lax.fullLike(drawn, 2 ** width - 1));
  const shifted = lax.convert(lax.shiftRightLogical(bits, lax.fullLike(bits, width - mantissa)), 'float32');
  return lax.convert(lax.mul(shifted, lax.fullLike(shifted, 2 ** -mantissa)), dtype);
}

/** Floats in [0, 1), all from one key. */
export function unitFloats(key: Tensor, shape: Shape, dtype: DType): Tensor {
  const bits = (k: Tensor): Tensor => bitsOf(k, shape, 32);
  return unitsOf(
    () => bits(key),
    () => splitKey(key).map(bits) as [Tensor, Tensor],
    dtype,
  );
}

// ---- a key for each element ----

/** Keys as their two words: uint32 arrays of one shape. */
export type Keys = readonly [Tensor, Tensor];

/** For each key the `count` keys that `splitKey` makes of it. */
export function splitKeys([a, b]: Keys, count = 2): Keys[] {
  return range(count).map((i) => lax.threefry2x32(a, b, lax.zerosLike(a), lax.fullLike(a, i)));
}

/** A key for each element of a shape, from one. */
export function keysOf(key: Tensor, shape: Shape): Keys {
  const word = (i: number): Tensor => lax.broadcastTo(lax.reshape(lax.slice(key, [i], [i + 1]), []), shape);
  const places = lax.reshape(lax.iota(tensorApplier, 'uint32', [sizeOf(shape)], 0), shape);
  return lax.threefry2x32(word(0), word(1), lax.zerosLike(places), places);
}

/** A float in [0, 1) from each key. */
export function unitOfEach(keys: Keys, dtype: DType): Tensor {
  const word = ([a, b]: Keys): Tensor => {
    const [x, y] = lax.threefry2x32(a, b, lax.zerosLike(a), lax.zerosLike(a));
    return lax.xor(x, y);
  };
  return unitsOf(
    () => word(keys),
    () => splitKeys(keys).map(word) as [Tensor, Tensor],
    dtype,
  );
}

/** Floats in [low, high). */
export function uniformOf(
  key: Tensor,
  shape: Shape,
  dtype: DType,
  low: Tensor | number,
  high: Tensor | number,
): Tensor {
  if (isDrawnNow(dtype, shape) && typeof low === 'number' && typeof high === 'number')
    return drawUniform(key, shape, low, high);
  const unit = unitFloats(key, shape, dtype);
  const bound = (x: Tensor | number): Tensor =>
    typeof x === 'number' ? lax.fullLike(unit, x) : lax.broadcastTo(lax.convert(x, dtype), shape);
  const [from, to] = [bound(low), bound(high)];
  return lax.max(from, lax.add(lax.mul(unit, lax.sub(to, from)), from));
}

const scalar = (x: number, dtype: DType): Tensor => tensor(x, null, dtype);

/** The greatest number of a dtype below 1, negated: where normal numbers are still finite. */
const LEAST: Partial<Record<DType, number>> = { float16: -(1 - 2 ** -11), bfloat16: -(1 - 2 ** -8) };

/** Standard normal numbers of units, by the inverse of the distribution function. Those of 16 bits are rounded once, at the end, as XLA does. */
export function normalOfUnits(units: Tensor): Tensor {
  const { dtype, shape } = units;
  const work = dtypeInfo(dtype).bits === 16 ? 'float32' : dtype;
  const unit = lax.convert(units, work);
  const low =
    LEAST[dtype] === undefined ? lax.nextAfter(scalar(-1, dtype), scalar(0, dtype)) : scalar(LEAST[dtype], work);
  const from = lax.broadcastTo(low, shape);
  const u = lax.max(from, lax.add(lax.mul(unit, lax.sub(lax.fullLike(unit, 1), from)), from));
  return lax.convert(lax.mul(lax.fullLike(u, Math.SQRT2), lax.erfinv(u)), dtype);
}

/** Standard normal numbers. */
export function normalOf(key: Tensor, shape: Shape, dtype: DType): Tensor {
  return isDrawnNow(dtype, shape) ? drawNormal(key, shape) : normalOfUnits(unitFloats(key, shape, dtype));
}

/** Standard normal numbers, cut at two deviations. */
export function truncatedNormalOf(key: Tensor, shape: Shape, dtype: DType): Tensor {
  if (isDrawnNow(dtype, shape)) return drawTruncatedNormal(key, shape);
  const root = scalar(Math.SQRT2, dtype);
  const [low, high] = [scalar(-2, dtype), scalar(2, dtype)];
  const u = uniformOf(key, shape, dtype, lax.erf(lax.div(low, root)), lax.erf(lax.div(high, root)));
  const drawn = lax.mul(lax.broadcastTo(root, shape), lax.erfinv(u));
  const least = lax.nextAfter(low, scalar(Infinity, dtype));
  const most = lax.nextAfter(high, scalar(-Infinity, dtype));
  return lax.min(lax.max(drawn, lax.broadcastTo(least, shape)), lax.broadcastTo(most, shape));
}
