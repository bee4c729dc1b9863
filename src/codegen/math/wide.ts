/**
 * @file 64-bit integers, held truncated in float64 scalars (exact up to 2⁵³). Bits and shifts work on two 32-bit words, taken modulo
 * 2⁶⁴.
 */
import type { DType } from '../../core/dtype.js';
import type { ScalarBinary, ScalarUnary } from '../../graph/scalar.js';
import { FunctionBuilder } from '../function_builder.js';
import type { Expr, Target } from '../ir.js';
import { constant, i32 } from '../ir.js';
import { sharedFunction } from './lanewise.js';
import * as special from './special.js';

const f64 = (value: number): Expr => constant('f64', value);

/** Truncate a float64 to a dtype of 64 bits; negative numbers come back from the top of uint64. */
export function wrapWide(f: FunctionBuilder, x: Expr, dtype: DType): Expr {
  const whole = f.let(x.trunc().add(0)); // + 0: no negative zero
  return dtype === 'uint64' ? f.let(whole.lt(0).select(whole.add(2 ** 64), whole)) : whole;
}

/** x modulo 2³². */
export function lowWord(f: FunctionBuilder, x: Expr): Expr {
  const high = x.mul(2 ** -32).floor();
  return f.let(x.sub(high.mul(2 ** 32)).toI32(true));
}

interface Words {
  readonly high: Expr;
  readonly low: Expr;
}
function split(f: FunctionBuilder, x: Expr): Words {
  return { high: lowWord(f, f.let(x.mul(2 ** -32).floor())), low: lowWord(f, x) };
}
function join(f: FunctionBuilder, { high, low }: Words, dtype: DType): Expr {
  return f.let(
    high
      .toF64(dtype === 'uint64')
      .mul(2 ** 32)
      .add(low.toF64(true)),
  );
}

/** Shift two words by 0 … 63. `fill` is what comes in from the left. */
function shiftRight({ high, low }: Words, count: Expr, fill: Expr, arithmetic: boolean): Words {
  const move = (x: Expr): Expr => (arithmetic ? x.shrS(count) : x.shrU(count)); // counts modulo 32
  const crossing = count.select(high.shl(i32(32).sub(count)), i32(0));
  const far = count.ge(32);
  return { high: far.select(fill, move(high)), low: far.select(move(high), low.shrU(count).or(crossing)) };
}
function shiftLeft({ high, low }: Words, count: Expr): Words {
  const crossing = count.select(low.shrU(i32(32).sub(count)), i32(0));
  const far = count.ge(32);
  return { high: far.select(low.shl(count), high.shl(count).or(crossing)), low: far.select(i32(0), low.shl(count)) };
}

function shift(f: FunctionBuilder, op: 'left' | 'logical' | 'arithmetic', x: Expr, y: Expr, dtype: DType): Expr {
  const inside = f.let(y.ge(0).and(y.lt(64)));
  const count = f.let(y.toI32());
  const { high, low } = split(f, x);
  const words = { high: f.let(high), low: f.let(low) };
  const signed = op === 'arithmetic' && dtype === 'int64';
  const fill = signed ? words.high.shrS(31) : i32(0);
  const shifted = op === 'left' ? shiftLeft(words, count) : shiftRight(words, count, fill, signed);
  return f.let(inside.select(join(f, shifted, dtype), signed ? fill.toF64() : f64(0)));
}

/** base^exponent, truncated; by a negative exponent 0, but for the bases 1 and -1. */
function powerFunction(target: Target) {
  return sharedFunction(target, 'powerWide', () => {
    const f = new FunctionBuilder('powerWide', target, ['f64', 'f64'], 'f64');
    const [base, exponent] = f.params;
    const half = f.let(exponent.mul(0.5));
    const even = f.let(half.eq(half.floor()));
    f.if(exponent.lt(0), () => {
      f.if(base.eq(1), () => f.return(f64(1)));
      f.if(base.eq(-1), () => f.return(even.select(f64(1), f64(-1))));
      f.return(f64(0));
    });
    const result = f.local(f64(1));
    const square = f.local(base);
    const rest = f.local(exponent);
    f.while(rest.gt(0), () => {
      const next = f.let(rest.mul(0.5).floor());
      f.if(rest.gt(next.add(next)), () => f.set(result, result.mul(square)));
      f.set(square, square.mul(square));
      f.set(rest, next);
    });
    f.return(result);
    return f.finish();
  });
}

type Binary = (f: FunctionBuilder, x: Expr, y: Expr, dtype: DType) => Expr;
const bits =
  (op: 'and' | 'or' | 'xor'): Binary =>
  (f, x, y, dtype) => {
    const [a, b] = [split(f, x), split(f, y)];
    return join(f, { high: a.high[op](b.high), low: a.low[op](b.low) }, dtype);
  };

/** Binary operations before they are truncated. */
const BINARY: Readonly<Record<Exclude<ScalarBinary, 'atan2' | 'nextAfter'>, Binary>> = {
  add: (_f, x, y) => x.add(y),
  sub: (_f, x, y) => x.sub(y),
  mul: (_f, x, y) => x.mul(y),
  div: (_f, x, y, dtype) => y.eq(0).select(f64(dtype === 'uint64' ? 2 ** 64 : -1), x.div(y)),
  rem: (f, x, y) => y.eq(0).select(x, f.call(special.fmod(f.target), [x, y])),
  pow: (f, x, y) => f.call(powerFunction(f.target), [x, y]),
  max: (_f, x, y) => x.max(y),
  min: (_f, x, y) => x.min(y),
  and: bits('and'),
  or: bits('or'),
  xor: bits('xor'),
  shiftLeft: (f, x, y, dtype) => shift(f, 'left', x, y, dtype),
  shiftRightLogical: (f, x, y, dtype) => shift(f, 'logical', x, y, dtype),
  shiftRightArithmetic: (f, x, y, dtype) => shift(f, 'arithmetic', x, y, dtype),
};

type Unary = (f: FunctionBuilder, x: Expr, dtype: DType) => Expr;

const UNARY: Readonly<Record<'neg' | 'abs' | 'sign' | 'not' | 'popcount', Unary>> = {
  neg: (_f, x) => x.neg(),
  abs: (_f, x) => x.abs(),
  sign: (_f, x) => special.signOf(x),
  not: (f, x, dtype) => {
    const { high, low } = split(f, x);
    return join(f, { high: high.not(), low: low.not() }, dtype);
  },
  popcount: (f, x) => {
    const { high, low } = split(f, x);
    return high.popcnt().add(low.popcnt()).toF64();
  },
};

/** A unary operation on a bound number; null where integers have none. */
export function wideUnary(f: FunctionBuilder, op: ScalarUnary, x: Expr, dtype: DType): Expr | null {
  return op in UNARY ? wrapWide(f, UNARY[op as keyof typeof UNARY](f, x, dtype), dtype) : null;
}

/** A binary operation on bound numbers; null where integers have none. */
export function wideBinary(f: FunctionBuilder, op: ScalarBinary, x: Expr, y: Expr, dtype: DType): Expr | null {
  return op in BINARY ? wrapWide(f, BINARY[op as keyof typeof BINARY](f, x, y, dtype), dtype) : null;
}
