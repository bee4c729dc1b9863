/** @file Primitives of systems of equations: Cholesky's factor, triangular systems, LU with pivots; and results with gradients of their own. */
import { ValueError } from '../../core/errors.js';
import type { TensorType } from '../../core/ndarray.js';
import { cholesky as factorCholesky, lu as factorLu, orderOfSwaps, solveTriangular } from '../factorize.js';
import type { Value } from '../graph.js';
import type { TriangularSolveParams, WithGradientParams } from '../lax.js';
import { add, argSort, concatenate, fullLike, mul, neg, sub, triangularSolve } from '../lax.js';
import { columnsOf, diagonalMatrix, mainDiagonal, matrixTranspose, part, permuteRows, product, rowsOf, symmetric, triangle } from '../matrices.js'; // prettier-ignore
import { definePrimitive } from '../primitive.js';
import { formatType } from './helpers.js';
import { eachMatrix, requireMatrices, requireSameBatch, requireSquare } from './matrix_arrays.js';

const LOWER = { lower: true, transpose: false, unit: false } as const;
const UPPER = { lower: false, transpose: false, unit: false } as const;

/** The lower triangle with half of its diagonal. */
const halved = (x: Value): Value => {
  const diagonal = diagonalMatrix(mainDiagonal(x));
  return sub(triangle(x, 'lower'), mul(diagonal, fullLike(diagonal, 0.5)));
};

definePrimitive({
  name: 'cholesky',
  type: ([a]) => {
    requireSquare('cholesky', a);
    return [{ dtype: a.dtype, shape: a.shape }];
  },
  work: ([a]) => columnsOf(a) / 3,
  evaluate: ([a], _params, outputs) =>
    eachMatrix([a], outputs, { inputs: [2], outputs: [2] }, (x) => {
      factorCholesky(x, columnsOf(a));
      return [x];
    }),
  // Lᵀ·dL = Φ(Lᵀ·L̄) carried through both factors. @see Murray 2016, "Differentiation of the Cholesky decomposition", eq. 10
  gradient: ({ cotangents: [dl], outputs: [l] }) => {
    const inner = halved(product(l, triangle(dl!, 'lower'), { transposeA: true }));
    const transpose = { ...LOWER, transpose: true };
    const left = triangularSolve(l, inner, transpose);
    return [symmetric(triangularSolve(l, matrixTranspose(left), transpose))];
  },
});

definePrimitive<TriangularSolveParams>({
  name: 'triangularSolve',
  type: ([a, b]) => {
    requireSquare('triangularSolve', a);
    requireMatrices('triangularSolve', b);
    requireSameBatch('triangularSolve', a, b);
    if (columnsOf(a) !== rowsOf(b))
      throw new ValueError(`triangularSolve: ${formatType(a)} and ${formatType(b)}: expected as many rows in both.`);
    return [{ dtype: b.dtype, shape: b.shape }];
  },
  work: ([a]) => columnsOf(a) / 2,
  evaluate: ([a, b], params, outputs) =>
    eachMatrix([a, b], outputs, { inputs: [2, 2], outputs: [2] }, (t, x) => {
      solveTriangular(t, rowsOf(b), x, columnsOf(b), params);
      return [x];
    }),
  gradient: ({ cotangents: [dx], inputs: [a], outputs: [x], params, needed }) => {
    const { lower, transpose, unit } = params;
    const db = triangularSolve(a, dx!, { ...params, transpose: !transpose });
    const pair = transpose ? product(x, db, { transposeB: true }) : product(db, x, { transposeB: true });
    const skip = unit ? (lower ? -1 : 1) : 0;
    return [needed[0] ? neg(triangle(pair, lower ? 'lower' : 'upper', skip)) : null, db];
  },
});

definePrimitive({
  name: 'lu',
  type: ([a]) => {
    requireMatrices('lu', a);
    const batch = a.shape.slice(0, -2);
    const pivots: TensorType = { dtype: 'int32', shape: [...batch, Math.min(rowsOf(a), columnsOf(a))] };
    return [{ dtype: a.dtype, shape: a.shape }, pivots, { dtype: 'int32', shape: [...batch, rowsOf(a)] }];
  },
  work: ([a]) => Math.min(rowsOf(a), columnsOf(a)),
  evaluate: ([a], _params, outputs) =>
    eachMatrix([a], outputs, { inputs: [2], outputs: [2, 1, 1] }, (x) => {
      const [m, n] = [rowsOf(a), columnsOf(a)];
      const pivots = new Int32Array(Math.min(m, n));
      factorLu(x, m, n, pivots);
      return [x, pivots, orderOfSwaps(pivots, m)];
    }),
  // dA = Pᵀ·L⁻ᵀ·(tril(Lᵀ·L̄, −1) + triu(Ū·Uᵀ))·U⁻ᵀ for the square part; what is below or beside it follows from L₂ = A₂·U⁻¹, U₂ = L⁻¹·A₂.
  gradient: ({ cotangents: [cotangent], inputs: [a], outputs: [factors, , order] }) => {
    if (cotangent === null) return [null];
    const [m, n] = [rowsOf(a), columnsOf(a)];
    const k = Math.min(m, n);
    const [square, dSquare] = [factors, cotangent].map((x) => part(x, [0, k], [0, k]));
    const unit = { lower: true, unit: true } as const;
    const [l, u] = [triangle(square, 'lower', -1), triangle(square, 'upper')];
    let dl = triangle(dSquare, 'lower', -1);
    let du = triangle(dSquare, 'upper');
    /** X·U⁻ᵀ */
    const overU = (x: Value): Value => matrixTranspose(triangularSolve(square, matrixTranspose(x), UPPER));
    /** L⁻ᵀ·X */
    const overL = (x: Value): Value => triangularSolve(square, x, { ...unit, transpose: true });
    let rest: Value | null = null;
    if (m > k) {
      const [l2, dl2] = [factors, cotangent].map((x) => part(x, [k, m], [0, k]));
      rest = overU(dl2);
      du = sub(du, triangle(product(l2, rest, { transposeA: true }), 'upper'));
    } else if (n > k) {
      const [u2, du2] = [factors, cotangent].map((x) => part(x, [0, k], [k, n]));
      rest = overL(du2);
      dl = sub(dl, triangle(product(rest, u2, { transposeB: true }), 'lower', -1));
    }
    const eyeL = (x: Value): Value => add(x, product(l, x, { transposeA: true })); // (1 + L₋)ᵀ·X
    const inner = add(triangle(eyeL(dl), 'lower', -1), triangle(product(du, u, { transposeB: true }), 'upper'));
    const ofSquare = overU(overL(inner));
    const rows = rest === null ? ofSquare : concatenate([ofSquare, rest], a.shape.length - (m > k ? 2 : 1));
    return [permuteRows(rows, argSort(order, order.shape.length - 1))];
  },
});

definePrimitive<WithGradientParams>({
  name: 'withGradient',
  type: (operands, { inputs, residuals }) =>
    operands.slice(inputs + residuals).map(({ dtype, shape }) => ({ dtype, shape })),
  evaluate: (operands, { inputs, residuals }) => operands.slice(inputs + residuals),
  gradient: ({ cotangents, inputs: operands, outputs, params: { inputs, residuals, backward } }) => {
    const own = backward(cotangents, {
      inputs: operands.slice(0, inputs),
      residuals: operands.slice(inputs, inputs + residuals),
      outputs,
    });
    return [...own, ...operands.slice(inputs).map(() => null)];
  },
  format: ({ inputs, residuals, id }) => `${inputs} ${residuals} rule ${id}`,
});
