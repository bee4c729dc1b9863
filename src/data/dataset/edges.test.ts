/** @file The edges of every op of `Dataset`: the elements and lengths are those of tf.data (TensorFlow 2.19). */
import { describe, expect, test } from 'vitest';
import { Dataset } from './index.js';
import { Tensor, tensor } from '../../runtime/index.js';

const plain = async (dataset: Dataset<unknown>): Promise<unknown[]> =>
  (await dataset.toArray()).map((x) => (x instanceof Tensor ? x.arraySync() : x));
/** The same elements without random access: the other way through every stage. */
const streamed = <T>(dataset: Dataset<T>): Dataset<T> => Dataset.fromGenerator(() => dataset);
const range = (...args: readonly [stop: number] | readonly [start: number, stop: number]): Dataset<number> =>
  Dataset.range(...args);
const yes = () => true;

/** Each op, what it gives of `range(n)`, and the length it says; tf's −1 is Infinity, its −2 null. */
const CASES: [what: string, make: (r: typeof range) => Dataset<unknown>, elements: unknown[] | null, cardinality: number | null][] = [
  ['a batch that is never full', (r) => r(3).batch(5), [[0, 1, 2]], 1],
  ['and is dropped', (r) => r(3).batch(5, { dropRemainder: true }), [], 0],
  ['batches of nothing', (r) => r(0).batch(2), [], 0],
  ['batches, the last dropped', (r) => r(5).batch(2, { dropRemainder: true }), [[0, 1], [2, 3]], 2],
  ['batches of what has no end', (r) => r(5).repeat().batch(2), null, Infinity],
  ['paddedBatch that is never full', (r) => r(2).map((i) => tensor(Array<number>(i).fill(7), [i], 'int32')).paddedBatch(5), [[[0], [7]]], 1],
  ['and is dropped', (r) => r(2).map((i) => tensor([i])).paddedBatch(5, { dropRemainder: true }), [], 0],
  ['shuffle with a buffer of 1', (r) => r(5).shuffle(1), [0, 1, 2, 3, 4], 5],
  ['shuffle of nothing', (r) => r(0).shuffle(4), [], 0],
  ['shuffle of what has no end', (r) => r(5).repeat().shuffle(3), null, Infinity],
  ['repeat(0)', (r) => r(3).repeat(0), [], 0],
  ['repeat(1)', (r) => r(3).repeat(1), [0, 1, 2], 3],
  ['repeat(-1)', (r) => r(3).repeat(-1), null, Infinity],
  ['take(0)', (r) => r(3).take(0), [], 0],
  ['take(-1)', (r) => r(3).take(-1), [0, 1, 2], 3],
  ['take of more than there is', (r) => r(3).take(9), [0, 1, 2], 3],
  ['take of what has no end', (r) => r(3).repeat().take(5), [0, 1, 2, 0, 1], 5],
  ['skip(0)', (r) => r(3).skip(0), [0, 1, 2], 3],
  ['skip(-1)', (r) => r(3).skip(-1), [], 0],
  ['skip of more than there is', (r) => r(3).skip(9), [], 0],
  ['filter', (r) => r(3).filter(yes), [0, 1, 2], null],
  ['filter of all', (r) => r(3).filter(() => false), [], null],
  ['zip of unequal lengths', (r) => Dataset.zip([r(2), r(5)]), [[0, 0], [1, 1]], 2],
  ['zip with nothing', (r) => Dataset.zip({ a: r(2), b: r(0) }), [], 0],
  ['zip with what has no end', (r) => Dataset.zip([r(2), r(1).repeat()]), [[0, 0], [1, 0]], 2],
  ['concatenate', (r) => r(2).concatenate(r(3)), [0, 1, 0, 1, 2], 5],
  ['concatenate to nothing', (r) => r(0).concatenate(r(2)), [0, 1], 2],
  ['concatenate of what has no end', (r) => r(2).concatenate(r(3).repeat()), null, Infinity],
  ['shard of the last', (r) => r(7).shard(3, 2), [2, 5], 2],
  ['unbatch', (r) => r(4).batch(3).unbatch(), [0, 1, 2, 3], null],
  ['cache', (r) => r(3).cache(), [0, 1, 2], 3],
  ['prefetch of more than there is', (r) => r(3).prefetch(9), [0, 1, 2], 3],
  ['prefetch(-1)', (r) => r(3).prefetch(-1), [0, 1, 2], 3],
  ['flatMap', (r) => r(3).flatMap((i) => Dataset.range(i)), [0, 0, 1], null],
  ['enumerate of nothing', (r) => r(0).enumerate(), [], 0],
]; // prettier-ignore

describe.each<[form: string, r: typeof range, isStream: boolean]>([
  ['with random access', range, false],
  ['as a stream', (...args) => streamed(range(...args)), true],
])('%s', (_, r, isStream) => {
  test.each(CASES)('%s', async (_what, make, elements, cardinality) => {
    const dataset = make(r);
    if (elements !== null) {
      expect(await plain(dataset)).toEqual(elements);
      expect(await plain(dataset)).toEqual(elements); // and in the next pass
    } else {
      expect(await plain(dataset.take(7))).toHaveLength(7);
      if (!isStream) await expect(dataset.toArray()).rejects.toThrow('the data set has no end');
    }
    // A stream does not know how many elements it has.
    if (!isStream) expect(dataset.cardinality()).toBe(cardinality);
  });

  // tf.data.Dataset.range(n).interleave(f, cycle_length=c, block_length=b)
  test.each<[cycleLength: number, blockLength: number, even: number[], uneven: number[]]>([
    [1, 1, [0, 1, 2, 10, 11, 12, 20, 21, 22], [10, 20, 21, 30, 31, 32, 40, 41, 42, 43]],
    [2, 2, [0, 1, 10, 11, 2, 12, 20, 21, 22], [10, 20, 21, 30, 31, 32, 40, 41, 42, 43]],
    [3, 1, [0, 10, 20, 1, 11, 21, 2, 12, 22], [10, 20, 30, 21, 31, 40, 32, 41, 42, 43]],
    [3, 2, [0, 1, 10, 11, 20, 21, 2, 12, 22], [10, 20, 21, 30, 31, 40, 41, 32, 42, 43]],
    [9, 1, [0, 10, 20, 1, 11, 21, 2, 12, 22], [10, 20, 30, 40, 21, 31, 41, 32, 42, 43]],
    [2, 5, [0, 1, 2, 10, 11, 12, 20, 21, 22], [10, 20, 21, 30, 31, 32, 40, 41, 42, 43]],
  ])('interleave, %i at a time, %i of each', async (cycleLength, blockLength, even, uneven) => {
    const options = { cycleLength, blockLength };
    expect(await plain(r(3).interleave((i) => r(i * 10, i * 10 + 3), options))).toEqual(even);
    expect(await plain(r(5).interleave((i) => r(i * 10, i * 10 + i), options))).toEqual(uneven);
  });

  test('repetitions of what turns out to be nothing end', async () => {
    expect(await plain(r(4).filter(() => false).repeat().take(2))).toEqual([]); // prettier-ignore
    expect(await plain(r(0).repeat().take(2))).toEqual([]); // prettier-ignore
  });

  test('a cache that was read in part is whole in the next pass', async () => {
    const made: number[] = [];
    const dataset = r(5).map((i) => (made.push(i), i * i)).cache(); // prettier-ignore
    expect(await plain(dataset.take(2))).toEqual([0, 1]);
    const reader = dataset[Symbol.asyncIterator]();
    await reader.next();
    await reader.return();
    expect(await plain(dataset)).toEqual([0, 1, 4, 9, 16]);
    const all = made.length;
    expect(await plain(dataset)).toEqual([0, 1, 4, 9, 16]);
    expect(made.length).toBe(all);
    // Two readers of one first pass do not get into each other's way.
    const other = r(5).map((i) => i + 1).cache(); // prettier-ignore
    expect(await Promise.all([plain(other), plain(other)])).toEqual([[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]]); // prettier-ignore
  });

  test('an error behind elements that were made ahead comes after them, in each pass', async () => {
    const dataset = r(6).map((i) => { if (i === 3) throw new Error('no image 3'); return i; }).prefetch(5); // prettier-ignore
    for (let pass = 0; pass < 2; pass++) {
      const seen: number[] = [];
      const read = async (): Promise<void> => {
        for await (const i of dataset) seen.push(i);
      };
      await expect(read()).rejects.toThrow('no image 3');
      expect(seen).toEqual([0, 1, 2]);
    }
  });
});

test.each<[what: string, make: () => unknown, words: RegExp]>([
  ['batch(0)', () => range(3).batch(0), /batchSize=0. Expected a whole number from 1/],
  ['paddedBatch(-1)', () => range(3).paddedBatch(-1), /paddedBatch: batchSize=-1/],
  ['shuffle(0)', () => range(3).shuffle(0), /bufferSize=0. Expected a whole number from 1/],
  ['shuffle(-1)', () => range(3).shuffle(-1), /bufferSize=-1/],
  ['repeat(-2)', () => range(3).repeat(-2), /repeat: n=-2/],
  ['take(1.5)', () => range(3).take(1.5), /take: n=1.5/],
  ['skip(NaN)', () => range(3).skip(NaN), /skip: n=NaN/],
  ['prefetch(0)', () => range(3).prefetch(0), /prefetch: bufferSize=0/],
  ['interleave, 0 at a time', () => range(3).interleave((i) => range(i), { cycleLength: 0 }), /cycleLength=0/],
  ['shard(2, 2)', () => range(3).shard(2, 2), /there are 2 shards, from 0/],
  ['zip of nothing', () => Dataset.zip([]), /an empty list. Expected a list or dict of data sets/],
  ['map of no function', () => range(3).map(3 as never), /Dataset.map: got 3. Expected a function/],
  ['map, 0 at once', () => range(3).map((i) => i, { numParallel: 0 }), /numParallel=0/],
])('%s is refused', (_, make, words) => expect(make).toThrow(words)); // prettier-ignore
