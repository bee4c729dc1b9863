/** @file What chooses by a window's first maximum: the element there, and the gradient that goes there. */
import type { DType } from '../../core/dtype.js';
import { lowest, storageBytes } from '../../core/dtype.js';
import { formatShape, sizeOf } from '../../core/shape.js';
import type { Expr, FunctionBuilder, Local, Vectors } from '../../codegen/index.js';
import { i32 } from '../../codegen/index.js';
import type { LaneValue } from '../../codegen/lanes.js';
import { constantLanes, LaneBuilder, loadElements, storeElements } from '../../codegen/lanes.js';
import type { Node } from '../../graph/graph.js';
import type { WindowParams } from '../../graph/lax.js';
import type { Buffer } from '../buffers.js';
import { fillBuffer } from '../move/blocks.js';
import type { Ending, LowerRule, Lowering } from '../context.js';
import type { RowPieces } from '../row_pieces.js';
import { piecesOf, withPieces } from '../row_pieces.js';
import { accumulatedAs, roundRow } from '../move/elements.js';
import { cutTasks, divideUp, forUnits, roundUp } from '../work.js';
import type { Geometry, WindowPlace } from './windows.js';
import { forInner, geometryOf, isAllInside, positionOf, UNROLLED_TAPS, WindowLoops } from './windows.js';

/** Which element of a window was chosen so far, for one element or for lanes. */
interface Choice {
  readonly best: Local;
  readonly tap: Local;
}

/**
 * Find the element that the maximum of a window is taken from: each takes the lead unless the one that has it is at least as great,
 * as XLA chooses (see `maxima` of the reference). Padding takes part as the lowest number; its tap is one that no element has.
 *
 * @param lead Called with where a tap does not take the lead; `address` is null for padding.
 */
function findMaximum(
  f: FunctionBuilder,
  loops: WindowLoops,
  place: WindowPlace,
  at: Expr,
  vectors: Vectors,
  dtype: DType,
  lead: (keeps: Expr, address: Expr | null, offset: number) => void = () => undefined,
): Choice {
  const s = new LaneBuilder(f, vectors);
  const best = f.local(constantLanes(0, dtype, vectors).expr);
  const tap = f.local(constantLanes(-1, 'int32', vectors).expr);
  const wide = (x: Expr): Expr => x.splat(vectors);
  const visit = (x: LaneValue, number: Expr, address: Expr | null, offset: number): void => {
    const keeps = f.let(s.compare('ge', { dtype, expr: best }, x).expr.and(tap.ge(wide(i32(0)))));
    f.set(best, keeps.select(best, x.expr));
    f.set(tap, keeps.select(tap, wide(number)));
    lead(keeps, address, offset);
  };
  const padding = (): void => visit(constantLanes(lowest(dtype), dtype, vectors), i32(loops.taps), null, 0);
  // Taps that are not visited lie in the padding.
  const next = place.ranges === null ? null : f.local(i32(0));
  loops.each(place, at, storageBytes(dtype), (address, offset, number) => {
    if (next !== null) {
      f.if(number.ne(next), padding);
      f.set(next, number.add(1));
    }
    visit(loadElements(f, dtype, address, offset, vectors), number, address, offset);
  });
  if (next !== null) f.if(next.ne(loops.taps), padding);
  return { best, tap };
}

export const selectAndGather: LowerRule = {
  lower(node, lowering) {
    const [x, values] = node.inputs;
    const [value] = node.outputs;
    const g = geometryOf(x.shape, value.shape, node.params as WindowParams);
    const [keys, from, to] = [lowering.source(x).buffer, lowering.source(values).buffer, lowering.output(value)];
    const windows = g.axes.reduce((n, axis) => n * axis.outSize, 1);
    const units = g.outer * windows;
    const cut = cutTasks(lowering.target, units, 2 * g.inner * g.taps);
    const { dtype } = x;
    const bytes = storageBytes(dtype);
    lowering.add({
      label: `select and gather ${formatShape(x.shape)}`,
      tasks: cut.tasks,
      work: 2 * units * g.inner * g.taps,
      reads: [keys, from],
      writes: [to],
      emit: (f, lo, hi) => {
        const [key, source, target] = [keys, from, to].map((buffer) => buffer.pointer(f));
        const loops = new WindowLoops(f, g);
        forUnits(f, lo, hi, units, cut, (unit) => {
          const outer = f.let(unit.divU(windows));
          const window = f.let(unit.sub(outer.mul(windows)));
          const place = loops.place(positionOf(f, window, g));
          const block = f.let(outer.mul(g.inBlock * bytes));
          forInner(f, g.inner, dtype, (c, vectors) => {
            const at = f.let(block.add(c.mul(bytes)));
            const picked = f.local(constantLanes(0, dtype, vectors).expr);
            // Values lie as far from the keys as the two buffers are apart.
            const apart = f.let(source.sub(key));
            findMaximum(f, loops, place, f.let(key.add(at)), vectors, dtype, (keeps, address, offset) => {
              const x =
                address === null
                  ? constantLanes(0, dtype, vectors)
                  : loadElements(f, dtype, f.let(address.add(apart)), offset, vectors);
              f.set(picked, keeps.select(picked, x.expr));
            });
            const out = f.let(target.add(unit.mul(g.inner).add(c).mul(bytes)));
            storeElements(f, { dtype, expr: picked }, out, 0);
          });
        });
      },
    });
  },
};

/** Whether no element lies in two windows, and each window lies in the input as a whole. */
function areApart({ axes }: Geometry, allInside: boolean): boolean {
  return allInside && axes.every(({ window, stride, dilation }) => (window - 1) * dilation < stride);
}

/** Whether each window may be written as a whole. */
const writesWhole = (g: Geometry): boolean => g.taps <= UNROLLED_TAPS && areApart(g, isAllInside(g));

const windowsOf = ({ axes }: Geometry): number => axes.reduce((n, axis) => n * axis.outSize, 1);

/** Whether windows leave no element out. */
const coverAll = (g: Geometry): boolean => windowsOf(g) * g.taps * g.inner === g.inBlock;

function scattered({ inputs: [x, cotangent], params }: Node): Geometry | null {
  if (x.dtype !== 'float32' || sizeOf(x.shape) === 0 || sizeOf(cotangent.shape) === 0) return null;
  const g = geometryOf(x.shape, cotangent.shape, params as WindowParams);
  return g.axes.length === 0 ? null : g;
}

export const selectAndScatter: LowerRule = {
  epilogueColumns(node) {
    const g = scattered(node);
    return g !== null && writesWhole(g) && coverAll(g) ? g.inner : null;
  },
  rowColumns(node) {
    const g = scattered(node);
    return g !== null && (coverAll(g) || !writesWhole(g)) ? g.inner : null;
  },
  lower(node, lowering: Lowering, ending) {
    const [x, cotangent] = node.inputs;
    const [value] = node.outputs;
    const g = geometryOf(x.shape, cotangent.shape, node.params as WindowParams);
    const places: ScatterPlaces = {
      keys: lowering.source(x).buffer,
      from: lowering.source(cotangent).buffer,
      to: ending?.epilogue?.result ?? lowering.output(value),
      windows: windowsOf(g),
      label: `select and scatter ${formatShape(x.shape)}`,
      ending,
    };
    const pieces = (writesWhole(g) ? scatterApart : scatterInOrder)(lowering, g, x.dtype, places);
    if (pieces !== null) pieces.combine();
    else ending?.rows?.apart();
  },
};

interface ScatterPlaces {
  readonly keys: Buffer;
  readonly from: Buffer;
  readonly to: Buffer;
  /** Windows of one outer part. */
  readonly windows: number;
  readonly label: string;
  readonly ending: Ending | undefined;
}

/** The loop over rows, if there is one that can be done in so many pieces. */
const rowPieces = ({ ending }: ScatterPlaces, pieces: number, writes: readonly Buffer[]): RowPieces | null =>
  ending?.rows === undefined ? null : piecesOf(ending.rows, pieces, writes);

/** Each element has at most one window, which is written as a whole: the cotangent to its first maximum, 0 to the others. */
function scatterApart(lowering: Lowering, g: Geometry, dtype: DType, places: ScatterPlaces): RowPieces | null {
  const { keys, from, to, windows, label, ending } = places;
  const epilogue = ending?.epilogue;
  const bytes = storageBytes(dtype);
  if (!coverAll(g)) fillBuffer(lowering, to, 0);
  const units = g.outer * windows;
  const simple = cutTasks(lowering.target, units, 3 * g.inner * g.taps);
  // Windows side by side along all axes but the first are whole rows of elements together: tasks that sum rows do such bands.
  const band = ending?.rows === undefined ? 1 : windows / g.axes[0].outSize;
  const unitsPerTask = roundUp(simple.unitsPerTask, band);
  const cut = { unitsPerTask, tasks: divideUp(units, unitsPerTask) };
  const writes = epilogue?.writes ?? [to];
  const pieces = rowPieces(places, cut.tasks, writes);
  lowering.add({
    label: `${label}${epilogue?.label ?? ''}${pieces?.label ?? ''}`,
    tasks: cut.tasks,
    work: units * g.taps * (3 * g.inner + (pieces?.work ?? 0)),
    reads: [keys, from, ...(epilogue?.reads ?? []), ...(pieces?.reads ?? [])],
    writes: [...writes, ...(pieces?.writes ?? [])],
    emit: (f, lo, hi) => {
      const [key, source, target] = [keys, from, to].map((buffer) => buffer.pointer(f));
      const pointers = epilogue?.pointers(f) ?? [];
      const loops = new WindowLoops(f, g);
      const doWindow = (unit: Expr): void => {
        const outer = f.let(unit.divU(windows));
        const place = loops.place(positionOf(f, f.let(unit.sub(outer.mul(windows))), g));
        const block = f.let(outer.mul(g.inBlock * bytes));
        const given = f.let(source.add(unit.mul(g.inner * bytes)));
        forInner(f, g.inner, dtype, (c, vectors) => {
          const s = new LaneBuilder(f, vectors);
          const at = f.let(block.add(c.mul(bytes)));
          let best: LaneValue | null = null;
          /** Where each element leaves the lead to one before it. */
          const follows: LaneValue[] = [];
          loops.each(place, f.let(key.add(at)), bytes, (address, offset) => {
            const element = loadElements(f, dtype, address, offset, vectors);
            if (best === null) best = element;
            else {
              const keeps = s.compare('ge', best, element);
              follows.push(keeps);
              // pmax(x, y) is y where x < y, else x: the element also where one of the two is NaN.
              best =
                vectors > 0 && dtype === 'float32'
                  ? { dtype, expr: f.let(element.expr.pmax(best.expr)) }
                  : s.select(keeps, best, element);
            }
          });
          // From the last element of the window backwards: the first that leads takes the whole cotangent.
          const zero = s.constant(0, dtype);
          let rest = s.binary('add', zero, loadElements(f, dtype, f.let(given.add(c.mul(bytes))), 0, vectors)); // -0 → 0
          const parts = follows.reverse().map((keeps) => {
            const part = s.select(keeps, zero, rest);
            rest = s.select(keeps, rest, zero);
            return part;
          });
          const written = [rest, ...parts.reverse()];
          loops.each(place, f.let(target.add(at)), bytes, (address, offset) => {
            const element = written.shift()!;
            if (epilogue === undefined) storeElements(f, element, address, offset);
            else epilogue.store(f, pointers, address.add(offset), f.let(c.mul(bytes)), element.expr);
          });
        });
      };
      const rowsBefore = (task: Expr): Expr => f.let(task.mul(unitsPerTask)).minS(units).mul(g.taps);
      withPieces(f, pieces, [lo, hi], rowsBefore, (lo, hi) => forUnits(f, lo, hi, units, cut, doWindow));
    },
  });
  return pieces;
}

/** Windows may overlap, so one task does a whole outer part, window by window in order. */
function scatterInOrder(lowering: Lowering, g: Geometry, dtype: DType, places: ScatterPlaces): RowPieces | null {
  const { keys, from, to, windows, label } = places;
  const work = 3 * windows * g.inner * g.taps + g.inBlock;
  const cut = cutTasks(lowering.target, g.outer, work);
  const wide = accumulatedAs(dtype);
  const bytes = storageBytes(dtype);
  const rows = g.inBlock / g.inner;
  const pieces = rowPieces(places, cut.tasks, [to]);
  lowering.add({
    label: `${label}${pieces?.label ?? ''}`,
    tasks: cut.tasks,
    work: g.outer * (work + rows * (pieces?.work ?? 0)),
    reads: [keys, from, ...(pieces?.reads ?? [])],
    writes: [to, ...(pieces?.writes ?? [])],
    emit: (f, lo, hi) => {
      const [key, source, target] = [keys, from, to].map((buffer) => buffer.pointer(f));
      const loops = new WindowLoops(f, g);
      const doPart = (outer: Expr): void => {
        const block = f.let(outer.mul(g.inBlock * bytes));
        f.fill(f.let(target.add(block)), i32(0), i32(g.inBlock * bytes));
        f.for(0, windows, 1, (window) => {
          const place = loops.place(positionOf(f, window, g));
          const given = f.let(
            source.add(
              outer
                .mul(windows)
                .add(window)
                .mul(g.inner * bytes),
            ),
          );
          forInner(f, g.inner, dtype, (c, vectors) => {
            const s = new LaneBuilder(f, vectors);
            const at = f.let(block.add(c.mul(bytes)));
            const { tap } = findMaximum(f, loops, place, f.let(key.add(at)), vectors, dtype);
            const dy = loadElements(f, wide, f.let(given.add(c.mul(bytes))), 0, vectors);
            loops.each(place, f.let(target.add(at)), bytes, (address, offset, number) => {
              const old = loadElements(f, wide, address, offset, vectors);
              const chosen = tap.eq(number.splat(vectors));
              const sum = s.binary('add', old, dy);
              storeElements(f, { dtype: wide, expr: f.let(chosen.select(sum.expr, old.expr)) }, address, offset);
            });
          });
        });
        roundRow(f, dtype, f.let(target.add(block)), g.inBlock);
      };
      const rowsBefore = (task: Expr): Expr => f.let(task.mul(cut.unitsPerTask)).minS(g.outer).mul(rows);
      withPieces(f, pieces, [lo, hi], rowsBefore, (lo, hi) => forUnits(f, lo, hi, g.outer, cut, doPart));
    },
  });
  return pieces;
}
