/**
 * @file Primitives of eigenvalues of symmetric matrices and of singular values. Where two of them are equal, their vectors are not
 * determined, and neither are gradients of those: as in JAX such gradients are infinite or NaN for eigenvectors.
 *
 * @see Giles 2008, "An extended collection of matrix derivative results"; Wan & Zhang 2019, "Automatic differentiation for complex valued SVD"
 */
import { NotImplementedError } from '../../core/errors.js';
import type { TensorType } from '../../core/ndarray.js';
import type { Value } from '../graph.js';
import type { SvdParams } from '../lax.js';
import { add, div, eq, fullLike, mul, select, sub, svd, zerosLike } from '../lax.js';
import { columnsOf, diagonalMatrix, eye, matrixTranspose, product, rowsOf, scaleColumns, scaleRows, spread, symmetric } from '../matrices.js'; // prettier-ignore
import { generalEigen, precisionOf } from '../eigen.js';
import { definePrimitive } from '../primitive.js';
import { singularValues, symmetricEigen } from '../spectral.js';
import { eachMatrix, requireMatrices, requireSquare } from './matrix_arrays.js';

/** 1 / x, and 0 on the diagonal, where x is 0. */
function inverseOffDiagonal(x: Value): Value {
  const unit = eye(x.applier, x.shape, x.dtype);
  const inverse = div(fullLike(x, 1), add(x, unit));
  return sub(inverse, mul(inverse, unit));
}

definePrimitive({
  name: 'eigh',
  type: ([a]) => {
    requireSquare('eigh', a);
    return [
      { dtype: a.dtype, shape: a.shape.slice(0, -1) },
      { dtype: a.dtype, shape: a.shape },
    ];
  },
  work: ([a]) => 20 * columnsOf(a),
  evaluate: ([a], _params, outputs) =>
    eachMatrix([a], outputs, { inputs: [2], outputs: [1, 2] }, (x) => {
      const { values, vectors } = symmetricEigen(x, columnsOf(a));
      return [values, vectors];
    }),
  // Ā = V·(diag(w̄) + F∘(Vᵀ·V̄))·Vᵀ, F_ij = 1 / (w_j − w_i)
  gradient: ({ cotangents: [dw, dv], outputs: [w, v] }) => {
    let inner = dw === null ? null : diagonalMatrix(dw);
    if (dv !== null) {
      const gaps = sub(spread(w, v.shape, 'columns'), spread(w, v.shape, 'rows'));
      const turned = mul(inverseOffDiagonal(gaps), product(v, dv, { transposeA: true }));
      inner = inner === null ? turned : add(inner, turned);
    }
    return [symmetric(product(product(v, inner!), v, { transposeB: true }))];
  },
});

definePrimitive({
  name: 'eig',
  type: ([a]) => {
    requireSquare('eig', a);
    const values: TensorType = { dtype: a.dtype, shape: a.shape.slice(0, -1) };
    const vectors: TensorType = { dtype: a.dtype, shape: a.shape };
    return [values, values, vectors, vectors];
  },
  work: ([a]) => 16 * columnsOf(a),
  evaluate: ([a], _params, outputs) =>
    eachMatrix([a], outputs, { inputs: [2], outputs: [1, 1, 2, 2] }, (x) =>
      generalEigen(x, columnsOf(a), precisionOf(a.dtype)),
    ),
  gradient: null,
});

const valuesType = (a: TensorType): TensorType => ({
  dtype: a.dtype,
  shape: [...a.shape.slice(0, -2), Math.min(rowsOf(a), columnsOf(a))],
});

definePrimitive({
  name: 'singularValues',
  type: ([a]) => {
    requireMatrices('singularValues', a);
    return [valuesType(a)];
  },
  work: ([a]) => 10 * Math.min(rowsOf(a), columnsOf(a)),
  evaluate: ([a], _params, outputs) =>
    eachMatrix([a], outputs, { inputs: [2], outputs: [1] }, (x) => [singularValues(x, rowsOf(a), columnsOf(a)).s]),
  gradient: ({ cotangents: [ds], inputs: [a] }) => {
    const [u, , vt] = svd(a, { full: false });
    return [product(scaleColumns(u, ds!), vt)];
  },
});

definePrimitive<SvdParams>({
  name: 'svd',
  type: ([a], { full }) => {
    requireMatrices('svd', a);
    const [m, n] = [rowsOf(a), columnsOf(a)];
    const k = Math.min(m, n);
    const shaped = (rows: number, columns: number): TensorType => ({
      dtype: a.dtype,
      shape: [...a.shape.slice(0, -2), rows, columns],
    });
    return [shaped(m, full ? m : k), valuesType(a), shaped(full ? n : k, n)];
  },
  work: ([a]) => 20 * Math.max(rowsOf(a), columnsOf(a)),
  evaluate: ([a], { full }, outputs) =>
    eachMatrix([a], outputs, { inputs: [2], outputs: [2, 1, 2] }, (x) => {
      const [m, n] = [rowsOf(a), columnsOf(a)];
      const { u, s, vt } = singularValues(x, m, n);
      const k = full ? m : s.length;
      const columns = k === m ? u : Float64Array.from({ length: m * k }, (_, i) => u[Math.floor(i / k) * m + (i % k)]);
      return [columns, s, vt];
    }),
  // Ā = U·(diag(s̄) + E∘J·S + S·(E∘K))·Vᵀ + what turns U and V out of their spaces; E_ij = 1 / (s_j² − s_i²)
  gradient: ({ cotangents: [du, ds, dvt], inputs: [a], outputs: [u, s, vt], params: { full } }) => {
    const [m, n] = [rowsOf(a), columnsOf(a)];
    if (du === null && dvt === null && !full) return [product(scaleColumns(u, ds!), vt)];
    if (full && m !== n) {
      if (du === null && dvt === null) {
        const [thinU, , thinV] = svd(a, { full: false });
        return [product(scaleColumns(thinU, ds!), thinV)];
      }
      throw new NotImplementedError(
        `svd: no gradient of full U and V of matrices with ${m} rows and ${n} columns: some of their columns are not determined ` +
          `by x. Use fullMatrices: false.`,
      );
    }
    const v = matrixTranspose(vt);
    const dv = dvt === null ? zerosLike(v) : matrixTranspose(dvt);
    const dU = du ?? zerosLike(u);
    const k = s.shape[s.shape.length - 1];
    const square = [...s.shape, k];
    const [right, left] = [spread(s, square, 'columns'), spread(s, square, 'rows')];
    const e = inverseOffDiagonal(mul(sub(right, left), add(right, left)));
    const ofU = mul(e, product(u, dU, { transposeA: true }));
    const ofV = mul(e, product(v, dv, { transposeA: true }));
    const both = (x: Value): Value => add(x, matrixTranspose(x));
    let inner = add(scaleColumns(both(ofU), s), scaleRows(both(ofV), s));
    if (ds !== null) inner = add(inner, diagonalMatrix(ds));
    let total = product(product(u, inner), vt);
    const over = select(eq(s, zerosLike(s)), zerosLike(s), div(fullLike(s, 1), s));
    if (m > k) {
      const rest = scaleColumns(sub(dU, product(u, product(u, dU, { transposeA: true }))), over);
      total = add(total, product(rest, vt));
    }
    if (n > k) {
      const rest = scaleColumns(sub(dv, product(v, product(v, dv, { transposeA: true }))), over);
      total = add(total, product(u, rest, { transposeB: true }));
    }
    return [total];
  },
});
