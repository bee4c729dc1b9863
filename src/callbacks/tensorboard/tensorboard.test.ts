import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import '../../testing/backends.js';
import { setPlatform } from '../../core/platform.js';
import { readEvents } from '../../formats/tfevents/index.js';
import { Dense, Embedding, Flatten, Input } from '../../layers/index.js';
import { Sequential } from '../../models/index.js';
import { SGD } from '../../optimizers/index.js';
import { nodePlatform } from '../../platform/node/index.js';
import { setRandomSeed } from '../../random/index.js';
import { setBackend, tensor } from '../../runtime/index.js';
import type { FolderHandleLike } from './event_folder.js';
import { createFileWriter } from './summary_writer.js';
import type { TensorBoardOptions } from './tensorboard.js';
import { TensorBoard } from './tensorboard.js';
import { weightImage } from './weight_images.js';

setPlatform(nodePlatform);
setBackend('wasm');
const folder = mkdtempSync(join(tmpdir(), 'keras-ts-board-'));
afterAll(() => rmSync(folder, { recursive: true }));

const x = tensor(Array.from({ length: 20 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]), [20, 2], 'float32'); // prettier-ignore
const y = tensor(
  Array.from({ length: 20 }, (_, i) => [Math.sin(2 * i)]),
  [20, 1],
  'float32',
);

function compiled(): Sequential {
  setRandomSeed(3);
  const model = new Sequential(
    [Input({ shape: [2] }), new Dense(3, { activation: 'tanh', name: 'd1' }), new Dense(1, { name: 'd2' })],
    { name: 'seq' },
  );
  model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: 'mse', metrics: ['mae'] });
  return model;
}

interface Told {
  readonly tag: string;
  readonly plugin: string;
  readonly step: number;
  readonly content: Uint8Array;
}

/** What the event files of a folder say; graphs under the tag `graph`. */
function told(place: string): Told[] {
  return readdirSync(place)
    .filter((name) => name.startsWith('events.out.tfevents.'))
    .flatMap((name) => [...readEvents(readFileSync(join(place, name)))])
    .flatMap(({ what, step }): Told[] => {
      if (what.case === 'graphDef') return [{ tag: 'graph', plugin: '', step: Number(step), content: what.value }];
      if (what.case !== 'summary') return [];
      return what.value.value.map(({ tag, metadata, value }) => {
        const content = value.case === 'tensor' ? (value.value.stringVal[0] ?? value.value.tensorContent) : new Uint8Array(0); // prettier-ignore
        return { tag, plugin: metadata?.pluginData?.pluginName ?? '', step: Number(step), content };
      });
    });
}
const scalar = ({ content }: Told): number => new DataView(content.buffer, content.byteOffset).getFloat32(0, true);
const tagsOf = (all: readonly Told[]): string[] => [...new Set(all.map(({ tag }) => tag))].sort();

async function train(name: string, options: TensorBoardOptions, batches: { stepsPerExecution?: number } = {}) {
  const logDir = join(folder, name);
  const model = compiled();
  if (batches.stepsPerExecution) model.stepsPerExecution = batches.stepsPerExecution;
  const fitting = { validationData: [x, y], epochs: 3, batchSize: 5, verbose: 0, shuffle: false } as const;
  const { history } = await model.fit(x, y, { ...fitting, callbacks: [new TensorBoard({ logDir, ...options })] });
  return { history, model, train: told(join(logDir, 'train')), validation: told(join(logDir, 'validation')), logDir };
}

// Folders, tags and steps: recorded from Keras 3.15.1 on TensorFlow (the same program, its files read by TensorBoard 2.19).
describe('TensorBoard writes under the tags that Keras uses', () => {
  test('epochs', async () => {
    const { history, train: seen, validation } = await train('epochs', {});
    const scalars = seen.filter(({ plugin }) => plugin === 'scalars');
    expect(tagsOf(scalars)).toEqual(['epoch_learning_rate', 'epoch_loss', 'epoch_mae']);
    const losses = scalars.filter(({ tag }) => tag === 'epoch_loss');
    expect(losses.map(({ step }) => step)).toEqual([0, 1, 2]);
    expect(losses.map(scalar)).toEqual(history['loss'].map(Math.fround));
    expect(tagsOf(validation)).toEqual([
      'epoch_loss',
      'epoch_mae',
      'evaluation_loss_vs_iterations',
      'evaluation_mae_vs_iterations',
    ]);
    const evaluated = validation.filter(({ tag }) => tag === 'evaluation_loss_vs_iterations');
    expect(evaluated.map(({ step }) => step)).toEqual([4, 8, 12]);
    expect(evaluated.map(scalar)).toEqual(history['val_loss'].map(Math.fround));
  });

  test('steps', async () => {
    const { train: seen } = await train('steps', { updateFreq: 3, writeStepsPerSecond: true });
    const batch = seen.filter(({ tag }) => tag === 'batch_loss');
    expect(batch.map(({ step }) => step)).toEqual([3, 6, 9, 12]);
    expect(tagsOf(seen.filter(({ plugin }) => plugin === 'scalars'))).toEqual([
      'batch_loss', 'batch_mae', 'batch_steps_per_second', 'epoch_learning_rate', 'epoch_loss', 'epoch_mae', 'epoch_steps_per_second',
    ]); // prettier-ignore
    const every = await train('every', { updateFreq: 'batch', writeGraph: false });
    expect(every.train.filter(({ tag }) => tag === 'batch_mae').map(({ step }) => step)).toHaveLength(12);
    expect(every.train.some(({ plugin }) => plugin === 'graph_keras_model')).toBe(false);
  });

  test('histograms and images of weights; outputs and gradients over validation data', async () => {
    const { train: seen } = await train('histograms', { histogramFreq: 2, writeImages: true, writeGrads: true });
    const histograms = seen.filter(({ plugin }) => plugin === 'histograms');
    const weights = ['d1/bias', 'd1/kernel', 'd2/bias', 'd2/kernel'].map((name) => `seq/${name}`);
    expect(tagsOf(histograms)).toEqual(['d1_out', 'd2_out', ...weights.flatMap((w) => [`${w}/histogram`, `${w}_grad`])].sort()); // prettier-ignore
    expect([...new Set(histograms.map(({ step }) => step))]).toEqual([0, 2]);
    // Buckets count all values: 20 samples of 3 units.
    const outputs = histograms.find(({ tag }) => tag === 'd1_out')!.content;
    const table = new Float64Array(Uint8Array.from(outputs).buffer);
    expect(table.filter((_, i) => i % 3 === 2).reduce((sum, n) => sum + n, 0)).toBe(60);
    const images = seen.filter(({ plugin }) => plugin === 'images');
    // A single number is no image.
    expect(tagsOf(images)).toEqual(weights.filter((name) => name !== 'seq/d2/bias').map((name) => `${name}/image`));
  });

  test('gradients over validation data do not depend on how many samples are taken at a time', async () => {
    const gradients = async (batchSize: number): Promise<[string, number[]][]> => {
      const { train: seen } = await train(`gradients${batchSize}`, { histogramFreq: 1, writeGrads: true, batchSize });
      // The ends of the histogram are the least and the greatest number.
      return seen
        .filter(({ tag, step }) => tag.endsWith('_grad') && step === 0)
        .map(({ tag, content }) => [tag, [...new Float64Array(Uint8Array.from(content).buffer)]] as const)
        .map(([tag, table]) => [tag, [table[0], table.at(-2)!]]);
    };
    const whole = await gradients(20);
    expect(whole).toHaveLength(4);
    for (const batchSize of [5, 7]) {
      for (const [i, [tag, ends]] of (await gradients(batchSize)).entries()) {
        expect(tag).toBe(whole[i][0]);
        ends.forEach((end, k) => expect(end).toBeCloseTo(whole[i][1][k], 5));
      }
    }
  });

  test('the graph of the model, and of the operations of a step by layer', async () => {
    const { train: seen, model } = await train('graph', {});
    const conceptual = seen.find(({ plugin }) => plugin === 'graph_keras_model')!;
    expect(conceptual.tag).toBe('keras');
    expect(JSON.parse(new TextDecoder().decode(conceptual.content))).toEqual(JSON.parse(model.toJson()));
    const graph = new TextDecoder('latin1').decode(seen.find(({ tag }) => tag === 'graph')!.content);
    for (const part of ['seq/d1/', 'gradients/seq/d1/', 'optimizer/', 'loss/', 'metrics/', 'variables/', 'data/arg0'])
      expect(graph).toContain(part);
  });

  test('looking at the graph changes nothing of the run', async () => {
    const { history } = await train('a', {
      writeGraph: true,
      histogramFreq: 1,
      writeGrads: true,
      profileBatch: [2, 3],
    });
    expect(history).toEqual((await train('b', { writeGraph: false })).history);
  });

  test('profileBatch: a trace of kernels', async () => {
    const { logDir } = await train('profile', { profileBatch: '2,4' });
    const place = join(logDir, 'train', 'plugins', 'profile');
    const [run] = readdirSync(place);
    const text = gunzipSync(readFileSync(join(place, run, 'keras-ts.trace.json.gz'))).toString();
    expect((JSON.parse(text) as { traceEvents: unknown[] }).traceEvents.length).toBeGreaterThan(5);
  });

  test('profileBatch: each fit with the same callback is timed', async () => {
    const logDir = join(folder, 'profiles');
    const board = new TensorBoard(logDir, { profileBatch: 1 });
    const model = compiled();
    const place = join(logDir, 'train', 'plugins', 'profile');
    for (let fit = 0; fit < 2; fit++) {
      await model.fit(x, y, { batchSize: 5, verbose: 0, callbacks: board });
      expect(readdirSync(place)).toHaveLength(1);
      rmSync(place, { recursive: true });
    }
  });
});

test('embeddings for the projector, with labels', async () => {
  const logDir = join(folder, 'projector');
  const model = new Sequential([Input({ shape: [2], dtype: 'int32' }), new Embedding(5, 4, { name: 'words' }), new Flatten(), new Dense(1, { name: 'out' })]); // prettier-ignore
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const ids = tensor([[0, 1], [2, 3], [4, 0]], [3, 2], 'int32'); // prettier-ignore
  const board = new TensorBoard(logDir, { embeddingsFreq: 1, embeddingsMetadata: { words: 'words.tsv' } });
  await model.fit(ids, tensor([[1], [2], [3]], [3, 1], 'float32'), { verbose: 0, callbacks: board });
  const config = readFileSync(join(logDir, 'projector_config.pbtxt'), 'utf8');
  expect(config).toMatch(/tensor_shape: 5\n {2}tensor_shape: 4\n {2}metadata_path: "words.tsv"\n {2}tensor_path: "words.bytes"/); // prettier-ignore
  const inside = readFileSync(join(logDir, 'train', 'projector_config.pbtxt'), 'utf8');
  expect(inside).toMatch(/metadata_path: "\.\.\/words.tsv"\n {2}tensor_path: "\.\.\/words.bytes"/);
  const bytes = readFileSync(join(logDir, 'words.bytes'));
  expect([...new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))]).toEqual(
    Array.from(model.getWeights()[0].ndarray.data as Float32Array),
  );
  expect(existsSync(join(logDir, 'train', 'keras_embedding.ckpt-0.weights.h5'))).toBe(true);
  const outputs = new TensorBoard({ logDir, embeddingsFreq: 1, embeddingsLayerNames: ['out'], embeddingsData: ids });
  await model.fit(ids, tensor([[1], [2], [3]], [3, 1], 'float32'), { verbose: 0, callbacks: outputs });
  expect(statSync(join(logDir, 'out.bytes')).size).toBe(3 * 4);
  const wrong = new TensorBoard({ logDir, embeddingsFreq: 1, embeddingsMetadata: { nope: 'a.tsv' } });
  await expect(model.fit(ids, ids, { verbose: 0, callbacks: wrong })).rejects.toThrow(/Unrecognized `Embedding` layer names.*nope.*There are: words/); // prettier-ignore
});

describe('summary', () => {
  test('scalars, histograms, images and texts of your own', async () => {
    const place = join(folder, 'own');
    const writer = createFileWriter(place);
    for (let step = 0; step < 3; step++) writer.scalar('wave', step / 2, { step });
    writer.histogram('h', [1, 2, 3], { step: 7, buckets: 3 });
    writer.image('i', tensor([0, 1, 0.5, 2], [1, 2, 2, 1], 'float32'), { step: 1 });
    writer.text('t', 'a *note*', { step: 0 });
    writer.customScalars({ Waves: { wave: ['wave', 'h.*'] } });
    await writer.close();
    const seen = told(place);
    expect(seen.filter(({ tag }) => tag === 'wave').map((each) => [each.step, scalar(each)])).toEqual([[0, 0], [1, 0.5], [2, 1]]); // prettier-ignore
    expect(tagsOf(seen)).toEqual(['custom_scalars__config__', 'h', 'i', 't', 'wave']);
    expect(() => createFileWriter(place).customScalars({ a: ['b'] } as never)).toThrow(
      /Expected lists of tags by chart/,
    );
    expect(() => writer.scalar('wave', 1, { step: 4 })).toThrow(/closed/);
    expect(() => createFileWriter(place).scalar('a', 1, { step: 0.5 })).toThrow(/step=0.5/);
    expect(() => createFileWriter(place).image('a', [[1]], { step: 0 })).toThrow(/Expected \(images, height, width, channels\)/); // prettier-ignore
  });

  test('into the handle of a folder, as browsers give it', async () => {
    const content = new Map<string, Uint8Array[]>();
    const handle = (prefix: string): FolderHandleLike => ({
      getDirectoryHandle: (name) => Promise.resolve(handle(`${prefix}${name}/`)),
      getFileHandle: (name) => {
        const parts = content.get(prefix + name) ?? [];
        content.set(prefix + name, parts);
        return Promise.resolve({
          getFile: () => Promise.resolve({ size: parts.reduce((sum, part) => sum + part.length, 0) }),
          createWritable: () =>
            Promise.resolve({
              seek: () => Promise.resolve(),
              write: (bytes) => Promise.resolve(void parts.push(bytes)),
              close: () => Promise.resolve(),
            }),
        });
      },
    });
    await compiled().fit(x, y, { epochs: 2, verbose: 0, callbacks: new TensorBoard({ logDir: handle('') }) });
    const [[name, parts]] = [...content];
    expect(name).toMatch(/^train\/events\.out\.tfevents\./);
    expect(parts.length).toBeGreaterThan(1); // each epoch
    expect([...readEvents(Buffer.concat(parts))].length).toBeGreaterThan(4);
  });
});

test('weights are images as in Keras', () => {
  const image = (shape: number[]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return weightImage(tensor(Array.from({ length: size }, (_, i) => i), shape, 'float32').ndarray, true); // prettier-ignore
  };
  expect(image([3])!.shape).toEqual([1, 3, 1, 1]);
  expect(image([2, 3])!.shape).toEqual([1, 2, 3, 1]);
  expect([...(image([3, 2])!.ndarray.data as Float32Array)]).toEqual([0, 2, 4, 1, 3, 5]);
  expect(image([2, 2, 5])!.shape).toEqual([5, 2, 2, 1]);
  expect([...(image([2, 2, 5])!.ndarray.data as Float32Array)].slice(0, 4)).toEqual([0, 5, 10, 15]);
  expect(image([3, 3, 2, 8])).toBe(null);
  expect(image([3, 3, 2, 3])!.shape).toEqual([3, 3, 2, 3]);
});

test('arguments', () => {
  const make = (options: object) => () => new TensorBoard(options);
  expect(make({ updateFreq: 'step' })).toThrow(/updateFreq='step'/);
  expect(make({ profileBatch: [3, 2] })).toThrow(/profile_batch must be a non-negative integer or 2-tuple/);
  expect(make({ histogramFreq: -1 })).toThrow(/histogramFreq=-1/);
  expect(make({ histogramfreq: 1 })).toThrow(/histogramfreq/);
});
