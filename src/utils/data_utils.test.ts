import { describe, expect, expectTypeOf, test } from 'vitest';
import '../testing/backends.js';
import { Dataset } from '../data/index.js';
import { Tensor, tensor } from '../runtime/index.js';
import { splitDataset, timeseriesDatasetFromArray } from './index.js';

const plain = (x: unknown): unknown => (x instanceof Tensor ? x.arraySync() : Array.isArray(x) ? x.map(plain) : x);
const all = async (dataset: Dataset<unknown>): Promise<unknown> => plain(await dataset.toArray());
const steps = (n: number, factor = 1): Tensor => tensor(Array.from({ length: n }, (_, i) => i * factor));

// Expected values: Keras 3.15.1 on TensorFlow.
describe('timeseriesDatasetFromArray', () => {
  test('windows with strides, rates, targets and a part of the series', async () => {
    expect(await all(timeseriesDatasetFromArray(steps(10), null, 3))).toEqual([
      [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 6], [5, 6, 7], [6, 7, 8], [7, 8, 9]],
    ]); // prettier-ignore
    const options = { sequenceStride: 2, samplingRate: 3, batchSize: 4 };
    expect(await all(timeseriesDatasetFromArray(steps(20), steps(20, 10), 3, options))).toEqual([
      [[[0, 3, 6], [2, 5, 8], [4, 7, 10], [6, 9, 12]], [0, 20, 40, 60]],
      [[[8, 11, 14], [10, 13, 16], [12, 15, 18]], [80, 100, 120]],
    ]); // prettier-ignore
    const part = timeseriesDatasetFromArray(steps(20), steps(20, 10), 2, { startIndex: 3, endIndex: 15, batchSize: null }); // prettier-ignore
    expect(((await all(part)) as unknown[]).slice(-2)).toEqual([[[12, 13], 120], [[13, 14], 130]]); // prettier-ignore
    expect(part.cardinality()).toBe(11);
    const short = timeseriesDatasetFromArray(steps(15), steps(7, 10), 4, { batchSize: 2 });
    expect(((await all(short)) as unknown[]).at(-1)).toEqual([[[6, 7, 8, 9]], [60]]);
  });

  test('targets that end before the series does leave out the windows without one', async () => {
    const dataset = timeseriesDatasetFromArray(steps(15), steps(7, 10), 4, { startIndex: 2, batchSize: null });
    expect(((await all(dataset)) as unknown[]).at(-1)).toEqual([[6, 7, 8, 9], 60]);
  });

  test('shuffled, each window comes once, in an order of each pass', async () => {
    const dataset = timeseriesDatasetFromArray(steps(30), steps(30), 2, { shuffle: true, seed: 1, batchSize: null });
    const [first, second] = [await all(dataset), await all(dataset)] as [[number[], number][], [number[], number][]];
    expect(first).not.toEqual(second);
    expect(first.every(([[a, b], y]) => b === a + 1 && y === a)).toBe(true);
    expect(first.map(([, y]) => y).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 29 }, (_, i) => i));
  });

  test('numbers that do not fit are refused', () => {
    const make =
      (options: object, length = 3) =>
      () =>
        timeseriesDatasetFromArray(steps(5), null, length, options);
    expect(make({ samplingRate: 5 })).toThrow('timeseriesDatasetFromArray: samplingRate=5, for data of length 5. Expected a whole number from 1 to 4.'); // prettier-ignore
    expect(make({ startIndex: 3, endIndex: 2 })).toThrow(/endIndex=2/);
    expect(make({}, 6)).toThrow(/no window fits: 6 steps, 1 apart, into 5 of data/);
    expect(make({ stride: 2 })).toThrow(/stride/);
  });
});

describe('splitDataset', () => {
  const left = async (...args: Parameters<typeof splitDataset>): Promise<unknown> => all((await splitDataset(...args))[0]); // prettier-ignore

  test('by counts and by fractions, rounded as Keras rounds', async () => {
    const [a, b] = await splitDataset([steps(10), steps(10, 10)], { leftSize: 7 });
    expect([a.cardinality(), b.cardinality(), await all(b)]).toEqual([7, 3, [[7, 70], [8, 80], [9, 90]]]); // prettier-ignore
    expectTypeOf(a).toEqualTypeOf<Dataset<readonly [Tensor, Tensor]>>();
    expect(await left(steps(10), { leftSize: 0.65 })).toHaveLength(6);
    expect(await left(steps(10), { rightSize: 0.3 })).toHaveLength(7);
    const [c, d] = await splitDataset(steps(10), { leftSize: 2, rightSize: 3 });
    expect([await all(c), await all(d)]).toEqual([[0, 1], [7, 8, 9]]); // prettier-ignore
  });

  test('shuffles as Keras does for the same seed', async () => {
    const [a, b] = await splitDataset(steps(10), { leftSize: 0.65, shuffle: true, seed: 5 });
    expect([await all(a), await all(b)]).toEqual([[2, 3, 1, 0, 8, 7], [6, 5, 4, 9]]); // prettier-ignore
  });

  test('data sets of unknown length are read', async () => {
    const source = Dataset.range(10).filter((i) => i % 2 === 0);
    const [a, b] = await splitDataset(source, { leftSize: 0.5 });
    expect([await all(a), await all(b)]).toEqual([[0, 2], [4, 6, 8]]); // prettier-ignore
  });

  test('sizes that do not fit are refused', async () => {
    const split = (options: object) => splitDataset(steps(4), options);
    await expect(split({})).rejects.toThrow(/at least one of leftSize and rightSize/);
    await expect(split({ leftSize: 4 })).rejects.toThrow(/positive integer smaller than 4, or a fraction/);
    await expect(split({ leftSize: 0.9, rightSize: 0.2 })).rejects.toThrow(/greater than 1/);
    await expect(split({ leftSize: 3, rightSize: 2 })).rejects.toThrow(/more than the 4 there are/);
    await expect(split({ leftSize: 0.05 })).rejects.toThrow(/the left part would get none/);
    await expect(splitDataset(3 as never, { leftSize: 1 })).rejects.toThrow(/got 3. Expected a Dataset/);
    await expect(splitDataset(Dataset.range(3).repeat(), { leftSize: 1 })).rejects.toThrow(/no end/);
  });
});
