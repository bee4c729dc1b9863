/**
 * @file How a gamma-distributed number moves with its shape α when the probability below it stays: dx/dα = −(∂P/∂α) / (∂P/∂x), P the
 * regularized lower incomplete gamma function.
 *
 * @see Figurnov, Mohamed & Mnih 2018, "Implicit reparameterization gradients"
 */
import * as lax from '../graph/lax.js';
import type { Tensor } from '../runtime/index.js';
import { loopOver } from '../runtime/index.js';
import { any } from './loops.js';

const num = (like: Tensor, x: number): Tensor => lax.fullLike(like, x);

/** No number needs as many terms. */
const MOST_TERMS = 2000;

/** Steps of a loop over elements of which each is done at a step of its own. State: [elements at work (bool), step (scalar), …]. */
function untilDone(
  active: Tensor,
  initial: readonly Tensor[],
  step: (k: Tensor, state: readonly Tensor[]) => { readonly next: readonly Tensor[]; readonly goOn: Tensor },
): Tensor[] {
  const last = loopOver(
    [active, lax.scalarLike(initial[0], 0), ...initial],
    ([at, k]) => lax.and(any(at), lax.lt(k, num(k, MOST_TERMS))),
    ([at, k, ...state]) => {
      const count = lax.add(k, num(k, 1));
      const { next, goOn } = step(lax.broadcastTo(count, state[0].shape), state);
      return [lax.and(at, goOn), count, ...next.map((x, i) => lax.select(at, x, state[i]))];
    },
    'the gradient of random.gamma',
  );
  return last.slice(2);
}

const epsilonOf = (x: Tensor): Tensor => num(x, x.dtype === 'float64' ? 2 ** -52 : 2 ** -23);

/** By the series P = xᵃ·e⁻ˣ / Γ(a + 1) · Σ xᵏ / ((a + 1)…(a + k)), for x up to max(1, a). @see DLMF 8.11.4 */
function bySeries(a: Tensor, x: Tensor, active: Tensor): Tensor {
  const [zero, one] = [num(a, 0), num(a, 1)];
  // c: the term; h = −d(ln c)/da = Σ 1/(a + j); s = Σ c; t = Σ c·h
  const [, , s, t] = untilDone(active, [one, zero, one, zero], (k, [c, h, sum, slope]) => {
    const r = lax.add(a, k);
    const term = lax.mul(c, lax.div(x, r));
    const inner = lax.add(h, lax.div(one, r));
    const part = lax.mul(term, inner);
    const total = lax.add(slope, part);
    const goOn = lax.gt(part, lax.mul(epsilonOf(a), total));
    return { next: [term, inner, lax.add(sum, term), total], goOn };
  });
  const log = lax.sub(lax.log(x), lax.digamma(lax.add(a, one)));
  return lax.mul(lax.sub(t, lax.mul(s, log)), lax.div(x, a));
}

/**
 * By the continued fraction 1 − P = xᵃ·e⁻ˣ / Γ(a) · f, f = 1/(b₀ + a₁/(b₁ + a₂/(b₂ + …))), b_k = x − a + 1 + 2k, a_k = k·(a − k), for other x.
 * Lentz's method carries D and E, whose quotient is the factor of a step, and their derivatives with respect to a.
 *
 * @see DLMF 8.9.2; Press et al. 2007, "Numerical Recipes", section 5.2
 */
function byFraction(a: Tensor, x: Tensor, active: Tensor): Tensor {
  const [zero, one] = [num(a, 0), num(a, 1)];
  const d0 = lax.div(one, lax.add(lax.sub(x, a), one));
  // b₀ depends on a as well: d(1/b₀)/da = 1/b₀²
  const initial = [d0, lax.mul(d0, d0), zero, zero, d0, d0];
  const [, , , , f, slope] = untilDone(active, initial, (k, [d, dSlope, e, eSlope, value, total]) => {
    const numerator = lax.mul(k, lax.sub(a, k));
    const denominator = lax.add(lax.add(lax.sub(x, a), one), lax.add(k, k));
    /** 1 / (b + a_k·y) and its derivative. */
    const inverse = (y: Tensor, ySlope: Tensor): [Tensor, Tensor] => {
      const next = lax.div(one, lax.add(denominator, lax.mul(numerator, y)));
      const inner = lax.add(lax.sub(lax.mul(k, y), one), lax.mul(numerator, ySlope));
      return [next, lax.neg(lax.mul(lax.mul(next, next), inner))];
    };
    const [nextD, nextDSlope] = inverse(d, dSlope);
    const [nextE, nextESlope] = inverse(e, eSlope);
    const change = lax.sub(lax.div(nextDSlope, nextD), lax.div(nextESlope, nextE));
    const factor = lax.div(nextD, nextE);
    const goOn = lax.or(lax.gt(lax.abs(change), epsilonOf(a)), lax.gt(lax.abs(lax.sub(factor, one)), epsilonOf(a)));
    const next = [nextD, nextDSlope, nextE, nextESlope, lax.mul(value, factor), lax.add(total, change)];
    return { next, goOn };
  });
  const log = lax.sub(lax.log(x), lax.digamma(a));
  return lax.mul(lax.mul(x, f), lax.add(log, slope));
}

/** dx/dα for numbers `x` drawn with shape `alpha`: float32 or float64, of one shape. NaN where α is not positive. */
export function gammaSlope(alpha: Tensor, x: Tensor): Tensor {
  const zero = num(x, 0);
  const upper = lax.and(lax.gt(x, num(x, 1)), lax.gt(x, alpha));
  const inside = lax.and(lax.and(lax.gt(x, zero), lax.gt(alpha, zero)), lax.isFinite(x));
  const slope = lax.select(
    upper,
    byFraction(alpha, x, lax.and(inside, upper)),
    bySeries(alpha, x, lax.and(inside, lax.not(upper))),
  );
  const atZero = lax.select(lax.eq(x, zero), zero, slope);
  const valid = lax.and(lax.ge(x, zero), lax.gt(alpha, zero));
  return lax.select(valid, atZero, num(x, NaN));
}
