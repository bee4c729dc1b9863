/**
 * @file Float32 contractions with few columns, such as convolutions to few features: packing the rows would cost a good part of the
 * products, so their elements are read where they lie. Only B is packed.
 */
import type { Expr, KernelFunction, Target } from '../../codegen/index.js';
import { FunctionBuilder, i32 } from '../../codegen/index.js';
import type { Lowering } from '../context.js';
import { BYTES, MAX_THREADS, threadNumber } from '../buffers.js';
import type { Contraction, ContractionAxis } from './contraction.js';
import { countOf, inPieces, runInC, stepsTo } from './contraction.js';
import type { Epilogue } from '../context.js';
import type { Tile } from './gemm_tile.js';
import { tileOf } from './gemm_tile.js';
import { TileSums } from './tile_sums.js';
import { packColumns } from './gemm_pack.js';
import { withPieces } from '../row_pieces.js';
import { cutTasks, decode, divideUp } from '../work.js';

/** Rows of one line that one unit of work does: the most, and the least where there would be few units. */
const LINE_BLOCK = 64;
const SHORT_BLOCK = 16;

/** Whether the results of a row are neighbours in memory. */
export const areSideBySide = (columns: readonly ContractionAxis[]): boolean => runInC(columns) === countOf(columns);

/** Whether the rows can be read in place: neighbours in depth are neighbours in memory, and rows step regularly. */
export function canReadDirectly(x: Contraction, { lanes, machine: { forms, l1, l1Ways } }: Target): boolean {
  const [run, line, columns] = [x.depth.at(-1), x.rows.at(-1), x.columns];
  return (
    // The widest values of a tile are stored as a whole.
    (areSideBySide(columns) || runInC(columns) % (2 * lanes) === 0) &&
    countOf(columns) <= forms.directColumns &&
    run?.a === 1 &&
    run.size >= 3 &&
    line !== undefined &&
    line.a >= 0 &&
    // Rows a whole number of ways apart fall on the same few lines of the first cache: they are better packed.
    (line.a * BYTES) % (l1 / l1Ways) !== 0 &&
    line.size >= 4
  );
}

/** Elements of a line of the cache. */
const LINE = 16;

/**
 * Whether tiles fetch the rows of the next tile while they compute: these come from far memory, and processors do not see rows coming that are
 * read four at a time. Not where rows overlap, as those of convolutions: they are there. Products in single vectors wait for
 * memory less, and lost by it (Node 20).
 */
const fetchesRows = ({ depth, rows }: Contraction, { wide }: Target): boolean =>
  wide && depth.length === 1 && depth[0].size % LINE === 0 && rows.at(-1)!.a >= depth[0].size;

/** In which order tiles are done: the rows of a panel of B one after another, or the panels for some rows. */
type Order = 'down' | 'across';

/**
 * `tiles(a, b, c, count, next)`: C = A·B for some tiles, one below the other or side by side; the whole depth. Rows of A and C step by
 * constants. `next`: for tiles side by side, the bytes from the rows of A to those that are used after them; 0: there are none.
 *
 * @param options.gaps Columns of a tile, all but 0, before which C may have a gap: the function then has a parameter more for each, the bytes
 *     from where the column would be without any gap to where it is. Not with an epilogue.
 * @param epilogue Done to the results. The function then has more parameters: bytes from the first column to those of the first tile, and
 *     the epilogue's pointers.
 */
function directTiles(
  target: Target,
  tile: Tile,
  x: Contraction,
  { order, rowStep, cStep, gaps = [] }: { order: Order; rowStep: number; cStep: number; gaps?: readonly number[] },
  epilogue?: Epilogue,
): KernelFunction {
  const more = epilogue ? (['i32', ...epilogue.params] as const) : gaps.map(() => 'i32' as const);
  const f = new FunctionBuilder('direct tiles', target, ['i32', 'i32', 'i32', 'i32', 'i32', ...more]);
  const [a0, b0, c0, count, next, ...rest] = f.params;
  const [column0, ...pointers] = epilogue ? rest : [];
  const column = epilogue ? f.local(column0) : null;
  const rows = f.local(a0);
  const b = f.local(b0);
  const c = f.local(c0);
  const fetches = fetchesRows(x, target);
  f.for(0, count, 1, (i) => {
    if (order === 'down') f.set(b, b0);
    const toNext = i32(tile.rows * rowStep * BYTES);
    const ahead = order === 'across' ? next : f.let(i.add(1).lt(count).select(toNext, i32(0)));
    const sums = new TileSums(f, tile);
    const walk = (d: number, from: Expr): void => {
      const axis = x.depth[d];
      if (d < x.depth.length - 1) {
        f.for(0, axis.size, 1, (k) => walk(d + 1, f.let(from.add(k.mul(axis.a * BYTES)))));
        return;
      }
      const a = f.local(from);
      const steps = (count: number): void =>
        f.for(0, count, 1, () => {
          sums.addProducts(b, a, (row) => row * rowStep * BYTES);
          f.set(a, a.add(BYTES));
          f.set(b, b.add(tile.columns * BYTES));
        });
      if (!fetches) return steps(axis.size);
      f.for(0, axis.size / LINE, 1, () => {
        const next = f.let(a.add(ahead));
        for (let row = 0; row < tile.rows; row++) f.touch(next, row * rowStep * BYTES);
        steps(LINE);
      });
    };
    walk(0, rows);
    sums.each((sum, row, shift) => {
      const offset = row * cStep * BYTES + shift;
      const gap = gaps.indexOf(shift / BYTES);
      if (column === null) f.store('f32', gap < 0 ? c : f.let(c.add(rest[gap])), sum, offset);
      else epilogue!.store(f, pointers, c.add(offset), f.let(column.add(shift)), sum);
    });
    if (order === 'down') {
      f.set(rows, rows.add(tile.rows * rowStep * BYTES));
      f.set(c, c.add(tile.rows * cStep * BYTES));
    } else {
      f.set(c, c.add(tile.columns * BYTES));
      if (column !== null) f.set(column, column.add(tile.columns * BYTES));
    }
  });
  return f.finish();
}

/** Add the kernels of a contraction for which `canReadDirectly` holds. Whether they do the loop over rows. */
export function lowerDirect(lowering: Lowering, x: Contraction): boolean {
  const { target } = lowering;
  const [nb, nn, nk] = [x.batch, x.columns, x.depth].map(countOf);
  const tile = tileOf(target, nn);
  const line: ContractionAxis = x.rows.at(-1)!;
  const outerRows = x.rows.slice(0, -1);
  const lines = countOf(outerRows);
  const panels = Math.ceil(nn / tile.columns);
  const packed = packColumns(lowering, x, tile.columns, nk);

  let block = LINE_BLOCK;
  while (block > SHORT_BLOCK && nb * lines * divideUp(line.size, block) < target.machine.enoughTasks) block /= 2;
  const blocks = divideUp(line.size, block);
  const units = nb * lines * blocks;
  const work = 2 * nb * lines * line.size * nn * nk;
  const cut = cutTasks(lowering.target, units, work / units / 16);
  // A small B stays in the first cache, and a row of tiles is done at a time. Of a large one a panel does, for all units of the task
  // that use it.
  const small = panels * tile.columns * nk * BYTES <= 0.75 * target.machine.l1;
  // Panels whose columns are not neighbours in C are told one by one where these are.
  const split = !areSideBySide(x.columns);
  const order: Order = small && !split ? 'across' : 'down';
  const { epilogue } = x;
  const width = tile.vectors * target.lanes;
  const gaps = split ? Array.from({ length: tile.columns / width - 1 }, (_, v) => (v + 1) * width) : [];
  const micro = directTiles(target, tile, x, { order, rowStep: line.a, cStep: line.c, gaps }, epilogue);
  const apart = directTiles(target, tile, x, { order, rowStep: line.a, cStep: tile.columns });
  const wholePanels = Math.floor(nn / tile.columns);
  const own = lowering.workspace('float32', MAX_THREADS * tile.rows * tile.columns, 'tile');
  const writes = [...(epilogue?.writes ?? [x.c.buffer]), own];
  const pieces = inPieces(x, cut.tasks, writes);
  lowering.add({
    label: `${x.label} (${nb} × ${lines * line.size} × ${nn} × ${nk}, rows in place)${epilogue?.label ?? ''}${pieces?.label ?? ''}`,
    tasks: cut.tasks,
    work: work + nb * lines * line.size * (pieces?.work ?? 0),
    reads: [x.a.buffer, packed, ...(epilogue?.reads ?? []), ...(pieces?.reads ?? [])],
    writes: [...writes, ...(pieces?.writes ?? [])],
    emit: (f, lo, hi) => {
      const scratch = f.let(own.pointer(f).add(threadNumber().mul(tile.rows * tile.columns * BYTES)));
      const pa = f.let(x.a.buffer.pointer(f).add(x.a.offset * BYTES));
      const pc = f.let(x.c.buffer.pointer(f).add(x.c.offset * BYTES));
      const pb = packed.pointer(f);
      const pointers = epilogue?.pointers(f) ?? [];
      /** From the first column of a row of results to another, in elements of C. */
      const stepTo = (column: Expr): Expr => (split ? stepsTo(f, column, x.columns, 'c') : column);
      const tiles = (a: Expr, b: Expr, c: Expr, count: Expr, column: Expr, next: Expr): void => {
        const gapOf = (at: number): Expr => {
          const [first, there] = [column, f.let(column.add(at))].map(stepTo);
          return f.let(there.sub(first).sub(at).mul(BYTES));
        };
        const more = epilogue ? [f.let(column.mul(BYTES)), ...pointers] : gaps.map(gapOf);
        f.run(micro, [a, b, c, count, next, ...more]);
      };
      const forPanels = (body: (panel: Expr) => void): void => f.for(0, panels, 1, body);
      const outside = small || nb > 1 ? (body: (panel: Expr | null) => void): void => body(null) : forPanels;
      const doUnits = (first: Expr, last: Expr): void =>
        outside((outerPanel) => {
          f.for(first, last, 1, (unit) => {
            const [i, row, part] = decode(f, unit, [nb, lines, blocks]);
            const at = (array: 'a' | 'c', pointer: Expr): Expr =>
              f.let(
                pointer.add(
                  stepsTo(f, i, x.batch, array)
                    .add(stepsTo(f, row, outerRows, array))
                    .mul(BYTES),
                ),
              );
            const [a, c] = [at('a', pa), at('c', pc)];
            const start = f.let(part.mul(block));
            const end = f.let(f.let(start.add(block)).minS(line.size));
            const panelOf = (panel: Expr): Expr =>
              f.let(
                pb.add(
                  i
                    .mul(panels)
                    .add(panel)
                    .mul(nk * tile.columns * BYTES),
                ),
              );
            const rowOf = (r: Expr): Expr => f.let(a.add(r.mul(line.a * BYTES)));
            const placeOf = (r: Expr, column: Expr): Expr => f.let(c.add(r.mul(line.c).add(stepTo(column)).mul(BYTES)));
            const raggedRows = line.size % tile.rows !== 0;
            /**
             * At the edges a tile is computed apart, and what lies inside is copied. A tile that would reach beyond the line begins
             * earlier: what lies there may be the end of the memory.
             */
            const edge = (panel: Expr, r: Expr): void => {
              const column = f.let(panel.mul(tile.columns));
              const columnsLeft = f.let(f.let(i32(nn).sub(column)).minS(tile.columns));
              const top = raggedRows ? f.let(r.minS(line.size - tile.rows)) : r;
              const to = placeOf(top, split ? i32(0) : column);
              f.run(apart, [rowOf(top), panelOf(panel), scratch, i32(1), i32(0)]);
              f.for(r.sub(top), tile.rows, 1, (dr) =>
                f.for(0, columnsLeft, 1, (dc) => {
                  const element = f.load('f32', f.let(scratch.add(dr.mul(tile.columns).add(dc).mul(BYTES))));
                  const place = split ? stepTo(f.let(column.add(dc))) : dc;
                  const at = f.let(to.add(dr.mul(line.c).add(place).mul(BYTES)));
                  if (epilogue) epilogue.store(f, pointers, at, f.let(column.add(dc).mul(BYTES)), f.let(element));
                  else f.store('f32', at, element);
                }),
              );
            };
            const wholeEnd = raggedRows ? f.let(start.add(end.sub(start).and(-tile.rows))) : end;
            if (order === 'across') {
              f.for(start, wholeEnd, tile.rows, (r) => {
                const follows = r.add(2 * tile.rows).le(line.size);
                const next = f.let(follows.select(i32(tile.rows * line.a * BYTES), i32(0)));
                if (wholePanels > 0)
                  tiles(rowOf(r), panelOf(i32(0)), placeOf(r, i32(0)), i32(wholePanels), i32(0), next);
              });
              if (raggedRows)
                f.for(wholeEnd, end, tile.rows, (r) => f.for(0, wholePanels, 1, (panel) => edge(panel, r)));
              f.for(wholePanels, panels, 1, (panel) => f.for(start, end, tile.rows, (r) => edge(panel, r)));
            } else {
              const down = (panel: Expr): void => {
                const rest = f.local(start);
                f.if(panel.lt(wholePanels), () => {
                  const count = f.let(wholeEnd.sub(start).divU(tile.rows));
                  const column = f.let(panel.mul(tile.columns));
                  tiles(rowOf(start), panelOf(panel), placeOf(start, column), count, column, i32(0));
                  f.set(rest, wholeEnd);
                });
                if (raggedRows || wholePanels < panels) f.for(rest, end, tile.rows, (r) => edge(panel, r));
              };
              if (outerPanel === null) forPanels(down);
              else down(outerPanel);
            }
          });
        });
      const unitsBefore = (task: Expr): Expr => f.let(f.let(task.mul(cut.unitsPerTask)).minS(units));
      const rowsBefore = (task: Expr): Expr => {
        const unit = unitsBefore(task);
        const before = f.let(unit.divU(blocks));
        return before.mul(line.size).add(unit.sub(before.mul(blocks)).mul(block));
      };
      withPieces(f, pieces, [lo, hi], rowsBefore, (lo, hi) => doUnits(unitsBefore(lo), unitsBefore(hi)));
    },
  });
  pieces?.combine();
  return pieces !== null;
}
