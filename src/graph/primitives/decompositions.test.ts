/** @file Gradients of decompositions against finite differences, first and second order: what LAPACK leaves open is squared away. */
import { describe, test } from 'vitest';
import { checkGradient, sampleArray } from '../../testing/gradient_check.js';
import type { Value } from '../index.js';
import * as lax from '../lax.js';
import { product, scaleColumns, symmetric } from '../matrices.js';

/** Neither the sign of a vector nor of its partner matters. */
const squared = (x: Value): Value => lax.mul(x, x);

const shapes: [number, number, number?][] = [
  [4, 4],
  [5, 3],
  [3, 5],
  [2, 3, 2],
];

const options = { tolerance: 1e-5 } as const;

describe('gradients of decompositions', () => {
  test.each(shapes)('QR of (%i, %i)', (...shape) => {
    for (const i of [0, 1])
      checkGradient(([x]) => lax.qr(x, { full: false })[i], [sampleArray(shape as number[], 2)], options);
  });
  test.each(shapes)('LU of (%i, %i)', (...shape) =>
    checkGradient(([x]) => lax.lu(x)[0], [sampleArray(shape as number[], 2)], options),
  );
  test('eigenvalues and eigenvectors of symmetric matrices', () => {
    checkGradient(([x]) => lax.eigh(symmetric(x))[0], [sampleArray([4, 4])], options);
    checkGradient(([x]) => squared(lax.eigh(symmetric(x))[1]), [sampleArray([2, 3, 3])], options);
  });
  test.each(shapes)('singular values of (%i, %i)', (...shape) => {
    const x = sampleArray(shape as number[], 3);
    checkGradient(([a]) => lax.svd(a, { full: true })[1], [x], options);
    checkGradient(([a]) => lax.singularValues(a), [x], options);
  });
  test.each(shapes)('singular vectors of (%i, %i)', (...shape) => {
    const x = sampleArray(shape as number[], 3);
    checkGradient(([a]) => squared(lax.svd(a, { full: false })[0]), [x], options);
    checkGradient(([a]) => squared(lax.svd(a, { full: false })[2]), [x], options);
    checkGradient(
      ([a]) => {
        const [u, s, vt] = lax.svd(a, { full: false });
        return product(scaleColumns(u, squared(s)), lax.mul(vt, squared(vt)));
      },
      [x],
      options,
    );
  });
});
