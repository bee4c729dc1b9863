/** @file Compares arrays with what real Keras gave. */
import { isFloat } from '../core/dtype.js';
import { formatShape, sameShape, sizeOf } from '../core/shape.js';
import type { Tensor } from '../runtime/index.js';
import type { EncodedArray } from './fixtures.js';
import { decodeNumbers } from './fixtures.js';

/** What is compared: plain numbers of a shape. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** How far numbers may be off. */
export interface Bounds {
  /** Added to every bound, where the truth is zero and what is recorded is rounding. State the reason where it is given. Default 0. */
  readonly floor?: number;
  /** Whether each element is measured by itself, rather than by the greatest of its array. Default false. */
  readonly elementwise?: boolean;
  /** Integers and bools, which must be equal. Default false. */
  readonly exact?: boolean;
}

/**
 * What is wrong with `actual`, or null: shapes equal, NaN and infinities in the same places, elsewhere
 * |actual − expected| ≤ tolerance · max|expected| + floor, the greatest taken over the finite numbers of this array.
 */
export function difference(
  actual: Numbers,
  expected: Numbers,
  tolerance: number,
  { floor = 0, elementwise = false, exact = false }: Bounds = {},
): string | null {
  if (!sameShape(actual.shape, expected.shape))
    return `shape ${formatShape(actual.shape)}, expected ${formatShape(expected.shape)}`;
  const n = sizeOf(expected.shape);
  let scale = 0;
  for (let i = 0; i < n; i++)
    if (Number.isFinite(expected.data[i])) scale = Math.max(scale, Math.abs(expected.data[i]));
  let worst = 0;
  let at = -1;
  for (let i = 0; i < n; i++) {
    const [a, e] = [actual.data[i], expected.data[i]];
    if (!Number.isFinite(e) || !Number.isFinite(a)) {
      if (!Object.is(a, e)) return `element ${i} is ${a}, expected ${e}`;
      continue;
    }
    const bound = exact ? 0 : tolerance * (elementwise ? Math.abs(e) : scale) + floor;
    const off = Math.abs(a - e);
    if (off > bound && (at < 0 || off - bound > worst)) [worst, at] = [off - bound, i];
  }
  return at < 0
    ? null
    : `element ${at} is ${actual.data[at]}, expected ${expected.data[at]} (off by ${Math.abs(actual.data[at] - expected.data[at])}, ${worst} more than allowed)`;
}

/** Compare a tensor with a recorded array; null when it is right. Floats must have the recorded dtype. */
export function tensorDifference(
  actual: Tensor,
  expected: EncodedArray,
  tolerance: number,
  bounds: Bounds = {},
): string | null {
  const float = expected.dtype.includes('float');
  if (float !== isFloat(actual.dtype) || (float && actual.dtype !== expected.dtype))
    return `dtype ${actual.dtype}, expected ${expected.dtype}`;
  return difference(
    { shape: actual.shape, data: actual.ndarray.data },
    { shape: expected.shape, data: decodeNumbers(expected) },
    tolerance,
    { ...bounds, exact: !float },
  );
}

/** The stated weights of outputs in gradients: ((37 k + 11) mod 64) / 32 − 1 for the flat index k. */
export function cotangent(size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, k) => ((37 * k + 11) % 64) / 32 - 1);
}
