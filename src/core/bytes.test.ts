import { describe, expect, it } from 'vitest';
import { fromBytes, itemBytes, takeBytes, toBytes } from './bytes.js';
import type { DType } from './dtype.js';
import { DTYPES, limits } from './dtype.js';
import { fromNumbers } from './ndarray.js';

describe('bytes of arrays', () => {
  it.each(DTYPES)('%s comes back as it was', (dtype) => {
    const { min, max } = limits(dtype);
    const wide = dtype === 'int64' || dtype === 'uint64';
    const array = fromNumbers(dtype, [2, 2], [0, 1, wide ? Math.max(min, -(2 ** 53)) : min, wide ? 2 ** 53 : max]);
    expect(toBytes(array).length).toBe(4 * itemBytes(dtype));
    expect(fromBytes(dtype, [2, 2], toBytes(array))).toEqual(array);
    expect(takeBytes(dtype, [2, 2], toBytes(array))).toEqual(array);
    // Bytes that do not begin where elements may are copied.
    const moved = new Uint8Array(1 + toBytes(array).length);
    moved.set(toBytes(array), 1);
    expect(takeBytes(dtype, [2, 2], moved.subarray(1))).toEqual(array);
  });
  it('takes bytes over, or copies them', () => {
    const bytes = toBytes(fromNumbers('float32', [2], [1, 2]));
    expect(takeBytes('float32', [2], bytes).data.buffer).toBe(bytes.buffer);
    expect(fromBytes('float32', [2], bytes).data.buffer).not.toBe(bytes.buffer);
    expect(() => takeBytes('float32', [3], bytes)).toThrow('8 bytes for 3 elements');
  });
  it.each<[DType, number[], number[]]>([
    ['float16', [1, -2, 65504, 6e-8, 1 / 3], [0x3c00, 0xc000, 0x7bff, 0x0001, 0x3555]],
    ['float16', [Infinity, -Infinity, -0, 2 ** -14], [0x7c00, 0xfc00, 0x8000, 0x0400]],
    ['bfloat16', [1, -2, 0.1, Infinity], [0x3f80, 0xc000, 0x3dcd, 0x7f80]],
  ])('%s has the bits of IEEE', (dtype, values, words) => {
    const bytes = toBytes(fromNumbers(dtype, [values.length], values));
    expect([...new Uint16Array(bytes.buffer)]).toEqual(words);
  });
  it('refuses the wrong number of bytes', () => {
    expect(() => fromBytes('float32', [2], new Uint8Array(7))).toThrow(
      '7 bytes for 2 elements of float32, which take 8',
    );
  });
});
