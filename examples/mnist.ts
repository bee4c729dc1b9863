/**
 * @file A convolutional network learns MNIST from IDX files: `npm run mnist`. It sees each digit moved and turned a little,
 * another way in every epoch: the next batch is drawn while a step runs.
 */
import { join } from 'node:path';
import type { Tensor } from 'keras-ts';
import { Input, Sequential, layers, ops, optimizers, tensor, utils } from 'keras-ts';
import { leave, reading, wishes } from './lib/command_line.js';
import { drawDigits } from './lib/draw.js';
import { count, writePage } from './lib/page.js';
import { randomNumbers } from './lib/random.js';
import { isRight, readings } from './lib/readings.js';
import type { Images } from './mnist/augment.js';
import { augmented } from './mnist/augment.js';
import { readDigits } from './mnist/idx.js';
import { reportPage } from './mnist/report.js';

const { data, epochs, out } = wishes({
  name: 'mnist',
  about: 'A convolutional network learns handwritten digits from the IDX files of MNIST.',
  data: {
    what: 'folder of train-images-idx3-ubyte(.gz) and train-labels-idx1-ubyte(.gz)',
    path: '../shared/data/mnist',
  },
  epochs: 20,
});

const train = await reading(data, () => readDigits(data, 'train'));
if (train === null) {
  leave(`There are no digits in ${data}. Put MNIST's IDX files there, gzipped or not:

  for name in train-images-idx3 train-labels-idx1 t10k-images-idx3 t10k-labels-idx1; do
    curl --create-dirs --output-dir ${data} -O https://ossci-datasets.s3.amazonaws.com/mnist/$name-ubyte.gz
  done

or say with --data where they are.`);
}

utils.setRandomSeed(1);
const [images, labels] = train;
// Without files of test digits the last tenth of those for training is held out.
const test = await reading(data, () => readDigits(data, 't10k'));
const trainCount = test === null ? Math.floor(0.9 * labels.shape[0]) : labels.shape[0];
const [testImages, testLabels] = test ?? [images.getItem({ start: trainCount }), labels.getItem({ start: trainCount })];
const size = images.shape[1];
console.log(`${count(trainCount)} digits to learn from, ${count(testLabels.shape[0])} to be tested with.`);

/** A convolution whose outputs are brought to one scale over the batch before they pass the ReLU. */
const convolution = (filters: number) => [
  new layers.Conv2D(filters, 3, { padding: 'same', useBias: false }),
  // The run is short: a momentum of 0.99, the default, would still carry the initial statistics at its end.
  new layers.BatchNormalization({ momentum: 0.9 }),
  new layers.Activation('relu'),
];
const model = new Sequential([
  Input({ shape: [size, size, 1] }),
  ...convolution(32),
  new layers.MaxPooling2D(),
  ...convolution(64),
  ...convolution(64),
  new layers.MaxPooling2D(),
  new layers.Flatten(),
  new layers.Dropout(0.3),
  new layers.Dense(128, { activation: 'relu' }),
  new layers.Dense(10, { activation: 'softmax' }),
]);

const batchSize = 64;
const stepsPerEpoch = Math.ceil(trainCount / batchSize);
model.compile({
  // The rate falls to nothing in the shape of a cosine.
  optimizer: new optimizers.Adam({
    learningRate: new optimizers.schedules.CosineDecay(1e-3, stepsPerEpoch * epochs),
  }),
  loss: 'sparse_categorical_crossentropy',
  metrics: ['accuracy'],
});

const random = randomNumbers(1);
const digits: Images = {
  pixels: (await images.getItem({ stop: trainCount }).data()) as Uint8Array,
  labels: (await labels.getItem({ stop: trainCount }).data()) as Uint8Array,
  size,
};
function* batches() {
  for (const [ink, truth] of augmented(digits, batchSize, random))
    yield [tensor(ink, [truth.length, size, size, 1]), truth] as const;
}
const xTest = ops.expandDims(ops.divide(ops.cast(testImages, 'float32'), 255), -1);

const start = performance.now();
const { history } = await model.fit(batches, { epochs, stepsPerEpoch, validationData: [xTest, testLabels] });
const seconds = (performance.now() - start) / 1000;

const probabilities = await model.predict<Tensor>(xTest, { batchSize: 250, verbose: 0 });
const results = readings(await testImages.data(), await testLabels.data(), await probabilities.data());
const mistakes = results.filter((reading) => !isRight(reading));
console.log(
  `\nTest accuracy: ${(1 - mistakes.length / results.length).toFixed(4)} (${mistakes.length} of ${results.length} digits mistaken)\n`,
);

const { isTTY, columns } = process.stdout;
const shown = [...results.filter(isRight).slice(0, 5), ...mistakes.slice(0, 5)];
console.log(
  drawDigits(shown, { color: isTTY && !process.env.NO_COLOR, columns: Math.min(columns || 80, 84), fullInk: 255 }),
);

const path = join(out, 'report.html');
writePage(path, reportPage({ history, results, trainCount, parameters: model.countParams(), seconds }));
console.log(`\nLearning curves, confusion matrix and the mistaken digits: open ${path}`);
