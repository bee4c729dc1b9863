/** @file The fingerprints of whole numbers, written in decimal digits, by ops: farmhash.ts for texts of up to 17 bytes. */
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { tensor } from '../../../runtime/index.js';
import type { Decimals } from './decimal_ops.js';
import { leadingWord, trailingWord, wordOf } from './decimal_ops.js';
import { K0, K1, K2 } from './farmhash.js';
import type { Uint64 } from './uint64_ops.js';
import { add, constant, multiply, multiplyConstant, rotateRight, shiftMix, where, xor } from './uint64_ops.js';

const uint32 = (x: number): Tensor => tensor(x, null, 'uint32');
const small = (low: Tensor): Uint64 => ({ high: ops.zerosLike(low), low });

function mix(u: Uint64, v: Uint64, multiplier: Uint64): Uint64 {
  const a = shiftMix(multiply(xor(u, v), multiplier));
  const b = shiftMix(multiply(xor(v, a), multiplier));
  return multiply(b, multiplier);
}

/** The fingerprint of each text. */
export function fingerprintsOf(text: Decimals): Uint64 {
  const { length } = text;
  const multiplier = add(constant(K2), small(ops.add(length, length)));
  const isBelow = (n: number): Tensor => ops.less(length, uint32(n));
  const long = where(isBelow(CHARACTERS), upTo16(text, multiplier), of17(text, multiplier));
  const short = where(isBelow(4), upTo3(text), upTo7(text, multiplier));
  return where(isBelow(8), short, long);
}

const CHARACTERS = 17;

function upTo3({ length, first, fromEnd }: Decimals): Uint64 {
  const byte = (place: number): Tensor =>
    ops.bitwiseAnd(ops.bitwiseRightShift(first[0], uint32(8 * place)), uint32(0xff));
  const middle = ops.where(ops.less(length, uint32(2)), byte(0), byte(1));
  const y = ops.add(byte(0), ops.bitwiseLeftShift(middle, uint32(8)));
  const z = ops.add(length, ops.bitwiseLeftShift(fromEnd[0], uint32(2)));
  const mixed = xor(multiplyConstant(small(y), K2), multiplyConstant(small(z), K0));
  return multiplyConstant(shiftMix(mixed), K2);
}

function upTo7({ length, first, fromEnd }: Decimals, multiplier: Uint64): Uint64 {
  const head = {
    high: ops.bitwiseRightShift(first[0], uint32(29)),
    low: ops.bitwiseLeftShift(first[0], uint32(3)),
  };
  const last = wordOf([3, 2, 1, 0].map((k) => fromEnd[k]));
  return mix(add(head, small(length)), small(last), multiplier);
}

function upTo16(text: Decimals, multiplier: Uint64): Uint64 {
  const a = add(leadingWord(text, 0), constant(K2));
  const b = trailingWord(text, 0);
  const c = add(multiply(rotateRight(b, 37), multiplier), a);
  const d = multiply(add(rotateRight(a, 25), b), multiplier);
  return mix(c, d, multiplier);
}

function of17(text: Decimals, multiplier: Uint64): Uint64 {
  const a = multiplyConstant(leadingWord(text, 0), K1);
  const b = leadingWord(text, 8);
  const c = multiply(trailingWord(text, 0), multiplier);
  const d = multiplyConstant(trailingWord(text, 8), K2);
  const u = add(add(rotateRight(add(a, b), 43), rotateRight(c, 30)), d);
  const v = add(add(a, rotateRight(add(b, constant(K2)), 18)), c);
  return mix(u, v, multiplier);
}
