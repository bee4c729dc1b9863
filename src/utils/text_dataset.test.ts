import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test, vi } from 'vitest';
import '../index.js';
import { Tensor } from '../runtime/index.js';
import { disableInteractiveLogging, enableInteractiveLogging, textDatasetFromDirectory } from './index.js';
import type { DirectoryDataset } from './index.js';

let folder = '';
const put = (root: string, ...paths: string[]): void => {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path);
  }
};
const plain = (x: unknown): unknown => (x instanceof Tensor ? x.arraySync() : Array.isArray(x) ? x.map(plain) : x);
/** The files below the folder, and all elements. */
const read = async <E>(dataset: DirectoryDataset<E>): Promise<[string[], unknown]> => [
  dataset.filePaths.map((path) => path.slice(folder.length + 1)),
  plain(await dataset.toArray()),
];

beforeAll(() => {
  disableInteractiveLogging();
  folder = mkdtempSync(join(tmpdir(), 'texts-'));
  put(folder, 'b/2.txt', 'b/10.txt', 'b/in/z.txt', 'b/in-x/y.TXT', 'a/1.txt', 'a/3.txt', 'a/skip.md', 'c/0.txt', '.hidden/1.txt'); // prettier-ignore
});
afterAll(() => {
  enableInteractiveLogging();
  rmSync(folder, { recursive: true });
});

// Expected orders: Keras 3.15.1 on the same files.
describe('textDatasetFromDirectory', () => {
  test('sorted, with labels by folders', async () => {
    const dataset = await textDatasetFromDirectory(folder, { shuffle: false, batchSize: 4 });
    expectTypeOf(dataset).toExtend<DirectoryDataset<[string[], Tensor]>>();
    const names = ['a/1.txt', 'a/3.txt', 'b/10.txt', 'b/2.txt', 'b/in/z.txt', 'b/in-x/y.TXT', 'c/0.txt'];
    expect(dataset.classNames).toEqual(['a', 'b', 'c']);
    expect(dataset.cardinality()).toBe(2);
    expect(await read(dataset)).toEqual([
      names,
      [
        [names.slice(0, 4), [0, 0, 1, 1]],
        [names.slice(4), [1, 1, 2]],
      ],
    ]);
    const some = await textDatasetFromDirectory(folder, { shuffle: false, classNames: ['c', 'a'], batchSize: null });
    expect(await read(some)).toEqual([['c/0.txt', 'a/1.txt', 'a/3.txt'], [['c/0.txt', 0], ['a/1.txt', 1], ['a/3.txt', 1]]]); // prettier-ignore
  });

  test('mixed and split as Keras does it for the seed', async () => {
    const options = { seed: 5, validationSplit: 0.3, batchSize: null } as const;
    const [train, validation] = await textDatasetFromDirectory(folder, { ...options, subset: 'both' });
    expect(train.filePaths.map((path) => path.slice(folder.length + 1))).toEqual(['c/0.txt', 'b/10.txt', 'b/in/z.txt', 'a/3.txt', 'a/1.txt']); // prettier-ignore
    expect(await read(validation)).toEqual([['b/in-x/y.TXT', 'b/2.txt'], [['b/in-x/y.TXT', 1], ['b/2.txt', 1]]]); // prettier-ignore
    const alone = await textDatasetFromDirectory(folder, { ...options, subset: 'validation' });
    expect(alone.filePaths).toEqual(validation.filePaths);
    const [first, second] = [await train.toArray(), await train.toArray()].map((rows) => plain(rows) as [string, number][]); // prettier-ignore
    expect(first.every(([text, label]) => 'abc'[label] === text[0])).toBe(true);
    expect(second.toSorted()).toEqual(first.toSorted());
  });

  test('without labels the folders say nothing, hidden ones included', async () => {
    const dataset = await textDatasetFromDirectory(folder, { labels: null, seed: 5, batchSize: null });
    expectTypeOf(dataset).toExtend<DirectoryDataset<string>>();
    expect(dataset.classNames).toBe(null);
    expect((await read(dataset))[0]).toEqual(['c/0.txt', 'a/3.txt', 'b/2.txt', 'a/1.txt', '.hidden/1.txt', 'b/in/z.txt', 'b/in-x/y.TXT', 'b/10.txt']); // prettier-ignore
  });

  test('labels as vectors, as one number, and given', async () => {
    const two = { shuffle: false, classNames: ['a', 'c'], batchSize: 3, maxLength: 3 } as const;
    expect((await read(await textDatasetFromDirectory(folder, { ...two, labelMode: 'categorical' })))[1]).toEqual([[['a/1', 'a/3', 'c/0'], [[1, 0], [1, 0], [0, 1]]]]); // prettier-ignore
    expect((await read(await textDatasetFromDirectory(folder, { ...two, labelMode: 'binary' })))[1]).toEqual([[['a/1', 'a/3', 'c/0'], [[0], [0], [1]]]]); // prettier-ignore
    const given = await textDatasetFromDirectory(join(folder, 'a'), { shuffle: false, labels: [7, 3] });
    expect([given.classNames, (await read(given))[1]]).toEqual([['3', '7'], [[['a/1.txt', 'a/3.txt'], [7, 3]]]]); // prettier-ignore
  });

  test('a folder that is a link is gone into when it is asked for, and one that holds itself does no harm', async () => {
    const root = mkdtempSync(join(tmpdir(), 'links-'));
    put(root, 'a/1.txt', 'b/2.txt', 'elsewhere/3.md');
    symlinkSync('..', join(root, 'a', 'up'));
    symlinkSync(join(folder, 'c'), join(root, 'b', 'link'));
    const count = async (at: string, followLinks: boolean): Promise<number> =>
      (await textDatasetFromDirectory(join(root, at), { labels: null, followLinks })).filePaths.length;
    expect(await count('.', false)).toBe(2);
    expect(await count('b', true)).toBe(2);
    rmSync(root, { recursive: true });
  });

  test('what does not fit is refused', async () => {
    const make = (options: object, at = folder) => expect(textDatasetFromDirectory(at, options)).rejects;
    await make({}, join(folder, 'nowhere')).toThrow(/there is no folder .*nowhere/);
    await make({ classNames: ['a', 'x'] }).toThrow(/no folder 'x' in .*: a, b, c/);
    await make({ labelMode: 'binary' }).toThrow(/exactly 2 classes. There are: a, b, c/);
    await make({ labels: [1] }).toThrow(/1 labels and 8 files/);
    await make({ validationSplit: 0.3 }).toThrow(/If `subset` is set/);
    await make({ validationSplit: 0.3, subset: 'both' }).toThrow(/`seed` is needed/);
    await make({ validationSplit: 2, subset: 'both' }).toThrow(/between 0 and 1/);
    await make({ validationSplit: 0.01, subset: 'training', seed: 1 }).toThrow(/of 7 files is none/);
    await make({ batchSize: 0 }).toThrow(/batchSize=0/);
    const misspelt: object = { batchsize: 1 };
    await make(misspelt).toThrow(/no option 'batchsize'/);
    const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    put(folder, 'empty/none.md');
    await textDatasetFromDirectory(folder, {});
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/the class 'empty' .* holds no file of .txt/));
    await make({}, join(folder, 'empty')).toThrow(/No files found/);
    rmSync(join(folder, 'empty'), { recursive: true });
    warn.mockRestore();
  });
});
