/** @file Files that Keras wrote (tools/fixtures/saving.py): they load, predict, go on training, and are written back in the same form. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { fromNumbers } from '../core/ndarray.js';
import { resetNames } from '../core/naming.js';
import type { Model } from '../index.js';
import { saving, Tensor } from '../index.js';
import { bytesSource } from '../formats/byte_source.js';
import { openHdf5 } from '../formats/hdf5/index.js';
import { openZip } from '../formats/zip/index.js';
import { difference, tensorDifference } from '../testing/compare.js';
import type { EncodedArray, FixtureCase } from '../testing/fixtures.js';
import { decodeTensor, readFixtures } from '../testing/fixtures.js';

interface SavedCase extends FixtureCase {
  readonly files: Readonly<Record<string, string>>;
  readonly x: EncodedArray;
  readonly y: EncodedArray;
  readonly before: EncodedArray;
  readonly after: EncodedArray;
  readonly loss: readonly number[];
}

const folder = mkdtempSync(join(tmpdir(), 'keras-ts-interop-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(resetNames);
const cases = readFixtures<SavedCase>('saving');
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

const predict = (model: Model, x: EncodedArray): Promise<Tensor> => model.predict(decodeTensor(x), { verbose: 0 });

async function hdf5Of(bytes: Uint8Array): Promise<Record<string, unknown>> {
  const file = await openHdf5(bytesSource(bytes, 'file.h5'));
  const found: Record<string, unknown> = {};
  for (const path of file.groups) found[path] = file.attributes(path);
  for (const path of file.datasets) found[path] = file.shapeOf(path);
  await file.close();
  return found;
}

describe.each(cases.map((each) => [each.id, each] as const))('%s', (id, { files, x, y, before, after, loss }) => {
  const models = Object.keys(files).filter((name) => /^m\.(keras|h5)$/.test(name));

  test.each(models)('%s predicts and goes on training as in Keras', async (name) => {
    const model = await saving.loadModel(bytesOf(files[name]));
    expect(tensorDifference(await predict(model, x), before, 1e-5)).toBeNull();
    const options = { epochs: 3, batchSize: 8, shuffle: false, verbose: 0 } as const;
    const history = await model.fit(decodeTensor(x), decodeTensor(y), options);
    const losses = { shape: [3], data: history.history['loss'] };
    expect(difference(losses, { shape: [3], data: loss }, 1e-4)).toBeNull();
    expect(tensorDifference(await predict(model, x), after, 1e-4)).toBeNull();
  });

  test('what is written back has the same groups, names and shapes', async () => {
    const model = await saving.loadModel(bytesOf(files['m.keras']));
    const weights = async (bytes: Uint8Array): Promise<Record<string, unknown>> => {
      const archive = await openZip(bytesSource(bytes, 'x.keras'));
      return hdf5Of(await archive.read('model.weights.h5'));
    };
    expect(await weights(await saving.saveModel(model))).toEqual(await weights(bytesOf(files['m.keras'])));
  });

  test('weights load into the model', async () => {
    const model = await saving.loadModel(bytesOf(files['m.keras']), { compile: false });
    for (const variable of model.weights)
      variable.assign(
        Tensor.fromArray(fromNumbers(variable.dtype, variable.shape, new Float32Array(variable.size).fill(0.5))),
      );
    await model.loadWeights(bytesOf(files['m.weights.h5']));
    expect(tensorDifference(await predict(model, x), before, 1e-5)).toBeNull();
    const path = join(folder, `${id}.safetensors`);
    await model.saveWeights(path);
    await model.loadWeights(path);
    expect(tensorDifference(await predict(model, x), before, 1e-5)).toBeNull();
  });
});

describe('.h5 of whole models', () => {
  const { files, x, before } = cases.find(({ id }) => id === 'mlp')!;
  test('is written as Keras writes it', async () => {
    const model = await saving.loadModel(bytesOf(files['m.h5']));
    const path = join(folder, 'm.h5');
    await model.save(path);
    const [ours, theirs] = [await hdf5Of(await readBytes(path)), await hdf5Of(bytesOf(files['m.h5']))];
    const [root, original] = [ours[''], theirs['']] as Record<string, string>[];
    for (const name of ['model_config', 'training_config'])
      expect(JSON.parse(root[name])).toEqual(JSON.parse(original[name]));
    expect({ ...ours, '': null }).toEqual({ ...theirs, '': null });
    expect(tensorDifference(await predict(await saving.loadModel(path), x), before, 1e-5)).toBeNull();
  });
});

describe('several files', () => {
  const { files, x, before } = cases.find(({ id }) => id === 'mlp')!;
  test('of Keras are read, and are written in the same form', async () => {
    for (const [name, text] of Object.entries(files))
      if (name.startsWith('s')) writeFileSync(join(folder, name), bytesOf(text));
    const model = await saving.loadModel(bytesOf(files['m.keras']));
    await model.loadWeights(join(folder, 's.weights.json'));
    expect(tensorDifference(await predict(model, x), before, 1e-5)).toBeNull();
    await model.saveWeights(join(folder, 't.weights.json'), { maxShardSize: 100 / 2 ** 30 });
    const list = JSON.parse(Buffer.from(await readBytes(join(folder, 't.weights.json'))).toString()) as unknown;
    const theirs = JSON.parse(Buffer.from(bytesOf(files['s.weights.json'])).toString().replaceAll('"s_0', '"t_0')) as {
      weight_map: object;
    };
    // The count of steps takes 4 bytes in Keras on JAX and 8 here, so that the last shards may differ.
    expect({ ...(list as { weight_map: object }).weight_map, '/optimizer/vars': 0 }).toEqual({
      ...theirs.weight_map,
      '/optimizer/vars': 0,
    });
    await model.loadWeights(join(folder, 't.weights.json'));
    expect(tensorDifference(await predict(model, x), before, 1e-5)).toBeNull();
  });
});

async function readBytes(path: string): Promise<Uint8Array> {
  const { readFile } = await import('node:fs/promises');
  return new Uint8Array(await readFile(path));
}
