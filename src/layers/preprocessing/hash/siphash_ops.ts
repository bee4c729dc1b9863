/** @file SipHash-2-4 of whole numbers, written in decimal digits, by ops: siphash.ts for texts of up to 23 bytes. */
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { tensor } from '../../../runtime/index.js';
import type { Decimals } from './decimal_ops.js';
import { leadingWord } from './decimal_ops.js';
import { LAST_ROUNDS, ROUNDS, START } from './siphash.js';
import type { Uint64 } from './uint64_ops.js';
import { add, constant, rotateRight, where, xor, xorConstant } from './uint64_ops.js';

type State = readonly [Uint64, Uint64, Uint64, Uint64];

const uint32 = (x: number): Tensor => tensor(x, null, 'uint32');
const rotateLeft = (x: Uint64, n: number): Uint64 => rotateRight(x, 64 - n);

function rounds(state: State, count: number): State {
  let [v0, v1, v2, v3] = state;
  for (let i = 0; i < count; i++) {
    v0 = add(v0, v1);
    v1 = xor(rotateLeft(v1, 13), v0);
    v0 = rotateLeft(v0, 32);
    v2 = add(v2, v3);
    v3 = xor(rotateLeft(v3, 16), v2);
    v0 = add(v0, v3);
    v3 = xor(rotateLeft(v3, 21), v0);
    v2 = add(v2, v1);
    v1 = xor(rotateLeft(v1, 17), v2);
    v2 = rotateLeft(v2, 32);
  }
  return [v0, v1, v2, v3];
}

/** The hash of each text. @param key Two numbers from 0 to 2⁶⁴ − 1. */
export function sipHashesOf(text: Decimals, [k0, k1]: readonly [bigint, bigint]): Uint64 {
  const { length } = text;
  let state: State = START.map((x, i) => constant(x ^ (i % 2 === 0 ? k0 : k1))) as unknown as State;
  const whole = ops.bitwiseRightShift(length, uint32(3));
  for (const [i, at] of ([0, 8, 16] as const).entries()) {
    const { high, low } = leadingWord(text, at);
    // The last word holds the bytes that are left, and the length in the highest byte.
    const isLast = ops.equal(whole, uint32(i));
    const closing = ops.where(isLast, ops.bitwiseLeftShift(length, uint32(24)), uint32(0));
    const word = { high: ops.bitwiseOr(high, closing), low };
    const [v0, v1, v2, v3] = state;
    const [n0, ...others] = rounds([v0, v1, v2, xor(v3, word)], ROUNDS);
    const after: State = [xor(n0, word), ...others];
    const before = state;
    const counts = ops.greaterEqual(whole, uint32(i));
    state = after.map((x, k) => where(counts, x, before[k])) as unknown as State;
  }
  const [v0, v1, v2, v3] = state;
  const [a, b, c, d] = rounds([v0, v1, xorConstant(v2, 0xffn), v3], LAST_ROUNDS);
  return xor(xor(a, b), xor(c, d));
}
