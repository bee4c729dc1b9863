import { describe, expect, it } from 'vitest';
import { difference } from './compare.js';

const of = (...data: number[]): { shape: number[]; data: number[] } => ({ shape: [data.length], data });

describe('difference', () => {
  it('passes equal numbers, NaN and infinities in their places', () => {
    expect(difference(of(1, NaN, Infinity, -Infinity), of(1, NaN, Infinity, -Infinity), 1e-6)).toBeNull();
  });
  it('measures the tolerance against the greatest number, but at least against 1', () => {
    expect(difference(of(100.001, 0), of(100, 0), 2e-5)).toBeNull();
    expect(difference(of(100.01, 0), of(100, 0), 2e-5)).toMatch('element 0');
    expect(difference(of(0.01), of(0.011), 2e-5)).toMatch('off by');
  });
  it.each([
    ['a NaN for a number', of(NaN), of(1)],
    ['a number for a NaN', of(1), of(NaN)],
    ['an infinity of the wrong sign', of(Infinity), of(-Infinity)],
    ['an infinity for a number', of(Infinity), of(3e38)],
    ['a wrong sign', of(-1), of(1)],
    ['another shape', of(1, 2), of(1)],
  ])('refuses %s', (_, actual, expected) => {
    expect(difference(actual, expected, 1e-3)).not.toBeNull();
  });
  it('wants integers equal', () => {
    expect(difference(of(100000), of(100001), 1e-3, true)).not.toBeNull();
  });
});
