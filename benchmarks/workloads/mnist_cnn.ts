/** @file Keras's MNIST convnet: two convolutions, pooling, two dense layers. */
import { Input, Sequential, layers } from 'keras-ts';
import { images, oneHot } from '../lib/random_data.js';
import type { Workload } from './workload.js';

const batchSize = 128;
const count = 16 * batchSize;

export const mnistCnn: Workload = {
  name: 'mnist_cnn',
  batchSize,
  what: 'conv 32, conv 64, pool, dense 128, 10, Adadelta; random data',
  build() {
    const model = new Sequential([
      Input({ shape: [28, 28, 1] }),
      new layers.Conv2D(32, 3, { activation: 'relu' }),
      new layers.Conv2D(64, 3, { activation: 'relu' }),
      new layers.MaxPooling2D({ poolSize: 2 }),
      new layers.Dropout(0.25),
      new layers.Flatten(),
      new layers.Dense(128, { activation: 'relu' }),
      new layers.Dropout(0.5),
      new layers.Dense(10, { activation: 'softmax' }),
    ]);
    model.compile({ optimizer: 'adadelta', loss: 'categorical_crossentropy', metrics: ['accuracy'] });
    return model;
  },
  data: async () => [images([count, 28, 28, 1]), oneHot(count, 10)],
};
