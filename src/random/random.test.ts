import { describe, expect, it } from 'vitest';
import { interpret } from '../graph/index.js';
import * as lax from '../graph/lax.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { tensor, traceFunction } from '../runtime/index.js';
import { everyBackend } from '../testing/backends.js';
import { tensorDifference } from '../testing/compare.js';
import type { EncodedArray, FixtureCase } from '../testing/fixtures.js';
import { decodeTensor, fillMarks, readFixtures } from '../testing/fixtures.js';
import { splitKey } from './bits.js';
import * as random from './index.js';
import { MersenneTwister } from './mersenne_twister.js';

const cases = readFixtures('random');
const kind = (name: string): FixtureCase[] => cases.filter((c) => c['kind'] === name);
const expectSame = (actual: Tensor, expected: unknown, tolerance: number): void =>
  expect(tensorDifference(actual, expected as EncodedArray, tolerance)).toBeNull();

const functions: Record<string, (...args: never[]) => Tensor> = {
  uniform: random.uniform,
  normal: random.normal,
  truncated_normal: random.truncatedNormal,
  randint: random.randint,
  categorical: random.categorical,
  shuffle: random.shuffle,
  dropout: random.dropout,
  gamma: random.gamma,
  beta: random.beta,
  binomial: random.binomial,
};

everyBackend((run) => {
  describe('keras.random, number for number', () => {
    const direct = cases.filter((c) => c['kind'] === undefined && String(c['name']).slice(7) in functions);
    it.each(direct.map((c) => [c.id, c] as const))('%s', (_, c) => {
      const inputs = (c['inputs'] as EncodedArray[]).map(decodeTensor);
      const args = fillMarks(c['args'], inputs) as unknown[];
      const options = { ...(fillMarks(c['kwargs'], inputs, true) as object), seed: c['seed'] };
      const draw = functions[String(c['name']).slice(7)] as (...args: unknown[]) => Tensor;
      expectSame(
        run(() => draw(...args, options)),
        c['output'],
        c['tolerance'] as number,
      );
    });
  });

  describe('threefry keys', () => {
    it.each(kind('threefry').map((c) => [c.id, c] as const))('%s', (_, c) => {
      const key = tensor([0, c['seed'] as number], [2], 'uint32');
      const stacked = (keys: Tensor[]): Tensor =>
        lax.concatenate(
          keys.map((k) => lax.reshape(k, [1, 2])),
          0,
        );
      expectSame(
        run(() => stacked(splitKey(key, 2))),
        c['split2'],
        0,
      );
      expectSame(
        run(() => stacked(splitKey(key, 5))),
        c['split5'],
        0,
      );
      expectSame(
        run(() => lax.randomBits(key, [2, 3])),
        c['bits_2x3'],
        0,
      );
    });
  });

  describe('SeedGenerator', () => {
    it.each(kind('seed_generator').map((c) => [c.id, c] as const))('%s', (_, c) => {
      const generator = new random.SeedGenerator({ seed: c['seed'] as number });
      const states = c['states'] as unknown[];
      expectSame(generator.state.value, states[0], 0);
      (c['draws'] as { name: string; args: unknown[]; output: unknown }[]).forEach(({ name, args, output }, i) => {
        const draw = functions[name.slice(7)] as (...args: unknown[]) => Tensor;
        expectSame(
          run(() => draw(...(fillMarks(args, []) as unknown[]), { seed: generator })),
          output,
          1e-6,
        );
        expectSame(generator.state.value, states[i + 1], 0);
      });
    });
  });
});

describe('numbers drawn at once', () => {
  const draws: Record<string, (shape: number[]) => Tensor> = {
    uniform: (shape) => random.uniform(shape, { seed: 7, minval: -0.3, maxval: 1.7 }),
    normal: (shape) => random.normal(shape, { seed: 8, mean: 0.1, stddev: 3 }),
    truncatedNormal: (shape) => random.truncatedNormal(shape, { seed: 9, stddev: 0.07 }),
  };
  it.each(Object.keys(draws))('%s gives the bits of the traced program', (name) => {
    for (const shape of [[], [0], [1], [7, 3], [5, 2003]]) {
      const { graph, captured } = traceFunction(
        name,
        [],
        () => draws[name](shape),
        (t) => [t],
      );
      const [expected] = interpret(
        graph,
        captured.map((t) => t.ndarray),
      );
      expect(draws[name](shape).ndarray).toEqual(expected);
    }
  });
});

describe('SeedGenerator', () => {
  it('refuses what is no seed', () => {
    expect(() => new random.SeedGenerator({ seed: 1.5 })).toThrow('seed=1.5. Expected a whole number');
    expect(() => random.uniform([2], { seed: 'x' as unknown as number })).toThrow("uniform: seed='x'");
  });
});

describe('the generators of Python and NumPy', () => {
  it.each(kind('python_random').map((c) => [c.id, c] as const))('%s', (_, c) => {
    const python = new MersenneTwister();
    python.seedByArray([c['seed'] as number]);
    const drawn = (c['randint_1_to_1e9'] as number[]).map(() => python.randint(1, 1e9));
    expect(drawn).toEqual(c['randint_1_to_1e9']);
    const numpy = new MersenneTwister();
    numpy.seedByNumber(c['seed'] as number);
    for (const order of c['numpy_permutations'] as EncodedArray[])
      expect(Array.from(numpy.permutation(order.shape[0]))).toEqual(Array.from(decodeTensor(order).ndarray.data));
  });
});

describe('setRandomSeed', () => {
  everyBackend((run) => {
    it.each(kind('global_seed').map((c) => [c.id, c] as const))('%s', (_, c) => {
      random.setRandomSeed(c['seed'] as number);
      const shuffled: TensorLike = tensor([0, 1, 2, 3, 4], [5], 'int32');
      const draws = [
        () => random.uniform([3]),
        () => random.normal([2, 2]),
        () => random.shuffle(shuffled),
        () => random.uniform([3]),
      ].map((draw) => run(draw));
      draws.forEach((draw, i) => expectSame(draw, (c['outputs'] as unknown[])[i], 1e-6));
    });
  });
  it('refuses what is no seed', () => {
    expect(() => random.setRandomSeed(-1)).toThrow('Expected a whole number from 0');
  });
});
