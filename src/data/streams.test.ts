import { Readable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import '../index.js';
import { Dense } from '../layers/index.js';
import { Sequential } from '../models/index.js';
import { ones } from '../ops/index.js';
import { Dataset } from './index.js';
import type { BatchLike } from './index.js';

const batch = (): BatchLike => [ones([4, 2]), ones([4, 1])];
const model = (): Sequential => {
  const made = new Sequential([new Dense(1)]);
  made.compile({ optimizer: 'sgd', loss: 'mse' });
  return made;
};
/** A stream of the web of so many batches, and what was done to it. */
const web = (count: number): { stream: ReadableStream<BatchLike>; events: string[] } => {
  const events: string[] = [];
  let given = 0;
  const stream = new ReadableStream<BatchLike>({
    pull: (controller) => {
      if (given++ < count) controller.enqueue(batch());
      else controller.close();
    },
    cancel: () => void events.push('cancel'),
  });
  return { stream, events };
};

describe('streams of batches', () => {
  test('fit and evaluate take streams of the web and of Node', async () => {
    const net = model();
    expect((await net.fit(web(3).stream, { verbose: 0 })).epoch).toEqual([0]);
    expect(typeof (await net.evaluate(web(2).stream, { verbose: 0 }))).toBe('number');
    await net.fit(Readable.from([batch(), batch()]), { verbose: 0 });
    const { stream } = web(6);
    // Each epoch goes on where the one before has stopped.
    expect((await net.fit(stream, { epochs: 3, stepsPerEpoch: 2, verbose: 0 })).epoch).toEqual([0, 1, 2]);
    const node = Readable.from(Array.from({ length: 6 }, batch));
    expect((await net.fit(node, { epochs: 3, stepsPerEpoch: 2, verbose: 0 })).epoch).toEqual([0, 1, 2]);
    const made = vi.fn(() => web(2).stream);
    expect((await net.fit(made, { epochs: 2, verbose: 0 })).epoch).toEqual([0, 1]);
  });

  test('an error of the stream is that of fit', async () => {
    const broken = new ReadableStream<BatchLike>({
      pull: (controller) => controller.error(new Error('the cable is cut')),
    });
    await expect(model().fit(broken, { verbose: 0 })).rejects.toThrow(/the cable is cut/);
  });

  test('a Dataset of streams reads each pass anew, and cancels what it leaves', async () => {
    const all: string[][] = [];
    const dataset = Dataset.fromGenerator<BatchLike>(() => {
      const { stream, events } = web(3);
      all.push(events);
      return stream;
    });
    expect((await dataset.toArray()).length).toBe(3);
    expect((await dataset.take(1).toArray()).length).toBe(1);
    expect(all).toEqual([[], ['cancel']]);
    const [first] = (await Dataset.fromGenerator(() => Readable.from([1, 2])).map((n) => Number(n) * 2).toArray()); // prettier-ignore
    expect(first).toBe(2);
  });
});
