import { describe, expect, test } from 'vitest';
import '../layers/index.js';
import '../models/index.js';
import type { History } from '../callbacks/index.js';
import { toCamelCase } from '../core/naming.js';
import type { Config } from '../core/serialization.js';
import { deserializeKerasObject } from '../core/serialization.js';
import { flatten, type Tree } from '../core/tree.js';
import { setRandomSeed } from '../random/index.js';
import { setBackend, type Tensor } from '../runtime/index.js';
import { everyBackend } from '../testing/backends.js';
import { tensorDifference } from '../testing/compare.js';
import type { EncodedArray, FixtureCase } from '../testing/fixtures.js';
import { fillMarks, isEncodedArray, readFixtures } from '../testing/fixtures.js';
import type { Trainer } from './trainer.js';

interface TrainingCase extends FixtureCase {
  readonly model: Config;
  readonly compile: Config;
  readonly weights: readonly EncodedArray[];
  readonly x: unknown;
  readonly y: unknown;
  readonly fit: Record<string, unknown>;
  readonly seed: number | null;
  readonly history: Record<string, number[]>;
  readonly epoch: number[];
  readonly final_weights: readonly EncodedArray[];
  readonly again?: Record<string, unknown>;
  readonly again_history?: Record<string, number[]>;
  readonly again_epoch?: number[];
  readonly again_weights?: readonly EncodedArray[];
  readonly on_batch?: {
    readonly size: number;
    readonly train: readonly (number | number[])[];
    readonly test: number | number[];
    readonly test_dict: Record<string, number>;
  };
  readonly evaluate: Record<string, unknown>;
  readonly evaluated: number | number[];
  readonly evaluated_dict: Record<string, number>;
  readonly predicted: unknown;
  readonly tolerance: number;
}

/** Arguments in camelCase, arrays as tensors; the keys of dicts of data stay. */
function options(recorded: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(recorded).map(([key, value]) => [toCamelCase(key), fillMarks(value, [])]));
}

const take = (tree: unknown, index: number, size: number): unknown => {
  const part = (x: Tensor): Tensor => x.getItem({ start: index * size, stop: (index + 1) * size });
  if (Array.isArray(tree)) return tree.map((x) => take(x, index, size));
  if (typeof tree === 'object' && tree !== null && !('ndarray' in tree))
    return Object.fromEntries(Object.entries(tree).map(([key, x]) => [key, take(x, index, size)]));
  return part(tree as Tensor);
};

function expectNumbers(actual: unknown, expected: unknown, tolerance: number, what: string): void {
  const [a, e] = [[actual].flat() as number[], [expected].flat() as number[]];
  expect(a.length, what).toBe(e.length);
  e.forEach((value, i) => {
    const off = Math.abs(a[i] - value);
    expect(off <= tolerance * Math.max(1e-3, Math.abs(value)), `${what}[${i}] is ${a[i]}, expected ${value}`).toBe(
      true,
    );
  });
}

function expectHistory(actual: History, history: Record<string, number[]>, epoch: number[], tolerance: number): void {
  expect(Object.keys(actual.history)).toEqual(Object.keys(history));
  expect(actual.epoch).toEqual(epoch);
  for (const [name, values] of Object.entries(history)) expectNumbers(actual.history[name], values, tolerance, name);
}

function expectTensors(actual: readonly Tensor[], expected: readonly EncodedArray[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const wrong = expected.map((e, i) => tensorDifference(actual[i], e, tolerance)).filter((each) => each !== null);
  expect(wrong).toEqual([]);
}

const cases = readFixtures<TrainingCase>('training').filter((each) => each['kind'] === 'training');

describe('whole trainings are those of Keras', () => {
  everyBackend((_, backend) => {
    test.each(cases.map((each) => [each.id, each] as const))('%s', async (_id, recorded) => {
      setBackend(backend);
      const { tolerance } = recorded;
      const model = deserializeKerasObject(recorded.model) as Trainer;
      model.setWeights(recorded.weights.map((w) => fillMarks(w, []) as Tensor));
      model.compileFromConfig(recorded.compile);
      const [x, y] = [fillMarks(recorded.x, []), fillMarks(recorded.y, [])] as [never, never];
      if (recorded.seed !== null) setRandomSeed(recorded.seed);

      const history = await model.fit(x, y, { verbose: 0, ...options(recorded.fit) });
      expectHistory(history, recorded.history, recorded.epoch, tolerance);
      expectTensors(model.getWeights(), recorded.final_weights, tolerance);
      if (recorded.again !== undefined) {
        const second = await model.fit(x, y, { verbose: 0, ...options(recorded.again) });
        expectHistory(second, recorded.again_history!, recorded.again_epoch!, tolerance);
        expectTensors(model.getWeights(), recorded.again_weights!, tolerance);
      }
      if (recorded.on_batch !== undefined) {
        const { size, train, test: tested, test_dict: testedDict } = recorded.on_batch;
        const part = (tree: unknown, i: number): never => take(tree, i, size) as never;
        for (const [i, expected] of train.entries())
          expectNumbers(await model.trainOnBatch(part(x, i), part(y, i)), expected, tolerance, `trainOnBatch ${i}`);
        expectNumbers(await model.testOnBatch(part(x, 0), part(y, 0)), tested, tolerance, 'testOnBatch');
        const dict = await model.testOnBatch(part(x, 1), part(y, 1), { returnDict: true });
        expect(Object.keys(dict)).toEqual(Object.keys(testedDict));
        expectNumbers(Object.values(dict), Object.values(testedDict), tolerance, 'testOnBatch by name');
      }
      const given = { verbose: 0 as const, ...options(recorded.evaluate) };
      const evaluated = await model.evaluate(x, y, given);
      expectNumbers(evaluated, recorded.evaluated, tolerance, 'evaluate');
      expect(model.metricsNames.length).toBe([evaluated].flat().length);
      const byName = await model.evaluate(x, y, { ...given, returnDict: true });
      expect(Object.keys(byName)).toEqual(Object.keys(recorded.evaluated_dict));
      expectNumbers(Object.values(byName), Object.values(recorded.evaluated_dict), tolerance, 'evaluate by name');
      const predicted = await model.predict<Tree<Tensor>>(x, { verbose: 0, batchSize: 7 });
      expectTensors(flatten<Tensor>(predicted), flatten(recorded.predicted as Tree<EncodedArray>, isEncodedArray), tolerance); // prettier-ignore
    });
  });
});
