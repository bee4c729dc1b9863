/** @file Texts on their way through data sets: batches, files of elements, worker threads; and vocabularies that are files. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { data, layers, Sequential, tensor, utils } from '../index.js';
import type { Tensor } from '../index.js';

const folder = mkdtempSync(join(tmpdir(), 'keras-ts-texts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const rows = [['a', 'b'], ['c', 'a'], ['b', 'b']]; // prettier-ignore
const silent = { verbose: 0 } as const;
const numbers = (x: unknown): number[] => Array.from((x as Tensor).ndarray.data);
const texts = async (x: unknown): Promise<unknown> => (x as Tensor).array<unknown>();
const model = (): Sequential =>
  new Sequential([layers.Input({ shape: [2], dtype: 'string' }), new layers.StringLookup({ vocabulary: ['a', 'b'] })]);

describe('texts in data sets', () => {
  test('are cut and put together, in order and mixed', async () => {
    const set = data.Dataset.fromTensorSlices(tensor(rows));
    const batches = await set.batch(2).toArray();
    expect(await Promise.all(batches.map(texts))).toEqual([rows.slice(0, 2), rows.slice(2)]);
    const mixed = await set.shuffle(3, { seed: 1 }).toArray();
    expect((await Promise.all(mixed.map(texts))).sort()).toEqual([...rows].sort());
    expect(
      await data.Dataset.fromTensorSlices(tensor(['x', 'y']))
        .batch(2)
        .toArray(),
    ).toEqual([['x', 'y']]);
  });

  test('come back from a file of elements', async () => {
    const cached = data.Dataset.fromTensorSlices(tensor(rows)).cache(join(folder, 'cache'));
    for (let pass = 0; pass < 2; pass++) expect(await Promise.all((await cached.toArray()).map(texts))).toEqual(rows);
  });

  test('go through layers in map', async () => {
    const lookup = new layers.StringLookup({ vocabulary: ['a', 'b'] });
    const places = data.Dataset.fromTensorSlices(tensor(rows)).batch(3).map((x) => lookup<Tensor>(x)); // prettier-ignore
    expect(numbers((await places.toArray())[0])).toEqual([1, 2, 0, 1, 2, 2]);
  });

  test('come from worker threads, as lists', async () => {
    const module =
      "data:text/javascript,export default () => ({ length: 2, getItem: (i) => [[[['a', 'b'], ['c', 'a']], [['b', 'b']]][i], [1]] })";
    const batches = new utils.WorkerDataset(module, [], { workers: 2 });
    expect(numbers(await model().predict(batches, silent))).toEqual([1, 2, 0, 1, 2, 2]);
  });

  test('go through a model that runs step by step', async () => {
    const eager = model();
    eager.compile({ loss: null, runEagerly: true });
    expect(numbers(await eager.predict(rows, silent))).toEqual([1, 2, 0, 1, 2, 2]);
  });
});

describe('a vocabulary in a file', () => {
  const path = join(folder, 'words.txt');
  test('is read, with Unix and Windows ends of lines', async () => {
    for (const content of ['b\na\n', 'b\r\na']) {
      writeFileSync(path, content);
      const lookup = new layers.StringLookup({ vocabulary: path });
      expect(lookup.getVocabulary()).toEqual(['[UNK]', 'b', 'a']);
      expect(new layers.TextVectorization({ vocabulary: path }).getVocabulary()).toEqual(['', '[UNK]', 'b', 'a']);
      const saved = new Sequential([layers.Input({ shape: [1], dtype: 'string' }), lookup]);
      writeFileSync(path, 'other');
      expect(numbers(await saved.predict(['a'], silent))).toEqual([2]);
    }
    writeFileSync(path, '7\n5\n');
    expect(new layers.IntegerLookup({ vocabulary: path }).getVocabulary()).toEqual([-1, 7, 5]);
  });
  test.each([
    ['doubles', 'a\na', /holds "a" twice/],
    ['nothing', '', /the vocabulary is empty/],
  ])('with %s is refused', (_, content, message) => {
    writeFileSync(path, content);
    expect(() => new layers.StringLookup({ vocabulary: path })).toThrow(message);
  });
  test('that is not there, or holds no weights, is refused', () => {
    expect(() => new layers.StringLookup({ vocabulary: join(folder, 'none') })).toThrow(
      /cannot be read: ENOENT.*tokens as a list/,
    );
    expect(() => new layers.StringLookup({ vocabulary: path, outputMode: 'tf_idf', idfWeights: [1] })).toThrow(/takes no vocabulary from a file/); // prettier-ignore
  });
});
