/**
 * @file Float32 contractions as a blocked matrix product: both operands are packed into panels in the order in which they are used, and
 * a small kernel keeps a tile of results in registers. Axes, strides and transposes are dealt with while packing.
 *
 * @see Goto & van de Geijn 2008, "Anatomy of high-performance matrix multiplication"; Van Zee & van de Geijn 2015, "BLIS"
 */
import { storageBytes } from '../../../core/dtype.js';
import type { Expr, FunctionBuilder } from '../../../codegen/index.js';
import { i32 } from '../../../codegen/index.js';
import type { Buffer } from '../buffers.js';
import { MAX_THREADS, threadNumber } from '../buffers.js';
import type { Lowering } from './context.js';
import type { Contraction, ContractionAxis } from './contraction.js';
import { countOf, stepsTo, swapOperands } from './contraction.js';
import { roundRow } from './elements.js';
import { canReadDirectly, lowerDirect } from './gemm_direct.js';
import type { Partials } from './gemm_outer.js';
import { isOuterProduct, lowerOuter } from './gemm_outer.js';
import { packColumns } from './gemm_pack.js';
import { tileFunction, tileOf } from './gemm_tile.js';
import { asFewRows, lowerFewRows } from './gemv.js';
import { isStreamed, lowerStreamed } from './gemv_streamed.js';
import type { PanelSource } from './pack.js';
import { packPanel } from './pack.js';
import { cutTasks, decode, divideUp, forUnits, roundUp } from './work.js';

/** Depth that is done at a time: a packed block of rows then fits the first caches. */
const DEPTH_BLOCK = 256;
/** Rows and columns of C that one task computes, at most. */
const ROW_BLOCK = 64;
const COLUMN_BLOCK = 256;
/** The same where the depth is cut instead. */
const LONG_BLOCK = 384;
/** Tasks that there should be at least, so that threads are kept busy evenly. */
const ENOUGH_TASKS = 12;
const BYTES = 4;

/** Whether the last of some axes runs along C element by element, over enough of them for vectors. */
const isDense = (axes: readonly ContractionAxis[], width: number): boolean =>
  axes.length === 0 || (axes.at(-1)!.c === 1 && axes.at(-1)!.size >= width);

/** How a product is cut. */
interface Blocks {
  readonly rows: number;
  readonly columns: number;
  /** Parts of the depth that are computed apart and summed at the end. */
  readonly parts: number;
}

function chooseBlocks(nb: number, nm: number, nn: number, nk: number, tile: { rows: number; columns: number }): Blocks {
  const heavy = nb * nm * nn * nk > 1 << 20;
  const partsFor = (tasks: number): number =>
    Math.max(1, Math.min(divideUp(ENOUGH_TASKS, tasks), Math.floor(nk / (2 * DEPTH_BLOCK))));
  if (heavy && nk > 8 * Math.max(nm, nn)) {
    // Few results of long sums (gradients of kernels): the depth is cut, so that both operands are read once.
    const [rows, columns] = [
      Math.min(LONG_BLOCK, roundUp(nm, tile.rows)),
      Math.min(LONG_BLOCK, roundUp(nn, tile.columns)),
    ];
    return { rows, columns, parts: partsFor(nb * divideUp(nm, rows) * divideUp(nn, columns)) };
  }
  let rows = Math.min(ROW_BLOCK, roundUp(nm, tile.rows));
  let columns = Math.min(COLUMN_BLOCK, roundUp(nn, tile.columns));
  const tasks = (): number => nb * divideUp(nm, rows) * divideUp(nn, columns);
  while (tasks() < ENOUGH_TASKS && columns > 8 * tile.columns) columns = roundUp(columns / 2, tile.columns);
  while (tasks() < ENOUGH_TASKS && rows > 4 * tile.rows) rows = roundUp(rows / 2, tile.rows);
  return { rows, columns, parts: heavy && tasks() < ENOUGH_TASKS ? partsFor(tasks()) : 1 };
}

/** Add the kernels of a float32 contraction whose axes are merged. */
export function lowerGemm(lowering: Lowering, given: Contraction): void {
  if ([given.batch, given.rows, given.columns].some((axes) => countOf(axes) === 0)) return;
  const fewRows = asFewRows(given, lowering.target);
  if (fewRows !== null) {
    if (isStreamed(fewRows)) {
      const [nb, nm, nn] = [fewRows.batch, fewRows.rows, fewRows.columns].map(countOf);
      sumParts(lowering, fewRows, lowerStreamed(lowering, fewRows), { nb, nm, nn });
    } else lowerFewRows(lowering, fewRows);
    if (given.dtype !== 'float32') roundResult(lowering, given.c.buffer);
    return;
  }
  const tile = tileOf(lowering.target);
  // Columns should run along C.
  const turned = !isDense(given.columns, tile.columns) && isDense(given.rows, tile.columns);
  const x = turned ? swapOperands(given) : given;
  const [nb, nm, nn, nk] = [x.batch, x.rows, x.columns, x.depth].map(countOf);
  if (isOuterProduct(x, tile)) {
    sumParts(lowering, x, lowerOuter(lowering, x), { nb, nm, nn });
    if (x.dtype !== 'float32') roundResult(lowering, x.c.buffer);
    return;
  }
  if (canReadDirectly(x)) {
    lowerDirect(lowering, x);
    if (x.dtype !== 'float32') roundResult(lowering, x.c.buffer);
    return;
  }
  const blocks = chooseBlocks(nb, nm, nn, nk, tile);
  const { parts } = blocks;
  const partDepth = roundUp(divideUp(nk, parts), parts === 1 ? 1 : DEPTH_BLOCK);
  const panels = divideUp(nn, tile.columns);
  const packedColumns = panels * tile.columns;

  const rowBlocks = divideUp(nm, blocks.rows);
  const columnBlocks = divideUp(nn, blocks.columns);
  const tasks = nb * parts * rowBlocks * columnBlocks;
  // B is packed ahead if several tasks need it, or the steps of a loop, or many runs: [batch][depth block][panel][depth in the block][columns of the panel].
  // Else each task packs what it needs: [panel][depth in the block][columns of the panel].
  const ahead = rowBlocks > 1 || lowering.isStill(x.b.buffer);
  const packed = ahead ? packColumns(lowering, x, tile.columns, DEPTH_BLOCK) : null;

  // What each thread has for itself: a packed block of A, one of B, and a tile.
  const ownA = blocks.rows * DEPTH_BLOCK;
  const ownB = ahead ? 0 : blocks.columns * DEPTH_BLOCK;
  const ownSize = ownA + ownB + tile.rows * tile.columns;
  const own = lowering.workspace('float32', MAX_THREADS * ownSize, 'packed block');
  const partial = parts === 1 ? null : lowering.workspace('float32', parts * nb * nm * nn, 'partial products');
  const target = partial ?? x.c.buffer;
  /** C, or a part of it, as rows and columns. */
  const placeC = (f: FunctionBuilder, i: Expr, part: Expr): Expr => {
    if (partial !== null)
      return f.let(
        partial.pointer(f).add(
          part
            .mul(nb)
            .add(i)
            .mul(nm * nn * BYTES),
        ),
      );
    return f.let(x.c.buffer.pointer(f).add(stepsTo(f, i, x.batch, 'c').add(x.c.offset).mul(BYTES)));
  };
  const cRows: readonly ContractionAxis[] = partial !== null ? [{ size: nm, a: 0, b: 0, c: nn }] : x.rows;
  const cColumns: readonly ContractionAxis[] = partial !== null ? [{ size: nn, a: 0, b: 0, c: 1 }] : x.columns;
  const direct = cRows.length <= 1 && cColumns.length <= 1 && (cColumns[0]?.c ?? 1) === 1;
  const micro = tileFunction(lowering.target);

  lowering.add({
    label: `${x.label} (${nb} × ${nm} × ${nn} × ${nk})`,
    tasks,
    work: 2 * nb * nm * nn * nk,
    reads: [x.a.buffer, packed ?? x.b.buffer],
    writes: [target, own],
    emit: (f, lo, hi) => {
      const block = f.let(own.pointer(f).add(threadNumber().mul(ownSize * BYTES)));
      const blockB = f.let(block.add(ownA * BYTES));
      const scratchTile = f.let(blockB.add(ownB * BYTES));
      const pa = f.let(x.a.buffer.pointer(f).add(x.a.offset * BYTES));
      const pb = packed === null ? f.let(x.b.buffer.pointer(f).add(x.b.offset * BYTES)) : packed.pointer(f);
      f.for(lo, hi, 1, (task) => {
        const [i, part, rb, cb] = decode(f, task, [nb, parts, rowBlocks, columnBlocks]);
        const c = placeC(f, i, part);
        const aBatch = f.let(pa.add(stepsTo(f, i, x.batch, 'a').mul(BYTES)));
        const row0 = f.let(rb.mul(blocks.rows));
        const row1 = f.let(f.let(row0.add(blocks.rows)).minS(nm));
        const panel0 = f.let(cb.mul(blocks.columns / tile.columns));
        const panel1 = f.let(f.let(panel0.add(blocks.columns / tile.columns)).minS(panels));
        const start = f.let(part.mul(partDepth));
        const end = f.let(f.let(start.add(partDepth)).minS(nk));
        f.for(start, end, DEPTH_BLOCK, (k0) => {
          const depth = f.let(f.let(end.sub(k0)).minS(DEPTH_BLOCK));
          const source: PanelSource = { pointer: aBatch, rows: x.rows, depth: x.depth, array: 'a', count: nm };
          const panelBytes = f.let(depth.mul(tile.rows * BYTES));
          const packedAt = f.local(block);
          f.for(row0, row1, tile.rows, (r) => {
            packPanel(f, source, r, tile.rows, k0, depth, packedAt);
            f.set(packedAt, packedAt.add(panelBytes));
          });
          // Where the first panel of this block of the depth begins in the packed B.
          const panelBytesB = f.let(depth.mul(tile.columns * BYTES));
          let firstB: Expr;
          if (packed !== null) {
            const before = i
              .mul(nk)
              .add(k0)
              .mul(packedColumns * BYTES);
            firstB = f.let(pb.add(before).add(panel0.mul(panelBytesB)));
          } else {
            firstB = blockB;
            const pointer = f.let(pb.add(stepsTo(f, i, x.batch, 'b').mul(BYTES)));
            const columns: PanelSource = { pointer, rows: x.columns, depth: x.depth, array: 'b', count: nn };
            const at = f.local(blockB);
            f.for(panel0, panel1, 1, (panel) => {
              packPanel(f, columns, f.let(panel.mul(tile.columns)), tile.columns, k0, depth, at);
              f.set(at, at.add(panelBytesB));
            });
          }
          const accumulate = f.let(k0.ne(start));
          f.for(panel0, panel1, 1, (panel) => {
            const b = f.let(firstB.add(panel.sub(panel0).mul(panelBytesB)));
            const column = f.let(panel.mul(tile.columns));
            const aPanel = f.local(block);
            f.for(row0, row1, tile.rows, (r) => {
              const compute = (to: Expr, rowBytes: Expr, add: Expr): void =>
                f.run(micro, [aPanel, b, to, rowBytes, depth, add]);
              const whole = r.add(tile.rows).le(nm).and(column.add(tile.columns).le(nn));
              const place = (): Expr =>
                f.let(
                  c.add(
                    r
                      .mul(cRows[0]?.c ?? 0)
                      .add(column)
                      .mul(BYTES),
                  ),
                );
              const apart = (): void => {
                compute(scratchTile, i32(tile.columns * BYTES), i32(0));
                addTile(f, scratchTile, c, { r, column, nm, nn, tile, cRows, cColumns, accumulate });
              };
              if (direct) f.if(whole, () => compute(place(), i32((cRows[0]?.c ?? 0) * BYTES), accumulate), apart);
              else apart();
              f.set(aPanel, aPanel.add(panelBytes));
            });
          });
        });
      });
    },
  });
  if (partial !== null) sumParts(lowering, x, { buffer: partial, parts, width: nn }, { nb, nm, nn });
  if (x.dtype !== 'float32') roundResult(lowering, x.c.buffer);
}

interface TilePlace {
  readonly r: Expr;
  readonly column: Expr;
  readonly nm: number;
  readonly nn: number;
  readonly tile: { readonly rows: number; readonly columns: number };
  readonly cRows: readonly ContractionAxis[];
  readonly cColumns: readonly ContractionAxis[];
  readonly accumulate: Expr;
}

/** Put a tile that lies apart into C, element by element, as far as it is inside. */
function addTile(f: FunctionBuilder, from: Expr, c: Expr, p: TilePlace): void {
  const lastRow = f.let(f.let(i32(p.nm).sub(p.r)).minS(p.tile.rows));
  const lastColumn = f.let(f.let(i32(p.nn).sub(p.column)).minS(p.tile.columns));
  f.for(0, lastRow, 1, (dr) => {
    const rowStart = f.let(c.add(stepsTo(f, f.let(p.r.add(dr)), p.cRows, 'c').mul(BYTES)));
    f.for(0, lastColumn, 1, (dc) => {
      const to = f.let(rowStart.add(stepsTo(f, f.let(p.column.add(dc)), p.cColumns, 'c').mul(BYTES)));
      const value = f.let(f.load('f32', f.let(from.add(dr.mul(p.tile.columns).add(dc).mul(BYTES)))));
      f.if(
        p.accumulate,
        () => f.store('f32', to, f.load('f32', to).add(value)),
        () => f.store('f32', to, value),
      );
    });
  });
}

/** Sum the products of the parts of the depth, in order, into C. */
function sumParts(
  lowering: Lowering,
  x: Contraction,
  { buffer: partial, parts, width }: Partials,
  { nb, nm, nn }: { nb: number; nm: number; nn: number },
): void {
  const size = nb * nm * width;
  const { lanes } = lowering.target;
  const rows = nb * nm;
  const vector = x.columns.length <= 1 && (x.columns[0]?.c ?? 1) === 1 ? lanes : 1;
  const cut = cutTasks(rows, parts * nn);
  lowering.add({
    label: `sum of ${parts} parts of ${x.label}`,
    tasks: cut.tasks,
    work: size * parts,
    reads: [partial],
    writes: [x.c.buffer],
    emit: (f, lo, hi) => {
      const from = partial.pointer(f);
      const to = f.let(x.c.buffer.pointer(f).add(x.c.offset * BYTES));
      forUnits(f, lo, hi, rows, cut, (unit) => {
        const [i, m] = decode(f, unit, [nb, nm]);
        const place = f.let(
          to.add(
            stepsTo(f, i, x.batch, 'c')
              .add(stepsTo(f, m, x.rows, 'c'))
              .mul(BYTES),
          ),
        );
        const row = f.let(from.add(unit.mul(width * BYTES)));
        const sum = (n: Expr, wide: boolean): void => {
          const load = (p: number): Expr => {
            const at = row.add(n.shl(2));
            return wide ? f.loadVector('f32', at, p * size * BYTES) : f.load('f32', at, p * size * BYTES);
          };
          let total = f.let(load(0));
          for (let p = 1; p < parts; p++) total = f.let(total.add(load(p)));
          const step = wide ? n : stepsTo(f, n, x.columns, 'c');
          f.store('f32', f.let(place.add(step.mul(BYTES))), total);
        };
        const whole = vector === 1 ? 0 : nn - (nn % vector);
        f.for(0, whole, vector, (n) => sum(n, true));
        f.for(whole, nn, 1, (n) => sum(n, false));
      });
    },
  });
}

/** Round sums that were accumulated in float32 to the 16-bit dtype of the result. */
function roundResult(lowering: Lowering, buffer: Buffer): void {
  const PIECE = 4096;
  const units = divideUp(buffer.size, PIECE);
  lowering.add({
    label: `round to ${buffer.dtype}`,
    tasks: units,
    work: buffer.size * 4,
    reads: [buffer],
    writes: [buffer],
    emit: (f, lo, hi) => {
      const start = f.let(lo.mul(PIECE));
      const end = f.let(f.let(hi.mul(PIECE)).minS(buffer.size));
      const bytes = storageBytes(buffer.dtype);
      roundRow(f, buffer.dtype, f.let(buffer.pointer(f).add(start.mul(bytes))), f.let(end.sub(start)));
    },
  });
}
