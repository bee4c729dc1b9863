/** @file Triangular systems: the solution of blocks of rows by substitution, the rest by products. */
import type { Expr } from '../../codegen/index.js';
import { constant, FunctionBuilder, i32 } from '../../codegen/index.js';
import type { TriangularSolveParams } from '../../graph/lax.js';
import { columnsOf, rowsOf } from '../../graph/matrices.js';
import type { LowerRule } from '../context.js';
import { addBatch } from './batch.js';
import { multiply, productWorkspace } from './product.js';
import { axpy, divide, perReal, realOf } from './vectors.js';

/** Rows whose solution is found before it is taken from all rows below. */
const BLOCK = 64;
/** Rows of a block that are solved by substitution, one after another. */
const INNER = 8;

/** Numbers of memory that a system of n rows and m right sides needs. */
export const triangularWorkspace = (n: number, m: number): number => productWorkspace(n, m, BLOCK);

/**
 * `(n, m, t, tRow, tColumn, unit, b, bRow, workspace)`: B (n × m) becomes X with T·X = B, T lower triangular. Distances in bytes, of
 * either sign: an upper triangular matrix is a lower one read from its end, a transpose one whose distances change places.
 */
export const forwardSubstitution = perReal((target, real) => {
  const i = 'i32' as const;
  const f = new FunctionBuilder('triangular', target, [i, i, i, i, i, i, i, i, i]);
  const [n, m, t, tRow, tColumn, unit, b, bRow, workspace] = f.params;
  const [add, over, times] = [axpy(target, real), divide(target, real), multiply(target, real)];
  const { memory, bytes } = real;
  const least = (x: Expr, y: number): Expr => f.let(f.let(x).minS(y));
  const row = (k: Expr): Expr => f.let(b.add(k.mul(bRow)));
  /** Take the solution of `count` rows from `k` on from the rows `from` to before `to`. */
  const takeFrom = (from: Expr, to: Expr, k: Expr, count: Expr): void => {
    const block = t.add(from.mul(tRow)).add(k.mul(tColumn));
    const minus = constant(memory, -1);
    f.run(times, [to.sub(from), m, count, minus, block, tRow, tColumn, row(k), bRow, i32(bytes), row(from), bRow, workspace]); // prettier-ignore
  };
  f.for(0, n, BLOCK, (i0) => {
    const height = least(n.sub(i0), BLOCK);
    const end = f.let(i0.add(height));
    f.for(i0, end, INNER, (j0) => {
      const inner = least(end.sub(j0), INNER);
      const innerEnd = f.let(j0.add(inner));
      f.for(j0, innerEnd, 1, (r) => {
        const [to, line] = [row(r), f.let(t.add(r.mul(tRow)))];
        f.for(j0, r, 1, (s) => {
          f.run(add, [m, f.load(memory, line.add(s.mul(tColumn))).neg(), row(s), to]);
        });
        f.if(unit.eqz(), () => f.run(over, [m, f.load(memory, line.add(r.mul(tColumn))), to]));
      });
      f.if(innerEnd.lt(end), () => takeFrom(innerEnd, end, j0, inner));
    });
    f.if(end.lt(n), () => takeFrom(end, n, i0, height));
  });
  return f.finish();
});

export const triangularSolve: LowerRule = {
  lower(node, lowering) {
    const [a, b] = node.inputs;
    const { lower, transpose, unit } = node.params as TriangularSolveParams;
    const [n, m] = [rowsOf(b), columnsOf(b)];
    const real = realOf(a.dtype);
    const { bytes } = real;
    const own = triangularWorkspace(n, m);
    addBatch(lowering, node, {
      work: (n * n * m) / 2,
      own,
      real,
      emit: (f, [from, right], [to], memory) => {
        f.copy(to, right, i32(n * m * bytes));
        const [row, column] = transpose ? [bytes, n * bytes] : [n * bytes, bytes];
        const solve = forwardSubstitution(lowering.target, real);
        const flag = i32(unit ? 1 : 0);
        if (lower !== transpose)
          f.run(solve, [i32(n), i32(m), from, i32(row), i32(column), flag, to, i32(m * bytes), memory]);
        else {
          const [last, lastRow] = [from.add((n - 1) * (n + 1) * bytes), to.add((n - 1) * m * bytes)];
          f.run(solve, [i32(n), i32(m), last, i32(-row), i32(-column), flag, lastRow, i32(-m * bytes), memory]);
        }
      },
    });
  },
};
