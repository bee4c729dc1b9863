/** @file The error function on float32 lanes. */
import type { FunctionBuilder } from '../function_builder.js';
import type { Expr } from '../ir.js';
import { atMost, polynomial, withSign } from './polynomial.js';

/** erf x / x - 1 in x² for x <= 0.93: off by 2⁻³⁰ of erf x. */
const NEAR = [
  0.12837916612625122, -0.37612631916999817, 0.11283676326274872, -0.026858532801270485, 0.00519914785400033, -0.0008123186999000609,
  8.293012797366828e-5,
] as const; // prettier-ignore
/** (1 - erf x) e^(x²) for 0.93 <= x <= 4: off by 2⁻²⁸ of erf x. */
const FAR = [
  0.9937242269515991, -1.0872336626052856, 0.8787128329277039, -0.5382521748542786, 0.24497251212596893, -0.07946408540010452,
  0.01721253991127014, -0.002216227585449815, 0.0001276161929126829,
] as const; // prettier-ignore

/**
 * erf x, within 1.4 units, in [-1, 1].
 *
 * @param x Bound.
 * @param gauss e^(-x²), bound. It is given, as whoever needs erf x often needs this too: it is the derivative.
 */
export function erf(f: FunctionBuilder, x: Expr, gauss: Expr): Expr {
  const a = f.let(atMost(x.abs(), 4)); // erf 4 rounds to 1
  const square = f.let(a.mul(a));
  const near = a.fma(polynomial(square, NEAR), a);
  // The errors of what is subtracted from 1 weigh little, as it is <= 0.19.
  const far = f.let(polynomial(a, FAR)).mul(gauss).neg().add(1);
  return withSign(f, f.let(a.lt(0.93).select(near, far)), x);
}
