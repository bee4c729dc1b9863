import { describe, expect, test } from 'vitest';
import type { Batch, WholeData } from '../data/index.js';
import * as ops from '../ops/index.js';
import type { Tensor } from '../runtime/index.js';
import { currentBackend, ResidentHeap, setBackend, tensor } from '../runtime/index.js';
import { everyBackend } from '../testing/backends.js';
import { ResidentSteps } from './resident_steps.js';
import { StepPrograms } from './step_programs.js';

describe('programs of steps', () => {
  test('are kept for 64 forms of batches, the least recently used one goes first', async () => {
    setBackend('interpreter');
    let traced = 0;
    const programs = new StepPrograms();
    const steps = programs.steps('predict', '', ([x]: Batch) => (traced++, ops.negative(x as Tensor)), false);
    const run = (n: number): Promise<unknown> => steps.step([ops.ones([n]), null, null]);
    for (let n = 1; n <= 64; n++) await run(n);
    expect(traced).toBe(64);
    await run(1); // now the most recently used
    expect(traced).toBe(64);
    await run(65); // takes the place of 2
    for (const n of [1, 3, 64]) await run(n);
    expect(traced).toBe(65);
    await run(2);
    expect(traced).toBe(66);
  });
});

describe('data in the heap', () => {
  everyBackend((_, name) => {
    test('that are to make room stay as long as somebody works on them', async () => {
      setBackend(name);
      const home = new ResidentHeap(currentBackend());
      let freed = 0;
      const { heap } = home;
      const allocate = heap.allocate.bind(heap);
      heap.allocate = (type, label) => {
        const buffer = allocate(type, label);
        const free = buffer.free.bind(buffer);
        buffer.free = () => (freed++, free());
        return buffer;
      };
      const data = tensor([1, 2, 3, 4, 5, 6], [6, 1], 'float32');
      const whole: WholeData = {
        arrays: [data, null, null],
        numSamples: 6,
        batchSize: 2,
        numBatches: 3,
        shuffled: false,
        order: () => null,
      };
      const steps = new ResidentSteps('predict', whole, ([x]) => ops.multiply(x as Tensor, 2), home);
      expect(steps.acquire(whole)).toBe(true);
      expect(steps.acquire(whole)).toBe(true);
      steps.evict();
      expect(freed).toBe(0);
      heap.allocate({ dtype: 'float32', shape: [6] }, 'other data').write(ops.zeros([6]).ndarray);
      expect(((await steps.steps(2, 1)) as Tensor).arraySync()).toEqual([[10], [12]]);
      steps.release();
      expect(freed).toBe(0);
      expect(((await steps.steps(0, 1)) as Tensor).arraySync()).toEqual([[2], [4]]);
      steps.release();
      expect(freed).toBe(1);
    });
  });
});
