/** @file Files that are broken or made to harm (tools/fixtures/hostile.py): always one clear error, and the model as it was. */
import { describe, expect, test } from 'vitest';
import type { Model } from '../index.js';
import { layers, saving, Sequential } from '../index.js';
import { bytesSource } from '../formats/byte_source.js';
import { createZip, openZip } from '../formats/zip/index.js';
import { readFixtures } from '../testing/fixtures.js';

const cases = readFixtures<{ id: string; kind: 'weights' | 'model'; file: string }>('hostile');
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
const make = (): Sequential => new Sequential([layers.Input({ shape: [4] }), new layers.Dense(3, { name: 'dense' })]);
const state = (model: Model): unknown => model.variables.map((variable) => [...variable.read().data]);

/** The error that something throws; null if it throws none. */
async function errorOf(work: Promise<unknown>): Promise<Error | null> {
  try {
    await work;
    return null;
  } catch (error) {
    return error as Error;
  }
}
const isClear = (error: Error): boolean =>
  !error.message.includes('\n') &&
  ['ValueError', 'TypeError', 'Error'].includes(error.name) &&
  /bytes|config|weights|file/.test(error.message);

describe('weights that are no weights', () => {
  test.each(cases.filter(({ kind }) => kind === 'weights').map((each) => [each.id, each.file] as const))(
    '%s',
    async (_id, file) => {
      const model = make();
      const before = state(model);
      const error = await errorOf(model.loadWeights(bytesOf(file)));
      expect(error?.name).toBe('ValueError');
      expect(error?.message).toMatch(/^the bytes: /);
      expect(state(model)).toEqual(before);
    },
  );
});

describe('configs that reach for more than layers', () => {
  test.each(cases.filter(({ kind }) => kind === 'model').map((each) => [each.id, each.file] as const))(
    '%s',
    async (_id, file) => {
      for (const safeMode of [true, false]) {
        const error = await errorOf(saving.loadModel(bytesOf(file), { safeMode }));
        expect(error?.name).toBe('ValueError');
        expect(error?.message).toMatch(/^the bytes: /);
      }
    },
  );

  test('an unknown class is named, with what to do', async () => {
    const file = cases.find(({ id }) => id === 'unknown class')!.file;
    await expect(saving.loadModel(bytesOf(file))).rejects.toThrow(/MyNorm.*(customObjects|registerKerasSerializable)/s);
  });
});

describe('sizes that lie', () => {
  test('a config that asks for more than the file holds is refused before memory is taken', async () => {
    const archive = await openZip(bytesSource(await make().save(), 'm.keras'));
    const pieces: Uint8Array[] = [];
    const lying = await createZip((bytes) => Promise.resolve(void pieces.push(bytes.slice())));
    for (const name of archive.names) {
      const text =
        name === 'config.json' ? (await archive.readText(name)).replace(/"units": \d+/, '"units": 60000000') : null;
      await lying.add(name, text ?? (await archive.read(name)));
    }
    await lying.close();
    await expect(saving.loadModel(new Uint8Array(Buffer.concat(pieces)))).rejects.toThrow(
      /the weight 'kernel' .* takes \d+ bytes, and the whole model more than the \d+ bytes that the file holds/,
    );
  });
});

describe('broken files', () => {
  test('cut off at every 1 % of their length', async () => {
    const whole = await make().save();
    const model = make();
    const before = state(model);
    for (let percent = 0; percent < 100; percent++) {
      const part = whole.slice(0, Math.floor((whole.length * percent) / 100));
      for (const work of [saving.loadModel(part), model.loadWeights(part)]) {
        const error = await errorOf(work);
        expect(error, `${percent} %`).not.toBeNull();
        expect(isClear(error!), error!.message).toBe(true);
      }
    }
    expect(state(model)).toEqual(before);
  });

  test('weights cut off at every 1 % of their length', async () => {
    const model = make();
    const target: Uint8Array[] = [];
    await model.saveWeights({
      name: 'm.weights.h5',
      getFile: () => Promise.reject(new Error('not read')),
      createWritable: () =>
        Promise.resolve({ write: (b) => Promise.resolve(void target.push(b.slice())), close: () => Promise.resolve() }),
    });
    const whole = new Uint8Array(Buffer.concat(target));
    const before = state(model);
    await model.loadWeights(whole);
    for (let percent = 0; percent < 100; percent++) {
      const error = await errorOf(model.loadWeights(whole.slice(0, Math.floor((whole.length * percent) / 100))));
      expect(error, `${percent} %`).not.toBeNull();
      expect(isClear(error!), error!.message).toBe(true);
    }
    expect(state(model)).toEqual(before);
  });

  test('bits turned over at random: an error, or a model that is whole (npm run fuzz:files does more)', async () => {
    const whole = await make().save();
    let seed = 7;
    const next = (n: number): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % n;
    for (let i = 0; i < 60; i++) {
      const file = whole.slice();
      for (let flips = 1 + next(3); flips > 0; flips--) file[next(file.length)] ^= 1 << next(8);
      const error = await errorOf(saving.loadModel(file));
      if (error !== null) expect(isClear(error), `${error.name}: ${error.message}`).toBe(true);
    }
  });
});
