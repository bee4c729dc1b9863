/** @file A program that trains and saves without end, for tests that kill it. Argument: the names of the files. */
import { callbacks, layers, random, Sequential, utils } from '../../index.js';

const [, , filepath, ...names] = process.argv;
utils.setRandomSeed(1);
const x = random.normal([256, 64], { seed: 1 });
const model = new Sequential([
  layers.Input({ shape: [64] }),
  new layers.Dense(256, { activation: 'relu' }),
  new layers.Dense(64),
]);
model.compile({ optimizer: 'adam', loss: 'mse' });
const saving = [filepath, ...names].map(
  (name) => new callbacks.ModelCheckpoint(name, { saveWeightsOnly: name.endsWith('.weights.h5') }),
);
// A callback waits for its file before it writes the next one: now each has written one.
const onEpochEnd = (epoch: number): void => void (epoch === 1 && process.stdout.write('training\n'));
await model.fit(x, x, {
  epochs: 1_000_000,
  verbose: 0,
  callbacks: [...saving, new callbacks.LambdaCallback({ onEpochEnd })],
});
