/** @file Operations on float lanes and float64 scalars: which is an instruction, which is a formula, which goes through the host. */
import type { ScalarBinary, ScalarUnary } from '../../graph/scalar.js';
import type { FunctionBuilder } from '../function_builder.js';
import type { Callee, Expr, Target } from '../ir.js';
import { elementOf } from '../ir.js';
import { host } from './host.js';
import { perLane } from './lanewise.js';
import * as special from './special.js';

type Unary = (f: FunctionBuilder, x: Expr) => Expr;
type Binary = (f: FunctionBuilder, x: Expr, y: Expr) => Expr;

/** Call a function of float64 numbers, lane by lane. */
function throughDouble(f: FunctionBuilder, callee: Callee, operands: readonly Expr[]): Expr {
  const single = elementOf(operands[0].type) === 'f32';
  return perLane(f, operands, (...lanes) => {
    const result = f.call(
      callee,
      lanes.map((x) => x.toF64()),
    );
    return single ? result.toF32() : result;
  });
}
const double =
  (callee: Callee | ((target: Target) => Callee)): Unary =>
  (f, x) =>
    throughDouble(f, typeof callee === 'function' ? callee(f.target) : callee, [x]);
const double2 =
  (callee: Callee | ((target: Target) => Callee)): Binary =>
  (f, x, y) =>
    throughDouble(f, typeof callee === 'function' ? callee(f.target) : callee, [x, y]);

/** 1 / (1 + e^-x), from e^-|x|, which cannot overflow. */
function logisticDouble(f: FunctionBuilder, x: Expr): Expr {
  return perLane(f, [x], (lane) => {
    const wide = f.let(lane.toF64());
    const e = f.call(host.exp, [wide.abs().neg()]);
    const result = wide.ge(0).select(e.mul(0).add(1), e).div(e.add(1));
    return lane.type === 'f32' ? result.toF32() : result;
  });
}

type FloatUnary = Exclude<ScalarUnary, 'not' | 'popcount' | 'isFinite'>;
type FloatBinary = Exclude<
  ScalarBinary,
  'and' | 'or' | 'xor' | 'shiftLeft' | 'shiftRightLogical' | 'shiftRightArithmetic'
>;

const UNARY: Readonly<Record<FloatUnary, Unary>> = {
  neg: (_f, x) => x.neg(),
  abs: (_f, x) => x.abs(),
  sign: (_f, x) => special.signOf(x),
  floor: (_f, x) => x.floor(),
  ceil: (_f, x) => x.ceil(),
  trunc: (_f, x) => x.trunc(),
  roundEven: (_f, x) => x.nearest(),
  sqrt: (_f, x) => x.sqrt(),
  exp: double(host.exp),
  expm1: double(host.expm1),
  log: double(host.log),
  log1p: double(host.log1p),
  logistic: logisticDouble,
  sin: double(host.sin),
  cos: double(host.cos),
  tan: double(host.tan),
  asin: double(host.asin),
  acos: double(host.acos),
  atan: double(host.atan),
  sinh: double(host.sinh),
  cosh: double(host.cosh),
  tanh: double(host.tanh),
  asinh: double(host.asinh),
  acosh: double(host.acosh),
  atanh: double(host.atanh),
  erf: double(special.erf),
  erfinv: double(special.erfinv),
  lgamma: double(special.lgamma),
  digamma: double(special.digamma),
};

const BINARY: Readonly<Record<FloatBinary, Binary>> = {
  add: (_f, x, y) => x.add(y),
  sub: (_f, x, y) => x.sub(y),
  mul: (_f, x, y) => x.mul(y),
  div: (_f, x, y) => x.div(y),
  max: (_f, x, y) => x.max(y),
  min: (_f, x, y) => x.min(y),
  rem: (f, x, y) =>
    throughDouble(f, elementOf(x.type) === 'f32' ? special.fmodSingle(f.target) : special.fmod(f.target), [x, y]),
  pow: double2(special.pow),
  atan2: double2(host.atan2),
  nextAfter: double2(special.nextAfter),
};

/** Operations whose result on numbers of a 16-bit format is of that format. */
const CLOSED: ReadonlySet<ScalarUnary | ScalarBinary> = new Set<ScalarUnary | ScalarBinary>([
  'neg', 'abs', 'sign', 'floor', 'ceil', 'trunc', 'roundEven', 'max', 'min', 'rem',
]); // prettier-ignore

/** Whether the result on a 16-bit format must be rounded to it. */
export const needsRounding = (op: ScalarUnary | ScalarBinary): boolean => !CLOSED.has(op);

/** A unary operation on bound lanes, in their own precision; null where floats have none. */
export function floatUnary(f: FunctionBuilder, op: ScalarUnary, x: Expr): Expr | null {
  return op in UNARY ? f.let(UNARY[op as FloatUnary](f, x)) : null;
}

/** A binary operation on bound lanes, in their own precision; null where floats have none. */
export function floatBinary(f: FunctionBuilder, op: ScalarBinary, x: Expr, y: Expr): Expr | null {
  return op in BINARY ? f.let(BINARY[op as FloatBinary](f, x, y)) : null;
}
