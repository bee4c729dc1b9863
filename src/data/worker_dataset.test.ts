import { afterEach, describe, expect, test, vi } from 'vitest';
import '../testing/backends.js';
import { Callback } from '../callbacks/index.js';
import { setPlatform } from '../core/platform.js';
import { Dense } from '../layers/index.js';
import { Sequential } from '../models/index.js';
import { nodePlatform } from '../platform/node/index.js';
import { setRandomSeed } from '../random/index.js';
import { tensor } from '../runtime/index.js';
import { WorkerDataset } from './worker_dataset.js';
import { makeWorkerServer } from './worker_server.js';

setPlatform({ workers: nodePlatform.workers });
afterEach(() => vi.restoreAllMocks());

/** A module as a URL. */
const module = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;

/** Batch `index` of four: the index twice as x, and once more as y. It answers late where it is even. */
const COUNTING = `
export default class Counting {
  constructor(length = 4) { this.length = length; }
  async getItem(index) {
    await new Promise((resolve) => setTimeout(resolve, index % 2 === 0 ? 12 : 0));
    return [{ data: Float32Array.of(index, index), shape: [2, 1] }, { data: Float32Array.of(1, 1), shape: [2, 1] }];
  }
}`;

function line(): Sequential {
  const model = new Sequential([new Dense(1, { kernelInitializer: 'zeros' })]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  return model;
}

/** All items in order, by several calls at once. */
async function items(dataset: WorkerDataset, workers?: number): Promise<unknown[]> {
  await dataset.open(workers);
  try {
    return await Promise.all(Array.from({ length: dataset.length! }, (_, index) => dataset.getItem(index)));
  } finally {
    dataset.close();
  }
}

describe('WorkerDataset', () => {
  test.each([0, 1, 3])('with %i workers: the same items, in order', async (workers) => {
    const made = (await items(new WorkerDataset(module(COUNTING), [5], { workers }))) as [
      { data(): unknown },
      unknown,
    ][];
    expect(await Promise.all(made.map(async ([x]) => [...((await x.data()) as Float32Array)]))).toEqual(
      [0, 1, 2, 3, 4].map((i) => [i, i]),
    );
  });

  test('fit trains as it does with the same batches of this thread, once each, and ends the workers', async () => {
    const order: number[] = [];
    const dataset = new WorkerDataset(module(COUNTING), [], { workers: 2 });
    const getItem = dataset.getItem.bind(dataset);
    dataset.getItem = (index) => {
      order.push(index);
      return getItem(index);
    };
    const { history } = await line().fit(dataset, { epochs: 2, shuffle: false, verbose: 0 });
    expect(order).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
    const here = async function* () {
      for (let i = 0; i < 4; i++)
        yield [tensor([[i], [i]], null, 'float32'), tensor([[1], [1]], null, 'float32')] as const;
    };
    const expected = await line().fit(here, { epochs: 2, verbose: 0 });
    expect(history.loss).toEqual(expected.history.loss);
    expect(() => dataset.length).toThrow(/is not open/);
  });

  test('evaluate, predict, and validationData open it too', async () => {
    const data = () => new WorkerDataset(module(COUNTING));
    const model = line();
    const { history } = await model.fit(data(), { validationData: data(), verbose: 0 });
    expect(history.val_loss).toHaveLength(1);
    const same = data();
    await model.fit(same, { validationData: same, verbose: 0, workers: 2 });
    expect(await model.evaluate(data(), { verbose: 0 })).toBeTypeOf('number');
    expect((await model.predict<{ shape: number[] }>(data(), { verbose: 0 })).shape).toEqual([8, 1]);
  });

  test('the next batches are made while a step runs', async () => {
    // A step does not end before the worker has begun the batch after it: with one after the other nothing would ever go on.
    const channel = new SharedArrayBuffer(4);
    const begun = new Int32Array(channel);
    const text = `export default (channel) => ({ length: 4, getItem(index) {
      Atomics.store(new Int32Array(channel), 0, index);
      return [{ data: Float32Array.of(index), shape: [1, 1] }, { data: Float32Array.of(1), shape: [1, 1] }];
    } })`;
    class Waits extends Callback {
      override async onTrainBatchEnd(step: number): Promise<void> {
        while (step < 3 && Atomics.load(begun, 0) <= step) await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    await line().fit(new WorkerDataset(module(text), [channel]), {
      callbacks: [new Waits()],
      shuffle: false,
      verbose: 0,
    });
    expect(Atomics.load(begun, 0)).toBe(3);
  });

  test('several workers make batches at the same time', async () => {
    // Each of the first two items waits until the other is in the making as well.
    const channel = new SharedArrayBuffer(4);
    const text = `export default (channel) => ({ length: 2, getItem(index) {
      const begun = new Int32Array(channel);
      Atomics.add(begun, 0, 1);
      Atomics.notify(begun, 0);
      while (Atomics.load(begun, 0) < 2) Atomics.wait(begun, 0, 1);
      return [[index]];
    } })`;
    expect(await items(new WorkerDataset(module(text), [channel], { workers: 2 }))).toEqual([[[0]], [[1]]]);
  });

  test('an error names the item, and has the stack of the worker as its cause', async () => {
    const text = `export default class { length = 4; getItem(index) {
      if (index === 2) throw new RangeError('no file 2');
      return [{ data: Float32Array.of(1), shape: [1, 1] }, { data: Float32Array.of(1), shape: [1, 1] }];
    } }`;
    const dataset = new WorkerDataset(module(text), [], { workers: 2 });
    const error = await line().fit(dataset, { shuffle: false, verbose: 0 }).then(() => null, (thrown: unknown) => thrown as Error); // prettier-ignore
    expect(error!.message).toBe(
      'WorkerDataset(data:), item 2: RangeError: no file 2 (while batch 2 of the data was made, counted from 0)',
    );
    expect((error!.cause as Error).stack).toMatch(/RangeError: no file 2[\s\S]*getItem/);
    expect(() => dataset.length).toThrow(/is not open/);
  });

  test.each([
    [
      'a worker that ends',
      'export default class { length = 1; getItem() { process.exit(3); } }',
      /item 0: its worker ended \(exit code 3\)/,
    ],
    ['no such export', 'export const other = 1;', /the module has no default export/],
    ['no getItem', 'export default () => ({ length: 3 })', /has no method getItem/],
    ['no length', 'export default class { getItem() { return 1; } }', /its length is a value of type undefined/],
    [
      'what cannot be sent',
      'export default class { length = 1; getItem() { return [() => 1]; } }',
      /cannot be sent to another thread/,
    ],
    ['a module that is not there', null, /WorkerDataset\(nowhere\.mjs\): .*nowhere/],
    ['a module that throws', 'throw new Error("not today")', /not today/],
  ])('%s is an error that says so', async (_, text, message) => {
    const url = text === null ? new URL('file:///nowhere.mjs') : module(text);
    await expect(items(new WorkerDataset(url))).rejects.toThrow(message);
  });

  test('arguments that are none', () => {
    expect(() => new WorkerDataset('./data.js')).toThrow(/new URL\('\.\/data\.js', import\.meta\.url\)/);
    expect(() => new WorkerDataset(module(''), 3 as never)).toThrow(/args is .*Expected a list/);
    expect(() => new WorkerDataset(module(''), [], { worker: 3 } as never)).toThrow(/workers/);
  });

  test('arguments that cannot be sent are refused', async () => {
    await expect(items(new WorkerDataset(module(COUNTING), [() => 1]))).rejects.toThrow(/arguments cannot be sent/);
  });

  test('orders mixed by Math.random agree between workers; items do not depend on their number', async () => {
    const text = `export default class {
      length = 6;
      order = [0, 1, 2, 3, 4, 5].sort(() => Math.random() - 0.5);
      onEpochEnd() { this.order.sort(() => Math.random() - 0.5); }
      getItem(index) { return [[this.order[index], Math.random()]]; }
    }`;
    const epochs = async (workers: number) => {
      const dataset = new WorkerDataset(module(text), [], { workers });
      await dataset.open();
      const made: number[][][] = [];
      for (let epoch = 0; epoch < 2; epoch++) {
        await dataset.onEpochBegin();
        made.push(
          (await Promise.all([0, 1, 2, 3, 4, 5].map((i) => dataset.getItem(i)))).map((item) => (item as number[][])[0]),
        );
        await dataset.onEpochEnd();
      }
      dataset.close();
      return made;
    };
    setRandomSeed(3);
    const three = await epochs(3);
    setRandomSeed(3);
    expect(await epochs(1)).toEqual(three);
    for (const epoch of three) {
      expect(epoch.map(([number]) => number).sort()).toEqual([0, 1, 2, 3, 4, 5]);
      expect(new Set(epoch.map(([, random]) => random)).size).toBe(6);
    }
  });
});

test('useMultiprocessing without a module of its own says once what to do', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const data = () => [[tensor([[1]], null, 'float32'), tensor([[1]], null, 'float32')] as const][Symbol.iterator]();
  for (let i = 0; i < 2; i++) await line().fit(data, { useMultiprocessing: true, workers: 2, verbose: 0 });
  expect(warn.mock.calls.map(([text]) => text as string)).toEqual([expect.stringContaining('utils.WorkerDataset')]);
});

describe('what a worker sends', () => {
  const serve = (getItem: (index: number) => unknown) =>
    makeWorkerServer(() => Promise.resolve({ default: () => ({ length: 2, getItem }) }), true);
  const open = { id: 0, kind: 'open', args: [], name: 'default', seed: 1 } as const;
  const item = (id: number) => ({ id, kind: 'item', index: id, seed: id }) as const;

  test('typed arrays are handed over, parts of larger buffers copied', async () => {
    const [whole, large] = [new Float32Array(3), new Float32Array(8)];
    const server = serve(() => [whole, large.subarray(2, 4), { data: whole, shape: [3, 1] }]);
    await server(open);
    const answer = await server(item(1));
    if ('error' in answer) throw new Error(answer.error.message);
    expect(answer.buffers).toHaveLength(2);
    expect(answer.buffers[0]).toBe(whole.buffer);
    expect(answer.buffers[1]).not.toBe(large.buffer);
  });

  test('an array that was handed over before is refused', async () => {
    const cached = new Float32Array(3);
    const server = serve(() => [cached]);
    await server(open);
    await server(item(1));
    expect(await server(item(2))).toMatchObject({ error: { message: /handed over with another batch/ } });
  });
});
