import { afterEach, describe, expect, test, vi } from 'vitest';
import '../testing/backends.js';
import { LambdaCallback } from '../callbacks/index.js';
import { RuntimeError } from '../core/errors.js';
import { getPlatform, setPlatform } from '../core/platform.js';
import type { Batch, BatchLike } from '../data/index.js';
import { PyDataset } from '../data/index.js';
import { Dense, Dropout, Input, Layer } from '../layers/index.js';
import { Mean } from '../metrics/index.js';
import { Model, Sequential } from '../models/index.js';
import * as ops from '../ops/index.js';
import { SGD } from '../optimizers/index.js';
import { setRandomSeed } from '../random/index.js';
import type { Tensor } from '../runtime/index.js';
import { setBackend, tensor, valueAndGrad, Variable } from '../runtime/index.js';
import type { CompileOptions, FitOptions } from './options.js';

const platform = getPlatform();
afterEach(() => {
  setPlatform(platform);
  vi.restoreAllMocks();
});

const silent = { verbose: 0 } as const;
const x = Array.from({ length: 20 }, (_, i) => [Math.sin(i), Math.cos(3 * i), (i % 5) / 5]);
const y = x.map(([a, b]) => [a - 2 * b]);
const labels = x.map(([a]) => (a > 0 ? 1 : 0));

function line(options: CompileOptions = {}): Sequential {
  setRandomSeed(3);
  const model = new Sequential([Input({ shape: [3] }), new Dense(1)]);
  model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: 'mse', ...options });
  return model;
}

const two = (): Model => {
  const a = Input({ shape: [3], name: 'a' });
  const b = Input({ shape: [2], name: 'b' });
  const h = ops.concatenate([a, b], { axis: -1 });
  return new Model(
    [a, b],
    [new Dense(1, { name: 'value' })(h), new Dense(2, { name: 'label', activation: 'softmax' })(h)],
  );
};

describe('fit', () => {
  test('takes tensors, typed arrays, nested lists; all give the same numbers', async () => {
    const flat = Float32Array.from(x.flat());
    const losses = [];
    for (const data of [x, tensor(x), tensor(flat, [20, 3])]) {
      const model = line();
      losses.push((await model.fit(data, y, { ...silent, shuffle: false, epochs: 2 })).history['loss']);
    }
    expect(losses[1]).toEqual(losses[0]);
    expect(losses[2]).toEqual(losses[0]);
  });

  test('learns from generators, functions that make them, and PyDatasets as from arrays', async () => {
    const expected = (await line().fit(x, y, { ...silent, shuffle: false, batchSize: 5, epochs: 2 })).history;
    const batch = (i: number): BatchLike => [x.slice(i * 5, i * 5 + 5), y.slice(i * 5, i * 5 + 5)];
    function* once(): Generator<BatchLike, void, void> {
      for (let i = 0; i < 4; i++) yield batch(i);
    }
    async function* forever(): AsyncGenerator<BatchLike, void, void> {
      for (let i = 0; ; i++) yield await Promise.resolve(batch(i % 4));
    }
    class Batches extends PyDataset {
      override get length(): number {
        return 4;
      }
      override getItem(i: number): BatchLike {
        return batch(i);
      }
    }
    expect((await line().fit(once, { ...silent, epochs: 2 })).history).toEqual(expected);
    expect((await line().fit(forever(), { ...silent, epochs: 2, stepsPerEpoch: 4 })).history).toEqual(expected);
    expect((await line().fit(new Batches(), { ...silent, epochs: 2, shuffle: false })).history).toEqual(expected);
    const model = line();
    const validated = await model.fit(once, { ...silent, validationData: once });
    expect(validated.history['val_loss'][0]).toBeCloseTo(await model.evaluate(x, y, silent), 5);
    expect((await model.predict(new Batches(), silent)).shape).toEqual([20, 1]);
  });

  test('ends with a warning when a generator has nothing left', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    function* once(): Generator<BatchLike, void, void> {
      yield [x, y];
    }
    const { epoch } = await line().fit(once(), { ...silent, epochs: 3 });
    expect(epoch).toEqual([0]);
    expect(warn.mock.calls.flat().join()).toMatch(/gave no batch in epoch 2/);
    warn.mockClear();
    await line().fit(once(), { ...silent, stepsPerEpoch: 5 });
    expect(warn.mock.calls.flat().join()).toMatch(/ran out of data/);
  });

  test('takes lists and dicts for several inputs and outputs, nested lists among them', async () => {
    const model = two();
    const b = x.map(([p, q]) => [q, p]);
    const targets = [y, labels];
    model.compile({ optimizer: 'sgd', loss: ['mse', 'sparse_categorical_crossentropy'], metrics: { label: 'acc' } });
    const weights = model.getWeights();
    const { history } = await model.fit([x, b], targets, { ...silent, shuffle: false });
    expect(Object.keys(history)).toEqual(['label_acc', 'label_loss', 'loss', 'value_loss']);
    expect(model.metricsNames).toEqual(['loss', 'value_loss', 'label_loss', 'label_acc']);
    model.setWeights(weights);
    const named = await model.fit({ a: x, b }, { label: labels, value: y }, { ...silent, shuffle: false });
    expect(named.history).toEqual(history);
    const [value, label] = await model.predict<Tensor[]>([x, b], silent);
    expect([value.shape, label.shape]).toEqual([
      [20, 1],
      [20, 2],
    ]);
  });

  test('takes the targets of compile when there are no others, and weights of time steps by their shape', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { history } = await line().fit(x, y, { ...silent, shuffle: false });
    const model = line({ targetTensors: tensor(y), sampleWeightMode: 'temporal' });
    expect((await model.fit(x, { ...silent, shuffle: false })).history).toEqual(history);
    expect(warn.mock.calls.flat().join()).toMatch(/sampleWeightMode is not needed/);
    expect(() => line({ targetTensors: 'y' })).toThrow(/targetTensors='y'/);
  });

  test('leaves the event loop alive, and awaits async callbacks', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    const order: string[] = [];
    const slow = new LambdaCallback({
      onTrainBegin: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        order.push('begin');
      },
      onEpochBegin: () => void order.push('epoch'),
    });
    await line().fit(x, y, { ...silent, epochs: 400, callbacks: slow });
    clearInterval(timer);
    expect(order.slice(0, 2)).toEqual(['begin', 'epoch']);
    expect(ticks).toBeGreaterThan(3);
  });

  test('an error in a callback comes out, and the model stays usable', async () => {
    const model = line();
    const bad = new LambdaCallback({
      onTrainBatchEnd: (batch) => {
        if (batch === 1) throw new RangeError('enough');
      },
    });
    await expect(model.fit(x, y, { ...silent, batchSize: 5, callbacks: [bad] })).rejects.toThrow('enough');
    expect(await model.evaluate(x, y, silent)).toBeLessThan(10);
    expect((await model.fit(x, y, silent)).epoch).toEqual([0]);
  });

  test('shows what Keras shows', async () => {
    let text = '';
    const write = (more: string): void => {
      text += more;
    };
    setPlatform({ terminal: { write, isInteractive: false, columns: 80 }, now: () => 0 });
    const model = line({ metrics: ['mae'] });
    await model.fit(x, y, { epochs: 2, batchSize: 5, validationSplit: 0.2 });
    await model.evaluate(x, y);
    await model.predict(x, { verbose: 2 });
    const [first, bar, second, , evaluated, predicted] = text.split('\n');
    expect([first, second]).toEqual(['Epoch 1/2', 'Epoch 2/2']);
    expect(bar).toMatch(/^4\/4 ━{20} 0s 0s\/step - loss: [\d.]+ - mae: [\d.]+ - val_loss: [\d.]+ - val_mae: [\d.]+$/);
    expect(evaluated).toMatch(/^1\/1 ━{20} 0s 0s\/step - loss: [\d.]+ - mae: [\d.]+$/);
    expect(predicted).toBe('1/1 - 0s - 0s/step');
  });
});

describe('user errors', () => {
  const fails = (data: unknown, targets: unknown, options: object): Promise<unknown> =>
    line().fit(data as never, targets as never, { ...silent, ...options });

  test('fit before compile is a RuntimeError', async () => {
    const model = new Sequential([Input({ shape: [3] }), new Dense(1)]);
    await expect(model.fit(x, y)).rejects.toThrow(RuntimeError);
    await expect(model.fit(x, y)).rejects.toThrow(/you must call compile\(\) before fit\(\)/);
    await expect(model.evaluate(x, y)).rejects.toThrow(RuntimeError);
    await expect(model.trainOnBatch(x, y)).rejects.toThrow(/before trainOnBatch/);
    expect(() => model.optimizer).toThrow(/no optimizer before compile/);
    expect((await model.predict(x, silent)).shape).toEqual([20, 1]);
  });

  test('compile', () => {
    const compile =
      (options: object): (() => unknown) =>
      () =>
        line(options);
    expect(compile({ optimiser: 'adam' })).toThrow(/compile has no option 'optimiser'.*'optimizer'/);
    expect(compile({ optimizer: 'adm' })).toThrow(/Unknown optimizer 'adm'.*'adam'/i);
    expect(compile({ optimizer: null })).toThrow(/optimizer is null/);
    expect(compile({ loss: 'mean_square_error' })).toThrow(/loss 'mean_square_error'.*'mean_squared_error'/);
    expect(compile({ metrics: 'accuracy' })).toThrow(/metrics='accuracy'. Expected a list/);
    expect(compile({ lossWeights: 'many' })).toThrow(/lossWeights='many'/);
    expect(compile({ stepsPerExecution: 0 })).toThrow(/stepsPerExecution=0/);
    expect(compile({ sampleWeightMode: 'spatial' })).toThrow(/sampleWeightMode="spatial"/);
  });

  test('compile for outputs that do not exist', async () => {
    const fit = (options: CompileOptions): Promise<unknown> => {
      const model = two();
      model.compile({ optimizer: 'sgd', ...options });
      return model.fit([tensor(x), tensor(x.map(([a, b]) => [a, b]))], [tensor(y), tensor(labels)], silent);
    };
    await expect(fit({ loss: { value: 'mse' } })).rejects.toThrow(
      /loss has entries for value, but the outputs are value, label/,
    );
    await expect(fit({ loss: { value: 'mse', lable: 'mse' } })).rejects.toThrow(/entries for value, lable/);
    await expect(fit({ loss: ['mse', 'mse'], lossWeights: [1] })).rejects.toThrow(/2 losses and 1 weights/);
    await expect(fit({ loss: ['mse', 'mse', 'mse'] })).rejects.toThrow(/loss/);
    await expect(fit({ loss: { value: 'mse', label: null }, lossWeights: { value: 1 } })).rejects.toThrow(
      /lossWeights has entries for value, but/,
    );
    await expect(fit({ loss: ['mse', null], metrics: { lable: 'acc' } })).rejects.toThrow(
      /metrics do not fit the outputs/,
    );
    await expect(fit({ loss: ['mse', null], metrics: ['mse', 'mse', 'mse'] })).rejects.toThrow(/metrics do not fit/);
  });

  test('data', async () => {
    await expect(fails(x, y.slice(1), {})).rejects.toThrow(/same number of samples.*'x' sizes: 20; 'y' sizes: 19/);
    await expect(fails(x, y.slice(1), { validationSplit: 0.2 })).rejects.toThrow(/same number of samples/);
    await expect(fails(x, null, {})).rejects.toThrow(/need targets, but y is not given/);
    await expect(fails('images', y, {})).rejects.toThrow(/fit: x is 'images'/);
    await expect(fails(x.map(([a]) => [a]), y, {})).rejects.toThrow(/Expected shape \(None, 3\), but input has incompatible shape \(20, 1\)/); // prettier-ignore
    await expect(fails(x, y, { validationSplit: 1.5 })).rejects.toThrow(/validationSplit=1.5/);
    await expect(fails(x, y, { validationSplit: 0.99 })).rejects.toThrow(/not enough to keep a part/);
    await expect(fails(x, y, { validationData: [x, y.slice(2)] })).rejects.toThrow(/validationData.*same number/);
    await expect(fails(x, [y, y].map((t) => tensor(t)), {})).rejects.toThrow(/different structures/); // prettier-ignore
  });

  test('options of fit', async () => {
    await expect(fails(x, y, { batch_size: 3 })).rejects.toThrow(/fit has no option 'batch_size'.*'batchSize'/);
    await expect(fails(x, y, { batchSize: 0 })).rejects.toThrow(/batchSize=0/);
    await expect(fails(x, y, { epochs: 1.5 })).rejects.toThrow(/epochs=1.5/);
    await expect(fails(x, y, { verbose: 7 })).rejects.toThrow(/verbose=7/);
    await expect(fails(x, y, { shuffle: 'yes' })).rejects.toThrow(/shuffle='yes'/);
    await expect(fails(x, y, { workers: -1 })).rejects.toThrow(/workers=-1/);
    await expect(fails(x, y, { callbacks: [3] })).rejects.toThrow(/among the callbacks/);
    await expect(line().predict(x, { batches: 3 } as object)).rejects.toThrow(/no option 'batches'/);
    await expect(line().evaluate(x, y, { epochs: 3 } as object)).rejects.toThrow(/no option 'epochs'/);
  });
});

describe("steps of one's own", () => {
  class Own extends Model {
    readonly dense = new Dense(1);
    readonly seen = new Mean({ name: 'seen' });
    readonly steps = new Variable(0, { dtype: 'int32', trainable: false, name: 'steps' });

    override call(inputs: Tensor): Tensor {
      return this.dense(inputs);
    }

    override trainStep([inputs, targets]: Batch): Record<string, Tensor> {
      const variables = this.trainableVariables;
      const [loss, gradients] = valueAndGrad(() => {
        const predicted = this(inputs, { training: true });
        return ops.mean(ops.square(ops.subtract(predicted, targets)));
      }, variables);
      this.optimizer.apply(gradients, variables);
      this.seen.updateState(loss);
      this.steps.assignAdd(1);
      return { loss, seen: this.seen.result() };
    }
  }

  test('train, keep state, and run compiled as eagerly', async () => {
    const run = async (runEagerly: boolean): Promise<Record<string, number[]>> => {
      setRandomSeed(5);
      const model = new Own();
      model.compile({ optimizer: new SGD({ learningRate: 0.1 }), runEagerly });
      const { history } = await model.fit(x, y, { ...silent, shuffle: false, epochs: 3, batchSize: 5 });
      expect(model.steps.value.itemSync()).toBe(12);
      return history;
    };
    const compiled = await run(false);
    expect(Object.keys(compiled)).toEqual(['loss', 'seen']);
    expect(compiled['seen'][2]).toBeLessThan(compiled['seen'][0]);
    const eager = await run(true);
    compiled['loss'].forEach((loss, i) => expect(eager['loss'][i]).toBeCloseTo(loss, 5));
  });

  test('numbers cannot be read inside a compiled step, and the message says so', async () => {
    class Peeks extends Own {
      override testStep([inputs]: Batch): Record<string, Tensor> {
        const predicted = this(inputs);
        if (ops.mean(predicted).itemSync() > 0) return { loss: predicted };
        return {};
      }
    }
    const model = new Peeks();
    model.compile({});
    await expect(model.evaluate(x, y, silent)).rejects.toThrow(/inside testStep, which is traced into a program/);
  });

  test('addLoss and computeLoss count', async () => {
    class Penalty extends Layer {
      override call(inputs: Tensor): Tensor {
        this.addLoss(ops.multiply(ops.mean(ops.square(inputs)), 0.5));
        return inputs;
      }
    }
    const model = new Sequential([Input({ shape: [3] }), new Dense(1), new Penalty()]);
    model.compile({ optimizer: 'sgd' });
    const loss = await model.evaluate(x, silent);
    const predicted = await model.predict(x, silent);
    expect(loss).toBeCloseTo(0.5 * ops.mean(ops.square(predicted)).itemSync(), 5);
    const { history } = await model.fit(x, { ...silent, epochs: 5 });
    expect(history['loss'][4]).toBeLessThan(history['loss'][0]);
  });
});

describe('programs', () => {
  test('are made anew after compile, and for other backends and other shapes', async () => {
    const model = line();
    await model.fit(x, y, silent);
    model.compile({ optimizer: new SGD({ learningRate: 0 }), loss: 'mae' });
    const before = (await model.evaluate(x, y, silent)) as number;
    const { history } = await model.fit(x, y, { ...silent, batchSize: 7, shuffle: false });
    expect(history['loss'][0]).toBeCloseTo(before, 5);
  });

  test('a frozen layer stays as it is; freezing without compile warns', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const model = new Sequential([Input({ shape: [3] }), new Dense(4), new Dense(1)]);
    const [first] = model.layers;
    first.trainable = false;
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const kernel = first.getWeights()[0].arraySync();
    await model.fit(x, y, silent);
    expect(first.getWeights()[0].arraySync()).toEqual(kernel);
    expect(warn).not.toHaveBeenCalled();
    model.layers[1].trainable = false;
    first.trainable = true;
    await model.fit(x, y, silent);
    expect(warn.mock.calls.flat().join()).toMatch(/`trainable` state has changed.*recompile/);
    expect(first.getWeights()[0].arraySync()).toEqual(kernel); // what compile() saw holds
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    await model.fit(x, y, silent);
    expect(first.getWeights()[0].arraySync()).not.toEqual(kernel);
  });

  test('dropout drops in training only, and differs from step to step', async () => {
    const model = new Sequential([Input({ shape: [3] }), new Dropout(0.5, { seed: 1 }), new Dense(1)]);
    model.compile({ optimizer: new SGD({ learningRate: 0 }), loss: 'mse' });
    const { history } = await model.fit(x, y, { ...silent, epochs: 3, shuffle: false });
    expect(new Set(history['loss']).size).toBe(3);
    expect(await model.evaluate(x, y, silent)).toBe(await model.evaluate(x, y, silent));
  });

  test('a model moves from backend to backend with its state', async () => {
    const losses = async (order: readonly ('interpreter' | 'wasm')[]): Promise<number[]> => {
      const model = line({ optimizer: 'adam' });
      const found: number[] = [];
      for (const name of order) {
        setBackend(name);
        found.push((await model.fit(x, y, { ...silent, shuffle: false })).history['loss'][0]);
      }
      setBackend('interpreter');
      return found;
    };
    const alone = await losses(['interpreter', 'interpreter', 'interpreter']);
    (await losses(['interpreter', 'wasm', 'interpreter'])).forEach((loss, i) => expect(loss).toBeCloseTo(alone[i], 5));
  });

  test('a new optimizer takes over', async () => {
    const model = line();
    await model.fit(x, y, silent);
    model.optimizer = new SGD({ learningRate: 0 });
    const weights = model.getWeights().map((w) => w.arraySync());
    await model.fit(x, y, silent);
    expect(model.getWeights().map((w) => w.arraySync())).toEqual(weights);
    model.optimizer.learningRate = 0.1;
    await model.fit(x, y, silent);
    expect(model.getWeights().map((w) => w.arraySync())).not.toEqual(weights);
  });

  test('a model in mixed precision scales its loss by itself', async () => {
    const model = new Sequential([Input({ shape: [3] }), new Dense(4, { dtype: 'mixed_float16' }), new Dense(1)], {
      dtype: 'mixed_float16',
    });
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    expect(model.optimizer.constructor.name).toBe('LossScaleOptimizer');
    const { history } = await model.fit(x, y, { ...silent, epochs: 3 });
    expect(history['loss'][2]).toBeLessThan(history['loss'][0]);
    model.compile({ optimizer: 'sgd', loss: 'mse', autoScaleLoss: false });
    expect(model.optimizer.constructor.name).toBe('SGD');
  });

  test('compile config goes round', async () => {
    const model = line({ metrics: ['mae'], weightedMetrics: [new Mean({ name: 'm' })].slice(1) });
    const config = model.getCompileConfig();
    expect(config).toMatchObject({ loss: 'mse', metrics: ['mae'], run_eagerly: false, steps_per_execution: 1, jit_compile: true }); // prettier-ignore
    const other = line();
    other.compileFromConfig(JSON.parse(JSON.stringify(config)) as never);
    expect(other.getCompileConfig()).toEqual(config);
    expect((other.optimizer as SGD).getConfig()).toEqual(model.optimizer.getConfig());
    expect(new Sequential([]).getCompileConfig()).toEqual({});
    await other.fit(x, y, { ...silent, validationFreq: [1] } satisfies FitOptions);
  });
});
