/**
 * @file Products of matrices of float64 by panels and a register tile, as decompositions make them (`linalg/product.ts`): of the same number of
 * vectors as a tile of float32, of half as many numbers each.
 */
import type { Expr } from '../../codegen/index.js';
import { constant, i32 } from '../../codegen/index.js';
import { MAX_THREADS, threadNumber } from '../buffers.js';
import type { Lowering } from '../context.js';
import { fillMatrix, multiply, productWorkspace } from '../linalg/product.js';
import { realOf } from '../linalg/vectors.js';
import { cutTasks, decode, divideUp, forUnits } from '../work.js';
import type { Contraction, ContractionAxis, ContractionOperand } from './contraction.js';
import { countOf, stepsTo, swapOperands } from './contraction.js';

/** Rows of C that are computed at a time. */
const ROWS = 128;
/** Rows and columns below which packing costs more than it saves. */
const LEAST = 4;

const NONE: ContractionAxis = { size: 1, a: 0, b: 0, c: 0 };

/** The contraction with columns that are neighbours in C, or null: it is no product of matrices, or a small one. */
function asProduct(given: Contraction): Contraction | null {
  const { rows, columns, depth } = given;
  if (given.dtype !== 'float64' || rows.length > 1 || columns.length > 1 || depth.length !== 1) return null;
  if (countOf(rows) < LEAST || countOf(columns) < LEAST || countOf(depth) < LEAST) return null;
  if (columns[0].c === 1) return given;
  return rows[0].c === 1 ? swapOperands(given) : null;
}

/** Add the kernel of a product of matrices of float64. @returns Whether it is one. */
export function lowerGemm64(lowering: Lowering, given: Contraction): boolean {
  const product = asProduct(given);
  if (product === null) return false;
  const { target } = lowering;
  const { label, a, b, c, batch } = product;
  const real = realOf('float64');
  const { bytes } = real;
  const [row = NONE, column = NONE, step = NONE] = [product.rows[0], product.columns[0], product.depth[0]];
  const blocks = divideUp(row.size, ROWS);
  const units = countOf(batch) * blocks;
  const work = 2 * Math.min(row.size, ROWS) * column.size * step.size;
  const cut = cutTasks(target, units, work);
  const own = productWorkspace(Math.min(row.size, ROWS), column.size, step.size);
  const memory = lowering.workspace('float64', Math.min(cut.tasks, MAX_THREADS) * own, `panels of ${label}`);
  lowering.add({
    label,
    tasks: cut.tasks,
    work: units * work,
    reads: [a.buffer, b.buffer],
    writes: [c.buffer, memory],
    emit: (f, lo, hi) => {
      const place = cut.tasks <= MAX_THREADS ? lo : threadNumber();
      const panels = f.let(memory.pointer(f).add(place.mul(own * bytes)));
      const base = (x: ContractionOperand): Expr => f.let(x.buffer.pointer(f).add(x.offset * bytes));
      const [pa, pb, pc] = [a, b, c].map(base);
      forUnits(f, lo, hi, units, cut, (unit) => {
        const [i, block] = decode(f, unit, [countOf(batch), blocks]);
        const first = f.let(block.mul(ROWS));
        const height = f.let(constant('i32', row.size).sub(first).minS(ROWS));
        const at = (array: 'a' | 'b' | 'c', pointer: Expr): Expr =>
          f.let(pointer.add(stepsTo(f, i, batch, array).add(first.mul(row[array])).mul(bytes)));
        const to = at('c', pc);
        f.run(fillMatrix(target, real), [height, i32(column.size), to, i32(row.c * bytes), constant('f64', 0)]);
        f.run(multiply(target, real), [
          height, i32(column.size), i32(step.size), constant('f64', 1), at('a', pa), i32(row.a * bytes), i32(step.a * bytes),
          at('b', pb), i32(step.b * bytes), i32(column.b * bytes), to, i32(row.c * bytes), panels,
        ]); // prettier-ignore
      });
    },
  });
  return true;
}
