import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { Tensor } from '../index.js';
import { layers, optimizers, random, saving, Sequential } from '../index.js';

const { Dense, Dropout, Input } = layers;
const { Adam } = optimizers;
const { loadModel, saveModel } = saving;

const folder = mkdtempSync(join(tmpdir(), 'keras-ts-saving-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string): string => join(folder, name);

const x = random.normal([8, 4], { seed: 1 });
const y = random.normal([8, 2], { seed: 2 });

/** A model that has been trained a little. */
async function trained(): Promise<Sequential> {
  const model = new Sequential([
    Input({ shape: [4] }),
    new Dense(3, { activation: 'relu' }),
    new Dropout(0.5),
    new Dense(2),
  ]);
  model.compile({ optimizer: new Adam({ learningRate: 0.01 }), loss: 'mse', metrics: ['mae'] });
  await model.fit(x, y, { epochs: 2, verbose: 0 });
  return model;
}
const numbers = async (model: Sequential): Promise<unknown> =>
  (await model.predict<Tensor>(x, { verbose: 0 })).arraySync();

describe('.keras', () => {
  test('a model comes back with its weights, its optimizer and its random state', async () => {
    const model = await trained();
    await model.save(path('model.keras'));
    const again = (await loadModel(path('model.keras'))) as Sequential;
    expect(await numbers(again)).toEqual(await numbers(model));
    const state = (of: Sequential) => [...of.variables, ...of.optimizer.variables].map((v) => [...v.read().data]);
    expect(state(again)).toEqual(state(model));
    expect(Number(again.optimizer.iterations)).toBe(2);
    expect(readdirSync(folder)).toEqual(['model.keras']);
  });

  test('bytes in memory are the same as a file', async () => {
    const model = await trained();
    const bytes = await model.save();
    const again = (await loadModel(bytes)) as Sequential;
    expect(await numbers(again)).toEqual(await numbers(model));
    const fromBlob = (await loadModel(new Blob([bytes]))) as Sequential;
    expect(await numbers(fromBlob)).toEqual(await numbers(model));
  });

  test('a folder with zipped: false', async () => {
    const model = await trained();
    await saveModel(model, path('folder'), { zipped: false });
    expect(readdirSync(path('folder')).sort()).toEqual(['config.json', 'metadata.json', 'model.weights.h5']);
    expect(await numbers((await loadModel(path('folder'))) as Sequential)).toEqual(await numbers(model));
    await expect(saveModel(model, path('x.keras'), { zipped: false })).rejects.toThrow(/should not end in '.keras'/);
  });

  test('overwrite: false refuses, and names that say no format are refused', async () => {
    const model = await trained();
    await model.save(path('once.keras'));
    const before = readFileSync(path('once.keras'));
    await expect(model.save(path('once.keras'), { overwrite: false })).rejects.toThrow(/once\.keras is there already/);
    expect(readFileSync(path('once.keras')).equals(before)).toBe(true);
    await expect(model.save(path('model.bin'))).rejects.toThrow(/should end in '.keras'/);
    await expect(loadModel(path('none.keras'))).rejects.toThrow(/there is no file .*none\.keras/);
    await expect(model.save(join(folder, 'no', 'such', 'x.keras'))).rejects.toThrow(/cannot be written/);
  });

  test('compile: false leaves the model uncompiled', async () => {
    const bytes = await (await trained()).save();
    expect((await loadModel(bytes, { compile: false })).compiled).toBe(false);
  });
});

describe('training goes on where it stopped', () => {
  /** Run a program in a process of its own; comes back with what it prints. */
  const inNewProcess = (program: string): string => {
    const file = path('program.mts');
    writeFileSync(file, program);
    const tsx = new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url);
    return execFileSync(process.execPath, [fileURLToPath(tsx), file], {
      encoding: 'utf8',
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    });
  };
  const start = `
    import { layers, optimizers, random, saving, Sequential, utils } from ${JSON.stringify(new URL('../index.ts', import.meta.url).href)};
    const x = random.normal([24, 4], { seed: 1 });
    const y = random.normal([24, 2], { seed: 2 });
    const options = { batchSize: 8, verbose: 0 };
    const print = (model: { variables: { read(): { data: ArrayLike<number> } }[] }) => console.log(JSON.stringify(model.variables.map((v) => [...v.read().data])));
    const make = () => {
      utils.setRandomSeed(5);
      const model = new Sequential([layers.Input({ shape: [4] }), new layers.Dense(6, { activation: 'relu' }), new layers.Dropout(0.3), new layers.BatchNormalization(), new layers.Dense(2)]);
      model.compile({ optimizer: new optimizers.Adam({ learningRate: 0.01 }), loss: 'mse', metrics: ['mae'] });
      return model;
    };`;
  test('5 epochs, a .keras or .h5 file, a new process and 5 more give the bits of 10 epochs', () => {
    const [file, old] = [path('resume.keras'), path('resume.h5')].map((name) => JSON.stringify(name));
    const run = (work: string): string => inNewProcess(`${start} ${work}`);
    const whole = run('const model = make(); await model.fit(x, y, { ...options, epochs: 10 }); print(model);');
    run(
      `const model = make(); await model.fit(x, y, { ...options, epochs: 5 }); await model.save(${file}); await model.save(${old});`,
    );
    const goOn = 'await model.fit(x, y, { ...options, epochs: 5 }); print(model);';
    const parts = run(`const model = await saving.loadModel(${file}); ${goOn}`);
    expect(run(`const model = await saving.loadModel(${old}); ${goOn}`)).toBe(whole);
    expect(whole.length).toBeGreaterThan(100);
    expect(parts).toBe(whole);
  }, 60_000);
});

test('.h5 keeps the name of the optimizer', async () => {
  const model = new Sequential([layers.Input({ shape: [4] }), new layers.Dense(2)]);
  model.compile({ optimizer: new optimizers.SGD({ learningRate: 0.1, name: 'mine' }), loss: 'mse' });
  await model.save(path('named.h5'));
  const again = await saving.loadModel(path('named.h5'));
  expect(again.optimizer.name).toBe('mine');
  expect(again.optimizer.getConfig()).toEqual(model.optimizer.getConfig());
});

describe('KerasFileEditor', () => {
  test('looks into a file, changes it and writes it anew', async () => {
    const model = await trained();
    await model.saveWeights(path('m.weights.h5'));
    const editor = await saving.KerasFileEditor.open(path('m.weights.h5'));
    expect(editor.compare(model)).toEqual({ status: 'success', errorCount: 0, matchCount: 14 });
    editor.renameObject('layers/dense_1', 'dense_2');
    editor.deleteWeight('dense_2', '1');
    editor.addObject('layers/dense_1', { '0': [[1, 2]], '1': [0] });
    expect(() => editor.deleteObject('layers/none')).toThrow("path 'layers/none' not found");
    expect(() => editor.deleteObject('dense_9')).toThrow("name 'dense_9' does not appear");
    await editor.save(path('edited.weights.h5'));
    const again = await saving.KerasFileEditor.open(path('edited.weights.h5'));
    expect(Object.keys(again.weightsDict['layers']).sort()).toEqual(['dense', 'dense_1', 'dense_2']);
    expect(again.compare(model).status).toBe('error');
    const whole = await saving.KerasFileEditor.open(await model.save());
    expect(whole.config).toMatchObject({ class_name: 'Sequential' });
    expect(whole.objectMetadata['layers/dense']).toEqual({ name: model.layers[0].name });
  });
});
