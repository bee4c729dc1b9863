/** @file Logarithms on float32 lanes, from x = 2^e m with m in [√½, √2). Errors in units in the last place. */
import type { FunctionBuilder } from '../function_builder.js';
import type { Expr } from '../ir.js';
import { constant } from '../ir.js';
import { LN2_HIGH, LN2_LOW } from './exponentials.js';
import { polynomial } from './polynomial.js';

/** The bits of √½. */
const ROOT_HALF = 0x3f3504f3;
const ONE = 127 << 23;
const LEAST_NORMAL = 2 ** -126;
/** (ln(1 + f) - f + f²/2) / f³ for 1 + f in [√½, √2]: off by 2⁻³⁰ of ln(1 + f). */
const LOG = [
  0.3333331346511841, -0.25000008940696716, 0.20002076029777527, -0.16667993366718292, 0.14220207929611206, -0.12406004220247269,
  0.11884766072034836, -0.11672434955835342, 0.06749129295349121,
] as const; // prettier-ignore

/** e ln 2 + ln(1 + f). Both are bound. */
function combine(f: FunctionBuilder, e: Expr, fraction: Expr): Expr {
  const square = f.let(fraction.mul(fraction));
  const cubic = square.mul(fraction).mul(polynomial(fraction, LOG));
  const small = cubic.add(e.mul(LN2_LOW)).sub(square.mul(0.5));
  return f.let(fraction.add(small).add(e.mul(LN2_HIGH)));
}

/** What logarithms give at 0 and Infinity, and NaN for what is negative. `inner` is 0 where x is -1 of log1p. */
function corners(f: FunctionBuilder, result: Expr, x: Expr, inner: Expr): Expr {
  const constantLike = (value: number): Expr => constant(x.type, value);
  const positive = f.let(x.lt(Infinity).select(result, x)); // Infinity and NaN
  const zero = inner.eq(0).select(constantLike(-Infinity), constantLike(NaN));
  return f.let(inner.le(0).select(zero, positive));
}

/** ln x, within 1 unit. */
export function log(f: FunctionBuilder, value: Expr): Expr {
  const x = f.let(value);
  const subnormal = f.let(x.lt(LEAST_NORMAL));
  const scaled = subnormal.select(x.mul(2 ** 23), x).bitcast();
  const bits = f.let(scaled);
  const exponent = f.let(bits.sub(ROOT_HALF).shrS(23));
  const fraction = f.let(bits.sub(exponent.shl(23)).bitcast().sub(1));
  const e = f.let(exponent.toF32().sub(subnormal.select(constant(x.type, 23), 0)));
  return corners(f, combine(f, e, fraction), x, x);
}

/** ln(1 + x), within 1.4 units. */
export function log1p(f: FunctionBuilder, value: Expr): Expr {
  const x = f.let(value);
  const u = f.let(x.add(1));
  const bits = f.let(u.bitcast());
  const exponent = f.let(bits.sub(ROOT_HALF).shrS(23));
  // 2^-e (1 + x) - 1 without the rounding of 1 + x; where x is large, that rounding is of no account but 2^-e may be subnormal.
  const scale = f.let(constant(bits.type, ONE).sub(exponent.shl(23)).bitcast());
  const near = x.mul(scale).add(scale.sub(1));
  const far = bits.sub(exponent.shl(23)).bitcast().sub(1);
  const fraction = f.let(x.gt(2 ** 26).select(far, near));
  const e = f.let(exponent.toF32());
  const result = combine(f, e, fraction);
  // Zeros keep their sign.
  return corners(f, f.let(x.eq(0).select(x, result)), x, u);
}
