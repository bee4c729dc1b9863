/** @file Bits of 64-bit integers against BigInt. */
import { expect, test } from 'vitest';
import * as special from './special.js';
import { wideBits, widePopcount, wideShiftLeft, wideShiftRight } from './wide.js';

const NUMBERS = [0, 1, 5, 255, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 7, 2 ** 53 - 1, 2 ** 53];

test('bits, shifts and counts are those of 64 bits', () => {
  for (const dtype of ['int64', 'uint64'] as const) {
    const round = (x: bigint): number => Number(dtype === 'int64' ? BigInt.asIntN(64, x) : BigInt.asUintN(64, x));
    const numbers = dtype === 'int64' ? [...NUMBERS, ...NUMBERS.slice(1).map((x) => -x)] : NUMBERS;
    for (const x of numbers) {
      const big = BigInt(x);
      for (const y of numbers) {
        expect(wideBits(x, y, dtype, (a, b) => a & b)).toBe(round(big & BigInt(y)));
        expect(wideBits(x, y, dtype, (a, b) => a ^ b)).toBe(round(big ^ BigInt(y)));
      }
      expect(wideBits(x, x, dtype, (a) => ~a)).toBe(round(~big));
      const ones = BigInt.asUintN(64, big).toString(2).replaceAll('0', '').length;
      expect(widePopcount(x, special.popcount)).toBe(ones);
      for (const count of [0, 1, 7, 31, 32, 33, 63]) {
        expect(wideShiftLeft(x, count, dtype), `${x} << ${count}`).toBe(round(big << BigInt(count)));
        expect(wideShiftRight(x, count, dtype, true), `${x} >> ${count}`).toBe(round(big >> BigInt(count)));
        const logical = BigInt.asUintN(64, big) >> BigInt(count);
        expect(wideShiftRight(x, count, dtype, false), `${x} >>> ${count}`).toBe(round(logical));
      }
    }
  }
});
