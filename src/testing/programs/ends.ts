/** @file Small programs as users write them, which must end by themselves. Argument: which. */
import type { Batch, Tensor } from '../../index.js';
import { callbacks, layers, Model, ops, optimizers, random, Sequential, valueAndGrad } from '../../index.js';

const network = (units: number): Sequential =>
  new Sequential([
    layers.Input({ shape: [64] }),
    new layers.Dense(units, { activation: 'relu' }),
    new layers.Dense(64),
  ]);

async function train(units: number): Promise<void> {
  const x = random.normal([512, 64], { seed: 1 });
  const model = network(units);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  await model.fit(x, x, { epochs: 2, verbose: 0 });
}

/** A generator and a judge, each with an optimizer of its own. */
class Pair extends Model {
  readonly maker = network(64);
  readonly judge = new Sequential([
    layers.Input({ shape: [64] }),
    new layers.Dense(32, { activation: 'relu' }),
    new layers.Dense(1),
  ]);
  readonly ofMaker = new optimizers.Adam();
  readonly ofJudge = new optimizers.Adam();

  override trainStep([real]: Batch) {
    const step = (optimizer: optimizers.Adam, model: Model, loss: () => Tensor): Tensor => {
      const variables = model.trainableVariables;
      const [value, gradients] = valueAndGrad(loss, variables);
      optimizer.apply(gradients, variables);
      return value;
    };
    const made = (): Tensor => this.maker(random.normal([real.dim(0), 64]));
    const judged = step(this.ofJudge, this.judge, () =>
      ops.subtract(ops.mean(this.judge(made())), ops.mean(this.judge(real))),
    );
    const fooled = step(this.ofMaker, this.maker, () => ops.negative(ops.mean(this.judge(made()))));
    return { judged, fooled };
  }
}

const programs: Readonly<Record<string, () => Promise<void>>> = {
  small: () => train(8),
  large: () => train(256),
  async pair() {
    const model = new Pair();
    model.compile();
    await model.fit(random.normal([256, 64], { seed: 1 }), { epochs: 2, verbose: 0 });
  },
  async predict() {
    await network(256).predict(random.normal([512, 64], { seed: 1 }), { verbose: 0 });
  },
  async fails() {
    const x = random.normal([512, 64], { seed: 1 });
    const model = network(256);
    model.compile({ optimizer: 'adam', loss: 'mse' });
    const failing = new callbacks.LambdaCallback({
      onEpochEnd() {
        throw new Error('the disk of the user is full');
      },
    });
    await model.fit(x, x, { epochs: 3, verbose: 0, callbacks: [failing] });
  },
  async code() {
    process.exitCode = 3;
    await train(256);
  },
};

await programs[process.argv[2]]();
process.stdout.write('done\n');
