/** @file Every data set with the cache of a Python user, without a network, and with files that are not what they should be. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { RuntimeError, ValueError, datasets, utils } from '../index.js';
import type { FixtureCase } from '../testing/fixtures.js';
import { readFixtures } from '../testing/fixtures.js';
import type { Source } from './sources.js';
import { SOURCES } from './sources.js';

interface Recorded extends FixtureCase {
  readonly file: string;
}
const recorded = new Map(readFixtures<Recorded>('datasets').map((each) => [each.id, each]));
const bytesOf = (id: string): Uint8Array => Buffer.from(recorded.get(id)!.file, 'base64');
const words = Buffer.from('{"the": 1}');
const idx = (header: number, ...bytes: number[]): Uint8Array =>
  gzipSync(Buffer.concat([Buffer.alloc(header), Buffer.from(bytes)]));
const pixels = Array.from({ length: 784 }, (_, i) => i % 250);

/** Where Keras 3.15.1 keeps each file below its home, by the words of `SOURCES`; and what reads it. */
const KEPT: Record<keyof typeof SOURCES, [place: string, bytes: Uint8Array, load: () => Promise<unknown>]> = {
  mnist: ['mnist.npz', bytesOf('mnist'), () => datasets.mnist.loadData()],
  fashionTrainLabels: ['fashion-mnist/train-labels-idx1-ubyte.gz', idx(8, 3), () => datasets.fashionMnist.loadData()],
  fashionTrainImages: ['fashion-mnist/train-images-idx3-ubyte.gz', idx(16, ...pixels), () => datasets.fashionMnist.loadData()], // prettier-ignore
  fashionTestLabels: ['fashion-mnist/t10k-labels-idx1-ubyte.gz', idx(8, 4), () => datasets.fashionMnist.loadData()],
  fashionTestImages: ['fashion-mnist/t10k-images-idx3-ubyte.gz', idx(16, ...pixels), () => datasets.fashionMnist.loadData()], // prettier-ignore
  cifar10: ['cifar-10-batches-py-target_archive', bytesOf('cifar10'), () => datasets.cifar10.loadData()],
  cifar100: ['cifar-100-python-target_archive', bytesOf('cifar100/fine'), () => datasets.cifar100.loadData()],
  imdb: ['imdb.npz', bytesOf('imdb/0'), () => datasets.imdb.loadData()],
  imdbWords: ['imdb_word_index.json', words, () => datasets.imdb.getWordIndex()],
  reuters: ['reuters.npz', bytesOf('reuters/0'), () => datasets.reuters.loadData()],
  reutersWords: ['reuters_word_index.json', words, () => datasets.reuters.getWordIndex()],
  bostonHousing: ['boston_housing.npz', bytesOf('boston_housing/0'), () => datasets.bostonHousing.loadData()],
  californiaHousing: ['california_housing.npz', bytesOf('california_housing/0'), () => datasets.californiaHousing.loadData()], // prettier-ignore
};
const names = Object.keys(KEPT) as (keyof typeof SOURCES)[];
/** All but the first file of Fashion-MNIST are asked for only when those before are there. */
const firstNames = names.filter((name) => !/^fashion(?!TrainLabels)/.test(name));

const sources = SOURCES as Record<string, Source>;
const original = { ...sources };
let home = '';
let asked: string[] = [];
const placeOf = (name: keyof typeof SOURCES): string => join(home, 'datasets', KEPT[name][0]);

beforeAll(() => utils.disableInteractiveLogging());
afterAll(() => utils.enableInteractiveLogging());
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keras-home-'));
  vi.stubEnv('KERAS_HOME', home);
  asked = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation((url) => {
    asked.push(url as string);
    return Promise.reject(new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND') }));
  });
});
afterEach(() => {
  Object.assign(sources, original);
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

test.each(names)('%s: what Keras in Python has downloaded is used, without a network', async (name) => {
  const [, , load] = KEPT[name];
  // Fashion-MNIST is four files.
  for (const each of name.startsWith('fashion') ? names.filter((other) => other.startsWith('fashion')) : [name]) {
    const [, bytes] = KEPT[each];
    mkdirSync(dirname(placeOf(each)), { recursive: true });
    writeFileSync(placeOf(each), bytes);
    if (original[each].hash !== null)
      sources[each] = { ...original[each], hash: createHash('sha256').update(bytes).digest('hex') };
  }
  expect(await load()).toBeTruthy();
  expect(asked).toEqual([]);
});

describe.each(firstNames)('%s', (name) => {
  const [, , load] = KEPT[name];

  test('without a network says from where the file comes and where to put it', async () => {
    const error = (await load().catch((reason: unknown) => reason)) as Error;
    expect(error).toBeInstanceOf(RuntimeError);
    expect(error.message).toContain(`URL fetch failure on ${original[name].origin}: getaddrinfo ENOTFOUND`);
    expect(error.message).toContain(`get the file by other means and put it at ${placeOf(name)}`);
    expect(asked).toEqual([original[name].origin]);
  });
});

// Keras knows no sums of the files of Fashion-MNIST.
describe.each(names.filter((name) => original[name].hash !== null))('%s', (name) => {
  const [, , load] = KEPT[name];

  test('a file with another sum is kept aside and not used', async () => {
    vi.mocked(fetch).mockImplementation(() => Promise.resolve(new Response('something else')));
    const error = (await load().catch((reason: unknown) => reason)) as Error;
    expect(error).toBeInstanceOf(ValueError);
    expect(error.message).toContain(`which does not match the provided value of ${original[name].hash!}`);
    expect(error.message).toContain(`kept at ${placeOf(name)}.corrupt`);
    expect(readFileSync(`${placeOf(name)}.corrupt`, 'utf8')).toBe('something else');
    expect(existsSync(placeOf(name))).toBe(false);
  });

  test('nor is one in the cache; without a network it stays', async () => {
    mkdirSync(join(home, 'datasets'));
    writeFileSync(placeOf(name), 'cut off');
    await expect(load()).rejects.toThrow(/URL fetch failure/);
    expect(readdirSync(join(home, 'datasets'))).toEqual([KEPT[name][0]]);
    expect(readFileSync(placeOf(name), 'utf8')).toBe('cut off');
  });
});
