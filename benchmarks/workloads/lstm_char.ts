/** @file A recurrent network that names the next character at every step. */
import { Input, Sequential, layers, losses } from 'keras-ts';
import { classes } from '../lib/random_data.js';
import type { Workload } from './workload.js';

const batchSize = 64;
const count = 8 * batchSize;
const [steps, vocabulary] = [80, 65];

export const lstmChar: Workload = {
  name: 'lstm_char',
  batchSize,
  what: `embedding 64, LSTM 256, ${steps} steps, ${vocabulary} characters, Adam; random data`,
  build() {
    const model = new Sequential([
      Input({ shape: [steps], dtype: 'int32' }),
      new layers.Embedding(vocabulary, 64),
      new layers.LSTM(256, { returnSequences: true }),
      new layers.Dense(vocabulary),
    ]);
    const loss = new losses.SparseCategoricalCrossentropy({ fromLogits: true });
    model.compile({ optimizer: 'adam', loss, metrics: ['accuracy'] });
    return model;
  },
  data: async () => [classes([count, steps], vocabulary), classes([count, steps], vocabulary, 4)],
};
