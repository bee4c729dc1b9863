/**
 * @file Rules for element-wise primitives. Each keeps every bit of the result (of NaN only that it is one), which decides what is not here:
 *
 * - x + 0 is not x: it turns -0 into 0. x + -0 and x - 0 are x. For integers all are.
 * - x * 0 is not 0, x - x is not 0 and x / x is not 1: x may be NaN or infinite. For integers the first two are.
 * - (x * a) * b is not x * (a * b): they round differently. a - (b - c) likewise.
 * - pow(x, 0.5) is not sqrt(x): it gives 0 for -0 and Infinity for -Infinity. pow(x, 3) is not x * x * x, which rounds twice.
 * - x / c is x * (1 / c) only for powers of two.
 */
import type { DType } from '../../core/dtype.js';
import { dtypeInfo, isFloat, isInteger, isUnsigned, limits, roundTo } from '../../core/dtype.js';
import type { Value } from '../graph.js';
import * as lax from '../lax.js';
import type { Rule, Rules } from './rules.js';
import { eitherWay, filledWith, float, under, withParams, wrapping } from './rules.js';
import { sumOfPads } from './sums_of_pads.js';
import { isUniform, uniformOf } from './uniform.js';

/** Integers of 64 bits are held as float64 and may be beyond what is exact: rules for wrapping integers and bits leave them alone. */
const isWide = (v: Value): boolean => isInteger(v.dtype) && dtypeInfo(v.dtype).bits === 64;
const isOne = (v: Value): boolean => isUniform(v, 1);
/** 0 of an integer dtype, or the 0 that an addition of floats does not see: -0. */
const isNeutralZero = (v: Value): boolean => isUniform(v, isFloat(v.dtype) ? -0 : 0);
const isBool = (v: Value): boolean => v.dtype === 'bool';
/** All bits set: true, or -1. */
const isAllOnes = (v: Value): boolean =>
  isUniform(v, isBool(v) ? 1 : isUnsigned(v.dtype) ? limits(v.dtype).max : -1) && !isWide(v);

/** 1 / c if that is exact: c is a power of two whose reciprocal is a normal number of the dtype. */
function exactReciprocal(c: number, dtype: DType): number | null {
  const inverse = 1 / c;
  const smallest = { float16: 2 ** -14, bfloat16: 2 ** -126, float32: 2 ** -126, float64: 2 ** -1022 }[
    dtype as 'float64'
  ];
  const isPower = 2 ** Math.round(Math.log2(Math.abs(c))) === Math.abs(c) && Number.isFinite(c);
  return isPower && roundTo(dtype, inverse) === inverse && Math.abs(inverse) >= smallest ? inverse : null;
}

// min(x, Infinity) -> x, max(x, -Infinity) -> x; for integers with their least and greatest number
const neutralOf = (name: 'max' | 'min', dtype: DType): number =>
  isFloat(dtype) ? (name === 'max' ? -Infinity : Infinity) : name === 'max' ? limits(dtype).min : limits(dtype).max;
const extremum = (name: 'max' | 'min'): readonly Rule[] => [
  // max(x, x) -> x
  ({ x, y }) => (x === y ? x : null),
  // max(x, -Infinity) -> x
  eitherWay((x, c) => (isUniform(c, neutralOf(name, c.dtype)) ? x : null)),
];

/** A rounding of a rounded number changes nothing: floor(ceil(x)) -> ceil(x). */
const ROUNDINGS = ['floor', 'ceil', 'trunc', 'roundEven'] as const;
const rounding: readonly Rule[] = [
  ({ x }) => ((ROUNDINGS as readonly string[]).includes(x.node.primitive.name) ? x : null),
];

/** Whether every number of `from` is a number of `to`. */
function holdsAll(to: DType, from: DType): boolean {
  if (from === to || from === 'bool') return true;
  if (to === 'bool') return false;
  const mantissa = { float16: 11, bfloat16: 8, float32: 24, float64: 53 } as const;
  const [a, b] = [dtypeInfo(from), dtypeInfo(to)];
  if (isFloat(from)) {
    if (!isFloat(to) || (from === 'bfloat16' && to === 'float16')) return false;
    return b.bits > a.bits;
  }
  if (isFloat(to)) return to !== 'float16' || a.bits <= 8 ? a.bits <= mantissa[to as keyof typeof mantissa] : false;
  if (isUnsigned(to)) return isUnsigned(from) && b.bits >= a.bits;
  return isUnsigned(from) ? b.bits > a.bits : b.bits >= a.bits;
}

/** Whether converting x to `middle` and then to `to` gives what converting x to `to` gives. */
function skips(from: DType, middle: DType, to: DType): boolean {
  if (!holdsAll(middle, from)) {
    // Integers that wrap to fewer and fewer bits wrap to the last alone.
    const wraps =
      isInteger(from) && isInteger(middle) && isInteger(to) && ![from, middle, to].some((d) => d.endsWith('64'));
    return wraps && dtypeInfo(middle).bits >= dtypeInfo(to).bits;
  }
  // A conversion from floats to integers saturates where one from integers wraps.
  if (isInteger(from) && isFloat(middle) && isInteger(to)) return holdsAll(to, from);
  if (isInteger(from) && (from.endsWith('64') || middle.endsWith('64')) && isInteger(to)) return holdsAll(to, from);
  return true;
}

const isTrue = (v: Value): boolean => isBool(v) && isUniform(v, 1);
const isFalse = (v: Value): boolean => isBool(v) && isUniform(v, 0);

const OPPOSITES = { eq: 'ne', ne: 'eq', lt: 'ge', ge: 'lt', gt: 'le', le: 'gt' } as const;
/** Comparisons of a value with itself; for floats only where NaN gives the same. */
const withItself =
  (holds: boolean, ofFloats: boolean): Rule =>
  (match) =>
    match.x === match.y && (ofFloats || !isFloat(match.x.dtype)) ? filledWith(match, holds ? 1 : 0) : null;

export const ARITHMETIC_RULES: Rules = {
  add: [
    sumOfPads,
    // x + -0 -> x; integers: x + 0 -> x
    eitherWay((x, c) => (isNeutralZero(c) ? x : null)),
    // x + -y -> x - y
    eitherWay((x, y, m) => {
      const negated = float(m) || wrapping(m) ? under(y, 'neg') : null;
      return negated && lax.sub(x, negated);
    }),
  ],
  sub: [
    // x - 0 -> x
    ({ x, y }) => (isUniform(y, 0) ? x : null),
    // -0 - x -> -x; integers: 0 - x -> -x
    (m) => (isNeutralZero(m.x) && (float(m) || wrapping(m)) ? lax.neg(m.y) : null),
    // integers: x - x -> 0
    (m) => (m.x === m.y && wrapping(m) ? filledWith(m, 0) : null),
    // x - -y -> x + y
    (m) => {
      const negated = float(m) || wrapping(m) ? under(m.y, 'neg') : null;
      return negated && lax.add(m.x, negated);
    },
  ],
  mul: [
    // x * 1 -> x
    eitherWay((x, c) => (isOne(c) ? x : null)),
    // x * -1 -> -x
    eitherWay((x, c, m) => (isUniform(c, -1) && (float(m) || wrapping(m)) ? lax.neg(x) : null)),
    // integers: x * 0 -> 0
    eitherWay((_x, c, m) => (wrapping(m) && isUniform(c, 0) ? filledWith(m, 0) : null)),
    // -x * -y -> x * y
    (m) => {
      const [x, y] = [under(m.x, 'neg'), under(m.y, 'neg')];
      return x && y && (float(m) || wrapping(m)) ? lax.mul(x, y) : null;
    },
  ],
  div: [
    // x / 1 -> x
    ({ x, y }) => (isOne(y) ? x : null),
    // x / -1 -> -x
    (m) => (float(m) && isUniform(m.y, -1) ? lax.neg(m.x) : null),
    // x / 2^k -> x * 2^-k
    (m) => {
      const c = float(m) ? uniformOf(m.y) : null;
      const inverse = c === null ? null : exactReciprocal(c, m.type.dtype);
      return inverse === null ? null : lax.mul(m.x, lax.fullLike(m.x, inverse));
    },
  ],
  rem: [
    // integers: x rem 1 -> 0
    (m) => (wrapping(m) && isOne(m.y) ? filledWith(m, 0) : null),
  ],
  pow: [
    // x ^ 1 -> x
    ({ x, y }) => (isOne(y) ? x : null),
    // x ^ 0 -> 1, also for NaN
    (m) => (uniformOf(m.y) === 0 ? filledWith(m, 1) : null),
    // x ^ 2 -> x * x
    (m) => (isUniform(m.y, 2) && (float(m) || wrapping(m)) ? lax.mul(m.x, m.x) : null),
    // floats: x ^ -1 -> 1 / x
    (m) => (isUniform(m.y, -1) && float(m) ? lax.div(lax.fullLike(m.x, 1), m.x) : null),
  ],
  max: extremum('max'),
  min: extremum('min'),
  neg: [
    // -(-x) -> x
    (m) => (float(m) || wrapping(m) ? under(m.x, 'neg') : null),
  ],
  abs: [
    // |(|x|)| -> |x|
    ({ x }) => (under(x, 'abs') ? x : null),
    // |-x| -> |x|
    (m) => {
      const x = under(m.x, 'neg');
      return x && (float(m) || (wrapping(m) && !isUnsigned(m.type.dtype))) ? lax.abs(x) : null;
    },
    // unsigned: |x| -> x
    ({ x }) => (isUnsigned(x.dtype) ? x : null),
  ],
  floor: rounding,
  ceil: rounding,
  trunc: rounding,
  roundEven: rounding,
  not: [
    // not not x -> x
    ({ x }) => (isWide(x) ? null : under(x, 'not')),
    // not (x == y) -> x != y; for integers also not (x < y) -> x >= y and so on
    ({ x }) => {
      const { primitive, inputs } = x.node;
      if (!Object.hasOwn(OPPOSITES, primitive.name)) return null;
      const name = primitive.name as keyof typeof OPPOSITES;
      if (name !== 'eq' && name !== 'ne' && isFloat(inputs[0].dtype)) return null;
      return lax[OPPOSITES[name]](inputs[0], inputs[1]);
    },
  ],
  and: [
    // x & x -> x
    ({ x, y }) => (x === y && !isWide(x) ? x : null),
    // x & true -> x
    eitherWay((x, c) => (isAllOnes(c) ? x : null)),
    // x & 0 -> 0
    eitherWay((_x, c, m) => (isUniform(c, 0) && !isWide(c) ? filledWith(m, 0) : null)),
  ],
  or: [
    // x | x -> x
    ({ x, y }) => (x === y && !isWide(x) ? x : null),
    // x | 0 -> x
    eitherWay((x, c) => (isUniform(c, 0) && !isWide(c) ? x : null)),
    // x | true -> true
    eitherWay((_x, c) => (isAllOnes(c) ? c : null)),
  ],
  xor: [
    // x ^ 0 -> x
    eitherWay((x, c) => (isUniform(c, 0) && !isWide(c) ? x : null)),
    // x ^ x -> 0
    (m) => (m.x === m.y && !isWide(m.x) ? filledWith(m, 0) : null),
    // x ^ true -> not x
    eitherWay((x, c) => (isAllOnes(c) ? lax.not(x) : null)),
  ],
  shiftLeft: [({ x, y }) => (isUniform(y, 0) && !isWide(x) ? x : null)], // x << 0 -> x
  shiftRightLogical: [({ x, y }) => (isUniform(y, 0) && !isWide(x) ? x : null)], // x >>> 0 -> x
  shiftRightArithmetic: [({ x, y }) => (isUniform(y, 0) && !isWide(x) ? x : null)], // x >> 0 -> x
  eq: [withItself(true, false)], // integers: x == x -> true
  ne: [withItself(false, false)], // integers: x != x -> false
  lt: [withItself(false, true)], // x < x -> false
  gt: [withItself(false, true)], // x > x -> false
  le: [withItself(true, false)], // integers: x <= x -> true
  ge: [withItself(true, false)], // integers: x >= x -> true
  select: [
    // select(true, x, y) -> x; select(false, x, y) -> y
    ({ x: c, y, z }) => (isTrue(c) ? y : isFalse(c) ? z : null),
    // select(c, x, x) -> x
    ({ y, z }) => (y === z ? y : null),
    // select(not c, x, y) -> select(c, y, x)
    ({ x, y, z }) => {
      const c = under(x, 'not');
      return c && lax.select(c, z, y);
    },
    // select(x > c, x, select(x <= c, y, x)) -> select(x <= c, y, x)
    ({ x: c, y, z }) => {
      if (c.node.primitive.name !== 'gt' || z.node.primitive.name !== 'select' || c.node.inputs[0] !== y) return null;
      const [other, , last] = z.node.inputs;
      const bound = uniformOf(c.node.inputs[1]);
      const opposite = other.node.primitive.name === 'le' && other.node.inputs[0] === y && last === y;
      return opposite && bound !== null && uniformOf(other.node.inputs[1]) === bound ? z : null;
    },
    // select(c, true, false) -> c; select(c, false, true) -> not c
    ({ x: c, y, z }) => (isTrue(y) && isFalse(z) ? c : isFalse(y) && isTrue(z) ? lax.not(c) : null),
    // select(c, select(c, x, y), z) -> select(c, x, z)
    ({ x: c, y, z }) => {
      const inner = y.node.primitive.name === 'select' ? y.node.inputs : null;
      return inner?.[0] === c ? lax.select(c, inner[1], z) : null;
    },
    // select(c, x, select(c, y, z)) -> select(c, x, z)
    ({ x: c, y, z }) => {
      const inner = z.node.primitive.name === 'select' ? z.node.inputs : null;
      return inner?.[0] === c ? lax.select(c, y, inner[2]) : null;
    },
  ],
  convert: [
    // convert(x, its own dtype) -> x
    ({ x, type }) => (x.dtype === type.dtype ? x : null),
    // convert(convert(x, a), b) -> convert(x, b), where a loses nothing that b keeps
    withParams<lax.DTypeParams>(({ x: middle, params: { dtype } }) => {
      const x = under(middle, 'convert');
      return x && skips(x.dtype, middle.dtype, dtype) ? lax.convert(x, dtype) : null;
    }),
  ],
  bitcast: [
    // bitcast(x, its own dtype) -> x
    ({ x, type }) => (x.dtype === type.dtype ? x : null),
    // bitcast(bitcast(x, a), b) -> bitcast(x, b)
    withParams<lax.DTypeParams>(({ x: middle, params: { dtype } }) => {
      const x = under(middle, 'bitcast');
      return x && lax.bitcast(x, dtype);
    }),
  ],
  // stopGradient(x) -> x: gradients are made before passes run
  stopGradient: [({ x }) => x],
};
