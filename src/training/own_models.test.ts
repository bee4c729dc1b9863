/** @file Models of a user's own: with steps and no `call` (VAE, GAN), with trackers, and the metrics of models inside models. */
import { describe, expect, test } from 'vitest';
import {
  type Batch,
  Input,
  layers,
  losses,
  metrics,
  Model,
  ops,
  type Optimizer,
  optimizers,
  random,
  Sequential,
  tensor,
  type Tensor,
  utils,
  valueAndGrad,
} from '../index.js';

const quiet = { verbose: 0 } as const;
const data = ops.reshape(ops.linspace(0, 1, { num: 64 }), [16, 4]);
const dense = (units: number, inputs?: number): Sequential =>
  new Sequential([...(inputs === undefined ? [] : [Input({ shape: [inputs] })]), new layers.Dense(units)]);

/** As in Keras's example, but for the loss of the latent space. */
class Autoencoder extends Model {
  readonly totalLossTracker = new metrics.Mean({ name: 'total_loss' });
  readonly reconstructionLossTracker = new metrics.Mean({ name: 'reconstruction_loss' });
  readonly seed = new random.SeedGenerator({ seed: 3 });
  constructor(
    readonly encoder: Sequential,
    readonly decoder: Sequential,
  ) {
    super();
  }
  override get metrics() {
    return [this.totalLossTracker, this.reconstructionLossTracker];
  }
  override trainStep([x]: Batch) {
    const weights = this.trainableWeights;
    const [loss, gradients] = valueAndGrad(() => {
      const z = ops.add(this.encoder(x), random.normal([1, 2], { stddev: 0.01, seed: this.seed }));
      return ops.mean(ops.square(ops.subtract(this.decoder(z), x)));
    }, weights);
    this.optimizer.apply(gradients, weights);
    this.totalLossTracker.updateState(loss);
    this.reconstructionLossTracker.updateState(loss);
    return { loss: this.totalLossTracker.result(), reconstruction: this.reconstructionLossTracker.result() };
  }
}

class Gan extends Model {
  discriminatorOptimizer!: Optimizer;
  generatorOptimizer!: Optimizer;
  readonly discriminatorLoss = new metrics.Mean({ name: 'd_loss' });
  readonly generatorLoss = new metrics.Mean({ name: 'g_loss' });
  readonly seed = new random.SeedGenerator({ seed: 1337 });
  readonly lossFunction = new losses.BinaryCrossentropy({ fromLogits: true });
  constructor(
    readonly discriminator: Sequential,
    readonly generator: Sequential,
  ) {
    super();
  }
  start(): this {
    super.compile();
    this.discriminatorOptimizer = new optimizers.Adam({ learningRate: 0.01 });
    this.generatorOptimizer = new optimizers.Adam({ learningRate: 0.01 });
    return this;
  }
  override get metrics() {
    return [this.discriminatorLoss, this.generatorLoss];
  }
  #train(model: Model, optimizer: Optimizer, loss: () => Tensor): Tensor {
    const [value, gradients] = valueAndGrad(loss, model.trainableWeights);
    optimizer.apply(gradients, model.trainableWeights);
    return value;
  }
  override trainStep([real]: Batch) {
    const size = real.dim(0);
    const noise = (): Tensor => random.normal([size, 3], { seed: this.seed });
    const d = this.#train(this.discriminator, this.discriminatorOptimizer, () => {
      const both = ops.concatenate([this.generator(noise()), real], { axis: 0 });
      const labels = ops.concatenate([ops.ones([size, 1]), ops.zeros([size, 1])], { axis: 0 });
      return this.lossFunction(labels, this.discriminator(both));
    });
    const g = this.#train(this.generator, this.generatorOptimizer, () =>
      this.lossFunction(ops.zeros([size, 1]), this.discriminator(this.generator(noise()))),
    );
    this.discriminatorLoss.updateState(d);
    this.generatorLoss.updateState(g);
    return { d_loss: this.discriminatorLoss.result(), g_loss: this.generatorLoss.result() };
  }
}

describe('a model with trainStep and no call', () => {
  test.each([
    ['built beforehand', () => new Autoencoder(dense(2, 4), dense(4, 2))],
    ['not built, with the weights asked for before the layers have any', () => new Autoencoder(dense(2), dense(4))],
  ])('an autoencoder whose layers are %s trains, and its trackers start anew each epoch', async (_, make) => {
    const model = make();
    model.compile({ optimizer: new optimizers.Adam({ learningRate: 0.05 }) });
    const { history } = await model.fit(data, { ...quiet, epochs: 20, batchSize: 8 });
    expect(history.loss.at(-1)).toBeLessThan(history.loss[0] / 2);
    expect(history['reconstruction']).toEqual(history.loss);
    expect(model.built).toBe(true);
    expect(model.optimizer.variables.length).toBeGreaterThanOrEqual(2 + 2 * 4);
    expect((await model.trainOnBatch(data, null, { returnDict: true })).loss).toBeGreaterThan(0);
  });

  test('the first look trains nothing: the first step gives what it gives when all is built', async () => {
    const losses = [];
    for (const inputs of [true, false]) {
      utils.setRandomSeed(5);
      const model = new Autoencoder(dense(2, inputs ? 4 : undefined), dense(4, inputs ? 2 : undefined));
      model.compile({ optimizer: 'sgd' });
      losses.push((await model.fit(data, { ...quiet, epochs: 3, shuffle: false })).history.loss);
    }
    expect(losses[0]).toEqual(losses[1]);
  });

  test.each([4, undefined])('a GAN with two optimizers of its own trains (inputs: %s)', async (inputs) => {
    const gan = new Gan(dense(1, inputs), dense(4, inputs === undefined ? undefined : 3)).start();
    const before = inputs === undefined ? null : gan.generator.getWeights()[0].arraySync();
    const { history } = await gan.fit(data, { ...quiet, epochs: 2, batchSize: 8 });
    expect(Object.keys(history).sort()).toEqual(['d_loss', 'g_loss']);
    expect(gan.generator.getWeights()[0].arraySync()).not.toEqual(before);
    expect([gan.discriminatorOptimizer, gan.generatorOptimizer].map((o) => Number(o.iterations.value))).toEqual([4, 4]);
  });

  test('ids that a table inside does not have are refused', async () => {
    class Words extends Model {
      readonly table = new layers.Embedding(3, 1);
      override trainStep([x]: Batch) {
        const weights = this.trainableWeights;
        const [loss, gradients] = valueAndGrad(() => ops.mean(ops.square(this.table(x))), weights);
        this.optimizer.apply(gradients, weights);
        return { loss };
      }
    }
    const model = new Words();
    model.compile({ optimizer: 'sgd' });
    await model.fit(tensor([[0], [2]]), quiet);
    await expect(model.fit(tensor([[0], [7]]), quiet)).rejects.toThrow(/id 7, but the table has 3 rows/);
  });

  test('evaluate and predict say what is missing', async () => {
    const model = new Autoencoder(dense(2, 4), dense(4, 2));
    model.compile({ optimizer: 'sgd' });
    await expect(model.evaluate(data, quiet)).rejects.toThrow(
      /Autoencoder does not have a `call\(\)`.*testStep for evaluate/,
    );
    await expect(model.predict(data, quiet)).rejects.toThrow(/predictStep for predict/);
  });
});

test('the metrics of models inside a model are their own', () => {
  class Inner extends Model {
    readonly seen = new metrics.Mean({ name: 'seen' });
  }
  class Part extends layers.Layer {
    readonly size = new metrics.Mean({ name: 'size' });
  }
  class Outer extends Model {
    readonly tracker = new metrics.Mean({ name: 'tracker' });
    readonly inner = new Inner();
    readonly part = new Part();
  }
  // keras 3.15.1: [m.name for m in outer.metrics] == ['tracker', 'size']; with compile(), 'loss' in front.
  const outer = new Outer();
  expect(outer.metrics.map(({ name }) => name)).toEqual(['tracker', 'size']);
  outer.compile({ optimizer: 'sgd', loss: 'mse' });
  expect(outer.metrics.map(({ name }) => name)).toEqual(['loss', 'tracker', 'size']);
});
