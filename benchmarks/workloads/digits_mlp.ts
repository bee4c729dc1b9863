/** @file A tiny network on the digits of the package: what a step costs beside its arithmetic. */
import { Input, Sequential, datasets, layers, ops, tensor } from 'keras-ts';
import type { Workload } from './workload.js';

const batchSize = 32;

export const digitsMlp: Workload = {
  name: 'digits_mlp',
  batchSize,
  what: '64-64-10, Adam; the digits',
  build() {
    const model = new Sequential([
      Input({ shape: [64] }),
      new layers.Dense(64, { activation: 'relu' }),
      new layers.Dense(10, { activation: 'softmax' }),
    ]);
    model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
    return model;
  },
  async data() {
    const [[x, y]] = await datasets.digits.loadData();
    const count = Math.floor(y.shape[0] / batchSize) * batchSize;
    const ink = Float32Array.from(await x.data(), Number).map((value) => value / 16);
    const labels = Uint8Array.from(await y.data(), Number);
    return [tensor(ink.slice(0, 64 * count), [count, 64]), ops.cast(tensor(labels.slice(0, count)), 'int32')];
  },
};
