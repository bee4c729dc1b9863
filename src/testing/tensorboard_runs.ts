/** @file The runs of fixtures/tensorboard.jsonl.gz (tools/tensorboard/record_keras.py), trained here: for tests of `TensorBoard` and of its server. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TensorBoardOptions } from '../callbacks/index.js';
import { TensorBoard } from '../callbacks/index.js';
import { toCamelCase } from '../core/naming.js';
import { readEvents } from '../formats/tfevents/index.js';
import { Conv2D, Dense, Embedding, Flatten, Input } from '../layers/index.js';
import { Sequential } from '../models/index.js';
import { SGD } from '../optimizers/index.js';
import { tensor } from '../runtime/index.js';
import type { FixtureCase } from './fixtures.js';
import { readFixtures } from './fixtures.js';

/** A step with what was written there: a scalar, how many values a histogram counts, `[images, width, height]`, or null. */
export type Said = readonly [step: number, value: number | readonly number[] | null];

/** Folder to 'plugin tag' to steps. */
export type AllSaid = Readonly<Record<string, Readonly<Record<string, readonly Said[]>>>>;

/** A run of Keras. */
export interface RecordedRun extends FixtureCase {
  readonly options: Readonly<Record<string, unknown>>;
  readonly folders: readonly string[];
  /** All but event files. */
  readonly files: readonly string[];
  readonly said: AllSaid;
}

export const recordedRuns = (): RecordedRun[] => readFixtures<RecordedRun>('tensorboard');

/** The model of a run, with the stated weights. */
function modelFor(name: string): Sequential {
  const input =
    name === 'embeddings'
      ? [Input({ shape: [2], dtype: 'int32' }), new Embedding(5, 4, { name: 'words' }), new Flatten({ name: 'flat' })]
      : [
          Input({ shape: [4, 4, 1] }),
          new Conv2D(3, 2, { name: 'conv' }),
          new Flatten({ name: 'flat' }),
          new Dense(5, { activation: 'tanh', name: 'd1' }),
        ];
  const model = new Sequential([...input, new Dense(2, { name: 'd2' })], { name: 'seq' });
  let at = 0;
  model.setWeights(
    model.getWeights().map(({ shape, size }) => {
      const values = Array.from({ length: size }, (_, i) => Math.sin((at + i) * 0.7) * 0.3);
      at += size;
      return tensor(values, shape, 'float32');
    }),
  );
  model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: 'mse', metrics: ['mae'] });
  return model;
}

const numbers = (length: number, of: (k: number) => number): number[] => Array.from({ length }, (_, k) => of(k));

/** The data of a run. */
const dataFor = (name: string) => ({
  x:
    name === 'embeddings'
      ? tensor(numbers(40, (k) => k % 5), [20, 2], 'int32') // prettier-ignore
      : tensor(numbers(320, (k) => Math.sin(k * 1.3)), [20, 4, 4, 1], 'float32'), // prettier-ignore
  y: tensor(numbers(40, (k) => Math.cos(k * 0.9)), [20, 2], 'float32'), // prettier-ignore
});

/** Keras's options as ours. */
export const optionsOf = ({ options }: RecordedRun): TensorBoardOptions =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [toCamelCase(name), value]));

/** Train a run into a folder. @param more Further options. */
export async function trainRun(name: string, logDir: string, options: TensorBoardOptions) {
  const { x, y } = dataFor(name);
  const model = modelFor(name);
  const fitting = { validationData: [x, y], epochs: 3, batchSize: 5, shuffle: false, verbose: 0 } as const;
  const { history } = await model.fit(x, y, { ...fitting, callbacks: [new TensorBoard({ ...options, logDir })] });
  return { model, history, x, y };
}

/** What the event files of a folder say, as record_keras.py says it. */
export function saidIn(folder: string): Record<string, Said[]> {
  const found: Record<string, Said[]> = {};
  const note = (name: string, said: Said): void => void (found[name] ??= []).push(said);
  const text = new TextDecoder();
  for (const file of readdirSync(folder)
    .filter((name) => name.startsWith('events.out.tfevents.'))
    .sort())
    // prettier-ignore
    for (const { step, what } of readEvents(readFileSync(join(folder, file)))) {
      if (what.case === 'graphDef') note('graph_def', [Number(step), null]);
      if (what.case !== 'summary') continue;
      for (const { tag, metadata, value } of what.value.value) {
        const plugin = metadata?.pluginData?.pluginName ?? '';
        if (value.case !== 'tensor') throw new Error(`${tag}: no tensor`);
        const { tensorContent: bytes, stringVal } = value.value;
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        let said: Said[1] = null;
        if (plugin === 'scalars' && !tag.endsWith('_steps_per_second')) said = view.getFloat32(0, true);
        if (plugin === 'histograms')
          said = numbers(bytes.length / 24, (row) => view.getFloat64(row * 24 + 16, true)).reduce((a, b) => a + b, 0);
        if (plugin === 'images')
          said = [stringVal.length - 2, ...stringVal.slice(0, 2).map((each) => Number(text.decode(each)))];
        note(`${plugin} ${tag}`, [Number(step), said]);
      }
    }
  return found;
}
