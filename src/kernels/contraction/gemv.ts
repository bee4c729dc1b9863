/**
 * @file Float32 products of few rows, such as predictions of one sample: time goes to reading the matrix, once, where it lies. Packing
 * it, or computing tiles of which most rows are padding, would cost more than the product.
 */
import type { Expr, FunctionBuilder, KernelFunction, Local, Target, Vectors } from '../../codegen/index.js';
import { constant, FunctionBuilder as Builder, i32, inVectors, vectorPieces, vectorsOf } from '../../codegen/index.js';
import { BYTES } from '../buffers.js';
import type { Lowering } from '../context.js';
import type { Contraction, ContractionAxis } from './contraction.js';
import { countOf, eachStep, stepsTo, swapOperands } from './contraction.js';
import { plainTile } from './gemm_tile.js';
import { decode, MOST_PARTS, taskWork } from '../work.js';

/** Steps of the depth that are summed before they join the total, so that rounding errors of long sums stay small. */
const DEPTH_BLOCK = 512;
/** Columns that are summed along their depth at a time. */
const COLUMNS_ALONG = 4;

/** How the matrix B lies: its rows in memory ('across': lanes are columns), or its columns ('along': lanes are steps of the depth). */
type Form = 'across' | 'along';

function formOf(x: Contraction, target: Target): Form | null {
  const { lanes } = target;
  const [nm, nn] = [x.rows, x.columns].map(countOf);
  // With more rows a tile is full, and packing pays.
  if (nm >= plainTile(target).rows || x.rows.some(({ a, c }) => a < 0 || c < 0)) return null;
  const [column, run] = [x.columns.at(-1), x.depth.at(-1)];
  if (x.columns.length === 1 && column?.b === 1 && column.c === 1 && nn >= lanes) return 'across';
  return run?.a === 1 && run.b === 1 && run.size >= lanes ? 'along' : null;
}

/** The contraction as one of few rows whose matrix is read in place; null: it is none. */
export function asFewRows(given: Contraction, target: Target): Contraction | null {
  for (const x of [given, swapOperands(given)]) {
    const form = formOf(x, target);
    if (form === null) continue;
    const [nb, nm, nn, nk] = [x.batch, x.rows, x.columns, x.depth].map(countOf);
    const blocks = nb * Math.ceil(nn / blockWidth(form, nm, nn, target));
    // Many elements need the depth cut if columns give too few tasks, which this form does not do.
    if (nm * nn * nk > target.machine.forms.fewRowsElements && blocks < 4) continue;
    return x;
  }
  return null;
}

/** Columns that are computed at a time. */
function blockWidth(form: Form, nm: number, nn: number, { lanes, machine }: Target): number {
  if (form === 'along') return Math.min(nn, COLUMNS_ALONG);
  // Half of the registers are for sums, the others for operands.
  const sums = machine.registers / 2;
  return lanes * Math.min(Math.floor(sums / nm), Math.floor(nn / lanes));
}

/** Loops over all axes of the depth but the last; `body` gets the places in A and B. */
function walk(
  f: FunctionBuilder,
  axes: readonly ContractionAxis[],
  a: Expr,
  b: Expr,
  body: (a: Expr, b: Expr) => void,
): void {
  const [axis, ...inner] = axes as readonly (ContractionAxis | undefined)[];
  if (axis === undefined) return body(a, b);
  f.for(0, axis.size, 1, (k) =>
    walk(f, inner as ContractionAxis[], f.let(a.add(k.mul(axis.a * BYTES))), f.let(b.add(k.mul(axis.b * BYTES))), body),
  );
}

const ONE: ContractionAxis = { size: 1, a: 0, b: 0, c: 0 };

/** `block(a, b, c)`: some columns of all rows; lanes are columns. */
function acrossBlock(target: Target, x: Contraction, width: number): KernelFunction {
  const f = new Builder('few rows', target, ['i32', 'i32', 'i32']);
  const [a0, b0, c] = f.params;
  const pieces = vectorPieces(target, width / target.lanes);
  const steps = eachStep(x.rows, 'a');
  const to = eachStep(x.rows, 'c');
  const zeroOf = (vectors: Vectors): Expr => constant(inVectors('f32', vectors), 0);
  const sums: Local[][] = steps.map(() => pieces.map(({ vectors }) => f.local(zeroOf(vectors))));
  const eachSum = (body: (sum: Local, offset: number) => void): void =>
    sums.forEach((row, r) => row.forEach((sum, v) => body(sum, (to[r] + pieces[v].first) * BYTES)));
  const run = x.depth.at(-1) ?? ONE;
  const { outer, inner } = cutDepth(x.depth.slice(0, -1), run);
  const whole = outer.length === 0 && run.size <= DEPTH_BLOCK;
  const first = f.local(i32(1));

  /** Sums over all inner axes and a stretch of the last. */
  const stretch = (from: Expr, matrix: Expr, length: Expr): void =>
    walk(f, inner, from, matrix, (start, place) => {
      const [a, b] = [f.local(start), f.local(place)];
      f.for(0, length, 1, () => {
        const elements = steps.map((step) => f.let(f.loadSplat(a, step * BYTES, pieces[0].vectors)));
        pieces.forEach(({ first, vectors }, v) => {
          const column = f.let(f.loadVector('f32', b, first * BYTES, vectors));
          elements.forEach((element, r) => {
            const same = vectors < pieces[0].vectors ? element.half(0) : element;
            f.set(sums[r][v], same.fma(column, sums[r][v]));
          });
        });
        f.set(a, a.add(run.a * BYTES));
        f.set(b, b.add(run.b * BYTES));
      });
    });
  if (whole) {
    stretch(a0, b0, i32(run.size));
    eachSum((sum, offset) => f.store('f32', c, sum, offset));
    return f.finish();
  }
  walk(f, outer, a0, b0, (a, b) =>
    f.for(0, run.size, DEPTH_BLOCK, (k) => {
      eachSum((sum) => f.set(sum, zeroOf(vectorsOf(sum.type))));
      stretch(
        f.let(a.add(k.mul(run.a * BYTES))),
        f.let(b.add(k.mul(run.b * BYTES))),
        f.let(f.let(i32(run.size).sub(k)).minS(DEPTH_BLOCK)),
      );
      f.if(
        first,
        () => eachSum((sum, offset) => f.store('f32', c, sum, offset)),
        () =>
          eachSum((sum, offset) =>
            f.store('f32', c, f.loadVector('f32', c, offset, vectorsOf(sum.type)).add(sum), offset),
          ),
      );
      f.set(first, i32(0));
    }),
  );
  return f.finish();
}

/** The axes before the last in two: over the inner ones, and at most a block of the last, sums stay in registers. */
function cutDepth(
  axes: readonly ContractionAxis[],
  run: ContractionAxis,
): { outer: readonly ContractionAxis[]; inner: readonly ContractionAxis[] } {
  let at = axes.length;
  for (let size = run.size; at > 0 && size * axes[at - 1].size <= DEPTH_BLOCK; at--) size *= axes[at - 1].size;
  return { outer: axes.slice(0, at), inner: axes.slice(at) };
}

/** Hands the sums of some columns of all rows to `store`; lanes are steps of the depth. */
function alongBlock(
  f: FunctionBuilder,
  x: Contraction,
  a0: Expr,
  columns: readonly Expr[],
  store: (r: number, column: number, sum: Expr) => void,
): void {
  const { lanes } = f.target;
  const steps = eachStep(x.rows, 'a');
  const run = x.depth.at(-1)!;
  const whole = run.size - (run.size % lanes);
  const sums = steps.map(() => columns.map(() => f.local(constant('f32x', 0))));
  const rest = steps.map(() => columns.map(() => f.local(constant('f32', 0))));
  // One walk moves along A and, by the same steps, along all columns.
  walk(f, x.depth.slice(0, -1), a0, i32(0), (a, moved) => {
    const starts = columns.map((column) => f.let(column.add(moved)));
    f.for(0, whole * BYTES, lanes * BYTES, (at) => {
      const elements = steps.map((step) => f.let(f.loadVector('f32', a.add(at), step * BYTES)));
      starts.forEach((start, j) => {
        const column = f.let(f.loadVector('f32', start.add(at)));
        elements.forEach((element, r) => f.set(sums[r][j], element.fma(column, sums[r][j])));
      });
    });
    for (let k = whole; k < run.size; k++) {
      starts.forEach((start, j) => {
        const column = f.let(f.load('f32', start, k * BYTES));
        steps.forEach((step, r) => {
          const sum = rest[r][j];
          f.set(sum, sum.add(f.load('f32', a, (step + k) * BYTES).mul(column)));
        });
      });
    }
  });
  sums.forEach((row, r) => row.forEach((sum, j) => store(r, j, f.sumLanes(sum).add(rest[r][j]))));
}

/** Add the kernel of a contraction that `asFewRows` gave. */
export function lowerFewRows(lowering: Lowering, x: Contraction): void {
  const { target } = lowering;
  const [nb, nm, nn, nk] = [x.batch, x.rows, x.columns, x.depth].map(countOf);
  const form = formOf(x, target)!;
  const width = blockWidth(form, nm, nn, target);
  const blocks = Math.ceil(nn / width);
  // An element takes two operations.
  const elementsOfTask = taskWork(target.machine) / 2;
  const tasksOfBatch = Math.max(1, Math.min(blocks, MOST_PARTS, Math.ceil((nn * nk) / elementsOfTask)));
  const blocksPerTask = Math.ceil(blocks / tasksOfBatch);
  const parts = Math.ceil(blocks / blocksPerTask);
  const batchesPerTask = parts > 1 ? 1 : Math.max(1, Math.min(nb, Math.floor(elementsOfTask / (nn * nk))));
  const tasks = Math.ceil(nb / batchesPerTask) * parts;
  const across = form === 'across' ? acrossBlock(target, x, width) : null;
  const toRows = eachStep(x.rows, 'c');
  lowering.add({
    label: `${x.label} (${nb} × ${nm} × ${nn} × ${nk}, few rows ${form})`,
    tasks,
    work: 2 * nb * nm * nn * nk,
    reads: [x.a.buffer, x.b.buffer],
    writes: [x.c.buffer],
    emit: (f, lo, hi) => {
      const [pa, pb, pc] = [x.a, x.b, x.c].map((o) => f.let(o.buffer.pointer(f).add(o.offset * BYTES)));
      f.for(lo, hi, 1, (task) => {
        const [group, part] = decode(f, task, [Math.ceil(nb / batchesPerTask), parts]);
        const i0 = f.let(group.mul(batchesPerTask));
        const i1 = f.let(f.let(i0.add(batchesPerTask)).minS(nb));
        const first = f.let(part.mul(blocksPerTask));
        const last = f.let(f.let(first.add(blocksPerTask)).minS(blocks));
        f.for(i0, i1, 1, (i) => {
          const at = (array: 'a' | 'b' | 'c', pointer: Expr): Expr =>
            f.let(pointer.add(stepsTo(f, i, x.batch, array).mul(BYTES)));
          const [a, b, c] = [at('a', pa), at('b', pb), at('c', pc)];
          f.for(first, last, 1, (block) => {
            // The last block begins earlier where columns are no multiple of its width: some are computed twice, to the same bits.
            const column = f.let(f.let(block.mul(width)).minS(nn - width));
            if (across !== null) {
              const shift = f.let(column.mul(BYTES));
              f.run(across, [a, f.let(b.add(shift)), f.let(c.add(shift))]);
              return;
            }
            const numbers = Array.from({ length: width }, (_, j) => f.let(column.add(j)));
            const place = (array: 'b' | 'c', from: Expr, n: Expr): Expr =>
              f.let(from.add(stepsTo(f, n, x.columns, array).mul(BYTES)));
            const columns = numbers.map((n) => place('b', b, n));
            alongBlock(f, x, a, columns, (r, j, sum) =>
              f.store('f32', place('c', c, numbers[j]), sum, toRows[r] * BYTES),
            );
          });
        });
      });
    },
  });
}
