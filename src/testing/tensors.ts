/** @file Tensors for tests: numbers that repeat nothing, and a comparison of results. */
import { expect } from 'vitest';
import { tensor, type Tensor } from '../runtime/index.js';
import { difference } from './compare.js';

/** sin(factor · i + shift), float32, in any shape. */
export const sines =
  (factor: number, shift: number) =>
  (...shape: number[]): Tensor => {
    const size = shape.reduce((a, b) => a * b, 1);
    return tensor(
      Array.from({ length: size }, (_, i) => Math.sin(factor * i + shift)),
      shape,
      'float32',
    );
  };

/** Expect equal shapes, and numbers that differ by no more than `tolerance` relative to the greatest: see `difference`. */
export function expectClose(a: Tensor, b: Tensor, tolerance = 2e-6): void {
  const plain = (x: Tensor): { shape: readonly number[]; data: number[] } => ({
    shape: x.shape,
    data: Array.from(x.dataSync() as Float32Array),
  });
  expect(difference(plain(a), plain(b), tolerance)).toBeNull();
}
