/** @file Trains models over sequences from end to end: they must learn, to the same weights on every backend. */
import { afterEach, describe, expect, it } from 'vitest';
import { setRandomSeed } from '../random/index.js';
import * as layers from '../layers/index.js';
import { Model, Sequential } from '../models/index.js';
import { setBackend, tensor, type KerasTensor, type Tensor } from '../runtime/index.js';
import { everyBackend } from '../testing/backends.js';

const STEPS = 6;
const WORDS = 5;

/** Sequences of words from 1, padded with 0 at the end, and whether the first word comes again. */
function sequences(count: number): { x: Tensor; again: Tensor; next: Tensor } {
  let state = 7;
  const random = (n: number): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * n);
  };
  const rows = Array.from({ length: count }, () => {
    const length = 3 + random(STEPS - 2);
    return Array.from({ length: STEPS }, (_, i) => (i < length ? 1 + random(WORDS - 1) : 0));
  });
  const again = rows.map((row) => (row.slice(1).includes(row[0]) ? 1 : 0));
  return {
    x: tensor(rows.flat(), [count, STEPS], 'int32'),
    again: tensor(again, [count, 1], 'float32'),
    next: tensor(rows.map((row) => row.map((_, i) => (i === 0 ? 0 : row[i - 1]))).flat(), [count, STEPS], 'int32'),
  };
}

/** One block of a transformer that sees the past alone. */
function block(x: KerasTensor): KerasTensor {
  const attention = new layers.MultiHeadAttention(2, 4);
  const attended = new layers.Add()([x, attention(x, x, { useCausalMask: true })]);
  const normal = new layers.LayerNormalization()(attended);
  const hidden = new layers.Dense(8)(new layers.Dense(16, { activation: 'gelu' })(normal));
  return new layers.LayerNormalization()(new layers.Add()([normal, hidden]));
}

const finals = new Map<string, number[]>();

function expectSameOnEveryBackend(what: string, model: Model): void {
  const flat = model.getWeights().flatMap((w) => Array.from(w.dataSync() as Float32Array));
  const known = finals.get(what);
  if (known === undefined) finals.set(what, flat);
  else known.forEach((value, i) => expect(Math.abs(flat[i] - value)).toBeLessThan(2e-3));
}

describe('models over sequences', () => {
  afterEach(() => {
    setBackend('interpreter');
  });

  everyBackend((_, backend) => {
    it('an LSTM with masks learns whether a word comes again', async () => {
      setBackend(backend);
      setRandomSeed(1);
      const { x, again } = sequences(64);
      const model = new Sequential([
        new layers.Embedding(WORDS, 8, { maskZero: true }),
        new layers.LSTM(12),
        new layers.Dense(1, { activation: 'sigmoid' }),
      ]);
      model.compile({ optimizer: 'adam', loss: 'binary_crossentropy', metrics: ['accuracy'] });
      model.optimizer.learningRate = 0.02;
      const { history } = await model.fit(x, again, { epochs: 12, batchSize: 16, verbose: 0, shuffle: false });
      expect(history['loss'].at(-1)!).toBeLessThan(0.85 * history['loss'][0]);
      expectSameOnEveryBackend('lstm', model);
    });

    it('stacked recurrent layers of all kinds train together', async () => {
      setBackend(backend);
      setRandomSeed(2);
      const { x, again } = sequences(32);
      const model = new Sequential([
        new layers.Embedding(WORDS, 4),
        new layers.Bidirectional(new layers.GRU(4, { returnSequences: true, recurrentDropout: 0.1, seed: 1 })),
        new layers.TimeDistributed(new layers.Dense(4, { activation: 'relu' })),
        new layers.RNN([new layers.LSTMCell(3), new layers.SimpleRNNCell(3)], { returnSequences: true }),
        new layers.SimpleRNN(4, { goBackwards: true }),
        new layers.Dense(1, { activation: 'sigmoid' }),
      ]);
      model.compile({ optimizer: 'rmsprop', loss: 'binary_crossentropy' });
      const { history } = await model.fit(x, again, { epochs: 6, batchSize: 8, verbose: 0, shuffle: false });
      expect(history['loss'].at(-1)!).toBeLessThan(history['loss'][0]);
      expectSameOnEveryBackend('stack', model);
    });

    it('a transformer learns to repeat what came before', async () => {
      setBackend(backend);
      setRandomSeed(3);
      const { x, next } = sequences(64);
      const words = layers.Input({ shape: [STEPS], dtype: 'int32' });
      const places = layers.Input({ shape: [STEPS], dtype: 'int32' });
      const sum = new layers.Add()([new layers.Embedding(WORDS, 8)(words), new layers.Embedding(STEPS, 8)(places)]);
      const logits = new layers.Dense(WORDS, { activation: 'softmax' })(block(sum));
      const model = new Model([words, places], logits);
      model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
      model.optimizer.learningRate = 0.02;
      const numbers = Array.from({ length: 64 * STEPS }, (_v, i) => i % STEPS);
      const inputs = [x, tensor(numbers, [64, STEPS], 'int32')];
      const { history } = await model.fit(inputs, next, { epochs: 15, batchSize: 16, verbose: 0, shuffle: false });
      expect(history['accuracy'].at(-1)!).toBeGreaterThan(0.8);
      expectSameOnEveryBackend('transformer', model);
    });

    it('a stateful layer goes on from batch to batch while it trains and predicts', async () => {
      setBackend(backend);
      const rnn = new layers.SimpleRNN(1, {
        stateful: true,
        useBias: false,
        activation: null,
        kernelInitializer: 'ones',
        recurrentInitializer: 'ones',
      });
      const model = new Sequential([layers.Input({ batchShape: [1, 2, 1] }), rnn]);
      const x = tensor([1, 1, 1, 1, 1, 1], [3, 2, 1]);
      const sums = await model.predict<Tensor>(x, { batchSize: 1, verbose: 0 });
      expect(sums.arraySync()).toEqual([[2], [4], [6]]);
      rnn.resetState();
      expect((await model.predict<Tensor>(x, { batchSize: 1, verbose: 0 })).arraySync()).toEqual([[2], [4], [6]]);
      rnn.resetState();
      model.compile({ optimizer: 'sgd', loss: 'mse' });
      model.optimizer.learningRate = 0;
      const { history } = await model.fit(x, tensor([2, 4, 6], [3, 1]), { batchSize: 1, verbose: 0, shuffle: false });
      expect(history['loss'][0]).toBe(0);
    });
  });
});
