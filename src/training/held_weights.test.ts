/** @file Predictions go by the weights as they are now, however they were changed: programs hold what they make of weights. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Conv2D, Dense, Input, LSTM, Reshape } from '../layers/index.js';
import { cloneModel, Sequential } from '../models/index.js';
import { normal, setRandomSeed } from '../random/index.js';
import type { Tensor } from '../runtime/index.js';
import { setBackend } from '../runtime/index.js';
import '../testing/backends.js';

beforeEach(() => setBackend('wasm'));
afterEach(() => setBackend('interpreter'));

const x = normal([3, 8, 8, 8], { seed: 1 });
const y = normal([3, 8, 5], { seed: 2 });

/** A convolution, a recurrence and a product, whose weights are transformed and packed. */
function build(inner = [new Conv2D(16, 3, { padding: 'same' }), new Conv2D(16, 3, { padding: 'same' })]): Sequential {
  setRandomSeed(3);
  const model = new Sequential([
    Input({ shape: [8, 8, 8] }),
    ...inner,
    new Reshape([8, 128]),
    new LSTM(24, { returnSequences: true }),
    new Dense(5),
  ]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  return model;
}

/** Predict, twice, and compare with a new model of the same weights, bit for bit. */
async function check(model: Sequential): Promise<Tensor> {
  const anew = cloneModel<Sequential>(model);
  anew.setWeights(model.getWeights());
  const expected = await anew.predict<Tensor>(x, { verbose: 0 });
  for (let i = 0; i < 2; i++) {
    const found = await model.predict<Tensor>(x, { verbose: 0 });
    expect(found.ndarray.data).toEqual(expected.ndarray.data);
  }
  return expected;
}

test('predictions follow weights that are set, assigned, trained, frozen and shared, and a model that is compiled anew', async () => {
  const model = build();
  const seen = [await check(model)];
  model.setWeights(model.getWeights().map((w, i) => normal(w.shape, { seed: i + 4, stddev: 0.2 })));
  seen.push(await check(model));
  const [convolution] = model.layers as Conv2D[];
  convolution.kernel.assign(normal(convolution.kernel.shape, { seed: 5, stddev: 0.3 }));
  seen.push(await check(model));
  await model.trainOnBatch(x, y);
  seen.push(await check(model));
  await model.fit(x, y, { epochs: 2, batchSize: 2, verbose: 0 });
  seen.push(await check(model));
  // Frozen, its kernel is held by the step of training too; then it changes between two steps.
  convolution.trainable = false;
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  await model.fit(x, y, { verbose: 0 });
  seen.push(await check(model));
  const twin = cloneModel<Sequential>(model);
  twin.setWeights(model.getWeights());
  convolution.kernel.assign(normal(convolution.kernel.shape, { seed: 6, stddev: 0.3 }));
  (twin.layers[0] as Conv2D).kernel.assign(convolution.kernel.value);
  twin.layers[0].trainable = false;
  twin.compile({ optimizer: 'sgd', loss: 'mse' });
  for (const each of [model, twin]) await each.fit(x, y, { verbose: 0, shuffle: false });
  model.getWeights().forEach((w, i) => expect(w.ndarray.data).toEqual(twin.getWeights()[i].ndarray.data));
  seen.push(await check(model));
  // The two convolutions are another model's too, which trains them.
  const other = build(model.layers.slice(0, 2) as Conv2D[]);
  seen.push(await check(other));
  await other.fit(x, y, { verbose: 0 });
  seen.push(await check(model), await check(other), await check(model));
  const texts = seen.map((prediction) => String(prediction.ndarray.data));
  expect(new Set(texts.slice(0, -1)).size).toBe(texts.length - 1);
  expect(texts.at(-1)).toBe(texts.at(-3));
});

test('many predictions take no more memory than a few', async () => {
  const model = build();
  await model.predict(x, { verbose: 0 });
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 2000; i++) await model.predict(x, { verbose: 0 });
  expect(process.memoryUsage().rss - before).toBeLessThan(64 << 20);
});
