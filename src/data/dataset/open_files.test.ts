/** @file Files of data sets are closed when their passes end, however they end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { callbacks, data, layers, ops, Sequential, utils } from '../../index.js';
import { getPlatform, setPlatform } from '../../core/platform.js';

const { Dataset } = data;
const { files } = getPlatform();
let folder = '';
let [opened, closed] = [0, 0];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'open-files-'));
  setPlatform({
    files: {
      ...files!,
      open: async (path) => {
        const file = await files!.open(path);
        opened++;
        let isOpen = true;
        return {
          ...file,
          close: () => {
            if (isOpen) closed++;
            isOpen = false;
            return file.close();
          },
        };
      },
    },
  });
  await utils.saveNpy(ops.ones([40, 3]), join(folder, 'x.npy'));
  await utils.saveNpy(ops.ones([40, 1]), join(folder, 'y.npy'));
  writeFileSync(join(folder, 'table.csv'), `a,b\n${Array.from({ length: 40 }, (_, i) => `${i},1`).join('\n')}\n`);
  await Dataset.range(40).cache(join(folder, 'kept.cache')).toArray();
});
afterAll(() => {
  setPlatform({ files });
  rmSync(folder, { recursive: true });
});
beforeEach(() => void ([opened, closed] = [0, 0]));

const at = (name: string): string => join(folder, name);
const sources: Readonly<Record<string, () => Promise<data.Dataset<unknown>>>> = {
  npy: async () => Dataset.fromNpy([at('x.npy'), at('y.npy')]),
  csv: async () => Dataset.fromCsv(at('table.csv'), { stream: true }),
  'a cache that is whole': async () => Dataset.range(40).cache(at('kept.cache')),
  'a cache in the making': async () => Dataset.range(40).cache(at(`new${Math.random()}.cache`)),
};
const ways: Readonly<Record<string, (dataset: data.Dataset<unknown>) => data.Dataset<unknown>>> = {
  'as it is': (dataset) => dataset,
  'mapped, mixed, batched and read ahead': (dataset) => dataset.map((x) => x, { numParallel: 3 }).shuffle(4).batch(4).prefetch(2), // prettier-ignore
  'repeated, zipped and taken': (dataset) => Dataset.zip([dataset, dataset]).repeat(2).skip(3).take(50),
};

describe.each(Object.entries(sources))('%s', (name, make) => {
  test.each(Object.entries(ways))('%s', async (_, change) => {
    const dataset = change(await make());
    const isBalanced = (when: string): void => {
      // A new cache is only read when its pass goes on.
      if (name !== 'a cache in the making') expect(opened, when).toBeGreaterThan(0);
      expect(opened - closed, when).toBe(0);
    };
    await dataset.toArray();
    isBalanced('read whole');
    let seen = 0;
    for await (const element of dataset) if (element !== null && ++seen === 3) break;
    isBalanced('left by break');
    const iterator = dataset.iterator();
    await iterator.next();
    await iterator.return();
    isBalanced('ended by return');
    const failing = dataset.map((element) => {
      if (seen-- === 0) throw new Error('no more');
      return element;
    });
    await expect(failing.toArray()).rejects.toThrow('no more');
    isBalanced('ended by an error');
    await dataset.take(2).toArray();
    isBalanced('two taken');
  });
});

test('fit that ends early, or fails, closes the files', async () => {
  const dataset = (await Dataset.fromNpy([at('x.npy'), at('y.npy')])).batch(4);
  const model = new Sequential([new layers.Dense(1)]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  await model.fit(dataset, { verbose: 0, epochs: 2, stepsPerEpoch: 3 });
  expect(opened - closed, 'steps').toBe(0);
  class Stop extends callbacks.Callback {
    override onTrainBatchEnd(batch: number): void {
      if (batch === 1) this.model.stopTraining = true;
    }
  }
  await model.fit(dataset, { verbose: 0, callbacks: [new Stop()] });
  expect(opened - closed, 'stopped').toBe(0);
  let i = 0;
  const wide = dataset.map(([x, y]) => (i++ === 2 ? [ops.ones([4, 9]), y] : [x, y]) as never);
  await expect(model.fit(wide, { verbose: 0 })).rejects.toThrow(/batch/);
  expect(opened - closed, 'a batch that does not fit').toBe(0);
  await model.evaluate(dataset, { verbose: 0, steps: 2 });
  await model.predict(dataset.map(([x]) => x), { verbose: 0, steps: 2 }); // prettier-ignore
  expect(opened).toBeGreaterThan(0);
  expect(opened - closed, 'evaluate and predict').toBe(0);
});
