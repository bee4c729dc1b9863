/** Transforms of the kernels against sums of products in float64. */
import { describe, expect, it } from 'vitest';
import { fromNumbers } from '../../core/ndarray.js';
import { sizeOf } from '../../core/shape.js';
import { rootOfUnity } from '../../graph/fourier.js';
import * as lax from '../../graph/lax.js';
import { inverseRealTransform, realTransform, transform } from '../../graph/transforms.js';
import type { Tensor } from '../../runtime/index.js';
import { constantTensor } from '../../runtime/index.js';
import { everyBackend } from '../../testing/backends.js';

function numbers(count: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** A sum whose rounding errors are carried along (Kahan's). */
function sumOf(count: number, term: (j: number) => number): number {
  let [sum, lost] = [0, 0];
  for (let j = 0; j < count; j++) {
    const next = term(j) - lost;
    const total = sum + next;
    lost = total - sum - next;
    sum = total;
  }
  return sum;
}

/** Σ_j x_j·e^(∓2πi·jk/n) along an axis, term by term. */
function bySums(
  re: ArrayLike<number>,
  im: ArrayLike<number>,
  shape: readonly number[],
  axis: number,
  inverse: boolean,
): number[][] {
  // prettier-ignore
  const [n, inner] = [shape[axis], sizeOf(shape.slice(axis + 1))];
  const roots = Array.from({ length: n }, (_, k) => rootOfUnity(inverse ? -k : k, n));
  const places = Array.from({ length: re.length }, (_, at) => {
    const k = Math.floor(at / inner) % n;
    return { k, start: at - k * inner };
  });
  const root = (j: number, k: number): readonly [number, number] => roots[(j * k) % n];
  return [
    places.map(({ k, start }) => sumOf(n, (j) => re[start + j * inner] * root(j, k)[0] - im[start + j * inner] * root(j, k)[1])), // prettier-ignore
    places.map(({ k, start }) => sumOf(n, (j) => re[start + j * inner] * root(j, k)[1] + im[start + j * inner] * root(j, k)[0])), // prettier-ignore
  ];
}

/** The greatest error, beside the root of the mean square of the results. */
function errorOf(found: readonly Tensor[], wanted: readonly (readonly number[])[]): number {
  const scale = Math.sqrt(wanted.flat().reduce((sum, x) => sum + x * x, 0) / wanted.flat().length);
  const errors = found.map((t, part) => Math.max(0, ...wanted[part].map((x, i) => Math.abs(t.ndarray.data[i] - x))));
  return Math.max(...errors) / scale;
}

const SHAPES: readonly (readonly [shape: readonly number[], axis: number])[] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 20, 24, 32, 36, 49, 64, 97, 100, 120, 128, 210, 256, 512, 525, 630, 768].map((n) => [[n], 0] as const), // prettier-ignore
  [[5, 24], 1],
  [[24, 5], 0],
  [[16, 50], 0],
  [[3, 8, 7], 1],
  [[2, 11, 3], 1],
  [[0, 8], 1],
];

everyBackend((run) => {
  describe.each(['float32', 'float64'] as const)('transforms of %s', (dtype) => {
    const bound = dtype === 'float32' ? 2e-6 : 4e-15;
    const given = (shape: readonly number[], seed: number): Tensor => constantTensor(fromNumbers(dtype, shape, numbers(sizeOf(shape), seed))); // prettier-ignore
    it.each(SHAPES)(`of shape [%s] along axis %d are within ${bound} of sums in float64`, (shape, axis) => {
      const [re, im] = [given(shape, 1), given(shape, 2)];
      for (const inverse of [false, true]) {
        const found = run(() => transform([re, im], axis, inverse));
        const wanted = bySums(re.ndarray.data, im.ndarray.data, shape, axis, inverse);
        if (re.size > 0) expect(errorOf(found, wanted)).toBeLessThan(bound);
        else expect(found[0].shape).toEqual(shape);
      }
    });

    it.each([1, 2, 3, 4, 5, 6, 10, 13, 16, 22, 34, 100])('of %d real numbers and back', (n) => {
      const x = given([3, n], 3);
      const zeros = new Float64Array(3 * n);
      const found = run(() => realTransform(x));
      const half = Math.floor(n / 2) + 1;
      const wanted = bySums(x.ndarray.data, zeros, [3, n], 1, false).map((part) => part.filter((_, i) => i % n < half));
      expect(found[0].shape).toEqual([3, half]);
      expect(errorOf(found, wanted)).toBeLessThan(bound);
      const back = run(() => inverseRealTransform(realTransform(x), n));
      expect(errorOf([back], [Array.from(x.ndarray.data)])).toBeLessThan(bound);
      const polluted = run(() => {
        const [re, im] = realTransform(x);
        const ends = lax.convert(lax.eq(lax.iota(re.applier, 'int32', re.shape, 1), lax.zerosLike(re, 'int32')), dtype);
        return inverseRealTransform([re, lax.add(im, ends)], n);
      });
      expect(errorOf([polluted], [Array.from(x.ndarray.data)])).toBeLessThan(bound);
    });
  });
});
