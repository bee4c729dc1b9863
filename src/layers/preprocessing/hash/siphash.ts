/**
 * @file SipHash-2-4: a hash with a key, so that nobody without the key can find tokens that meet in one bucket.
 *
 * @see J.-P. Aumasson, D. J. Bernstein 2012, "SipHash: a fast short-input PRF"
 */
import { rotateLeft, uint64 } from './uint64.js';

/** Rounds for each word. */
export const ROUNDS = 2;
/** Rounds behind the last word. */
export const LAST_ROUNDS = 4;
/** With what the state begins, but for the key. The bytes spell "somepseudorandomlygeneratedbytes". */
export const START = [0x736f6d6570736575n, 0x646f72616e646f6dn, 0x6c7967656e657261n, 0x7465646279746573n] as const;

/**
 * The hash of bytes.
 *
 * @param key Two numbers from 0 to 2⁶⁴ − 1.
 * @returns A number from 0 to 2⁶⁴ − 1.
 */
export function sipHash(bytes: Uint8Array, [k0, k1]: readonly [bigint, bigint]): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let v0 = k0 ^ START[0];
  let v1 = k1 ^ START[1];
  let v2 = k0 ^ START[2];
  let v3 = k1 ^ START[3];
  const { byteLength } = bytes;
  const whole = byteLength - (byteLength % 8);
  // The bytes that are left, and the length in the highest byte.
  let last = BigInt(byteLength & 0xff) << 56n;
  for (let at = whole; at < byteLength; at++) last |= BigInt(bytes[at]) << BigInt(8 * (at - whole));
  // The words, the last one, and the closing rounds, which take no word. All in one loop without closures: engines keep the state unboxed.
  for (let at = 0; at <= whole + 8; at += 8) {
    const closes = at > whole;
    const word = closes ? 0n : at < whole ? view.getBigUint64(at, true) : last;
    if (closes) v2 ^= 0xffn;
    v3 ^= word;
    for (let round = closes ? LAST_ROUNDS : ROUNDS; round > 0; round--) {
      v0 = uint64(v0 + v1);
      v1 = rotateLeft(v1, 13n) ^ v0;
      v0 = rotateLeft(v0, 32n);
      v2 = uint64(v2 + v3);
      v3 = rotateLeft(v3, 16n) ^ v2;
      v0 = uint64(v0 + v3);
      v3 = rotateLeft(v3, 21n) ^ v0;
      v2 = uint64(v2 + v1);
      v1 = rotateLeft(v1, 17n) ^ v2;
      v2 = rotateLeft(v2, 32n);
    }
    v0 ^= word;
  }
  return v0 ^ v1 ^ v2 ^ v3;
}
