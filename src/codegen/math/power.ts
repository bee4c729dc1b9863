/** @file x^y on float32, through float64: 2^(y log2 x) needs log2 x to more bits than float32 has. */
import { FunctionBuilder } from '../function_builder.js';
import type { Expr, KernelFunction, Target } from '../ir.js';
import { constant, i32 } from '../ir.js';
import { sharedFunction } from './lanewise.js';

const f64 = (value: number): Expr => constant('f64', value);
const f32 = (value: number): Expr => constant('f32', value);

/** log2((1 + s) / (1 - s)) / s in s² for s up to (√2 - 1) / (√2 + 1): off by 2⁻⁴⁵ of the logarithm. */
const LOG2 = [2.885390081777849, 0.9617966941146013, 0.577077941935219, 0.4122093023215171, 0.3199034120105883, 0.28293579506567235] as const; // prettier-ignore
/** (2^r - 1) / r for |r| <= 1/2: off by 2⁻³⁴ of 2^r. */
const EXP2 = [0.6931471807057134, 0.24022651068802928, 0.05550410362969698, 0.009618037766275386, 0.0013333936557003107, 0.00015466883222151293, 1.5196045731259074e-5] as const; // prettier-ignore

const horner = (x: Expr, coefficients: readonly number[]): Expr =>
  coefficients.slice(0, -1).reduceRight((sum, c) => sum.mul(x).add(c), f64(coefficients[coefficients.length - 1]));

/** log2 of the magnitude of x, which is not 0, infinite or NaN. */
function log2(f: FunctionBuilder, x: Expr): Expr {
  const subnormal = f.let(x.lt(2 ** -126));
  const bits = f.let(subnormal.select(x.mul(2 ** 23), x).bitcast());
  const exponent = f.let(bits.sub(0x3f3504f3).shrS(23));
  const mantissa = f.let(bits.sub(exponent.shl(23)).bitcast().toF64());
  const s = f.let(mantissa.sub(1).div(mantissa.add(1)));
  const square = f.let(s.mul(s));
  const e = exponent.sub(subnormal.select(i32(23), i32(0))).toF64();
  return f.let(s.mul(horner(square, LOG2)).add(e));
}

/** 2^t as float32, for any t; correctly rounded but for about one number in 2⁸. */
function exp2(f: FunctionBuilder, value: Expr): Expr {
  const t = f.let(value.max(-160).min(160));
  const n = f.let(t.nearest());
  const r = f.let(t.sub(n));
  const mantissa = r.mul(horner(r, EXP2)).add(1);
  // In two halves, as 2^n may be no normal float32; the products are in float64 and do not round.
  const whole = f.let(n.toI32());
  const half = f.let(whole.shrS(1));
  const first = half.add(127).shl(23).bitcast().toF64();
  const second = whole.sub(half).add(127).shl(23).bitcast().toF64();
  return f.let(mantissa.mul(first).mul(second).toF32());
}

/** x^y of float32 numbers as C's pow has it, within 1 unit; squares and reciprocals correctly rounded. */
export function powSingle(target: Target): KernelFunction {
  return sharedFunction(target, 'powSingle', () => {
    const f = new FunctionBuilder('powSingle', target, ['f32', 'f32'], 'f32');
    const [x, y] = f.params;
    f.if(y.eq(2), () => f.return(x.mul(x)));
    f.if(y.eq(-1), () => f.return(f32(1).div(x)));
    f.if(y.eq(0).or(x.eq(1)), () => f.return(f32(1)));
    f.if(x.ne(x).or(y.ne(y)), () => f.return(f32(NaN)));

    const a = f.let(x.abs());
    const whole = f.let(y.trunc().eq(y));
    const halved = f.let(y.mul(0.5));
    const odd = f.let(whole.and(halved.trunc().ne(halved)));
    const sign = odd.select(x.bitcast().and(-0x80000000), i32(0));
    const signed = (magnitude: Expr): Expr => magnitude.bitcast().or(sign).bitcast();
    // 0 and Infinity, and infinite powers: all results are 0, 1 or Infinity.
    f.if(a.eq(0).or(a.eq(Infinity)), () => {
      f.return(signed(a.eq(0).eq(y.lt(0)).select(f32(Infinity), f32(0))));
    });
    f.if(y.abs().eq(Infinity), () => {
      f.if(a.eq(1), () => f.return(f32(1)));
      f.return(a.gt(1).eq(y.gt(0)).select(f32(Infinity), f32(0)));
    });
    f.if(x.lt(0).and(whole.eqz()), () => f.return(f32(NaN)));
    f.return(signed(exp2(f, y.toF64().mul(log2(f, a)))));
    return f.finish();
  });
}
