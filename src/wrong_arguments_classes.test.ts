/** @file Constructors and methods of the public API, called with wrong kinds of arguments, answer, or refuse in words of keras-ts. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { toCamelCase } from './core/naming.js';
import { getPlatform, setPlatform } from './core/platform.js';
import type { SerializableClass } from './core/serialization.js';
import * as keras from './index.js';
import type { ApiEntry } from './testing/keras_api.js';
import { kerasApi, resolveName } from './testing/keras_api.js';
import { memoryFiles } from './testing/memory_files.js';
import { answerOf, complaint, wrongCalls } from './testing/wrong_arguments.js';

const { Input, layers, losses, metrics, optimizers, Sequential, tensor } = keras;

/** What constructors require, by the names of parameters. Functions make what must be new each time. */
const REQUIRED: Readonly<Record<string, unknown>> = {
  units: 3,
  filters: 2,
  kernelSize: 2,
  numHeads: 2,
  keyDim: 2,
  headDim: 2,
  numQueryHeads: 2,
  numKeyValueHeads: 1,
  inputDim: 4,
  outputDim: 3,
  rate: 0.5,
  stddev: 0.1,
  n: 2,
  dims: [2, 1],
  targetShape: [2, 2],
  axes: 1,
  equation: 'ab,bc->ac',
  outputShape: 3,
  outputSize: 2,
  layer: () => new layers.LSTM(2),
  cell: () => new layers.LSTMCell(2),
  cells: () => [new layers.LSTMCell(2)],
  function: () => (x: unknown) => x,
  fn: () => (x: unknown) => x,
  initialLearningRate: 0.1,
  learningRate: 0.1,
  decaySteps: 10,
  decayRate: 0.9,
  boundaries: [1],
  values: [1, 0.1],
  firstDecaySteps: 5,
  numClasses: 3,
  targetClassIds: [0],
  recall: 0.5,
  precision: 0.5,
  specificity: 0.5,
  sensitivity: 0.5,
  filepath: 'model.keras',
  filename: 'log.csv',
  backupDir: 'backup',
  schedule: () => () => 0.1,
  target: 10,
  innerOptimizer: () => new optimizers.Adam(),
  name: 'float32',
  delta: 1,
  shape: [2],
};
const made = (value: unknown): unknown => (typeof value === 'function' ? (value as () => unknown)() : value);

describe('constructors', () => {
  const classes = kerasApi().flatMap((entry): [string, ApiEntry, SerializableClass, string[]][] => {
    const cls = resolveName(keras, entry.id) as SerializableClass | undefined;
    if (entry.kind !== 'class' || typeof cls !== 'function') return [];
    const required = (cls.positional ?? entry.params.filter((p) => p.required && !p.star).map((p) => p.name)).map(
      toCamelCase,
    );
    return required.every((name) => name in REQUIRED) ? [[entry.id, entry, cls, required]] : [];
  });

  test('there are many', () => expect(classes.length).toBeGreaterThan(220));

  test.each(classes)('%s', async (_, entry, cls, required) => {
    vi.spyOn(console, 'warn').mockReturnValue(undefined);
    const right = (): unknown[] => required.map((name) => made(REQUIRED[name]));
    const options = entry.params.filter((p) => !p.required && !p.star).map((p) => toCamelCase(p.name));
    const complaints: string[] = [];
    for (const wrong of wrongCalls(right(), options)) {
      // A layer is a function, and no promise: it is not to be waited for.
      const answer = await answerOf(() => void new cls(...(wrong.args as never[])));
      // Ids name what they are of ("Unknown initializer 'x'"), and seeds and dtypes what is made of them.
      const found = complaint(answer, ['']);
      if (found !== null) complaints.push(`${wrong.how}: ${found}`);
    }
    expect(complaints).toEqual([]);
  });
});

describe('methods', () => {
  const platform = getPlatform();
  const terminal = { write: () => undefined, isInteractive: false, columns: 80 };
  beforeAll(() => setPlatform({ ...platform, files: memoryFiles(), terminal }));
  afterAll(() => setPlatform(platform));

  type Method = (...args: unknown[]) => unknown;
  const x = tensor([[1, 2], [3, 4]], { dtype: 'float32' }); // prettier-ignore
  const y = tensor([[1], [0]], { dtype: 'float32' }); // prettier-ignore
  const model = (): keras.Model => {
    const made = new Sequential([Input({ shape: [2] }), new layers.Dense(1, { name: 'dense' })]);
    made.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['mae'] });
    return made;
  };
  const quiet = { verbose: 0 };
  const metric = (): keras.Metric => new metrics.MeanSquaredError();

  /** An object, a method, arguments that are right, and the names of the options. */
  const calls: [() => object, string, unknown[], string][] = [
    [model, 'compile', [{}], 'optimizer loss lossWeights metrics weightedMetrics runEagerly stepsPerExecution jitCompile autoScaleLoss'],
    [model, 'fit', [x, y, quiet], 'batchSize epochs callbacks validationSplit validationData shuffle classWeight sampleWeight initialEpoch stepsPerEpoch validationSteps validationBatchSize validationFreq signal'],
    [model, 'evaluate', [x, y, quiet], 'batchSize sampleWeight steps callbacks returnDict'],
    [model, 'predict', [x, quiet], 'batchSize steps callbacks'],
    [model, 'trainOnBatch', [x, y], 'sampleWeight classWeight returnDict'],
    [model, 'testOnBatch', [x, y], 'sampleWeight returnDict'],
    [model, 'predictOnBatch', [x], ''],
    [model, 'save', ['m.keras'], 'overwrite zipped includeOptimizer'],
    [model, 'saveWeights', ['m.weights.h5'], 'overwrite'],
    [model, 'loadWeights', ['m.weights.h5'], 'skipMismatch'],
    [model, 'setWeights', [[[[1], [2]], [0]]], ''],
    [model, 'getLayer', ['dense'], ''],
    [model, 'summary', [], 'lineLength positions printFn expandNested showTrainable layerRange'],
    [model, 'build', [[null, 2]], ''],
    [model, 'setState', [new ArrayBuffer(8)], ''],
    [() => new Sequential(), 'add', [new layers.Dense(1)], 'rebuild'],
    [() => new layers.Dense(2), 'addWeight', [{ shape: [2] }], 'initializer dtype trainable regularizer constraint name'],
    [() => new layers.Dense(2), 'setWeights', [[]], ''],
    [metric, 'updateState', [y, y], 'sampleWeight'],
    [metric, 'addVariable', [[2]], 'initializer dtype name'],
    [() => new optimizers.SGD(), 'apply', [[x], [new keras.Variable(x)]], ''],
    [() => new optimizers.SGD(), 'build', [[new keras.Variable(x)]], ''],
    [() => new keras.Variable(x), 'assign', [x], ''],
    [() => new keras.Variable(x), 'assignAdd', [x], ''],
    [() => x, 'reshape', [[1, 4]], ''],
    [() => x, 'at', [0], ''],
    [() => x, 'slice', [0, 1], ''],
    [() => x, 'cast', ['int32'], ''],
    [() => x, 'sum', [], 'axis keepdims'],
    [() => x, 'take', [[0]], 'axis'],
    [() => x, 'dim', [0], ''],
    [() => keras, 'tensor', [[1, 2]], 'shape dtype'],
    [() => keras, 'grad', [() => keras.ops.sum(x), [x]], ''],
    [() => keras, 'jit', [(z: keras.Tensor) => z], ''],
    [() => keras.losses, 'get', ['mse'], ''],
    [() => keras.optimizers, 'get', ['adam'], ''],
    [() => keras.activations, 'get', ['relu'], ''],
    [() => keras.random, 'normal', [[2]], 'mean stddev dtype seed'],
    [() => keras.random, 'randint', [[2], 0, 3], 'dtype seed'],
    [() => keras.random, 'shuffle', [[1, 2]], 'axis seed'],
    [() => keras.random, 'dropout', [[1, 2], 0.5], 'noiseShape seed'],
    [() => keras.utils, 'toCategorical', [[0, 2]], 'numClasses'],
    [() => keras.utils, 'normalize', [[[3, 4]]], 'axis order'],
    [() => keras.utils, 'padSequences', [[[1], [2, 3]]], 'maxlen dtype padding truncating value'],
    [() => keras.utils, 'splitDataset', [[1, 2, 3, 4]], 'leftSize rightSize shuffle seed'],
    [() => keras.models, 'modelFromJson', ['{}'], 'customObjects'],
    [() => new losses.Huber(), 'call', [y, y], ''],
  ]; // prettier-ignore

  test.each(calls.map((call): [string, ...typeof call] => [call[1], ...call]))(
    '%s',
    async (_, make, name, right, options) => {
      vi.spyOn(console, 'warn').mockReturnValue(undefined);
      const complaints: string[] = [];
      for (const wrong of wrongCalls(right, options === '' ? [] : options.split(' '))) {
        const object = make() as Record<string, Method>;
        const found = complaint(await answerOf(() => object[name](...wrong.args)), ['']);
        if (found !== null) complaints.push(`${wrong.how}: ${found}`);
      }
      vi.restoreAllMocks();
      expect(complaints).toEqual([]);
    },
  );
});
