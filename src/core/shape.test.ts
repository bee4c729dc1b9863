import { describe, expect, it, test } from 'vitest';
import {
  broadcastShapes,
  formatShape,
  normalizeAxes,
  normalizeAxis,
  reducedShape,
  sizeOf,
  stridesOf,
} from './shape.js';

describe('shapes', () => {
  it('have sizes and row-major strides', () => {
    expect([sizeOf([]), sizeOf([2, 3]), sizeOf([2, 0])]).toEqual([1, 6, 0]);
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
  });
  it('are written as Python writes tuples', () => {
    expect([[], [3], [null, 2]].map((s) => formatShape(s))).toEqual(['()', '(3,)', '(None, 2)']);
  });
  test.each([
    [
      [[2, 1], [3]],
      [2, 3],
    ],
    [[[], [4]], [4]],
    [
      [[null, 3], [1]],
      [null, 3],
    ],
    [
      [
        [null, 3],
        [5, 1],
      ],
      [5, 3],
    ],
    [[[0], [1]], [0]],
  ])('%j broadcast to %j', (shapes, wanted) => expect(broadcastShapes(shapes, 'add')).toEqual(wanted));
  it('that do not broadcast are named', () => {
    expect(() => broadcastShapes([[2, 3], [4]], 'add')).toThrow(
      'add: shapes (2, 3) and (4,) cannot be broadcast together.',
    );
  });
  it('count axes from both ends', () => {
    expect([normalizeAxis(-1, 3, 'sum'), normalizeAxis(0, 3, 'sum')]).toEqual([2, 0]);
    expect(normalizeAxes([-1, 0], 3, 'sum')).toEqual([0, 2]);
    expect(normalizeAxes(null, 2, 'sum')).toEqual([0, 1]);
    expect(() => normalizeAxis(3, 3, 'sum')).toThrow('sum: axis 3 is out of range for a tensor of 3 dimensions.');
    expect(() => normalizeAxes([1, -1], 2, 'sum')).toThrow('sum: the axes [1,-1] name one axis twice.');
  });
  it('lose reduced axes, or keep them as 1', () => {
    expect(reducedShape([2, 3, 4], [1], false)).toEqual([2, 4]);
    expect(reducedShape([2, 3, 4], [0, 2], true)).toEqual([1, 3, 1]);
  });
});
