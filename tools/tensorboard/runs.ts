/** @file What `npm run test:tensorboard` shows to TensorBoard: the runs that Keras recorded, a training with everything, values of one's own. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callbacks, datasets, layers, Model, ops, random, summary, utils } from '../../src/index.js';
import { optionsOf, recordedRuns, trainRun } from '../../src/testing/tensorboard_runs.js';

/** Train the recorded runs. */
export async function writeRecorded(folder: string): Promise<void> {
  for (const run of recordedRuns()) {
    const logDir = join(folder, run.id);
    await trainRun(run.id, logDir, optionsOf(run));
    if (run.id === 'embeddings') writeFileSync(join(logDir, 'words.tsv'), 'red\ngreen\nblue\nblack\nwhite\n');
  }
}

/** How many digits the projector shows. */
export const POINTS = 300;

/** A small network learns digits, and everything is written. */
export async function writeDigits(folder: string) {
  utils.setRandomSeed(7);
  const [[x, y], [xTest, yTest]] = await datasets.digits.loadData();
  const images = (of: typeof x) => ops.expandDims(ops.divide(ops.cast(of, 'float32'), 16), -1);
  const input = layers.Input({ shape: [8, 8, 1], name: 'image' });
  const seen = new layers.Conv2D(8, 3, { activation: 'relu', name: 'see' })(input);
  const features = new layers.Dense(16, { activation: 'relu', name: 'features' })(new layers.Flatten()(seen));
  const model = new Model(input, new layers.Dense(10, { activation: 'softmax', name: 'digit' })(features), {
    name: 'digits',
  });
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  const logDir = join(folder, 'digits');
  const shown = images(xTest.slice([0, POINTS]));
  const { history } = await model.fit(images(x), y, {
    epochs: 12,
    batchSize: 32,
    verbose: 0,
    validationData: [images(xTest), yTest],
    callbacks: new callbacks.TensorBoard({
      logDir,
      histogramFreq: 1,
      writeGrads: true,
      writeImages: true,
      writeStepsPerSecond: true,
      updateFreq: 5,
      profileBatch: [4, 6],
      embeddingsFreq: 6,
      embeddingsLayerNames: ['features'],
      embeddingsData: shown,
      embeddingsMetadata: 'digits.tsv',
    }),
  });
  const labels = Array.from(await yTest.slice([0, POINTS]).data(), String);
  writeFileSync(join(logDir, 'digits.tsv'), `${labels.join('\n')}\n`);
  return { history, model, labels };
}

/** Values of one's own. */
export async function writeOwn(folder: string): Promise<void> {
  const writer = summary.createFileWriter(join(folder, 'own'));
  for (let step = 0; step < 50; step++) {
    writer.scalar('wave/sine', Math.sin(step / 5), { step, description: 'a **sine**' });
    writer.scalar('wave/cosine', Math.cos(step / 5), { step });
    if (step % 10 === 0) writer.histogram('noise', random.normal([500], { seed: step + 1 }), { step });
  }
  writer.image('ramp', ops.reshape(ops.linspace(0, 1, { num: 64 }), [1, 8, 8, 1]), { step: 3 });
  writer.text('note', '# A title\n\nand *words*', { step: 1 });
  writer.customScalars({ Waves: { both: ['wave/.*'], sine: ['wave/sine'] } });
  await writer.close();
}
