/**
 * @file A program whose training goes on when it was killed. Arguments: a folder, the kind of data, `saveFreq`. Writes what came of it
 * into `result.json`.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callbacks, data, layers, optimizers, random, Sequential, utils } from '../../index.js';
import { processRandomState } from '../../random/global_state.js';

const [, , folder, kind, freq] = process.argv;
utils.setRandomSeed(5);
const x = random.normal([60, 8], { seed: 1 });
const y = random.normal([60, 2], { seed: 2 });
const model = new Sequential([
  layers.Input({ shape: [8] }),
  new layers.Dense(16, { activation: 'relu' }),
  new layers.Dropout(0.3),
  new layers.Dense(2),
]);
model.compile({ optimizer: new optimizers.Adam({ learningRate: 0.05 }), loss: 'mse', metrics: ['mae'] });
const backup = new callbacks.BackupAndRestore(join(folder, 'backup'), {
  saveFreq: freq === 'epoch' ? 'epoch' : Number(freq),
  doubleCheckpoint: true,
});
const early = new callbacks.EarlyStopping({ monitor: 'val_loss', patience: 6, restoreBestWeights: true });
const reduce = new callbacks.ReduceLROnPlateau({ monitor: 'loss', factor: 0.5, patience: 1, minDelta: 0.05 });
const best = new callbacks.ModelCheckpoint(join(folder, 'best.weights.h5'), {
  saveWeightsOnly: true,
  saveBestOnly: true,
  monitor: 'val_mae',
});
const csv = new callbacks.CSVLogger(join(folder, 'log.csv'));
// Time to be killed in; every few steps, so that several run in one go as well.
class Slow extends callbacks.Callback {
  override nextCheckpoint(done: number): number {
    return done + 3;
  }
  override async onCheckpoint(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
  override onTrainBegin(): void {
    process.stdout.write('training\n');
  }
}
const options = {
  epochs: 14,
  verbose: 0,
  validationData: [x, y] as const,
  callbacks: [backup, early, reduce, best, csv, new Slow()],
} as const;
const dataset = data.Dataset.fromTensorSlices([x, y] as const)
  .shuffle(60, { seed: 3 })
  .batch(4);
/** Shuffled twice, mapped, interleaved and augmented: of a stage, and of elements that a file keeps. */
const pairs = data.Dataset.fromTensorSlices([x, y] as const)
  .shuffle(20, { seed: 4 })
  .map(async ([a, b]) => Promise.resolve([a.mul(1.5), b] as const), { numParallel: 3 });
const kept = kind === 'cached' ? pairs.cache(join(folder, 'pairs.cache')) : pairs;
const pipeline = kept
  .enumerate()
  .interleave(([i, [a, b]]) => data.Dataset.range(2).map((k) => [a.add(0.1 * k * (i % 3)), b] as const), {
    cycleLength: 4,
    blockLength: 1,
  })
  .shuffle(16, { seed: 6 })
  .batch(8)
  .prefetch(2);
const { history, epoch } =
  kind === 'pipeline' || kind === 'cached'
    ? await model.fit(pipeline, options)
    : kind === 'dataset'
      ? await model.fit(dataset, options)
      : kind === 'steps'
        ? await model.fit(x, y, { ...options, batchSize: 4, stepsPerEpoch: 11 })
        : await model.fit(x, y, { ...options, batchSize: 4 });
const hash = createHash('sha256').update(new Uint8Array(model.getState())).digest('hex');
const state = [early, reduce, best].map((each) => each.getState());
writeFileSync(
  join(folder, 'result.json'),
  JSON.stringify({ history, epoch, hash, state, random: processRandomState() }),
);
