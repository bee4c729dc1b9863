/** @file The derivative of the digamma function, made of other primitives. */
import type { Value } from '../graph.js';
import { add, div, fullLike, lt, mul, select, sin, sub } from '../lax.js';

/** Steps of the recurrence: from 10 on the series is exact to 1e-12. */
const STEPS = 10;

/**
 * ψ'(x): recurrence up, then the asymptotic series; by reflection below 1/2.
 *
 * @see Abramowitz & Stegun 1964, 6.4.6, 6.4.7 and 6.4.12
 */
export function trigamma(x: Value): Value {
  const num = (value: number): Value => fullLike(x, value);
  const square = (v: Value): Value => mul(v, v);
  const small = lt(x, num(0.5));
  const z = select(small, sub(num(1), x), x);
  let sum = div(num(1), square(z));
  for (let k = 1; k < STEPS; k++) sum = add(sum, div(num(1), square(add(z, num(k)))));
  const r = div(num(1), add(z, num(STEPS)));
  const r2 = square(r);
  // 1/w + 1/2w² + 1/6w³ - 1/30w⁵ + 1/42w⁷ - 1/30w⁹, from the inside out
  let series = num(-1 / 30);
  for (const coefficient of [1 / 42, -1 / 30, 1 / 6]) series = add(num(coefficient), mul(r2, series));
  const value = add(sum, add(r, mul(r2, add(num(0.5), mul(r, series)))));
  const reflected = sub(div(num(Math.PI ** 2), square(sin(mul(num(Math.PI), x)))), value);
  return select(small, reflected, value);
}
