/** @file What a user is told who does something wrong: through the package's entry, as a program would hit it. */
import { afterEach, describe, expect, test } from 'vitest';
import { threadPool } from './backend/wasm/thread_pool.js';
import { getPlatform, setPlatform } from './core/platform.js';
import * as keras from './index.js';
import { Input, Model, RuntimeError, Sequential, ValueError, layers, ops, tensor } from './index.js';

type ErrorClass = abstract new (...args: never[]) => Error;

/** The program ends in an error of this class, whose message holds these words. */
async function refuses(program: () => unknown, kind: ErrorClass, words: string | RegExp): Promise<void> {
  const error = await Promise.resolve()
    .then(program)
    .then(
      () => null,
      (reason: unknown) => reason,
    );
  expect(error, 'it was accepted').toBeInstanceOf(kind);
  const { message, name } = error as Error;
  expect(name).toBe(kind.name);
  if (typeof words === 'string') expect(message).toContain(words);
  else expect(message).toMatch(words);
}

/** Options that the types refuse, as a program in JavaScript gives them. */
const untyped = (options: unknown): never => options as never;

const x = ops.ones([6, 4]);
const y = ops.ones([6, 3]);
const uncompiled = (): Sequential => new Sequential([Input({ shape: [4] }), new layers.Dense(3)], { name: 'net' });
function compiled(): Sequential {
  const model = uncompiled();
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  return model;
}
const quiet = { verbose: 0 } as const;

describe('shapes', () => {
  const conv = (): layers.Conv2D => new layers.Conv2D(4, 3, { name: 'conv' });

  test('an input of the wrong rank: the layer, the shape that came, the rank that it wants', () =>
    refuses(
      () => conv()(Input({ shape: [8, 8] })),
      ValueError,
      "Input 0 of layer 'conv' is incompatible with the layer: expected min_ndim=4, found ndim=3. Full shape received: (None, 8, 8)",
    ));

  test('other channels than those that the layer was built for', () =>
    refuses(
      () => {
        const layer = conv();
        layer(Input({ shape: [8, 8, 3] }));
        layer(ops.ones([2, 8, 8, 1]));
      },
      ValueError,
      "Input 0 of layer 'conv' is incompatible with the layer: expected axis -1 of input shape to have value 3, but received input with shape (2, 8, 8, 1)",
    ));

  test('channels that groups do not divide', () =>
    refuses(
      () => new layers.Conv2D(4, 3, { groups: 2, name: 'conv' })(Input({ shape: [8, 8, 3] })),
      ValueError,
      "Conv2D 'conv': groups=2 does not divide the 3 input channels (input shape (None, 8, 8, 3)). Choose a divisor of 3",
    ));

  test('data that the model was not made for', () =>
    refuses(
      () => compiled().fit(ops.ones([6, 7]), y, quiet),
      ValueError,
      /Model 'net': invalid input shape .*Expected shape \(None, 4\), but input has incompatible shape \(6, 7\)/,
    ));

  test('targets of another shape than the outputs', () =>
    refuses(() => compiled().fit(x, ops.ones([6, 2]), quiet), ValueError, /\(6, 2\).*\(6, 3\).*do not go together/));

  test('x and y of different length', async () => {
    const words = "All arrays must hold the same number of samples. Got 'x' sizes: 6; 'y' sizes: 5.";
    await refuses(() => compiled().fit(x, ops.ones([5, 3]), quiet), ValueError, `fit: ${words}`);
    await refuses(() => compiled().evaluate(x, ops.ones([5, 3]), quiet), ValueError, `evaluate: ${words}`);
  });

  test('arrays that do not fit together', async () => {
    await refuses(() => ops.add(x, y), ValueError, 'add: shapes (6, 4) and (6, 3) cannot be broadcast together');
    await refuses(
      () => ops.matmul(x, y),
      ValueError,
      'matmul: shapes (6, 4) and (6, 3) do not match: 4 columns meet 6 rows',
    );
    await refuses(() => tensor([[1, 2], [3]]), ValueError, 'the nested lists are ragged');
  });
});

describe('names', () => {
  test('a string id that is unknown: those that are near', async () => {
    const cases: [() => unknown, string][] = [
      [() => new layers.Dense(3, { activation: untyped('rellu') }), "Unknown activation 'rellu'. Did you mean 'relu'"],
      [
        () => new layers.Dense(3, { kernelInitializer: untyped('glorot_unifrm') }),
        "Unknown initializer 'glorot_unifrm'. Did you mean 'glorot_uniform'",
      ],
      [() => compiled().compile({ optimizer: untyped('adamm') }), "Unknown optimizer 'adamm'. Did you mean 'adam"],
      [
        () => compiled().compile({ loss: untyped('categorical_crosentropy') }),
        "Unknown loss 'categorical_crosentropy'. Did you mean 'categorical_crossentropy'",
      ],
      [
        () => {
          const model = uncompiled();
          model.compile({ loss: 'mse', metrics: [untyped('acuracy')] });
          return model.fit(x, y, quiet);
        },
        "Unknown metric 'acuracy'. Did you mean 'accuracy'",
      ],
      [
        () => layers.deserialize({ module: 'keras.layers', class_name: 'Denze', config: {} }),
        "unknown class 'Denze' of module 'keras.layers'. Did you mean 'Dense'?",
      ],
      [() => keras.setBackend(untyped('cuda')), "unknown backend 'cuda'. Known: wasm, interpreter."],
    ];
    for (const [program, words] of cases) await refuses(program, ValueError, words);
  });

  test('an option that does not exist: the one that was meant', async () => {
    const cases: [() => unknown, string][] = [
      [
        () => new layers.Conv2D(4, 3, untyped({ kernalSize: 3 })),
        "Conv2D has no option 'kernalSize'. Did you mean 'kernelSize'? Options are camelCase and go in the last argument.",
      ],
      [
        () => new layers.Dense(4, untyped({ use_bias: false })),
        "Dense has no option 'use_bias'. Did you mean 'useBias'?",
      ],
      [
        () => new keras.optimizers.Adam(untyped({ learningrate: 1 })),
        "Adam has no option 'learningrate'. Did you mean 'learningRate'?",
      ],
      [
        () => compiled().compile(untyped({ optimiser: 'adam' })),
        "compile has no option 'optimiser'. Did you mean 'optimizer'?",
      ],
      [() => compiled().fit(x, y, untyped({ epoch: 3 })), "fit has no option 'epoch'. Did you mean 'epochs'"],
    ];
    for (const [program, words] of cases) await refuses(program, TypeError, words);
  });

  test('a dtype that is unknown', async () => {
    await refuses(
      () => tensor([1], [1], untyped('float23')),
      ValueError,
      "tensor: unknown dtype \"float23\". Did you mean 'float16', 'float32'",
    );
    await refuses(() => ops.cast(x, untyped('flot32')), ValueError, 'cast: unknown dtype "flot32". Did you mean');
    await refuses(
      () => new layers.Dense(3, { dtype: untyped('flaot32') }),
      ValueError,
      'unknown policy or dtype "flaot32". Did you mean \'float32\'?',
    );
  });

  test('two layers, or two inputs, of one name', async () => {
    const input = Input({ shape: [3], name: 'a' });
    const twin = (): layers.Dense => new layers.Dense(2, { name: 'twin' });
    await refuses(
      () => new Model(input, twin()(twin()(input)), { name: 'net' }),
      ValueError,
      `Model 'net': the name "twin" is used 2 times in the model`,
    );
    await refuses(
      () => new Sequential([twin(), twin()], { name: 'net' }),
      ValueError,
      "Sequential 'net': all layers should have unique names. Name 'twin' is already the name of a layer in this model.",
    );
    const other = Input({ shape: [3], name: 'a' });
    await refuses(
      () => new Model([input, other], new layers.Add()([input, other])),
      ValueError,
      'the name "a" is used 2 times in the model',
    );
  });
});

describe('models', () => {
  test('a graph whose output does not come from the inputs', () =>
    refuses(
      () => {
        const [left, right] = ['left', 'right'].map((name) => Input({ shape: [3], name }));
        return new Model(left, new layers.Dense(2)(right), { name: 'net' });
      },
      ValueError,
      "Model 'net': graph disconnected: output with path `` is not connected to `inputs`. It also depends on Input 'right', which is not among the inputs.",
    ));

  test('work before compile()', async () => {
    const words = (method: string): string =>
      `Model 'net': you must call compile() before ${method}(), so that there is a loss and an optimizer.`;
    await refuses(() => uncompiled().fit(x, y, quiet), RuntimeError, words('fit'));
    await refuses(() => uncompiled().evaluate(x, y, quiet), RuntimeError, words('evaluate'));
    await refuses(() => uncompiled().trainOnBatch(x, y), RuntimeError, words('trainOnBatch'));
  });
});

describe('numbers', () => {
  const cases: [string, () => unknown, string][] = [
    [
      'units below one',
      () => new layers.Dense(-1, { name: 'it' }),
      "Dense 'it': units=-1. Expected a positive whole number.",
    ],
    [
      'a window of nothing',
      () => new layers.Conv2D(4, 0, { name: 'it' }),
      "Conv2D 'it': kernelSize=0. Expected a positive whole number, or a list of 2 of them.",
    ],
    [
      'a stride with a dilation',
      () => new layers.Conv2D(4, 3, { strides: 2, dilationRate: 2, name: 'it' }),
      "Conv2D 'it': strides=[2,2] with dilationRate=[2,2]. Strides above 1 cannot be combined with dilation rates above 1.",
    ],
    [
      'a stride with a dilation, transposed',
      () => new layers.Conv2DTranspose(4, 3, { strides: 2, dilationRate: 2, name: 'it' }),
      "Conv2DTranspose 'it': strides=[2,2] with dilationRate=[2,2].",
    ],
    ['a batch of nothing', () => compiled().fit(x, y, { batchSize: 0 }), 'fit: batchSize=0. Expected a whole number'],
    ['no threads', () => keras.setThreads(0), 'setThreads: got 0. Expected a positive integer.'],
  ];
  test.each(cases)('%s', (_, program, words) => refuses(program, ValueError, words));
});

describe('what the machine refuses', () => {
  const { threads } = getPlatform();
  afterEach(() => {
    setPlatform({ threads });
    keras.setThreads(2);
  });

  test('a worker that dies during fit ends it in one clear error, and the next fit works', async () => {
    const wide = new Sequential([Input({ shape: [256] }), new layers.Dense(4096), new layers.Dense(256)]);
    wide.compile({ optimizer: 'sgd', loss: 'mse' });
    const data = ops.ones([256, 256]);
    // The second thread ends the moment it is asked to run, so that the first waits for it in vain.
    const dying =
      "; { const own = handle; handle = (m, post) => (m.kind === 'run' && m.thread === 1 ? process.exit(3) : own(m, post)); }";
    threadPool.close();
    setPlatform({ threads: { count: 2, spawn: (source) => threads!.spawn(source + dying) } });
    keras.setThreads(2);
    const fit = (): Promise<unknown> => wide.fit(data, data, { batchSize: 256, epochs: 2, verbose: 0 });
    await refuses(fit, RuntimeError, /a worker thread ended while it ran a program \(exit code 3\)/);
    setPlatform({ threads });
    await fit();
  });

  test('more memory than 32-bit addresses reach: what needs how much', async () => {
    await refuses(
      () => new Sequential([Input({ shape: [100_000] }), new layers.Dense(100_000, { name: 'it' })]),
      keras.OutOfMemoryError,
      /Layer 'it': no memory for its weight 'kernel' \(float32\(100000, 100000\)\)\..* needs 38147 MiB.* One model can hold 4 GiB/,
    );
    const model = new Sequential([Input({ shape: [1] }), new layers.Dense(100_000), new layers.Dense(1)]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    await refuses(
      () => model.fit(ops.ones([20_000, 1]), ops.ones([20_000, 1]), { batchSize: 20_000, verbose: 0 }),
      keras.OutOfMemoryError,
      /its largest value: .*float32\(20000, 100000\), 7629 MiB/,
    );
  });
});
