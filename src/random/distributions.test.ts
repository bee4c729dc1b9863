import { describe, expect, it } from 'vitest';
import { reduceSum } from '../graph/lax.js';
import { tensor, valueAndGrad } from '../runtime/index.js';
import { everyBackend } from '../testing/backends.js';
import { readFixtures } from '../testing/fixtures.js';
import type { OpCase } from '../testing/op_cases.js';
import { opCaseDifference } from '../testing/op_cases.js';
import * as random from './index.js';

everyBackend((run) => {
  describe('gamma, beta and binomial against real Keras', () => {
    it.each(readFixtures<OpCase>('distributions').map((c): [string, OpCase] => [c.id, c]))('%s', (_, c) => {
      expect(opCaseDifference({ random }, c, run)).toBeNull();
    });
  });

  it('draws float64 with its own precision', () => {
    const drawn = Array.from(run(() => random.gamma([1000], 0.7, { seed: 3, dtype: 'float64' })).ndarray.data);
    expect(drawn.filter((x) => Math.fround(x) === x).length).toBeLessThan(5);
    const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length;
    expect(Math.abs(mean - 0.7)).toBeLessThan(4 * Math.sqrt(0.7 / 1000));
  });
});

/** P(a, x) in float64, by its series, for x of a few times a. */
function incompleteGamma(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let k = 1; k < 5000 && term > 1e-18 * sum; k++) sum += term *= x / (a + k);
  let logGamma = 0;
  let shifted = a;
  while (shifted < 20) logGamma -= Math.log(shifted++);
  logGamma += (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI);
  logGamma += 1 / (12 * shifted) - 1 / (360 * shifted ** 3) + 1 / (1260 * shifted ** 5);
  return sum * Math.exp(a * Math.log(x) - x - logGamma);
}

describe('the gradient of gamma', () => {
  it.each([0.2, 0.9, 1.5, 4, 30])('keeps the probability below a number drawn in float64 with alpha %d', (alpha) => {
    const a = tensor(
      Array.from({ length: 12 }, () => alpha),
      [12],
      'float64',
    );
    const draw = (): ReturnType<typeof random.gamma> => random.gamma([12], a, { seed: 5, dtype: 'float64' });
    const [, [slope]] = valueAndGrad(() => reduceSum(draw(), [0]), [a]);
    Array.from(draw().ndarray.data).forEach((x, i) => {
      const step = 1e-5;
      const byAlpha = (incompleteGamma(alpha + step, x) - incompleteGamma(alpha - step, x)) / (2 * step);
      const h = 1e-5 * x;
      const byX = (incompleteGamma(alpha, x + h) - incompleteGamma(alpha, x - h)) / (2 * h);
      const got = slope.ndarray.data[i];
      expect(Math.abs(got + byAlpha / byX) / Math.abs(got)).toBeLessThan(2e-5);
    });
  });
});

describe('gamma, beta and binomial', () => {
  it('refuse parameters that do not fit the shape', () => {
    expect(() => random.gamma([2], [1, 2, 3])).toThrow('gamma');
    expect(() => random.gamma([1], [1, 2, 3])).toThrow(
      'alpha has shape (3,), which cannot be repeated to the shape (1,)',
    );
    expect(() => random.beta([2], 1, [[1, 2]])).toThrow('beta: beta has shape (1, 2)');
    expect(() => random.binomial([2], 4, 0.5, { dtype: 'int32' })).toThrow('Expected a float dtype');
  });
  it('end for endless trials that never succeed, and for parameters that are none', () => {
    expect(Array.from(random.binomial([2], Infinity, 0, { seed: 1 }).ndarray.data)).toEqual([Infinity, Infinity]);
    expect(Array.from(random.gamma([2], -0.5, { seed: 1 }).ndarray.data).length).toBe(2);
  });
  it('take a generator, whose next draw differs', () => {
    const seed = new random.SeedGenerator({ seed: 4 });
    const draw = (): number[] => Array.from(random.gamma([3], 2, { seed }).ndarray.data);
    expect(draw()).not.toEqual(draw());
  });
});
