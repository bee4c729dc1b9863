/**
 * @file Cholesky's factor by blocks, as an upper triangle (A = Uᵀ·U), whose rows lie in one piece; L is its transpose.
 *
 * @see Golub & Van Loan 2013, "Matrix Computations", section 4.2.6
 */
import { constant, FunctionBuilder, i32 } from '../../codegen/index.js';
import { columnsOf } from '../../graph/matrices.js';
import type { LowerRule } from '../context.js';
import { addBatch } from './batch.js';
import { multiply, productWorkspace } from './product.js';
import { forwardSubstitution, triangularWorkspace } from './triangular.js';
import { axpy, divide, perReal, realOf, transposed } from './vectors.js';

const BLOCK = 64;
/** Rows of what is left that one product changes: what lies below the diagonal is hardly computed. */
const ROWS = 128;

/** `(n, a, aRow, workspace)`: the upper triangle of A becomes U. Gives 1 if A is positive definite, else 0. */
const factorize = perReal((target, real) => {
  const f = new FunctionBuilder('cholesky', target, ['i32', 'i32', 'i32', 'i32'], 'i32');
  const [n, a, aRow, workspace] = f.params;
  const { memory, bytes } = real;
  const [add, over, solve, times] = [
    axpy(target, real), divide(target, real), forwardSubstitution(target, real), multiply(target, real),
  ]; // prettier-ignore
  const diagonal = f.let(aRow.add(bytes));
  f.for(0, n, BLOCK, (k0) => {
    const size = f.let(f.let(n.sub(k0)).minS(BLOCK));
    const corner = f.let(a.add(k0.mul(diagonal)));
    f.for(0, size, 1, (j) => {
      const at = f.let(corner.add(j.mul(diagonal)));
      const square = f.let(f.load(memory, at));
      f.if(square.gt(0).and(square.lt(Infinity)).eqz(), () => f.return(i32(0)));
      const root = f.let(square.sqrt());
      f.store(memory, at, root);
      const rest = f.let(size.sub(j).sub(1));
      f.run(over, [rest, root, at.add(bytes)]);
      const [from, to] = [f.local(at.add(bytes)), f.local(at.add(diagonal))];
      f.for(0, rest, 1, (i) => {
        f.run(add, [rest.sub(i), f.load(memory, from).neg(), from, to]);
        f.set(from, from.add(bytes));
        f.set(to, to.add(diagonal));
      });
    });
    const end = f.let(k0.add(size));
    f.if(end.lt(n), () => {
      const beside = f.let(corner.add(size.mul(bytes)));
      // U₁₁ᵀ·U₁₂ = A₁₂
      f.run(solve, [size, n.sub(end), corner, i32(bytes), aRow, i32(0), beside, aRow, workspace]);
      f.for(end, n, ROWS, (i0) => {
        const height = f.let(f.let(n.sub(i0)).minS(ROWS));
        const left = f.let(beside.add(i0.sub(end).mul(bytes)));
        const to = a.add(i0.mul(diagonal));
        const minus = constant(memory, -1);
        f.run(times, [height, n.sub(i0), size, minus, left, i32(bytes), aRow, left, aRow, i32(bytes), to, aRow, workspace]); // prettier-ignore
      });
    });
  });
  f.return(i32(1));
  return f.finish();
});

export const cholesky: LowerRule = {
  lower(node, lowering) {
    const n = columnsOf(node.inputs[0]);
    const real = realOf(node.inputs[0].dtype);
    const { bytes, memory } = real;
    const row = i32(n * bytes);
    const products = Math.max(triangularWorkspace(Math.min(n, BLOCK), n), productWorkspace(ROWS, n, BLOCK));
    addBatch(lowering, node, {
      work: n ** 3 / 3,
      own: products + n * n,
      real,
      emit: (f, [from], [to], own) => {
        const upper = f.let(own.add(products * bytes));
        f.run(transposed(lowering.target, real), [i32(n), i32(n), from, row, upper, row]);
        const positive = f.call(factorize(lowering.target, real), [i32(n), upper, row, own]);
        f.run(transposed(lowering.target, real), [i32(n), i32(n), upper, row, to, row]);
        f.for(0, n, 1, (i) => {
          const line = f.let(to.add(i.mul(n * bytes)));
          const diagonal = f.let(line.add(i.mul(bytes)));
          f.if(positive.eqz(), () => {
            f.for(line, diagonal.add(bytes), bytes, (at) => f.store(memory, at, constant(memory, NaN)));
          });
          f.fill(
            diagonal.add(bytes),
            i32(0),
            i32(n - 1)
              .sub(i)
              .mul(bytes),
          );
        });
      },
    });
  },
};
