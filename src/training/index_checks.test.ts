import { afterEach, describe, expect, it } from 'vitest';
import { config, Input, layers, Model, ops, Sequential, tensor } from '../index.js';

const good = tensor([[0], [2], [-3]]);
const bad = tensor([[0], [7], [1]]);
const y = ops.ones([3, 1, 1]);
const message = "Embedding 'table': id 7, but the table has 3 rows. Expected ids from 0 to 2.";

function compiled(): Sequential {
  const model = new Sequential([Input({ shape: [1], dtype: 'int32' }), new layers.Embedding(3, 1, { name: 'table' })]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  return model;
}

afterEach(() => {
  config.enableIndexChecks();
});

describe('ids that the table does not have', () => {
  it('are refused by a call of the layer and of the model', () => {
    expect(() => new layers.Embedding(3, 1, { name: 'table' })(bad)).toThrow(message);
    expect(() => compiled()(bad)).toThrow(message);
  });

  it('are refused by all that models do with arrays, before anything is trained', async () => {
    const model = compiled();
    const before = model.getWeights().map(String);
    const runs: (() => Promise<unknown>)[] = [
      () => model.fit(bad, y, { verbose: 0 }),
      () => model.fit(bad, y, { verbose: 0, batchSize: 1, shuffle: false }),
      () => model.fit(good, y, { verbose: 0, validationData: [bad, y] }),
      () => model.evaluate(bad, y, { verbose: 0 }),
      () => model.predict(bad, { verbose: 0 }),
      () => model.trainOnBatch(bad, y),
      () => model.predictOnBatch(bad),
    ];
    for (const [i, run] of runs.entries()) {
      await expect(run(), `run ${i}`).rejects.toThrow(message);
      if (i < 2) expect(model.getWeights().map(String)).toEqual(before);
    }
    await model.fit(good, y, { verbose: 0 });
  });

  it('are found in one of several inputs, in dicts, behind casts, and in models of models', async () => {
    const ids = Input({ shape: [1], name: 'ids' });
    const other = Input({ shape: [1, 1], name: 'other' });
    const inner = new Sequential([Input({ shape: [1] }), new layers.Embedding(3, 1, { name: 'table' })]);
    const model = new Model({ other, ids }, ops.add(inner(ids), other));
    const floats = ops.cast(bad, 'float32');
    await expect(model.predict({ ids: floats, other: ops.ones([3, 1, 1]) }, { verbose: 0 })).rejects.toThrow(message);
    const far = ops.multiply(ops.ones([3, 1, 1]), 9);
    await model.predict({ ids: ops.cast(good, 'float32'), other: far }, { verbose: 0 });
  });

  it('are NaN and train no row when checks are off', async () => {
    config.disableIndexChecks();
    expect(config.isIndexChecksEnabled()).toBe(false);
    const model = compiled();
    const before = model.getWeights().map(String);
    expect(await model.trainOnBatch(tensor([[7]]), ops.ones([1, 1, 1]))).toBeNaN();
    expect(model.getWeights().map(String)).toEqual(before);
  });
});
