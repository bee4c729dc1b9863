import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import '../testing/backends.js';
import { LambdaCallback } from '../callbacks/index.js';
import type { Interrupts } from '../core/platform.js';
import { getPlatform, setPlatform } from '../core/platform.js';
import { readEvents } from '../formats/tfevents/index.js';
import { Dense, Input } from '../layers/index.js';
import { Sequential } from '../models/index.js';
import { nodePlatform } from '../platform/node/index.js';
import { tensor, toTensor } from '../runtime/index.js';
import { loadModel } from '../saving/index.js';
import type { Child, ChildProgram } from '../testing/child.js';
import { childProgram } from '../testing/child.js';

setPlatform(nodePlatform);
const folder = mkdtempSync(join(tmpdir(), 'keras-ts-interrupt-'));
let program: ChildProgram;
beforeAll(async () => {
  program = await childProgram('interrupted');
});
afterAll(() => {
  program.dispose();
  rmSync(folder, { recursive: true });
});

/** Start the program and press Ctrl-C when it is at work. */
async function interrupted(kind: string): Promise<{ readonly child: Child; readonly place: string }> {
  const place = join(folder, kind);
  mkdirSync(place);
  const child = program.start([place, kind]);
  await child.says('at work');
  child.process.kill('SIGINT');
  return { child, place };
}

interface Result {
  readonly epochs: number;
  readonly losses: number;
  readonly validated: number;
  readonly trained: number;
  readonly listeners: number;
}
const resultOf = (child: Child): Result => JSON.parse(child.output().trim().split('\n').at(-1)!) as Result;

describe('Ctrl-C', () => {
  test('ends fit: hooks are called, files are whole, the history is there, the exit code is 130', async () => {
    const { child, place } = await interrupted('fit');
    expect(await child.ended).toEqual({ code: 130, signal: null });
    const { epochs, losses, trained, listeners } = resultOf(child);
    expect([losses, listeners]).toEqual([epochs, 0]);
    expect(child.output()).toContain(`onTrainEnd after ${trained}`);
    expect(child.output()).toContain('Ctrl-C again ends the process at once');
    const rows = readFileSync(join(place, 'log.csv'), 'utf8').split('\r\n');
    expect(rows).toHaveLength(epochs + 2); // the header, and the empty end
    expect((await loadModel(join(place, 'model.keras'))).countParams()).toBe(280);
    expect(readdirSync(place).sort()).toEqual(['log.csv', 'logs', 'model.keras']); // nothing half written is left
    const [events] = readdirSync(join(place, 'logs', 'train'));
    const steps = [...readEvents(readFileSync(join(place, 'logs', 'train', events)))].map(({ step }) => Number(step));
    expect(Math.max(...steps)).toBe(trained);
  });

  test('ends a validation inside fit, whose numbers are then left out', async () => {
    const { child } = await interrupted('validation');
    expect(await child.ended).toEqual({ code: 130, signal: null });
    const { epochs, validated } = resultOf(child);
    expect([epochs, validated]).toEqual([1, 0]);
  });

  test('pressed again it ends the process', async () => {
    const { child } = await interrupted('twice');
    await child.says('Ctrl-C again');
    child.process.kill('SIGINT');
    expect(await child.ended).toEqual({ code: null, signal: 'SIGINT' });
  });

  test.each(['evaluate', 'predict'])('ends the process in %s, as in Python', async (kind) => {
    const { child } = await interrupted(kind);
    expect(await child.ended).toEqual({ code: null, signal: 'SIGINT' });
  });
});

test('the key is listened to while a fit runs, and not after one that failed', async () => {
  const before = getPlatform();
  const listening = new Set<() => void>();
  const interrupts: Interrupts = {
    listen(listener) {
      listening.add(listener);
      return () => listening.delete(listener);
    },
  };
  setPlatform({ interrupts });
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  try {
    const model = new Sequential([Input({ shape: [1] }), new Dense(1)]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const x = tensor([[1], [2], [3], [4]], null, 'float32');
    const ended: string[] = [];
    const press = new LambdaCallback({
      onTrainBatchEnd: (batch) => {
        expect(listening.size).toBe(1);
        if (batch === 1) for (const listener of listening) listener();
      },
      onTrainEnd: () => {
        expect(listening.size).toBe(1); // what is being written then is finished, too
        ended.push('train');
      },
    });
    const { epoch } = await model.fit(x, x, { epochs: 3, batchSize: 1, verbose: 0, callbacks: press });
    expect([epoch, toTensor(model.optimizer.iterations).itemSync(), ended]).toEqual([[0], 2, ['train']]);
    expect(listening.size).toBe(0);
    const fails = new LambdaCallback({ onEpochEnd: () => Promise.reject(new Error('mine')) });
    await expect(model.fit(x, x, { verbose: 0, callbacks: fails })).rejects.toThrow('LambdaCallback.onEpochEnd: mine');
    expect(listening.size).toBe(0);
    expect(model.stopTraining).toBe(false); // the next fit trains again
  } finally {
    warn.mockRestore();
    setPlatform(before);
  }
});
