/**
 * @file Float32 contractions as a blocked matrix product: both operands are packed into panels in the order in which they are used, and
 * a small kernel keeps a tile of results in registers. Axes, strides and transposes are dealt with while packing.
 *
 * @see Goto & van de Geijn 2008, "Anatomy of high-performance matrix multiplication"; Van Zee & van de Geijn 2015, "BLIS"
 */
import { storageBytes } from '../../core/dtype.js';
import type { Expr, FunctionBuilder, Target, Vectors } from '../../codegen/index.js';
import { i32 } from '../../codegen/index.js';
import type { Buffer } from '../buffers.js';
import { BYTES, MAX_THREADS, threadNumber } from '../buffers.js';
import type { Lowering } from '../context.js';
import type { Contraction, ContractionAxis } from './contraction.js';
import { countOf, inPieces, stepsTo, swapOperands } from './contraction.js';
import { roundRow } from '../move/elements.js';
import { areSideBySide, canReadDirectly, lowerDirect } from './gemm_direct.js';
import type { Partials } from './gemm_outer.js';
import { chooseBlocks } from './gemm_blocks.js';
import { isOuterProduct, lowerOuter } from './gemm_outer.js';
import { packColumns } from './gemm_pack.js';
import type { Tile } from './gemm_tile.js';
import { plainTile, tileFunction, tileOf } from './gemm_tile.js';
import { asFewRows, lowerFewRows } from './gemv.js';
import { isStreamed, lowerStreamed } from './gemv_streamed.js';
import type { PanelSource } from './pack.js';
import { packPanels } from './pack.js';
import { withPieces } from '../row_pieces.js';
import { cutTasks, decode, divideUp, forUnits, gcd } from '../work.js';

/** Depth that is done at a time: a packed panel of columns then takes a quarter of the first cache, a packed block of rows fits the second. */
const depthBlockOf = (target: Target): number => target.machine.l1 / 4 / (plainTile(target).columns * BYTES);

/** Whether the last of some axes runs along C element by element, over enough of them for vectors. */
const isDense = (axes: readonly ContractionAxis[], width: number): boolean =>
  axes.length === 0 || (axes.at(-1)!.c === 1 && axes.at(-1)!.size >= width);

/** How a contraction is done. */
type Form = 'few rows' | 'streamed' | 'outer' | 'direct' | 'packed';

/** The form, and the contraction with the operands in the order in which it takes them. */
function formOf(given: Contraction, target: Target): { form: Form; x: Contraction } {
  const fewRows = asFewRows(given, target);
  if (fewRows !== null) return { form: isStreamed(fewRows, target) ? 'streamed' : 'few rows', x: fewRows };
  // The same form for all tiles: each sums in an order of its own.
  const tile = plainTile(target);
  // Columns should run along C.
  const turned = !isDense(given.columns, tile.columns) && isDense(given.rows, tile.columns);
  const x = turned ? swapOperands(given) : given;
  return {
    form: isOuterProduct(x, tile, target.machine) ? 'outer' : canReadDirectly(x, target) ? 'direct' : 'packed',
    x,
  };
}

/** Whether an epilogue may be done to the results of a contraction whose axes are merged. */
export function takesEpilogue(given: Contraction, target: Target): boolean {
  const sizes = [given.batch, given.rows, given.columns, given.depth].map(countOf);
  if (given.dtype !== 'float32' || sizes.includes(0)) return false;
  const { form, x } = formOf(given, target);
  return form !== 'few rows' && (form !== 'direct' || areSideBySide(x.columns)) && x.columns === given.columns;
}

/** Add the kernels of a float32 contraction whose axes are merged. If it has an epilogue, it takes one. */
export function lowerGemm(lowering: Lowering, given: Contraction): void {
  if ([given.batch, given.rows, given.columns].some((axes) => countOf(axes) === 0)) return;
  const { form, x } = formOf(given, lowering.target);
  if (!lowerForm[form](lowering, x)) given.rowLoop?.apart();
  if (x.dtype !== 'float32') roundResult(lowering, given.c.buffer);
}

/** Each adds the kernels of a form, and gives whether these do the loop over rows, if there is one. */
const lowerForm: Readonly<Record<Form, (lowering: Lowering, x: Contraction) => boolean>> = {
  'few rows'(lowering, x) {
    lowerFewRows(lowering, x);
    return false;
  },
  streamed: (lowering, x) => sumParts(lowering, x, lowerStreamed(lowering, x)),
  outer: (lowering, x) => sumParts(lowering, x, lowerOuter(lowering, x)),
  direct: lowerDirect,
  packed: lowerPacked,
};

/** Both operands in packed panels. */
function lowerPacked(lowering: Lowering, x: Contraction): boolean {
  const [nb, nm, nn, nk] = [x.batch, x.rows, x.columns, x.depth].map(countOf);
  const tile = tileOf(lowering.target, nn);
  const depthBlock = depthBlockOf(lowering.target);
  const unchanging = lowering.isUnchanging(x.b.buffer);
  const blocks = chooseBlocks(
    { nb, nm, nn, nk, depthBlock, packedAnyway: unchanging },
    tile,
    plainTile(lowering.target),
    lowering.target.machine,
    x.rowLoop !== undefined,
  );
  const { parts, partDepth, ahead } = blocks;
  const panels = divideUp(nn, tile.columns);
  const packedColumns = panels * tile.columns;

  const rowBlocks = divideUp(nm, blocks.rows);
  const columnBlocks = divideUp(nn, blocks.columns);
  const tasks = nb * parts * rowBlocks * columnBlocks;
  // B is packed ahead for all tasks, steps of a loop and runs: [batch][depth block][panel][depth in the block][columns of the panel].
  // Or each task packs what it needs: [panel][depth in the block][columns of the panel].
  const packed = ahead ? packColumns(lowering, x, tile.columns, depthBlock) : null;

  // What each thread has for itself: a packed block of A, one of B, and a tile.
  const ownA = blocks.rows * depthBlock;
  const ownB = ahead ? 0 : blocks.columns * depthBlock;
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
  const micro = tileFunction(lowering.target, tile);
  // Parts are finished when they are summed.
  const epilogue = parts === 1 ? x.epilogue : undefined;
  const finishing = epilogue && tileFunction(lowering.target, tile, { epilogue });
  const writes = [...(epilogue?.writes ?? [target]), own];
  const pieces = parts === 1 ? inPieces(x, nb * rowBlocks, writes) : null;

  lowering.add({
    label: `${x.label} (${nb} × ${nm} × ${nn} × ${nk})${epilogue?.label ?? ''}${pieces?.label ?? ''}`,
    tasks,
    work: 2 * nb * nm * nn * nk + nb * nm * (pieces?.work ?? 0),
    reads: [x.a.buffer, packed ?? x.b.buffer, ...(epilogue?.reads ?? []), ...(pieces?.reads ?? [])],
    writes: [...writes, ...(pieces?.writes ?? [])],
    emit: (f, lo, hi) => {
      const block = f.let(own.pointer(f).add(threadNumber().mul(ownSize * BYTES)));
      const blockB = f.let(block.add(ownA * BYTES));
      const scratchTile = f.let(blockB.add(ownB * BYTES));
      const pa = f.let(x.a.buffer.pointer(f).add(x.a.offset * BYTES));
      const pb = packed === null ? f.let(x.b.buffer.pointer(f).add(x.b.offset * BYTES)) : packed.pointer(f);
      const pointers = epilogue?.pointers(f) ?? [];
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
        f.for(start, end, depthBlock, (k0) => {
          const depth = f.let(f.let(end.sub(k0)).minS(depthBlock));
          const source: PanelSource = { pointer: aBatch, rows: x.rows, depth: x.depth, array: 'a', count: nm };
          const panelBytes = f.let(depth.mul(tile.rows * BYTES));
          packPanels(f, source, { first: row0, last: row1, width: tile.rows, k0, depth, to: block });
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
            const [first, last] = [panel0, panel1].map((panel) => f.let(panel.mul(tile.columns)));
            packPanels(f, columns, { first, last, width: tile.columns, k0, depth, to: blockB });
          }
          const accumulate = f.let(k0.ne(start));
          const last = f.let(k0.add(depthBlock).ge(end));
          f.for(panel0, panel1, 1, (panel) => {
            const b = f.let(firstB.add(panel.sub(panel0).mul(panelBytesB)));
            const column = f.let(panel.mul(tile.columns));
            /** Tiles that cross the edge of C, or go to places apart, are computed elsewhere and put there element by element. */
            const apart = (from: Expr): void => {
              const aPanel = f.local(block.add(from.sub(row0).divU(tile.rows).mul(panelBytes)));
              f.for(from, row1, tile.rows, (r) => {
                const place: TilePlace = { r, column, nm, nn, tile, cRows, cColumns };
                // Sums go on from what C holds, as those of other tiles do: which tiles lie apart depends on their width.
                f.if(accumulate, () =>
                  eachOfTile(f, scratchTile, c, place, (from, to, _step, vectors) =>
                    f.store('f32', from, f.loadVector('f32', to, 0, vectors)),
                  ),
                );
                f.run(micro, [aPanel, b, scratchTile, i32(tile.columns * BYTES), depth, accumulate, i32(1)]);
                eachOfTile(f, scratchTile, c, place, (from, to, step, vectors) => {
                  const value = f.let(f.loadVector('f32', from, 0, vectors));
                  if (epilogue === undefined) f.store('f32', to, value);
                  else {
                    f.if(
                      last,
                      () => epilogue.store(f, pointers, to, step, value),
                      () => f.store('f32', to, value),
                    );
                  }
                });
                f.set(aPanel, aPanel.add(panelBytes));
              });
            };
            if (!direct) return apart(row0);
            const rowStep = cRows[0]?.c ?? 0;
            const whole = (): Expr => {
              const count = f.let(row1.sub(row0).divU(tile.rows));
              const place = f.let(c.add(row0.mul(rowStep).add(column).mul(BYTES)));
              const args = [block, b, place, i32(rowStep * BYTES), depth, accumulate, count];
              if (finishing === undefined) f.run(micro, args);
              else {
                f.if(
                  last,
                  () => f.run(finishing, [...args, f.let(column.mul(BYTES)), ...pointers]),
                  () => f.run(micro, args),
                );
              }
              return f.let(row0.add(count.mul(tile.rows)));
            };
            const insideColumns = column.add(tile.columns).le(nn);
            if (nn % tile.columns === 0) {
              const done = whole();
              if (nm % tile.rows !== 0) apart(done);
            } else {
              const done = f.local(row0);
              f.if(insideColumns, () => f.set(done, whole()));
              apart(done);
            }
          });
        });
        if (pieces === null) return;
        const before = f.let(i.mul(nm));
        const [piece, rows] = [f.let(i.mul(rowBlocks).add(rb)), [row0, row1].map((row) => f.let(before.add(row)))];
        if (columnBlocks === 1) return pieces.run(f, piece, [rows[0], rows[1]]);
        const [c0, c1] = [panel0, panel1].map((panel) => f.let(f.let(panel.mul(tile.columns)).minS(nn)));
        pieces.run(f, piece, [rows[0], rows[1]], { range: [c0, c1], unit: gcd(blocks.columns, nn) });
      });
    },
  });
  pieces?.combine();
  return partial === null ? pieces !== null : sumParts(lowering, x, { buffer: partial, parts, width: nn });
}

interface TilePlace {
  readonly r: Expr;
  readonly column: Expr;
  readonly nm: number;
  readonly nn: number;
  readonly tile: Tile;
  readonly cRows: readonly ContractionAxis[];
  readonly cColumns: readonly ContractionAxis[];
}

/**
 * Visit the elements of a tile that lies apart, as far as they are inside of C: their addresses there and in C, and the bytes from a row's
 * first. Whole vectors where columns are neighbours in C.
 */
function eachOfTile(
  f: FunctionBuilder,
  from: Expr,
  c: Expr,
  p: TilePlace,
  body: (from: Expr, to: Expr, step: Expr, vectors: Vectors) => void,
): void {
  const lastRow = f.let(f.let(i32(p.nm).sub(p.r)).minS(p.tile.rows));
  const lastColumn = f.let(f.let(i32(p.nn).sub(p.column)).minS(p.tile.columns));
  const dense = p.cColumns.length <= 1 && (p.cColumns[0]?.c ?? 1) === 1;
  const unit = gcd(p.nn, p.tile.columns);
  f.for(0, lastRow, 1, (dr) => {
    const rowStart = f.let(c.add(stepsTo(f, f.let(p.r.add(dr)), p.cRows, 'c').mul(BYTES)));
    const fromRow = f.let(from.add(dr.mul(p.tile.columns * BYTES)));
    f.forElements(
      0,
      lastColumn,
      dense ? p.tile.vectors : 0,
      (dc, vectors) => {
        const column = f.let(p.column.add(dc));
        const step = f.let((dense ? column : stepsTo(f, column, p.cColumns, 'c')).mul(BYTES));
        body(f.let(fromRow.add(dc.mul(BYTES))), f.let(rowStart.add(step)), step, vectors);
      },
      { unit },
    );
  });
}

/** Sum the products of the parts of the depth, in order, into C. Whether it does the loop over rows. */
function sumParts(lowering: Lowering, x: Contraction, { buffer: partial, parts, width }: Partials): boolean {
  const [nb, nm, nn] = [x.batch, x.rows, x.columns].map(countOf);
  const { epilogue } = x;
  const size = nb * nm * width;
  const rows = nb * nm;
  const dense = x.columns.length <= 1 && (x.columns[0]?.c ?? 1) === 1;
  const cut = cutTasks(lowering.target, rows, parts * nn);
  const writes = epilogue?.writes ?? [x.c.buffer];
  const pieces = inPieces(x, cut.tasks, writes);
  lowering.add({
    label: `sum of ${parts} parts of ${x.label}${epilogue?.label ?? ''}${pieces?.label ?? ''}`,
    tasks: cut.tasks,
    work: size * parts + rows * (pieces?.work ?? 0),
    reads: [partial, ...(epilogue?.reads ?? []), ...(pieces?.reads ?? [])],
    writes: [...writes, ...(pieces?.writes ?? [])],
    emit: (f, lo, hi) => {
      const from = partial.pointer(f);
      const to = f.let(x.c.buffer.pointer(f).add(x.c.offset * BYTES));
      const pointers = epilogue?.pointers(f) ?? [];
      const doRow = (unit: Expr): void => {
        const [i, m] = decode(f, unit, [nb, nm]);
        const place = f.let(
          to.add(
            stepsTo(f, i, x.batch, 'c')
              .add(stepsTo(f, m, x.rows, 'c'))
              .mul(BYTES),
          ),
        );
        const row = f.let(from.add(unit.mul(width * BYTES)));
        f.forElements(0, nn, dense ? f.widest : 0, (n, vectors) => {
          const at = f.let(row.add(n.shl(2)));
          const load = (p: number): Expr => f.loadVector('f32', at, p * size * BYTES, vectors);
          let total = f.let(load(0));
          for (let p = 1; p < parts; p++) total = f.let(total.add(load(p)));
          const step = f.let((dense ? n : stepsTo(f, n, x.columns, 'c')).mul(BYTES));
          if (epilogue) epilogue.store(f, pointers, place.add(step), step, total);
          else f.store('f32', f.let(place.add(step)), total);
        });
      };
      const before = (task: Expr): Expr => f.let(task.mul(cut.unitsPerTask)).minS(rows);
      withPieces(f, pieces, [lo, hi], before, (lo, hi) => forUnits(f, lo, hi, rows, cut, doRow));
    },
  });
  pieces?.combine();
  return pieces !== null;
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
