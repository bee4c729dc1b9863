/** @file Training and saving on a backend that has results and weights only later, as devices have. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { interpreterBackend } from '../backend/interpreter/index.js';
import { Callback, EarlyStopping } from '../callbacks/index.js';
import { Input, layers, models, Sequential, tensor } from '../index.js';
import { backend, registerBackend, setBackend } from '../runtime/index.js';
import { deviceBackend } from '../testing/device_backend.js';

const NAME = 'interpreter';
let before = backend();
beforeEach(() => {
  before = backend();
  registerBackend(deviceBackend(NAME));
  setBackend(NAME);
});
afterEach(() => {
  registerBackend(interpreterBackend);
  setBackend(before);
});

const x = tensor(
  Array.from({ length: 24 }, (_, i) => Math.sin(i)),
  [8, 3],
);
const y = tensor(
  Array.from({ length: 8 }, (_, i) => i % 2),
  [8, 1],
);

function build(): Sequential {
  const model = new Sequential([
    Input({ shape: [3] }),
    new layers.Dense(4, { activation: 'tanh' }),
    new layers.Dropout(0.2, { seed: 1 }),
    new layers.Dense(1),
  ]);
  model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
  return model;
}

class Reader extends Callback {
  readonly sums: number[] = [];

  #read(): void {
    this.sums.push(this.model.getWeights().reduce((sum, weight) => sum + weight.sum().itemSync(), 0));
  }
  override onTrainBatchEnd(): void {
    this.#read();
  }
  override onEpochEnd(): void {
    this.#read();
  }
  override onTrainEnd(): void {
    this.#read();
  }
}

test('callbacks of fit read the weights as they are after each step', async () => {
  const model = build();
  const reader = new Reader();
  const stopping = new EarlyStopping({ monitor: 'loss', patience: 5, restoreBestWeights: true });
  await model.fit(x, y, { batchSize: 4, epochs: 2, verbose: 0, callbacks: [reader, stopping] });
  expect(reader.sums).toHaveLength(7);
  expect(new Set(reader.sums.slice(0, 2)).size).toBe(2);
  expect(reader.sums.every(Number.isFinite)).toBe(true);
  expect(Object.keys((await model.evaluate(x, y, { verbose: 0, returnDict: true })) as object)).toContain('mae');
  expect((await model.predict(x, { verbose: 0 })).shape).toEqual([8, 1]);
});

test.each(['keras', 'h5'])('a model that was trained is saved as .%s', async (kind) => {
  const model = build();
  await model.fit(x, y, { batchSize: 4, epochs: 1, verbose: 0 });
  const folder = await mkdtemp(join(tmpdir(), 'keras-ts-device-'));
  try {
    await model.save(`${folder}/model.${kind}`);
    const again = (await models.loadModel(`${folder}/model.${kind}`)) as Sequential;
    const [expected, found] = [await model.predict(x, { verbose: 0 }), await again.predict(x, { verbose: 0 })];
    expect(await found.array()).toEqual(await expected.array());
  } finally {
    await rm(folder, { recursive: true });
  }
});
