/** @file Layers that prepare and augment data, in the worker threads of a data set and in `Dataset.map`: the numbers of this thread. */
import { build } from 'esbuild';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setPlatform } from '../../core/platform.js';
import * as keras from '../../index.js';
import { nodePlatform } from '../../platform/node/index.js';

setPlatform({ workers: nodePlatform.workers });

/** What a batch goes through; the text is part of the workers' module too. */
function makeBatches(library: typeof keras, { length, images, mean }: { length: number; images: number[]; mean: number }) {
  const { layers, ops, tensor } = library;
  const augment = new layers.Pipeline([
    new layers.RandomFlip('horizontal_and_vertical', { seed: 1 }),
    new layers.RandomRotation(0.2, { seed: 2 }),
    new layers.RandomZoom(0.2, { seed: 3 }),
    new layers.RandomContrast(0.3, { seed: 4 }),
    new layers.CenterCrop(6, 6),
    new layers.Resizing(5, 7),
    new layers.Rescaling(1 / 255),
  ]);
  const center = new layers.Normalization({ axis: -1, mean: [mean, mean, mean], variance: [4, 4, 4] });
  const buckets = new layers.Discretization({ binBoundaries: [0, 1, 2] });
  const hot = new layers.CategoryEncoding({ numTokens: 4, outputMode: 'multi_hot' });
  const lookup = new layers.IntegerLookup({ vocabulary: [10, 20, 30] });
  return {
    length,
    getItem(index: number) {
      const batch = ops.add(tensor(images, [2, 8, 8, 3], 'float32'), index);
      const x = center(augment(batch, { training: true }));
      const numbers = hot(buckets(tensor([[index - 1, index / 2], [0.5, 9]], { dtype: 'float32' })));
      return [x, [numbers, ops.cast(lookup(tensor([[10 * index], [30]], { dtype: 'int64' })), 'float32')]];
    },
  };
} // prettier-ignore

const args = { length: 4, images: Array.from({ length: 384 }, (_, i) => (i * 37) % 251), mean: 0.4 };
type Batch = [keras.Tensor, [keras.Tensor, keras.Tensor]];
const numbersOf = ([x, [a, b]]: Batch): unknown => [x, a, b].map((t) => [t.dtype, t.shape, Array.from(t.dataSync() as Float32Array)]); // prettier-ignore

// Packages are found from here.
const folder = join(
  fileURLToPath(new URL('../../../node_modules/.cache/', import.meta.url)),
  `keras-ts-layers-${process.pid}`,
);
beforeAll(async () => {
  const options = {
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    ignoreAnnotations: true,
    logLevel: 'silent',
  } as const;
  await build({ ...options, entryPoints: [join('src', 'index.ts')], outfile: join(folder, 'keras.mjs') });
  const text = `import * as keras from './keras.mjs';
    const __name = (fn) => fn;
    ${makeBatches.toString()}
    export default (args) => makeBatches(keras, args);`;
  writeFileSync(join(folder, 'data.mjs'), text);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('layers that prepare data', () => {
  // Each worker has layers of its own, which draw from the beginning: with one worker these are the draws of this thread.
  test('give in a worker what they give here', async () => {
    const here = makeBatches(keras, args);
    const expected = [0, 1, 2, 3].map((index) => numbersOf(here.getItem(index) as unknown as Batch));
    const dataset = new keras.utils.WorkerDataset(pathToFileURL(join(folder, 'data.mjs')), [args], { workers: 1 });
    await dataset.open();
    try {
      for (const [index, wanted] of expected.entries())
        expect(numbersOf((await dataset.getItem(index)) as unknown as Batch)).toEqual(wanted);
    } finally {
      dataset.close();
    }
  });

  test('feed fit from workers', async () => {
    const x = keras.Input({ shape: [5, 7, 3] });
    const flat = new keras.layers.Flatten()(x);
    const model = new keras.Model(x, [new keras.layers.Dense(4)(flat), new keras.layers.Dense(1)(flat)]);
    model.compile({ optimizer: 'sgd', loss: ['mse', 'mse'] });
    const dataset = new keras.utils.WorkerDataset(pathToFileURL(join(folder, 'data.mjs')), [args], { workers: 2 });
    const { history } = await model.fit(dataset, { epochs: 2, verbose: 0 });
    expect(history['loss']).toHaveLength(2);
    expect(history['loss'].every(Number.isFinite)).toBe(true);
  });

  test('are taken by Dataset.map one by one, as they are', async () => {
    const here = makeBatches(keras, args);
    const { data, layers, ops, tensor } = keras;
    const batches = data.Dataset.range(4).map((index) => here.getItem(Number(index)) as unknown as Batch);
    const again = makeBatches(keras, args);
    let count = 0;
    for await (const batch of batches) {
      expect(numbersOf(batch)).toEqual(numbersOf(again.getItem(count) as unknown as Batch));
      count++;
    }
    expect(count).toBe(4);
    const rows = data.Dataset.fromTensorSlices(tensor([0, 5, 10], { dtype: 'float32' })).batch(2);
    const scaled: unknown[] = [];
    const buckets = rows.map(new layers.Rescaling(2)).map(new layers.Discretization({ binBoundaries: [1, 15] }));
    for await (const batch of buckets) scaled.push(ops.cast(batch, 'int32').arraySync());
    expect(scaled).toEqual([[0, 1], [2]]);
  });
});
