/** @file Every scalar operation of every dtype, one element and four lanes at a time, against the primitives' own definitions. */
import { describe, expect, test } from 'vitest';
import type { DType } from '../core/dtype.js';
import { DTYPES, dtypeInfo, isFloat, isInteger, limits, roundTo } from '../core/dtype.js';
import type { NDArray } from '../core/ndarray.js';
import { fromNumbers } from '../core/ndarray.js';
import { evaluatePrimitive } from '../graph/interpret.js';
import { primitiveByName } from '../graph/primitive.js';
import '../graph/primitives/index.js';
import type { ScalarBinary, ScalarCompare, ScalarUnary } from '../graph/scalar.js';
import { compileElements, FIRST_INPUT } from '../testing/lanes.js';
import { randomStream } from '../testing/random_arrays.js';
import { i32 } from './ir.js';
import { canVectorize, loadSplatted } from './lanes.js';

const FLOATS = DTYPES.filter(isFloat);
const INTEGERS = DTYPES.filter(isInteger);
const NUMBERS = DTYPES.filter((d) => d !== 'bool');
const BITS = DTYPES.filter((d) => !isFloat(d));

/** Operations that are exact, or rounded correctly, by the dtypes that they take. */
const EXACT_UNARY: Readonly<Record<string, readonly DType[]>> = {
  neg: NUMBERS, abs: NUMBERS, sign: NUMBERS, floor: FLOATS, ceil: FLOATS, trunc: FLOATS, roundEven: FLOATS, sqrt: FLOATS, isFinite: FLOATS,
  not: BITS, popcount: INTEGERS,
} satisfies Partial<Record<ScalarUnary, readonly DType[]>>; // prettier-ignore
const EXACT_BINARY: Readonly<Record<string, readonly DType[]>> = {
  add: NUMBERS, sub: NUMBERS, mul: NUMBERS, div: NUMBERS, rem: NUMBERS, pow: INTEGERS, max: DTYPES, min: DTYPES, and: BITS, or: BITS,
  xor: BITS, shiftLeft: INTEGERS, shiftRightLogical: INTEGERS, shiftRightArithmetic: INTEGERS, nextAfter: FLOATS,
} satisfies Partial<Record<ScalarBinary, readonly DType[]>>; // prettier-ignore
const COMPARISONS: readonly ScalarCompare[] = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'];
/** Functions that are rounded from something longer. */
const FUNCTIONS: readonly ScalarUnary[] = [
  'exp', 'expm1', 'log', 'log1p', 'logistic', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh',
  'atanh', 'erf', 'erfinv', 'lgamma', 'digamma',
]; // prettier-ignore

/** Numbers at which something happens. */
function edges(dtype: DType): number[] {
  const { min, max } = limits(dtype);
  if (dtype === 'bool') return [0, 1];
  if (isInteger(dtype)) {
    const { bits } = dtypeInfo(dtype);
    const near = [0, 1, -1, 2, -2, 3, 7, -7, 8, 13, 16, 31, 32, 33, 63, 64, 100, -100, 255, 65535];
    const powers = [7, 8, 15, 16, 31, 32, 40, 53].filter((e) => e < bits).map((e) => 2 ** e);
    const far = bits === 64 ? [2 ** 53 - 1, 1 - 2 ** 53] : [min, min + 1, max, max - 1];
    return [...near, ...powers, ...far].map((x) => roundTo(dtype, x));
  }
  const tiny = { float16: 2 ** -24, bfloat16: 2 ** -133, float32: 2 ** -149, float64: 2 ** -1074 }[dtype as 'float32'];
  const normal = dtype === 'float16' ? 2 ** -14 : dtype === 'float64' ? 2 ** -1022 : 2 ** -126;
  const positive = [
    0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 7.5, 10, 33, 100, 1000, 60000, 1e-3, 1e-5, 1e-8, tiny, 3 * tiny, normal, normal - tiny,
    normal + tiny, max, max / 2, Infinity, 1e10, 1e30, 16777216, 16777217, 8388607.5, 2147483647, 2147483648, 4294967295, 4294967296, 88,
    89, 104, 9007199254740991, 1 - 2 ** -24, 1 - 2 ** -11, 255.5, 256, 65535, 65519, 65520, 65536, Math.PI, Math.PI / 2, Math.E,
  ]; // prettier-ignore
  return [...positive, ...positive.map((x) => -x), NaN].map((x) => roundTo(dtype, x));
}

/** Random numbers of all magnitudes. */
function random(dtype: DType, count: number, seed: number): number[] {
  const next = randomStream(seed);
  const { min, max } = limits(dtype);
  return Array.from({ length: count }, () => {
    if (dtype === 'bool') return next() < 0.5 ? 0 : 1;
    if (isInteger(dtype)) {
      const reach = Math.min(max, 2 ** 52) ** next();
      return roundTo(dtype, Math.floor(next() < 0.5 || min === 0 ? reach : -reach));
    }
    const scale = next() < 0.5 ? 3 : dtype === 'float64' ? 600 : dtype === 'float16' ? 16 : 120;
    return roundTo(dtype, (next() < 0.5 ? 1 : -1) * (1 + next()) * 2 ** ((2 * next() - 1) * scale));
  });
}

const padded = (values: number[]): number[] => [
  ...values,
  ...Array.from({ length: (4 - (values.length % 4)) % 4 }, () => 1),
];

function unaryInputs(dtype: DType): NDArray {
  const values = padded([...edges(dtype), ...random(dtype, 1000, 1)]);
  return fromNumbers(dtype, [values.length], values);
}

function binaryInputs(dtype: DType): [NDArray, NDArray] {
  const some = edges(dtype);
  const pairs = some.flatMap((a) => some.map((b) => [a, b]));
  const [left, right] = [random(dtype, 1000, 2), random(dtype, 1000, 3)];
  const x = padded([...pairs.map((p) => p[0]), ...left, ...left]);
  const y = padded([...pairs.map((p) => p[1]), ...right, ...left]);
  return [fromNumbers(dtype, [x.length], x), fromNumbers(dtype, [y.length], y)];
}

const scratch = new Int32Array(1);
const scratchFloat = new Float32Array(scratch.buffer);
/** Where a float32 stands among all: neighbours differ by 1. */
function ordinal(x: number): number {
  scratchFloat[0] = x;
  return scratch[0] < 0 ? -(scratch[0] & 0x7fffffff) : scratch[0];
}
/** How many numbers of the dtype `a` is away from `b`; 0 or Infinity for float64. NaN, infinities and zeros' signs count. */
function distance(dtype: DType, a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  if (Number.isNaN(a) || Number.isNaN(b) || dtype === 'float64') return Infinity;
  const step = dtype === 'float32' ? 1 : dtype === 'bfloat16' ? 2 ** 16 : 2 ** 13;
  if (dtype === 'float16' && Math.abs(b) < 2 ** -14) return Math.abs(a - b) * 2 ** 24;
  if (a === b) return Infinity; // zeros of different signs
  return Math.abs(ordinal(a) - ordinal(b)) / step;
}

/** Run a primitive in both ways and say where it is further than `bound` units from its definition. */
function check(name: string, inputs: readonly NDArray[], bound: number, params: unknown = {}): void {
  const primitive = primitiveByName(name);
  const expected = evaluatePrimitive(primitive, inputs, params)[0];
  const dtypes = inputs.map((x) => x.dtype);
  const modes = [...dtypes, expected.dtype].every(canVectorize) ? ([0, 1, 2] as const) : ([0] as const);
  for (const vectors of modes) {
    const loop = compileElements(dtypes, expected.dtype, vectors, (s, xs) => primitive.scalar!(s, xs, params));
    const actual = loop.run(inputs);
    const wrong: string[] = [];
    for (let i = 0; i < actual.data.length; i++) {
      const [a, e] = [actual.data[i], expected.data[i]];
      const off = isFloat(expected.dtype) ? distance(expected.dtype, a, e) : Object.is(a, e) ? 0 : Infinity;
      if (off > bound) wrong.push(`${name}(${inputs.map((x) => x.data[i]).join()}) = ${a}, not ${e}: ${off} units off`);
    }
    expect(
      wrong.slice(0, 8),
      `${['element', 'lanes', 'wide'][vectors]}, ${dtypes.join()}: ${wrong.length} wrong`,
    ).toEqual([]);
  }
}

describe('exact operations', () => {
  for (const [name, dtypes] of Object.entries(EXACT_UNARY))
    test(`${name} gives the bits of its definition`, () => {
      for (const dtype of dtypes) check(name, [unaryInputs(dtype)], 0);
    });
  for (const [name, dtypes] of Object.entries(EXACT_BINARY))
    test(`${name} gives the bits of its definition`, () => {
      for (const dtype of dtypes) check(name, binaryInputs(dtype), 0);
    });
  for (const name of COMPARISONS)
    test(`${name} gives the bools of its definition`, () => {
      for (const dtype of DTYPES) check(name, binaryInputs(dtype), 0);
    });

  test('select picks in every dtype', () => {
    for (const dtype of DTYPES) {
      const [x, y] = binaryInputs(dtype);
      const next = randomStream(4);
      const condition = fromNumbers(
        'bool',
        x.shape,
        Array.from(x.data, () => (next() < 0.5 ? 1 : 0)),
      );
      check('select', [condition, x, y], 0);
    }
  });

  for (const from of DTYPES)
    test(`convert from ${from} to every dtype: saturating, wrapping or rounding`, () => {
      for (const dtype of DTYPES) check('convert', [unaryInputs(from)], 0, { dtype });
    });

  test('bitcast keeps the 32 bits', () => {
    for (const from of ['int32', 'uint32', 'float32'] as const)
      for (const dtype of ['int32', 'uint32', 'float32'] as const) check('bitcast', [unaryInputs(from)], 0, { dtype });
  });

  test('shifts by a constant, of every count', () => {
    for (const dtype of INTEGERS) {
      const x = unaryInputs(dtype);
      for (const count of [0, 1, 5, 31, 32, 64, -1]) {
        for (const name of ['shiftLeft', 'shiftRightLogical', 'shiftRightArithmetic'] as const) {
          const counts = fromNumbers(
            dtype,
            x.shape,
            Array.from(x.data, () => count),
          );
          const expected = evaluatePrimitive(primitiveByName(name), [x, counts], {})[0];
          for (const vectors of canVectorize(dtype) ? ([0, 1, 2] as const) : ([0] as const)) {
            const loop = compileElements([dtype], dtype, vectors, (s, [value]) =>
              s.binary(name, value, s.constant(count, dtype)),
            );
            expect(loop.run([x]).data, `${name} ${dtype} ${count}`).toEqual(expected.data);
          }
        }
      }
    }
  });

  test('loads into all lanes and constants of every dtype', () => {
    for (const dtype of DTYPES.filter(canVectorize)) {
      const last = dtype === 'bool' ? 1 : roundTo(dtype, -2.3);
      const x = fromNumbers(dtype, [4], [last, 0, 1, 0]);
      for (const vectors of [1, 2] as const) {
        const loaded = compileElements([dtype], dtype, vectors, (_s, _xs, f) =>
          loadSplatted(f, dtype, i32(FIRST_INPUT), 0, vectors),
        );
        expect([...loaded.run([x]).data], dtype).toEqual([last, last, last, last]);
      }
      for (const vectors of [0, 1, 2] as const) {
        const filled = compileElements([dtype], dtype, vectors, (s) => s.constant(last, dtype));
        expect([...filled.run([x]).data], dtype).toEqual([last, last, last, last]);
      }
    }
    expect(DTYPES.filter((d) => !canVectorize(d))).toEqual(['uint64', 'int64', 'float64']);
  });
});

describe('functions', () => {
  for (const name of FUNCTIONS)
    test(`${name}: float64 as JavaScript has it, 16-bit floats within 1 unit, float32 within 2`, () => {
      for (const dtype of FLOATS)
        check(name, [unaryInputs(dtype)], dtype === 'float64' ? 0 : dtype === 'float32' ? 2 : 1);
    });
  for (const name of ['pow', 'atan2'] as const)
    test(`${name}: float64 as JavaScript has it, 16-bit floats within 1 unit, float32 within 2`, () => {
      for (const dtype of FLOATS)
        check(name, binaryInputs(dtype), dtype === 'float64' ? 0 : dtype === 'float32' ? 2 : 1);
    });
});
