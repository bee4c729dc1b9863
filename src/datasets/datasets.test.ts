import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import '../index.js';
import { setImageDataFormat } from '../core/config.js';
import { Tensor } from '../runtime/index.js';
import { decodeNumbers, isEncodedArray, readFixtures } from '../testing/fixtures.js';
import type { FixtureCase } from '../testing/fixtures.js';
import { disableInteractiveLogging, enableInteractiveLogging } from '../utils/index.js';
import * as datasets from './index.js';
import type { Source } from './sources.js';
import { SOURCES } from './sources.js';

interface Case extends FixtureCase {
  readonly dataset: 'mnist';
  readonly file: string;
  readonly options: object;
  readonly expected: unknown;
}
const cases = readFixtures<Case>('datasets');
const sources = SOURCES as Record<string, Source>;
const original = { ...sources };
let server: Server;
let base = '';
let home = '';
let served: Uint8Array = new Uint8Array(0);

/** Let `name` be a file that is served here. */
function serve(name: string, bytes: Uint8Array): void {
  served = bytes;
  sources[name] = {
    origin: `${base}/${name}`,
    hash: original[name].hash && createHash('sha256').update(bytes).digest('hex'),
  };
}

/** Arrays as dtype, shape and numbers. */
const plain = (x: unknown): unknown => {
  if (x instanceof Tensor) return { dtype: x.dtype, shape: x.shape, data: Array.from(x.ndarray.data, Number) };
  if (isEncodedArray(x)) return { dtype: x.dtype, shape: x.shape, data: decodeNumbers(x) };
  return Array.isArray(x) ? x.map(plain) : x;
};

beforeAll(async () => {
  disableInteractiveLogging();
  server = createServer((_, response) => response.end(served));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  home = mkdtempSync(join(tmpdir(), 'datasets-'));
  vi.stubEnv('KERAS_HOME', home);
});
afterAll(() => {
  Object.assign(sources, original);
  vi.unstubAllEnvs();
  enableInteractiveLogging();
  server.closeAllConnections();
  server.close();
  rmSync(home, { recursive: true });
});

describe('loaders agree with Keras 3.15.1 on small files of the form of theirs', () => {
  test.each(cases.filter(({ dataset }) => dataset).map((each) => [each.id, each] as const))('%s', async (_, each) => {
    serve(each.dataset, Buffer.from(each.file, 'base64'));
    expect(plain(await datasets[each.dataset].loadData(each.options))).toEqual(plain(each.expected));
  });

  test('fashionMnist', async () => {
    const pixels = Uint8Array.from({ length: 3 * 784 }, (_, i) => i % 251);
    const labels = [7, 0, 9];
    vi.spyOn(globalThis, 'fetch').mockImplementation((url) => {
      const isLabels = (url as string).includes('labels');
      const body = isLabels ? Buffer.concat([Buffer.alloc(8), Buffer.from(labels)]) : Buffer.concat([Buffer.alloc(16), pixels]); // prettier-ignore
      return Promise.resolve(new Response(gzipSync(body)));
    });
    const [[x, y], [xTest]] = await datasets.fashionMnist.loadData();
    vi.restoreAllMocks();
    expect([x.shape, x.dtype, xTest.shape]).toEqual([[3, 28, 28], 'uint8', [3, 28, 28]]);
    expect([Array.from(x.ndarray.data), y.arraySync()]).toEqual([Array.from(pixels), labels]);
  });

  test('word indices, in which no word gets at prototypes, and the names of topics', async () => {
    const words = '{"the": 1, "__proto__": 2, "constructor": 3}';
    for (const [name, read] of [
      ['imdbWords', () => datasets.imdb.getWordIndex()],
      ['reutersWords', () => datasets.reuters.getWordIndex()],
    ] as const) {
      serve(name, Buffer.from(words));
      const index = await read();
      expect([index['the'], index['constructor'], 'toString' in index]).toEqual([1, 3, false]);
    }
    const { names } = cases.find(({ id }) => id === 'reuters/labels')!;
    expect(datasets.reuters.getLabelNames()).toEqual(names);
  });

  test('channels come first where they are said to', async () => {
    const { file, expected } = cases.find(({ id }) => id === 'cifar10')!;
    serve('cifar10', Buffer.from(file, 'base64'));
    setImageDataFormat('channels_first');
    const [[x]] = await datasets.cifar10.loadData().finally(() => setImageDataFormat('channels_last'));
    expect(x.shape).toEqual([10, 3, 32, 32]);
    const [[last]] = plain(expected) as [[{ data: number[] }]];
    const at = (image: number, row: number, column: number, color: number): number => x.ndarray.data[((image * 3 + color) * 32 + row) * 32 + column]; // prettier-ignore
    expect(at(7, 5, 9, 2)).toBe(last.data[((7 * 32 + 5) * 32 + 9) * 3 + 2]);
  });
});

describe('bad input', () => {
  test('options out of their ranges are refused before anything is loaded', async () => {
    served = new Uint8Array(0);
    await expect(datasets.bostonHousing.loadData({ testSplit: 1 })).rejects.toThrow(/Invalid `testSplit`/);
    await expect(datasets.californiaHousing.loadData({ version: 'huge' as 'large' })).rejects.toThrow(
      /'small', 'large'/,
    );
    await expect(datasets.cifar100.loadData({ labelMode: 'rough' as 'fine' })).rejects.toThrow(/"fine", "coarse"/);
    await expect(datasets.imdb.loadData({ seed: -1 })).rejects.toThrow(/seed=-1/);
    await expect(datasets.imdb.loadData({ numWords: 1.5 })).rejects.toThrow(/numWords=1.5/);
  });

  test('maxlen that leaves nothing', async () => {
    serve('imdb', Buffer.from(cases.find(({ id }) => id === 'imdb/0')!.file, 'base64'));
    await expect(datasets.imdb.loadData({ maxlen: 1 })).rejects.toThrow(/no sequence was kept. Increase maxlen/);
    serve('reuters', Buffer.from(cases.find(({ id }) => id === 'reuters/0')!.file, 'base64'));
    await expect(datasets.reuters.loadData({ maxlen: 1 })).rejects.toThrow(/maxlen=1/);
  });

  test('a file with another sum is not used', async () => {
    served = Buffer.from('something else');
    sources['mnist'] = { ...original['mnist'], origin: `${base}/mnist` };
    await expect(datasets.mnist.loadData()).rejects.toThrow(/does not match .*kept at .*mnist\.npz\.corrupt/);
  });
});
