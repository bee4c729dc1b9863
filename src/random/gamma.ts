/**
 * @file Gamma-distributed numbers and their gradient, as `jax.random.gamma` and `loggamma` draw them: each element has a key of its own, and
 * draws until it is accepted.
 *
 * @see Marsaglia & Tsang 2000, "A simple method for generating gamma variables"
 */
import type { DType } from '../core/dtype.js';
import { dtypeInfo } from '../core/dtype.js';
import type { Shape } from '../core/shape.js';
import * as lax from '../graph/lax.js';
import type { Tensor } from '../runtime/index.js';
import { loopOver, withCustomGradient } from '../runtime/index.js';
import type { Keys } from './bits.js';
import { keysOf, normalOfUnits, splitKeys, unitOfEach } from './bits.js';
import { gammaSlope } from './gamma_slope.js';
import { any } from './loops.js';

const num = (like: Tensor, x: number): Tensor => lax.fullLike(like, x);

/** Tensors where a condition holds, others elsewhere. */
const choose = (condition: Tensor, yes: readonly Tensor[], no: readonly Tensor[]): Tensor[] =>
  yes.map((x, i) => lax.select(condition, x, no[i]));

/** Normal numbers x with 1 + c·x > 0, one from each key, which is split until there is one. */
function positiveNormals(keys: Keys, c: Tensor, dtype: DType): { x: Tensor; v: Tensor } {
  const found = loopOver(
    [...keys, num(c, 0), num(c, -1)],
    ([, , , v]) => any(lax.le(v, num(v, 0))),
    ([a, b, x, v]) => {
      const [next, own] = splitKeys([a, b]);
      const drawn = lax.convert(normalOfUnits(unitOfEach(own, dtype)), c.dtype);
      return choose(lax.le(v, num(v, 0)), [...next, drawn, lax.add(num(c, 1), lax.mul(drawn, c))], [a, b, x, v]);
    },
    'random.gamma',
  );
  return { x: found[2], v: found[3] };
}

/** Numbers V such that d·V is gamma-distributed with shape d + 1/3. */
function accepted(keys: Keys, d: Tensor, dtype: DType): Tensor {
  const c = lax.div(num(d, 1 / 3), lax.sqrt(d));
  /** What Marsaglia and Tsang refuse: first by a bound that costs little, then by the density itself. */
  const refused = ([, , x2, v, u]: readonly Tensor[]): Tensor =>
    lax.and(
      lax.ge(u, lax.sub(num(u, 1), lax.mul(num(u, 0.0331), lax.mul(x2, x2)))),
      lax.ge(lax.log(u), lax.add(lax.mul(x2, num(u, 0.5)), lax.mul(d, lax.add(lax.sub(num(v, 1), v), lax.log(v))))),
    );
  const last = loopOver(
    [...keys, num(d, 0), num(d, 1), num(d, 2)],
    (state) => any(refused(state)),
    (state) => {
      const [next, ofX, ofU] = splitKeys([state[0], state[1]], 3);
      const { x, v } = positiveNormals(ofX, c, dtype);
      const u = lax.convert(unitOfEach(ofU, dtype), d.dtype);
      return choose(refused(state), [...next, lax.mul(x, x), lax.mul(lax.mul(v, v), v), u], state);
    },
    'random.gamma',
  );
  return last[3];
}

/**
 * Gamma-distributed numbers, or their logarithms, with a gradient with respect to `alpha`.
 *
 * @param alpha Of the shape and dtype of the results.
 * @param scale `'log'` keeps numbers near zero precise.
 */
export function gammaOf(key: Tensor, alpha: Tensor, scale: 'linear' | 'log'): Tensor {
  const { dtype } = alpha;
  const work = dtypeInfo(dtype).bits === 16 ? 'float32' : dtype;
  const draw = withCustomGradient((given: Tensor) => {
    // JAX rounds to 16 bits wherever its compiler does not fuse; here the result is rounded once.
    const sample = lax.convert(drawGamma(key, lax.convert(given, work), given.shape, dtype, scale), dtype);
    return [
      sample,
      (upstream: Tensor): Tensor => {
        const [a, x, dx] = [given, sample, upstream].map((t) => lax.convert(t, work));
        if (scale === 'linear') return lax.convert(lax.mul(dx, gammaSlope(a, x)), dtype);
        const tiny = num(x, work === 'float64' ? 2 ** -1022 : 2 ** -126);
        const linear = lax.max(lax.exp(x), tiny);
        return lax.convert(lax.mul(dx, lax.div(gammaSlope(a, linear), linear)), dtype);
      },
    ] as const;
  });
  return draw(alpha);
}

function drawGamma(key: Tensor, alpha: Tensor, shape: Shape, dtype: DType, scale: 'linear' | 'log'): Tensor {
  const one = num(alpha, 1);
  // Gamma(α) is distributed as Gamma(α + 1)·U^(1/α), by which small α are drawn.
  const large = lax.ge(alpha, one);
  const d = lax.sub(lax.select(large, alpha, lax.add(alpha, one)), num(alpha, 1 / 3));
  const [keys, own] = splitKeys(keysOf(key, shape));
  const v = accepted(keys, d, dtype);
  const u = lax.convert(unitOfEach(own, dtype), alpha.dtype);
  if (scale === 'linear') {
    const boost = lax.select(large, one, lax.pow(lax.sub(one, u), lax.div(one, alpha)));
    return lax.mul(lax.mul(d, v), boost);
  }
  const logU = lax.log1p(lax.neg(u));
  const none = lax.or(large, lax.eq(logU, num(logU, 0)));
  const boost = lax.select(none, num(alpha, 0), lax.mul(logU, lax.div(one, alpha)));
  return lax.add(lax.add(lax.log(d), lax.log(v)), boost);
}
