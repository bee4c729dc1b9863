/** @file A program that trains under a dashboard until a file appears, and then ends. Arguments: the file, `keepOpen`. */
import { existsSync } from 'node:fs';
import { callbacks, layers, random, Sequential } from '../../index.js';

const [, , file, keepOpen] = process.argv;
const x = random.normal([64, 8], { seed: 1 });
const model = new Sequential([layers.Input({ shape: [8] }), new layers.Dense(1)]);
model.compile({ optimizer: 'sgd', loss: 'mse' });
const board = new callbacks.LiveDashboard({ port: 0, keepOpen: keepOpen === 'true' });
const onEpochEnd = (): void => void (model.stopTraining = existsSync(file));
const watch = new callbacks.LambdaCallback({ onEpochEnd });
await model.fit(x, random.normal([64, 1]), { epochs: 1_000_000, verbose: 0, callbacks: [board, watch] });
process.stdout.write('trained\n');
