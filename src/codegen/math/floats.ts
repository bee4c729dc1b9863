/** @file Operations on float lanes and float64 scalars: which is an instruction, which is a formula, which goes through the host. */
import type { ScalarBinary, ScalarUnary } from '../../graph/scalar.js';
import type { FunctionBuilder } from '../function_builder.js';
import type { Callee, Expr, Target } from '../ir.js';
import { constant, elementOf, isVector } from '../ir.js';
import { erf } from './erf.js';
import * as exponentials from './exponentials.js';
import { host } from './host.js';
import { perLane } from './lanewise.js';
import * as logarithms from './logarithms.js';
import { powSingle } from './power.js';
import * as special from './special.js';
import * as trigonometry from './trigonometry.js';

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
  const e = f.call(host.exp, [x.abs().neg()]);
  return x.ge(0).select(constant('f64', 1), e).div(e.add(1));
}

/** float32 has a formula of its own, float64 another way. */
const formula =
  (single: Unary, wide: Unary): Unary =>
  (f, x) =>
    elementOf(x.type) === 'f32' ? single(f, x) : wide(f, x);

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
  exp: formula(exponentials.exp, double(host.exp)),
  expm1: formula(exponentials.expm1, double(host.expm1)),
  log: formula(logarithms.log, double(host.log)),
  log1p: formula(logarithms.log1p, double(host.log1p)),
  logistic: formula(exponentials.logistic, logisticDouble),
  sin: formula(trigonometry.sin, double(host.sin)),
  cos: formula(trigonometry.cos, double(host.cos)),
  tan: double(host.tan),
  asin: double(host.asin),
  acos: double(host.acos),
  atan: formula(trigonometry.atan, double(host.atan)),
  sinh: formula(exponentials.sinh, double(host.sinh)),
  cosh: formula(exponentials.cosh, double(host.cosh)),
  tanh: formula(exponentials.tanh, double(host.tanh)),
  asinh: double(host.asinh),
  acosh: double(host.acosh),
  atanh: double(host.atanh),
  erf: formula(erf, double(special.erf)),
  erfinv: double(special.erfinv),
  lgamma: double(special.lgamma),
  digamma: double(special.digamma),
};

/**
 * The greater or the lesser of lanes, +0 above -0; NaN if either is. WebAssembly has one instruction for it, of which processors make a chain
 * of nine that wait for each other; of these, none waits for more than two.
 */
function extremum(f: FunctionBuilder, kind: 'max' | 'min', x: Expr, y: Expr): Expr {
  // Of zeros, and where one is NaN, each order of the operands gives the first.
  const [one, other] = (kind === 'max' ? [x.pmax(y), y.pmax(x)] : [x.pmin(y), y.pmin(x)]).map((z) => f.let(z));
  // The bits of a NaN and any others together are those of a NaN.
  if (kind === 'min') return f.let(one.bitcast().or(other.bitcast()).bitcast());
  return f.let(one.bitcast().and(other.bitcast()).or(one.ne(other)).bitcast()); // all bits set: a NaN
}

/** The greater of two; NaN if either is. Quicker with a number that is known. */
function greater(f: FunctionBuilder, x: Expr, y: Expr): Expr {
  if (x.constant !== null && y.constant === null) return greater(f, y, x);
  const bound = y.constant;
  if (!isVector(x.type)) return x.max(y);
  if (bound === null || Number.isNaN(bound)) return extremum(f, 'max', x, y);
  const result = x.pmax(y); // x < y ? y : x
  return Object.is(bound, 0) ? result.add(0) : result; // -0 → 0
}

/** The lesser of two; NaN if either is. */
function lesser(f: FunctionBuilder, x: Expr, y: Expr): Expr {
  if (x.constant !== null && y.constant === null) return lesser(f, y, x);
  const bound = y.constant;
  if (!isVector(x.type)) return x.min(y);
  if (bound === null || Number.isNaN(bound) || Object.is(bound, -0)) return extremum(f, 'min', x, y);
  return x.pmin(y); // y < x ? y : x
}

const BINARY: Readonly<Record<FloatBinary, Binary>> = {
  add: (_f, x, y) => x.add(y),
  sub: (_f, x, y) => x.sub(y),
  mul: (_f, x, y) => x.mul(y),
  div: (_f, x, y) => x.div(y),
  max: greater,
  min: lesser,
  rem: (f, x, y) =>
    throughDouble(f, elementOf(x.type) === 'f32' ? special.fmodSingle(f.target) : special.fmod(f.target), [x, y]),
  pow: (f, x, y) => {
    if (x.type === 'f64') return f.call(special.pow(f.target), [x, y]);
    return perLane(f, [x, y], (a, b) => f.call(powSingle(f.target), [a, b]));
  },
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
