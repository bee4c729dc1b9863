import { afterEach, expect, it, vi } from 'vitest';
import { maxEpochs, maxStepsPerEpoch, setMaxEpochs, setMaxStepsPerEpoch } from '../core/config.js';
import { Dense, Input } from '../layers/index.js';
import { Sequential } from '../models/index.js';
import { ones } from '../ops/index.js';
import '../testing/backends.js';

afterEach(() => {
  setMaxEpochs(null);
  setMaxStepsPerEpoch(null);
  vi.restoreAllMocks();
});

it('trains no longer than config.setMaxEpochs and setMaxStepsPerEpoch allow, and says so', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const model = new Sequential([Input({ shape: [2] }), new Dense(1)]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  setMaxEpochs(2);
  setMaxStepsPerEpoch(3);
  const history = await model.fit(ones([40, 2]), ones([40, 1]), { batchSize: 4, epochs: 5, verbose: 0 });
  expect(history.epoch).toEqual([0, 1]);
  expect(Number(model.optimizer.iterations)).toBe(6);
  expect(warn.mock.calls.flat().join()).toMatch(/epochs limited to 2.*Steps of an epoch limited to 3/);
});
it('refuses limits that are none', () => {
  expect(() => setMaxEpochs(0)).toThrow('setMaxEpochs: got 0. Expected a positive integer, or null for no limit.');
  expect([maxEpochs(), maxStepsPerEpoch()]).toEqual([null, null]);
});
