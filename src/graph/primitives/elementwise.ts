/**
 * @file Element-wise primitives: one number of each input gives one number of the output. Inputs have the same shape; broadcasting
 * is a primitive of its own (`broadcastInDim` in structure.ts).
 */
import type { DType } from '../../core/dtype.js';
import { dtypeInfo, isFloat, isInteger, isUnsigned, limits, roundTo } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { ndarray } from '../../core/ndarray.js';
import type { GradientContext } from '../primitive.js';
import { definePrimitive } from '../primitive.js';
import type { ScalarBinary, ScalarBuilder, ScalarCompare, ScalarUnary } from '../scalar.js';
import type { Value } from '../graph.js';
import type { DTypeParams } from '../lax.js';
import {
  add, convert, cos, cosh, digamma, div, eq, exp, fullLike, ge, log, mul, neg, pow, select, sin, sinh, sqrt, sub, trunc, zerosLike,
} from '../lax.js'; // prettier-ignore
import * as special from '../special.js';
import * as wide from '../wide.js';
import { trigamma } from './trigamma.js';
import { formatType, mapElements, requireFloat, requireKind, sameTypes } from './helpers.js';

type Empty = Record<string, never>;

type Context = GradientContext<Empty> & { x: Value; y: Value; dy: Value; out: Value };
type Rule = (c: Context) => readonly (Value | null)[];

function rule(gradient: Rule | null): ((context: GradientContext<Empty>) => readonly (Value | null)[]) | null {
  if (gradient === null) return null;
  return (c) => gradient({ ...c, x: c.inputs[0], y: c.inputs[1], dy: c.cotangents[0]!, out: c.outputs[0] });
}

type DTypeRule = (name: string, dtype: DType) => void;
const anyNumber: DTypeRule = (name, dtype) => requireKind(name, dtype, (d) => d !== 'bool', 'a number dtype');
const floatOnly: DTypeRule = requireFloat;
const bitsOnly: DTypeRule = (name, dtype) => requireKind(name, dtype, (d) => !isFloat(d), 'an integer dtype or bool');
const integerOnly: DTypeRule = (name, dtype) => requireKind(name, dtype, isInteger, 'an integer dtype');

interface UnarySpec {
  readonly name: ScalarUnary;
  readonly accepts: DTypeRule;
  /** The result on a number, in float64, before it is rounded to the dtype. */
  readonly js: (x: number, dtype: DType) => number;
  readonly gradient: Rule | null;
  /** The result's dtype, when it is not the operand's. */
  readonly gives?: DType;
}

function unary({ name, accepts, js, gradient, gives }: UnarySpec): void {
  definePrimitive<Empty>({
    name,
    type: ([x]) => {
      accepts(name, x.dtype);
      return [{ dtype: gives ?? x.dtype, shape: x.shape }];
    },
    evaluate: ([x], _params, [out]) => [mapElements(out, [x], (value) => js(value, x.dtype))],
    scalar: (s, [x]) => s.unary(name, x),
    gradient: rule(gradient),
  });
}

interface BinarySpec {
  readonly name: ScalarBinary;
  readonly accepts: DTypeRule;
  readonly js: (x: number, y: number, dtype: DType) => number;
  readonly gradient: Rule | null;
  /** The scalar form, where it is made of others for some dtypes. */
  readonly scalar?: <V>(s: ScalarBuilder<V>, x: V, y: V) => V;
}

function binary({ name, accepts, js, gradient, scalar }: BinarySpec): void {
  definePrimitive<Empty>({
    name,
    type: (inputs) => {
      const type = sameTypes(name, inputs);
      accepts(name, type.dtype);
      return [type];
    },
    evaluate: (inputs, _params, [out]) => [mapElements(out, inputs, (a, b) => js(a, b, out.dtype))],
    scalar: (s, [x, y]) => (scalar ? scalar(s, x, y) : s.binary(name, x, y)),
    gradient: rule(gradient),
  });
}

function comparison(name: ScalarCompare, js: (x: number, y: number) => boolean): void {
  definePrimitive<Empty>({
    name,
    type: (inputs) => [{ dtype: 'bool', shape: sameTypes(name, inputs).shape }],
    evaluate: (inputs, _params, [out]) => [mapElements(out, inputs, (a, b) => (js(a, b) ? 1 : 0))],
    scalar: (s, [x, y]) => s.compare(name, x, y),
    gradient: null,
  });
}

const one = (x: Value): Value => fullLike(x, 1);

// ---- arithmetic ----

binary({ name: 'add', accepts: anyNumber, js: (a, b) => a + b, gradient: ({ dy }) => [dy, dy] });
binary({ name: 'sub', accepts: anyNumber, js: (a, b) => a - b, gradient: ({ dy }) => [dy, neg(dy)] });
binary({
  name: 'mul',
  accepts: anyNumber,
  js: (a, b, dtype) => (dtype === 'int32' || dtype === 'uint32' ? Math.imul(a, b) : a * b),
  gradient: ({ dy, x, y, needed }) => [needed[0] ? mul(dy, y) : null, needed[1] ? mul(dy, x) : null],
});
binary({
  name: 'div',
  accepts: anyNumber,
  js: (a, b, dtype) =>
    isFloat(dtype) ? a / b : b === 0 ? (isUnsigned(dtype) ? limits(dtype).max : -1) : Math.trunc(a / b),
  // d(x/y) = dx/y - (x/y)/y dy: the quotient is reused.
  gradient: ({ dy, y, out, needed }) => [needed[0] ? div(dy, y) : null, needed[1] ? neg(div(mul(dy, out), y)) : null],
});
binary({
  name: 'rem',
  accepts: anyNumber,
  js: (a, b, dtype) => (!isFloat(dtype) && b === 0 ? a : a % b),
  // x - trunc(x/y) y
  gradient: ({ dy, x, y, needed }) => [dy, needed[1] ? neg(mul(dy, trunc(div(x, y)))) : null],
});
binary({
  name: 'pow',
  accepts: anyNumber,
  js: (a, b, dtype) => (isFloat(dtype) ? special.pow(a, b) : special.integerPow(a, b, dtype)),
  gradient: ({ dy, x, y, out, needed }) => {
    // d/dx: y x^(y-1), zero where y = 0 (0^-1 would give 0 · Infinity); d/dy: x^y ln x, zero where x = 0 and y > 0.
    const zero = zerosLike(x);
    const dx = () => select(eq(y, zero), zero, mul(dy, mul(y, pow(x, select(eq(y, zero), one(y), sub(y, one(y)))))));
    const dySlope = () => mul(dy, mul(out, log(select(eq(x, zero), one(x), x))));
    return [needed[0] ? dx() : null, needed[1] ? dySlope() : null];
  },
});

/** Half of a cotangent where two sides are equal, all of it on the greater (or lesser) one: as JAX divides it. */
function share(dy: Value, own: Value, other: Value, out: Value): Value {
  const half = fullLike(dy, 0.5);
  const wins = select(eq(own, out), select(eq(other, out), half, one(dy)), zerosLike(dy));
  return mul(dy, wins);
}
binary({
  name: 'max',
  accepts: () => undefined,
  js: (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b)),
  gradient: ({ dy, x, y, out, needed }) => [
    needed[0] ? share(dy, x, y, out) : null,
    needed[1] ? share(dy, y, x, out) : null,
  ],
});
binary({
  name: 'min',
  accepts: () => undefined,
  js: (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.min(a, b)),
  gradient: ({ dy, x, y, out, needed }) => [
    needed[0] ? share(dy, x, y, out) : null,
    needed[1] ? share(dy, y, x, out) : null,
  ],
});

unary({ name: 'neg', accepts: anyNumber, js: (x) => -x, gradient: ({ dy }) => [neg(dy)] });
unary({
  name: 'abs',
  accepts: anyNumber,
  js: Math.abs,
  // JAX gives the slope 1 at 0, and -1 at NaN.
  gradient: ({ dy, x }) => [select(ge(x, zerosLike(x)), dy, neg(dy))],
});
unary({ name: 'sign', accepts: anyNumber, js: Math.sign, gradient: null });
unary({ name: 'floor', accepts: floatOnly, js: Math.floor, gradient: null });
unary({ name: 'ceil', accepts: floatOnly, js: Math.ceil, gradient: null });
unary({ name: 'trunc', accepts: floatOnly, js: Math.trunc, gradient: null });
unary({ name: 'roundEven', accepts: floatOnly, js: special.roundEven, gradient: null });
unary({
  name: 'sqrt',
  accepts: floatOnly,
  js: Math.sqrt,
  gradient: ({ dy, out }) => [div(mul(dy, fullLike(dy, 0.5)), out)],
});

// ---- exponentials, trigonometry, special functions ----

unary({ name: 'exp', accepts: floatOnly, js: Math.exp, gradient: ({ dy, out }) => [mul(dy, out)] });
unary({
  name: 'expm1',
  accepts: floatOnly,
  js: Math.expm1,
  gradient: ({ dy, out }) => [mul(dy, add(out, one(out)))],
});
unary({ name: 'log', accepts: floatOnly, js: Math.log, gradient: ({ dy, x }) => [div(dy, x)] });
unary({
  name: 'log1p',
  accepts: floatOnly,
  js: Math.log1p,
  gradient: ({ dy, x }) => [div(dy, add(x, one(x)))],
});
unary({
  name: 'logistic',
  accepts: floatOnly,
  js: (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
  gradient: ({ dy, out }) => [mul(dy, mul(out, sub(one(out), out)))],
});
unary({ name: 'sin', accepts: floatOnly, js: Math.sin, gradient: ({ dy, x }) => [mul(dy, cos(x))] });
unary({ name: 'cos', accepts: floatOnly, js: Math.cos, gradient: ({ dy, x }) => [neg(mul(dy, sin(x)))] });
unary({
  name: 'tan',
  accepts: floatOnly,
  js: Math.tan,
  gradient: ({ dy, out }) => [mul(dy, add(one(out), mul(out, out)))],
});
/** 1 - x², by factors: exact near ±1. */
const oneMinusSquare = (x: Value): Value => mul(sub(one(x), x), add(one(x), x));
unary({
  name: 'asin',
  accepts: floatOnly,
  js: Math.asin,
  gradient: ({ dy, x }) => [div(dy, sqrt(oneMinusSquare(x)))],
});
unary({
  name: 'acos',
  accepts: floatOnly,
  js: Math.acos,
  gradient: ({ dy, x }) => [neg(div(dy, sqrt(oneMinusSquare(x))))],
});
unary({
  name: 'atan',
  accepts: floatOnly,
  js: Math.atan,
  gradient: ({ dy, x }) => [div(dy, add(one(x), mul(x, x)))],
});
unary({ name: 'sinh', accepts: floatOnly, js: Math.sinh, gradient: ({ dy, x }) => [mul(dy, cosh(x))] });
unary({ name: 'cosh', accepts: floatOnly, js: Math.cosh, gradient: ({ dy, x }) => [mul(dy, sinh(x))] });
unary({
  name: 'tanh',
  accepts: floatOnly,
  js: Math.tanh,
  gradient: ({ dy, out }) => [mul(dy, oneMinusSquare(out))],
});
unary({
  name: 'asinh',
  accepts: floatOnly,
  js: Math.asinh,
  gradient: ({ dy, x }) => [div(dy, sqrt(add(mul(x, x), one(x))))],
});
unary({
  name: 'acosh',
  accepts: floatOnly,
  js: Math.acosh,
  // x² - 1; not the negative of 1 - x², which is -0 at ±1 and would turn the sign of the infinite slope.
  gradient: ({ dy, x }) => [div(dy, sqrt(sub(zerosLike(x), oneMinusSquare(x))))],
});
unary({
  name: 'atanh',
  accepts: floatOnly,
  js: Math.atanh,
  gradient: ({ dy, x }) => [div(dy, oneMinusSquare(x))],
});
unary({
  name: 'erf',
  accepts: floatOnly,
  js: special.erf,
  gradient: ({ dy, x }) => [mul(dy, mul(fullLike(x, 2 / Math.sqrt(Math.PI)), exp(neg(mul(x, x)))))],
});
unary({
  name: 'erfinv',
  accepts: floatOnly,
  js: (x, dtype) => (dtype === 'float32' ? special.erfinvSingle(x) : special.erfinv(x)),
  gradient: ({ dy, out }) => [mul(dy, mul(fullLike(out, Math.sqrt(Math.PI) / 2), exp(mul(out, out))))],
});
unary({
  name: 'digamma',
  accepts: floatOnly,
  js: special.digamma,
  gradient: ({ dy, x }) => [mul(dy, trigamma(x))],
});
unary({
  name: 'lgamma',
  accepts: floatOnly,
  js: special.lgamma,
  gradient: ({ dy, x }) => [mul(dy, digamma(x))],
});
binary({
  name: 'atan2',
  accepts: floatOnly,
  js: Math.atan2,
  gradient: ({ dy, x, y, needed }) => {
    const scaled = div(dy, add(mul(x, x), mul(y, y)));
    return [needed[0] ? mul(scaled, y) : null, needed[1] ? neg(mul(scaled, x)) : null];
  },
});
/**
 * A step that is more than half the way from x to its neighbour and less than half as much beyond it, so that x ± step rounds to the
 * neighbour in the dtype: max(|x| · slope, least).
 */
const NEIGHBOUR_STEPS = {
  float16: { slope: 2 ** -11 * (1 + 2 ** -10), least: 0.75 * 2 ** -24 },
  bfloat16: { slope: 2 ** -8 * (1 + 2 ** -7), least: 0.75 * 2 ** -133 },
  float64: { slope: 2 ** -53 * (1 + 2 ** -52), least: 2 ** -1074 },
} as const;
binary({
  name: 'nextAfter',
  accepts: floatOnly,
  js: (a, b, dtype) => {
    if (dtype !== 'float16' && dtype !== 'bfloat16' && dtype !== 'float64') return special.nextAfter(a, b);
    if (Number.isNaN(a) || Number.isNaN(b)) return NaN;
    if (a === b) return b;
    if (!Number.isFinite(a)) return Math.sign(a) * limits(dtype).max;
    const { slope, least } = NEIGHBOUR_STEPS[dtype];
    const step = Math.max(Math.abs(a) * slope, least);
    return a < b ? a + step : a - step;
  },
  scalar: (s, x, y) => {
    const dtype = s.dtype(x);
    if (dtype !== 'float16' && dtype !== 'bfloat16' && dtype !== 'float64') return s.binary('nextAfter', x, y);
    // 16-bit floats are held as float32: the sum is rounded once, at the end.
    const work = dtype === 'float64' ? dtype : 'float32';
    const { slope, least } = NEIGHBOUR_STEPS[dtype];
    const [from, to] = [s.convert(x, work), s.convert(y, work)];
    const c = (value: number): ReturnType<typeof s.constant> => s.constant(value, work);
    const size = s.unary('abs', from);
    const step = s.binary('max', s.binary('mul', size, c(slope)), c(least));
    const beside = s.select(s.compare('lt', from, to), s.binary('add', from, step), s.binary('sub', from, step));
    const most = s.binary('mul', s.unary('sign', from), c(limits(dtype).max));
    const inside = s.select(s.compare('eq', size, c(Infinity)), most, beside);
    const reached = s.select(s.compare('eq', from, to), to, inside);
    const missing = s.binary('or', s.compare('ne', from, from), s.compare('ne', to, to));
    return s.convert(s.select(missing, c(NaN), reached), dtype);
  },
  gradient: null,
});

// ---- bits and logic ----

const isWide = (dtype: DType): boolean => dtypeInfo(dtype).bits === 64;

unary({
  name: 'not',
  accepts: bitsOnly,
  js: (x, dtype) => (dtype === 'bool' ? 1 - x : isWide(dtype) ? wide.wideBits(x, x, dtype, (a) => ~a) : ~x),
  gradient: null,
});
/** Counts the bits of the dtype's width. */
unary({
  name: 'popcount',
  accepts: integerOnly,
  js: (x, dtype) => {
    const { bits } = dtypeInfo(dtype);
    return bits === 64
      ? wide.widePopcount(x, special.popcount)
      : special.popcount(bits === 32 ? x : x & (2 ** bits - 1));
  },
  gradient: null,
});
const bitwise = (name: 'and' | 'or' | 'xor', bits: (a: number, b: number) => number): void =>
  binary({
    name,
    accepts: bitsOnly,
    js: (a, b, dtype) => (isWide(dtype) ? wide.wideBits(a, b, dtype, bits) : bits(a, b)),
    gradient: null,
  });
bitwise('and', (a, b) => a & b);
bitwise('or', (a, b) => a | b);
bitwise('xor', (a, b) => a ^ b);
/** Shifts by the width of the dtype or more give 0 (or the sign). */
binary({
  name: 'shiftLeft',
  accepts: integerOnly,
  js: (a, b, dtype) => {
    if (b < 0 || b >= dtypeInfo(dtype).bits) return 0;
    return isWide(dtype) ? wide.wideShiftLeft(a, b, dtype) : a << b;
  },
  gradient: null,
});
binary({
  name: 'shiftRightLogical',
  accepts: integerOnly,
  js: (a, b, dtype) => {
    const { bits } = dtypeInfo(dtype);
    if (b < 0 || b >= bits) return 0;
    if (bits === 64) return wide.wideShiftRight(a, b, dtype, false);
    return (bits === 32 ? a >>> 0 : a & (2 ** bits - 1)) >>> b;
  },
  gradient: null,
});
binary({
  name: 'shiftRightArithmetic',
  accepts: integerOnly,
  js: (a, b, dtype) => {
    const { bits } = dtypeInfo(dtype);
    const inside = b >= 0 && b < bits;
    if (bits === 64) return inside ? wide.wideShiftRight(a, b, dtype, true) : a < 0 ? -1 : 0;
    if (isUnsigned(dtype)) return inside ? a >>> b : 0;
    return a >> (inside ? b : 31);
  },
  gradient: null,
});
unary({
  name: 'isFinite',
  accepts: floatOnly,
  js: (x) => (Number.isFinite(x) ? 1 : 0),
  gradient: null,
  gives: 'bool',
});

// ---- comparison and choice ----

comparison('eq', (a, b) => a === b);
comparison('ne', (a, b) => a !== b);
comparison('lt', (a, b) => a < b);
comparison('le', (a, b) => a <= b);
comparison('gt', (a, b) => a > b);
comparison('ge', (a, b) => a >= b);

definePrimitive<Empty>({
  name: 'select',
  type: ([condition, ...branches]) => {
    const type = sameTypes('select', branches);
    sameTypes('select', [{ dtype: 'bool', shape: type.shape }, condition]);
    return [type];
  },
  evaluate: (inputs, _params, [out]) => [mapElements(out, inputs, (c, a, b) => (c !== 0 ? a : b))],
  scalar: (s, [c, a, b]) => s.select(c, a, b),
  gradient: ({ cotangents: [dy], inputs: [c], needed }) => {
    const zero = zerosLike(dy!);
    return [null, needed[1] ? select(c, dy!, zero) : null, needed[2] ? select(c, zero, dy!) : null];
  },
});

// ---- conversion ----

/** Convert one number: floats to integers truncate and saturate, NaN becomes 0; integers wrap; bool is `x !== 0`. */
function convertNumber(x: number, from: DType, to: DType): number {
  if (isFloat(from) && isInteger(to)) {
    if (Number.isNaN(x)) return 0;
    const { min: least, max: greatest } = limits(to);
    return Math.min(Math.max(Math.trunc(x) + 0, least), greatest);
  }
  return roundTo(to, x);
}

definePrimitive<DTypeParams>({
  name: 'convert',
  type: ([x], { dtype }) => [{ dtype, shape: x.shape }],
  evaluate: ([x], { dtype }, [out]) => [mapElements(out, [x], (value) => convertNumber(value, x.dtype, dtype))],
  scalar: (s, [x], { dtype }) => s.convert(x, dtype),
  gradient: ({ cotangents: [dy], inputs: [x], params: { dtype } }) => [
    isFloat(x.dtype) && isFloat(dtype) ? convert(dy!, x.dtype) : null,
  ],
});

const WORDS: readonly DType[] = ['int32', 'uint32', 'float32'];
definePrimitive<DTypeParams>({
  name: 'bitcast',
  type: ([x], { dtype }) => {
    if (!WORDS.includes(x.dtype) || !WORDS.includes(dtype)) {
      throw new ValueError(`bitcast: takes 32-bit dtypes (${WORDS.join(', ')}), got ${formatType(x)} to ${dtype}.`);
    }
    return [{ dtype, shape: x.shape }];
  },
  evaluate: ([x], { dtype }) => {
    const source = x.data.slice();
    if (dtype === 'float32') return [ndarray(dtype, x.shape, new Float32Array(source.buffer))];
    if (dtype === 'int32') return [ndarray(dtype, x.shape, new Int32Array(source.buffer))];
    return [ndarray(dtype, x.shape, new Uint32Array(source.buffer))];
  },
  scalar: (s, [x], { dtype }) => s.bitcast(x, dtype),
  gradient: null,
});

definePrimitive<Empty>({
  name: 'stopGradient',
  type: ([x]) => [{ dtype: x.dtype, shape: x.shape }],
  evaluate: ([x]) => [x],
  scalar: (_s, [x]) => x,
  gradient: null,
});
