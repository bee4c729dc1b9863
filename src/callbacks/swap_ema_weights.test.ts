import { expect, test } from 'vitest';
import '../testing/backends.js';
import { Dense, Input } from '../layers/index.js';
import { Sequential } from '../models/index.js';
import { Adam, SGD } from '../optimizers/index.js';
import { tensor } from '../runtime/index.js';
import { Callback } from './callback.js';
import { SwapEMAWeights } from './swap_ema_weights.js';

const x = tensor(Array.from({ length: 8 }, (_, i) => [i / 4, (2 * i + 1) / 8]));
const y = tensor(Array.from({ length: 8 }, (_, i) => [(i / 4 + (2 * i + 1) / 8) * 0.3]));

async function train(callback: SwapEMAWeights) {
  const model = new Sequential([Input({ shape: [2] }), new Dense(1)]);
  model.setWeights([tensor([[1], [2]], null, 'float32'), tensor([0.5])]);
  model.compile({ optimizer: new SGD({ learningRate: 0.1, useEma: true, emaMomentum: 0.9 }), loss: 'mse' });
  const seen: number[][] = [];
  const flat = (): number[] => model.getWeights().flatMap((w) => Array.from(w.dataSync() as Float32Array));
  class See extends Callback {
    override onEpochEnd(): void {
      seen.push(flat());
    }
  }
  const { history } = await model.fit(x, y, { batchSize: 4, epochs: 3, shuffle: false, validationData: [x, y], verbose: 0, callbacks: [callback, new See()] }); // prettier-ignore
  const final = flat();
  const evaluated = await model.evaluate(x, y, { verbose: 0, callbacks: [callback] });
  const before = flat();
  await model.predict(x, { verbose: 0, callbacks: [callback] });
  return { history, seen, final, evaluated, before, after: flat() };
}
const close = (values: readonly unknown[], expected: readonly number[]): void =>
  values.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));

// Recorded from Keras 3.15.1 on JAX.
const FINAL = [0.4805333, 1.4117297, -0.0504291];

test('validation is done with the averages, and the next epoch goes on with the weights', async () => {
  const { history, seen, final, before, after } = await train(new SwapEMAWeights());
  close(history.loss, [6.7253013, 0.0593601, 0.0347076]);
  close(history['val_loss'], [4.7818222, 3.1028259, 2.0345628]);
  close(seen[0], [-0.0632129, 0.8171239, -0.4573046]);
  close(seen[2], [-0.0476514, 0.84557, -0.3542286]);
  close(final, FINAL);
  expect(after).toEqual(before); // Keras leaves the averages in the model here
});

test('swapOnEpoch: the callbacks after it see the averages at the end of an epoch', async () => {
  const { history, seen, final } = await train(new SwapEMAWeights({ swapOnEpoch: true }));
  close(history.loss, [6.7253013, 0.0593601, 0.0347076]);
  close(seen[0], [0.7510849, 1.7028373, 0.1140195]);
  close(seen[1], [0.6013547, 1.5412196, 0.0189195]);
  close(final, FINAL);
});

test('an optimizer without averages is refused, with the remedy', async () => {
  const model = new Sequential([new Dense(1)]);
  model.compile({ optimizer: new Adam(), loss: 'mse' });
  const fit = model.fit(x, y, { validationData: [x, y], verbose: 0, callbacks: [new SwapEMAWeights()] });
  await expect(fit).rejects.toThrow(
    /SwapEMAWeights\.onTestBegin: the optimizer 'adam\w*' keeps no averages of the weights. Give it useEma: true/,
  );
});
