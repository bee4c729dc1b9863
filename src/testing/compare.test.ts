import { describe, expect, it } from 'vitest';
import { difference } from './compare.js';

const of = (...data: number[]): { shape: number[]; data: number[] } => ({ shape: [data.length], data });

describe('difference', () => {
  it('passes equal numbers, NaN and infinities in their places', () => {
    expect(difference(of(1, NaN, Infinity, -Infinity), of(1, NaN, Infinity, -Infinity), 1e-6)).toBeNull();
  });
  it('measures the tolerance against the greatest finite number of the array', () => {
    expect(difference(of(100.001, 0), of(100, 0), 2e-5)).toBeNull();
    expect(difference(of(100.01, 0), of(100, 0), 2e-5)).toMatch('element 0');
    expect(difference(of(0.01), of(0.011), 2e-5)).toMatch('off by');
    expect(difference(of(1e-9, Infinity), of(1.1e-9, Infinity), 2e-5)).toMatch('element 0');
    expect(difference(of(0, 0), of(1e-30, 0), 2e-5)).toMatch('element 0');
  });
  it('wants zeros where only zeros are expected, but for a stated floor', () => {
    expect(difference(of(0, 0), of(0, 0), 2e-5)).toBeNull();
    expect(difference(of(1e-12, 0), of(0, 0), 2e-5)).toMatch('element 0');
    expect(difference(of(1e-12, 0), of(0, 0), 2e-5, { floor: 1e-11 })).toBeNull();
    expect(difference(of(1e-10, 0), of(0, 0), 2e-5, { floor: 1e-11 })).toMatch('element 0');
  });
  it('measures each element by itself where asked', () => {
    expect(difference(of(1e30, 1.1), of(1e30, 1), 2e-5, { elementwise: true })).toMatch('element 1');
    expect(difference(of(1.00001e30, 1.00001), of(1e30, 1), 2e-5, { elementwise: true })).toBeNull();
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
    expect(difference(of(100000), of(100001), 1e-3, { exact: true })).not.toBeNull();
  });
});
