/** @file The primitive of QR. */
import { householder, householderProduct } from '../factorize.js';
import type { Value } from '../graph.js';
import type { QrParams } from '../lax.js';
import { add, concatenate, sub, triangularSolve, zerosLike } from '../lax.js';
import { columnsOf, matrixTranspose, part, product, rowsOf, triangle } from '../matrices.js';
import { definePrimitive } from '../primitive.js';
import { eachMatrix, requireMatrices } from './matrix_arrays.js';
import { NotImplementedError } from '../../core/errors.js';

/** The lower triangle, and below the mirror of what is left: M with its strictly lower part put above the diagonal in place of what stood there. */
const mirrored = (x: Value): Value => add(triangle(x, 'lower'), matrixTranspose(triangle(x, 'lower', -1)));

/**
 * Ā = (Q̄ + Q·copyltu(R·R̄ᵀ − Q̄ᵀ·Q))·R⁻ᵀ for matrices that are not wider than high.
 *
 * @see Walter & Lehmann 2010, "Algorithmic differentiation of linear algebra functions", section 2.3
 */
function tallGradient(q: Value, r: Value, dq: Value, dr: Value): Value {
  const inner = sub(product(r, dr, { transposeB: true }), product(dq, q, { transposeA: true }));
  const sum = add(dq, product(q, mirrored(inner)));
  const solved = triangularSolve(r, matrixTranspose(sum), { lower: false, transpose: false, unit: false });
  return matrixTranspose(solved);
}

definePrimitive<QrParams>({
  name: 'qr',
  type: ([a], { full }) => {
    requireMatrices('qr', a);
    const [m, n] = [rowsOf(a), columnsOf(a)];
    const k = full ? m : Math.min(m, n);
    const shaped = (rows: number, columns: number) => ({
      dtype: a.dtype,
      shape: [...a.shape.slice(0, -2), rows, columns],
    });
    return [shaped(m, k), shaped(k, n)];
  },
  work: ([a]) => 4 * Math.max(rowsOf(a), columnsOf(a)),
  evaluate: ([a], { full }, outputs) =>
    eachMatrix([a], outputs, { inputs: [2], outputs: [2, 2] }, (x) => {
      const [m, n] = [rowsOf(a), columnsOf(a)];
      const taus = householder(x, m, n);
      const k = full ? m : taus.length;
      const q = householderProduct(x, m, n, taus, k);
      const r = x.slice(0, k * n);
      for (let i = 1; i < k; i++) r.fill(0, i * n, i * n + Math.min(i, n));
      return [q, r];
    }),
  gradient: ({ cotangents: [dq, dr], inputs: [a], outputs: [q, r], params: { full } }) => {
    const [m, n] = [rowsOf(a), columnsOf(a)];
    if (full && m > n)
      throw new NotImplementedError(
        `qr: no gradient of a complete Q of ${m} rows for ${n} columns: the columns beyond ${n} are not determined by x. ` +
          `Use mode 'reduced'.`,
      );
    const [ofQ, ofR] = [dq ?? zerosLike(q), dr === null ? zerosLike(r) : triangle(dr, 'upper')];
    if (m >= n) return [tallGradient(q, r, ofQ, ofR)];
    // A = (X Y), R = (U V): X = Q·U, V = Qᵀ·Y.
    const [u, du] = [r, ofR].map((x) => part(x, [0, m], [0, m]));
    const dv = part(ofR, [0, m], [m, n]);
    const y = part(a, [0, m], [m, n]);
    const dx = tallGradient(q, u, add(ofQ, product(y, dv, { transposeB: true })), du);
    return [concatenate([dx, product(q, dv)], a.shape.length - 1)];
  },
});
