/**
 * @file e^x and its relatives on float32 lanes, from x = n ln 2 + r with |r| <= ln 2 / 2. Each states its largest error in units in the
 * last place, found by trying numbers of all magnitudes; infinities, NaN and both zeros give what they should.
 */
import type { FunctionBuilder } from '../function_builder.js';
import type { Expr } from '../ir.js';
import { constant, isVector } from '../ir.js';
import { atLeast, atMost, polynomial, withSign } from './polynomial.js';

/** ln 2 in two parts; the product of the first with a whole number of up to 9 bits is exact. */
export const LN2_HIGH = 0.693145751953125;
export const LN2_LOW = 1.428606765330187e-6;
const LOG2_E = 1.4426950408889634;
/** 1.5 · 2²³: a small number that is added to it is rounded to a whole one, which its low bits then hold. */
export const ROUNDER = 12582912;
/** The exponent's bits of 1. */
const ONE = 127 << 23;
/** (e^r - 1 - r) / r² on |r| <= ln 2 / 2: off by 2⁻³¹ of e^r - 1. */
const EXPM1 = [0.5, 0.1666666567325592, 0.04166649281978607, 0.008333544246852398, 0.0013932341244071722, 0.00019763413001783192] as const; // prettier-ignore
/** e^r on |r| <= ln 2 / 2: off by 2⁻²⁸. */
const EXP = [1, 1, 0.4999999403953552, 0.1666652113199234, 0.04166827350854874, 0.008368683978915215, 0.0013820081949234009] as const; // prettier-ignore

interface Reduced {
  /** ROUNDER + n, or what was given for the rounder, + n. */
  readonly rounded: Expr;
  /** x - n ln 2. */
  readonly r: Expr;
  /** What rounding took from r. */
  readonly lost: Expr;
}

/** `x` is bound, of |x| < 300. */
function reduce(f: FunctionBuilder, x: Expr, rounder = ROUNDER): Reduced {
  const number = (value: number): Expr => constant(x.type, value);
  const rounded = f.let(x.fma(number(LOG2_E), number(rounder)));
  const n = f.let(rounded.sub(rounder));
  const high = f.let(n.fma(number(-LN2_HIGH), x));
  const r = f.let(n.fma(number(-LN2_LOW), high));
  return { rounded, r, lost: n.fma(number(-LN2_LOW), high.sub(r)) };
}

interface Less extends Reduced {
  /** e^r - 1 - r. */
  readonly rest: Expr;
  /** e^r - 1. */
  readonly less: Expr;
}

/** `x` is bound, of |x| < 300. */
function reduceLess(f: FunctionBuilder, x: Expr): Less {
  const reduced = reduce(f, x);
  const { r } = reduced;
  const square = f.let(r.mul(r));
  const series = f.let(polynomial(r, EXPM1));
  return { ...reduced, rest: square.mul(series), less: square.fma(series, r) };
}

/** 2^(n - down), where that is a normal number. */
function powerOfTwo(f: FunctionBuilder, rounded: Expr, down = 0): Expr {
  // The rounder's own bits leave at the left.
  return f.let(
    rounded
      .bitcast()
      .shl(23)
      .add(ONE - (down << 23))
      .bitcast(),
  );
}

/** e^r. */
function series(f: FunctionBuilder, r: Expr): Expr {
  if (f.target.fma && isVector(r.type)) return polynomial(r, EXP);
  // Where products are rounded, that of r, which is the largest, must not be one of them.
  return r
    .mul(r)
    .mul(polynomial(r, EXP.slice(2)))
    .add(r)
    .add(1);
}

/** Added to the rounder of `exp`: the low bits of what is rounded are then n + 2 · 127. */
const TWO_BIASES = 254;

/** e^x, within 1 unit, subnormal results too. */
export function exp(f: FunctionBuilder, value: Expr): Expr {
  const x = f.let(value);
  // Below -104 it is 0, whatever is computed.
  const vanishes = f.let(x.lt(-104));
  const { rounded, r } = reduce(f, f.let(atMost(x, 89)), ROUNDER + TWO_BIASES);
  // 2^n may be no normal number: it is applied in two halves, the exponents of which are half of n + 2 · 127, and the rest.
  const bits = rounded.bitcast();
  const first = f.let(bits.shrU(1).shl(23));
  const second = bits.shl(23).sub(first);
  const result = f.let(f.let(series(f, r)).mul(first.bitcast()).mul(second.bitcast()));
  return f.let(without(result, vanishes));
}

/** `x`, or 0 where the condition holds. */
function without(x: Expr, condition: Expr): Expr {
  return isVector(x.type) ? x.bitcast().andnot(condition).bitcast() : condition.select(constant(x.type, 0), x);
}

/** e^x 2^-down for a bound `x` where that is a normal number: -80 < x < 88 + 0.69 down. */
function expMiddle(f: FunctionBuilder, x: Expr, down = 0): Expr {
  const { rounded, less } = reduceLess(f, x);
  return f.let(less.add(1).mul(powerOfTwo(f, rounded, down)));
}

/** e^x - 1, within 1.1 units. */
export function expm1(f: FunctionBuilder, value: Expr): Expr {
  const x = f.let(value);
  const { rounded, r, lost, rest } = reduceLess(f, f.let(atMost(atLeast(x, -20), 89)));
  // Half of it, which overflows later: (2^n - 1) + 2^n (r + rest), with what the first sum loses.
  const scale = powerOfTwo(f, rounded, 1);
  const whole = f.let(scale.sub(0.5));
  const part = f.let(scale.mul(r));
  const sum = f.let(whole.add(part));
  const lostSum = whole.sub(sum).add(part);
  const result = f.let(sum.add(scale.mul(rest.add(lost)).add(lostSum)));
  // Below 2⁻²⁵ it is x, also where half of x is subnormal.
  return f.let(
    x
      .abs()
      .lt(2 ** -25)
      .select(x, result.add(result)),
  );
}

/** 1 / (1 + e^-x), within 2.5 units, in [0, 1]. */
export function logistic(f: FunctionBuilder, value: Expr): Expr {
  const x = f.let(value);
  const e = exp(f, x.abs().neg()); // cannot overflow
  return f.let(x.lt(0).select(e, constant(x.type, 1)).div(e.add(1)));
}

/** tanh x, within 2.5 units, in [-1, 1]. */
export function tanh(f: FunctionBuilder, value: Expr): Expr {
  const x = f.let(value);
  // From 10 on it rounds to 1.
  const a = f.let(atMost(x.abs(), 10));
  const { rounded, less } = reduceLess(f, f.let(a.mul(-2)));
  // (1 - y) / (1 + y) with y = e^-2a, where y - 1 = 2^n (e^r - 1) + (2^n - 1)
  const scale = powerOfTwo(f, rounded);
  const below = f.let(scale.fma(less, scale.sub(1)));
  return withSign(f, f.let(below.abs().div(below.add(2))), x);
}

/** (sinh x - x) / x³ in x² for x <= 1: off by 2⁻³¹ of sinh x. */
const SINH = [0.1666666716337204, 0.00833331048488617, 0.00019842895562760532, 2.7822131869470468e-6] as const;

/** sinh x, within 1.6 units. */
export function sinh(f: FunctionBuilder, value: Expr): Expr {
  const x = f.let(value);
  const a = f.let(x.abs());
  const square = f.let(a.mul(a));
  const near = a.add(square.mul(a).mul(polynomial(square, SINH)));
  // (e^a - e^-a) / 2 on a quarter of e^a, which overflows later than sinh.
  const quarter = expMiddle(f, f.let(atMost(a, 89.5)), 2);
  const far = quarter.sub(constant(x.type, 0.0625).div(quarter)).mul(2);
  return withSign(f, f.let(a.lt(1).select(near, far)), x);
}

/** cosh x, within 1.4 units. */
export function cosh(f: FunctionBuilder, value: Expr): Expr {
  const quarter = expMiddle(f, f.let(atMost(value.abs(), 89.5)), 2);
  return f.let(quarter.add(constant(quarter.type, 0.0625).div(quarter)).mul(2));
}
