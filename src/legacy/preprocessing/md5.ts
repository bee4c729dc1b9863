/** @file MD5 (RFC 1321) as a number modulo another, for `hashingTrick`, which answers at once: libraries are loaded by promises. */

const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

function digest(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(((bytes.length + 8) >> 6) * 64 + 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, bytes.length << 3, true);
  view.setUint32(padded.length - 4, Math.floor(bytes.length / 2 ** 29), true);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  for (let block = 0; block < padded.length; block += 64) {
    let [a, b, c, d] = state;
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const mixed =
        round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d);
      const word = [i, 5 * i + 1, 3 * i + 5, 7 * i][round] & 15;
      const sum = (a + mixed + SINES[i] + view.getInt32(block + 4 * word, true)) | 0;
      const shift = SHIFTS[4 * round + (i & 3)];
      [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
    }
    [a, b, c, d].forEach((value, i) => (state[i] += value));
  }
  const out = new DataView(new ArrayBuffer(16));
  state.forEach((value, i) => out.setInt32(4 * i, value, true));
  return new Uint8Array(out.buffer);
}

/** The MD5 hash of a text, as a number of 128 bits, modulo `n`. */
export function md5Modulo(text: string, n: number): number {
  let rest = 0;
  for (const byte of digest(text)) rest = (rest * 256 + byte) % n;
  return rest;
}
