/**
 * @file Every argument of compile, fit, evaluate, predict and the calls for one batch does what can be seen. The tables are typed: an
 * argument without an entry does not compile.
 */
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  Input,
  Model,
  Sequential,
  callbacks,
  data,
  layers,
  losses,
  metrics,
  ops,
  optimizers,
  tensor,
  utils,
  type BatchLike,
  type CompileOptions,
  type EvaluateOptions,
  type FitOptions,
  type Logs,
  type PredictOptions,
  type TestOnBatchOptions,
  type TrainOnBatchOptions,
} from '../index.js';
import { forgetAdvice } from '../core/advice.js';
import { getPlatform, setPlatform } from '../core/platform.js';

const platform = getPlatform();
afterEach(() => {
  setPlatform(platform);
  vi.restoreAllMocks();
});

const quiet = { verbose: 0 } as const;
const COUNT = 8;
/** Sample i is [i]; its target is i. */
const x = tensor(Array.from({ length: COUNT }, (_, i) => [i]), null, 'float32'); // prettier-ignore
const y = tensor(Array.from({ length: COUNT }, (_, i) => [i]), null, 'float32'); // prettier-ignore
const meanOf = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
const all = Array.from({ length: COUNT }, (_, i) => i);

/** Predicts 0, for ever: the loss of sample i is i, times its weight. */
function still(options: CompileOptions = {}): Sequential {
  const model = new Sequential([Input({ shape: [1] }), new layers.Dense(1, { kernelInitializer: 'zeros' })]);
  model.compile({ optimizer: new optimizers.SGD({ learningRate: 0 }), loss: 'mae', ...options });
  return model;
}
/** Batches of two samples. */
function* pairs(): Generator<BatchLike, void, void> {
  for (let i = 0; i + 2 <= COUNT; i += 2)
    yield [x.getItem({ start: i, stop: i + 2 }), y.getItem({ start: i, stop: i + 2 })];
}
function* forever(): Generator<BatchLike, void, void> {
  for (;;) yield* pairs();
}

/** What happens in a run: hooks by name, and the loss of each batch of training. */
class Diary extends callbacks.Callback {
  readonly hooks: string[] = [];
  readonly batches: number[] = [];
  #mean = 0;
  #seen = 0;
  override onEpochBegin(epoch: number): void {
    this.hooks.push(`epoch ${epoch}`);
    [this.#mean, this.#seen] = [0, 0];
  }
  override onTrainBatchEnd(_: number, logs: Logs): void {
    // Logs hold the mean since the epoch began; here batches are of one size.
    const mean = Number(logs['loss']);
    this.batches.push(Math.round(1000 * (mean * (this.#seen + 1) - this.#mean * this.#seen)) / 1000);
    [this.#mean, this.#seen] = [mean, this.#seen + 1];
    this.hooks.push('train');
  }
  override onTestBatchEnd(): void {
    this.hooks.push('test');
  }
  override onPredictBatchEnd(): void {
    this.hooks.push('predict');
  }
  count(hook: string): number {
    return this.hooks.filter((each) => each === hook).length;
  }
}
async function fitted(options: FitOptions, source: unknown = x, targets: unknown = source === x ? y : undefined) {
  const diary = new Diary();
  const given = { ...quiet, callbacks: [diary], ...options };
  const model = still();
  const { history, epoch } =
    targets === undefined ? await model.fit(source as never, given) : await model.fit(source as never, targets, given); // prettier-ignore
  return { history, epoch, diary, model };
}

/** What is shown while something runs. */
async function shown(run: () => Promise<unknown>): Promise<string> {
  let text = '';
  setPlatform({ terminal: { write: (more) => void (text += more), isInteractive: false, columns: 80 }, now: () => 0 });
  await run();
  setPlatform(platform);
  return text;
}
async function checkVerbose(run: (verbose: 0 | 1 | 2 | 'auto') => Promise<unknown>): Promise<void> {
  expect(await shown(() => run(0))).toBe('');
  expect(await shown(() => run(1))).toMatch(/━━/);
  expect(await shown(() => run(2))).toMatch(/1\/1 - 0s/);
  expect(await shown(() => run('auto'))).toBe(await shown(() => run(1)));
}

/** A PyDataset that notes what it was asked for. */
class Noted extends utils.PyDataset {
  readonly asked: number[] = [];
  running = 0;
  most = 0;
  override get length(): number {
    return 6;
  }
  override async getItem(index: number): Promise<BatchLike> {
    this.asked.push(index);
    this.most = Math.max(this.most, ++this.running);
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve));
    this.running--;
    return [ops.full([2, 1], index), ops.full([2, 1], index)];
  }
}
/** How many batches are made when the first step has ended and nothing more is made. */
async function madeBeforeSecond(
  run: (dataset: Noted, hooks: callbacks.Callback) => Promise<unknown>,
): Promise<number[]> {
  const dataset = new Noted();
  let made = -1;
  class Waits extends callbacks.Callback {
    async #wait(): Promise<void> {
      for (let idle = 0; idle < 2;) {
        const before = dataset.asked.length;
        for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve));
        idle = dataset.asked.length === before && dataset.running === 0 ? idle + 1 : 0;
      }
      if (made < 0) made = dataset.asked.length;
    }
    override onTrainBatchEnd = (): Promise<void> => this.#wait();
    override onTestBatchEnd = (): Promise<void> => this.#wait();
    override onPredictBatchEnd = (): Promise<void> => this.#wait();
  }
  await run(dataset, new Waits());
  return [made, dataset.most];
}
type QueueRun = (options: object) => (dataset: Noted, hooks: callbacks.Callback) => Promise<unknown>;
const queueChecks = (run: QueueRun) => ({
  maxQueueSize: async () => {
    for (const maxQueueSize of [1, 3]) expect(await madeBeforeSecond(run({ maxQueueSize }))).toEqual([1 + maxQueueSize, 1]); // prettier-ignore
  },
  workers: async () => {
    expect(await madeBeforeSecond(run({ workers: 0 }))).toEqual([1, 1]);
    expect(await madeBeforeSecond(run({ workers: 1, maxQueueSize: 3 }))).toEqual([4, 1]);
    expect(await madeBeforeSecond(run({ workers: 3, maxQueueSize: 3 }))).toEqual([4, 3]);
  },
  useMultiprocessing: async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    forgetAdvice();
    await madeBeforeSecond(run({ useMultiprocessing: true, workers: 2 }));
    await madeBeforeSecond(run({ useMultiprocessing: true, workers: 2 }));
    expect(warn.mock.calls.map(([text]) => String(text))).toEqual([expect.stringContaining('utils.WorkerDataset')]);
  },
});

type Checks<Options> = { readonly [K in keyof Required<Options>]: () => void | Promise<void> };
const rows = <O>(checks: Checks<O>) => Object.entries<() => void | Promise<void>>(checks as never);

const FIT: Checks<FitOptions> = {
  ...queueChecks((options) => (dataset, hooks) => still().fit(dataset, { ...quiet, shuffle: false, callbacks: [hooks], ...options })),
  batchSize: async () => {
    for (const [batchSize, count] of [[undefined, 1], [null, 1], [3, 3], [8, 1], [100, 1]] as const)
      expect((await fitted({ batchSize })).diary.count('train')).toBe(count);
  },
  epochs: async () => {
    expect((await fitted({})).epoch).toEqual([0]);
    expect((await fitted({ epochs: 3 })).epoch).toEqual([0, 1, 2]);
  },
  initialEpoch: async () => {
    const { epoch, diary } = await fitted({ epochs: 5, initialEpoch: 3 });
    expect([epoch, diary.hooks]).toEqual([[3, 4], ['epoch 3', 'train', 'epoch 4', 'train']]);
    expect((await fitted({ epochs: 3, initialEpoch: 3 })).epoch).toEqual([]);
    expect((await fitted({ epochs: 3, initialEpoch: 1 }, pairs)).epoch).toEqual([1, 2]);
  },
  verbose: () => checkVerbose((verbose) => still().fit(x, y, { verbose })),
  callbacks: async () => {
    const [one, two] = [new Diary(), new Diary()];
    await still().fit(x, y, { ...quiet, callbacks: one });
    await still().fit(x, y, { ...quiet, callbacks: [two, new callbacks.History()] });
    expect([one.hooks, two.hooks]).toEqual([['epoch 0', 'train'], ['epoch 0', 'train']]);
  },
  validationSplit: async () => {
    const { history } = await fitted({ validationSplit: 0.25, shuffle: true });
    expect(history['val_loss'][0]).toBeCloseTo(6.5, 5); // samples 6 and 7
    expect(history['loss'][0]).toBeCloseTo(2.5, 5);
  },
  validationData: async () => {
    const two = x.getItem({ stop: 2 });
    const given: [FitOptions['validationData'], number][] = [
      [[two, y.getItem({ stop: 2 })], 0.5],
      [[two, y.getItem({ stop: 2 }), tensor([0, 4])], 2],
      [pairs, 3.5],
      [data.Dataset.fromTensorSlices([x, y] as const).batch(4), 3.5],
    ];
    for (const [validationData, loss] of given) {
      const { history, diary } = await fitted({ validationData, validationSplit: 0.25 }, x);
      expect(history['val_loss'][0]).toBeCloseTo(loss, 5);
      expect(history['loss'][0]).toBeCloseTo(3.5, 5); // nothing was split off
      expect(diary.count('test')).toBeGreaterThan(0);
    }
  },
  validationSteps: async () => {
    const { history, diary } = await fitted({ validationData: forever(), validationSteps: 3, epochs: 2 });
    expect(diary.count('test')).toBe(6);
    // A generator that loops goes on where it was: pairs 0, 1, 2, then 3, 0, 1.
    expect(history['val_loss'].map((loss) => Math.round(loss * 1e4) / 1e4)).toEqual([2.5, meanOf([6, 7, 0, 1, 2, 3])].map((loss) => Math.round(loss * 1e4) / 1e4)); // prettier-ignore
    expect((await fitted({ validationData: [x, y], validationBatchSize: 2, validationSteps: 1 })).history['val_loss'][0]).toBeCloseTo(0.5, 5); // prettier-ignore
  },
  validationBatchSize: async () => {
    expect((await fitted({ validationData: [x, y], validationBatchSize: 3 })).diary.count('test')).toBe(3);
    expect((await fitted({ validationData: [x, y], batchSize: 4 })).diary.count('test')).toBe(2);
  },
  validationFreq: async () => {
    const hooks = async (validationFreq: number | number[]): Promise<string> =>
      (await fitted({ validationData: [x, y], epochs: 4, validationFreq })).diary.hooks.join(' ').replaceAll('epoch ', '');
    expect(await hooks(2)).toBe('0 train 1 train test 2 train 3 train test');
    expect(await hooks([1, 4])).toBe('0 train test 1 train 2 train 3 train test');
  },
  shuffle: async () => {
    const order = async (shuffle: FitOptions['shuffle'], batchSize: number): Promise<number[]> =>
      (await fitted({ shuffle, batchSize })).diary.batches;
    expect(await order(false, 1)).toEqual(all);
    utils.setRandomSeed(1);
    const mixed = await order(true, 1);
    expect(mixed).not.toEqual(all);
    expect(mixed.toSorted((a, b) => a - b)).toEqual(all);
    // In chunks of a batch: each batch holds the same samples.
    expect(await order('batch', 4)).toEqual([1.5, 5.5]);
    // A Sequence: its batches in another order, or in theirs; generators and data sets come as they come.
    const [mixedSet, plainSet] = [new Noted(), new Noted()];
    await still().fit(mixedSet, { ...quiet, epochs: 3, shuffle: true, workers: 0 });
    await still().fit(plainSet, { ...quiet, epochs: 2, shuffle: false });
    expect(plainSet.asked).toEqual([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]);
    expect(mixedSet.asked.slice(-6)).not.toEqual(mixedSet.asked.slice(-12, -6));
    expect(mixedSet.asked.slice(-6).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect((await fitted({ shuffle: true }, pairs)).diary.batches).toEqual([0.5, 2.5, 4.5, 6.5]);
  },
  classWeight: async () => {
    const loss = async (options: FitOptions, source: unknown = x) => (await fitted(options, source)).history['loss'][0];
    const classWeight = { 7: 3, 1: 0 };
    const plain = meanOf([0, 0, 2, 3, 4, 5, 6, 21]);
    expect(await loss({ classWeight })).toBeCloseTo(plain, 5);
    expect(await loss({ classWeight }, pairs)).toBeCloseTo(plain, 5);
    // Together with weights of samples: multiplied, as in Keras 2.
    const sampleWeight = [1, 5, 2, 1, 1, 1, 1, 0.5];
    expect(await loss({ classWeight, sampleWeight })).toBeCloseTo(meanOf([0, 0, 4, 3, 4, 5, 6, 10.5]), 5);
    // For training only.
    const { history } = await fitted({ classWeight, validationData: [x, y] });
    expect(history['val_loss'][0]).toBeCloseTo(3.5, 5);
  },
  sampleWeight: async () => {
    const { history } = await fitted({ sampleWeight: [0, 0, 0, 0, 0, 0, 0, 8] });
    expect(history['loss'][0]).toBeCloseTo(7, 5);
    // Of time steps.
    const model = new Sequential([Input({ shape: [2, 1] }), new layers.Dense(1, { kernelInitializer: 'zeros' })]);
    model.compile({ optimizer: new optimizers.SGD({ learningRate: 0 }), loss: 'mae' });
    const steps = ops.reshape(x, [4, 2, 1]);
    const weighted = await model.fit(steps, steps, { ...quiet, sampleWeight: [[0, 0], [0, 1], [0, 0], [2, 0]] }); // prettier-ignore
    expect(weighted.history['loss'][0]).toBeCloseTo((3 + 12) / 8, 5);
  },
  stepsPerEpoch: async () => {
    const { diary } = await fitted({ stepsPerEpoch: 3, epochs: 2 }, forever());
    expect(diary.batches).toEqual([0.5, 2.5, 4.5, 6.5, 0.5, 2.5]);
    expect((await fitted({ stepsPerEpoch: 4 })).diary.count('train')).toBe(4); // arrays, in batches of 2
  },
  signal: async () => {
    const controller = new AbortController();
    const abort = new callbacks.LambdaCallback({ onTrainBatchEnd: (batch) => void (batch === 1 && controller.abort()) });
    const diary = new Diary();
    await still().fit(x, y, { ...quiet, batchSize: 2, epochs: 3, callbacks: [diary, abort], signal: controller.signal });
    expect(diary.hooks).toEqual(['epoch 0', 'train', 'train']);
  },
}; // prettier-ignore

const EVALUATE: Checks<EvaluateOptions> = {
  ...queueChecks((options) => (dataset, hooks) => still().evaluate(dataset, { ...quiet, callbacks: [hooks], ...options })),
  batchSize: async () => {
    const diary = new Diary();
    expect(await still().evaluate(x, y, { ...quiet, batchSize: 3, callbacks: [diary] })).toBeCloseTo(3.5, 5); // the last batch is of 2
    expect(diary.count('test')).toBe(3);
  },
  verbose: () => checkVerbose((verbose) => still().evaluate(x, y, { verbose })),
  callbacks: async () => {
    const diary = new Diary();
    await still().evaluate(x, y, { ...quiet, callbacks: diary });
    expect(diary.hooks).toEqual(['test']);
  },
  sampleWeight: async () => {
    expect(await still().evaluate(x, y, { ...quiet, sampleWeight: [8, 0, 0, 0, 0, 0, 0, 8] })).toBeCloseTo(7, 5);
  },
  steps: async () => {
    expect(await still().evaluate(forever(), { ...quiet, steps: 2 })).toBeCloseTo(1.5, 5);
    expect(await still().evaluate(x, y, { ...quiet, batchSize: 2, steps: 1 })).toBeCloseTo(0.5, 5);
  },
  returnDict: async () => {
    const model = still({ metrics: ['mse'] });
    const found = await model.evaluate(x, y, { ...quiet, returnDict: true });
    expect(Object.keys(found)).toEqual(['loss', 'mse']);
    expect(await model.evaluate(x, y, { ...quiet, returnDict: false })).toEqual(model.metricsNames.map((name) => found[name]));
  },
}; // prettier-ignore

const PREDICT: Checks<PredictOptions> = {
  ...queueChecks((options) => (dataset, hooks) => still().predict(dataset, { ...quiet, callbacks: [hooks], ...options })),
  batchSize: async () => {
    const diary = new Diary();
    expect((await still().predict(x, { ...quiet, batchSize: 3, callbacks: [diary] })).shape).toEqual([8, 1]);
    expect(diary.count('predict')).toBe(3);
  },
  verbose: () => checkVerbose((verbose) => still().predict(x, { verbose })),
  callbacks: async () => {
    const diary = new Diary();
    await still().predict(x, { ...quiet, callbacks: diary });
    expect(diary.hooks).toEqual(['predict']);
  },
  steps: async () => {
    expect((await still().predict(forever(), { ...quiet, steps: 2 })).shape).toEqual([4, 1]);
    expect((await still().predict(x, { ...quiet, batchSize: 2, steps: 3 })).shape).toEqual([6, 1]);
  },
}; // prettier-ignore

const TRAIN_ON_BATCH: Checks<TrainOnBatchOptions> = {
  sampleWeight: async () => {
    expect(await still().trainOnBatch(x, y, { sampleWeight: [0, 0, 0, 0, 0, 0, 0, 8] })).toBeCloseTo(7, 5);
  },
  classWeight: async () => {
    expect(await still().trainOnBatch(x, y, { classWeight: { 7: 9 } })).toBeCloseTo((28 + 8 * 7) / 8, 5);
    const both = { classWeight: { 7: 3 }, sampleWeight: [0, 0, 0, 0, 0, 0, 0, 8] };
    expect(await still().trainOnBatch(x, y, both)).toBeCloseTo(21, 5);
  },
  returnDict: async () => {
    expect(await still().trainOnBatch(x, y, { returnDict: true })).toEqual({ loss: 3.5 });
  },
};
const TEST_ON_BATCH: Checks<TestOnBatchOptions> = {
  sampleWeight: async () => {
    expect(await still().testOnBatch(x, y, { sampleWeight: [0, 0, 0, 0, 0, 0, 0, 8] })).toBeCloseTo(7, 5);
  },
  returnDict: async () => {
    expect(await still().testOnBatch(x, y, { returnDict: true })).toEqual({ loss: 3.5 });
  },
};

/** Two outputs that are 0: `a` and `b`. */
function two(options: CompileOptions): Model {
  const input = Input({ shape: [1] });
  const [a, b] = ['a', 'b'].map((name) => new layers.Dense(1, { kernelInitializer: 'zeros', name })(input));
  const model = new Model(input, [a, b]);
  model.compile({ optimizer: new optimizers.SGD({ learningRate: 0 }), ...options });
  return model;
}
const ofTwo = (options: CompileOptions) =>
  two(options).evaluate(x, [y, ops.multiply(y, 10)], { ...quiet, returnDict: true });
const ofOne = (options: CompileOptions, more: EvaluateOptions = {}) =>
  still(options).evaluate(x, y, { ...quiet, ...more, returnDict: true as const });

const COMPILE: Checks<CompileOptions> = {
  optimizer: async () => {
    for (const optimizer of ['sgd', new optimizers.SGD(), { class_name: 'SGD', config: { learning_rate: 0.01 } }] as const)
      expect(still({ optimizer }).optimizer).toBeInstanceOf(optimizers.SGD);
    const model = new Sequential([new layers.Dense(1)]);
    model.compile({ loss: 'mse' });
    expect(model.optimizer).toBeInstanceOf(optimizers.RMSprop);
    const moving = still({ optimizer: new optimizers.SGD({ learningRate: 0.5 }) });
    await moving.trainOnBatch(x, y);
    expect(moving.getWeights()[1].arraySync()).toEqual([0.5]);
  },
  loss: async () => {
    for (const loss of ['mae', losses.get('mae'), new losses.MeanAbsoluteError(), losses.meanAbsoluteError])
      expect((await ofOne({ loss: loss as never }))['loss']).toBeCloseTo(3.5, 5);
    for (const loss of [['mae', 'mse'], { b: 'mse', a: 'mae' }] as const)
      expect((await ofTwo({ loss }))['loss']).toBeCloseTo(3.5 + 1750, 2);
    expect((await ofTwo({ loss: 'mae' }))['loss']).toBeCloseTo(38.5, 4);
    expect((await ofTwo({ loss: ['mae', null] }))['loss']).toBeCloseTo(3.5, 5);
  },
  lossWeights: async () => {
    for (const lossWeights of [[2, 0.1], { b: 0.1, a: 2 }] as const) {
      expect((await ofTwo({ loss: ['mae', 'mae'], lossWeights }))['loss']).toBeCloseTo(10.5, 4);
      // One loss for all outputs: Keras 2 took it so, Keras 3 refuses it.
      expect((await ofTwo({ loss: 'mae', lossWeights }))['loss']).toBeCloseTo(10.5, 4);
    }
    await expect(ofTwo({ loss: 'mae', lossWeights: [1, 2, 3] })).rejects.toThrow('got 2 losses and 3 weights');
    await expect(ofTwo({ loss: 'mae', lossWeights: { a: 1, c: 2 } })).rejects.toThrow('lossWeights has entries for a, c, but the outputs are a, b');
    const input = Input({ shape: [1] });
    const dict = new Model(input, { a: new layers.Dense(1)(input), b: new layers.Dense(1)(input) });
    dict.compile({ loss: { a: 'mae', b: 'mae' }, lossWeights: { a: 1, c: 2 } });
    await expect(dict.fit(x, { a: y, b: y }, quiet)).rejects.toThrow('lossWeights has entries for a, c, but the losses are of a, b');
    expect((await ofOne({ loss: 'mae', lossWeights: 3 }))['loss']).toBeCloseTo(10.5, 4);
  },
  metrics: async () => {
    expect(Object.keys(await ofOne({ metrics: ['mse', new metrics.MeanAbsoluteError({ name: 'off' })] }))).toEqual(['loss', 'mse', 'off'].sort());
    for (const given of [{ b: 'mse' }, { b: ['mse'] }, [[], ['mse']]] as const) {
      const found = await ofTwo({ loss: 'mae', metrics: given });
      expect([found['b_mse'], 'a_mse' in found]).toEqual([1750, false]);
    }
    const own = (yTrue: unknown) => ops.max(yTrue as never);
    expect(Object.values(await ofOne({ metrics: [own] }))).toContain(7);
  },
  weightedMetrics: async () => {
    const sampleWeight = [0, 0, 0, 0, 0, 0, 0, 8];
    const found = await ofOne({ metrics: ['mse'], weightedMetrics: ['mae'] }, { sampleWeight });
    expect([found['mse'], found['mae']]).toEqual([17.5, 7]);
  },
  runEagerly: async () => {
    const calls = async (runEagerly: boolean): Promise<number> => {
      let count = 0;
      const model = new Sequential([Input({ shape: [1] }), new layers.Lambda((t) => (count++, t)), new layers.Dense(1)]);
      model.compile({ loss: 'mse', runEagerly });
      count = 0;
      await model.fit(x, y, { ...quiet, batchSize: 2, epochs: 3 });
      return count;
    };
    expect(await calls(true)).toBeGreaterThanOrEqual(12);
    expect(await calls(false)).toBeLessThan(4);
  },
  stepsPerExecution: async () => {
    const hooks = async (stepsPerExecution: number | 'auto'): Promise<number> => {
      const diary = new Diary();
      await still({ stepsPerExecution }).fit(x, y, { ...quiet, batchSize: 1, callbacks: [diary] });
      return diary.count('train');
    };
    expect([await hooks(1), await hooks('auto'), await hooks(4), await hooks(8)]).toEqual([8, 8, 2, 1]);
  },
  jitCompile: () => {
    expect([true, false].map((jitCompile) => still({ jitCompile }).getCompileConfig()['jit_compile'])).toEqual([true, false]);
    expect(still({ jitCompile: 'auto', runEagerly: true }).getCompileConfig()['jit_compile']).toBe(false);
  },
  autoScaleLoss: () => {
    const kind = (autoScaleLoss?: boolean): string => {
      const model = new Sequential([Input({ shape: [1] }), new layers.Dense(1)], { dtype: 'mixed_float16' });
      model.compile({ optimizer: 'sgd', loss: 'mse', ...(autoScaleLoss === undefined ? {} : { autoScaleLoss }) });
      return model.optimizer.constructor.name;
    };
    expect([kind(), kind(true), kind(false)]).toEqual(['LossScaleOptimizer', 'LossScaleOptimizer', 'SGD']);
  },
  sampleWeightMode: () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    forgetAdvice();
    for (const sampleWeightMode of ['temporal', ['temporal'], [null], { dense: 'temporal' }] as const) still({ sampleWeightMode });
    expect(warn.mock.calls).toEqual([[expect.stringContaining('sampleWeightMode is not needed any more')]]);
    expect(() => still({ sampleWeightMode: 'spatial' as never })).toThrow('sampleWeightMode="spatial"');
  },
  targetTensors: async () => {
    const tens = ops.multiply(y, 10);
    const model = still({ targetTensors: tens });
    expect((await model.fit(x, quiet)).history['loss'][0]).toBeCloseTo(35, 4);
    expect(await model.evaluate(x, quiet)).toBeCloseTo(35, 4);
    expect([await model.trainOnBatch(x), await model.testOnBatch(x)]).toEqual([35, 35]);
    expect(await model.evaluate(x, y, quiet)).toBeCloseTo(3.5, 5); // what is fed wins
    for (const targetTensors of [[y, tens], { b: tens, a: y }])
      expect(await two({ loss: 'mae', targetTensors }).evaluate(x, { ...quiet, returnDict: true })).toMatchObject({ loss: 38.5 });
  },
  debugNan: async () => {
    const bad = tensor(Array.from({ length: COUNT }, () => [NaN]));
    await expect(still({ debugNan: true }).fit(bad, y, quiet)).rejects.toThrow('The data hold it: array 0 of the batch');
    expect((await still().fit(bad, y, quiet)).history['loss'][0]).toBeNaN();
  },
}; // prettier-ignore

describe('compile', () => test.each(rows(COMPILE))('%s', async (_, check) => check()));
describe('fit', () => test.each(rows(FIT))('%s', async (_, check) => check()));
describe('evaluate', () => test.each(rows(EVALUATE))('%s', async (_, check) => check()));
describe('predict', () => test.each(rows(PREDICT))('%s', async (_, check) => check()));
describe('trainOnBatch', () => test.each(rows(TRAIN_ON_BATCH))('%s', async (_, check) => check()));
describe('testOnBatch', () => test.each(rows(TEST_ON_BATCH))('%s', async (_, check) => check()));

describe("Keras 2's names for generators pass every argument on", () => {
  const silent = (): void => void vi.spyOn(console, 'warn').mockImplementation(() => {});
  test('fitGenerator', async () => {
    silent();
    const [older, today] = [new Diary(), new Diary()];
    const options = { epochs: 4, initialEpoch: 1, stepsPerEpoch: 3, validationSteps: 2, classWeight: { 3: 5 }, maxQueueSize: 2, workers: 1, useMultiprocessing: false, shuffle: false, verbose: 0 } as const; // prettier-ignore
    const a = await still().fitGenerator(forever(), { ...options, validationData: forever(), callbacks: [older] });
    const b = await still().fit(forever(), { ...options, validationData: forever(), callbacks: [today] });
    expect([a.history, a.epoch, older.hooks]).toEqual([b.history, b.epoch, today.hooks]);
    expect(older.batches).toEqual([0.5, 8.5, 4.5, 6.5, 0.5, 8.5, 4.5, 6.5, 0.5]);
  });

  test('fitGenerator of a Sequence: each item once an epoch, in order', async () => {
    silent();
    for (const workers of [0, 1, 3]) {
      const dataset = new Noted();
      await still().fitGenerator(dataset, { epochs: 2, workers, shuffle: false, verbose: 0 });
      expect(dataset.asked).toEqual([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]);
      expect(dataset.most).toBe(Math.max(1, workers));
    }
  });

  test('evaluateGenerator and predictGenerator', async () => {
    silent();
    const diary = new Diary();
    const options = { steps: 3, maxQueueSize: 2, workers: 1, useMultiprocessing: false, verbose: 0, callbacks: [diary] } as const; // prettier-ignore
    expect(await still().evaluateGenerator(forever(), options)).toBeCloseTo(2.5, 5);
    expect((await still().predictGenerator(forever(), options)).shape).toEqual([6, 1]);
    expect([diary.count('test'), diary.count('predict')]).toEqual([3, 3]);
  });

  test('their queue is of 10', async () => {
    silent();
    const waiting = (run: QueueRun): Promise<number[]> => madeBeforeSecond(run({}));
    class Long extends Noted {
      override get length(): number {
        return 20;
      }
    }
    const counts: number[] = [];
    for (const call of ['fitGenerator', 'evaluateGenerator', 'predictGenerator'] as const) {
      const [made] = await waiting(() => (dataset, hooks) => {
        const long = Object.assign(new Long(), { asked: dataset.asked });
        return still()[call](long, { ...quiet, callbacks: [hooks], ...(call === 'fitGenerator' ? { shuffle: false } : {}) });
      }); // prettier-ignore
      counts.push(made);
    }
    expect(counts).toEqual([11, 11, 11]);
  });
});

describe('data of unknown length', () => {
  const sources: Record<string, () => unknown> = {
    'a generator': () => pairs,
    'a data set': () => data.Dataset.fromTensorSlices([x, y] as const).filter(() => true).batch(2),
  }; // prettier-ignore
  test.each(Object.entries(sources))(
    '%s: the bar counts until the first epoch has ended, then it knows',
    async (_, make) => {
      let text = '';
      let now = 0;
      const terminal = { write: (more: string) => void (text += more), isInteractive: true, columns: 80 };
      setPlatform({ terminal, now: () => (now += 1000) });
      const { epoch } = await still().fit(make() as never, { epochs: 2, callbacks: [new Diary()] });
      await still().evaluate(make() as never);
      setPlatform(platform);
      expect(epoch).toEqual([0, 1]);
      // What is seen, without colours, in the order of drawing.
      const drawn = stripVTControlCharacters(text).match(/Epoch \d\/\d|\d+\/(?:Unknown|\d+)(?= )/g);
      const bars = (total: string) => ['1', '2', '3', '4'].map((count) => `${count}/${total}`);
      expect(drawn?.filter((each, i) => each !== drawn[i - 1])).toEqual(['Epoch 1/2', ...bars('Unknown'), '4/4', 'Epoch 2/2', ...bars('4'), ...bars('Unknown'), '4/4']); // prettier-ignore
    },
  );
});

test('predictOnBatch takes one batch, of any size', async () => {
  const model = still();
  for (const size of [1, 3, COUNT]) expect((await model.predictOnBatch(x.getItem({ stop: size }))).shape).toEqual([size, 1]);
}); // prettier-ignore
