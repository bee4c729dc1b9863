import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import '../testing/backends.js';
import { setPlatform } from '../core/platform.js';
import { Dense, Dropout, Input } from '../layers/index.js';
import { Sequential } from '../models/index.js';
import { nodePlatform } from '../platform/node/index.js';
import { tensor } from '../runtime/index.js';
import type { ChildProgram } from '../testing/child.js';
import { childProgram } from '../testing/child.js';
import { BackupAndRestore } from './backup_and_restore.js';
import { LambdaCallback } from './lambda_callback.js';

setPlatform(nodePlatform);
const folder = mkdtempSync(join(tmpdir(), 'keras-ts-backup-'));
let program: ChildProgram;
beforeAll(async () => {
  program = await childProgram('resumed');
});
afterAll(() => {
  program.dispose();
  rmSync(folder, { recursive: true });
});

/** KERAS_TS_KILLS: how often each program is killed. */
const kills = Number(process.env['KERAS_TS_KILLS'] ?? 3);

/** Run a program to its end, killed so often at any moment of its training. */
async function run(name: string, args: readonly string[], killed: number): Promise<Record<string, Buffer>> {
  const place = join(folder, name);
  mkdirSync(place);
  for (let left = killed; ; left--) {
    const child = program.start([place, ...args]);
    if (left > 0) {
      await child.says('training');
      setTimeout(() => child.process.kill('SIGKILL'), Math.random() * 130);
    }
    const { code } = await child.ended;
    if (code === 0) break;
    if (code !== null) throw new Error(child.output());
  }
  expect(existsSync(join(place, 'backup'))).toBe(false);
  const files = ['result.json', 'log.csv', 'best.weights.h5'];
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(place, file))]));
}

async function bestWeights(files: Record<string, Buffer>): Promise<unknown> {
  const model = new Sequential([Input({ shape: [8] }), new Dense(16), new Dropout(0.3), new Dense(2)]);
  await model.loadWeights(new Uint8Array(files['best.weights.h5']));
  return model.getWeights().map((weight) => weight.arraySync());
}

describe('a run that is killed at any moment ends as one that never was', () => {
  test.each([
    ['arrays', '4'],
    ['arrays', 'epoch'],
    ['dataset', '7'],
    ['steps', '5'],
  ])('%s, saveFreq %s', async (kind, freq) => {
    const whole = await run(`${kind}${freq}-whole`, [kind, freq], 0);
    const resumed = await run(`${kind}${freq}-killed`, [kind, freq], kills);
    expect(JSON.parse(String(resumed['result.json']))).toEqual(JSON.parse(String(whole['result.json'])));
    expect(String(resumed['log.csv'])).toBe(String(whole['log.csv']));
    expect(await bestWeights(resumed)).toEqual(await bestWeights(whole));
  });
});

const x = tensor([[1], [2], [3], [4]], null, 'float32');
function compiled(): Sequential {
  const model = new Sequential([Input({ shape: [1] }), new Dense(1)]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  return model;
}
const stop = (at: number) =>
  new LambdaCallback({
    onEpochEnd: (epoch) => {
      if (epoch === at) throw new Error('power is out');
    },
  });

test('the state before the last one is taken when the last one is broken', async () => {
  const place = join(folder, 'double');
  const options = { doubleCheckpoint: true };
  const fit = (callbacks: BackupAndRestore | LambdaCallback[]) =>
    compiled().fit(x, x, { epochs: 5, verbose: 0, callbacks });
  await expect(fit([new BackupAndRestore(place, options), stop(3)] as LambdaCallback[])).rejects.toThrow(
    'power is out',
  );
  expect(JSON.parse(readFileSync(join(place, 'training_metadata.json'), 'utf8'))).toEqual({ epoch: 3, batch: 0 });
  writeFileSync(join(place, 'latest.weights.h5'), 'rubbish');
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const { epoch } = await fit(new BackupAndRestore(place, options));
  expect(epoch).toEqual([0, 1, 2, 3, 4]);
  expect(warn.mock.calls[0][0]).toMatch(/latest\.weights\.h5.*The state before it is taken/s);
  warn.mockRestore();
  expect(existsSync(place)).toBe(false);
});

test('deleteCheckpoint: false leaves the folder, from which nothing is left to do', async () => {
  const place = join(folder, 'kept');
  const fit = (epochs: number) => compiled().fit(x, x, { epochs, verbose: 0, callbacks: new BackupAndRestore(place, { deleteCheckpoint: false }) }); // prettier-ignore
  const first = await fit(2);
  const again = await fit(2);
  expect(again.history).toEqual(first.history);
  const further = await fit(3);
  expect(further.epoch).toEqual([0, 1, 2]);
  expect(further.history['loss'].slice(0, 2)).toEqual(first.history['loss']);
});

test('arguments', () => {
  expect(() => new BackupAndRestore('')).toThrow('Empty `backup_dir` argument passed');
  expect(() => new BackupAndRestore('a', { saveFreq: 'batch' as 'epoch' })).toThrow(
    /Invalid value for argument `save_freq`. Received: save_freq='batch'. Expected either 'epoch' or an integer value./,
  );
});
