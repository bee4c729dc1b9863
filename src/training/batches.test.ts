/** @file Trainings on batches, from PyDatasets, generators and data sets, beside those of Keras. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import '../layers/index.js';
import '../models/index.js';
import { toCamelCase } from '../core/naming.js';
import type { Config } from '../core/serialization.js';
import { deserializeKerasObject } from '../core/serialization.js';
import { flatten, type Tree } from '../core/tree.js';
import type { BatchLike } from '../data/index.js';
import { Dataset, PyDataset } from '../data/index.js';
import { setRandomSeed } from '../random/index.js';
import { setBackend, type Tensor } from '../runtime/index.js';
import { everyBackend } from '../testing/backends.js';
import { tensorDifference } from '../testing/compare.js';
import type { EncodedArray, FixtureCase } from '../testing/fixtures.js';
import { fillMarks, isEncodedArray, readFixtures } from '../testing/fixtures.js';
import type { FitOptions } from './options.js';
import type { Trainer } from './trainer.js';

interface BatchesCase extends FixtureCase {
  readonly model: Config;
  readonly compile: Config;
  readonly weights: readonly EncodedArray[];
  readonly batches: readonly unknown[];
  readonly validation: readonly unknown[] | null;
  readonly fit: Record<string, unknown>;
  readonly form: 'dataset' | 'generator';
  readonly class_weight: Record<string, number> | null;
  readonly seed: number | null;
  readonly steps: number | null;
  readonly total: number | null;
  readonly history: Record<string, number[]>;
  readonly epoch: number[];
  readonly final_weights: readonly EncodedArray[];
  readonly evaluated: number | number[];
  readonly predicted: unknown;
}

const TOLERANCE = 1e-4;

class Batches extends PyDataset {
  readonly batches: readonly BatchLike[];
  constructor(batches: readonly BatchLike[]) {
    super({ workers: 2 });
    this.batches = batches;
  }
  override get length(): number {
    return this.batches.length;
  }
  override async getItem(index: number): Promise<BatchLike> {
    return Promise.resolve(this.batches[index]);
  }
}

function* turns(batches: readonly BatchLike[], total: number): Generator<BatchLike, void, void> {
  for (let i = 0; i < total; i++) yield batches[i % batches.length];
}

/** In how many forms batches can come that are a whole number an epoch, or that go on from epoch to epoch. */
const FORMS = {
  dataset: {
    PyDataset: (batches: readonly BatchLike[]) => new Batches(batches),
    'a Dataset': (batches: readonly BatchLike[]) => Dataset.fromList(batches),
    'a generator function': (batches: readonly BatchLike[]) => () => turns(batches, batches.length),
    'an async generator function': (batches: readonly BatchLike[]) =>
      async function* () {
        for (const batch of batches) yield Promise.resolve(batch);
      },
  },
  generator: {
    'a generator': (batches: readonly BatchLike[], total: number | null) => turns(batches, total ?? Infinity),
    'an async generator': (batches: readonly BatchLike[], total: number | null) =>
      (async function* () {
        for (const batch of turns(batches, total ?? Infinity)) yield Promise.resolve(batch);
      })(),
  },
} as const;

function expectNumbers(actual: unknown, expected: unknown, what: string): void {
  const [a, e] = [[actual].flat() as number[], [expected].flat() as number[]];
  expect(a.length, what).toBe(e.length);
  const off = e.map((value, i) => Math.abs(a[i] - value) / Math.max(1e-3, Math.abs(value)));
  expect(Math.max(0, ...off), `${what}: ${String(a)}, expected ${String(e)}`).toBeLessThanOrEqual(TOLERANCE);
}

function expectTensors(actual: readonly Tensor[], expected: readonly EncodedArray[]): void {
  const wrong = expected.map((e, i) => tensorDifference(actual[i], e, TOLERANCE)).filter((each) => each !== null);
  expect([actual.length, wrong]).toEqual([expected.length, []]);
}

let warnings: string[] = [];
beforeEach(() => {
  warnings = [];
  vi.spyOn(console, 'warn').mockImplementation((text: string) => void warnings.push(text));
});
afterEach(() => vi.restoreAllMocks());

describe('trainings on batches are those of Keras', () => {
  everyBackend((_, backend) => {
    const cases = readFixtures<BatchesCase>('training_data').flatMap((recorded) =>
      Object.keys(FORMS[recorded.form])
        // Only batches that have numbers can be mixed.
        .filter((form) => recorded.fit['shuffle'] !== true || form === 'PyDataset')
        .map((form) => [recorded.id, form, recorded] as const),
    );
    test.each(cases)('%s: %s', async (_id, form, recorded) => {
      setBackend(backend);
      const model = deserializeKerasObject(recorded.model) as Trainer;
      model.setWeights(recorded.weights.map((w) => fillMarks(w, []) as Tensor));
      model.compileFromConfig(recorded.compile);
      const make = FORMS[recorded.form][form as never] as (b: readonly BatchLike[], total: number | null) => never;
      const batches = recorded.batches.map((each) => fillMarks(each, []) as BatchLike);
      const given: FitOptions = Object.fromEntries(
        Object.entries(recorded.fit).map(([name, value]) => [toCamelCase(name), value]),
      );
      const validation = recorded.validation?.map((each) => fillMarks(each, []) as BatchLike);
      const options: FitOptions = {
        ...given,
        ...(recorded.class_weight === null ? {} : { classWeight: recorded.class_weight }),
        ...(validation === undefined ? {} : { validationData: make(validation, null) }),
        verbose: 0,
      };
      if (recorded.seed !== null) setRandomSeed(recorded.seed);
      // Each name of a call with arguments of its own.
      const older = form === 'PyDataset' || form === 'a generator';
      const history = older
        ? await model.fitGenerator(make(batches, recorded.total), { maxQueueSize: 3, workers: 2, useMultiprocessing: false, ...options })
        : await model.fit(make(batches, recorded.total), options); // prettier-ignore
      expect(Object.keys(history.history)).toEqual(Object.keys(recorded.history));
      expect(history.epoch).toEqual(recorded.epoch);
      for (const [name, values] of Object.entries(recorded.history)) expectNumbers(history.history[name], values, name);
      expectTensors(model.getWeights(), recorded.final_weights);
      const ranOut = warnings.some((text) => text.includes('ran out of data'));
      expect(ranOut).toBe(recorded.total !== null);

      const steps = recorded.steps === null ? {} : { steps: recorded.steps };
      const again = (): never => make(batches, batches.length);
      const evaluated = older
        ? await model.evaluateGenerator(again(), { verbose: 0, maxQueueSize: 2, workers: 0, ...steps })
        : await model.evaluate(again(), { verbose: 0, ...steps });
      expectNumbers(evaluated, recorded.evaluated, 'evaluate');
      const predicted = older
        ? await model.predictGenerator<Tree<Tensor>>(again(), { verbose: 0, maxQueueSize: 2, workers: 3, ...steps })
        : await model.predict<Tree<Tensor>>(again(), { verbose: 0, ...steps });
      expectTensors(flatten<Tensor>(predicted), flatten(recorded.predicted as Tree<EncodedArray>, isEncodedArray));
    });
  });
});
