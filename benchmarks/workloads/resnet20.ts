/** @file ResNet-20 for CIFAR (He et al. 2015, "Deep Residual Learning for Image Recognition"), shortcuts by 1×1 convolutions. */
import type { KerasTensor } from 'keras-ts';
import { Input, Model, layers, optimizers } from 'keras-ts';
import { noise, oneHot } from '../lib/random_data.js';
import type { Workload } from './workload.js';

const batchSize = 64;
const count = 8 * batchSize;

/** A convolution and its batch normalization. */
function convolve(x: KerasTensor, filters: number, kernelSize: number, strides: number): KerasTensor {
  const conv = new layers.Conv2D(filters, kernelSize, {
    strides,
    padding: 'same',
    useBias: false,
    kernelInitializer: 'he_normal',
  });
  return new layers.BatchNormalization()(conv(x));
}

const relu = (x: KerasTensor): KerasTensor => new layers.ReLU()(x);

function block(x: KerasTensor, filters: number, strides: number): KerasTensor {
  const inner = convolve(relu(convolve(x, filters, 3, strides)), filters, 3, 1);
  const shortcut = strides === 1 ? x : convolve(x, filters, 1, strides);
  return relu(new layers.Add()([inner, shortcut]));
}

export const resnet20: Workload = {
  name: 'resnet20',
  batchSize,
  what: 'the CIFAR ResNet-20 with batch normalization, SGD with momentum; random data',
  build() {
    const inputs = Input({ shape: [32, 32, 3] });
    let x = relu(convolve(inputs, 16, 3, 1));
    for (const filters of [16, 32, 64]) {
      for (let depth = 0; depth < 3; depth++) x = block(x, filters, depth === 0 && filters > 16 ? 2 : 1);
    }
    const pooled = new layers.GlobalAveragePooling2D()(x);
    const model = new Model(inputs, new layers.Dense(10, { activation: 'softmax' })(pooled), { name: 'resnet20' });
    model.compile({
      optimizer: new optimizers.SGD({ learningRate: 0.1, momentum: 0.9 }),
      loss: 'categorical_crossentropy',
      metrics: ['accuracy'],
    });
    return model;
  },
  data: async () => [noise([count, 32, 32, 3]), oneHot(count, 10)],
};
