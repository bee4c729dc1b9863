/** @file Every file that is opened for reading is closed again, also where what is read is broken. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Files } from '../core/platform.js';
import { getPlatform, setPlatform } from '../core/platform.js';
import { layers, saving, Sequential } from '../index.js';

let folder = '';
let opened = 0;
let closed = 0;
const platform = getPlatform();

/** Files that count what is opened and closed. */
const counting = (files: Files): Files => ({
  ...files,
  async open(path) {
    const file = await files.open(path);
    opened++;
    return {
      ...file,
      close: () => {
        closed++;
        return file.close();
      },
    };
  },
});

const make = (): Sequential =>
  new Sequential([
    layers.Input({ shape: [4] }),
    new layers.Dense(3, { name: 'a' }),
    new layers.Dense(2, { name: 'b' }),
  ]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keras-ts-closing-'));
  setPlatform({ ...platform, files: counting(platform.files!) });
});
afterAll(async () => {
  setPlatform(platform);
  await rm(folder, { recursive: true });
});

/** Writes a model in some form and says how to read it. */
type Form = (at: string) => Promise<() => Promise<unknown>>;
const FORMS: Readonly<Record<string, Form>> = {
  '.keras': async (at) => {
    await make().save(join(at, 'model.keras'));
    return () => saving.loadModel(join(at, 'model.keras'));
  },
  'a folder': async (at) => {
    await make().save(join(at, 'model'), { zipped: false });
    return () => saving.loadModel(join(at, 'model'));
  },
  '.h5': async (at) => {
    await make().save(join(at, 'model.h5'));
    return () => saving.loadModel(join(at, 'model.h5'));
  },
  '.weights.h5': async (at) => {
    await make().saveWeights(join(at, 'model.weights.h5'));
    return () => make().loadWeights(join(at, 'model.weights.h5'));
  },
  'weights in several files': async (at) => {
    await make().saveWeights(join(at, 'model.weights.json'), { maxShardSize: 50 / 2 ** 30 });
    return () => make().loadWeights(join(at, 'model.weights.json'));
  },
  '.safetensors': async (at) => {
    await make().saveWeights(join(at, 'model.safetensors'));
    return () => make().loadWeights(join(at, 'model.safetensors'));
  },
  'model.json of TensorFlow.js': async (at) => {
    await make().save(join(at, 'model.json'));
    return () => saving.loadModel(join(at, 'model.json'));
  },
  'an editor of weights': async (at) => {
    await make().saveWeights(join(at, 'model.weights.h5'));
    return () => saving.KerasFileEditor.open(join(at, 'model.weights.h5'));
  },
};

async function filesIn(at: string): Promise<string[]> {
  const entries = await readdir(at, { withFileTypes: true, recursive: true });
  return entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : [])).sort();
}

describe('all files are closed', () => {
  test.each(Object.keys(FORMS))('%s: as it is, and with each of its files cut, emptied or gone', async (name) => {
    const at = join(folder, name.replaceAll(' ', '_'));
    await mkdir(at);
    const read = await FORMS[name](at);
    [opened, closed] = [0, 0];
    await read();
    expect(opened).toBeGreaterThan(0);
    expect(closed).toBe(opened);
    for (const file of await filesIn(at)) {
      const whole = await readFile(file);
      for (const broken of [whole.subarray(0, whole.length >> 1), whole.subarray(0, 0), null]) {
        if (broken === null) await rm(file);
        else await writeFile(file, broken);
        const error: unknown = await read().then(
          () => null,
          (reason: unknown) => reason,
        );
        // A model does without its metadata.
        if (!file.endsWith('metadata.json')) expect(error, `${file} of ${broken?.length ?? 'no'} bytes`).not.toBeNull();
        expect(closed, `${file} of ${broken?.length ?? 'no'} bytes`).toBe(opened);
        await writeFile(file, whole);
      }
    }
  });
});
