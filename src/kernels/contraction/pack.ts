/** @file Packs rows of an operand, which may lie at any strides, into panels: for each step of the depth, the rows' elements side by side. */
import type { Expr, FunctionBuilder } from '../../codegen/index.js';
import { i32, vectorPieces } from '../../codegen/index.js';
import { BYTES } from '../buffers.js';
import type { ContractionAxis } from './contraction.js';
import { stepsTo } from './contraction.js';
import { SQUARE, transposed } from '../move/square.js';

/** What is packed. For B, "rows" are its columns. */
export interface PanelSource {
  /** Address of the first element of the batch. */
  readonly pointer: Expr;
  readonly rows: readonly ContractionAxis[];
  readonly depth: readonly ContractionAxis[];
  readonly array: 'a' | 'b';
  /** How many rows there are: a panel may reach beyond, and holds anything there. */
  readonly count: number;
}

/** Elements of a line of the cache: panels that share one are packed together. */
const LINE = 16;

/** Whether `width` rows from a multiple of `width` on are always neighbours in memory. */
function isDense({ rows, array }: PanelSource, width: number): boolean {
  const run = rows.at(-1);
  return run?.[array] === 1 && (rows.length === 1 || run.size % width === 0);
}

/** What is packed, and where it goes. */
export interface PackRange {
  /** Rows from `first`, a multiple of `width`, to before `last`. */
  readonly first: Expr;
  readonly last: Expr;
  /** Rows of a panel, a multiple of the lanes. */
  readonly width: number;
  /** Steps `k0` to before `k0 + depth`. */
  readonly k0: Expr;
  readonly depth: Expr;
  readonly to: Expr;
}

/** Pack some rows into panels that follow each other. */
export function packPanels(f: FunctionBuilder, source: PanelSource, range: PackRange): void {
  const { first, last, width, k0, depth, to } = range;
  const panelBytes = f.let(depth.mul(width * BYTES));
  const at = f.local(to);
  const rest = f.local(first);
  if (isDense(source, LINE) && LINE % width === 0) {
    const lines = f.let(first.add(last.sub(first).and(-LINE)));
    f.for(first, lines, LINE, (row) => {
      const ends = Array.from({ length: LINE / width }, (_, p) => f.let(at.add(panelBytes.mul(p))));
      packDense(f, source, row, width, k0, depth, ends);
      f.set(at, at.add(panelBytes.mul(LINE / width)));
    });
    f.set(rest, lines);
  }
  f.for(rest, last, width, (row) => {
    packPanel(f, source, row, width, k0, depth, at);
    f.set(at, at.add(panelBytes));
  });
}

/** Pack rows that are neighbours in memory, whole vectors at a time, into as many panels as there are places for. */
function packDense(
  f: FunctionBuilder,
  { rows, depth: axes, array, pointer }: PanelSource,
  row: Expr,
  width: number,
  k0: Expr,
  depth: Expr,
  places: readonly Expr[],
): void {
  const pieces = vectorPieces(f.target, width / f.target.lanes);
  const step = axes.at(-1)?.[array] ?? 0;
  const start = f.let(pointer.add(stepsTo(f, row, rows, array).mul(BYTES)));
  forDepth(f, axes, array, k0, depth, (offset, length, done) => {
    const from = f.local(start.add(offset));
    const before = f.let(done.mul(width * BYTES));
    const ends = places.map((place) => f.local(place.add(before)));
    f.for(0, length, 1, () => {
      ends.forEach((at, p) => {
        for (const { first, vectors } of pieces)
          f.store('f32', at, f.loadVector('f32', from, (p * width + first) * BYTES, vectors), first * BYTES);
        f.set(at, at.add(width * BYTES));
      });
      f.set(from, from.add(step * BYTES));
    });
  });
}

/**
 * Pack `width` rows from `row` on, steps `k0` to before `k0 + depth`, to `to`.
 *
 * @param width Rows of a panel, a multiple of the lanes.
 */
function packPanel(
  f: FunctionBuilder,
  source: PanelSource,
  row: Expr,
  width: number,
  k0: Expr,
  depth: Expr,
  to: Expr,
): void {
  const { rows, depth: depthAxes, array, pointer, count } = source;
  const { lanes } = f.target;
  const inner = depthAxes.at(-1);
  const step = inner?.[array] ?? 0;

  const along = (body: (offset: Expr, length: Expr, to: Expr) => void): void =>
    forDepth(f, depthAxes, array, k0, depth, (offset, length, done) =>
      body(offset, length, f.let(to.add(done.mul(width * BYTES)))),
    );

  if (isDense(source, width)) {
    // Whole vectors are copied. Those beyond the last row are anything.
    packDense(f, source, row, width, k0, depth, [to]);
    return;
  }
  // Each row from its own address; rows beyond the last repeat it.
  const starts = Array.from({ length: width }, (_, r) => {
    const index = f.let(f.let(row.add(r)).minS(count - 1));
    return f.let(pointer.add(stepsTo(f, index, rows, array).mul(BYTES)));
  });
  along((offset, length, target) => {
    const one = (k: Expr): void => {
      const at = f.let(target.add(k.mul(width * BYTES)));
      const from = f.let(offset.add(k.mul(step * BYTES)));
      starts.forEach((start, r) => f.store('f32', at, f.load('f32', start.add(from)), r * BYTES));
    };
    let done: Expr = i32(0);
    if (step === 1 && lanes === SQUARE) {
      // Four steps of four rows are a square that is turned over in registers.
      const whole = f.let(length.and(-lanes));
      f.for(0, whole, lanes, (k) => {
        const at = f.let(target.add(k.mul(width * BYTES)));
        const from = f.let(offset.add(k.mul(BYTES)));
        for (let r = 0; r < width; r += lanes) {
          const square = starts.slice(r, r + lanes).map((start) => f.let(f.loadVector('f32', start.add(from))));
          transposed(f, square).forEach((column, i) => f.store('f32', at, column, (i * width + r) * BYTES));
        }
      });
      done = whole;
    }
    f.for(done, length, 1, one);
  });
}

/**
 * Go through the steps `k0` to before `k0 + depth`, run by run of the innermost axis.
 *
 * @param body Gets the offset (bytes) of the run's first step, its length, and how many steps were done before.
 */
function forDepth(
  f: FunctionBuilder,
  axes: readonly ContractionAxis[],
  array: 'a' | 'b',
  k0: Expr,
  depth: Expr,
  body: (offset: Expr, length: Expr, done: Expr) => void,
): void {
  const inner = axes.at(-1);
  if (axes.length <= 1) {
    body(f.let(k0.mul((inner?.[array] ?? 0) * BYTES)), depth, i32(0));
    return;
  }
  const { size } = inner!;
  const outer = axes.slice(0, -1);
  const done = f.local(i32(0));
  f.while(done.lt(depth), () => {
    const k = f.let(k0.add(done));
    const run = f.let(k.divU(size));
    const first = f.let(k.sub(run.mul(size)));
    const length = f.let(f.let(i32(size).sub(first)).minS(f.let(depth.sub(done))));
    const offset = f.let(stepsTo(f, run, outer, array).add(first.mul(inner![array])).mul(BYTES));
    body(offset, length, done);
    f.set(done, done.add(length));
  });
}
