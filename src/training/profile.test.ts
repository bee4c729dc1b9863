import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getPlatform, setPlatform } from '../core/platform.js';
import * as layers from '../layers/index.js';
import { Input } from '../layers/core/input_layer.js';
import { Sequential } from '../models/index.js';
import { setBackend, tensor } from '../runtime/index.js';
import '../testing/backends.js';
import { memoryFiles } from '../testing/memory_files.js';

const [samples, features, hidden, outputs] = [48, 20, 30, 3];
const x = tensor(Float32Array.from({ length: samples * features }, (_, i) => Math.sin(i)), [samples, features]); // prettier-ignore
const y = tensor(Int32Array.from({ length: samples }, (_, i) => i % outputs), [samples]); // prettier-ignore

function model(runEagerly = false): Sequential {
  const made = new Sequential(
    [
      Input({ shape: [features] }),
      new layers.Dense(hidden, { activation: 'relu', name: 'first' }),
      new layers.Dropout(0.5, { name: 'drop' }),
      new layers.Dense(outputs, { activation: 'softmax', name: 'second' }),
    ],
    { name: 'small' },
  );
  made.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'], runEagerly });
  return made;
}

const silent = { printFn: () => undefined };

describe('model.profile', () => {
  beforeEach(() => setBackend('wasm'));
  afterEach(() => setBackend('interpreter'));

  it('times every kernel and says whose it is', async () => {
    const profile = await model().profile(x, y, { batchSize: 16, steps: 2, ...silent });
    expect(profile.stepTime).toBeGreaterThan(0);
    expect(profile.kernels.length).toBeGreaterThan(5);
    for (const { time, work, bytes } of profile.kernels) {
      expect(time).toBeGreaterThanOrEqual(0);
      expect(work).toBeGreaterThanOrEqual(0);
      expect(bytes).toBeGreaterThan(0);
    }
    const names = profile.layers.map(({ layer }) => layer);
    for (const name of ['first', 'second', 'optimizer']) expect(names).toContain(name);
    const parts = new Set(profile.kernels.map(({ layer, backward }) => `${layer}${backward ? ' back' : ''}`));
    for (const part of ['first', 'first back', 'second', 'second back']) expect([...parts]).toContain(part);
    const total = profile.layers.reduce((sum, { forward, backward }) => sum + forward + backward, 0);
    expect(total).toBeCloseTo(profile.kernelTime, 6);
  });

  it('finds the layers of models inside, and what is computed outside of any layer', async () => {
    const inner = new Sequential([Input({ shape: [4] }), new layers.Dense(4, { name: 'deep' })], { name: 'inner' });
    const outer = new Sequential([Input({ shape: [4] }), inner, new layers.Dense(1, { name: 'top' })], {
      name: 'outer',
    });
    outer.compile({ optimizer: 'sgd', loss: 'mse' });
    const profile = await outer.profile(tensor([[1, 2, 3, 4]]), tensor([[1]]), { steps: 1, ...silent });
    const names = profile.layers.map(({ layer }) => layer);
    expect(names).toContain('inner/deep');
    expect(names).toContain('top');
  });

  it('leaves weights, optimizer, metrics and random numbers as they were', async () => {
    const profiled = model();
    await profiled.trainOnBatch(x, y);
    const before = await numbers(profiled);
    await profiled.profile(x, y, { batchSize: 16, steps: 3, ...silent });
    expect(await numbers(profiled)).toEqual(before);
    await profiled.fit(x, y, { verbose: 0 });
    expect(await numbers(profiled)).not.toEqual(before);
  });

  it('prints tables: the layers, then the costliest kernels', async () => {
    let text = '';
    const printFn = (part: string): void => void (text += part);
    const profile = await model().profile(x, y, { batchSize: 16, steps: 1, rows: 2, printFn });
    expect(text).toBe(String(profile));
    const lines = text.split('\n');
    expect(lines[0]).toMatch(
      /^Model 'small', train step of 16 samples: [\d.]+ ms on \d+ threads?, the mean of 1\. Its \d+ kernels, timed one by one on one thread: [\d.]+ ms\.$/,
    );
    expect(text).toMatch(/^layer +forward, ms +backward, ms +share +GFLOP\/s +GB\/s$/m);
    const kernels = lines.slice(lines.findIndex((line) => line.startsWith('kernel')) + 2).filter((line) => line !== '');
    expect(kernels).toHaveLength(3);
    expect(kernels[2]).toMatch(new RegExp(`^${profile.kernels.length - 2} more +[\\d.]+ +[\\d.]+ %$`));
  });

  it('gives a trace that Chrome shows, and writes it to a file', async () => {
    const { files } = getPlatform();
    const written = new Map<string, string>();
    setPlatform({
      files: { ...memoryFiles(), write: (path, content) => Promise.resolve(void written.set(path, content as string)) },
    });
    try {
      const profile = await model().profile(x, y, { batchSize: 16, steps: 1, trace: 'a/step.json', ...silent });
      expect([...written]).toEqual([['a/step.json', profile.toChromeTrace()]]);
      const { traceEvents } = JSON.parse(profile.toChromeTrace()) as { traceEvents: TraceEvent[] };
      const spans = traceEvents.filter(({ ph }) => ph === 'X');
      const kernels = spans.filter(({ tid }) => tid === 1);
      expect(kernels.map(({ name }) => name)).toEqual(profile.kernels.map(({ label }) => label));
      for (let i = 1; i < kernels.length; i++)
        expect(kernels[i].ts).toBeCloseTo(kernels[i - 1].ts + kernels[i - 1].dur, 6);
      const sum = (row: number): number =>
        spans.filter(({ tid }) => tid === row).reduce((total, { dur }) => total + dur, 0);
      expect(sum(1)).toBeCloseTo(1000 * profile.kernelTime, 4);
      expect(sum(2)).toBeCloseTo(sum(1), 4);
    } finally {
      setPlatform({ files });
    }
  });

  it('profiles the steps of evaluate and predict too, predict without compile', async () => {
    const test = await model().profile(x, y, { step: 'test', steps: 1, ...silent });
    expect(test.kernels.some(({ backward }) => backward)).toBe(false);
    const uncompiled = new Sequential([Input({ shape: [features] }), new layers.Dense(2)]);
    const predict = await uncompiled.profile(x, { step: 'predict', batchSize: 1, steps: 1, ...silent });
    expect(String(predict)).toContain('predict step of 1 sample:');
    await expect(uncompiled.profile(x, y, silent)).rejects.toThrow(/you must call compile\(\) before profile\(\)/);
  });

  it('says why it cannot', async () => {
    await expect(model().profile(x, y, { steps: 0 })).rejects.toThrow('profile: steps=0. Expected a whole number');
    await expect(model().profile(x, y, { stesp: 3 } as object)).rejects.toThrow(/stesp/);
    await expect(model().profile(x, y, { step: 'fit' as 'train' })).rejects.toThrow(
      "profile: step='fit'. Expected 'train', 'test' or 'predict'.",
    );
    await expect(model().profile(x, y, { trace: 'step.json' })).rejects.toThrow(/there are no files here/);
    await expect(model(true).profile(x, y)).rejects.toThrow(/runs eagerly \(runEagerly\)/);
    setBackend('interpreter');
    await expect(model().profile(x, y)).rejects.toThrow(/runs on the interpreter backend/);
  });
});

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
}

/** All state of a model. */
async function numbers(of: Sequential): Promise<readonly unknown[]> {
  const variables = [...of.variables, ...of.optimizer.variables, ...of.metrics.flatMap((metric) => metric.variables)];
  return Promise.all(variables.map(({ value }) => value.array()));
}
