import { describe, expect, test } from 'vitest';
import { readFixtures } from '../../../testing/fixtures.js';
import { bucketer, saltOf } from './buckets.js';
import { fingerprint64, joinFingerprints } from './farmhash.js';
import { sipHash } from './siphash.js';

interface HashCase {
  readonly id: string;
  readonly bytes: string;
  readonly fast: readonly string[];
  readonly strong: readonly (readonly string[])[];
}

// As tools/fixtures/hashing.py has them: two moduli without a common divisor say all 64 bits.
const MODULI = [2n ** 62n + 1n, 2n ** 63n - 1n];
const KEYS = [[133n, 137n], [2n ** 64n - 1n, 2n ** 53n - 1n]] as const; // prettier-ignore

const cases = readFixtures('hashing').filter((c): c is HashCase & typeof c => 'bytes' in c);
const rests = (hash: bigint): string[] => MODULI.map((m) => String(hash % m));

describe('hashes are those of TensorFlow, bit for bit', () => {
  test('of 0 to 300 bytes, and of texts in many scripts', () => {
    expect(cases.length).toBeGreaterThan(310);
    expect(cases.slice(0, 301).map(({ bytes }) => bytes.length / 2)).toEqual([...Array(301).keys()]);
    for (const { bytes, fast, strong } of cases) {
      const data = new Uint8Array(Buffer.from(bytes, 'hex'));
      expect(rests(fingerprint64(data)), `FarmHash of ${data.length} bytes`).toEqual(fast);
      expect(KEYS.map((key) => rests(sipHash(data, key))), `SipHash of ${data.length} bytes`).toEqual(strong); // prettier-ignore
    }
  });

  test('of bytes in the midst of a buffer', () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => (i * 7) % 256);
    for (const length of [0, 3, 7, 15, 31, 63, 64, 65, 129]) {
      const inside = bytes.subarray(11, 11 + length);
      expect(fingerprint64(inside)).toBe(fingerprint64(inside.slice()));
      expect(sipHash(inside, [1n, 2n])).toBe(sipHash(inside.slice(), [1n, 2n]));
    }
  });

  test('SipHash gives the number of its paper', () => {
    const bytes = Uint8Array.from({ length: 15 }, (_, i) => i);
    expect(sipHash(bytes, [0x0706050403020100n, 0x0f0e0d0c0b0a0908n])).toBe(0xa129ca6149be45e5n);
  });
});

describe('buckets', () => {
  const texts = Array.from({ length: 2000 }, (_, i) => `token ${i}`);

  test.each([null, [7, -9] as const])('all are used alike, with salt %j', (salt) => {
    const bucket = bucketer(10, salt);
    const counts = new Array<number>(10).fill(0);
    for (const text of texts) counts[bucket(text)]++;
    for (const count of counts) expect(Math.abs(count - 200)).toBeLessThan(60);
  });

  test('the order of what is joined counts', () => {
    expect(joinFingerprints(1n, 2n)).not.toBe(joinFingerprints(2n, 1n));
  });

  test('a salt is one whole number, or two', () => {
    expect(saltOf('Hashing', null)).toBeNull();
    expect(saltOf('Hashing', 5)).toEqual([5, 5]);
    expect(saltOf('Hashing', [5, -6])).toEqual([5, -6]);
    for (const salt of [1.5, 'a', [1], [1, 2, 3], [1, 0.5], true, {}, 2 ** 53])
      expect(() => saltOf("Hashing 'h'", salt)).toThrow(/Hashing 'h': salt=.*Expected a whole number, a list of two/);
  });
});
