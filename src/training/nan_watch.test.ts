import { describe, expect, test } from 'vitest';
import { Input, Model, Sequential, layers, ops, optimizers, tensor } from '../index.js';
import type { KerasTensor, Tensor } from '../index.js';

const x = tensor([[1], [2], [-3], [4]]);
const y = tensor([[1], [2], [3], [4]]);

/** What `fit` says. */
async function complaint(model: Model, options: object = {}, data: [Tensor, Tensor] = [x, y]): Promise<string> {
  model.compile({ optimizer: 'sgd', loss: 'mse', debugNan: true, ...options });
  return model.fit(...data, { verbose: 0, shuffle: false, batchSize: 2, epochs: 2 }).then(() => 'nothing', (error: Error) => `${error.name}: ${error.message}`); // prettier-ignore
}

const ones = { kernelInitializer: 'ones' } as const;
const step = (name: string, fn: (x: Tensor) => Tensor) => new layers.Lambda(fn, { name });

describe.each([false, true])('compile({ debugNan: true, runEagerly: %s })', (runEagerly) => {
  test('names the layer whose forward pass made it, and the step; the model is as before', async () => {
    const model = new Sequential([Input({ shape: [1] }), new layers.Dense(1, { ...ones, name: 'first' }), step('root', (t) => ops.sqrt(t)), new layers.Dense(1, { ...ones, name: 'last' })]); // prettier-ignore
    // The first batch is all positive; in the second the root of a negative number is drawn.
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    await model.trainOnBatch(x.getItem({ stop: 2 }), y.getItem({ stop: 2 }));
    const expected = model.getWeights().map((weight) => String(weight));
    model.setWeights([[[1]], [0], [[1]], [0]]);
    expect(await complaint(model, { runEagerly })).toMatch(
      /^RuntimeError: NaN: in step 1 of training \(counted from 0\) the loss is NaN\. It was first made in layer '[\w/]*root', in the forward pass \('sqrt'\)\./,
    );
    expect(model.getWeights().map((weight) => String(weight))).toEqual(expected);
  });

  test('names the layer whose gradient made it', async () => {
    // √ of 0 is 0, and its slope is infinite; times 0 that is NaN.
    const model = new Sequential([Input({ shape: [1] }), new layers.Dense(1, { kernelInitializer: 'zeros', name: 'zero' }), step('root', (t) => ops.multiply(ops.sqrt(t), 0))]); // prettier-ignore
    const said = await complaint(model, { runEagerly });
    expect(said).toMatch(/in step 0 of training \(counted from 0\) the new weight '[\w/]*zero\/kernel' is NaN/);
    expect(said).toMatch(/first made in the gradient of layer '[\w/]*root'/);
    expect(model.getWeights().map((weight) => String(weight))).toEqual(['[[0.]]', '[0.]']);
  });
});

test('an infinity that led to it is named', async () => {
  const model = new Sequential([Input({ shape: [1] }), step('huge', (t) => ops.exp(ops.multiply(t, 1000))), step('less', (t) => ops.subtract(t, t))]); // prettier-ignore
  expect(await complaint(model)).toMatch(
    /first made in layer '[\w/]*less', in the forward pass \('\w+'\)\. It was made of an infinity, which came up first in layer '[\w/]*huge'/,
  );
});

test('data and weights that hold it are named', async () => {
  const model = () => new Sequential([Input({ shape: [1] }), new layers.Dense(1, { name: 'only' })]);
  expect(await complaint(model(), {}, [tensor([[1], [NaN], [1], [1]]), y])).toMatch(
    /The data hold it: array 0 of the batch, of shape \(2, 1\)/,
  );
  expect(await complaint(model(), {}, [x, tensor([[1], [2], [NaN], [1]])])).toMatch(/step 1 .*array 1 of the batch/);
  const spoilt = model();
  spoilt.setWeights([[[NaN]], [0]]);
  expect(await complaint(spoilt)).toMatch(/The weight '[\w/]*only\/kernel' held it before the step/);
});

test('a loss, and a rate that is too high', async () => {
  const model = new Sequential([Input({ shape: [1] }), new layers.Dense(1, ones)]);
  const logOf = (_: Tensor, yPred: Tensor) => ops.log(yPred);
  expect(await complaint(model, { loss: logOf })).toMatch(
    /step 1 .*first made in the loss, in the forward pass \('log'\)/,
  );
  const wild = new Sequential([
    Input({ shape: [1] }),
    new layers.Dense(1, { kernelInitializer: 'zeros', name: 'wild' }),
  ]);
  expect(await complaint(wild, { optimizer: new optimizers.SGD({ learningRate: 1e38 }) })).toMatch(
    /step 1 .*The weight '[\w/]*wild\/\w+' held an infinity before the step: the learning rate/,
  );
});

test('evaluate and predict are watched too; what is well is not changed', async () => {
  const model = new Sequential([Input({ shape: [1] }), new layers.Dense(1, ones), step('root', (t) => ops.sqrt(t))]);
  model.compile({ loss: 'mse', debugNan: true });
  await expect(model.evaluate(x, y, { verbose: 0 })).rejects.toThrow(/step 0 of evaluation .*'[\w/]*root'/);
  await expect(model.predict(x, { verbose: 0 })).rejects.toThrow(/step 0 of prediction .*predictions are NaN/);
  const losses: unknown[] = [];
  for (const debugNan of [false, true]) {
    const plain = new Sequential([Input({ shape: [1] }), new layers.Dense(1, ones)]);
    plain.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['mae'], debugNan });
    losses.push((await plain.fit(x, y, { epochs: 2, shuffle: false, batchSize: 2, verbose: 0 })).history);
  }
  expect(losses[1]).toEqual(losses[0]);
});

describe('the layer is named where models are not flat', () => {
  const below = (t: Tensor) => ops.sqrt(ops.subtract(t, 100));
  const sequence = ops.ones([4, 5, 1]);
  /** What a layer of a function gives for what is drawn. */
  const drawn = (layer: InstanceType<typeof layers.Lambda>, h: KerasTensor) =>
    layer(h as never) as unknown as KerasTensor;

  test('deep in a functional model, with branches', async () => {
    const input = Input({ shape: [1] });
    let h = new layers.Dense(4)(input);
    for (let i = 0; i < 12; i++) {
      h = new layers.Add()([h, new layers.Dense(4, { activation: 'tanh', name: `branch_${i}` })(h)]);
      if (i === 6) h = drawn(step('bad', below), h);
    }
    expect(await complaint(new Model(input, new layers.Dense(1)(h)) as Model)).toMatch(
      /step 0 .*first made in layer '[\w/]*bad'/,
    );
  });

  test('in a model inside a model inside a model, by its path', async () => {
    const inner = new Sequential([Input({ shape: [1] }), new layers.Dense(3), step('bad', below)], { name: 'inner' });
    const a = Input({ shape: [1] });
    const middle = new Model(a, new layers.Dense(2)(inner(a)), { name: 'middle' });
    const b = Input({ shape: [1] });
    const outer = new Model(b, new layers.Dense(1)(middle(b)), { name: 'outer' }) as Model;
    expect(await complaint(outer)).toContain("first made in layer 'outer/middle/inner/bad'");
  });

  test.each<[string, () => InstanceType<typeof layers.Layer>]>([
    ['lstm', () => new layers.LSTM(3, { name: 'lstm', recurrentActivation: (t: Tensor) => ops.log(ops.subtract(t, 50)) })],
    ['each', () => new layers.TimeDistributed(step('bad', below), { name: 'each' })],
    ['cells', () => new layers.RNN([new layers.SimpleRNNCell(2), new layers.SimpleRNNCell(2, { activation: below })], { name: 'cells' })],
  ])('a layer over time steps: %s', async (name, make) => {
    const model = new Sequential([Input({ shape: [5, 1] }), make(), new layers.Flatten(), new layers.Dense(1)]);
    expect(await complaint(model, {}, [sequence, y])).toMatch(new RegExp(`first made in layer '[\\w/]*${name}'`));
  }); // prettier-ignore

  test('a layer over time steps whose gradient alone is NaN', async () => {
    // √ of 0 is 0, and its slope is infinite; times 0 that is NaN.
    const activation = (t: Tensor) => ops.multiply(ops.sqrt(ops.multiply(t, 0)), 0);
    const model = new Sequential([Input({ shape: [5, 1] }), new layers.SimpleRNN(2, { activation, name: 'rnn' }), new layers.Dense(1)]); // prettier-ignore
    const said = await complaint(model, {}, [sequence, y]);
    expect(said).toMatch(/the new weight '[\w/]*rnn\/[\w/]+' is NaN/);
    expect(said).toMatch(/in the gradient of layer '[\w/]*rnn'/);
  });

  test('a layer that is used twice', async () => {
    const input = Input({ shape: [1] });
    const shared = new layers.Dense(1, { ...ones, name: 'shared', activation: (t) => ops.sqrt(ops.subtract(10, t)) });
    const h = drawn(
      step('scale', (t) => ops.multiply(t, 100)),
      shared(input),
    );
    expect(await complaint(new Model(input, shared(h)) as Model)).toMatch(/in layer '[\w/]*shared'.*\('sqrt'\)/);
  });

  test('a gradient of a branch that `where` has not taken', async () => {
    const input = Input({ shape: [1] });
    const safe = step('safe', (t) => ops.where(ops.greater(t, -9), t, ops.log(ops.subtract(t, t))));
    const h = drawn(safe, new layers.Dense(2, { ...ones, name: 'a' })(input));
    const said = await complaint(new Model(input, new layers.Dense(1)(h)));
    expect(said).toMatch(/the new weight '[\w/]*a\/kernel' is NaN/);
    expect(said).toMatch(/first made in the gradient of layer '[\w/]*safe'/);
  });

  test('a regularizer, forward and in its gradient', async () => {
    const model = (regularizer: (w: Tensor) => Tensor) =>
      new Sequential([Input({ shape: [1] }), new layers.Dense(1, { kernelInitializer: 'zeros', kernelRegularizer: regularizer, name: 'own' })]); // prettier-ignore
    expect(await complaint(model((w) => ops.sum(ops.log(ops.subtract(w, 1)))))).toMatch(
      /first made in the regularizer of weight '[\w/]*own\/kernel' \('log'\)/,
    );
    expect(await complaint(model((w) => ops.sum(ops.multiply(ops.sqrt(w), 0))))).toMatch(
      /in the gradient of the regularizer of weight '[\w/]*own\/kernel'/,
    );
  });
});
