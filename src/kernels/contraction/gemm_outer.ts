/**
 * @file Float32 contractions of few results and long sums: gradients of convolution kernels. A step of the depth multiplies some elements
 * of A, which lie side by side or at places known when the code is written (the taps of few channels), by a piece of B's row. Both are
 * read where they lie; nothing is packed. The depth is cut into parts that are summed at the end.
 */
import type { Expr, KernelFunction, MachineModel, Target } from '../../codegen/index.js';
import { FunctionBuilder, i32 } from '../../codegen/index.js';
import type { Buffer } from '../buffers.js';
import { BYTES } from '../buffers.js';
import type { Lowering } from '../context.js';
import type { Contraction, ContractionAxis } from './contraction.js';
import { countOf, eachStep, stepsTo } from './contraction.js';
import type { Tile } from './gemm_tile.js';
import { tileOf } from './gemm_tile.js';
import { TileSums } from './tile_sums.js';
import { decode, MOST_PARTS } from '../work.js';

/** Rows whose places are written into the code, at most. */
const LISTED_ROWS = 36;

const ONE: ContractionAxis = { size: 1, a: 0, b: 0, c: 0 };

/** Whether a contraction has this form, and is long enough for it. */
export function isOuterProduct(x: Contraction, tile: Tile, { forms }: MachineModel): boolean {
  const [rows, columns, run] = [x.rows.at(-1), x.columns.at(-1), x.depth.at(-1)];
  const [nb, nm, nn, nk] = [x.batch, x.rows, x.columns, x.depth].map(countOf);
  const sideBySide = rows?.a === 1 && rows.size % tile.rows === 0;
  const listed = nm <= LISTED_ROWS && x.rows.every(({ a }) => a >= 0);
  const dense = (sideBySide || listed) && columns?.b === 1 && x.columns.length === 1;
  const long = nk > 8 * Math.max(nm, nn) && nb * nm * nn * nk > forms.outerProducts;
  return dense && long && run !== undefined && run.size >= 8 && run.size <= forms.outerRun && nn >= tile.columns / 2;
}

/** `tile(a, b, c, lines, accumulate)`: C = Σ or C += Σ over `lines` lines of runs, for the rows of A at these places. */
function outerTile(
  target: Target,
  tile: Tile,
  places: readonly number[],
  line: ContractionAxis,
  run: ContractionAxis,
  width: number,
): KernelFunction {
  const f = new FunctionBuilder('outer tile', target, ['i32', 'i32', 'i32', 'i32', 'i32']);
  const [a0, b0, c, lines, accumulate] = f.params;
  const sums = new TileSums(f, tile, places.length);
  f.if(accumulate, () => sums.load((row) => [c, row * width * BYTES]));
  f.for(0, lines, 1, (l) => {
    const a = f.local(a0.add(l.mul(line.a * BYTES)));
    const b = f.local(b0.add(l.mul(line.b * BYTES)));
    f.for(0, run.size, 1, () => {
      sums.addProducts(b, a, (row) => places[row] * BYTES);
      f.set(a, a.add(run.a * BYTES));
      f.set(b, b.add(run.b * BYTES));
    });
  });
  sums.each((sum, row, shift) => f.store('f32', c, sum, row * width * BYTES + shift));
  return f.finish();
}

/** Partial results, to be summed: `parts` arrays of [batch, rows, width], of which the first columns count. */
export interface Partials {
  readonly buffer: Buffer;
  readonly parts: number;
  readonly width: number;
}

/** Add the kernel that makes the partial results of a contraction for which `isOuterProduct` holds. */
export function lowerOuter(lowering: Lowering, x: Contraction): Partials {
  const { target } = lowering;
  const [nb, nm, nn, nk] = [x.batch, x.rows, x.columns, x.depth].map(countOf);
  const tile = tileOf(target, nn);
  const run = x.depth.at(-1)!;
  const line = x.depth.at(-2) ?? ONE;
  const outer = x.depth.slice(0, -2);
  const linesAtOnce = Math.max(1, Math.min(line.size, Math.round(lowering.target.machine.forms.outerSteps / run.size)));
  const lineBlocks = Math.ceil(line.size / linesAtOnce);
  const units = countOf(outer) * lineBlocks;
  const parts = Math.min(units, Math.max(1, Math.ceil(MOST_PARTS / nb)));
  const unitsPerPart = Math.ceil(units / parts);
  const panels = Math.ceil(nn / tile.columns);
  const width = panels * tile.columns;
  const buffer = lowering.workspace('float32', parts * nb * nm * width, 'partial products');
  const neighbours = x.rows.at(-1);
  const sideBySide = neighbours?.a === 1 && neighbours.size % tile.rows === 0;
  /** Tiles of rows that have code of their own, and how far their places are from where the tile is told to begin. */
  const places = sideBySide ? Array.from({ length: tile.rows }, (_, r) => r) : eachStep(x.rows, 'a');
  const micros = Array.from({ length: Math.ceil(places.length / tile.rows) }, (_, i) =>
    outerTile(target, tile, places.slice(i * tile.rows, (i + 1) * tile.rows), line, run, width),
  );
  lowering.add({
    label: `${x.label} (${nb} × ${nm} × ${nn} × ${nk}, both in place)`,
    tasks: parts * nb,
    work: 2 * nb * nm * nn * nk,
    reads: [x.a.buffer, x.b.buffer],
    writes: [buffer],
    emit: (f, lo, hi) => {
      const pa = f.let(x.a.buffer.pointer(f).add(x.a.offset * BYTES));
      const pb = f.let(x.b.buffer.pointer(f).add(x.b.offset * BYTES));
      const pc = buffer.pointer(f);
      f.for(lo, hi, 1, (task) => {
        const [part, i] = decode(f, task, [parts, nb]);
        const c = f.let(pc.add(task.mul(nm * width * BYTES)));
        const first = f.let(part.mul(unitsPerPart));
        const last = f.let(f.let(first.add(unitsPerPart)).minS(units));
        // The last parts may have nothing to do.
        f.if(first.ge(last), () => f.fill(c, i32(0), i32(nm * width * BYTES)));
        f.for(first, last, 1, (unit) => {
          const [o, block] = decode(f, unit, [countOf(outer), lineBlocks]);
          const line0 = f.let(block.mul(linesAtOnce));
          const lines = f.let(f.let(i32(line.size).sub(line0)).minS(linesAtOnce));
          const start = (array: 'a' | 'b', pointer: Expr): Expr => {
            const steps = stepsTo(f, i, x.batch, array).add(stepsTo(f, o, outer, array));
            return f.let(pointer.add(steps.add(line0.mul(line[array])).mul(BYTES)));
          };
          const [a, b] = [start('a', pa), start('b', pb)];
          const accumulate = f.let(unit.ne(first));
          const across = (micro: KernelFunction, aRow: Expr, cRow: Expr): void =>
            f.for(0, width, tile.columns, (column) => {
              const shift = f.let(column.mul(BYTES));
              f.run(micro, [aRow, f.let(b.add(shift)), f.let(cRow.add(shift)), lines, accumulate]);
            });
          if (sideBySide) {
            f.for(0, nm, tile.rows, (row) => {
              const aRow = f.let(a.add(stepsTo(f, row, x.rows, 'a').mul(BYTES)));
              across(micros[0], aRow, f.let(c.add(row.mul(width * BYTES))));
            });
          } else micros.forEach((micro, i) => across(micro, a, f.let(c.add(i * tile.rows * width * BYTES))));
        });
      });
    },
  });
  return { buffer, parts, width };
}
