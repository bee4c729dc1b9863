/** @file The error function on float32 lanes. */
import type { FunctionBuilder } from '../function_builder.js';
import type { Expr } from '../ir.js';
import { expMiddle } from './exponentials.js';
import { atMost, polynomial, withSign } from './polynomial.js';

/** erf x / x - 1 in x² for x <= 0.93: off by 2⁻³⁰ of erf x. */
const NEAR = [
  0.12837916612625122, -0.37612631916999817, 0.11283676326274872, -0.026858532801270485, 0.00519914785400033, -0.0008123186999000609,
  8.293012797366828e-5,
] as const; // prettier-ignore
/** (ln(1 - erf x) + x) / x for 0.93 <= x <= 4: off by 2⁻²⁸ of erf x. */
const FAR = [
  -0.12851114571094513, -0.6357291340827942, -0.10524765402078629, 0.022880906239151955, -0.0032121434342116117,
  0.0002136455150321126,
] as const; // prettier-ignore

/** erf x, within 1.1 units, in [-1, 1]. */
export function erf(f: FunctionBuilder, value: Expr): Expr {
  const x = f.let(value);
  const a = f.let(atMost(x.abs(), 4)); // erf 4 rounds to 1
  const square = f.let(a.mul(a));
  const near = a.add(a.mul(polynomial(square, NEAR)));
  // 1 - e^p; the errors of p weigh little, as e^p <= 0.19.
  const far = expMiddle(f, f.let(a.mul(polynomial(a, FAR)).sub(a)))
    .neg()
    .add(1);
  return withSign(f, f.let(a.lt(0.93).select(near, far)), x);
}
