/** @file Arithmetic of unsigned 64-bit integers, as `bigint`s from 0 to 2⁶⁴ − 1. */

/** The lowest 64 bits. */
export const uint64 = (x: bigint): bigint => BigInt.asUintN(64, x);

/** The bits `n` places to the right; those that fall out come in at the left. */
export const rotateRight = (x: bigint, n: bigint): bigint => uint64((x >> n) | (x << (64n - n)));

/** The bits `n` places to the left; those that fall out come in at the right. */
export const rotateLeft = (x: bigint, n: bigint): bigint => uint64((x << n) | (x >> (64n - n)));

/** x ⊕ (x ≫ 47): brings high bits, which products have mixed best, into low ones. */
export const shiftMix = (x: bigint): bigint => x ^ (x >> 47n);
