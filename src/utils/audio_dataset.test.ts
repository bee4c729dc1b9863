import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test, vi } from 'vitest';
import '../index.js';
import { readWav } from '../formats/wav.js';
import type { Tensor } from '../runtime/index.js';
import type { EncodedArray } from '../testing/fixtures.js';
import { decodeTensor, readFixtures } from '../testing/fixtures.js';
import type { DirectoryDataset } from './index.js';
import { audioDatasetFromDirectory, disableInteractiveLogging, enableInteractiveLogging } from './index.js';
import { resample } from './resample.js';

interface Case {
  readonly [key: string]: unknown;
  readonly id: string;
  readonly bytes: string;
  readonly y: EncodedArray | { readonly error: string };
}
const cases = readFixtures<Case>('images').filter(({ id }) => id.startsWith('sound/'));
const bytesOf = (name: string): Uint8Array =>
  Uint8Array.from(Buffer.from(cases.find(({ id }) => id === `sound/${name}/None`)!.bytes, 'base64'));

let folder = '';
const put = (path: string, content: Uint8Array | string): string => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
  return join(folder, path);
};
beforeAll(() => {
  disableInteractiveLogging();
  folder = mkdtempSync(join(tmpdir(), 'sounds-'));
});
afterAll(() => {
  enableInteractiveLogging();
  rmSync(folder, { recursive: true });
});

describe('audioDatasetFromDirectory', () => {
  test("gives Keras's samples", async () => {
    let compared = 0;
    for (const { id, y } of cases) {
      if ('error' in y) continue; // TensorFlow reads 16 bits alone
      const [, name, length] = id.split('/');
      const outputSequenceLength = length === 'None' ? null : Number(length);
      const at = dirname(put(`each/${id}/x.wav`, bytesOf(name)));
      const [sound] = await (await audioDatasetFromDirectory(at, { labels: null, batchSize: null, outputSequenceLength })).toArray(); // prettier-ignore
      expect(sound.arraySync(), id).toEqual(decodeTensor(y).arraySync());
      compared++;
    }
    expect(compared).toBe(6);
  });

  test('reads all forms of samples', () => {
    const wanted = (channels: number): number[] =>
      Array.from({ length: 50 * channels }, (_, i) => (channels === 1 || i % 2 === 0 ? Math.sin(Math.floor(i / channels) / 3) : Math.cos(Math.floor(i / channels) / 5))); // prettier-ignore
    const scales = { '8.wav': 100 / 128, '24.wav': 8e6 / 2 ** 23, '32.wav': 2e9 / 2 ** 31, 'float.wav': 1, 'extensible.wav': 30000 / 32768 }; // prettier-ignore
    for (const [name, scale] of Object.entries(scales)) {
      const { rate, channels, data } = readWav(bytesOf(name));
      expect([rate, data.length], name).toEqual([8000, 50 * channels]);
      const step = name === '8.wav' ? 1 / 128 : 1 / 32768;
      wanted(channels).forEach((v, i) => expect(Math.abs(data[i] - v * scale), name).toBeLessThan(step));
    }
  });

  test('pads a batch to its longest, or keeps the lengths', async () => {
    const at = join(folder, 'two');
    put('two/a/1.wav', bytesOf('24.wav'));
    put('two/b/2.wav', bytesOf('more.wav'));
    const dataset = await audioDatasetFromDirectory(at, { shuffle: false });
    expectTypeOf(dataset).toExtend<DirectoryDataset<[Tensor, Tensor]>>();
    const [[x, y]] = await dataset.toArray();
    expect([x.shape, y.arraySync()]).toEqual([[2, 50, 1], [0, 1]]); // prettier-ignore
    expect(x.dataSync().slice(50 + 20)).toEqual(new Float32Array(30));
    const ragged = await audioDatasetFromDirectory(at, { shuffle: false, ragged: true });
    expectTypeOf(ragged).toExtend<DirectoryDataset<[Tensor[], Tensor]>>();
    expect((await ragged.toArray()).map(([sounds, labels]) => [sounds.map((s) => s.shape), labels.arraySync()])).toEqual([[[[50, 1], [20, 1]], [0, 1]]]); // prettier-ignore
  });

  test('another rate leaves a tone as it is', async () => {
    const tone = (rate: number, count: number): Float32Array =>
      Float32Array.from({ length: count }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / rate));
    for (const [from, to] of [
      [8000, 16000],
      [16000, 8000],
      [44100, 16000],
      [8000, 8000],
    ]) {
      const found = resample({ rate: from, channels: 1, data: tone(from, 2000) }, to);
      expect(found.length).toBe(Math.ceil((2000 * to) / from));
      const ideal = tone(to, found.length);
      const middle = Array.from(found, (v, i) => Math.abs(v - ideal[i])).slice(150, -150);
      expect(Math.max(...middle), `${from} to ${to}`).toBeLessThan(1e-3);
    }
    // A tone that the new rate cannot hold goes away.
    const high = Float32Array.from({ length: 2000 }, (_, i) => Math.sin((2 * Math.PI * 6000 * i) / 16000));
    expect(Math.max(...resample({ rate: 16000, channels: 1, data: high }, 8000).slice(50, -50).map(Math.abs))).toBeLessThan(1e-3); // prettier-ignore
    // Cut after the change of rate: of 50 samples at 8000 there are 100 at 16000.
    const at = dirname(put('rate/x.wav', bytesOf('16.wav')));
    const [sound] = await (await audioDatasetFromDirectory(at, { labels: null, batchSize: null, samplingRate: 16000, outputSequenceLength: 90 })).toArray(); // prettier-ignore
    expect(sound.shape).toEqual([90, 2]);
    expect(sound.arraySync()).not.toContainEqual([0, 0]);
  });

  test('a damaged file is named, or left out', async () => {
    put('some/a/1.wav', bytesOf('16.wav'));
    const broken = put('some/a/broken.wav', bytesOf('16.wav').slice(0, 90));
    const at = join(folder, 'some');
    await expect((await audioDatasetFromDirectory(at, {})).toArray()).rejects.toThrow(`${broken} is no sound that can be read: it ends before its last sample`); // prettier-ignore
    const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    for (const ragged of [false, true])
      expect((await (await audioDatasetFromDirectory(at, { skip: true, ragged })).toArray())[0][1].shape).toEqual([1]);
    expect(warn).toHaveBeenCalledTimes(2);
    warn.mockRestore();
    for (const bytes of [
      new Uint8Array(3),
      new TextEncoder().encode('RIFF....WAVEdata....'),
      bytesOf('16.wav').slice(0, 30),
    ])
      expect(() => readWav(bytes)).toThrow(Error);
    const law = bytesOf('16.wav');
    law[20] = 7;
    expect(() => readWav(law)).toThrow(/of kind 7 with 16 bits/);
  });

  test('what does not fit is refused', async () => {
    const refused = (options: object): ReturnType<typeof expect<Promise<unknown>>>['rejects'] =>
      expect(audioDatasetFromDirectory(folder, options)).rejects;
    await refused({ ragged: true, outputSequenceLength: 3 }).toThrow(/Cannot set both/);
    await refused({ samplingRate: 1.5 }).toThrow(/samplingRate=1\.5/);
    await refused({ outputSequenceLength: 0 }).toThrow(/outputSequenceLength=0/);
  });
});
