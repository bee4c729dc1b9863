/**
 * @file Products of matrices within a decomposition: sizes are known when it runs, C is changed in place. Both operands are packed into
 * panels and a tile of C is kept in registers, as in contraction/gemm.ts.
 *
 * @see Goto & van de Geijn 2008, "Anatomy of high-performance matrix multiplication"
 */
import type { Expr, Target } from '../../codegen/index.js';
import { constant, FunctionBuilder, i32, vectorPieces } from '../../codegen/index.js';
import { type Tile, tileFunction, tileOf } from '../contraction/gemm_tile.js';
import { roundUp } from '../work.js';
import type { Real } from './vectors.js';
import { lanesOf, perReal, sweep } from './vectors.js';

/** Rows of A, columns of B and steps of the depth that are packed at a time. */
const ROWS = 128;
const COLUMNS = 512;
const DEPTH = 256;

/** Elements of a tile, at most. */
const TILE = 64;

/** Elements of memory that products of at most these sizes need for themselves: a tile and packed operands. */
export function productWorkspace(m: number, n: number, k: number): number {
  const depth = Math.min(k, DEPTH);
  return TILE + depth * (roundUp(Math.min(m, ROWS), 16) + roundUp(Math.min(n, COLUMNS), 16));
}

/** The tile of products of any size: as many vectors as that of float32. */
const tileSize = (target: Target, real: Real): Tile => {
  const tile = tileOf(target, Infinity);
  return { ...tile, columns: (tile.columns / target.lanes) * lanesOf(target, real) };
};

/**
 * `(count, depth, from, fromLine, fromDepth, alpha, to)`: up to `width` lines (rows of A, columns of B), times alpha, as one panel:
 * element by element of the depth the lines side by side, with zeros for those that lack.
 */
const packPanel = (name: string, widthOf: (target: Target, real: Real) => number) =>
  perReal((target, real) => {
    const width = widthOf(target, real);
    const lanes = lanesOf(target, real);
    const f = new FunctionBuilder(name, target, ['i32', 'i32', 'i32', 'i32', 'i32', real.memory, 'i32']);
    const [count, depth, from, fromLine, fromDepth, alpha, to0] = f.params;
    const to = f.local(to0);
    const { bytes, memory } = real;
    f.if(count.eq(width).and(fromLine.eq(bytes)), () => {
      // The lines lie side by side already.
      const pieces = vectorPieces(target, width / lanes);
      const factor = f.let(alpha.splat(pieces[0].vectors));
      const source = f.local(from);
      f.for(0, depth, 1, () => {
        for (const { first, vectors } of pieces) {
          // Pieces count lanes of 32-bit numbers.
          const at = (first / target.lanes) * lanes * bytes;
          f.store(memory, to, f.loadVector(memory, source, at, vectors).mul(factor), at);
        }
        f.set(source, source.add(fromDepth));
        f.set(to, to.add(width * bytes));
      });
      f.return();
    });
    f.if(count.eq(width), () => {
      const sources = Array.from({ length: width }, (_, i) => f.local(from.add(fromLine.mul(i))));
      f.for(0, depth, 1, () => {
        sources.forEach((source, i) => {
          f.store(memory, to, f.load(memory, source).mul(alpha), i * bytes);
          f.set(source, source.add(fromDepth));
        });
        f.set(to, to.add(width * bytes));
      });
      f.return();
    });
    const start = f.local(from);
    f.for(0, depth, 1, () => {
      const source = f.local(start);
      f.for(0, count, 1, (i) => {
        f.store(memory, to.add(i.mul(bytes)), f.load(memory, source).mul(alpha));
        f.set(source, source.add(fromLine));
      });
      f.for(count, i32(width), 1, (i) => f.store(memory, to.add(i.mul(bytes)), constant(memory, 0)));
      f.set(start, start.add(fromDepth));
      f.set(to, to.add(width * bytes));
    });
    return f.finish();
  });

const packRows = packPanel('pack rows', (target, real) => tileSize(target, real).rows);
const packColumns = packPanel('pack columns', (target, real) => tileSize(target, real).columns);

/**
 * `(m, n, k, alpha, a, aRow, aColumn, b, bRow, bColumn, c, cRow, workspace)`: C += alpha · A · B, of sizes m × k and k × n. Distances in
 * bytes, of either sign; elements of a row of C lie side by side. Nothing is done where a size is not positive.
 */
export const multiply = perReal((target, real) => {
  const { rows, columns } = tileSize(target, real);
  const { bytes, memory } = real;
  const i = 'i32' as const;
  const f = new FunctionBuilder('multiply', target, [i, i, i, memory, i, i, i, i, i, i, i, i, i]);
  const [m, n, k, alpha, a, aRow, aColumn, b, bRow, bColumn, c, cRow, workspace] = f.params;
  const least = (x: Expr, y: Expr | number): Expr => f.let(f.let(x).minS(y));
  const own = workspace;
  const packedA = f.let(workspace.add(TILE * bytes));
  const packedRows = least(m.add(15).and(-16), ROWS);
  const packedB = f.let(packedA.add(packedRows.mul(least(k, DEPTH)).mul(bytes)));
  const [tile, ofRows, ofColumns] = [
    tileFunction(target, tileSize(target, real), { memory }),
    packRows(target, real),
    packColumns(target, real),
  ];
  const one = constant(memory, 1);
  /**
   * A tile that is not whole: done in a copy, of which the part that is there goes back. Sums begin with C, as those of whole tiles do, so that bits do
   * not depend on how wide a tile is.
   */
  const partial = (a0: Expr, b0: Expr, c0: Expr, depth: Expr, height: Expr, width: Expr): void => {
    const each = (body: (inC: Expr, inTile: Expr) => void): void =>
      f.for(0, height, 1, (r) => {
        const [inTile, inC] = [f.let(own.add(r.mul(columns * bytes))), f.let(c0.add(r.mul(cRow)))];
        f.for(0, f.let(width.mul(bytes)), bytes, (at) => body(inC.add(at), inTile.add(at)));
      });
    each((inC, inTile) => f.store(memory, inTile, f.load(memory, inC)));
    f.run(tile, [a0, b0, own, i32(columns * bytes), depth, i32(1), i32(1)]);
    each((inC, inTile) => f.store(memory, inC, f.load(memory, inTile)));
  };
  f.for(0, k, DEPTH, (k0) => {
    const depth = least(k.sub(k0), DEPTH);
    const panelBytes = f.let(depth.mul(columns * bytes));
    const tileBytes = f.let(depth.mul(rows * bytes));
    f.for(0, n, COLUMNS, (n0) => {
      const width = least(n.sub(n0), COLUMNS);
      const bBlock = f.let(b.add(k0.mul(bRow)).add(n0.mul(bColumn)));
      const toB = f.local(packedB);
      f.for(0, width, columns, (j) => {
        const count = least(width.sub(j), columns);
        f.run(ofColumns, [count, depth, bBlock.add(j.mul(bColumn)), bColumn, bRow, one, toB]);
        f.set(toB, toB.add(panelBytes));
      });
      f.for(0, m, ROWS, (m0) => {
        const height = least(m.sub(m0), ROWS);
        const aBlock = f.let(a.add(m0.mul(aRow)).add(k0.mul(aColumn)));
        const toA = f.local(packedA);
        f.for(0, height, rows, (r) => {
          const count = least(height.sub(r), rows);
          f.run(ofRows, [count, depth, aBlock.add(r.mul(aRow)), aRow, aColumn, alpha, toA]);
          f.set(toA, toA.add(tileBytes));
        });
        const whole = f.let(height.divU(rows));
        const rest = f.let(height.sub(whole.mul(rows)));
        const cBlock = f.let(c.add(m0.mul(cRow)).add(n0.mul(bytes)));
        const panel = f.local(packedB);
        f.for(0, width, columns, (j) => {
          const count = least(width.sub(j), columns);
          const cPanel = f.let(cBlock.add(j.mul(bytes)));
          const last = f.let(packedA.add(whole.mul(tileBytes)));
          const below = f.let(cPanel.add(whole.mul(rows).mul(cRow)));
          f.if(
            count.eq(columns),
            () => f.run(tile, [packedA, panel, cPanel, cRow, depth, i32(1), whole]),
            () => {
              const from = f.local(packedA);
              const to = f.local(cPanel);
              f.for(0, whole, 1, () => {
                partial(from, panel, to, depth, i32(rows), count);
                f.set(from, from.add(tileBytes));
                f.set(to, to.add(cRow.mul(rows)));
              });
            },
          );
          f.if(rest.gt(0), () => partial(last, panel, below, depth, rest, count));
          f.set(panel, panel.add(panelBytes));
        });
      });
    });
  });
  return f.finish();
});

/** `(m, n, c, cRow, value)`: all elements of a matrix set to one value. */
export const fillMatrix = perReal((target, real) => {
  const f = new FunctionBuilder('fill', target, ['i32', 'i32', 'i32', 'i32', real.memory]);
  const [m, n, c, cRow, value] = f.params;
  const lanes = f.let(value.splat());
  const row = f.local(c);
  f.for(0, m, 1, () => {
    sweep(f, real, n, (at, offset, wide) => f.store(real.memory, row.add(at), wide ? lanes : value, offset));
    f.set(row, row.add(cRow));
  });
  return f.finish();
});
