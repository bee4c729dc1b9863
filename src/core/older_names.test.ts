import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as keras from '../index.js';
import { newerName } from './older_names.js';

const { Sequential, layers, ops, optimizers, tensor } = keras;
/** Classes as JavaScript sees them: TypeScript refuses older options by itself. */
const untyped = { ...layers, ...optimizers } as unknown as Record<string, new (...args: unknown[]) => Config>;
interface Config {
  getConfig(): Record<string, unknown>;
}

let warnings: string[] = [];
beforeEach(() => {
  warnings = [];
  vi.spyOn(console, 'warn').mockImplementation((text: string) => void warnings.push(text));
});
afterEach(() => vi.restoreAllMocks());

const make = (name: string, ...args: unknown[]): Config => new untyped[name](...args);

describe('options of Keras 1 and 2', () => {
  test.each<[name: string, args: unknown[], older: object, today: object]>([
    ['Dense', [4], { bias: false }, { useBias: false }],
    ['Dense', [4], { init: 'zeros' }, { kernelInitializer: 'zeros' }],
    [
      'Dense',
      [4],
      { WRegularizer: 'l2', bConstraint: 'non_neg' },
      { kernelRegularizer: 'l2', biasConstraint: 'non_neg' },
    ],
    ['Embedding', [4, 2], { init: 'ones', inputLength: 3 }, { embeddingsInitializer: 'ones' }],
    ['Conv2D', [4, 3], { borderMode: 'same', subsample: [2, 2] }, { padding: 'same', strides: [2, 2] }],
    ['Conv2D', [4, 3], { dimOrdering: 'th' }, { dataFormat: 'channels_first' }],
    ['Conv2D', [4, 3], { atrousRate: 2 }, { dilationRate: 2 }],
    ['MaxPooling1D', [], { poolLength: 3, stride: 2 }, { poolSize: 3, strides: 2 }],
    [
      'LSTM',
      [4],
      { innerActivation: 'relu', innerInit: 'zeros' },
      { recurrentActivation: 'relu', recurrentInitializer: 'zeros' },
    ],
    ['LSTM', [4], { dropoutW: 0.25, dropoutU: 0.5 }, { dropout: 0.25, recurrentDropout: 0.5 }],
    [
      'BatchNormalization',
      [],
      { betaInit: 'ones', gammaInit: 'zeros' },
      { betaInitializer: 'ones', gammaInitializer: 'zeros' },
    ],
    ['Adam', [], { lr: 0.25 }, { learningRate: 0.25 }],
    [
      'SGD',
      [],
      { lr: 0.5, momentum: 0.9, nesterov: true, decay: 0 },
      { learningRate: 0.5, momentum: 0.9, nesterov: true },
    ],
  ])('%s(%j, %j) is %j', (name, args, older, today) => {
    const configs = [older, today].map((options) => make(name, ...args, { name: 'same', ...options }).getConfig());
    expect(configs[0]).toEqual(configs[1]);
  });

  test('each is advised on once, by the new name', () => {
    for (let i = 0; i < 2; i++) make('SeparableConv2D', 2, 3, { borderMode: 'same' });
    expect(warnings).toEqual([
      'SeparableConv2D: `borderMode` is an older name and works here; the option is called `padding` today.',
    ]);
  });

  test.each<[name: string, args: unknown[], message: RegExp]>([
    ['Dense', [{ outputDim: 4 }], /`outputDim` is called `units` today and comes by position.*new Dense\(units\)/],
    ['Conv2D', [{ nbFilter: 4, nbRow: 3, nbCol: 3 }], /`nbFilter` is called `filters` today/],
    ['Conv1D', [4, 3, { filterLength: 3 }], /no option 'filterLength'. Did you mean 'kernelSize'/],
    ['Dropout', [{ p: 0.5 }], /`p` is called `rate` today/],
    ['Dense', [4, { border_mode: 'same' }], /no option 'border_mode'/],
    ['Conv2D', [4, 3, { border_mode: 'same' }], /no option 'border_mode'. Did you mean 'padding'/],
    ['Dense', [4, { W_regularizer: 'l2' }], /Did you mean 'kernelRegularizer'/],
    ['LSTM', [4, { consumeLess: 'gpu' }], /Did you mean 'implementation'/],
    ['Dense', [4, { input_dim: 3 }], /Did you mean 'inputDim'/],
    ['Dense', [4, { bias: [1, 2] }], /no option 'bias'. Did you mean 'useBias'/],
  ])('%s(%j) names the new word', (name, args, message) => {
    expect(() => make(name, ...args)).toThrow(message);
  });

  test('a class of one’s own keeps its own options of such a name', () => {
    class Power extends layers.Layer {
      readonly p: number;
      constructor({ p = 1, ...rest }: { p?: number; name?: string } = {}) {
        super(rest);
        this.p = p;
      }
    }
    expect(new Power({ p: 3 }).p).toBe(3);
    expect(warnings).toEqual([]);
  });

  test('names of fit', async () => {
    expect(newerName('nb_epoch', ['epochs'])).toBe('epochs');
    const model = new Sequential([new layers.Dense(1)]);
    model.compile({ loss: 'mse' });
    for (const [older, today] of [['nbEpoch', 'epochs'], ['samples_per_epoch', 'stepsPerEpoch'], ['nbValSamples', 'validationSteps'], ['max_q_size', 'maxQueueSize'], ['pickleSafe', 'useMultiprocessing']]) // prettier-ignore
      await expect(model.fit(tensor([[1]]), tensor([[1]]), { [older]: 1 })).rejects.toThrow(new RegExp(`'${older}'. Did you mean '${today}'`)); // prettier-ignore
  });
});

describe('Keras 2 in layers and optimizers', () => {
  test('weights in place of initializers; their shape is checked', () => {
    const model = new Sequential([new layers.Dense(2, { inputDim: 2, weights: [[[1, 2], [3, 4]], [5, 6]] })]); // prettier-ignore
    expect(model.getWeights().map((weight) => String(weight))).toEqual(['[[1. 2.]\n [3. 4.]]', '[5. 6.]']);
    expect(() => new Sequential([new layers.Dense(2, { inputDim: 3, weights: [[[1, 2]], [5, 6]] })])).toThrow(/shape/);
  });

  test('inputLength with inputDim is the shape of a sequence', () => {
    const model = new Sequential([new layers.LSTM(2, { inputDim: 3, inputLength: 5 })]);
    expect(model.inputShape).toEqual([null, 5, 3]);
    // Of an Embedding the length alone.
    const texts = new Sequential([new layers.Embedding(9, 2, { inputLength: 5 }), new layers.Flatten()]);
    expect([texts.inputShape, texts.outputShape]).toEqual([[null, 5], [null, 10]]); // prettier-ignore
  });

  test('decay lowers the rate with every update, as Keras 2 did, and says what it is today', async () => {
    const model = new Sequential([new layers.Dense(1, { inputDim: 1, kernelInitializer: 'zeros', useBias: false })]);
    const optimizer = new optimizers.SGD({ lr: 0.1, decay: 0.5 });
    model.compile({ optimizer, loss: 'mse' });
    await model.fit(tensor([[1], [1], [1]]), tensor([[1], [1], [1]]), { batchSize: 1, verbose: 0 });
    // w ← w + 2 lr / (1 + t / 2) · (1 − w)
    let w = 0;
    for (const rate of [0.1, 0.1 / 1.5, 0.1 / 2]) w += 2 * rate * (1 - w);
    expect(
      Number(
        await model
          .getWeights()[0]
          .data()
          .then(([value]) => value),
      ),
    ).toBeCloseTo(w, 6);
    expect(warnings.filter((text) => text.includes('InverseTimeDecay(0.1, 1, 0.5)'))).toHaveLength(1);
    expect(() => new optimizers.SGD({ decay: -1 })).toThrow(/decay=-1/);
  });

  test('optimizer.lr is the learning rate', async () => {
    const optimizer = new optimizers.SGD({ learningRate: 0.5 });
    optimizer.lr = 0.25;
    expect(Number((await ops.convertToTensor(optimizer.lr).data())[0])).toBe(0.25);
    expect(warnings.filter((text) => text.includes('optimizer.learningRate'))).toHaveLength(1);
  });

  test('kwargs of compile that went to sessions are left out with one warning', () => {
    const model = new Sequential([new layers.Dense(1)]);
    for (let i = 0; i < 2; i++) model.compile({ loss: 'mse', options: {}, runMetadata: {} } as never);
    expect(warnings).toEqual([expect.stringContaining('`options`, `runMetadata`')]);
    expect(() => model.compile({ loss: 'mse', option: {} } as never)).toThrow(/no option 'option'/);
  });

  test('positional arguments of the older generators are named in their order', async () => {
    const model = new Sequential([new layers.Dense(1)]);
    model.compile({ loss: 'mse' });
    const data = () => [[tensor([[1]]), tensor([[1]])] as const];
    await expect((model.fitGenerator as (...args: unknown[]) => Promise<unknown>)(data, 10, 3)).rejects.toThrow(
      '{ stepsPerEpoch: 10, epochs: 3 }',
    );
    await expect((model.evaluateGenerator as (...args: unknown[]) => Promise<unknown>)(data, 10)).rejects.toThrow(
      '{ steps: 10 }',
    );
  });
});
