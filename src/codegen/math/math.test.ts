/** @file The functions of math/ by themselves: over all magnitudes, in their bounds, rising where they must; and the cipher. */
import { describe, expect, test } from 'vitest';
import { ndarray } from '../../core/ndarray.js';
import type { ScalarUnary } from '../../graph/scalar.js';
import * as special from '../../graph/special.js';
import { threefryWords } from '../../graph/threefry.js';
import '../../graph/primitives/index.js';
import { compileElements } from '../../testing/lanes.js';
import type { Vectors } from '../index.js';
import { threefryLanes } from './threefry.js';

const logistic = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** The largest errors that the functions state, in units in the last place of the exact result. */
const BOUNDS: readonly (readonly [ScalarUnary, (x: number) => number, number])[] = [
  ['exp', Math.exp, 1],
  ['expm1', Math.expm1, 1.1],
  ['log', Math.log, 1],
  ['log1p', Math.log1p, 1.4],
  ['logistic', logistic, 2.5],
  ['tanh', Math.tanh, 2.5],
  ['sinh', Math.sinh, 1.6],
  ['cosh', Math.cosh, 1.4],
  ['sin', Math.sin, 1],
  ['cos', Math.cos, 1],
  ['atan', Math.atan, 1.9],
  ['erf', special.erf, 1.3],
];

function run(op: ScalarUnary, x: Float32Array, vectors: Vectors): ArrayLike<number> {
  const loop = compileElements(['float32'], 'float32', vectors, (s, [value]) => s.unary(op, value));
  return loop.run([ndarray('float32', [x.length], x)]).data;
}

/** Float32 numbers over all bit patterns, both signs, every magnitude. */
function everywhere(): Float32Array {
  const words = Uint32Array.from({ length: 1 << 16 }, (_, i) => i * 65521);
  return new Float32Array(words.buffer);
}

/** Distance in units of the last place that float32 has at `exact`. */
function units(actual: number, exact: number): number {
  const rounded = Math.fround(exact);
  if (Object.is(actual, rounded)) return 0;
  if (!Number.isFinite(actual) || !Number.isFinite(rounded) || actual === rounded) return Infinity;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(exact))), -126);
  return Math.abs(actual - exact) / 2 ** (exponent - 23);
}

describe('float32 functions on lanes', () => {
  for (const [op, exact, bound] of BOUNDS)
    test(`${op} is within ${bound} units in the last place over all magnitudes, scalars as vectors bit for bit`, () => {
      const x = everywhere();
      const lanes = run(op, x, 1);
      let worst = { off: 0, x: NaN };
      x.forEach((value, i) => {
        const off = units(lanes[i], exact(value));
        if (off > worst.off) worst = { off, x: value };
      });
      expect(worst.off, `${op}(${worst.x})`).toBeLessThanOrEqual(bound);
      expect(run(op, x, 0)).toEqual(lanes);
      expect(run(op, x, 2)).toEqual(lanes);
    });

  test('tanh, erf and logistic never fall and stay in their bounds', () => {
    const x = Float32Array.from({ length: 1 << 17 }, (_, i) => (i - (1 << 16)) / 3000);
    for (const [op, low] of [
      ['tanh', -1],
      ['erf', -1],
      ['logistic', 0],
    ] as const) {
      const y = run(op, x, 1);
      let falls = 0;
      // Within the error that is stated, neighbours may change places; never by more.
      for (let i = 1; i < x.length; i++) if (y[i] < y[i - 1] - 2 ** -23 * Math.abs(y[i])) falls++;
      expect(falls, op).toBe(0);
      expect([y[0], y[x.length - 1]], op).toEqual([op === 'logistic' ? y[0] : low, 1]);
      expect(Math.max(...Array.from({ length: x.length / 64 }, (_, i) => y[i * 64]))).toBeLessThanOrEqual(1);
    }
  });

  test('pow is within 0.51 units, odd and even powers of negative numbers too', () => {
    const words = Uint32Array.from({ length: 1 << 16 }, (_, i) => i * 65497);
    const x = new Float32Array(words.buffer);
    const y = Float32Array.from({ length: 1 << 16 }, (_, i) =>
      i % 3 === 0 ? (i % 41) - 20 : ((i * 7919) % 20001) / 1000 - 10,
    );
    for (const vectors of [0, 1, 2] as const) {
      const loop = compileElements(['float32', 'float32'], 'float32', vectors, (s, [a, b]) => s.binary('pow', a, b));
      const actual = loop.run([ndarray('float32', [x.length], x), ndarray('float32', [y.length], y)]).data;
      let worst = { off: 0, at: '' };
      x.forEach((value, i) => {
        const off = units(actual[i], special.pow(value, y[i]));
        if (off > worst.off) worst = { off, at: `${value} ^ ${y[i]}` };
      });
      expect(worst.off, worst.at).toBeLessThanOrEqual(0.51);
    }
  });
});

test('threefryLanes gives the words of the cipher', () => {
  const n = 16;
  const [key0, key1, count0, count1] = [17, 401, 7919, 104729].map((prime) =>
    ndarray(
      'uint32',
      [n],
      Uint32Array.from({ length: n }, (_, i) => Math.imul(i + 1, prime * 0x9e3779b1)),
    ),
  );
  for (const vectors of [0, 1, 2] as const)
    for (const word of [0, 1] as const) {
      const loop = compileElements(
        ['uint32', 'uint32', 'uint32', 'uint32'],
        'uint32',
        vectors,
        (_s, [a, b, c, d], f) => ({
          dtype: 'uint32',
          expr: threefryLanes(f, a.expr, b.expr, c.expr, d.expr)[word],
        }),
      );
      const expected = Uint32Array.from(
        key0.data,
        (_, i) => threefryWords(key0.data[i], key1.data[i], count0.data[i], count1.data[i])[word],
      );
      expect(loop.run([key0, key1, count0, count1]).data).toEqual(expected);
    }
});
