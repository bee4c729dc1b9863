import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import '../../testing/backends.js';
import { Dense } from '../../layers/index.js';
import { Sequential } from '../../models/index.js';
import { setRandomSeed } from '../../random/index.js';
import { tensor, Tensor } from '../../runtime/index.js';
import { Dataset } from './index.js';

const plain = (x: unknown): unknown => {
  if (x instanceof Tensor) return x.arraySync();
  if (Array.isArray(x)) return x.map(plain);
  if (typeof x === 'object' && x !== null) return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, plain(v)]));
  return x;
};
const all = async (dataset: Dataset<unknown>): Promise<unknown> => plain(await dataset.toArray());
/** The same elements without random access: the other way through every stage. */
const streamed = <T>(dataset: Dataset<T>): Dataset<T> => Dataset.fromGenerator(() => dataset);
const later = <T>(value: T, ms = 1): Promise<T> => new Promise((resolve) => setTimeout(() => resolve(value), ms));

describe('sources', () => {
  test('tensor slices cut all parts of a structure along the first axis', async () => {
    const dataset = Dataset.fromTensorSlices({ x: tensor([[1, 2], [3, 4]]), y: [5, 6], name: ['a', 'b'] }); // prettier-ignore
    expect(dataset.cardinality()).toBe(2);
    expect(await all(dataset)).toEqual([{ x: [1, 2], y: 5, name: 'a' }, { x: [3, 4], y: 6, name: 'b' }]); // prettier-ignore
  });

  test('parts of different lengths are refused, with their lengths', () => {
    expect(() => Dataset.fromTensorSlices([tensor([1, 2]), tensor([1, 2, 3])])).toThrow(
      /all arrays must have as many elements along their first axis. data\[0\] has 2, data\[1\] has 3/,
    );
    expect(() => Dataset.fromTensorSlices(tensor(3))).toThrow(/data is a scalar/);
    expect(() => Dataset.fromTensorSlices(3)).toThrow(/data is 3. Expected a tensor/);
  });

  test('ranges count as in tf.data', async () => {
    expect(await all(Dataset.range(3))).toEqual([0, 1, 2]);
    expect(await all(Dataset.range(2, 10, 3))).toEqual([2, 5, 8]);
    expect(await all(Dataset.range(3, 0, -1))).toEqual([3, 2, 1]);
    expect(Dataset.range(0, Infinity).cardinality()).toBe(Infinity);
    expect(() => Dataset.range(0, 3, 0)).toThrow(/step other than 0/);
  });

  test('generator functions are called anew for each pass', async () => {
    let calls = 0;
    const dataset = Dataset.fromGenerator(function* () {
      yield ++calls;
    });
    expect([await all(dataset), await all(dataset)]).toEqual([[1], [2]]);
    expect(dataset.cardinality()).toBeNull();
    await expect(Dataset.fromGenerator(() => 3 as never).toArray()).rejects.toThrow(/the function returned 3/);
  });
});

describe.each([
  ['with random access', <T>(dataset: Dataset<T>) => dataset],
  ['as a stream', streamed],
])('stages %s', (_, form) => {
  test('map takes async functions, in order, not more at once than it may', async () => {
    let running = 0;
    let most = 0;
    const slow = async (i: number): Promise<number> => {
      most = Math.max(most, ++running);
      await later(null, 5 - (i % 5));
      running--;
      return i * 10;
    };
    const dataset = form(Dataset.range(10)).map(slow, { numParallel: 3 });
    expect(await all(dataset)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(most).toBe(3);
    [running, most] = [0, 0];
    expect(await all(form(Dataset.range(6)).map(slow).batch(3))).toEqual([[0, 10, 20], [30, 40, 50]]); // prettier-ignore
    expect(most).toBe(1);
    [running, most] = [0, 0];
    await all(form(Dataset.range(12)).map(slow, { numParallel: 4 }).batch(6));
    expect(most).toBe(4);
  });

  test('batch puts tensors, numbers and strings together, in the structure of the element', async () => {
    const dataset = form(Dataset.fromTensorSlices([tensor([[1, 2], [3, 4], [5, 6]]), { s: ['a', 'b', 'c'] }])); // prettier-ignore
    expect(await all(dataset.batch(2))).toEqual([[[[1, 2], [3, 4]], { s: ['a', 'b'] }], [[[5, 6]], { s: ['c'] }]]); // prettier-ignore
    expect(await all(dataset.batch(2, { dropRemainder: true }))).toHaveLength(1);
    const [numbers] = await form(Dataset.fromList([1, 2.5])).batch(2).toArray(); // prettier-ignore
    expect([numbers.dtype, plain(numbers)]).toEqual(['float32', [1, 2.5]]);
  });

  test('batch says which part does not fit', async () => {
    const ragged = form(Dataset.fromList([{ x: tensor([1, 2]) }, { x: tensor([1, 2, 3]) }]));
    await expect(ragged.batch(2).toArray()).rejects.toThrow(
      /Dataset.batch: elements of different shapes cannot be one batch: the element.x has shapes \(2,\) and \(3,\). Use paddedBatch\(\)/,
    );
    const mixed = form(Dataset.fromList<unknown>([tensor([1]), tensor([1], null, 'float32')]));
    await expect(mixed.batch(2).toArray()).rejects.toThrow(
      /element 1 of the batch is float32, that of the first int32/,
    );
    const keys = form(Dataset.fromList<unknown>([{ a: 1 }, { b: 1 }]));
    await expect(keys.batch(2).toArray()).rejects.toThrow(/that of the first is a dict of a/);
  });

  test('paddedBatch pads to the largest of the batch, or to a size', async () => {
    const dataset = form(Dataset.fromList([tensor([[1]]), tensor([[2, 3], [4, 5]]), tensor([[6, 7]])])); // prettier-ignore
    expect(await all(dataset.paddedBatch(2))).toEqual([[[[1, 0], [0, 0]], [[2, 3], [4, 5]]], [[[6, 7]]]]); // prettier-ignore
    const wide = dataset.paddedBatch(3, { paddedShapes: [null, 3], paddingValues: -1 }).take(1);
    expect(await all(wide)).toEqual([[[[1, -1, -1], [-1, -1, -1]], [[2, 3, -1], [4, 5, -1]], [[6, 7, -1], [-1, -1, -1]]]]); // prettier-ignore
    await expect(dataset.paddedBatch(2, { paddedShapes: [1, 2] }).toArray()).rejects.toThrow(/an element has 2/);
  });

  test('filter, take, skip, shard, enumerate, takeWhile, unbatch', async () => {
    const dataset = form(Dataset.range(7));
    expect(await all(dataset.filter((i) => later(i % 2 === 0)))).toEqual([0, 2, 4, 6]);
    expect(await all(dataset.take(2))).toEqual([0, 1]);
    expect(await all(dataset.take(-1))).toHaveLength(7);
    expect(await all(dataset.skip(5))).toEqual([5, 6]);
    expect(await all(dataset.skip(9))).toEqual([]);
    expect(await all(dataset.shard(3, 1))).toEqual([1, 4]);
    expect(await all(dataset.take(2).enumerate(5))).toEqual([[5, 0], [6, 1]]); // prettier-ignore
    expect(await all(dataset.takeWhile((i) => i < 3))).toEqual([0, 1, 2]);
    expect(await all(dataset.batch(3).unbatch())).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('zip, concatenate, interleave, flatMap', async () => {
    const [a, b] = [form(Dataset.range(3)), form(Dataset.fromList(['a', 'b', 'c', 'd']))];
    expect(await all(Dataset.zip([a, { b }]))).toEqual([[0, { b: 'a' }], [1, { b: 'b' }], [2, { b: 'c' }]]); // prettier-ignore
    expect(await all(a.concatenate(form(Dataset.range(5, 7))))).toEqual([0, 1, 2, 5, 6]);
    // tf.data.Dataset.range(1, 6).interleave(lambda x: from_tensors(x).repeat(6), cycle_length=2, block_length=4)
    const interleaved = form(Dataset.range(1, 6)).interleave((i) => Dataset.fromList([i]).repeat(6), {
      cycleLength: 2,
      blockLength: 4,
    });
    expect(await all(interleaved)).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 3, 3, 4, 4, 5, 5, 5, 5, 5, 5]); // prettier-ignore
    expect(await all(a.flatMap((i) => Dataset.range(i)))).toEqual([0, 0, 1]);
  });

  test('shuffles mix all, give each pass an order of its own, and repeat by their seed', async () => {
    const make = (options?: object): Dataset<number> => form(Dataset.range(50)).shuffle(50, { seed: 7, ...options });
    const dataset = make();
    const [first, second] = [await dataset.toArray(), await dataset.toArray()];
    expect(first).not.toEqual(second);
    expect(first.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_u, i) => i));
    expect(await all(make())).toEqual(first);
    const still = make({ reshuffleEachIteration: false });
    expect(await all(still)).toEqual(await all(still));
    expect(await all(make().repeat(2))).not.toEqual([...first, ...first]);
    const near = await form(Dataset.range(100)).shuffle(5, { seed: 1 }).toArray(); // prettier-ignore
    near.forEach((element, i) => expect(element).toBeLessThan(i + 5)); // no element comes before it can be in the buffer
    setRandomSeed(3);
    const drawn = await form(Dataset.range(20)).shuffle(20).toArray(); // prettier-ignore
    setRandomSeed(3);
    expect(await all(form(Dataset.range(20)).shuffle(20))).toEqual(drawn);
  });

  test('cache keeps what a whole pass made', async () => {
    let made = 0;
    const dataset = form(Dataset.range(4)).map((i) => (made++, i)).cache(); // prettier-ignore
    await all(dataset);
    await all(dataset);
    expect(made).toBe(4);
  });

  test('prefetch makes elements while the reader is busy', async () => {
    let made = 0;
    const dataset = form(Dataset.range(10)).map((i) => (made++, later(i))).prefetch(4); // prettier-ignore
    const iterator = dataset.iterator();
    expect((await iterator.next()).value).toBe(0);
    await later(null, 30);
    expect(made).toBeGreaterThanOrEqual(4);
    expect(made).toBeLessThanOrEqual(6);
    await iterator.return();
    expect(await all(dataset)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('an error of a function comes out at its element, and the source is closed', async () => {
    let closed = false;
    const source = Dataset.fromGenerator(function* () {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        closed = true;
      }
    });
    const fails = source.map((i) => (i === 3 ? Promise.reject(new Error('no image 3')) : i), { numParallel: 2 });
    const seen: number[] = [];
    const read = async (): Promise<void> => {
      for await (const i of fails.prefetch(2)) seen.push(i);
    };
    await expect(read()).rejects.toThrow('no image 3');
    expect([seen, closed]).toEqual([[0, 1, 2], true]);
  });
});

/** A random chain, over random access or a stream; and what it must give in its first pass if nothing in it is random. */
const chain = fc.record({
  length: fc.nat(12),
  stream: fc.boolean(),
  stages: fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('map' as const), n: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constant('filter' as const), n: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constant('take' as const), n: fc.nat(9) }),
      fc.record({ kind: fc.constant('skip' as const), n: fc.nat(4) }),
      fc.record({ kind: fc.constant('repeat' as const), n: fc.nat(3) }),
      fc.record({ kind: fc.constant('regroup' as const), n: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ kind: fc.constant('shuffle' as const), n: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ kind: fc.constant('prefetch' as const), n: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constant('concatenate' as const), n: fc.nat(3) }),
      fc.record({ kind: fc.constant('shard' as const), n: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constant('cache' as const), n: fc.constant(0) }),
      // A stream whose length is known.
      fc.record({ kind: fc.constant('during' as const), n: fc.constant(0) }),
    ),
    { maxLength: 5 },
  ),
});

test('random chains give what lists give, and go on at any element', async () => {
  await fc.assert(
    fc.asyncProperty(chain, async ({ length, stream, stages }) => {
      const source = Dataset.range(length);
      let dataset: Dataset<number> = stream ? streamed(source) : source;
      let list = Array.from({ length }, (_, i) => i);
      let open = 0;
      for (const { kind, n } of stages) {
        if (kind === 'map') [dataset, list] = [dataset.map((i) => (i % 2 ? i + n : later(i + n, 0)), { numParallel: n }), list.map((i) => i + n)]; // prettier-ignore
        if (kind === 'filter') [dataset, list] = [dataset.filter((i) => i % n === 0), list.filter((i) => i % n === 0)];
        if (kind === 'take') [dataset, list] = [dataset.take(n), list.slice(0, n)];
        if (kind === 'skip') [dataset, list] = [dataset.skip(n), list.slice(n)];
        if (kind === 'repeat') [dataset, list] = [dataset.repeat(n), Array.from({ length: n }, () => list).flat()];
        if (kind === 'regroup') dataset = dataset.batch(n).unbatch().map((x) => x.arraySync<number>()); // prettier-ignore
        if (kind === 'shuffle') dataset = dataset.shuffle(n, { seed: n });
        if (kind === 'prefetch') dataset = dataset.prefetch(n);
        if (kind === 'concatenate') [dataset, list] = [dataset.concatenate(Dataset.range(n)), [...list, ...Array(n).keys()]]; // prettier-ignore
        if (kind === 'shard') [dataset, list] = [dataset.shard(n, n - 1), list.filter((_, i) => i % n === n - 1)];
        if (kind === 'cache') dataset = dataset.cache();
        if (kind === 'during') dataset = dataset.during(() => (open++, () => void open--));
      }
      const iterator = dataset.iterator();
      const elements: number[] = [];
      const positions = [iterator.position()];
      for await (const element of iterator) {
        elements.push(element);
        positions.push(iterator.position());
      }
      if (!stages.some(({ kind }) => kind === 'shuffle')) expect(elements).toEqual(list);
      const known = dataset.cardinality();
      if (known !== null) expect(elements).toHaveLength(known);
      for (const position of positions.filter((_, i) => i % 3 === 0)) {
        const rest: number[] = [];
        for await (const element of dataset.iterator(position)) rest.push(element);
        expect(rest).toEqual(elements.slice(position.taken));
      }
      expect(open).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test('a repeated stream of known length goes on in a later repetition', async () => {
  const dataset = Dataset.range(3)
    .shuffle(3, { seed: 4 })
    .during(() => () => undefined)
    .repeat(3);
  const all = await dataset.toArray();
  expect(all).toHaveLength(9);
  for (let taken = 0; taken <= 9; taken++) {
    const rest: number[] = [];
    for await (const element of dataset.iterator({ pass: 0, taken })) rest.push(element);
    expect(rest).toEqual(all.slice(taken));
  }
});

test('a model trains on a data set, and sees all of it once an epoch', async () => {
  const x = tensor(Array.from({ length: 20 }, (_, i) => [i / 10, 1 - i / 20]));
  const y = tensor(Array.from({ length: 20 }, (_, i) => [i / 10]));
  const seen: number[] = [];
  const dataset = Dataset.fromTensorSlices([x, y])
    .shuffle(20, { seed: 2 })
    .map(([a, b]) => {
      seen.push(b.arraySync<number[]>()[0]);
      return [a, b] as const;
    })
    .batch(8);
  const model = new Sequential([new Dense(1)]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const { history } = await model.fit(dataset, { epochs: 2, verbose: 0, validationData: dataset });
  expect(history['loss']).toHaveLength(2);
  expect(history['val_loss'][1]).toBeLessThan(history['val_loss'][0]);
  expect(seen).toHaveLength(80); // two epochs of training, two of validation
  const losses = await model.evaluate(Dataset.fromTensorSlices([x, y]).batch(7), { verbose: 0 });
  expect(losses).toBeCloseTo(await model.evaluate(x, y, { verbose: 0 }), 5);
  expect((await model.predict<Tensor>(Dataset.fromTensorSlices([x]).batch(7), { verbose: 0 })).shape).toEqual([20, 1]);
  const endless = Dataset.fromTensorSlices([x, y]).repeat().batch(5);
  await expect(model.fit(endless, { epochs: 1, stepsPerEpoch: 3, verbose: 0 })).resolves.toBeDefined();
});

test('what does not fit is refused at the call', async () => {
  const dataset = Dataset.range(3);
  expect(() => dataset.batch(0)).toThrow(/Dataset.batch: batchSize=0. Expected a whole number from 1/);
  expect(() => dataset.shuffle(2.5)).toThrow(/bufferSize=2.5/);
  expect(() => dataset.map(3 as never)).toThrow(/Dataset.map: got 3. Expected a function/);
  expect(() => dataset.map((i) => i, { parallel: 2 } as never)).toThrow(/parallel/);
  expect(() => dataset.shard(2, 2)).toThrow(/index=2, but there are 2 shards/);
  expect(() => Dataset.zip([dataset, 3])).toThrow(/Expected a list or dict of data sets/);
  expect(() => dataset.iterator({ pass: 0, taken: -1 })).toThrow(/position.taken=-1/);
  await expect(dataset.repeat().toArray()).rejects.toThrow(/has no end/);
});

test('elements are typed', () => {
  const dataset = Dataset.fromTensorSlices([tensor([1, 2]), { label: ['a', 'b'] }]);
  expectTypeOf(dataset).toEqualTypeOf<Dataset<readonly [Tensor, { readonly label: string }]>>();
  expectTypeOf(Dataset.range(3).map((i) => [i, String(i)] as const).batch(2)).toEqualTypeOf<Dataset<readonly [Tensor, string[]]>>(); // prettier-ignore
});
