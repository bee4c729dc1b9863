import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Logs } from '../callbacks/index.js';
import { Callback, CallbackList, LambdaCallback } from '../callbacks/index.js';
import { Dense, Input } from '../layers/index.js';
import { Sequential } from '../models/index.js';
import { setRandomSeed } from '../random/index.js';
import { Program, setBackend, tensor } from '../runtime/index.js';
import { everyBackend } from '../testing/backends.js';

afterEach(() => {
  vi.restoreAllMocks();
});

const x = tensor(Array.from({ length: 53 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]));
const y = tensor(Array.from({ length: 53 }, (_, i) => [Math.sin(2 * i)]));

function model(stepsPerExecution: number | 'auto' = 'auto'): Sequential {
  setRandomSeed(9);
  const made = new Sequential([Input({ shape: [2] }), new Dense(3, { activation: 'tanh' }), new Dense(1)]);
  made.compile({ optimizer: 'adam', loss: 'mse', stepsPerExecution });
  return made;
}

interface Seen {
  readonly done: number;
  readonly batch: number;
  readonly loss: number;
  readonly weights: unknown;
}

/** Keeps the weights after every `period` steps. */
class Every extends Callback {
  readonly seen: Seen[] = [];
  constructor(readonly period: number) {
    super();
  }
  override nextCheckpoint(done: number): number {
    return done + this.period - (done % this.period);
  }
  override onCheckpoint(done: number, batch: number, logs: Logs): void {
    this.seen.push({ done, batch, loss: logs['loss'], weights: this.model.getWeights().map((w) => w.arraySync()) });
  }
}

/** 14 steps an epoch, three epochs. */
const options = { verbose: 0, epochs: 3, batchSize: 4 } as const;

/** What a callback sees that hears of each batch. */
async function seenStepByStep(): Promise<Seen[]> {
  const made = model();
  const all: Seen[] = [];
  const onTrainBatchEnd = (batch: number, logs: Logs): void => {
    const weights = made.getWeights().map((w) => w.arraySync());
    all.push({ done: all.length + 1, batch, loss: logs['loss'], weights });
  };
  await made.fit(x, y, { ...options, callbacks: new LambdaCallback({ onTrainBatchEnd }) });
  return all;
}

describe('checkpoints between batches', () => {
  everyBackend((_, backend) => {
    test.each([
      ['of data in the heap', {}],
      ['of batches that are fed', { stepsPerEpoch: 14 }],
    ])('%s show the weights of exactly those steps', async (_name, more) => {
      setBackend(backend);
      const all = await seenStepByStep();
      const [five, seven] = [new Every(5), new Every(7)];
      await model().fit(x, y, { ...options, ...more, callbacks: [five, new CallbackList([seven])] });
      expect(five.seen).toEqual(all.filter(({ done }) => done % 5 === 0));
      expect(seven.seen).toEqual(all.filter(({ done }) => done % 7 === 0));
    });
  });

  test('the steps before them run in one go', async () => {
    setBackend('wasm');
    const steps: number[] = [];
    const { run } = Program.prototype; // eslint-disable-line @typescript-eslint/unbound-method -- called with its object below
    vi.spyOn(Program.prototype, 'run').mockImplementation(function (this: Program, feeds, count = 1) {
      steps.push(count);
      return run.call(this, feeds, count);
    });
    const ten = new Every(10);
    await model().fit(x, y, { ...options, callbacks: ten });
    expect(ten.seen.map(({ done }) => done)).toEqual([10, 20, 30, 40]);
    expect(steps.reduce((sum, count) => sum + count, 0)).toBe(42);
    expect(Math.max(...steps)).toBeGreaterThan(4);
    expect(steps.length).toBeLessThan(21);
  });

  test('with executions of fixed size they come at the end of the execution that they are in', async () => {
    const five = new Every(5);
    await model(4).fit(x, y, { ...options, callbacks: five });
    // Epochs of 14 steps: executions end after 4, 8, 12, 14, 18, 22, 26, 28, 32, …
    expect(five.seen.map(({ done }) => done)).toEqual([8, 12, 18, 22, 26, 32, 36, 40]);
  });
});
