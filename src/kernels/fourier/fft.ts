/** @file Kernels of Fourier transforms: line by line along the last axis, and some neighbouring lines at a time along others. */
import { formatShape, sizeOf } from '../../core/shape.js';
import type { Expr, FunctionBuilder } from '../../codegen/index.js';
import { i32 } from '../../codegen/index.js';
import type { FftParams } from '../../graph/lax.js';
import { MAX_THREADS, threadNumber } from '../buffers.js';
import type { LowerRule } from '../context.js';
import { realOf } from '../linalg/vectors.js';
import { cutTasks, divideUp, forUnits } from '../work.js';
import type { Plan } from './plan.js';
import { planOf } from './plan.js';
import { firstOf4, plainRows, takesFirst, turnedRows } from './stages.js';

/** Numbers of a block of neighbouring lines: with its copy it should stay in the second cache. */
const BLOCK = 8192;
/** The fewest lines of a block: a line of the cache. */
const LINES = 16;

/** A complex array in memory: where its parts begin, and the distance of rows in bytes. */
interface Place {
  readonly re: Expr;
  readonly im: Expr;
  readonly row: Expr;
}

export const fft: LowerRule = {
  lower(node, lowering) {
    const { axis, inverse } = node.params as FftParams;
    const [{ shape, dtype }] = node.inputs;
    const [n, inner] = [shape[axis], sizeOf(shape.slice(axis + 1))];
    const outer = sizeOf(shape.slice(0, axis));
    if (outer * inner === 0) return;
    const { target } = lowering;
    const real = realOf(dtype);
    const { bytes } = real;
    const plan = planOf(n, dtype as 'float32' | 'float64', (m) => inner === 1 && takesFirst(target, real, m));
    const lines = Math.min(inner, Math.max(LINES, Math.floor(BLOCK / n / LINES) * LINES));
    const blocks = divideUp(inner, lines);
    const work = 5 * n * Math.log2(n) * lines;
    const cut = cutTasks(target, outer * blocks, work);
    const reads = node.inputs.map((value) => lowering.source(value).buffer);
    const writes = node.outputs.map((value) => lowering.output(value));
    const table = lowering.constant(plan.table);
    const size = n * lines * bytes;
    const own = 4 * n * lines;
    const memory = lowering.workspace(dtype, Math.min(cut.tasks, MAX_THREADS) * own, 'memory of fft');
    // The transform with +i is the one with −i between exchanged parts.
    const [re, im] = inverse ? [1, 0] : [0, 1];
    lowering.add({
      label: `fft ${formatShape(shape)}${axis === shape.length - 1 ? '' : ` along ${axis}`}`,
      tasks: cut.tasks,
      work: outer * blocks * work,
      reads: [...reads, table],
      writes: [...writes, memory],
      emit: (f, lo, hi) => {
        const place = cut.tasks <= MAX_THREADS ? lo : threadNumber();
        const free = f.let(memory.pointer(f).add(place.mul(own * bytes)));
        const from = reads.map((buffer) => buffer.pointer(f));
        const to = writes.map((buffer) => buffer.pointer(f));
        const turns = table.pointer(f);
        forUnits(f, lo, hi, outer * blocks, cut, (unit) => {
          const block = f.let(blocks === 1 ? i32(0) : unit.remU(blocks).mul(lines));
          const line = blocks === 1 ? unit : unit.divU(blocks);
          const start = f.let(
            line
              .mul(n * inner)
              .add(block)
              .mul(bytes),
          );
          const width = f.let(blocks === 1 ? i32(lines) : i32(inner).sub(block).minS(lines));
          const placed = (pair: readonly Expr[]): Place => ({
            re: f.let(pair[re].add(start)),
            im: f.let(pair[im].add(start)),
            row: i32(inner * bytes),
          });
          const row = f.let(width.mul(bytes));
          const scratch = [0, 2].map((k): Place => ({ re: f.let(free.add(k * size)), im: f.let(free.add((k + 1) * size)), row })); // prettier-ignore
          run(f, plan, placed(from), placed(to), scratch, width, turns);
        });
      },
    });

    /** The stages, from the input through memory to the output. */
    function run(
      f: FunctionBuilder,
      { stages }: Plan,
      source: Place,
      goal: Place,
      scratch: readonly Place[],
      width: Expr,
      turns: Expr,
    ): void {
      // prettier-ignore
      stages.forEach(({ radix, m, s, turns: at }, i) => {
        const isLast = i === stages.length - 1;
        // Lines that lie alone may use their results' place in between.
        const between = inner === 1 ? [goal, scratch[0]] : scratch;
        const to = isLast ? goal : between[(stages.length - 1 - i) % 2];
        const from = i === 0 ? source : between[(stages.length - i) % 2];
        const factors = turns.add(at * bytes);
        if (i === 0 && inner === 1 && radix === 4 && takesFirst(target, real, m)) {
          f.run(firstOf4(target, real), [i32(m), from.re, from.im, to.re, to.im, factors]);
          return;
        }
        if (isLast) {
          // m is 1: the s numbers of a part are rows of their own, so that they can go where rows are further apart.
          const [count, columns] = inner === 1 ? [1, i32(s)] : [s, width];
          const parts = [from.row, to.row].map((step) => step.mul(s));
          f.run(plainRows(radix)(target, real), [i32(count), columns, from.re, from.im, from.row, parts[0], to.re, to.im, to.row, parts[1], i32(0)]); // prettier-ignore
          return;
        }
        const columns = f.let(width.mul(s));
        const [step, put] = [f.let(from.row.mul(s)), f.let(to.row.mul(s))];
        f.run(turnedRows(radix)(target, real), [i32(m), columns, from.re, from.im, step, step.mul(m), to.re, to.im, put.mul(radix), put, factors]); // prettier-ignore
      });
    }
  },
};
