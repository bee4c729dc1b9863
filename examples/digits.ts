/**
 * @file A convolutional network learns handwritten digits in under a minute: `npm start`.
 * What trains is in this file; how the terminal and the page are drawn is in ./digits/.
 */
import { join } from 'node:path';
import type { Tensor } from 'keras-ts';
import { Input, Sequential, datasets, layers, ops, utils } from 'keras-ts';
import { drawDigits } from './lib/draw.js';
import { writeReport } from './digits/report.js';
import { isRight, readings } from './lib/readings.js';

utils.setRandomSeed(1);

// 1,797 images of 8 × 8 pixels, ink from 0 to 16; a fifth of them is held out.
const [[x, y], [xTest, yTest]] = await datasets.digits.loadData();
/** Ink from 0 to 1, with the axis of channels that convolutions want: [n, 8, 8, 1]. */
const prepare = (images: Tensor): Tensor => ops.expandDims(ops.divide(images, 16), -1);

const model = new Sequential([
  Input({ shape: [8, 8, 1] }),
  new layers.Conv2D(32, 3, { padding: 'same', activation: 'relu' }),
  // The run is short: a momentum of 0.99, the default, would still carry the initial statistics at its end.
  new layers.BatchNormalization({ momentum: 0.9 }),
  new layers.Conv2D(64, 3, { padding: 'same', activation: 'relu' }),
  new layers.MaxPooling2D(),
  new layers.Dropout(0.25),
  new layers.Flatten(),
  new layers.Dense(128, { activation: 'relu' }),
  new layers.Dropout(0.5),
  new layers.Dense(10, { activation: 'softmax' }),
]);
model.summary();

model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });

const start = performance.now();
const { history } = await model.fit(prepare(x), y, {
  batchSize: 64,
  epochs: 12,
  validationData: [prepare(xTest), yTest],
});
const seconds = (performance.now() - start) / 1000;

const [loss, accuracy] = (await model.evaluate(prepare(xTest), yTest, { verbose: 0 })) as number[];
const probabilities = await model.predict<Tensor>(prepare(xTest), { verbose: 0 });
const results = readings(await xTest.data(), await yTest.data(), await probabilities.data());
const mistakes = results.filter((reading) => !isRight(reading));

console.log(`\nTest accuracy: ${accuracy.toFixed(4)} (${mistakes.length} of ${results.length} images mistaken)\n`);

const { isTTY, columns } = process.stdout;
const shown = [...results.filter(isRight).slice(0, 10), ...mistakes.slice(0, 2)];
console.log(drawDigits(shown, { color: isTTY && !process.env.NO_COLOR, columns: Math.min(columns || 80, 84) }));

const path = join('runs', 'digits', 'report.html');
writeReport(path, {
  title: 'A convnet learns handwritten digits',
  labels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  history,
  results,
  loss,
  trainCount: y.shape[0],
  parameters: model.countParams(),
  seconds,
});
console.log(`\nLearning curves, confusion matrix and the mistaken images: open ${path}`);
