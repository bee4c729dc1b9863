/**
 * @file A program that Ctrl-C reaches. Arguments: a folder, and what it does: `fit`, `validation`, `twice` (it cannot end fit),
 * `evaluate` or `predict`. Says what it is at and how it ended.
 */
import { join } from 'node:path';
import { callbacks, layers, random, Sequential, utils } from '../../index.js';

const [, , folder, kind] = process.argv;
utils.setRandomSeed(1);
const x = random.normal([64, 8], { seed: 1 });
const model = new Sequential([layers.Input({ shape: [8] }), new layers.Dense(16), new layers.Dense(8)]);
model.compile({ optimizer: 'adam', loss: 'mse' });
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));
let trained = 0;

/** Goes on in small steps, and tells what is at work. */
class Tell extends callbacks.Callback {
  override async onTrainBatchEnd(batch: number): Promise<void> {
    trained++;
    if (batch === 2 && kind === 'fit') say('at work');
    await turn();
  }
  override async onTestBatchEnd(batch: number): Promise<void> {
    if (batch === 2) say('at work');
    await turn();
  }
  override async onPredictBatchEnd(batch: number): Promise<void> {
    if (batch === 2) say('at work');
    await turn();
  }
  override onTrainEnd(): Promise<void> {
    say(`onTrainEnd after ${trained}`);
    if (kind !== 'twice') return Promise.resolve();
    say('at work');
    return new Promise((resolve) => setTimeout(resolve, 1e6));
  }
}
const forever = { verbose: 0, batchSize: 1, callbacks: [new Tell()] } as const;
if (kind === 'evaluate') await model.evaluate(x, x, { ...forever, steps: 64 });
else if (kind === 'predict') for (;;) await model.predict(x, forever);
else {
  const { epoch, history } = await model.fit(x, x, {
    verbose: 0,
    batchSize: 4,
    epochs: kind === 'twice' ? 1 : 1_000_000,
    validationData: kind === 'validation' ? [x, x] : null,
    validationBatchSize: 1,
    callbacks: [
      new Tell(),
      new callbacks.CSVLogger(join(folder, 'log.csv')),
      new callbacks.ModelCheckpoint(join(folder, 'model.keras'), { saveFreq: 1 }),
      new callbacks.TensorBoard({ logDir: join(folder, 'logs'), updateFreq: 1 }),
    ],
  });
  say(JSON.stringify({ epochs: epoch.length, losses: history.loss.length, validated: history['val_loss']?.length ?? 0, trained, listeners: process.listenerCount('SIGINT') })); // prettier-ignore
}
