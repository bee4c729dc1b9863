/**
 * @file Arithmetic of unsigned 64-bit integers by ops, so that it can be part of a program. The engine has no such numbers: each is a pair of
 * tensors, its upper and its lower 32 bits. What uint64.ts has for `bigint`s stands here under the same names.
 */
import { dtypeInfo } from '../../../core/dtype.js';
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { tensor } from '../../../runtime/index.js';

/** 64-bit integers: tensors of one shape, of dtype uint32. */
export interface Uint64 {
  readonly high: Tensor;
  readonly low: Tensor;
}

const TWO_32 = 2 ** 32;
const uint32 = (x: number): Tensor => tensor(x, null, 'uint32');
const halves = (x: bigint): [high: number, low: number] => [Number(x >> 32n), Number(x & 0xffffffffn)];
const shiftRight = (x: Tensor, places: number): Tensor => ops.bitwiseRightShift(x, uint32(places));
const lowest16 = (x: Tensor): Tensor => ops.bitwiseAnd(x, uint32(0xffff));

/** Whole numbers in two's complement. @param x Of any dtype of whole numbers. */
export function toUint64(x: Tensor): Uint64 {
  const { kind, bits } = dtypeInfo(x.dtype);
  if (bits === 64) {
    const low = ops.mod(x, tensor(TWO_32, null, x.dtype));
    const high = ops.floorDivide(ops.subtract(x, low), tensor(TWO_32, null, x.dtype));
    return { high: ops.cast(ops.mod(high, tensor(TWO_32, null, x.dtype)), 'uint32'), low: ops.cast(low, 'uint32') };
  }
  const low = ops.cast(x, 'uint32');
  if (kind === 'uint') return { high: ops.zerosLike(low), low };
  return { high: ops.where(ops.less(x, 0), uint32(0xffffffff), uint32(0)), low };
}

/** a ⊕ b. */
export const xor = (a: Uint64, b: Uint64): Uint64 => ({
  high: ops.bitwiseXor(a.high, b.high),
  low: ops.bitwiseXor(a.low, b.low),
});

/** a ⊕ b of a constant. */
export const xorConstant = (a: Uint64, b: bigint): Uint64 => xor(a, constant(b));

/** A constant, which broadcasts. */
export function constant(x: bigint): Uint64 {
  const [high, low] = halves(x);
  return { high: uint32(high), low: uint32(low) };
}

/** The lowest 64 bits of a + b. */
export function add(a: Uint64, b: Uint64): Uint64 {
  const low = ops.add(a.low, b.low);
  const carry = ops.cast(ops.less(low, a.low), 'uint32');
  return { high: ops.add(ops.add(a.high, b.high), carry), low };
}

/** The lowest 64 bits of a · b. Products of 32 bits are put together of those of 16, which do not overflow. */
export function multiply(a: Uint64, b: Uint64): Uint64 {
  const [a1, a0] = [shiftRight(a.low, 16), lowest16(a.low)];
  const [b1, b0] = [shiftRight(b.low, 16), lowest16(b.low)];
  const [p00, p01, p10] = [ops.multiply(a0, b0), ops.multiply(a0, b1), ops.multiply(a1, b0)];
  const middle = ops.add(ops.add(shiftRight(p00, 16), lowest16(p01)), lowest16(p10));
  const carried = ops.add(ops.add(shiftRight(p01, 16), shiftRight(p10, 16)), shiftRight(middle, 16));
  const crossed = ops.add(ops.multiply(a.high, b.low), ops.multiply(a.low, b.high));
  return {
    high: ops.add(ops.add(ops.multiply(a1, b1), carried), crossed),
    low: ops.multiply(a.low, b.low),
  };
}

/** The lowest 64 bits of a · b of a constant. */
export const multiplyConstant = (a: Uint64, b: bigint): Uint64 => multiply(a, constant(b));

/** The bits `n` places to the right; those that fall out come in at the left. @param n From 1 to 63. */
export function rotateRight({ high, low }: Uint64, n: number): Uint64 {
  if (n === 32) return { high: low, low: high };
  if (n > 32) return rotateRight({ high: low, low: high }, n - 32);
  const joined = (a: Tensor, b: Tensor): Tensor =>
    ops.bitwiseOr(shiftRight(a, n), ops.bitwiseLeftShift(b, uint32(32 - n)));
  return { high: joined(high, low), low: joined(low, high) };
}

/** `a` where a condition holds, else `b`. */
export const where = (condition: Tensor, a: Uint64, b: Uint64): Uint64 => ({
  high: ops.where(condition, a.high, b.high),
  low: ops.where(condition, a.low, b.low),
});

/** x ⊕ (x ≫ 47). */
export const shiftMix = ({ high, low }: Uint64): Uint64 => ({
  high,
  low: ops.bitwiseXor(low, shiftRight(high, 15)),
});

/** The remainders of x by `count`, as int64. @param count At most 2³⁶, so that no step passes 2⁵³. */
export function remainder({ high, low }: Uint64, count: number): Tensor {
  const int64 = (x: number | Tensor): Tensor =>
    typeof x === 'number' ? tensor(x, null, 'int64') : ops.cast(x, 'int64');
  const pieces = [high, low].flatMap((half) => [shiftRight(half, 16), lowest16(half)]);
  return pieces
    .map(int64)
    .reduce(
      (rest, piece) => ops.mod(ops.add(ops.multiply(rest, int64(0x10000)), piece), int64(count)),
      ops.zerosLike(int64(high)),
    );
}
