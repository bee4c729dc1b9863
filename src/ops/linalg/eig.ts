/** @file Eigenvalues and eigenvectors of matrices that need not be symmetric. */
import { checked } from '../../core/arguments.js';
import { NotImplementedError } from '../../core/errors.js';
import * as lax from '../../graph/lax.js';
import type { KerasTensor, Tensor, TensorLike } from '../../runtime/index.js';
import { complexOf, op } from '../../runtime/index.js';
import { inFullPrecision, squareMatrices } from './common.js';

/** Both results as real and imaginary parts. */
const parts = op('eig', (x: TensorLike): Tensor[] =>
  inFullPrecision([squareMatrices('eig', x)], (t) =>
    lax.withGradient<Tensor>({ inputs: [t], residuals: [], outputs: lax.eig(t) }, () => {
      throw new NotImplementedError(
        'eig: has no gradient, as in Keras on JAX. For symmetric matrices take ops.eigh, which has.',
      );
    }),
  ),
);

interface Eig {
  (x: TensorLike): [w: Tensor, v: Tensor];
  (x: KerasTensor): [w: KerasTensor, v: KerasTensor];
}

/**
 * Eigenvalues and eigenvectors of matrices that need not be symmetric: x·v_i = w_i·v_i. They are complex; for symmetric matrices see `eigh`.
 *
 * @param x Matrices (…, n, n) of real numbers; integers are taken as `floatx`. Computed in float64 whatever the dtype.
 * @returns `[w, v]`: eigenvalues (…, n), in no particular order but pairs of complex ones side by side, the one above the real axis first, and
 *     eigenvectors in the columns of v (…, n, n), of size 1 and with a real greatest component; both of dtype `'complex64'`, or `'complex128'` of float64. NaN if `x` holds NaN or infinities. No gradient, as in Keras on JAX.
 * @throws {ValueError} `x` is not square.
 * @throws {NotImplementedError} A gradient is taken.
 * @see `keras.ops.eig`; Golub & Van Loan 2013, "Matrix Computations", sections 7.4 to 7.6
 * @example
 * ops.real(ops.eig([[2, 0], [1, 2]])[0])  // [2, 2]
 */
export const eig = checked('eig', ((x: TensorLike): [w: Tensor, v: Tensor] => {
  const [wr, wi, vr, vi] = parts(x);
  return [complexOf(wr, wi), complexOf(vr, vi)];
}) as Eig);
