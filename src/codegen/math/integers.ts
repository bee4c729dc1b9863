/** @file Integers of up to 32 bits in `i32` lanes, each wrapped to its dtype. Nothing here traps. */
import type { DType } from '../../core/dtype.js';
import { dtypeInfo, isUnsigned } from '../../core/dtype.js';
import type { ScalarBinary, ScalarCompare, ScalarUnary } from '../../graph/scalar.js';
import { FunctionBuilder } from '../function_builder.js';
import type { Expr, Target } from '../ir.js';
import { constant, i32, isVector } from '../ir.js';
import { perLane, sharedFunction } from './lanewise.js';

/** Cut 32 bits to a dtype of as many or fewer. */
export function wrapInteger(x: Expr, dtype: DType): Expr {
  const { bits } = dtypeInfo(dtype);
  if (bits === 32) return x;
  if (isUnsigned(dtype)) return x.and(2 ** bits - 1);
  return x.shl(32 - bits).shrS(32 - bits);
}

function divide(f: FunctionBuilder, x: Expr, y: Expr, unsigned: boolean): Expr {
  return perLane(f, [x, y], (a, b) => {
    if (unsigned) return b.eqz().select(i32(-1), a.divU(b.eqz().select(i32(1), b)));
    // By 0: -1. By -1: the negative, where the machine's division of the least integer would trap.
    const special = f.let(b.add(1).leU(1));
    return special.select(b.eqz().select(i32(-1), a.neg()), a.divS(special.select(i32(1), b)));
  });
}

function remainder(f: FunctionBuilder, x: Expr, y: Expr, unsigned: boolean): Expr {
  return perLane(f, [x, y], (a, b) => {
    const safe = f.let(b.eqz().select(i32(1), b));
    return b.eqz().select(a, unsigned ? a.remU(safe) : a.remS(safe));
  });
}

/** base^exponent modulo 2³²; by a negative exponent 0, but for the bases 1 and -1. `unsigned`: no exponent is negative. */
function powerFunction(target: Target, unsigned: boolean) {
  const name = unsigned ? 'powerU32' : 'powerI32';
  return sharedFunction(target, name, () => {
    const f = new FunctionBuilder(name, target, ['i32', 'i32'], 'i32');
    const [base, exponent] = f.params;
    const odd = f.let(exponent.and(1));
    if (!unsigned) {
      f.if(exponent.lt(0), () => {
        f.if(base.eq(1), () => f.return(i32(1)));
        f.if(base.eq(-1), () => f.return(odd.select(i32(-1), i32(1))));
        f.return(i32(0));
      });
    }
    const result = f.local(i32(1));
    const square = f.local(base);
    const rest = f.local(exponent);
    f.while(rest.ne(0), () => {
      f.if(rest.and(1), () => f.set(result, result.mul(square)));
      f.set(square, square.mul(square));
      f.set(rest, rest.shrU(1));
    });
    f.return(result);
    return f.finish();
  });
}

function power(f: FunctionBuilder, x: Expr, y: Expr, unsigned: boolean): Expr {
  const callee = powerFunction(f.target, unsigned);
  return perLane(f, [x, y], (a, b) => f.call(callee, [a, b]));
}

/** The larger or the smaller of two integers. */
function extreme(f: FunctionBuilder, x: Expr, y: Expr, larger: boolean, unsigned: boolean): Expr {
  if (isVector(x.type)) {
    if (unsigned) return larger ? x.maxU(y) : x.minU(y);
    return larger ? x.max(y) : x.min(y);
  }
  const below = unsigned ? x.ltU(y) : x.lt(y);
  return larger ? below.select(y, x) : below.select(x, y);
}

/** Shift each lane by its own count; counts outside 0 … bits - 1 give `beyond`. */
function shift(
  f: FunctionBuilder,
  x: Expr,
  count: Expr,
  bits: number,
  by: (x: Expr, count: Expr) => Expr,
  beyond: (x: Expr) => Expr,
): Expr {
  const known = count.constant;
  if (known !== null) return known >= 0 && known < bits ? by(x, i32(known)) : beyond(x);
  return perLane(f, [x, count], (a, n) => n.ltU(bits).select(by(a, n), beyond(a)));
}

type Binary = (f: FunctionBuilder, x: Expr, y: Expr, dtype: DType) => Expr;
const wide32 = (dtype: DType): boolean => dtype === 'uint32';
const zero = (x: Expr): Expr => constant(x.type, 0);

/** Binary operations before they are wrapped. */
const BINARY: Readonly<Record<Exclude<ScalarBinary, 'atan2' | 'nextAfter'>, Binary>> = {
  add: (_f, x, y) => x.add(y),
  sub: (_f, x, y) => x.sub(y),
  mul: (_f, x, y) => x.mul(y),
  div: (f, x, y, dtype) => divide(f, x, y, wide32(dtype)),
  rem: (f, x, y, dtype) => remainder(f, x, y, wide32(dtype)),
  pow: (f, x, y, dtype) => power(f, x, y, wide32(dtype)),
  max: (f, x, y, dtype) => extreme(f, x, y, true, wide32(dtype)),
  min: (f, x, y, dtype) => extreme(f, x, y, false, wide32(dtype)),
  and: (_f, x, y) => x.and(y),
  or: (_f, x, y) => x.or(y),
  xor: (_f, x, y) => x.xor(y),
  shiftLeft: (f, x, y, dtype) => shift(f, x, y, dtypeInfo(dtype).bits, (a, n) => a.shl(n), zero),
  shiftRightLogical: (f, x, y, dtype) => {
    const { bits } = dtypeInfo(dtype);
    const cut = bits === 32 ? x : f.let(x.and(2 ** bits - 1));
    return shift(f, cut, y, bits, (a, n) => a.shrU(n), zero);
  },
  shiftRightArithmetic: (f, x, y, dtype) => {
    const { bits } = dtypeInfo(dtype);
    if (isUnsigned(dtype)) return shift(f, x, y, bits, (a, n) => a.shrU(n), zero);
    return shift(
      f,
      x,
      y,
      bits,
      (a, n) => a.shrS(n),
      (a) => a.shrS(31),
    );
  },
};

/** Bits that are set in each lane. */
function popcount(f: FunctionBuilder, x: Expr): Expr {
  if (!isVector(x.type)) return x.popcnt();
  // Sums of neighbouring fields of 1, 2 and 4 bits, then of the four bytes.
  const pairs = f.let(x.sub(x.shrU(1).and(0x55555555)));
  const fours = f.let(pairs.and(0x33333333).add(pairs.shrU(2).and(0x33333333)));
  const bytes = f.let(fours.add(fours.shrU(4)).and(0x0f0f0f0f));
  return bytes.mul(0x01010101).shrU(24);
}

type Unary = (f: FunctionBuilder, x: Expr, dtype: DType) => Expr;

const UNARY: Readonly<Record<'neg' | 'abs' | 'sign' | 'not' | 'popcount', Unary>> = {
  neg: (_f, x) => x.neg(),
  abs: (_f, x, dtype) => {
    if (isUnsigned(dtype)) return x;
    return isVector(x.type) ? x.abs() : x.lt(0).select(x.neg(), x);
  },
  sign: (_f, x, dtype) => {
    const one = constant(x.type, 1);
    if (isUnsigned(dtype)) return x.ne(0).select(one, 0);
    return x.gt(0).select(one, x.shrS(31));
  },
  not: (_f, x) => x.not(),
  popcount: (f, x, dtype) =>
    popcount(f, dtypeInfo(dtype).bits === 32 ? x : f.let(x.and(2 ** dtypeInfo(dtype).bits - 1))),
};

/** A unary operation on bound lanes, wrapped to the dtype; null where integers have none. */
export function integerUnary(f: FunctionBuilder, op: ScalarUnary, x: Expr, dtype: DType): Expr | null {
  return op in UNARY ? f.let(wrapInteger(UNARY[op as keyof typeof UNARY](f, x, dtype), dtype)) : null;
}

/** A binary operation on bound lanes, wrapped to the dtype; null where integers have none. */
export function integerBinary(f: FunctionBuilder, op: ScalarBinary, x: Expr, y: Expr, dtype: DType): Expr | null {
  return op in BINARY ? f.let(wrapInteger(BINARY[op as keyof typeof BINARY](f, x, y, dtype), dtype)) : null;
}

/** A comparison: 0 or 1 of scalars, all-ones or 0 of lanes. */
export function integerCompare(op: ScalarCompare, x: Expr, y: Expr, dtype: DType): Expr {
  if (dtype !== 'uint32') return x[op](y);
  switch (op) {
    case 'lt':
      return x.ltU(y);
    case 'le':
      return x.leU(y);
    case 'gt':
      return x.gtU(y);
    case 'ge':
      return x.geU(y);
    default:
      return x[op](y);
  }
}
