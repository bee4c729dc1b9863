/** @file Random models: predictions, and weights after some training steps. */
import type { NDArray } from '../../core/ndarray.js';
import { range } from '../../core/shape.js';
import { resetNames } from '../../core/naming.js';
import * as layers from '../../layers/index.js';
import { Model } from '../../models/index.js';
import { Adam, SGD } from '../../optimizers/index.js';
import { setRandomSeed } from '../../random/index.js';
import type { KerasTensor, Tensor } from '../../runtime/index.js';
import { Tensor as TensorClass } from '../../runtime/index.js';
import { randomArray } from '../random_arrays.js';
import { Choices, disagreement, inWay, WAYS } from './ways.js';

type Make = (c: Choices) => layers.Layer;
const ACTIVATIONS = ['tanh', 'sigmoid', 'gelu', 'softplus', 'silu', null] as const;

/** Layers by the number of dimensions that they take (with the batch). Smooth ones: see op_trees.ts. */
const LAYERS: Readonly<Record<number, readonly Make[]>> = {
  2: [
    (c) => new layers.Dense(c.int(1, 9), { activation: c.pick(ACTIVATIONS), useBias: c.chance(70) }),
    (c) => new layers.Dropout(0.3, { seed: c.int(0, 99) }),
    () => new layers.LayerNormalization({ epsilon: 0.1 }),
    () => new layers.BatchNormalization({ epsilon: 0.1 }),
    (c) => new layers.RepeatVector(c.int(1, 4)),
  ],
  3: [
    (c) => new layers.LSTM(c.int(1, 6), { returnSequences: c.chance(50) }),
    (c) => new layers.GRU(c.int(1, 6), { returnSequences: c.chance(50), resetAfter: c.chance(50) }),
    (c) => new layers.SimpleRNN(c.int(1, 6), { goBackwards: c.chance(50) }),
    (c) => new layers.Bidirectional(new layers.LSTM(c.int(1, 4), { returnSequences: c.chance(50) })),
    (c) =>
      new layers.Conv1D(c.int(1, 6), c.int(1, 3), {
        padding: c.pick(['same', 'causal'] as const),
        activation: c.pick(ACTIVATIONS),
      }),
    (c) => new layers.TimeDistributed(new layers.Dense(c.int(1, 5), { activation: 'tanh' })),
    () => new layers.GlobalAveragePooling1D(),
    () => new layers.LayerNormalization({ epsilon: 0.1 }),
    () => new layers.Flatten(),
    () => new layers.AveragePooling1D({ poolSize: 2, padding: 'same' }),
  ],
  4: [
    (c) =>
      new layers.Conv2D(c.int(1, 8), c.int(1, 3), {
        padding: 'same',
        strides: c.int(1, 2),
        activation: c.pick(ACTIVATIONS),
        useBias: c.chance(70),
      }),
    (c) => new layers.DepthwiseConv2D(c.int(1, 3), { padding: 'same', depthMultiplier: c.int(1, 2) }),
    (c) => new layers.SeparableConv2D(c.int(1, 5), 3, { padding: 'same' }),
    (c) => new layers.Conv2DTranspose(c.int(1, 4), c.int(1, 3), { padding: 'same', strides: c.int(1, 2) }),
    () => new layers.BatchNormalization({ epsilon: 0.1 }),
    () => new layers.AveragePooling2D({ poolSize: 2, padding: 'same' }),
    () => new layers.UpSampling2D(),
    () => new layers.ZeroPadding2D(),
    () => new layers.GlobalAveragePooling2D(),
    () => new layers.Flatten(),
  ],
};

interface Drawn {
  readonly model: Model;
  readonly batch: Tensor;
  readonly target: Tensor;
}

/** The model of a seed, the same one whenever it is asked for. */
function draw(seed: number, runEagerly: boolean): Drawn {
  resetNames();
  setRandomSeed(seed);
  const c = new Choices(seed);
  const shape = range(c.int(1, 3)).map(() => c.int(1, 7));
  const input = layers.Input({ shape });
  let x: KerasTensor = input;
  for (let i = c.int(1, 6); i > 0; i--) {
    const known = LAYERS[x.shape.length];
    if (known === undefined) break;
    x = c.pick(known)(c)(x);
  }
  const model = new Model(input, new layers.Dense(2)(new layers.Flatten()(x)));
  const optimizer = c.chance(50)
    ? new SGD({ learningRate: 0.05, momentum: 0.5 })
    : new Adam({ learningRate: 0.01, epsilon: 0.1 });
  model.compile({ optimizer, loss: 'mse', runEagerly });
  const rows = c.int(1, 9);
  const numbers = (dims: number[], salt: number): Tensor =>
    TensorClass.fromArray(randomArray({ dtype: 'float32', shape: dims }, 'unit', seed + salt));
  return { model, batch: numbers([rows, ...shape], 1), target: numbers([rows, 2], 2) };
}

export async function fuzzModel(seed: number): Promise<string | null> {
  const results: NDArray[][] = [];
  let text = '';
  for (const way of WAYS) {
    const found = await inWay(way, async (): Promise<NDArray[]> => {
      const { model, batch, target } = draw(seed, way.eager);
      text = model.layers.map((layer) => JSON.stringify(layer.getConfig())).join('\n');
      const losses: number[] = [];
      const before = await model.predict<Tensor>(batch, { verbose: 0 });
      for (let i = 0; i < 3; i++) losses.push(await model.trainOnBatch(batch, target));
      const after = await model.predict<Tensor>(batch, { verbose: 0 });
      const weights = model.weights.map((w) => w.value.ndarray);
      return [before.ndarray, after.ndarray, ...weights];
    });
    results.push(found);
  }
  const wrong = disagreement(results, 2e-5);
  return wrong === null ? null : `${wrong}\n${text}`;
}
