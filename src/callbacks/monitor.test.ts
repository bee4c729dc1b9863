import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import '../testing/backends.js';
import { setPlatform } from '../core/platform.js';
import { Dense, Input } from '../layers/index.js';
import { Sequential } from '../models/index.js';
import { SGD } from '../optimizers/index.js';
import { nodePlatform } from '../platform/node/index.js';
import { tensor } from '../runtime/index.js';
import type { Callback } from './index.js';
import { EarlyStopping, LambdaCallback, LearningRateScheduler, ModelCheckpoint, ReduceLROnPlateau } from './index.js';

setPlatform(nodePlatform);
const folder = mkdtempSync(join(tmpdir(), 'keras-ts-monitor-'));
afterAll(() => rmSync(folder, { recursive: true }));

const x = tensor([[1], [2]], null, 'float32');

/** The epochs that are run on these logs (metrics under the names of `metrics`), and the model. */
async function run(
  metrics: ('acc' | 'accuracy' | 'mae')[],
  logs: Readonly<Record<string, readonly number[]>>,
  under: Callback,
) {
  const model = new Sequential([Input({ shape: [1] }), new Dense(1)]);
  model.compile({ optimizer: new SGD({ learningRate: 0.5 }), loss: 'mse', metrics });
  const pretend = new LambdaCallback({
    onEpochEnd: (epoch, all) => {
      for (const [name, values] of Object.entries(logs)) all[name] = values[epoch];
    },
  });
  const epochs = Object.values(logs)[0].length;
  const { epoch, history } = await model.fit(x, x, { epochs, verbose: 0, validationData: [x, x], callbacks: [pretend, under] }); // prettier-ignore
  return { epochs: epoch.length, history };
}

// Keras 2 and the guide name them so; Keras 3 knows one name of each only.
const ALIASES = [
  ['acc', 'accuracy'],
  ['accuracy', 'acc'],
  ['val_acc', 'val_accuracy'],
  ['val_accuracy', 'val_acc'],
] as const;
const UP = [0.1, 0.5, 0.4, 0.45, 0.9];

describe.each(ALIASES)('%s stands for %s', (name, inLogs) => {
  const metrics = [inLogs.replace('val_', '') as 'acc' | 'accuracy'];

  test('in EarlyStopping, whose direction is known by either name', async () => {
    expect((await run(metrics, { [inLogs]: UP }, new EarlyStopping({ monitor: name, patience: 1 }))).epochs).toBe(3);
  });

  test('in ReduceLROnPlateau', async () => {
    const reduce = new ReduceLROnPlateau({ monitor: name, factor: 0.5, patience: 2 });
    const { history } = await run(metrics, { [inLogs]: UP }, reduce);
    expect(history['learning_rate']).toEqual([0.5, 0.5, 0.5, 0.5, 0.25]); // what the epoch was trained with
    expect(history['lr']).toBe(history['learning_rate']);
  });

  test("in ModelCheckpoint's monitor and file names", async () => {
    const place = join(folder, `${name}-${inLogs}`);
    const best = new ModelCheckpoint(join(place, `{epoch:03d}-{${name}:.2f}.keras`), { monitor: name, saveBestOnly: true }); // prettier-ignore
    await run(metrics, { [inLogs]: UP }, best);
    expect(readdirSync(place).sort()).toEqual(['001-0.10.keras', '002-0.50.keras', '005-0.90.keras']);
  });
});

test('lr stands for learning_rate, in a file name and where it is monitored', async () => {
  const model = new Sequential([Input({ shape: [1] }), new Dense(1)]);
  model.compile({ optimizer: new SGD({ learningRate: 0.5 }), loss: 'mse' });
  const place = join(folder, 'lr');
  const callbacks = [
    new LearningRateScheduler((epoch) => 0.5 / (epoch + 1)),
    new ModelCheckpoint(join(place, '{epoch}-{lr:.3f}.keras')),
    new EarlyStopping({ monitor: 'lr', mode: 'max', patience: 2 }),
  ];
  const { epoch } = await model.fit(x, x, { epochs: 9, verbose: 0, callbacks });
  expect(epoch).toEqual([0, 1, 2]);
  expect(readdirSync(place).sort()).toEqual(['1-0.500.keras', '2-0.250.keras', '3-0.167.keras']);
});

test('a name that is not there is warned of, with the names that are', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  for (const under of [
    new EarlyStopping({ monitor: 'nope', mode: 'min' }),
    new ReduceLROnPlateau({ monitor: 'nope', mode: 'min' }),
    new ModelCheckpoint(join(folder, 'nope.keras'), { monitor: 'nope', mode: 'min', saveBestOnly: true }),
  ])
    await run(['mae'], { loss: [1] }, under);
  const said = warn.mock.calls.map(([text]) => String(text));
  expect(said).toHaveLength(3);
  for (const text of said) expect(text).toMatch(/nope.*Available metrics are: loss,mae,val_loss,val_mae/);
  warn.mockRestore();
});

test('epsilon, the old name of minDelta, works and is told of once', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  expect([1, 2].map((n) => new ReduceLROnPlateau({ epsilon: n }).minDelta)).toEqual([1, 2]);
  expect(warn.mock.calls).toEqual([['ReduceLROnPlateau: `epsilon` is the old name of `minDelta`.']]);
  warn.mockRestore();
});
