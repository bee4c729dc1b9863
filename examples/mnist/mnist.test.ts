import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { runExample } from '../lib/run_example.js';
import { randomNumbers } from '../lib/random.js';
import { augmented } from './augment.js';
import { readDigits, readIdx } from './idx.js';

const folder = mkdtempSync(join(tmpdir(), 'keras-ts-mnist-'));

/** An IDX file of bytes. */
function idx(shape: readonly number[], content: readonly number[]): Buffer {
  const head = Buffer.from([0, 0, 8, shape.length, ...shape.flatMap((length) => [0, 0, length >> 8, length & 255])]);
  return Buffer.concat([head, Buffer.from(content)]);
}

/** Bars: upright ones are ones, level ones sevens. */
function writeBars(count: number): void {
  const labels = Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1 : 7));
  const pixels = labels.flatMap((label) =>
    Array.from({ length: 28 * 28 }, (_, place) => {
      const along = label === 1 ? place % 28 : Math.floor(place / 28);
      return along >= 12 && along < 16 ? 250 : 0;
    }),
  );
  writeFileSync(join(folder, 'train-images-idx3-ubyte.gz'), gzipSync(idx([count, 28, 28], pixels)));
  writeFileSync(join(folder, 'train-labels-idx1-ubyte'), idx([count], labels));
}

test('IDX files, gzipped or not; one that ends early is refused by name', async () => {
  writeBars(40);
  const [images, labels] = readDigits(folder, 'train')!;
  expect(images.shape).toEqual([40, 28, 28]);
  expect([...(await labels.data())].slice(0, 3)).toEqual([1, 7, 1]);
  expect(readDigits(folder, 't10k')).toBeNull();
  const short = join(folder, 'short');
  writeFileSync(short, idx([3], [1, 2]));
  expect(() => readIdx(short)).toThrow(/short: 2 bytes of content, where the sizes 3 say 3/);
  writeFileSync(short, 'text');
  expect(() => readIdx(short)).toThrow(/is no IDX file/);
});

test('an epoch has every digit once, drawn in full', () => {
  const images = { pixels: new Uint8Array(3 * 64).fill(255), labels: Uint8Array.of(4, 5, 6), size: 8 };
  const batches = [...augmented(images, 2, randomNumbers(3))];
  expect(batches.map(([ink]) => ink.length)).toEqual([128, 64]);
  expect(batches.flatMap(([, labels]) => [...labels]).sort()).toEqual([4, 5, 6]);
  for (const [ink] of batches) expect(Math.max(...ink)).toBeCloseTo(1, 5);
});

test('the program runs and writes its page', async () => {
  writeBars(40);
  const { said, page } = await runExample('mnist', ['--data', folder, '--epochs', '1', '--out', join(folder, 'out')]);
  expect(said).toContain('36 digits to learn from, 4 to be tested with.');
  expect(page).toContain('<h1>A convnet learns MNIST</h1>');
  expect(page).toContain('of 4</small>');
});

test('files that are damaged or do not belong together are refused in a sentence', async () => {
  const place = mkdtempSync(join(tmpdir(), 'keras-ts-mnist-'));
  const put = (name: string, bytes: Buffer): void => writeFileSync(join(place, `train-${name}-ubyte`), bytes);
  const said = async (): Promise<unknown> => {
    const run = await runExample('mnist', ['--data', place]);
    return [run.code, run.said];
  };
  put('labels-idx1', idx([3], [1, 2, 3]));
  put('images-idx3', gzipSync(idx([3, 2, 2], Array<number>(12).fill(0))).subarray(0, 20));
  expect(await said()).toEqual([1, expect.stringMatching(/^The data at .* cannot be used. .*images-idx3-ubyte is no whole gzip file: unexpected end/)]); // prettier-ignore
  put('images-idx3', idx([2, 2, 2], Array<number>(8).fill(0)));
  expect(await said()).toEqual([1, expect.stringMatching(/has the sizes 2 × 2 × 2, .* 3. Expected n square images and n labels/)]); // prettier-ignore
});

test('says how to get the digits where there are none', async () => {
  const empty = join(folder, 'none');
  const { said, code } = await runExample('mnist', ['--data', empty]);
  expect(code).toBe(1);
  expect(said).toContain(`There are no digits in ${empty}.`);
  expect(said).toContain('curl');
});
