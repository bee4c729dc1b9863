/**
 * @file The threefry-2x32 block cipher with 20 rounds, from which all random numbers come.
 * @see Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"
 */

/** Rotations of the eight rounds that repeat; keys are injected after every fourth. */
const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** The parity constant of the key schedule. */
const PARITY = 0x1bd11bda;

/** Arithmetic on 32-bit words of any kind: numbers here, lanes in generated code. */
export interface WordArithmetic<W> {
  add(a: W, b: W): W;
  xor(a: W, b: W): W;
  rotateLeft(a: W, bits: number): W;
  constant(value: number): W;
}

/** What is added to the two words: before the rounds, then after every fourth. */
export type KeySchedule<W> = readonly (readonly [W, W])[];

/** The schedule of a key of two words: six pairs, which are the same for all counters. */
export function keySchedule<W>(w: WordArithmetic<W>, [key0, key1]: readonly [W, W]): KeySchedule<W> {
  const keys = [key0, key1, w.xor(w.xor(key0, key1), w.constant(PARITY))];
  return Array.from({ length: 6 }, (_, i) => {
    const second = keys[(i + 1) % 3];
    return [keys[i % 3], i === 0 ? second : w.add(second, w.constant(i))];
  });
}

/** Encrypt one counter of two words under the schedule of a key. */
export function threefry<W>(w: WordArithmetic<W>, schedule: KeySchedule<W>, counter: readonly [W, W]): [W, W] {
  let a = w.add(counter[0], schedule[0][0]);
  let b = w.add(counter[1], schedule[0][1]);
  for (let group = 0; group < 5; group++) {
    for (let round = 0; round < 4; round++) {
      a = w.add(a, b);
      b = w.xor(w.rotateLeft(b, ROTATIONS[(group % 2) * 4 + round]), a);
    }
    a = w.add(a, schedule[group + 1][0]);
    b = w.add(b, schedule[group + 1][1]);
  }
  return [a, b];
}

const rotate = (a: number, bits: number): number => (a << bits) | (a >>> (32 - bits));

/** The words of the counter at hand: numbers alone, so that millions of counters make no garbage. */
const block = new Int32Array(2);

/** `threefry` on plain numbers, into `block`: round by round, which engines compile to a few instructions each. */
function encrypt(key0: number, key1: number, count0: number, count1: number): void {
  const key2 = key0 ^ key1 ^ PARITY;
  let a = (count0 + key0) | 0;
  let b = (count1 + key1) | 0;
  a = (a + b) | 0;
  b = rotate(b, 13) ^ a;
  a = (a + b) | 0;
  b = rotate(b, 15) ^ a;
  a = (a + b) | 0;
  b = rotate(b, 26) ^ a;
  a = (a + b) | 0;
  b = rotate(b, 6) ^ a;
  a = (a + key1) | 0;
  b = (b + key2 + 1) | 0;
  a = (a + b) | 0;
  b = rotate(b, 17) ^ a;
  a = (a + b) | 0;
  b = rotate(b, 29) ^ a;
  a = (a + b) | 0;
  b = rotate(b, 16) ^ a;
  a = (a + b) | 0;
  b = rotate(b, 24) ^ a;
  a = (a + key2) | 0;
  b = (b + key0 + 2) | 0;
  a = (a + b) | 0;
  b = rotate(b, 13) ^ a;
  a = (a + b) | 0;
  b = rotate(b, 15) ^ a;
  a = (a + b) | 0;
  b = rotate(b, 26) ^ a;
  a = (a + b) | 0;
  b = rotate(b, 6) ^ a;
  a = (a + key0) | 0;
  b = (b + key1 + 3) | 0;
  a = (a + b) | 0;
  b = rotate(b, 17) ^ a;
  a = (a + b) | 0;
  b = rotate(b, 29) ^ a;
  a = (a + b) | 0;
  b = rotate(b, 16) ^ a;
  a = (a + b) | 0;
  b = rotate(b, 24) ^ a;
  a = (a + key1) | 0;
  b = (b + key2 + 4) | 0;
  a = (a + b) | 0;
  b = rotate(b, 13) ^ a;
  a = (a + b) | 0;
  b = rotate(b, 15) ^ a;
  a = (a + b) | 0;
  b = rotate(b, 26) ^ a;
  a = (a + b) | 0;
  b = rotate(b, 6) ^ a;
  a = (a + key2) | 0;
  b = (b + key0 + 5) | 0;
  block[0] = a;
  block[1] = b;
}

/** `threefry` on plain numbers; the words that come back are unsigned. */
export function threefryWords(key0: number, key1: number, count0: number, count1: number): [number, number] {
  encrypt(key0 | 0, key1 | 0, count0 | 0, count1 | 0);
  return [block[0] >>> 0, block[1] >>> 0];
}

/**
 * Random words of a key: the i-th encrypts the 64-bit counter i and folds the two words (JAX's jax_threefry_partitionable, its
 * default since 0.5).
 */
export function randomWords(key0: number, key1: number, count: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    encrypt(key0 | 0, key1 | 0, Math.floor(i / 2 ** 32), i | 0);
    words[i] = block[0] ^ block[1];
  }
  return words;
}
