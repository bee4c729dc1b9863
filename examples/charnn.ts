/**
 * @file An LSTM learns to write like a text, character by character: `npm run charnn`. After each epoch it writes some lines; the
 * report keeps them, and shows what of a passage it has never seen surprises it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from 'keras-ts';
import { Input, Sequential, callbacks, layers, optimizers, tensor, utils } from 'keras-ts';
import type { Sample } from './charnn/report.js';
import { reportPage } from './charnn/report.js';
import { Alphabet, draw, windows } from './charnn/text.js';
import { leave, reading, wishes } from './lib/command_line.js';
import { count, writePage } from './lib/page.js';
import { randomNumbers } from './lib/random.js';

const { data, epochs, out } = wishes({
  name: 'charnn',
  about: 'An LSTM learns to write like a text, character by character.',
  data: { what: 'a file of plain text', path: '../shared/data/tinyshakespeare.txt' },
  epochs: 16,
});
if (!existsSync(data)) {
  leave(`There is no text at ${data}. Shakespeare's, in one file:

  curl --create-dirs -o ${data} https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt

or name any long text with --data.`);
}

utils.setRandomSeed(1);
const text = (await reading(data, () => readFileSync(data, 'utf8'))).replace(/\r\n/g, '\n');
if (text.length < 1000)
  leave(
    `The text at ${data} has ${count(text.length)} characters. 1,000 are the least to learn from; 100,000 are a start.`,
  );
const alphabet = new Alphabet(text);
const numbers = alphabet.encode(text);
// The end of the text is held out.
const trainLength = Math.floor(0.95 * numbers.length);
const [length, batchSize] = [Math.min(64, Math.floor((numbers.length - trainLength) / 2)), 32];
console.log(`${count(numbers.length)} characters, ${alphabet.size} different ones.`);

/** For windows of any length in training; for one character after the other, with its memory kept, in writing. */
const network = (batchShape: [number | null, number | null], stateful: boolean) =>
  new Sequential([
    Input({ batchShape, dtype: 'int32' }),
    new layers.Embedding(alphabet.size, 48),
    new layers.LSTM(256, { returnSequences: true, stateful }),
    new layers.Dense(alphabet.size, { activation: 'softmax' }),
  ]);
const model = network([null, null], false);
const writer = network([1, 1], true);
/** The writer knows what the model knows, and nothing of what it wrote before. */
const beginAnew = () => {
  writer.setWeights(model.getWeights());
  for (const layer of writer.layers) if (layer instanceof layers.LSTM) layer.resetStates();
};
model.summary();

model.compile({
  optimizer: new optimizers.Adam({ learningRate: 4e-3, clipnorm: 1 }),
  loss: 'sparse_categorical_crossentropy',
});

const random = randomNumbers(1);
const starts = (within: number, from = 0) =>
  Array.from({ length: batchSize }, () => from + Math.floor(random() * (within - length - 1)));
const batchOf = (places: readonly number[]) => {
  const [x, next] = windows(numbers, places, length);
  return [tensor(x, [places.length, length]), tensor(next, [places.length, length])] as const;
};
/** Windows from anywhere in the part for training, without end. */
function* batches() {
  for (;;) yield batchOf(starts(trainLength));
}
const heldOut = numbers.length - trainLength;
const validation = Array.from({ length: 4 }, () => batchOf(starts(heldOut, trainLength)));

/** The probabilities of each character to come next, after one more. */
async function after(number: number): Promise<ArrayLike<number>> {
  const next = await writer.predictOnBatch<Tensor>(tensor(Int32Array.of(number), [1, 1]));
  return (await next.data()) as ArrayLike<number>;
}

/** Text that the model writes, beginning with `begin`; it is shown as it comes. */
async function write(begin: string, characters: number, temperature = 0.7): Promise<string> {
  beginAnew();
  let [written, probabilities] = ['', [] as ArrayLike<number>];
  for (const number of alphabet.encode(begin)) probabilities = await after(number);
  while (written.length < characters) {
    const number = draw(probabilities, temperature, random);
    written += alphabet.characters[number];
    process.stdout.write(alphabet.characters[number]);
    probabilities = await after(number);
  }
  process.stdout.write('\n\n');
  return written;
}

const samples: Sample[] = [];
const begin = alphabet.characters.includes('\n') ? '\n' : alphabet.characters[0];
class Writing extends callbacks.Callback {
  override async onEpochEnd(epoch: number, logs: Record<string, number> = {}) {
    console.log();
    samples.push({ epoch: epoch + 1, loss: logs['val_loss'], text: await write(begin, Math.min(240, heldOut)) });
  }
}

const start = performance.now();
const stepsPerEpoch = Math.max(1, Math.min(150, Math.floor(trainLength / (batchSize * length))));
const { history } = await model.fit(batches, {
  epochs,
  stepsPerEpoch,
  validationData: () => validation,
  callbacks: [
    new Writing(),
    new callbacks.LearningRateScheduler((epoch: number) => 4e-3 * 0.5 * (1 + Math.cos((Math.PI * epoch) / epochs))),
  ],
});
const seconds = (performance.now() - start) / 1000;

// How likely each character of a passage that was held out seemed, given those before it.
const passage = text.slice(trainLength, trainLength + Math.min(600, heldOut));
const given = alphabet.encode(passage);
beginAnew();
const likely: number[] = [];
for (let i = 0; i + 1 < given.length; i++) likely.push((await after(given[i]))[given[i + 1]]);

console.log('And at last:\n');
const path = join(out, 'report.html');
writePage(
  path,
  reportPage({
    history,
    samples,
    last: await write(begin, Math.min(900, heldOut)),
    passage,
    likely,
    characters: numbers.length,
    parameters: model.countParams(),
    seconds,
  }),
);
console.log(`Learning curves, the texts and what surprises the model: open ${path}`);
