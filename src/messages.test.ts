import { describe, expect, it } from 'vitest';
import * as keras from './index.js';
import { Input, layers, losses, metrics, ops, Sequential, tensor, valueAndGrad } from './index.js';

const loose = (x: unknown): never => x as never;

describe('messages', () => {
  it('say that Input needs a shape', () => {
    for (const given of [undefined, null, 3, [28, 28]])
      expect(() => Input(loose(given))).toThrow(
        /^Input: got .* Expected a shape, as in Input\(\{ shape: \[28, 28, 1\] \}\)/,
      );
    expect(() => Input({})).toThrow('a shape is needed');
  });

  it('suggest floats where a gradient of integers is asked for', () => {
    expect(() => valueAndGrad(() => ops.ones([]), [tensor([1, 0])])).toThrow("tensor([1, 0], { dtype: 'float32' })");
  });

  it('name classWeight where it does not fit targets of several steps', async () => {
    const model = new Sequential([Input({ shape: [4, 2] }), new layers.Dense(3, { activation: 'softmax' })]);
    model.compile({ loss: 'sparse_categorical_crossentropy' });
    const y = tensor([
      [0, 1, 2, 1],
      [2, 2, 0, 0],
    ]);
    const fit = model.fit(ops.ones([2, 4, 2]), y, { classWeight: { 1: 2 }, verbose: 0 });
    await expect(fit).rejects.toThrow(
      /^fit: classWeight makes one weight per sample.*give sampleWeight of the shape of y/,
    );
  });

  it('show no [object Object]', () => {
    const object = { l2: 0.1 };
    const refused: (() => unknown)[] = [
      () => losses.get(object),
      () => metrics.get(object),
      () => keras.optimizers.get(object),
      () => new layers.Dense(1, { kernelInitializer: loose(object) }),
      () => new layers.Dense(1, { kernelRegularizer: loose(object) }),
      () => new layers.Dense(1, { activation: loose(object) }),
      () => new layers.Dense(1, { name: loose(object) }),
      () => new layers.Dense(1, { trainable: loose(object) }),
      () => new Sequential(loose(object)),
      () => new Sequential([loose(object)]),
      () => new keras.optimizers.Adam({ learningRate: loose(object) }),
      () => new keras.optimizers.SGD({ momentum: loose(object) }),
      () => new metrics.AUC({ numThresholds: loose(object) }),
      () => new metrics.MeanMetricWrapper(loose(object)),
      () => new losses.Huber({ delta: loose(object) }),
      () => tensor(loose(object)),
      () => tensor([loose(object)]),
      () => ops.add(loose(object), 1),
      () => new keras.KerasTensor([loose(object)]),
      () => keras.config.setBackend(loose(object)),
      () => keras.utils.setRandomSeed(loose(object)),
      () => new keras.random.SeedGenerator({ seed: loose(object) }),
    ];
    for (const program of refused) {
      expect(program, String(program)).toThrow();
      expect(program, String(program)).not.toThrow(
        /object Object|Cannot (read|destructure)|is not a function|undefined is not/,
      );
    }
  });
});
