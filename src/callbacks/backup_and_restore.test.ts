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

/** KERAS_TS_KILLS: how often each program is killed, over all the runs that it takes for that. */
const kills = Number(process.env['KERAS_TS_KILLS'] ?? 2);

/** How a program is ended in the middle. */
type Ending = 'SIGKILL' | 'SIGINT';

/** Run a program to its end, ended at most so often at any moment of its training. */
async function run(
  name: string,
  args: readonly string[],
  most: number,
  ending: Ending = 'SIGKILL',
): Promise<{ readonly files: Record<string, Buffer>; readonly ended: number }> {
  const place = join(folder, name);
  mkdirSync(place);
  let ended = 0;
  for (;;) {
    const child = program.start([place, ...args]);
    if (ended < most) {
      await child.says('training');
      setTimeout(() => child.process.kill(ending), Math.random() * 130);
    }
    const { code } = await child.ended;
    if (code === 0) break;
    if (code !== (ending === 'SIGKILL' ? null : 130)) throw new Error(child.output());
    ended++;
  }
  expect(existsSync(join(place, 'backup'))).toBe(false);
  const files = ['result.json', 'log.csv', 'best.weights.h5'];
  return { files: Object.fromEntries(files.map((file) => [file, readFileSync(join(place, file))])), ended };
}

async function bestWeights(files: Record<string, Buffer>): Promise<unknown> {
  const model = new Sequential([Input({ shape: [8] }), new Dense(16), new Dropout(0.3), new Dense(2)]);
  await model.loadWeights(new Uint8Array(files['best.weights.h5']));
  return model.getWeights().map((weight) => weight.arraySync());
}

describe('a run that is ended at any moment ends, started again, as one that never was', () => {
  test.each([
    ['arrays', '4', 'SIGKILL', kills],
    ['arrays', 'epoch', 'SIGKILL', kills],
    ['dataset', '7', 'SIGKILL', kills],
    ['pipeline', '4', 'SIGKILL', kills],
    ['cached', '4', 'SIGKILL', kills],
    ['steps', '5', 'SIGKILL', kills],
    ['arrays', '4', 'SIGINT', Math.ceil(kills / 10)],
    ['arrays', 'epoch', 'SIGINT', Math.ceil(kills / 10)],
  ] as const)('%s, saveFreq %s, by %s', async (kind, freq, ending, times) => {
    const name = kind + freq + ending;
    const { files: whole } = await run(`${name}-whole`, [kind, freq], 0);
    for (let left: number = times, i = 0; left > 0; i++) {
      const { files: resumed, ended } = await run(`${name}-${i}`, [kind, freq], left, ending);
      left -= ended;
      expect(JSON.parse(String(resumed['result.json']))).toEqual(JSON.parse(String(whole['result.json'])));
      expect(String(resumed['log.csv'])).toBe(String(whole['log.csv']));
      expect(await bestWeights(resumed)).toEqual(await bestWeights(whole));
    }
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
