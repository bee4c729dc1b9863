import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  BackupAndRestore,
  Callback,
  type CallbackList,
  CSVLogger,
  EarlyStopping,
  LambdaCallback,
  LearningRateScheduler,
  ModelCheckpoint,
  ReduceLROnPlateau,
  SwapEMAWeights,
  TensorBoard,
} from '../callbacks/index.js';
import { setPlatform } from '../core/platform.js';
import type { Batch } from '../data/index.js';
import { BatchNormalization, Dense, Dropout, Input } from '../layers/index.js';
import { Sequential } from '../models/index.js';
import { SGD } from '../optimizers/index.js';
import { nodePlatform } from '../platform/node/index.js';
import { setRandomSeed } from '../random/index.js';
import { Program, setBackend, tensor } from '../runtime/index.js';
import { everyBackend } from '../testing/backends.js';
import type { CompileOptions, FitOptions } from './options.js';

afterEach(() => {
  vi.restoreAllMocks();
});

const x = tensor(Array.from({ length: 53 }, (_, i) => [Math.sin(i), Math.cos(3 * i), (i % 5) / 5]));
const labels = Array.from({ length: 53 }, (_, i) => (Math.sin(i) > 0 ? 1 : 0));
const weights = Float32Array.from(labels, (_, i) => 0.5 + (i % 4) / 4);

function model(options: CompileOptions = {}): Sequential {
  setRandomSeed(9);
  const made = new Sequential([
    Input({ shape: [3] }),
    new Dense(6),
    new BatchNormalization(),
    new Dropout(0.3, { seed: 4 }),
    new Dense(2, { activation: 'softmax' }),
  ]);
  made.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'], ...options });
  return made;
}

/** Runs of programs: how many steps each took. */
function spyOnRuns(): number[] {
  const steps: number[] = [];
  const { run } = Program.prototype; // eslint-disable-line @typescript-eslint/unbound-method -- called with its object below
  vi.spyOn(Program.prototype, 'run').mockImplementation(function (this: Program, feeds, count = 1) {
    steps.push(count);
    return run.call(this, feeds, count);
  });
  return steps;
}

describe('data in the heap', () => {
  everyBackend((_, backend) => {
    test.each<[string, FitOptions]>([
      ['in order', { shuffle: false }],
      ['shuffled', { shuffle: true }],
      ['shuffled in batches', { shuffle: 'batch' }],
      ['with sample weights and a part for validation', { sampleWeight: weights, validationSplit: 0.3 }],
      ['with class weights', { classWeight: { 1: 3 } }],
      ['in one batch', { batchSize: 60 }],
    ])('%s give the same bits as batches that are fed', async (_name, options) => {
      setBackend(backend);
      const run = async (more: (n: number) => FitOptions): Promise<unknown> => {
        const made = model();
        const { batchSize = 8, validationSplit = 0 } = options;
        const batches = Math.ceil(Math.floor(53 * (1 - validationSplit)) / batchSize!);
        const { history } = await made.fit(x, labels, {
          verbose: 0,
          epochs: 3,
          batchSize,
          ...options,
          ...more(batches),
        });
        const measured = await made.evaluate(x, labels, { verbose: 0, batchSize: 8 });
        return [history, made.getWeights().map((w) => w.arraySync()), measured];
      };
      const steps = spyOnRuns();
      const fed = await run((n) => ({ stepsPerEpoch: n }));
      const fedRuns = steps.length;
      const resident = await run(() => ({}));
      expect(resident).toEqual(fed);
      if (options.batchSize === undefined) expect(steps.length - fedRuns).toBeLessThan(fedRuns);
    });
  });

  test('many steps run in one go when nobody listens, one by one when a callback does', async () => {
    const steps = spyOnRuns();
    await model().fit(x, labels, { verbose: 0, epochs: 6, batchSize: 4 });
    expect(Math.max(...steps)).toBeGreaterThan(1);
    expect(steps.reduce((a, b) => a + b)).toBe(6 * 14);
    steps.length = 0;
    const heard: number[] = [];
    const listener = new LambdaCallback({ onTrainBatchEnd: (batch) => void heard.push(batch) });
    await model().fit(x, labels, { verbose: 0, epochs: 2, batchSize: 4, callbacks: listener });
    expect(Math.max(...steps)).toBe(1);
    expect(heard).toEqual([...Array(14).keys(), ...Array(14).keys()]);
    steps.length = 0;
    await model({ stepsPerExecution: 5 }).fit(x, labels, { verbose: 0, batchSize: 4, callbacks: listener });
    expect(heard.slice(28)).toEqual([4, 9, 14]);
    expect(steps).toEqual([5, 5, 3, 1]); // the last batch is smaller and has a program of its own
  });

  test('callbacks that hear of epochs, or want weights now and then, leave the steps between in one go', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keras-ts-resident-'));
    const callbacks = [
      new EarlyStopping({ monitor: 'loss', patience: 9 }),
      new ReduceLROnPlateau({ monitor: 'loss', patience: 9 }),
      new LearningRateScheduler((_, rate) => rate),
      new CSVLogger(join(folder, 'log.csv')),
      new ModelCheckpoint(join(folder, 'm.keras'), { saveFreq: 7 }),
      new BackupAndRestore(join(folder, 'backup'), { saveFreq: 14 }),
      new TensorBoard({ logDir: join(folder, 'logs'), updateFreq: 7 }),
      new SwapEMAWeights(),
      new LambdaCallback({ onEpochEnd: () => undefined, onTrainBegin: () => undefined }),
    ];
    setPlatform({ files: nodePlatform.files! });
    const steps = spyOnRuns();
    const made = model({ optimizer: new SGD({ learningRate: 0.1, useEma: true }) });
    await made.fit(x, labels, { verbose: 0, epochs: 3, batchSize: 4, callbacks });
    expect(steps.reduce((a, b) => a + b)).toBe(3 * 14);
    expect(Math.max(...steps)).toBeGreaterThan(1);
    expect(Math.max(...steps)).toBeLessThanOrEqual(7);
    rmSync(folder, { recursive: true });
  });

  test('programs of validation are made during the second step, and say at their own time what is wrong', async () => {
    const events: string[] = [];
    class Watched extends Sequential {
      override testStep(batch: Batch): ReturnType<Sequential['testStep']> {
        events.push('traced');
        if (events.includes('fail')) throw new Error('no test today');
        return super.testStep(batch);
      }
    }
    const made = new Watched([Input({ shape: [3] }), new Dense(2, { activation: 'softmax' })]);
    made.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy' });
    const callbacks = new LambdaCallback({
      onTrainBatchEnd: (batch) => void events.push(`step ${batch}`),
      onTestBegin: () => void events.push('validation'),
    });
    const options = { verbose: 0, batchSize: 20, callbacks } as const;
    await made.fit(x, labels, { ...options, epochs: 2, validationData: [x, labels] });
    // Once for batches of 20, once for the last one of 13.
    const epoch = ['step 0', 'step 1', 'step 2', 'validation'];
    expect(events).toEqual(['step 0', 'traced', 'traced', ...epoch.slice(1), ...epoch]);
    await made.fit(x, labels, { ...options, validationData: [x, labels], validationFreq: 2 });
    expect(events.slice(-3)).toEqual(epoch.slice(0, 3)); // no validation, nothing made for it

    made.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy' });
    events.push('fail');
    await expect(made.fit(x, labels, { ...options, validationData: [x, labels] })).rejects.toThrow('no test today');
    expect(events.slice(events.indexOf('fail') + 1)).toEqual(['step 0', 'traced', ...epoch.slice(1), 'traced']);
  });

  test('are not mixed up when a callback evaluates other data of the same form in the middle', async () => {
    const other = tensor(x.arraySync()).mul(3);
    const plain = model();
    const expected = await plain.evaluate(x, labels, { verbose: 0, batchSize: 8 });
    class Nested extends Callback {
      #busy = false;
      override async onTestBatchEnd(): Promise<void> {
        if (this.#busy) return;
        this.#busy = true;
        await plain.predict(other, { verbose: 0, batchSize: 8 });
        this.#busy = false;
      }
    }
    expect(await plain.evaluate(x, labels, { verbose: 0, batchSize: 8, callbacks: new Nested() })).toEqual(expected);
    let inner: unknown = null;
    const outer = new LambdaCallback({
      onTestBatchEnd: async (batch) => {
        if (batch === 2 && inner === null) {
          inner = 0;
          inner = await plain.evaluate(other, labels, { verbose: 0, batchSize: 8 });
        }
      },
    });
    await plain.evaluate(x, labels, { verbose: 0, batchSize: 8, callbacks: outer });
    expect(inner).toEqual(await plain.evaluate(other, labels, { verbose: 0, batchSize: 8 }));
    expect(await plain.evaluate(x, labels, { verbose: 0, batchSize: 8 })).toEqual(expected);
  });

  test('data sets that are not used any more make room', async () => {
    const made = model();
    for (let n = 20; n < 27; n++)
      await made.evaluate(x.getItem({ start: 0, stop: n }), labels.slice(0, n), { verbose: 0 });
    const all = await made.evaluate(x, labels, { verbose: 0 });
    const list: CallbackList | null = null;
    expect(await made.evaluate(x, labels, { verbose: 0, callbacks: list })).toEqual(all);
  });
});
