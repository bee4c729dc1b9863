/**
 * @file The threefry-2x32 block cipher with 20 rounds, from which all random numbers come.
 * @see Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"
 */

/** Rotations of the eight rounds that repeat; keys are injected after every fourth. */
export const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** The parity constant of the key schedule. */
export const PARITY = 0x1bd11bda;

/** Arithmetic on 32-bit words of any kind: numbers here, lanes in generated code. */
export interface WordArithmetic<W> {
  add(a: W, b: W): W;
  xor(a: W, b: W): W;
  rotateLeft(a: W, bits: number): W;
  constant(value: number): W;
}

/** Encrypt one counter of two words under a key of two words. */
export function threefry<W>(w: WordArithmetic<W>, key: readonly [W, W], counter: readonly [W, W]): [W, W] {
  const keys = [key[0], key[1], w.xor(w.xor(key[0], key[1]), w.constant(PARITY))];
  let a = w.add(counter[0], keys[0]);
  let b = w.add(counter[1], keys[1]);
  for (let group = 0; group < 5; group++) {
    for (let round = 0; round < 4; round++) {
      a = w.add(a, b);
      b = w.xor(w.rotateLeft(b, ROTATIONS[(group % 2) * 4 + round]), a);
    }
    a = w.add(a, keys[(group + 1) % 3]);
    b = w.add(b, w.add(keys[(group + 2) % 3], w.constant(group + 1)));
  }
  return [a, b];
}

const NUMBERS: WordArithmetic<number> = {
  add: (a, b) => (a + b) | 0,
  xor: (a, b) => a ^ b,
  rotateLeft: (a, bits) => (a << bits) | (a >>> (32 - bits)),
  constant: (value) => value | 0,
};

/** `threefry` on plain numbers; the words that come back are unsigned. */
export function threefryWords(key0: number, key1: number, count0: number, count1: number): [number, number] {
  const [a, b] = threefry(NUMBERS, [key0, key1], [count0, count1]);
  return [a >>> 0, b >>> 0];
}
