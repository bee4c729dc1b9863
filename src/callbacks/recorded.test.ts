/** @file Callbacks in real runs of `fit`, as Keras 3.15.1 ran them (tools/fixtures/callbacks.py). */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import '../testing/backends.js';
import { toCamelCase } from '../core/naming.js';
import { setPlatform } from '../core/platform.js';
import { Dense, Input } from '../layers/index.js';
import { Sequential } from '../models/index.js';
import { SGD } from '../optimizers/index.js';
import { nodePlatform } from '../platform/node/index.js';
import { tensor, toTensor } from '../runtime/index.js';
import type { EncodedArray, FixtureCase } from '../testing/fixtures.js';
import { decodeNumbers, fillMarks, readFixtures } from '../testing/fixtures.js';
import type { Logs } from './index.js';
import * as callbacks from './index.js';

type Numbers = Readonly<Record<string, readonly number[]>>;

interface RunCase extends FixtureCase {
  readonly callbacks: readonly (readonly [name: string, options: Readonly<Record<string, unknown>>])[];
  readonly pretend: Numbers;
  readonly epochs: number;
  readonly nan_at: number | null;
  readonly validate: boolean;
  readonly optimizer: Readonly<Record<string, unknown>>;
  readonly epoch: readonly number[];
  readonly history: Numbers;
  readonly rates: readonly number[];
  readonly weights: readonly EncodedArray[];
  readonly final: EncodedArray;
  readonly restored: number | null;
  readonly state: readonly Readonly<Record<string, number>>[];
  readonly error: { readonly class: string; readonly message: string } | null;
  readonly printed: string;
  readonly warned: readonly string[];
  readonly files: readonly string[];
  readonly texts: Readonly<Record<string, string>>;
}

interface RemoteCase extends FixtureCase {
  readonly options: Readonly<Record<string, unknown>>;
  readonly requests: readonly unknown[];
}

const SCHEDULES: Readonly<Record<string, (epoch: number, rate: number) => number>> = {
  'halve after 2': (epoch, rate) => (epoch < 2 ? rate : rate * 0.5),
  'by epoch': (epoch) => 0.1 / (1 + epoch),
  nothing: () => null as never,
  text: () => '0.1' as never,
};

const folder = mkdtempSync(join(tmpdir(), 'keras-ts-callbacks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let printed = '';
beforeEach(() => {
  printed = '';
  const write = (text: string): void => void (printed += text.replaceAll(`${folder}/`, ''));
  setPlatform({ ...nodePlatform, terminal: { write, isInteractive: false, columns: 80 } });
});

/** What callbacks require, in their order; it is positional here. */
const REQUIRED: Readonly<Record<string, string>> = {
  ModelCheckpoint: 'filepath', CSVLogger: 'filename', LearningRateScheduler: 'schedule',
}; // prettier-ignore

function made(name: string, options: Readonly<Record<string, unknown>>): callbacks.Callback {
  const given = Object.fromEntries(Object.entries(options).map(([key, value]) => [toCamelCase(key), value]));
  for (const key of ['filepath', 'filename']) if (key in given) given[key] = join(folder, given[key] as string);
  if ('schedule' in given) given['schedule'] = SCHEDULES[given['schedule'] as string];
  const type = callbacks[name as keyof typeof callbacks] as new (...args: unknown[]) => callbacks.Callback;
  const required = REQUIRED[name];
  if (required === undefined) return new type(given);
  const { [required]: first, ...rest } = given;
  return new type(first, rest);
}

/** The numbers of all weights. */
const flat = (model: Sequential): number[] => model.getWeights().flatMap((weight) => Array.from(weight.dataSync() as Float32Array)); // prettier-ignore

class Pretend extends callbacks.Callback {
  constructor(readonly logs: Numbers) {
    super();
  }
  override onEpochEnd(epoch: number, logs: Logs): void {
    for (const [name, values] of Object.entries(this.logs)) logs[name] = values[epoch];
  }
}

class See extends callbacks.Callback {
  readonly weights: number[][] = [];
  readonly rates: number[] = [];
  override onEpochEnd(): void {
    this.weights.push(flat(this.model as unknown as Sequential));
    this.rates.push(toTensor(this.model.optimizer.learningRate).itemSync());
  }
}

const data = (nanAt: number | null) => {
  const x = Array.from({ length: 16 }, (_, k) => Math.sin(k * 0.7));
  const y = Array.from({ length: 8 }, (_, k) => (k === nanAt ? NaN : Math.cos(k * 0.9)));
  return [tensor(x, [8, 2], 'float32'), tensor(y, [8, 1], 'float32')] as const; // prettier-ignore
};

/** Equal with NaN and infinities where they are, to 1e-5. */
function expectNumbers(ours: readonly number[], theirs: readonly number[], what: string): void {
  expect(ours, what).toHaveLength(theirs.length);
  theirs.forEach((value, i) => {
    if (Number.isFinite(value)) expect(ours[i], what).toBeCloseTo(value, 5);
    else expect(ours[i], what).toBe(value);
  });
}

const filesIn = (inside = ''): string[] =>
  readdirSync(join(folder, inside)).flatMap((name) => {
    const path = inside === '' ? name : `${inside}/${name}`;
    return statSync(join(folder, path)).isDirectory() ? filesIn(path) : [path];
  });

/** Where more is said here than in Keras: the text of Keras, and what stands here. */
function told(id: string, text: string): string | RegExp {
  if (id === 'EarlyStopping/auto: unknown direction')
    return /EarlyStopping\.onEpochEnd: cannot tell whether monitor='score' should be maximized or minimized. Give mode: 'max' or mode: 'min'/;
  if (id === 'ModelCheckpoint/template that is not there')
    return /Failed to format this callback filepath: ".*m-\{score\}.keras". Reason: .*There are: epoch, accuracy, loss/;
  if (id === 'ReduceLROnPlateau/factor 1') return text.replace('factor=1.0', 'factor=1');
  if (id === 'ModelCheckpoint/frequency') return text.replace('batch', "'batch'");
  if (id.startsWith('LearningRateScheduler/')) return text.replace('None', 'null').replace('0.1', "'0.1'");
  return text.replace(/filepath=/, `filepath=${folder}/`);
}

describe('callbacks do in fit what those of Keras do', () => {
  const cases = readFixtures<RunCase>('callbacks').filter((each) => each['kind'] !== 'remote');
  test.each(cases.map((each) => [each.id, fillMarks(each, []) as RunCase, each] as const))(
    '%s',
    async (id, recorded, { weights, final }) => {
      rmSync(folder, { recursive: true, force: true });
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
      const see = new See();
      const model = new Sequential([Input({ shape: [2] }), new Dense(1)]);
      model.setWeights([tensor([[1], [2]], null, 'float32'), tensor([0.5])]);
      const { use_ema: useEma = false, ema_momentum: emaMomentum = 0.99 } = recorded.optimizer as { use_ema?: boolean; ema_momentum?: number }; // prettier-ignore
      model.compile({ optimizer: new SGD({ learningRate: 0.1, useEma, emaMomentum }), loss: 'mse', metrics: ['mae', 'accuracy'] }); // prettier-ignore
      const [x, y] = data(recorded.nan_at);
      const listed: callbacks.Callback[] = [];
      const fit = async () => {
        listed.push(...recorded.callbacks.map(([name, options]) => made(name, options)));
        return model.fit(x, y, {
          epochs: recorded.epochs, batchSize: 2, shuffle: false, verbose: 0,
          validationData: recorded.validate ? data(null) : null,
          callbacks: [new Pretend(recorded.pretend), ...listed, see],
        }); // prettier-ignore
      };
      try {
        if (recorded.error !== null) {
          await expect(fit()).rejects.toThrow(told(id, recorded.error.message));
          return;
        }
        const { history, epoch } = await fit();
        expect(epoch).toEqual(recorded.epoch);
        expect(Object.keys(history)).toEqual(Object.keys(recorded.history));
        for (const [name, values] of Object.entries(recorded.history)) expectNumbers(history[name], values, name);
        expectNumbers(see.rates, recorded.rates, 'learning rates');
        weights.forEach((each, i) => expectNumbers(see.weights[i], decodeNumbers(each), `weights of epoch ${i}`));
        expectNumbers(flat(model), decodeNumbers(final), 'weights in the end');
        if (recorded.restored !== null) expect(flat(model)).toEqual(see.weights[recorded.restored]);
        for (const [i, state] of recorded.state.entries())
          for (const [name, value] of Object.entries(state))
            if (name !== 'best' || Object.keys(recorded.pretend).length > 0)
              expect((listed[i] as unknown as Record<string, unknown>)[toCamelCase(name)], name).toBe(value);
      } finally {
        expect(printed).toBe(recorded.printed);
        const warned = warn.mock.calls.map(([text]) => String(text));
        warn.mockRestore();
        if (recorded.error === null) {
          expect(warned).toHaveLength(recorded.warned.length);
          // ModelCheckpoint's goes on: it lists the names there are.
          recorded.warned.forEach((text, i) => expect(warned[i].startsWith(text), warned[i]).toBe(true));
        }
      }
      if (recorded.files.length === 0) return;
      expect(filesIn().sort()).toEqual(recorded.files);
      for (const [name, text] of Object.entries(recorded.texts)) expect(readFileSync(join(folder, name), 'utf8')).toBe(text); // prettier-ignore
    },
  );
});

describe('RemoteMonitor sends what that of Keras sends', () => {
  const cases = readFixtures<RemoteCase>('callbacks').filter((each) => each['kind'] === 'remote');
  test.each(cases.map((each) => [each.id, each] as const))('%s', async (_, { options, requests }) => {
    const seen: unknown[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => (body += String(part)));
      request.on('end', () => {
        const type = request.headers['content-type']!.replace(/;charset=UTF-8$/, '');
        seen.push({ path: request.url, type, mine: request.headers['x-mine'] ?? null, body });
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const given = Object.fromEntries(Object.entries(options).map(([key, value]) => [toCamelCase(key), value]));
    const monitor = new callbacks.RemoteMonitor({ root, ...given });
    monitor.onEpochEnd(0, { loss: 0.5, accuracy: 1 });
    monitor.onEpochEnd(1, { loss: 1e-5, accuracy: requests.length > 1 && !('sendAsJson' in given) ? NaN : 0.25, 'a&b=c': 2 }); // prettier-ignore
    await monitor.onTrainEnd();
    server.close();
    expect(seen).toEqual(requests);
  });
});
