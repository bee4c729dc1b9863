import { describe, expect, it, test } from 'vitest';
import {
  allocate,
  DTYPES,
  dtypeInfo,
  highest,
  limits,
  lowest,
  roundTo,
  standardizeDType,
  storageBytes,
} from './dtype.js';
import { castArray, filled, fromNumbers, ndarray } from './ndarray.js';
import { resultType } from './promotion.js';

describe('dtypes', () => {
  test.each([
    ['bool', 3, 1],
    ['bool', NaN, 1],
    ['uint8', 300, 44],
    ['uint8', -1, 255],
    ['int8', 200, -56],
    ['int16', 40000, -25536],
    ['int32', 2 ** 31, -(2 ** 31)],
    ['int32', -1.9, -1],
    ['uint32', -1, 2 ** 32 - 1],
    ['int64', -1.5, -1],
    ['float32', 0.1, Math.fround(0.1)],
    ['float16', 1 / 3, 0.333251953125],
    ['float16', 65519, 65504],
    ['float16', 65520, Infinity],
    ['float16', 2 ** -25, 0],
    ['float16', 3 * 2 ** -25, 2 ** -23],
    ['bfloat16', 1.00390625, 1],
    ['bfloat16', 1.01171875, 1.015625],
    ['bfloat16', 3.4e38, Infinity],
  ] as const)('%s stores %d as %d', (dtype, x, stored) => expect(roundTo(dtype, x)).toBe(stored));
  it('keep the sign of zero and NaN', () => {
    for (const dtype of ['float16', 'bfloat16', 'float32', 'float64'] as const) {
      expect(roundTo(dtype, -0)).toBe(-0);
      expect(roundTo(dtype, NaN)).toBe(NaN);
      expect(roundTo(dtype, -1e-60 * (dtype === 'float64' ? 0 : 1))).toBe(-0);
    }
  });
  test.each(DTYPES)('%s stores its limits', (dtype) => {
    const { min, max } = limits(dtype);
    if (dtypeInfo(dtype).bits < 64) expect([roundTo(dtype, min), roundTo(dtype, max)]).toEqual([min, max]);
    expect(allocate(dtype, 3).byteLength).toBe(3 * storageBytes(dtype));
    expect(lowest(dtype)).toBeLessThanOrEqual(min);
    expect(highest(dtype)).toBeGreaterThanOrEqual(max);
  });
  it('that do not exist are refused with near ones', () => {
    expect(() => standardizeDType('float31')).toThrow('dtype: unknown dtype "float31". Did you mean \'float32\'');
    expect(() => standardizeDType(3, 'cast')).toThrow('cast: unknown dtype 3.');
  });
});

describe('promotion', () => {
  test.each([
    [['int32', 'float32'], 'float32'],
    [['uint8', 'int8'], 'int16'],
    [['float16', 'bfloat16'], 'float32'],
    [['float16', 'int'], 'float16'],
    [['int8', 'float'], 'float32'],
    [['int', 'float'], 'float32'],
    [['bool', 'int'], 'int32'],
    [['uint64', 'int8'], 'float32'],
    [[], 'float32'],
  ] as const)('%j meet in %s', (types, wanted) => expect(resultType(...types)).toBe(wanted));
});

describe('arrays', () => {
  it('are filled, cast and checked', () => {
    expect(filled('float32', [2], -0).data).toEqual(new Float32Array([-0, -0]));
    expect(castArray(fromNumbers('float32', [3], [1.9, -1.9, 300]), 'int8').data).toEqual(new Int8Array([1, -1, 44]));
    expect(() => ndarray('float32', [3], new Float32Array(2))).toThrow('2 elements for shape [3]');
  });
});
