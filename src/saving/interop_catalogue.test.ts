/**
 * @file A file of Keras for every layer, optimizer and schedule that configs can name (`npm run test:interop -- --record`): it loads,
 * predicts, and trains on as in Keras.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { cases, excused } from '../testing/interop/cases.js';
import type { Course, Data } from '../testing/interop/keras_ts_side.js';
import { build, course, courseDifference, customObjects, dataOf, train } from '../testing/interop/keras_ts_side.js';
import { resetNames } from '../core/naming.js';
import { bytesSource } from '../formats/byte_source.js';
import { openHdf5 } from '../formats/hdf5/index.js';
import { openZip } from '../formats/zip/index.js';
import { optimizers, saving } from '../index.js';
import * as catalogue from '../layers/catalogue.js';
import type { FixtureCase } from '../testing/fixtures.js';
import { readFixtures } from '../testing/fixtures.js';

const recorded = readFixtures<FixtureCase & Course & Data & { readonly file: string }>('interop');
beforeEach(resetNames);

test('every class has its file', () => {
  const known = new Set([...recorded, ...excused].map(({ id }) => id));
  const classes = Object.keys({ ...catalogue, ...optimizers, ...optimizers.schedules });
  const named = classes.filter((name) => /^[A-Z]/.test(name) && name !== 'OptimizerVariables');
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  expect(recorded.map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
});

describe('.keras of Keras', () => {
  test.each(recorded.map((each) => [each.id, each] as const))('%s', async (_id, { file, ...rest }) => {
    const model = await saving.loadModel(new Uint8Array(Buffer.from(file, 'base64')), { customObjects });
    expect(courseDifference(await course(model, rest), rest)).toBeNull();
  });
});

describe('what Python reads of what is written here', () => {
  test('.h5 names classes as Python does, and is read under these names', async () => {
    const each = cases.find(({ id }) => id === 'GroupQueryAttention')!;
    const folder = mkdtempSync(join(tmpdir(), 'keras-ts-catalogue-'));
    try {
      const path = join(folder, 'm.h5');
      const [data, model] = [dataOf(each), build(each)];
      await train(model, data, 1);
      await model.save(path);
      const file = await openHdf5(bytesSource(new Uint8Array(readFileSync(path)), 'm.h5'));
      const config = String(file.attributes('')['model_config']);
      await file.close();
      expect(config).toContain('"class_name": "GroupedQueryAttention"');
      const again = await saving.loadModel(path, { customObjects });
      expect(courseDifference(await course(again, data), await course(model, data))).toBeNull();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('rates that are whole numbers are floats in files', async () => {
    const model = build(cases.find(({ id }) => id === 'Dense')!);
    model.compile({ optimizer: new optimizers.SGD(1), loss: 'mse' });
    const archive = await openZip(bytesSource(await model.save(), 'm.keras'));
    const text = await archive.readText('config.json');
    expect(text).toContain('"learning_rate": 1.0');
    expect(text).toContain('"momentum": 0.0');
  });
});
