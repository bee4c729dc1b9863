/** @file What the float32 functions share: polynomials, bounds, signs. All work on `f32` and on `f32x`. */
import type { FunctionBuilder } from '../function_builder.js';
import type { Expr } from '../ir.js';
import { constant, isVector } from '../ir.js';

/** c₀ + c₁x + c₂x² + … by Horner's rule. `x` is bound. The coefficients come from tools/minimax.py. */
export function polynomial(x: Expr, coefficients: readonly number[]): Expr {
  return coefficients
    .slice(0, -1)
    .reduceRight((sum, c) => sum.fma(x, constant(x.type, c)), constant(x.type, coefficients[coefficients.length - 1]));
}

/** NaN stays NaN. */
export function atMost(x: Expr, bound: number): Expr {
  return isVector(x.type) ? x.pmin(bound) : x.min(bound);
}
/** NaN stays NaN. */
export function atLeast(x: Expr, bound: number): Expr {
  return isVector(x.type) ? x.pmax(bound) : x.max(bound);
}

/** A number that is not negative, with the sign of another. */
export function withSign(f: FunctionBuilder, magnitude: Expr, sign: Expr): Expr {
  return f.let(magnitude.bitcast().or(sign.bitcast().and(-0x80000000)).bitcast());
}
