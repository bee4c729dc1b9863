/** @file The error function on float32 lanes. */
import type { FunctionBuilder } from '../function_builder.js';
import type { Expr } from '../ir.js';
import { constant } from '../ir.js';
import { atMost, polynomial, withSign } from './polynomial.js';

/** Where the two polynomials meet. */
const MIDDLE = 1.1;
/** erf x / x - 1 in x² for x <= 1.1: off by 2⁻²⁸ of erf x. */
const NEAR = [
  0.12837916612625122, -0.37612611055374146, 0.11283364146947861, -0.026843518018722534, 0.005167731083929539, -0.0007824739441275597,
  7.236068631755188e-5,
] as const; // prettier-ignore
/** The fourth root of 1 - erf x, which is much smoother, for 1.1 <= x <= 4: its fourth power is off by 2⁻²⁶ of erf x. */
const FAR = [
  1.0051422119140625, -0.3073630928993225, -0.06581444293260574, -0.048295289278030396, 0.06494783610105515, -0.021842624992132187,
  0.003170525189489126, -0.00017491148901171982,
] as const; // prettier-ignore

/** erf x, within 1.3 units (1.1 where multiply-add rounds once), in [-1, 1]. */
export function erf(f: FunctionBuilder, value: Expr): Expr {
  const x = f.let(value);
  const a = f.let(atMost(x.abs(), 4)); // erf 4 rounds to 1
  const square = f.let(a.mul(a));
  const near = a.fma(polynomial(square, NEAR), a);
  // The errors of what is subtracted from 1 weigh little, as it is <= 0.12.
  const root = f.let(polynomial(a, FAR));
  const root2 = f.let(root.mul(root));
  const far = constant(x.type, 1).sub(root2.mul(root2));
  return withSign(f, f.let(a.lt(MIDDLE).select(near, far)), x);
}
