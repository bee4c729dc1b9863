import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { randomNumbers } from '../lib/random.js';
import { runExample } from '../lib/run_example.js';
import { Alphabet, draw, windows } from './text.js';

test('an alphabet numbers characters; strangers are refused', () => {
  const alphabet = new Alphabet('to be\nor not');
  expect(alphabet.characters).toEqual(['\n', ' ', 'b', 'e', 'n', 'o', 'r', 't']);
  expect([...alphabet.encode('bee')]).toEqual([2, 3, 3]);
  expect(() => alphabet.encode('x')).toThrow('"x" is not in the alphabet');
});

test('windows and the same one character later', () => {
  const [x, next] = windows(Int32Array.of(0, 1, 2, 3, 4), [0, 2], 2);
  expect([...x]).toEqual([0, 1, 2, 3]);
  expect([...next]).toEqual([1, 2, 3, 4]);
});

test('drawing follows the probabilities, the more the colder', () => {
  const random = randomNumbers(1);
  const share = (temperature: number) =>
    Array.from({ length: 2000 }, () => draw([0.25, 0.75, 0], temperature, random)).filter((drawn) => drawn === 1)
      .length / 2000;
  expect(share(1)).toBeCloseTo(0.75, 1);
  expect(share(0.5)).toBeCloseTo(0.9, 1);
  expect(draw([0, 0, 1], 1, random)).toBe(2);
});

test('the program runs, writes as it learns, and writes its page', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keras-ts-charnn-'));
  const data = join(folder, 'text.txt');
  writeFileSync(data, 'to be or <not> to be\n'.repeat(50));
  const { said, page } = await runExample('charnn', ['--data', data, '--epochs', '1', '--out', folder]);
  expect(said).toContain('1,050 characters, 10 different ones.');
  expect(page).toContain('What surprises it');
  expect(page).toContain('epoch 1 <small>loss');
  expect(page).toContain('title="');
  const none = await runExample('charnn', ['--data', join(folder, 'none')]);
  expect([none.code, none.said.includes('curl')]).toEqual([1, true]);
  expect(page).toContain('1 epoch<');
});

test('data that are no text are refused in a sentence', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keras-ts-charnn-'));
  writeFileSync(join(folder, 'short.txt'), 'to be');
  const short = await runExample('charnn', ['--data', join(folder, 'short.txt')]);
  expect([short.code, short.said]).toEqual([
    1,
    expect.stringMatching(/short\.txt has 5 characters. 1,000 are the least/),
  ]);
  const place = await runExample('charnn', ['--data', folder]);
  expect([place.code, place.said]).toEqual([1, expect.stringMatching(/^The data at .* cannot be used. EISDIR/)]);
});
