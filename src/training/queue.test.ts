import { afterEach, describe, expect, test, vi } from 'vitest';
import '../testing/backends.js';
import { Callback } from '../callbacks/index.js';
import { Dataset, PyDataset } from '../data/index.js';
import { Dense } from '../layers/index.js';
import { Sequential } from '../models/index.js';
import { tensor } from '../runtime/index.js';

afterEach(() => vi.restoreAllMocks());
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const batch = (i: number) => [tensor([[i], [i + 1]], null, 'float32'), tensor([[i], [1]], null, 'float32')] as const;

function line(): Sequential {
  const model = new Sequential([new Dense(1, { kernelInitializer: 'zeros' })]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  return model;
}

/** Notes when batches are begun and when steps end; a step takes some turns of the event loop. */
function diary() {
  const notes: string[] = [];
  class Steps extends Callback {
    override async onTrainBatchEnd(i: number): Promise<void> {
      await later(15);
      notes.push(`step ${i}`);
    }
  }
  return { notes, callbacks: [new Steps()] };
}

describe('batches are made while steps run', () => {
  const cases: [name: string, make: (begin: (i: number) => void) => Parameters<Sequential['fit']>[0]][] = [
    ['an async generator', (begin) => async function* () { for (let i = 0; i < 4; i++) { begin(i); await later(2); yield batch(i); } }], // prettier-ignore
    ['a plain generator', (begin) => function* () { for (let i = 0; i < 4; i++) { begin(i); yield batch(i); } }], // prettier-ignore
    ['a data set', (begin) => Dataset.range(4).map(async (i) => { begin(i); await later(2); return batch(i); })], // prettier-ignore
    ['a PyDataset', (begin) => new (class extends PyDataset {
      override get length() { return 4; }
      override async getItem(i: number) { begin(i); await later(2); return batch(i); }
    })()], // prettier-ignore
  ];

  test.each(cases)('%s', async (_, make) => {
    const { notes, callbacks } = diary();
    const seen = new Set<number>();
    const data = make((i) => {
      if (!seen.has(i)) notes.push(`begin ${i}`);
      seen.add(i);
    });
    await line().fit(data, { verbose: 0, callbacks, shuffle: false });
    for (const i of [0, 1, 2]) expect(notes.indexOf(`begin ${i + 1}`)).toBeLessThan(notes.indexOf(`step ${i}`));
    expect(notes.filter((note) => note.startsWith('step'))).toHaveLength(4);
  });

  /** How many batches were made, or in the making, beyond those that steps have had; and how many were in the making at once. */
  async function mostAhead(kind: 'a generator' | 'a PyDataset', maxQueueSize: number, workers: number) {
    let [made, taken, most, running, together] = [0, 0, 0, 0, 0];
    const make = async (i: number) => {
      made++;
      together = Math.max(together, ++running);
      for (let i = 0; i < 5; i++) await turn();
      running--;
      return batch(i);
    };
    class Files extends PyDataset {
      override get length() { return 12; }
      override getItem(i: number) { return make(i); }
    } // prettier-ignore
    class Waits extends Callback {
      override async onTrainBatchEnd(): Promise<void> {
        taken++;
        // Until the queue is full or the data are at their end, if that comes at all; then for more than there may be.
        const isFull = (): boolean => made === 12 || made - taken >= maxQueueSize;
        for (let i = 0; workers > 0 && i < 500 && !isFull(); i++) await turn();
        for (let before = -1; before < made || running > 0;) {
          before = made;
          for (let i = 0; i < 3; i++) await turn();
        }
        most = Math.max(most, made - taken);
      }
    }
    const data = kind === 'a PyDataset' ? new Files() : async function* () { for (let i = 0; i < 12; i++) yield await make(i); }; // prettier-ignore
    await line().fit(data, { verbose: 0, shuffle: false, callbacks: [new Waits()], maxQueueSize, workers });
    expect(made).toBe(12);
    return { most, together };
  }

  test.each<[kind: 'a generator' | 'a PyDataset', maxQueueSize: number, workers: number, together: number]>([
    ['a generator', 1, 1, 1],
    ['a generator', 4, 1, 1],
    ['a generator', 4, 3, 1],
    ['a PyDataset', 1, 1, 1],
    ['a PyDataset', 4, 1, 1],
    ['a PyDataset', 4, 3, 3],
    ['a PyDataset', 3, 3, 3],
    ['a PyDataset', 2, 4, 2],
    ['a PyDataset', 10, 4, 4],
  ])('%s with maxQueueSize: %i and workers: %i is made so far ahead, and no further', async (kind, maxQueueSize, workers, together) => {
    expect(await mostAhead(kind, maxQueueSize, workers)).toEqual({ most: maxQueueSize, together });
  }); // prettier-ignore

  test.each<[kind: 'a generator' | 'a PyDataset', maxQueueSize: number, workers: number]>([
    ['a generator', 4, 0],
    ['a generator', 0, 1],
    ['a PyDataset', 4, 0],
    ['a PyDataset', 0, 3],
  ])('%s with maxQueueSize: %i and workers: %i is made when it is asked for', async (kind, maxQueueSize, workers) => {
    expect(await mostAhead(kind, maxQueueSize, workers)).toEqual({ most: 0, together: 1 });
  });

  test('workers: 0 makes a batch when it is asked for', async () => {
    const { notes, callbacks } = diary();
    const data = function* () { for (let i = 0; i < 3; i++) { notes.push(`begin ${i}`); yield batch(i); } }; // prettier-ignore
    await line().fit(data, { verbose: 0, callbacks, workers: 0 });
    expect(notes).toEqual(['begin 0', 'step 0', 'begin 1', 'step 1', 'begin 2', 'step 2']);
  });

  test('a generator is not read beyond what the steps need, and goes on in the next fit', async () => {
    const seen: number[] = [];
    const generator = (function* () { for (let i = 0; ; i++) { seen.push(i); yield batch(i); } })(); // prettier-ignore
    const model = line();
    await model.fit(generator, { epochs: 2, stepsPerEpoch: 3, verbose: 0, maxQueueSize: 10 });
    await later(5);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
    await model.fit(generator, { stepsPerEpoch: 2, verbose: 0 });
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('an error comes out as it is, with the number of the batch, at its turn', async () => {
    class NoImage extends Error {}
    const { notes, callbacks } = diary();
    const data = async function* () { yield batch(0); yield batch(1); await later(1); throw new NoImage('no image'); }; // prettier-ignore
    const fit = line().fit(data, { verbose: 0, callbacks, maxQueueSize: 5 });
    const error: unknown = await fit.catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NoImage);
    expect((error as Error).message).toBe('no image (while batch 2 of the data was made, counted from 0)');
    expect((error as Error).stack).toContain('while batch 2');
    expect(notes).toEqual(['step 0', 'step 1']);
  });

  const fails = (i: number) => {
    if (i === 2) throw new Error('no image');
    return batch(i);
  };
  class Failing extends PyDataset {
    override get length() { return 5; }
    override getItem(i: number) { return fails(i); }
  } // prettier-ignore
  const sources = {
    'a generator': () => function* () { for (let i = 0; ; i++) yield fails(i); },
    'an async generator': () => async function* () { for (let i = 0; ; i++) yield Promise.resolve(fails(i)); },
    'a data set': () => Dataset.range(5).map(fails),
    'a PyDataset': () => new Failing(),
  }; // prettier-ignore

  test.each(Object.entries(sources))('%s: the batch is named wherever it is made', async (_, make) => {
    const words = 'no image (while batch 2 of the data was made, counted from 0)';
    for (const options of [{}, { workers: 0 }, { maxQueueSize: 3, workers: 3 }]) {
      const given = { verbose: 0, ...options } as const;
      await expect(line().fit(make(), { shuffle: false, ...given })).rejects.toThrow(words);
      await expect(line().evaluate(make(), given)).rejects.toThrow(words);
      await expect(line().predict(make(), given)).rejects.toThrow(words);
      await expect(line().fit(sources['a generator'](), { ...given, stepsPerEpoch: 1, validationData: make() })).rejects.toThrow(words); // prettier-ignore
    }
  });

  test('the first batch, on which models are built, is named too; so is the number in getItem of mixed batches', async () => {
    const first = function* () { yield fails(2); }; // prettier-ignore
    await expect(line().fit(first, { verbose: 0 })).rejects.toThrow('no image (while batch 0 of the data was made');
    const broken = () => [batch(0), [tensor([[1]]), 'y'] as never];
    for (const workers of [0, 1]) await expect(line().fit(broken, { verbose: 0, workers })).rejects.toThrow(/batch 1 of the data/); // prettier-ignore
    for (let i = 0; i < 5; i++)
      await expect(line().fit(new Failing(), { verbose: 0, shuffle: true })).rejects.toThrow(
        'while batch 2 of the data',
      );
  });

  // Batch 2 has another width than the model was made for.
  const wide = (i: number) => (i === 2 ? ([tensor([[1, 2]]), tensor([[1]])] as const) : batch(i));
  class Wide extends PyDataset {
    override get length() { return 5; }
    override getItem(i: number) { return wide(i); }
  } // prettier-ignore
  const misfits = {
    'a generator': () => function* () { for (let i = 0; ; i++) yield wide(i); },
    'a data set': () => Dataset.range(5).map(wide),
    'a PyDataset': () => new Wide(),
  }; // prettier-ignore

  test.each(Object.entries(misfits))('%s: a batch that does not fit the model is named', async (_, make) => {
    const words = /Expected shape \(2, 1\).*\(1, 2\)\. \(in batch 2 of the data, counted from 0\)$/;
    for (const options of [{}, { workers: 0 }, { maxQueueSize: 3, workers: 3 }]) {
      const given = { verbose: 0, ...options } as const;
      const model = line();
      await model.predict(batch(0)[0], { verbose: 0 });
      await expect(model.fit(make(), { shuffle: false, ...given })).rejects.toThrow(words);
      await expect(model.evaluate(make(), given)).rejects.toThrow(words);
      await expect(model.predict(make(), given)).rejects.toThrow(words);
      await expect(model.fit(sources['a generator'](), { ...given, stepsPerEpoch: 1, validationData: make() })).rejects.toThrow(words); // prettier-ignore
    }
    // Of mixed batches it is the number that was asked for.
    for (let i = 0; i < 3; i++) {
      const model = line();
      await model.predict(batch(0)[0], { verbose: 0 });
      await expect(model.fit(make(), { verbose: 0, shuffle: true })).rejects.toThrow('in batch 2 of the data');
    }
  });

  test('the first batch that does not fit is named, one that lies in arrays is not', async () => {
    const loss = (): Sequential => { const model = new Sequential([new Dense(2)]); model.compile({ optimizer: 'sgd', loss: 'mse' }); return model; }; // prettier-ignore
    const targets = [tensor([[1], [2]]), tensor([[1, 2, 3], [1, 2, 3]])] as const; // prettier-ignore
    await expect(loss().fit(function* () { yield targets; }, { verbose: 0 })).rejects.toThrow(/in batch 0 of the data/); // prettier-ignore
    const error: unknown = await loss()
      .fit(targets[0], targets[1], { verbose: 0 })
      .catch((e: unknown) => e);
    expect((error as Error).message).toMatch(/do not go together/);
    expect((error as Error).message).not.toMatch(/batch/);
    await expect(loss().trainOnBatch(...targets)).rejects.not.toThrow(/in batch/);
  });

  test('batches that an epoch has left over keep their numbers', async () => {
    const model = line();
    const data = (function* () { for (let i = 0; ; i++) yield i === 3 ? wide(2) : batch(i); })(); // prettier-ignore
    await expect(model.fit(data, { epochs: 2, stepsPerEpoch: 2, verbose: 0 })).rejects.toThrow(
      'in batch 3 of the data',
    );
  });

  test('a validation that seems to have no end says what to give', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    class Stop extends Callback {
      override onTestBatchEnd(i: number): void {
        if (i === 1100) this.model.stopEvaluating = true;
      }
    }
    const [x, y] = batch(1);
    const endless = function* () { for (;;) yield batch(1); }; // prettier-ignore
    await line().fit(x, y, { verbose: 0, callbacks: [new Stop()], validationData: endless });
    expect(warn.mock.calls).toEqual([['fit: the validation has taken 1000 batches and goes on. If its data have no end, say validationSteps.']]); // prettier-ignore
    warn.mockClear();
    const long = function* () { for (let i = 0; i < 900; i++) yield batch(1); }; // prettier-ignore
    await line().fit(x, y, { verbose: 0, epochs: 2, validationData: long });
    await line().fit(x, y, { verbose: 0, validationData: endless, validationSteps: 1050 });
    expect(warn).not.toHaveBeenCalled();
  });

  test('stopTraining closes a generator function that waits', async () => {
    let closed = false;
    class Stop extends Callback {
      override onTrainBatchEnd(): void {
        this.model.stopTraining = true;
      }
    }
    const data = async function* () { try { for (let i = 0; ; i++) { await later(1); yield batch(i); } } finally { closed = true; } }; // prettier-ignore
    await line().fit(data, { verbose: 0, callbacks: [new Stop()] });
    expect(closed).toBe(true);
  });
});

test("Keras 2's names of fit, evaluate and predict for generators say once which to use now", async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const model = line();
  const data = function* () { for (let i = 0; i < 3; i++) yield batch(i); }; // prettier-ignore
  const { history } = await model.fitGenerator(data, { epochs: 2, maxQueueSize: 5, workers: 2, useMultiprocessing: false, verbose: 0, classWeight: { 1: 2 } }); // prettier-ignore
  expect(history.loss).toHaveLength(2);
  await model.fitGenerator(data, { verbose: 0 });
  expect(await model.evaluateGenerator(data, { steps: 2, verbose: 0 })).toEqual(await model.evaluate(data, { steps: 2, verbose: 0 })); // prettier-ignore
  expect((await model.predictGenerator(data, { steps: 2, verbose: 0 })).shape).toEqual([4, 1]);
  const texts = warn.mock.calls.map(([text]) => String(text));
  expect(texts.filter((text) => text.startsWith('fitGenerator'))).toEqual(["fitGenerator is Keras 2's name and works here; the name today is fit."]); // prettier-ignore
});

test('class weights multiply sample weights', async () => {
  const x = tensor([[1], [2], [3], [4]], null, 'float32');
  const y = tensor([0, 1, 1, 0]);
  const losses: number[][] = [];
  for (const [options] of [
    [{ sampleWeight: tensor([2, 6, 9, 1], null, 'float32') }],
    [{ sampleWeight: tensor([2, 2, 3, 1], null, 'float32'), classWeight: { 1: 3 } }],
  ]) {
    const model = line();
    losses.push((await model.fit(x, y, { ...options, verbose: 0, shuffle: false, epochs: 2 })).history.loss);
    const rows = (): Generator<readonly unknown[]> => (function* () { yield [x, y, options.sampleWeight]; })(); // prettier-ignore
    const { classWeight = null } = options as { classWeight?: Record<number, number> };
    losses.push((await line().fit(rows as never, { classWeight, verbose: 0, epochs: 2 })).history.loss);
  }
  for (const each of losses) expect(each).toEqual(losses[0]);
});
