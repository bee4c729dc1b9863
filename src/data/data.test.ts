import { describe, expect, test } from 'vitest';
import '../testing/backends.js';
import { setRandomSeed } from '../random/index.js';
import type { Tensor } from '../runtime/index.js';
import { tensor } from '../runtime/index.js';
import { EpochIterator } from '../training/epoch_iterator.js';
import type { AnyBatch, BatchLike, DataAdapter, DataSource } from './index.js';
import { classWeightToSampleWeight, getDataAdapter, PyDataset, toTensorTree, unpackXYSampleWeight } from './index.js';

const numbers = (x: unknown): unknown => (x as Tensor).arraySync();
const column = (n: number): number[][] => Array.from({ length: n }, (_, i) => [i]);

async function read(adapter: DataAdapter): Promise<AnyBatch[]> {
  const batches: AnyBatch[] = [];
  const iterator = adapter.iterate();
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) batches.push(next.value);
  return batches;
}

describe('arrays', () => {
  test('are cut into batches, the last one smaller', async () => {
    const batches = await read(getDataAdapter(column(7), 'fit', { y: new Float32Array(7).fill(2), batchSize: 3 }));
    expect(batches.map(([x]) => numbers(x))).toEqual([[[0], [1], [2]], [[3], [4], [5]], [[6]]]);
    expect(batches.map(([, y]) => (y as Tensor).shape)).toEqual([[3], [3], [1]]);
    expect(batches[0][2]).toBeNull();
  });

  test('may be lists and dicts; floats become float32', async () => {
    const adapter = getDataAdapter([column(3), { b: new Float64Array(3), c: tensor([[1], [2], [3]]) }], 'fit', {
      y: { p: [1, 2, 3], q: [0.5, 1, 2] },
    });
    const [[x, y]] = await read(adapter);
    const [, dict] = x as [Tensor, { b: Tensor; c: Tensor }];
    expect([dict.b.dtype, dict.c.shape]).toEqual(['float32', [3, 1]]);
    expect([(y as { p: Tensor }).p.dtype, (y as { q: Tensor }).q.dtype]).toEqual(['int32', 'float32']);
  });

  test('shuffle draws as NumPy does after the same seed', async () => {
    setRandomSeed(0);
    const [[x]] = await read(getDataAdapter(column(6), 'fit', { shuffle: true }));
    expect((numbers(x) as number[][]).flat()).toEqual([5, 2, 1, 3, 0, 4]); // np.random.seed(0); np.random.permutation(6)
    setRandomSeed(0);
    const parts = await read(getDataAdapter(column(6), 'fit', { shuffle: 'batch', batchSize: 3 }));
    expect(parts.map(([part]) => (numbers(part) as number[][]).flat().sort())).toEqual([[0, 1, 2], [3, 4, 5]]); // prettier-ignore
  });

  test('a single array of weights counts for all targets', async () => {
    const adapter = getDataAdapter(column(2), 'fit', { y: [[1, 2], [3, 4]].map((y) => tensor(y)), sampleWeight: [1, 2] }); // prettier-ignore
    const [[, , weights]] = await read(adapter);
    expect((weights as Tensor[]).map(numbers)).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  test('that do not fit together are refused', () => {
    const get =
      (x: unknown, options: object): (() => unknown) =>
      () =>
        getDataAdapter(x as DataSource, 'fit', options);
    expect(get(column(3), { y: [1, 2] })).toThrow(/same number of samples.*'x' sizes: 3; 'y' sizes: 2/);
    expect(get('abc', {})).toThrow(/fit: x is 'abc'/);
    expect(get(3, {})).toThrow(/fit: x is 3/);
    expect(get([], {})).toThrow(/fit: x is/);
    expect(get(column(2), { y: ['cat', 2] })).toThrow(/fit: y\[0\]: got 'cat'/);
    expect(get(column(2), { y: ['cat', 'dog', 'cow'] })).toThrow(/same number of samples/);
    expect(get(column(2), { y: { a: [1, 2], b: [1, 2] }, sampleWeight: column(2).map(() => [1, 2]) })).toThrow(
      /one number per sample/,
    );
    expect(get(column(2), { y: { a: [1, 2], b: [1, 2] }, sampleWeight: { a: [1, 2] } })).toThrow(/same structure/);
    expect(get([[1, 2], [3]], {})).toThrow(/ragged/);
  });
});

describe('class weights', () => {
  test('go by class number, column or one-hot row; others count 1', () => {
    const weights = (y: unknown): unknown => numbers(classWeightToSampleWeight(toTensorTree(y, 'y'), { 0: 2, 2: 0.5 }));
    expect(weights([0, 1, 2])).toEqual([2, 1, 0.5]);
    expect(weights([[2], [0]])).toEqual([0.5, 2]);
    expect(weights([[0, 0, 1], [1, 0, 0]])).toEqual([0.5, 2]); // prettier-ignore
    expect(numbers(classWeightToSampleWeight(tensor([1, 0]), new Map([[1, 3]])))).toEqual([3, 1]);
  });

  test('are checked', () => {
    const make =
      (y: unknown, weight: unknown): (() => unknown) =>
      () =>
        classWeightToSampleWeight(toTensorTree(y, 'y'), weight as Record<string, number>);
    expect(make([0], { cat: 1 })).toThrow(/the key "cat" is no class/);
    expect(make([0], { 0.5: 1 })).toThrow(/no class/);
    expect(make([0], { 0: 'x' })).toThrow(/weight of class 0 is 'x'/);
    expect(make([0], [1, 2])).toThrow(/Expected a dict/);
    expect(make([tensor([1]), tensor([1])], { 0: 1 })).toThrow(/single output/);
    expect(make(null, { 0: 1 })).toThrow(/no targets/);
    expect(make([0, 1.5], { 0: 1 })).toThrow(/y holds 1.5 \(row 1\), which is no class/);
    expect(make([[0], [-1]], { 0: 1 })).toThrow(/y holds -1 \(row 1\)/);
    expect(numbers(make([1, -1], { '-1': 3 })() as never)).toEqual([1, 3]);
  });
});

test('a batch of 0 samples is refused where it comes from', async () => {
  const empty = () => [[tensor([], [0, 4]), tensor([], [0, 1])] as const];
  await expect(getDataAdapter(empty, 'fit').peek()).rejects.toThrow('The generator: a batch of 0 samples');
});

describe('generators', () => {
  function* count(n: number): Generator<BatchLike, void, void> {
    for (let i = 0; i < n; i++) yield [[[i]], [i]];
  }
  async function* later(n: number): AsyncGenerator<BatchLike, void, void> {
    for (const batch of count(n)) yield await Promise.resolve(batch);
  }
  const firsts = (batches: readonly AnyBatch[]): unknown[] => batches.map(([x]) => (numbers(x) as number[][])[0][0]);

  test('may be sync, async, functions, and lists of batches behind an iterator', async () => {
    for (const source of [count(3), later(3), () => count(3), () => later(3), async () => count(3), new Set(count(3))])
      expect(firsts(await read(getDataAdapter(source, 'fit')))).toEqual([0, 1, 2]);
  });

  test('lose no batch to a first look', async () => {
    const adapter = getDataAdapter(count(3), 'fit');
    expect(firsts([(await adapter.peek())!])).toEqual([0]);
    expect(firsts(await read(adapter))).toEqual([0, 1, 2]);
  });

  test('go on in the next epoch with stepsPerEpoch; functions start anew', async () => {
    const epoch = async (iterator: EpochIterator): Promise<unknown[]> => {
      const batches: AnyBatch[] = [];
      for await (const each of iterator.epoch(0, (group) => group)) batches.push(...each.batches);
      return firsts(batches);
    };
    const once = new EpochIterator(getDataAdapter(count(5), 'fit'), 2, 1);
    expect([await epoch(once), await epoch(once)]).toEqual([[0, 1], [2, 3]]); // prettier-ignore
    const anew = new EpochIterator(
      getDataAdapter(() => count(2), 'fit'),
      null,
      1,
    );
    expect([await epoch(anew), anew.numBatches, await epoch(anew)]).toEqual([[0, 1], 2, [0, 1]]);
    const arrays = new EpochIterator(getDataAdapter(column(6), 'fit', { batchSize: 2 }), 2, 1);
    expect([await epoch(arrays), await epoch(arrays), await epoch(arrays)]).toEqual([[0, 2], [4], [0, 2]]);
    const executions = new EpochIterator(getDataAdapter(column(10), 'fit', { batchSize: 2 }), null, 3);
    const ends: number[][] = [];
    for await (const { begin, end, batches } of executions.epoch(0, (group) => group))
      ends.push([begin, end, batches.length]);
    expect(ends).toEqual([[0, 2, 3], [3, 5, 2]]); // prettier-ignore
  });

  test('refuse what belongs into their batches', async () => {
    expect(() => getDataAdapter(count(1), 'fit', { y: [1] })).toThrow(/x is a generator, so y cannot be given/);
    expect(() => getDataAdapter(count(1), 'fit', { sampleWeight: [1] })).toThrow(/so sampleWeight cannot/);
    await expect(getDataAdapter(count(0), 'fit').peek()).rejects.toThrow(/generator given as data is empty/);
    await expect(read(getDataAdapter((() => 3) as never, 'fit'))).rejects.toThrow(/returned 3/);
    await expect(read(getDataAdapter(new Set([[1, 2, 3, 4]]) as never, 'fit'))).rejects.toThrow(/list of 4 parts/);
  });
});

describe('PyDataset', () => {
  class Squares extends PyDataset {
    ended = 0;
    override get length(): number {
      return 4;
    }
    override async getItem(index: number): Promise<BatchLike> {
      return Promise.resolve([[[index]], [index % 2]]);
    }
    override onEpochEnd(): void {
      this.ended++;
    }
  }

  test('gives its batches in order, or shuffled as Python shuffles', async () => {
    const firsts = (batches: readonly AnyBatch[]): unknown[] => batches.map(([x]) => (numbers(x) as number[][])[0][0]);
    expect(firsts(await read(getDataAdapter(new Squares(), 'fit')))).toEqual([0, 1, 2, 3]);
    expect(firsts(await read(getDataAdapter(new Squares({ workers: 3 }), 'fit')))).toEqual([0, 1, 2, 3]);
    setRandomSeed(7);
    expect(firsts(await read(getDataAdapter(new Squares(), 'fit', { shuffle: true })))).toEqual([3, 1, 0, 2]); // random.seed(7)
    const [[, , weights]] = await read(getDataAdapter(new Squares(), 'fit', { classWeight: { 0: 5 } }));
    expect(numbers(weights)).toEqual([5]);
  });

  test('hears of the ends of epochs, and says what must be overridden', async () => {
    const dataset = new Squares();
    const iterator = new EpochIterator(getDataAdapter(dataset, 'fit'), null, 1);
    for await (const each of iterator.epoch(0, (group) => group)) expect(each.batches).toHaveLength(1);
    expect(dataset.ended).toBe(1);
    expect(() => getDataAdapter(new PyDataset(), 'fit').numBatches).toThrow(/override 'get length\(\)'/);
    expect(() => new PyDataset({ worker: 1 } as object)).toThrow(/no option 'worker'.*'workers'/);
  });
});

test('batches are unpacked', () => {
  expect(unpackXYSampleWeight([1, 2])).toEqual([1, 2, null]);
  expect(unpackXYSampleWeight(5)).toEqual([5, null, null]);
});
