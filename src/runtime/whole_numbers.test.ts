import { expect, test } from 'vitest';
import { Input, Sequential, layers, optimizers, ops, tensor } from '../index.js';

test('whole numbers that int32 does not hold are floats, not other whole numbers', async () => {
  expect([tensor(1e10).dtype, tensor([2 ** 31, 1]).dtype, tensor(-(2 ** 31)).dtype, tensor([2 ** 31 - 1]).dtype]).toEqual([
    'float32', 'float32', 'int32', 'int32',
  ]); // prettier-ignore
  expect([...(await ops.cast(1e10, 'float32').data())]).toEqual([1e10]);
  expect(tensor([1e10], { dtype: 'int64' }).dtype).toBe('int64');
});

test('a learning rate above int32 is what it is', async () => {
  const model = new Sequential([Input({ shape: [1] }), new layers.Dense(1, { kernelInitializer: 'zeros' })]);
  model.compile({ optimizer: new optimizers.SGD({ learningRate: 1e20 }), loss: 'mse' });
  await model.trainOnBatch(tensor([[1]]), tensor([[1]]));
  expect(Number((await model.getWeights()[0].data())[0])).toBeCloseTo(2e20, -15);
});
