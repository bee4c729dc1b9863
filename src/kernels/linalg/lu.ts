/**
 * @file LU with partial pivoting by blocks of columns. A block is factorized in a copy that lies column by column, so that the search
 * for the pivot and the elimination run along memory.
 *
 * @see Golub & Van Loan 2013, "Matrix Computations", section 3.4
 */
import type { Expr } from '../../codegen/index.js';
import { constant, FunctionBuilder, i32 } from '../../codegen/index.js';
import { columnsOf, rowsOf } from '../../graph/matrices.js';
import type { LowerRule } from '../context.js';
import { addBatch } from './batch.js';
import { multiply, productWorkspace } from './product.js';
import { forwardSubstitution, triangularWorkspace } from './triangular.js';
import { axpy, divide, largest, perReal, realOf, swap, transposed } from './vectors.js';

const BLOCK = 32;

/** Numbers of memory for a matrix of m rows and n columns. */
const luWorkspace = (m: number, n: number): number =>
  m * BLOCK + Math.max(productWorkspace(m, n, BLOCK), triangularWorkspace(BLOCK, n));

/** `(m, n, a, aRow, pivots, workspace)`: A becomes L and U. `pivots`: where row i is swapped with row pivots[i] (int32). */
const factorize = perReal((target, real) => {
  const f = new FunctionBuilder('lu', target, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [m, n, a, aRow, pivots, panel] = f.params;
  const { memory, bytes } = real;
  const [add, over, swapped, turn, find] = [axpy, divide, swap, transposed, largest].map((fn) => fn(target, real));
  const [solve, times] = [forwardSubstitution(target, real), multiply(target, real)];
  const products = f.let(panel.add(m.mul(BLOCK * bytes)));
  const steps = f.let(m.minS(n));
  f.for(0, steps, BLOCK, (k0) => {
    const width = f.let(f.let(steps.sub(k0)).minS(BLOCK));
    const height = f.let(m.sub(k0));
    const columnBytes = f.let(height.mul(bytes));
    const corner = f.let(a.add(k0.mul(aRow.add(bytes))));
    f.run(turn, [height, width, corner, aRow, panel, columnBytes]);
    f.for(0, width, 1, (j) => {
      const column = f.let(panel.add(j.mul(columnBytes)));
      const place = f.let(column.add(j.mul(bytes)));
      const found = f.let(f.call(find, [height.sub(j), place]).add(j));
      f.store('i32', pivots.add(k0.add(j).mul(4)), k0.add(found));
      f.if(found.ne(j), () => {
        f.for(0, width, 1, (c) => {
          const line = f.let(panel.add(c.mul(columnBytes)));
          const [x, y] = [f.let(line.add(j.mul(bytes))), f.let(line.add(found.mul(bytes)))];
          const held = f.let(f.load(memory, x));
          f.store(memory, x, f.load(memory, y));
          f.store(memory, y, held);
        });
      });
      const pivot = f.let(f.load(memory, place));
      const rest = f.let(height.sub(j).sub(1));
      const below = f.let(place.add(bytes));
      f.if(pivot.ne(0), () => f.run(over, [rest, pivot, below]));
      f.for(j.add(1), width, 1, (c) => {
        const top = f.let(panel.add(c.mul(columnBytes)).add(j.mul(bytes)));
        f.run(add, [rest, f.load(memory, top).neg(), below, top.add(bytes)]);
      });
    });
    f.run(turn, [width, height, panel, columnBytes, corner, aRow]);
    // The rows of all other columns change places as those of the block did.
    const end = f.let(k0.add(width));
    const beside = f.let(n.sub(end));
    f.for(k0, end, 1, (i) => {
      const other = f.let(f.load('i32', pivots.add(i.mul(4))));
      f.if(other.ne(i), () => {
        const [x, y] = [f.let(a.add(i.mul(aRow))), f.let(a.add(other.mul(aRow)))];
        f.run(swapped, [k0, x, y]);
        f.run(swapped, [beside, x.add(end.mul(bytes)), y.add(end.mul(bytes))]);
      });
    });
    f.if(beside.gt(0), () => {
      const right = f.let(corner.add(width.mul(bytes)));
      const below = f.let(corner.add(width.mul(aRow)));
      f.run(solve, [width, beside, corner, aRow, i32(bytes), i32(1), right, aRow, products]);
      const minus = constant(memory, -1);
      const to = below.add(width.mul(bytes));
      f.run(times, [height.sub(width), beside, width, minus, below, aRow, i32(bytes), right, aRow, i32(bytes), to, aRow, products]); // prettier-ignore
    });
  });
  return f.finish();
});

export const lu: LowerRule = {
  lower(node, lowering) {
    const [m, n] = [rowsOf(node.inputs[0]), columnsOf(node.inputs[0])];
    const real = realOf(node.inputs[0].dtype);
    const swaps = Math.min(m, n);
    addBatch(lowering, node, {
      work: m * n * swaps,
      own: luWorkspace(m, n),
      real,
      emit: (f, [from], [to, pivots, order], own) => {
        f.copy(to, from, i32(m * n * real.bytes));
        f.run(factorize(lowering.target, real), [i32(m), i32(n), to, i32(n * real.bytes), pivots, own]);
        f.for(0, m, 1, (i) => f.store('i32', order.add(i.mul(4)), i));
        f.for(0, swaps, 1, (i) => {
          const place = (k: Expr): Expr => f.let(order.add(k.mul(4)));
          const [x, y] = [place(i), place(f.load('i32', pivots.add(i.mul(4))))];
          const held = f.let(f.load('i32', x));
          f.store('i32', x, f.load('i32', y));
          f.store('i32', y, held);
        });
      },
    });
  },
};
