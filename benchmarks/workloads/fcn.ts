/** @file A small fully convolutional network that names the class of every pixel. */
import { Input, Model, layers } from 'keras-ts';
import { classes, noise } from '../lib/random_data.js';
import type { Workload } from './workload.js';

const batchSize = 8;
const count = 8 * batchSize;
const [height, width, numClasses] = [96, 128, 12];

export const fcn: Workload = {
  name: 'fcn',
  batchSize,
  what: `three blocks of two convs and pooling (32, 64, 128), conv 256, two Conv2DTranspose and a skip, ${height}×${width}, ${numClasses} classes, Adam; random data`,
  build() {
    const conv = (filters: number): layers.Conv2D =>
      new layers.Conv2D(filters, 3, { padding: 'same', activation: 'relu' });
    const inputs = Input({ shape: [height, width, 3] });
    const pooled = [32, 64, 128].reduce(
      (all, filters) => {
        const x = conv(filters)(conv(filters)(all.at(-1)!));
        return [...all, new layers.MaxPooling2D({ poolSize: 2 })(x)];
      },
      [inputs],
    );
    const [, , quarter, eighth] = pooled;
    const up = new layers.Conv2DTranspose(64, 4, { strides: 2, padding: 'same', activation: 'relu' });
    const joined = new layers.Add()([up(conv(256)(eighth)), quarter]);
    const score = new layers.Conv2DTranspose(numClasses, 8, { strides: 4, padding: 'same' })(joined);
    const model = new Model(inputs, new layers.Softmax()(score), { name: 'fcn' });
    model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
    return model;
  },
  data: async () => [noise([count, height, width, 3]), classes([count, height, width], numClasses)],
};
