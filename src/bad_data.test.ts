/** @file What a user is told whose data do not fit the model: which input, output or key is wrong, before anything is trained. */
import { describe, expect, test } from 'vitest';
import {
  Input,
  Model,
  NotImplementedError,
  Sequential,
  ValueError,
  data,
  layers,
  ops,
  tensor,
  utils,
} from './index.js';

const quiet = { verbose: 0 } as const;
const [a, b, column] = [ops.ones([4, 2]), ops.ones([4, 3]), ops.ones([4, 1])];
const weights = ops.ones([4]);

/** Two inputs and two outputs, drawn in lists or in dicts. */
function two(form: 'list' | 'dict'): Model {
  const [x, z] = [Input({ shape: [2], name: 'a' }), Input({ shape: [3], name: 'b' })];
  const h = new layers.Concatenate()([x, z]);
  const [p, q] = [new layers.Dense(1, { name: 'p' })(h), new layers.Dense(1, { name: 'q' })(h)];
  const model = (form === 'list' ? new Model([x, z], [p, q]) : new Model({ a: x, b: z }, { p, q })) as Model;
  model.compile({ optimizer: 'sgd', loss: { p: 'mse', q: 'mse' } });
  return model;
}
function one(): Sequential {
  const model = new Sequential([Input({ shape: [2], name: 'a' }), new layers.Dense(1, { name: 'out' })]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  return model;
}

const good = { a, b };
const targets = { p: column, q: column };

/** The call ends in a ValueError of these words, and the model is what it was. */
async function refuses(model: Model, call: (model: Model) => unknown, words: string | RegExp): Promise<void> {
  const before = model.built ? model.getWeights().map((w) => w.arraySync()) : null;
  const error: unknown = await Promise.resolve(model)
    .then(call)
    .then(() => 'it was accepted', (reason: unknown) => reason); // prettier-ignore
  expect(error).toBeInstanceOf(ValueError);
  if (typeof words === 'string') expect((error as Error).message).toContain(words);
  else expect((error as Error).message).toMatch(words);
  if (before !== null) expect(model.getWeights().map((w) => w.arraySync())).toEqual(before);
}

describe.each(['list', 'dict'] as const)('a model drawn with a %s of inputs and outputs', (form) => {
  const extra = { a, b, c: b };
  test.each<[string, (m: Model) => unknown, string | RegExp]>([
    ['an extra key in x', (m) => m.fit(extra, targets, quiet), "'c' is no input of the model. Its inputs: 'a', 'b'."],
    ['in evaluate', (m) => m.evaluate(extra, targets, quiet), "'c' is no input of the model"],
    ['in predict', (m) => m.predict(extra, quiet), "'c' is no input of the model"],
    ['in trainOnBatch', (m) => m.trainOnBatch(extra, targets), "'c' is no input of the model"],
    ['in testOnBatch', (m) => m.testOnBatch(extra, targets), "'c' is no input of the model"],
    ['in predictOnBatch', (m) => m.predictOnBatch(extra), "'c' is no input of the model"],
    ['in a call', (m) => m(extra), "'c' is no input of the model"],
    ['in what a generator gives', (m) => m.fit(function* () { yield [extra, targets] as const; }, quiet), "'c' is no input of the model"],
    ['in what a data set gives', (m) => m.fit(data.Dataset.fromList([[extra, targets]]), quiet), "'c' is no input of the model"],
    ['two extra keys', (m) => m.fit({ ...extra, d: b }, targets, quiet), "'c', 'd' are no inputs of the model"],
    ['a missing key in x', (m) => m.fit({ a }, targets, quiet), `no data for input 'b'. Got the keys ["a"]`],
    ['a misspelt key in x', (m) => m.fit({ a, B: b }, targets, quiet), `no data for input 'b'. Got the keys ["a","B"]`],
    ['an extra key in y', (m) => m.fit(good, { ...targets, r: column }, quiet), "'r' is no output of the model"],
    ['a missing key in y', (m) => m.fit(good, { p: column }, quiet), "There are no targets for 'q'."],
    ['a misspelt key in y', (m) => m.fit(good, { p: column, Q: column }, quiet), "There are no targets for 'q'. 'Q' is no output of the model."],
    ['an extra key in the y of evaluate', (m) => m.evaluate(good, { ...targets, r: column }, quiet), "'r' is no output"],
    ['a list of inputs that is too short', (m) => m.fit([a], targets, quiet), 'expects 2 named inputs ["a","b"], but it received 1'],
    ['and too long', (m) => m.fit([a, b, b], targets, quiet), 'expects 2 named inputs ["a","b"], but it received 3'],
    ['a list of targets that is too short', (m) => m.fit(good, [column], quiet), 'y: ["X"]; outputs: '],
    ['and too long', (m) => m.fit(good, [column, column, column], quiet), 'y: ["X","X","X"]; outputs: '],
    ['one array for two outputs', (m) => m.fit(good, column, quiet), 'y: "X"; outputs: '],
    ['an extra key in sampleWeight', (m) => m.fit(good, targets, { ...quiet, sampleWeight: { p: weights, q: weights, r: weights } }), 'sampleWeight must hold one array per target in y'],
    ['a missing key in sampleWeight', (m) => m.fit(good, targets, { ...quiet, sampleWeight: { p: weights } }), 'sampleWeight must hold one array per target in y'],
    ['one input of another length', (m) => m.fit({ a, b: ops.ones([3, 3]) }, targets, quiet), "'x' sizes: 4, 3; 'y' sizes: 4, 4"],
    ['one output of another length', (m) => m.fit(good, { p: ops.ones([3, 1]), q: column }, quiet), "'x' sizes: 4, 4; 'y' sizes: 3, 4"],
    ['classWeight', (m) => m.fit(good, targets, { ...quiet, classWeight: { 0: 1 } }), 'classWeight is only for models with a single output'],
  ])('%s', (_, call, words) => refuses(two(form), call, words)); // prettier-ignore

  test('validation data are refused by their own key, where they are reached', async () => {
    const validate = (x: object, y: object) => (m: Model) => m.fit(good, targets, { ...quiet, validationData: [x as never, y as never] }); // prettier-ignore
    for (const [x, y, words] of [
      [extra, targets, "'c' is no input of the model"],
      [{ a }, targets, "no data for input 'b'"],
      [good, { p: column }, "There are no targets for 'q'."],
    ] as const)
      await expect(validate(x, y)(two(form))).rejects.toThrow(words);
  });
});

test('a target by another name than that of the only output', () =>
  refuses(
    one(),
    (m) => m.fit(a, { zzz: column }, quiet),
    "There are no targets for 'out'. 'zzz' is no output of the model.",
  ));

test('targets by name for some outputs go to their own', async () => {
  const model = two('list');
  model.compile({ optimizer: 'sgd', loss: [null, 'mse'] });
  const { history } = await model.fit(good, { q: column }, quiet);
  expect(Object.keys(history)).toContain('loss');
  await refuses(model, (m) => m.fit(good, { p: column }, quiet), "There are no targets for 'q'.");
});

describe('arrays', () => {
  test.each<[string, (m: Sequential) => unknown, string | RegExp]>([
    ['ragged inputs', (m) => m.fit([[1, 2], [3]], [1, 2], quiet), 'fit: x: the nested lists are ragged'],
    ['ragged targets', (m) => m.fit([[1, 2], [3, 4]], [[1], [2, 3]], quiet), 'fit: y: the nested lists are ragged'],
    ['x and y of different length', (m) => m.fit(a, ops.ones([3, 1]), quiet), "fit: All arrays must hold the same number of samples. Got 'x' sizes: 4; 'y' sizes: 3."],
    ['weights of another length', (m) => m.fit(a, column, { ...quiet, sampleWeight: ops.ones([3]) }), "'sampleWeight' sizes: 3"],
    ['no samples', (m) => m.fit(ops.ones([0, 2]), ops.ones([0, 1]), quiet), 'fit: The arrays hold no samples.'],
    ['no samples to predict', (m) => m.predict(ops.ones([0, 2]), quiet), 'predict: The arrays hold no samples.'],
    ['no samples to evaluate', (m) => m.evaluate(ops.ones([0, 2]), ops.ones([0, 1]), quiet), 'evaluate: The arrays hold no samples.'],
    ['empty lists', (m) => m.fit([], [], quiet), 'fit: x is an empty list'],
    ['texts', (m) => m.fit([['a'], ['b']] as never, [1, 2], quiet), 'takes numbers (float32), got texts of shape (2, 1)'],
    ['no targets', (m) => m.fit(a, quiet), 'need targets, but y is not given'],
    ['another number of features', (m) => m.fit(ops.ones([4, 5]), column, quiet), "with name 'a'"],
    ['a batch size of 0', (m) => m.fit(a, column, { ...quiet, batchSize: 0 }), 'fit: batchSize=0. Expected a whole number from 1'],
    ['a batch of 0 from a generator', (m) => m.fit(function* () { yield [ops.ones([0, 2]), ops.ones([0, 1])] as const; }, quiet), 'The generator: a batch of 0 samples'],
    ['a generator that gives nothing', (m) => m.fit(function* () {} as never, quiet), 'The generator given as data is empty'],
    ['a data set that gives nothing', (m) => m.fit(data.Dataset.fromList([]), quiet), 'The data set given as data is empty'],
    ['validationSplit with a generator', (m) => m.fit(function* () { yield [a, column] as const; }, { ...quiet, validationSplit: 0.5 }), 'fit: validationSplit is only for arrays'],
    ['validationSplit with a data set', (m) => m.fit(data.Dataset.fromTensorSlices([a, column]).batch(2), { ...quiet, validationSplit: 0.5 }), 'fit: validationSplit is only for arrays'],
    ['validationSplit with a PyDataset', (m) => m.fit(new utils.PyDataset(), { ...quiet, validationSplit: 0.5 }), 'fit: validationSplit is only for arrays'],
    ['validationSplit that is no part', (m) => m.fit(a, column, { ...quiet, validationSplit: 2 }), 'fit: validationSplit=2. Expected a part'],
    ['y beside a generator', (m) => m.fit(function* () { yield [a, column] as const; }, column, quiet), 'x is a generator, so y cannot be given'],
    ['validation data of four parts', (m) => m.fit(a, column, { ...quiet, validationData: [a, column, weights, weights] as never }), 'list of 4 parts'],
    ['negative labels with class weights', (m) => m.fit(a, tensor([0, 1, -1, 1]), { ...quiet, classWeight: { 1: 2 } }), 'y holds -1 (row 2), which is no class'],
    ['fractional labels with class weights', (m) => m.fit(a, tensor([0, 1, 0.5, 1]), { ...quiet, classWeight: { 1: 2 } }), 'y holds 0.5 (row 2), which is no class'],
    ['class weights of no class', (m) => m.fit(a, column, { ...quiet, classWeight: { cat: 2 } as never }), 'the key "cat" is no class'],
  ])('%s', (_, call, words) => refuses(one(), call as (m: Model) => unknown, words)); // prettier-ignore
});

describe('data without end', () => {
  const pair = [ops.ones([1, 2]), ops.ones([1, 1])] as const;
  class Endless extends utils.PyDataset {
    override get length() {
      return null;
    }
    override getItem() {
      return pair;
    }
  }
  test.each<[string, () => data.Dataset<unknown> | utils.PyDataset]>([
    ['a data set', () => data.Dataset.fromList([pair]).repeat()],
    ['a PyDataset', () => new Endless()],
  ])('%s needs a number of batches, and hangs nowhere', async (_, make) => {
    await refuses(one(), (m) => m.fit(make(), quiet), 'fit: stepsPerEpoch, the number of batches that are taken, is needed: the data have no end.');
    await refuses(one(), (m) => m.fit(a, column, { ...quiet, validationData: make() }), 'fit: validationSteps, the number');
    await refuses(one(), (m) => m.evaluate(make(), quiet), 'evaluate: steps, the number');
    await refuses(one(), (m) => m.predict(make(), quiet), 'predict: steps, the number');
    const { epoch, history } = await one().fit(make(), { ...quiet, stepsPerEpoch: 2, epochs: 2, validationData: make(), validationSteps: 1 });
    expect([epoch, history['val_loss'].length]).toEqual([[0, 1], 2]);
    const normalization = new layers.Normalization();
    await expect(normalization.adapt(make())).rejects.toThrow('adapt got data without end. Give a part of them: dataset.take(n).');
    await expect(new layers.Discretization({ numBins: 2 }).adapt(make(), { steps: 2 })).resolves.toBeUndefined();
  }); // prettier-ignore
});

describe('programs of Keras 1 and 2', () => {
  type Make = new (...args: readonly unknown[]) => unknown;
  const older = layers as unknown as Record<string, Make>;
  const make =
    (name: string, ...args: readonly unknown[]) =>
    () =>
      new older[name](...args);

  test.each([
    ['Merge', 'Concatenate'],
    ['TimeDistributedDense', 'Dense'],
    ['MaxoutDense', 'ops.max'],
    ['Highway', 'Dense'],
    ['AtrousConvolution1D', 'Conv1D'],
    ['AtrousConvolution2D', 'Conv2D'],
    ['Deconvolution2D', 'Conv2DTranspose'],
    ['Deconvolution3D', 'Conv3DTranspose'],
    ['SReLU', 'PReLU'],
    ['ParametricSoftplus', 'softplus'],
    ['ThresholdedReLU', 'layers.ReLU({ threshold'],
    ['CuDNNLSTM', 'layers.LSTM'],
    ['CuDNNGRU', 'layers.GRU'],
    ['LocallyConnected1D', 'ops.einsum'],
    ['LocallyConnected2D', 'ops.image.extractPatches'],
  ])('layers.%s is gone, and names %s', (name, successor) => {
    expect(make(name, 3)).toThrow(NotImplementedError);
    expect(make(name, 3)).toThrow(`layers.${name} is gone since Keras`);
    expect(make(name, 3)).toThrow(successor);
  });

  test('what is said to stand in their place is there', () => {
    expect(new layers.ReLU({ threshold: 0.5 })(tensor([0.2, 0.7])).arraySync()).toEqual([0, Math.fround(0.7)]);
    expect(ops.image.extractPatches).toBeTypeOf('function');
  });

  test('rows and columns of a kernel by position', () => {
    expect(make('Conv2D', 4, 3, 5, { activation: 'relu' })).toThrow(
      'If these are strides: new Conv2D(4, 3, { strides: 5 }); or, as in Keras 1, of the kernel: new Conv2D(4, [3, 5]).',
    );
    expect(make('Convolution2D', 4, 3, 3)).toThrow('new Conv2D(4, [3, 3])');
    expect(make('Conv1D', 4, 3, 2)).toThrow('If these are strides: new Conv1D(4, 3, { strides: 2 }).');
    expect(make('Conv3D', 4, 3, 3, 3)).toThrow('as in Keras 1, of the kernel: new Conv3D(4, [3, 3, 3]).');
  });

  test('options that are gone are told as such, whatever their values', () => {
    expect(make('BatchNormalization', { mode: 0 })).toThrow("BatchNormalization has no option 'mode'");
    expect(make('Dense', 3, { axis: 'x' })).toThrow("Dense has no option 'axis'");
    expect(make('Dense', 3, { trainable: 'x' })).toThrow("Dense: trainable='x'. Expected true or false.");
    expect(make('UpSampling1D', { length: 2 })).toThrow("Did you mean 'size'");
    const x = Input({ shape: [2] });
    expect(() => new Model({ input: x, output: x } as never)).toThrow('are called `inputs` and `outputs` today');
  });
});
