/**
 * @file `npm run bench:augmentation`: what augmentation costs beside the training that it feeds. Batches through a pipeline (flip, rotation,
 * zoom, contrast, crop), and a step of `fit` of a small convnet on batches of the same size, in turn. Prints a table for docs/benchmarks.md.
 *
 *     --rounds 5    rounds in turn (default: 5)
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Tensor } from 'keras-ts';
import { Input, layers, random, Sequential } from 'keras-ts';
import { machine } from './lib/report.js';
import { quantile, short, table } from './lib/statistics.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const rounds = Number(values.rounds);
if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error(`--rounds ${values.rounds}: expected a number from 1`);

/** Batches of square images, and how many are timed together. */
interface Workload {
  readonly batch: number;
  readonly size: number;
  readonly crop: number;
  readonly batches: number;
}
const workloads: readonly Workload[] = [
  { batch: 128, size: 32, crop: 28, batches: 8 },
  { batch: 32, size: 224, crop: 192, batches: 2 },
];

const pipeline = (crop: number): layers.Pipeline =>
  new layers.Pipeline([
    new layers.RandomFlip('horizontal', { seed: 1 }),
    new layers.RandomRotation(0.1, { seed: 2 }),
    new layers.RandomZoom(0.2, { seed: 3 }),
    new layers.RandomContrast(0.3, { seed: 4 }),
    new layers.RandomCrop(crop, crop, { seed: 5 }),
  ]);

/** Two blocks of convolutions and a head, on what the pipeline gives. */
function convnet(crop: number): Sequential {
  const model = new Sequential([
    Input({ shape: [crop, crop, 3] }),
    new layers.Conv2D(32, 3, { padding: 'same', activation: 'relu' }),
    new layers.Conv2D(32, 3, { padding: 'same', activation: 'relu' }),
    new layers.MaxPooling2D(2),
    new layers.Conv2D(64, 3, { padding: 'same', activation: 'relu' }),
    new layers.MaxPooling2D(2),
    new layers.GlobalAveragePooling2D(),
    new layers.Dense(10, { activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy' });
  return model;
}

const spread = (numbers: readonly number[]): string[] =>
  [quantile(numbers, 0.5), Math.min(...numbers), Math.max(...numbers)].map(short);

/** Milliseconds a batch. */
async function timed(batches: number, fn: () => Promise<void> | void): Promise<number> {
  const begin = performance.now();
  await fn();
  return (performance.now() - begin) / batches;
}

const rows: string[][] = [];
for (const { batch, size, crop, batches } of workloads) {
  const images = random.uniform([batch, size, size, 3], { maxval: 255, seed: 1 });
  const [x, y] = [
    random.uniform([batch * batches, crop, crop, 3], { seed: 2 }),
    random.randint([batch * batches], 0, 10),
  ];
  const [augment, model] = [pipeline(crop), convnet(crop)];
  const call = (given: Tensor): Tensor => augment(given, { training: true });
  const augmentAll = (): void => {
    for (let i = 0; i < batches; i++) call(images);
  };
  const train = async (): Promise<void> => {
    await model.fit(x, y, { batchSize: batch, epochs: 1, shuffle: false, verbose: 0 });
  };
  call(images); // op by op
  call(images); // compiled
  await train();
  const [augmenting, training]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    augmenting.push(await timed(batches, augmentAll));
    training.push(await timed(batches, train));
  }
  const ratio = quantile(augmenting, 0.5) / quantile(training, 0.5);
  rows.push([`${batch} × ${size}×${size}×3`, ...spread(augmenting), ...spread(training), short(ratio)]);
}
console.log(`${machine()}, load ${short(loadavg()[0])}; ${rounds} rounds in turn\n`);
console.log(
  table(['batch', 'augmentation, ms', 'lowest', 'highest', 'training step, ms', 'lowest', 'highest', 'ratio'], rows),
);
