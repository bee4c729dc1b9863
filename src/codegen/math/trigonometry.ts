/** @file Sine and cosine on float32 lanes, from x = n π/2 + r with |r| <= π/4; arc tangent. Errors in units in the last place. */
import type { FunctionBuilder } from '../function_builder.js';
import type { Expr } from '../ir.js';
import { constant, isVector } from '../ir.js';
import { ROUNDER } from './exponentials.js';
import { host } from './host.js';
import { perLane } from './lanewise.js';
import { polynomial, withSign } from './polynomial.js';

/** π/2 in parts; products of the first three, of 11 bits each, with a whole number of up to 12 bits are exact. */
const HALF_PI = [1.5703125, 0.0004837512969970703, 7.549533620476723e-8, 2.5633440682570896e-12] as const;
/** 4096 · π/2: beyond, whole numbers of quarter turns have more than 12 bits. */
const LARGE = 6433;
/** (sin r - r) / r³ in r²: off by 2⁻³² of sin r. */
const SIN = [-0.1666666716337204, 0.008333379402756691, -0.00019853068806696683, 2.832629434124101e-6] as const;
/** (cos r - 1 + r²/2) / r⁴ in r²: off by 2⁻³³ of cos r. */
const COS = [0.04166664555668831, -0.0013887309469282627, 2.4432327336398885e-5] as const;

/** The sine of |x| + quarter · π/2 for |x| <= LARGE, by the sine and the cosine of the rest. */
function rotated(f: FunctionBuilder, a: Expr, quarter: 0 | 1): Expr {
  const rounded = f.let(a.mul(2 / Math.PI).add(ROUNDER));
  const n = f.let(rounded.sub(ROUNDER));
  // Exact but for the last two steps, whose losses go on in `lost`.
  const second = f.let(a.sub(n.mul(HALF_PI[0])).sub(n.mul(HALF_PI[1])));
  const third = f.let(n.mul(HALF_PI[2]));
  const high = f.let(second.sub(third));
  const low = f.let(n.mul(HALF_PI[3]));
  const r = f.let(high.sub(low));
  const lost = f.let(high.sub(r).sub(low).add(second.sub(high).sub(third)));

  const square = f.let(r.mul(r));
  const sine = f.let(r.add(square.mul(r).mul(polynomial(square, SIN)).add(lost)));
  const half = f.let(square.mul(0.5));
  const whole = f.let(half.neg().add(1));
  const tail = square.mul(square).mul(polynomial(square, COS)).sub(r.mul(lost));
  const cosine = f.let(whole.add(whole.neg().add(1).sub(half).add(tail)));

  const turns = f.let(rounded.bitcast().add(quarter));
  const value = turns.and(1).eq(1).select(cosine, sine);
  return f.let(value.bitcast().xor(turns.and(2).shl(30)).bitcast());
}

/** Lanes of which one is large go through float64, all of them. */
function unlessLarge(f: FunctionBuilder, x: Expr, a: Expr, callee: typeof host.sin, fast: Expr): Expr {
  const result = f.local(fast);
  const large = a.gt(LARGE);
  f.if(isVector(x.type) ? large.anyTrue() : large, () => {
    f.set(
      result,
      perLane(f, [x], (lane) => f.call(callee, [lane.toF64()]).toF32()),
    );
  });
  return result;
}

/** sin x, within 1 unit. */
export function sin(f: FunctionBuilder, value: Expr): Expr {
  const x = f.let(value);
  const a = f.let(x.abs());
  const magnitude = rotated(f, a, 0);
  const signed = f.let(magnitude.bitcast().xor(x.bitcast().and(-0x80000000)).bitcast());
  return unlessLarge(f, x, a, host.sin, signed);
}

/** cos x, within 1 unit. */
export function cos(f: FunctionBuilder, value: Expr): Expr {
  const x = f.let(value);
  const a = f.let(x.abs());
  return unlessLarge(f, x, a, host.cos, rotated(f, a, 1));
}

/** (atan r - r) / r³ in r² for r <= √2 - 1: off by 2⁻³⁰ of atan r. */
const ATAN = [
  -0.33333316445350647, 0.19998525083065033, -0.1424429714679718, 0.10598265379667282, -0.0608733706176281,
] as const; // prettier-ignore

/** atan x, within 1.9 units. */
export function atan(f: FunctionBuilder, value: Expr): Expr {
  const x = f.let(value);
  const a = f.let(x.abs());
  const of = (number: number): Expr => constant(x.type, number);
  // atan a = π/4 + atan((a - 1) / (a + 1)) = π/2 - atan(1 / a)
  const middle = f.let(a.gt(Math.SQRT2 - 1));
  const large = f.let(a.gt(Math.SQRT2 + 1));
  const above = large.select(of(-1), middle.select(a.sub(1), a));
  const below = large.select(a, middle.select(a.add(1), 1));
  const r = f.let(above.div(below));
  const high = large.select(of(1.5707963705062866), middle.select(of(0.7853981852531433), 0));
  const low = large.select(of(-4.371138828673793e-8), middle.select(of(-2.1855694143368964e-8), 0));
  const square = f.let(r.mul(r));
  const result = high.add(r.add(square.mul(r).mul(polynomial(square, ATAN)).add(low)));
  return withSign(f, f.let(result), x);
}
