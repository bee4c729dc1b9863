/** @file Bits of 64-bit integers that are held in float64 numbers: as two 32-bit words, modulo 2⁶⁴. */
import type { DType } from '../core/dtype.js';

const WORD = 2 ** 32;
const highWord = (x: number): number => Math.floor(x / WORD) | 0;
/** `|` takes numbers modulo 2³². */
const lowWord = (x: number): number => x | 0;

function join(high: number, low: number, dtype: DType): number {
  return (dtype === 'uint64' ? high >>> 0 : high | 0) * WORD + (low >>> 0);
}

/** A bitwise operation on both words. */
export function wideBits(a: number, b: number, dtype: DType, bits: (a: number, b: number) => number): number {
  return join(bits(highWord(a), highWord(b)), bits(lowWord(a), lowWord(b)), dtype);
}

/** Bits that are set. `count` counts those of one word. */
export function widePopcount(x: number, count: (word: number) => number): number {
  return count(highWord(x)) + count(lowWord(x));
}

/** a · 2^count, for a count of 0 … 63. */
export function wideShiftLeft(a: number, count: number, dtype: DType): number {
  const [high, low] = [highWord(a), lowWord(a)];
  if (count >= 32) return join(low << (count - 32), 0, dtype);
  const crossing = count === 0 ? 0 : low >>> (32 - count);
  return join((high << count) | crossing, low << count, dtype);
}

/** a · 2^-count rounded down, for a count of 0 … 63. `arithmetic`: the sign comes in from the left, else zeros. */
export function wideShiftRight(a: number, count: number, dtype: DType, arithmetic: boolean): number {
  const [high, low] = [highWord(a), lowWord(a)];
  const signed = arithmetic && dtype === 'int64';
  const move = (x: number, by: number): number => (signed ? x >> by : x >>> by);
  if (count >= 32) return join(signed ? high >> 31 : 0, move(high, count - 32), dtype);
  const crossing = count === 0 ? 0 : high << (32 - count);
  return join(move(high, count), (low >>> count) | crossing, dtype);
}
