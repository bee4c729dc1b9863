import { describe, expect, it, test } from 'vitest';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { tensor } from '../../runtime/index.js';
import { everyBackend } from '../../testing/backends.js';
import { difference } from '../../testing/compare.js';
import type { FixtureCase } from '../../testing/fixtures.js';
import { readFixtures } from '../../testing/fixtures.js';
import * as schedules from './index.js';

interface ScheduleCase extends FixtureCase {
  readonly serialized: Record<string, unknown>;
  readonly steps: readonly number[];
  readonly values: readonly number[];
  readonly tolerance: number;
}
const cases = readFixtures('optimizers').filter((c) => c['kind'] === 'schedule') as unknown as ScheduleCase[];

describe('schedules, against Keras', () => {
  test('all six are recorded', () => {
    expect(new Set(cases.map((c) => c['class_name'])).size).toBe(6);
  });
  describe.each(cases.map((c) => [c.id, c] as const))('%s', (_, c) => {
    const schedule = schedules.deserialize(c.serialized);
    const expected = { shape: [c.steps.length], data: c.values };

    test('writes the config it was read from', () => {
      expect(JSON.parse(JSON.stringify(schedules.serialize(schedule)))).toEqual(c.serialized);
    });
    test('gives the rates for plain numbers', () => {
      const data = c.steps.map((step) => schedule(step).itemSync());
      expect(difference({ shape: [data.length], data }, expected, c.tolerance)).toBeNull();
    });
    everyBackend((run) => {
      test('gives the rates for counters of either width', () => {
        for (const dtype of ['int32', 'int64'] as const) {
          const rates = run(() => ops.stack(c.steps.map((step) => schedule(tensor(step, [], dtype)))));
          expect(rates.dtype).toBe('float32');
          expect(
            difference({ shape: rates.shape, data: rates.dataSync() as Float32Array }, expected, c.tolerance),
          ).toBeNull();
        }
      });
    });
  });
});

describe('a schedule of your own', () => {
  class Halving extends schedules.LearningRateSchedule {
    override call(step: Tensor): Tensor {
      return ops.divide(0.5, ops.add(step, 1));
    }
  }
  it('is called like a function', () => {
    expect(new Halving()(1).itemSync()).toBe(0.25);
  });
  it('must say what it computes and how it is saved', () => {
    expect(() => new schedules.LearningRateSchedule()(0)).toThrow('must override `call(step)`');
    expect(() => new Halving().getConfig()).toThrow("'Halving' must override `getConfig()`");
  });
});

describe('bad input', () => {
  it('refuses spans of no steps', () => {
    expect(() => new schedules.ExponentialDecay(0.1, 0, 0.5)).toThrow(
      'ExponentialDecay: argument `decaySteps` must be > 0. Received: decaySteps=0',
    );
    expect(() => new schedules.PolynomialDecay(0.1, -1)).toThrow('decaySteps=-1');
    expect(() => new schedules.InverseTimeDecay(0.1, 0, 1)).toThrow('decaySteps=0');
    expect(() => new schedules.CosineDecay(0.1, 0)).toThrow('decaySteps=0');
    expect(() => new schedules.CosineDecayRestarts(0.1, 0)).toThrow('`firstDecaySteps` must be > 0');
  });
  it('refuses boundaries that do not fit the values', () => {
    expect(() => new schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2])).toThrow(
      /length of boundaries should be 1 less than the length of values. Received: boundaries=\[1,2\] and values=\[0.1,0.2\]/,
    );
  });
  it('refuses what is no number, and options that do not exist', () => {
    expect(() => new schedules.ExponentialDecay('0.1' as unknown as number, 1, 1)).toThrow(
      "ExponentialDecay: initialLearningRate='0.1'. Expected a number.",
    );
    expect(() => new schedules.CosineDecay(0.1, 10, { warmUpSteps: 3 } as object)).toThrow(
      "CosineDecay has no option 'warmUpSteps'. Did you mean 'warmupSteps'",
    );
  });
  it('refuses configs of something else', () => {
    expect(() => schedules.deserialize({ class_name: 'ExponentialDecy', config: {} })).toThrow(
      /unknown class 'ExponentialDecy'.*'ExponentialDecay'/,
    );
  });
});
