/**
 * @file Whole numbers as their decimal digits, by ops: the bytes of the texts that are hashed, in words of 32 bits, so that numbers which a program
 * computes can be hashed in it.
 */
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { tensor } from '../../../runtime/index.js';
import type { Uint64 } from './uint64_ops.js';

/** The most characters that there are: a sign and the 16 digits of 2⁵³. */
const CHARACTERS = 17;
const DIGITS = 16;
const WORDS = 5;
const HALF = 1e8;
const ZERO = 48;
const MINUS = 45;

const uint32 = (x: number): Tensor => tensor(x, null, 'uint32');

/** The texts of whole numbers. Bytes are little-endian in words, as hashes read them; where there is none stands 0. */
export interface Decimals {
  /** How many characters there are, from 1 to 17, as uint32. */
  readonly length: Tensor;
  /** Five words, with the first character in the lowest byte of the first. */
  readonly first: readonly Tensor[];
  /** Characters by their places from the end. */
  readonly fromEnd: readonly Tensor[];
}

/** @param x Whole numbers from −2⁵³ + 1 to 2⁵³ − 1, as int64. */
export function decimalsOf(x: Tensor): Decimals {
  const int64 = (n: number): Tensor => tensor(n, null, 'int64');
  const size = ops.absolute(x);
  const isNegative = ops.less(x, int64(0));
  // A remainder is exact, as a quotient need not be: it may be rounded up to the next whole number.
  const lower = ops.mod(size, int64(HALF));
  const upper = ops.cast(ops.floorDivide(ops.subtract(size, lower), int64(HALF)), 'uint32');
  const digits = [ops.cast(lower, 'uint32'), upper].flatMap((half) => digitsOf(half, DIGITS / 2));
  let count: Tensor = ops.onesLike(upper);
  for (let k = 1; k < DIGITS; k++) {
    const more = ops.greaterEqual(size, int64(10 ** k));
    count = ops.add(count, ops.cast(more, 'uint32'));
  }
  const fromEnd = Array.from({ length: CHARACTERS }, (_, k) => {
    const sign = ops.where(ops.logicalAnd(isNegative, ops.equal(count, uint32(k))), uint32(MINUS), uint32(0));
    if (k === DIGITS) return sign;
    return ops.where(ops.less(uint32(k), count), ops.add(digits[k], uint32(ZERO)), sign);
  });
  const length = ops.add(count, ops.cast(isNegative, 'uint32'));
  return { length, first: alignedLeft(fromEnd, length), fromEnd };
}

/** The digits of numbers below 10ᶜᵒᵘⁿᵗ, the last one first. */
function digitsOf(x: Tensor, count: number): Tensor[] {
  const digits: Tensor[] = [];
  let rest = x;
  for (let k = 0; k < count; k++) {
    const next = ops.floorDivide(rest, uint32(10));
    digits.push(ops.subtract(rest, ops.multiply(next, uint32(10))));
    rest = next;
  }
  return digits;
}

/** A word of four bytes, the lowest first. */
export const wordOf = (bytes: readonly Tensor[]): Tensor =>
  bytes
    .map((byte, i) => (i === 0 ? byte : ops.bitwiseLeftShift(byte, uint32(8 * i))))
    .reduce((a, b) => ops.bitwiseOr(a, b));

/** Characters that end at the 17th place, moved so that they begin at the first: by 16, 8, 4, 2 and 1 places where the bits of the distance say so. */
function alignedLeft(fromEnd: readonly Tensor[], length: Tensor): Tensor[] {
  const zero = ops.zerosLike(length);
  const bytes = [...fromEnd].reverse();
  let words = Array.from({ length: WORDS }, (_, i) =>
    wordOf([0, 1, 2, 3].map((k) => (4 * i + k < CHARACTERS ? bytes[4 * i + k] : zero))),
  );
  const distance = ops.subtract(uint32(CHARACTERS), length);
  for (const places of [16, 8, 4, 2, 1]) {
    const moves = ops.notEqual(ops.bitwiseAnd(distance, uint32(places)), uint32(0));
    const from = (i: number): Tensor => (i < WORDS ? words[i] : zero);
    const moved = words.map((word, i) =>
      places >= 4
        ? from(i + places / 4)
        : ops.bitwiseOr(
            ops.bitwiseRightShift(word, uint32(8 * places)),
            ops.bitwiseLeftShift(from(i + 1), uint32(32 - 8 * places)),
          ),
    );
    words = words.map((word, i) => ops.where(moves, moved[i], word));
  }
  return words;
}

/** Eight bytes from place 0 or 8 on. */
export const leadingWord = ({ first }: Decimals, at: 0 | 8 | 16): Uint64 => ({
  low: first[at / 4],
  high: at === 16 ? ops.zerosLike(first[4]) : first[at / 4 + 1],
});

/** Eight bytes that end `skipped` characters before the end. */
export function trailingWord({ fromEnd }: Decimals, skipped: 0 | 8): Uint64 {
  const from = (k: number): Tensor => wordOf([3, 2, 1, 0].map((i) => fromEnd[skipped + k + i]));
  return { low: from(4), high: from(0) };
}
