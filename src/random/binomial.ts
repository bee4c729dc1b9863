/**
 * @file Binomially distributed counts, as `jax.random.binomial` draws them: sums of geometric numbers where n·p is at most 10, else by
 * transformed rejection. All elements draw from one key, until the last is done.
 *
 * @see Hörmann 1993, "The generation of binomial random variates"; Devroye 1986, "Non-uniform random variate generation", section X.4.3
 */
import type { DType } from '../core/dtype.js';
import { fromNumbers } from '../core/ndarray.js';
import * as lax from '../graph/lax.js';
import type { Tensor } from '../runtime/index.js';
import { loopOver } from '../runtime/index.js';
import { splitKey, unitFloats } from './bits.js';
import { any } from './loops.js';

const num = (like: Tensor, x: number): Tensor => lax.fullLike(like, x);
const plus = (x: Tensor, y: number): Tensor => lax.add(x, num(x, y));
const times = (x: Tensor, y: number): Tensor => lax.mul(x, num(x, y));

/** How many geometric numbers fit into `count`: each is the distance from one success to the next. */
function byInversion(key: Tensor, count: Tensor, p: Tensor): Tensor {
  const zero = num(p, 0);
  // Where nothing succeeds the first distance is infinite.
  const log = lax.select(lax.eq(p, zero), num(p, -0), lax.log1p(lax.neg(p)));
  const [found] = loopOver(
    [zero, zero, key],
    ([, total]) => any(lax.le(total, count)),
    ([number, total, state]) => {
      const [own, next] = splitKey(state);
      const distance = lax.ceil(lax.div(lax.log(unitFloats(own, p.shape, p.dtype)), log));
      const counted = lax.select(lax.le(total, count), plus(number, 1), number);
      return [counted, lax.add(total, distance), next];
    },
    'random.binomial',
  );
  return plus(found, -1);
}

/** ln k! − (ln √2π + (k + 1/2)·ln(k + 1) − (k + 1)) for k = 0 … 9. */
const STIRLING_TAILS = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211, 0.0138761288230707,
  0.0118967099458917, 0.010411265261972, 0.00925546218271273, 0.00833056343336287,
]; // prettier-ignore

/** What Stirling's formula leaves out of ln k!. */
function stirlingTail(k: Tensor): Tensor {
  const next = plus(lax.min(lax.max(k, num(k, 0)), num(k, 9)), 1);
  const over = (x: Tensor): Tensor => lax.div(x, lax.mul(next, next));
  const inner = lax.sub(num(k, 1 / 360), over(num(k, 1 / 1260)));
  const series = lax.div(lax.sub(num(k, 1 / 12), over(inner)), next);
  const table = lax.constantLike(k, fromNumbers(k.dtype, [STIRLING_TAILS.length], STIRLING_TAILS));
  const known = lax.gather(table, lax.convert(lax.floor(plus(next, -1)), 'int32'));
  return lax.select(lax.le(k, num(k, 9)), known, series);
}

/** Hörmann's BTRS: a point under a hat is kept if it lies under the (transformed) probabilities. For count·p ≥ 10. */
function byRejection(key: Tensor, count: Tensor, p: Tensor): Tensor {
  const q = lax.sub(num(p, 1), p);
  const deviation = lax.sqrt(lax.mul(lax.mul(count, p), q));
  const b = plus(times(deviation, 2.53), 1.15);
  const a = lax.add(plus(times(b, 0.0248), -0.0873), times(p, 0.01));
  const center = plus(lax.mul(count, p), 0.5);
  const quick = lax.sub(num(b, 0.92), lax.div(num(b, 4.2), b));
  const ratio = lax.div(p, q);
  const alpha = lax.mul(plus(lax.div(num(b, 5.1), b), 2.83), deviation);
  const mode = lax.floor(lax.mul(plus(count, 1), p));
  const rest = plus(lax.sub(count, mode), 1);
  /** ln of the probability of k over that of the mode. */
  const logRatio = (k: Tensor): Tensor => {
    const left = plus(lax.sub(count, k), 1);
    const terms = [
      lax.mul(plus(mode, 0.5), lax.log(lax.div(plus(mode, 1), lax.mul(ratio, rest)))),
      lax.mul(plus(count, 1), lax.log(lax.div(rest, left))),
      lax.mul(plus(k, 0.5), lax.log(lax.div(lax.mul(ratio, left), plus(k, 1)))),
      stirlingTail(mode),
      stirlingTail(lax.sub(count, mode)),
      lax.neg(stirlingTail(k)),
      lax.neg(stirlingTail(lax.sub(count, k))),
    ];
    return terms.reduce((sum, term) => lax.add(sum, term));
  };
  const [found] = loopOver(
    [num(p, -1), lax.convert(num(p, 0), 'bool'), key],
    ([, done]) => any(lax.not(done)),
    ([k, done, state]) => {
      const [next, ofU, ofV] = splitKey(state, 3);
      const u = plus(unitFloats(ofU, p.shape, p.dtype), -0.5);
      const v = unitFloats(ofV, p.shape, p.dtype);
      const side = lax.sub(num(u, 0.5), lax.abs(u));
      const drawn = lax.floor(lax.add(lax.mul(lax.add(lax.div(times(a, 2), side), b), u), center));
      const inHat = lax.and(lax.ge(side, num(side, 0.07)), lax.le(v, quick));
      const inside = lax.and(lax.ge(drawn, num(drawn, 0)), lax.le(drawn, count));
      const height = lax.log(lax.div(lax.mul(v, alpha), lax.add(lax.div(a, lax.mul(side, side)), b)));
      const accept = lax.or(inHat, lax.and(inside, lax.le(height, logRatio(drawn))));
      return [lax.select(accept, drawn, k), lax.or(done, accept), next];
    },
    'random.binomial',
  );
  return found;
}

/**
 * Counts of successes.
 *
 * @param given Numbers of trials (whole parts count) and probabilities, of the shape of the result and of one float dtype. Negative trials and
 *   probabilities, and NaN, give NaN; endless trials give infinity.
 */
export function binomialOf(key: Tensor, given: Tensor, probability: Tensor, dtype: DType): Tensor {
  const nan = (x: Tensor): Tensor => lax.ne(x, x);
  const negative = (x: Tensor): Tensor => lax.lt(x, num(x, 0));
  const small = lax.lt(probability, num(probability, 0.5));
  const p = lax.select(small, probability, lax.sub(num(probability, 1), probability));
  const noCount = lax.or(nan(given), negative(given));
  const noProbability = lax.or(nan(p), negative(p));
  const endless = lax.eq(given, num(given, Infinity));
  const q = lax.select(noProbability, num(p, 0.01), p);
  const inversion = lax.or(noCount, lax.le(lax.mul(given, q), num(q, 10)));
  const count = lax.floor(given);
  // Elements that do not count for a way are given what it is done with soon.
  const otherwise = lax.or(inversion, endless);
  const found = lax.select(
    inversion,
    byInversion(key, lax.select(inversion, count, num(count, 0)), q),
    byRejection(key, lax.select(otherwise, num(count, 1e4), count), lax.select(otherwise, num(q, 0.5), q)),
  );
  const invalid = lax.or(noCount, noProbability);
  let result = lax.select(invalid, num(found, NaN), found);
  result = lax.select(lax.and(endless, lax.not(invalid)), num(found, Infinity), result);
  const asDrawn = lax.or(lax.or(small, noCount), lax.or(nan(p), endless));
  return lax.convert(lax.select(asDrawn, result, lax.sub(count, result)), dtype);
}
