import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import '../testing/backends.js';
import type { Files } from '../core/platform.js';
import { getPlatform, setPlatform } from '../core/platform.js';
import { Dense, Input } from '../layers/index.js';
import { Sequential } from '../models/index.js';
import { SGD } from '../optimizers/index.js';
import { nodePlatform } from '../platform/node/index.js';
import { setRandomSeed } from '../random/index.js';
import { tensor } from '../runtime/index.js';
import { loadModel } from '../saving/index.js';
import { childProgram } from '../testing/child.js';
import { LambdaCallback } from './lambda_callback.js';
import type { ModelCheckpointOptions } from './model_checkpoint.js';
import { ModelCheckpoint } from './model_checkpoint.js';

const folder = mkdtempSync(join(tmpdir(), 'keras-ts-checkpoint-'));
const { files } = nodePlatform as { files: Files };
let printed = '';
beforeEach(() => {
  printed = '';
  mkdirSync(folder, { recursive: true });
  const write = (text: string): void => void (printed += text.replaceAll(`${folder}/`, ''));
  setPlatform({ ...nodePlatform, terminal: { write, isInteractive: false, columns: 80 } });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(() => setPlatform(nodePlatform));

const x = tensor(Array.from({ length: 20 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]), [20, 2], 'float32'); // prettier-ignore
const y = tensor(
  Array.from({ length: 20 }, (_, i) => [Math.sin(2 * i)]),
  [20, 1],
  'float32',
);

function compiled(): Sequential {
  setRandomSeed(3);
  const model = new Sequential([Input({ shape: [2] }), new Dense(3, { activation: 'tanh' }), new Dense(1)]);
  model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: 'mse', metrics: ['mae'] });
  return model;
}
const fitting = { validationData: [x, y], epochs: 3, batchSize: 5, verbose: 0, shuffle: false } as const;

async function train(name: string, options: ModelCheckpointOptions): Promise<Sequential> {
  const model = compiled();
  await model.fit(x, y, { ...fitting, callbacks: [new ModelCheckpoint(join(folder, name), options)] });
  return model;
}
const filesIn = (name: string): string[] => readdirSync(join(folder, name)).sort();

// Names and texts: recorded from Keras 3.15.1 on JAX.
describe('ModelCheckpoint prints and names as Keras does', () => {
  test('saveBestOnly', async () => {
    await train('a/{epoch:03d}-{val_loss:.4f}.keras', { verbose: 1, saveBestOnly: true });
    expect(printed).toBe(
      '\nEpoch 1: val_loss improved from None to 0.56252, saving model to a/001-0.5625.keras\n' +
        '\nEpoch 1: finished saving model to a/001-0.5625.keras\n' +
        '\nEpoch 2: val_loss improved from 0.56252 to 0.49170, saving model to a/002-0.4917.keras\n' +
        '\nEpoch 2: finished saving model to a/002-0.4917.keras\n' +
        '\nEpoch 3: val_loss improved from 0.49170 to 0.46843, saving model to a/003-0.4684.keras\n' +
        '\nEpoch 3: finished saving model to a/003-0.4684.keras\n',
    );
    expect(filesIn('a')).toEqual(['001-0.5625.keras', '002-0.4917.keras', '003-0.4684.keras']);
  });

  test('saveFreq: batches are counted over epochs', async () => {
    await train('b/w{epoch}_{batch:02d}.weights.h5', { verbose: 1, saveWeightsOnly: true, saveFreq: 3 });
    expect(printed).toBe(
      ['1: w1_03', '2: w2_02', '3: w3_01', '3: w3_04']
        .map((each) => each.split(': '))
        .map(([epoch, name]) =>
          ['saving', 'finished saving'].map((word) => `\nEpoch ${epoch}: ${word} model to b/${name}.weights.h5\n`),
        )
        .flat()
        .join(''),
    );
    expect(filesIn('b')).toHaveLength(4);
  });

  test('.h5, the same file again and again', async () => {
    await train('c/m.h5', { verbose: 1 });
    expect(printed.split('\n').filter((line) => line !== '')).toEqual(
      [1, 2, 3].flatMap((n) => [`Epoch ${n}: saving model to c/m.h5`, `Epoch ${n}: finished saving model to c/m.h5`]),
    );
    expect(filesIn('c')).toEqual(['m.h5']);
  });

  test('initialValueThreshold', async () => {
    await train('d/m.keras', { verbose: 1, monitor: 'mae', saveBestOnly: true, initialValueThreshold: 0.5 });
    expect(printed).toBe([1, 2, 3].map((n) => `\nEpoch ${n}: mae did not improve from 0.50000\n`).join(''));
    expect(existsSync(join(folder, 'd'))).toBe(false);
  });

  test("period: Keras 2's words", async () => {
    const saving = new ModelCheckpoint(join(folder, 'run/model_{epoch:03d}-{val_loss:.4f}.h5'), {
      monitor: 'val_acc', mode: 'max', verbose: 1, saveBestOnly: true, period: 1,
    }); // prettier-ignore
    saving.setModel(compiled());
    const logs = [
      { loss: 1, val_accuracy: 0.4924, val_loss: 0.3902 },
      { loss: 1, val_accuracy: 0.4, val_loss: 1 },
    ];
    for (const [epoch, each] of logs.entries()) await saving.onEpochEnd(epoch, each);
    await saving.onTrainEnd();
    expect(printed).toBe(
      '\nEpoch 00001: val_acc improved from -inf to 0.49240, saving model to run/model_001-0.3902.h5\n' +
        '\nEpoch 00002: val_acc did not improve from 0.49240\n',
    );
    expect(filesIn('run')).toEqual(['model_001-0.3902.h5']);
    printed = '';
    await train('p/{epoch}.keras', { verbose: 1, period: 2 });
    expect(printed).toBe('\nEpoch 00002: saving model to p/2.keras\n');
  });
});

test('files hold the model as it was then, and load', async () => {
  const seen: unknown[] = [];
  const model = compiled();
  const onEpochEnd = (): void => void seen.push(model.getWeights().map((w) => w.arraySync()));
  const saving = new ModelCheckpoint(join(folder, '{epoch}.keras'));
  const legacy = new ModelCheckpoint(join(folder, '{epoch}.h5'));
  const weights = new ModelCheckpoint(join(folder, '{epoch}.weights.h5'), { saveWeightsOnly: true });
  await model.fit(x, y, { ...fitting, callbacks: [saving, legacy, weights, new LambdaCallback({ onEpochEnd })] });
  for (const [i, expected] of seen.entries()) {
    for (const ending of ['keras', 'h5']) {
      const loaded = await loadModel(join(folder, `${i + 1}.${ending}`));
      expect(loaded.getWeights().map((w) => w.arraySync())).toEqual(expected);
    }
    const other = compiled();
    await other.loadWeights(join(folder, `${i + 1}.weights.h5`));
    expect(other.getWeights().map((w) => w.arraySync())).toEqual(expected);
  }
  // Training goes on from a file as if it had not stopped.
  const resumed = await loadModel(join(folder, '1.keras'));
  await resumed.fit(x, y, { ...fitting, initialEpoch: 1 });
  expect(resumed.getWeights().map((w) => w.arraySync())).toEqual(seen[2]);
});

test('batches are counted over calls of fit', async () => {
  const model = compiled();
  const saving = new ModelCheckpoint(join(folder, 'n{epoch}_{batch}.keras'), { saveFreq: 6 });
  for (let i = 0; i < 3; i++) await model.fit(x, y, { ...fitting, epochs: i + 1, initialEpoch: i, callbacks: saving });
  expect(filesIn('.')).toEqual(['n2_2.keras', 'n3_4.keras']);
});

test('training goes on while the disk is slow; fit waits for the file', async () => {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const create: Files['create'] = async (path) => {
    const file = await files.create(path);
    return { ...file, commit: () => gate.then(() => file.commit()) };
  };
  setPlatform({ files: { ...files, create } });
  const model = compiled();
  const path = join(folder, 'slow.keras');
  let batches = 0;
  const onTrainBatchEnd = (): void => {
    // The first file is saved after batch 1; the disk takes it when all the other batches are done.
    expect(existsSync(path)).toBe(false);
    if (++batches === 12) setTimeout(open, 20);
  };
  await model.fit(x, y, { ...fitting, callbacks: [new ModelCheckpoint(path, { saveFreq: 7 }), new LambdaCallback({ onTrainBatchEnd })] }); // prettier-ignore
  expect(batches).toBe(12);
  expect(existsSync(path)).toBe(true);
});

describe('what goes wrong', () => {
  test('a disk that fails comes out of fit, with the file and the callback; the file of before is whole', async () => {
    await train('m.keras', {});
    const before = readFileSync(join(folder, 'm.keras'));
    const create: Files['create'] = async (path) => {
      const file = await files.create(path);
      const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      return { ...file, write: () => Promise.reject(full) };
    };
    setPlatform({ files: { ...files, create } });
    const message = /ModelCheckpoint\.onEpochEnd: .*m\.keras cannot be written: no space left on device/s;
    await expect(train('m.keras', {})).rejects.toThrow(message);
    expect(readFileSync(join(folder, 'm.keras'))).toEqual(before);
    expect(filesIn('.')).toEqual(['m.keras']);
  });

  test('a folder with that name', async () => {
    mkdirSync(join(folder, 'm.keras'));
    await expect(train('m.keras', {})).rejects.toThrow(
      'Please specify a non-directory filepath for ModelCheckpoint. Filepath used is an existing directory',
    );
  });

  test('a name that is not in the logs: those that are are listed', async () => {
    await expect(train('{nope}.keras', {})).rejects.toThrow(
      /Failed to format this callback filepath: ".*\{nope\}\.keras".*no 'nope'.*There are: epoch, loss, mae, val_loss, val_mae/,
    );
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await train('w.keras', { saveBestOnly: true, monitor: 'nope', mode: 'min' });
    expect(warn).toHaveBeenCalledWith(
      'Can save best model only with nope available. Available metrics are: loss,mae,val_loss,val_mae',
    );
    expect(filesIn('.')).toEqual(['w.keras']);
  });

  test('the file that is being written is finished when another callback fails', async () => {
    const onEpochEnd = (): void => {
      throw new Error('mine');
    };
    const callbacks = [new ModelCheckpoint(join(folder, 'm.keras')), new LambdaCallback({ onEpochEnd })];
    const fit = compiled().fit(x, y, { ...fitting, callbacks });
    await expect(fit).rejects.toThrow('LambdaCallback.onEpochEnd: mine');
    expect(filesIn('.')).toEqual(['m.keras']);
  });

  test('arguments', () => {
    const make = (name: string, options: object) => () => new ModelCheckpoint(name, options);
    expect(make('m.tf', {})).toThrow(
      'The filepath provided must end in `.keras` (Keras model format). Received: filepath=m.tf',
    );
    expect(make('m.h5', { saveWeightsOnly: true })).toThrow(/must end in `.weights.h5`/);
    expect(make('m.keras', { saveFreq: 'batch' })).toThrow(
      /Unrecognized save_freq: 'batch'. Expected save_freq are 'epoch' or integer values/,
    );
    expect(make('m.keras', { saveFreq: 0 })).toThrow(/Unrecognized save_freq: 0/);
    expect(make('m.keras', { period: 0 })).toThrow(/period=0/);
    expect(make('m.keras', { saveBest: true })).toThrow(/saveBest/);
  });
});

/** KERAS_TS_KILLS: how often programs are killed in tests. */
const kills = Number(process.env['KERAS_TS_KILLS'] ?? 4);

test('whenever the process is killed, the files are whole', async () => {
  setPlatform({ terminal: getPlatform().terminal });
  const names = ['m.keras', 'm.h5', 'm.weights.h5'].map((name) => join(folder, name));
  const program = await childProgram('checkpoints');
  try {
    for (let i = 0; i < kills; i++) {
      const child = program.start(names);
      await child.says('training');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
      child.process.kill('SIGKILL');
      expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL' });
      for (const name of names) {
        if (name.endsWith('.weights.h5')) {
          const model = new Sequential([Input({ shape: [64] }), new Dense(256), new Dense(64)]);
          await model.loadWeights(name);
        } else expect((await loadModel(name)).countParams()).toBe(33_088);
      }
    }
  } finally {
    program.dispose();
  }
});
