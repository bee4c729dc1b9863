/** @file Rounding float32 lanes to the 16-bit formats, half to even. */
import type { DType } from '../../core/dtype.js';
import type { FunctionBuilder } from '../function_builder.js';
import type { Expr } from '../ir.js';
import { constant } from '../ir.js';

/** The mantissa's low `bits` rounded away, by integer arithmetic on the float's bits. */
function dropBits(f: FunctionBuilder, x: Expr, bits: number): Expr {
  const word = f.let(x.bitcast());
  const odd = word.shrU(bits).and(1);
  return word
    .add(odd.add(2 ** (bits - 1) - 1))
    .and(-(2 ** bits))
    .bitcast();
}

/** float32 lanes rounded to bfloat16's 8 bits. */
function toBFloat16(f: FunctionBuilder, value: Expr): Expr {
  const x = f.let(value);
  return f.let(x.eq(x).select(dropBits(f, x, 16), x));
}

/** float32 lanes rounded to float16: 11 bits, subnormals below 2⁻¹⁴, infinite beyond 65504. */
function toFloat16(f: FunctionBuilder, value: Expr): Expr {
  const x = f.let(value);
  const a = f.let(x.abs());
  // In float32 the unit in the last place of 0.5 … 1 is 2⁻²⁴, that of float16's subnormals.
  const subnormal = a.add(0.5).sub(0.5);
  const rounded = f.let(dropBits(f, a, 13));
  const normal = rounded.gt(65504).select(constant(x.type, Infinity), rounded);
  const magnitude = f.let(a.lt(2 ** -14).select(subnormal, normal));
  const sign = x.bitcast().and(-0x80000000);
  return f.let(x.eq(x).select(magnitude.bitcast().or(sign).bitcast(), x));
}

/** float64 to the float32 that rounds to 16 bits as the float64 would: towards zero, with an odd last bit where inexact. */
export function toOddF32(f: FunctionBuilder, value: Expr): Expr {
  const x = f.let(value);
  const near = f.let(x.toF32());
  const back = f.let(near.toF64());
  const bits = f.let(near.bitcast().sub(back.abs().gt(x.abs())));
  const inexact = back.ne(x).and(x.eq(x));
  return f.let(bits.or(inexact).bitcast());
}

/** Round float32 lanes to a dtype that is held in float32. */
export function roundLanes(f: FunctionBuilder, x: Expr, dtype: DType): Expr {
  if (dtype === 'float16') return toFloat16(f, x);
  if (dtype === 'bfloat16') return toBFloat16(f, x);
  return f.let(x);
}
