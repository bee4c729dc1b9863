/** @file Keras's MNIST perceptron: three matrix products and dropout. */
import { Input, Sequential, layers } from 'keras-ts';
import { images, oneHot } from '../lib/random_data.js';
import type { Workload } from './workload.js';

const batchSize = 128;
const count = 60 * batchSize;

export const mnistMlp: Workload = {
  name: 'mnist_mlp',
  batchSize,
  what: '784-512-512-10, dropout 0.2, RMSprop; random data',
  build() {
    const model = new Sequential([
      Input({ shape: [784] }),
      new layers.Dense(512, { activation: 'relu' }),
      new layers.Dropout(0.2),
      new layers.Dense(512, { activation: 'relu' }),
      new layers.Dropout(0.2),
      new layers.Dense(10, { activation: 'softmax' }),
    ]);
    model.compile({ optimizer: 'rmsprop', loss: 'categorical_crossentropy', metrics: ['accuracy'] });
    return model;
  },
  data: async () => [images([count, 784]), oneHot(count, 10)],
};
