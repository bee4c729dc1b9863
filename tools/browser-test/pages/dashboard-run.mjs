/** @file In Node: trains the digits under a dashboard, an epoch a tenth of a second, until somebody stops it. Arguments: the port, a name, how many epochs. */
import { setTimeout } from 'node:timers/promises';
import { Sequential, callbacks, datasets, layers } from '../../../dist/index.js';

const [, , port, name, epochs] = process.argv;
const [[x, y], [xTest, yTest]] = await datasets.digits.loadData();
const model = new Sequential([
  new layers.Flatten(),
  new layers.Dense(32, { activation: 'relu' }),
  new layers.Dense(10, { activation: 'softmax' }),
]);
model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
const [pixels, labels] = [await xTest.array(), await yTest.array()];
const board = new callbacks.LiveDashboard({
  port: Number(port),
  name,
  histogramFreq: 2,
  gradientFreq: 2,
  samples: async (trained) => {
    const rows = await (await trained.predict(xTest, { verbose: 0 })).array();
    return rows.slice(0, 12).map((row, i) => {
      const guess = row.indexOf(Math.max(...row));
      const image = pixels[i].map((line) => line.map((value) => value / 16));
      return { title: `${guess} (${Math.round(100 * row[guess])} %)`, correct: guess === labels[i], image };
    });
  },
});
const pace = new callbacks.LambdaCallback({ onEpochEnd: () => setTimeout(100) });
const { epoch } = await model.fit(x, y, {
  epochs: Number(epochs),
  verbose: 0,
  validationData: [xTest, yTest],
  callbacks: [pace, board],
});
console.log(`stopped after ${epoch.length} epochs, rate ${await model.optimizer.learningRate.item()}`);
