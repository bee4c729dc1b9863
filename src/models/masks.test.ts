import { describe, it, test } from 'vitest';
import { Input, layers, losses, Model, ops, Sequential, type Tensor, tensor } from '../index.js';
import { expectClose } from '../testing/tensors.js';

const ids = tensor([
  [1, 2, 0, 0],
  [3, 4, 1, 0],
]);

/** All weights as `linspace(-1, 1)`, in row-major order. */
function filled<M extends Model>(model: M): M {
  model.setWeights(
    model.weights.map(({ shape, size }) => ops.reshape(ops.linspace(-1, 1, { num: size, dtype: 'float32' }), shape)),
  );
  return model;
}
const embedding = (): layers.Embedding => new layers.Embedding(5, 2, { maskZero: true });
const chain = (...rest: layers.Layer[]): Sequential =>
  filled(new Sequential([Input({ shape: [4], dtype: 'int32' }), embedding(), ...rest]));
const all = { returnSequences: true } as const;

// Values from Keras 3.15.1.
describe('masks behind recurrent layers', () => {
  test.each<[string, layers.Layer[], number[][]]>([
    [
      'LSTM',
      [new layers.LSTM(2, all), new layers.LSTM(2)],
      [
        [0.0618554, 0.1898104],
        [0.0839896, 0.2462142],
      ],
    ],
    [
      'Bidirectional',
      [new layers.Bidirectional(new layers.GRU(2, all)), new layers.LSTM(2)],
      [
        [0.0800483, 0.2260709],
        [0.0048054, 0.1175955],
      ],
    ],
    [
      'TimeDistributed',
      [new layers.TimeDistributed(new layers.Dense(2)), new layers.LSTM(2)],
      [
        [0.45084, 0.60931],
        [0.52001, 0.73643],
      ],
    ],
    [
      'SimpleRNN and pooling',
      [new layers.SimpleRNN(2, all), new layers.GlobalAveragePooling1D()],
      [
        [-0.31032, 0.82833],
        [-0.34721, 0.9497],
      ],
    ],
  ])('reach the layer behind %s', async (_, rest, expected) => {
    const model = chain(...rest);
    const y = tensor(expected);
    expectClose(model<Tensor>(ids), y, 1e-5);
    expectClose(await model.predict<Tensor>(ids, { verbose: 0 }), y, 1e-5);
  });

  it('reach attention', () => {
    const i = Input({ shape: [4], dtype: 'int32' });
    const h = (): Tensor => new layers.GRU(2, all)(embedding()(i)) as never;
    const behind = (y: unknown): Tensor => filled(new Model(i, y as never))<Tensor>(ids);
    const attention = h();
    expectClose(
      behind(new layers.Attention()([attention, attention])),
      tensor([
        [
          [0.10629, 0.24771],
          [0.11196, 0.25667],
          [0, 0],
          [0, 0],
        ],
        [
          [0.46358, 0.69532],
          [0.47513, 0.70587],
          [0.46722, 0.69901],
          [0, 0],
        ],
      ]),
      1e-5,
    );
    const heads = h();
    expectClose(
      behind(new layers.MultiHeadAttention(1, 2)(heads, heads)),
      tensor([
        [
          [0.43648, 2.56722],
          [0.43827, 2.57004],
          [0.46802, 2.61702],
          [0.46802, 2.61702],
        ],
        [
          [0.75121, 2.9568],
          [0.75442, 2.95974],
          [0.75196, 2.95787],
          [0.71389, 2.94243],
        ],
      ]),
      2e-5,
    );
  });

  it('reach losses, metrics and weighted metrics', async () => {
    const y = ops.reshape(ops.arange(8, null, null, { dtype: 'float32' }), [2, 4, 1]);
    const one = chain(new layers.LSTM(2, all), new layers.Dense(1));
    one.compile({ loss: 'mse', metrics: ['mae'], weightedMetrics: ['mse'] });
    expectClose(tensor(await one.evaluate(ids, y, { verbose: 0 })), tensor([21.95997, 4.08913, 21.95997]), 1e-5);
    const two = chain(
      new layers.Bidirectional(new layers.LSTM(2, all), { mergeMode: 'sum' }),
      new layers.TimeDistributed(new layers.Dense(1)),
    );
    two.compile({ loss: 'mae', weightedMetrics: ['mae'] });
    const sampleWeight = tensor([
      [1, 3, 2, 1],
      [1, 1, 2, 2],
    ]);
    expectClose(tensor(await two.evaluate(ids, y, { sampleWeight, verbose: 0 })), tensor([6.06464, 3.7904]), 1e-5);
  });

  it('are left out where they do not fit the losses, as in CTC', async () => {
    const y = tensor([
      [1, 2],
      [2, 0],
    ]);
    const model = chain(new layers.LSTM(3, all));
    model.compile({ loss: new losses.CTC(), weightedMetrics: [(a: Tensor, b: Tensor) => losses.ctc(a, b)] });
    const found = (await model.evaluate(ids, y, { verbose: 0 })) as number[];
    const plain = filled(
      new Sequential([Input({ shape: [4], dtype: 'int32' }), new layers.Embedding(5, 2), new layers.LSTM(3, all)]),
    );
    const expected = ops.mean(losses.ctc(y, model(ids)));
    expectClose(tensor(found), ops.stack([expected, expected]), 1e-5);
    plain.compile({ loss: new losses.CTC() });
    // Keras gives 1.8685930 for the model that makes no mask.
    expectClose(tensor(await plain.evaluate(ids, y, { verbose: 0 }), [], 'float32'), tensor(1.868593), 1e-5);
  });
});
