/** @file What chooses by a window's first maximum: the element there, and the gradient that goes there. */
import type { DType } from '../../core/dtype.js';
import { lowest, storageBytes } from '../../core/dtype.js';
import { formatShape } from '../../core/shape.js';
import type { Expr, FunctionBuilder, Local, Vectors } from '../../codegen/index.js';
import { i32 } from '../../codegen/index.js';
import type { LaneValue } from '../../codegen/lanes.js';
import { constantLanes, LaneBuilder, loadElements, storeElements } from '../../codegen/lanes.js';
import type { WindowParams } from '../../graph/lax.js';
import type { Buffer } from '../buffers.js';
import { fillBuffer } from '../move/blocks.js';
import type { LowerRule, Lowering } from '../context.js';
import { accumulatedAs, roundRow } from '../move/elements.js';
import { cutTasks, forUnits } from '../work.js';
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

export const selectAndScatter: LowerRule = {
  lower(node, lowering: Lowering) {
    const [x, cotangent] = node.inputs;
    const [value] = node.outputs;
    const g = geometryOf(x.shape, cotangent.shape, node.params as WindowParams);
    const places: ScatterPlaces = {
      keys: lowering.source(x).buffer,
      from: lowering.source(cotangent).buffer,
      to: lowering.output(value),
      windows: g.axes.reduce((n, axis) => n * axis.outSize, 1),
      label: `select and scatter ${formatShape(x.shape)}`,
    };
    const dtype = x.dtype;
    if (g.taps <= UNROLLED_TAPS && areApart(g, isAllInside(g))) scatterApart(lowering, g, dtype, places);
    else scatterInOrder(lowering, g, dtype, places);
  },
};

interface ScatterPlaces {
  readonly keys: Buffer;
  readonly from: Buffer;
  readonly to: Buffer;
  /** Windows of one outer part. */
  readonly windows: number;
  readonly label: string;
}

/** Each element has at most one window, which is written as a whole: the cotangent to its first maximum, 0 to the others. */
function scatterApart(lowering: Lowering, g: Geometry, dtype: DType, places: ScatterPlaces): void {
  const { keys, from, to, windows, label } = places;
  const bytes = storageBytes(dtype);
  if (windows * g.taps * g.inner !== g.inBlock) fillBuffer(lowering, to, 0);
  const units = g.outer * windows;
  const cut = cutTasks(lowering.target, units, 3 * g.inner * g.taps);
  lowering.add({
    label,
    tasks: cut.tasks,
    work: 3 * units * g.inner * g.taps,
    reads: [keys, from],
    writes: [to],
    emit: (f, lo, hi) => {
      const [key, source, target] = [keys, from, to].map((buffer) => buffer.pointer(f));
      const loops = new WindowLoops(f, g);
      forUnits(f, lo, hi, units, cut, (unit) => {
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
          loops.each(place, f.let(target.add(at)), bytes, (address, offset) =>
            storeElements(f, written.shift()!, address, offset),
          );
        });
      });
    },
  });
}

/** Windows may overlap, so one task does a whole outer part, window by window in order. */
function scatterInOrder(lowering: Lowering, g: Geometry, dtype: DType, places: ScatterPlaces): void {
  const { keys, from, to, windows, label } = places;
  const work = 3 * windows * g.inner * g.taps + g.inBlock;
  const cut = cutTasks(lowering.target, g.outer, work);
  const wide = accumulatedAs(dtype);
  const bytes = storageBytes(dtype);
  lowering.add({
    label,
    tasks: cut.tasks,
    work: g.outer * work,
    reads: [keys, from],
    writes: [to],
    emit: (f, lo, hi) => {
      const [key, source, target] = [keys, from, to].map((buffer) => buffer.pointer(f));
      const loops = new WindowLoops(f, g);
      forUnits(f, lo, hi, g.outer, cut, (outer) => {
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
      });
    },
  });
}
