/** @file Sliding windows: sums and extrema (pooling), and the two that choose by a window's first maximum. */
import type { DType } from '../core/dtype.js';
import { dtypeInfo, highest, lowest, storageBytes } from '../core/dtype.js';
import { formatShape, sizeOf, stridesOf } from '../core/shape.js';
import type { Shape } from '../core/shape.js';
import type { Expr, FunctionBuilder, Local, Vectors } from '../codegen/index.js';
import { i32 } from '../codegen/index.js';
import type { LaneValue } from '../codegen/lanes.js';
import { extremumBits } from '../codegen/math/floats.js';
import { constantLanes, LaneBuilder, loadElements, storeElements } from '../codegen/lanes.js';
import type { WindowParams } from '../graph/lax.js';
import type { Buffer } from './buffers.js';
import { fillBuffer } from './move/blocks.js';
import type { LowerRule, Lowering } from './context.js';
import { accumulatedAs, roundRow } from './move/elements.js';
import { cutTasks, decode, forUnits } from './work.js';

/** An axis along which windows reach over more than one element, or are moved or padded. */
interface WindowAxis {
  readonly size: number;
  readonly outSize: number;
  readonly window: number;
  readonly stride: number;
  readonly before: number;
  readonly dilation: number;
  /** Elements per step, in the input and in the output. */
  readonly inStep: number;
  readonly outStep: number;
}

/**
 * How windows lie: axes that windows leave alone are merged to an outer part (before the first axis of windows) and an inner part
 * (after the last), the latter done in lanes.
 */
interface Geometry {
  readonly outer: number;
  readonly axes: readonly WindowAxis[];
  readonly inner: number;
  /** Elements of one outer part, in the input and in the output. */
  readonly inBlock: number;
  readonly outBlock: number;
  /** Window elements in all. */
  readonly taps: number;
}

function geometryOf(shape: Shape, out: Shape, p: WindowParams): Geometry {
  const isUntouched = (d: number): boolean =>
    p.window[d] === 1 && p.strides[d] === 1 && p.padding[d][0] === 0 && p.padding[d][1] === 0;
  let first = 0;
  while (first < shape.length && isUntouched(first)) first++;
  let last = shape.length;
  while (last > first && isUntouched(last - 1)) last--;
  const [inSteps, outSteps] = [stridesOf(shape), stridesOf(out)];
  const axes: WindowAxis[] = [];
  for (let d = first; d < last; d++) {
    axes.push({
      size: shape[d],
      outSize: out[d],
      window: p.window[d],
      stride: p.strides[d],
      before: p.padding[d][0],
      dilation: p.dilation[d],
      inStep: inSteps[d],
      outStep: outSteps[d],
    });
  }
  return {
    outer: sizeOf(shape.slice(0, first)),
    axes,
    inner: sizeOf(shape.slice(last)),
    inBlock: sizeOf(shape.slice(first)),
    outBlock: sizeOf(out.slice(first)),
    taps: axes.reduce((n, axis) => n * axis.window, 1),
  };
}

/** More window elements than this are visited by loops rather than one after another in the code. */
const UNROLLED_TAPS = 16;

/** Whether every window lies in the input as a whole. */
function isAllInside({ axes }: Geometry): boolean {
  return axes.every(
    (x) => x.before <= 0 && (x.outSize - 1) * x.stride - x.before + (x.window - 1) * x.dilation < x.size,
  );
}

/** Where one window begins, and which of its elements lie inside the input. */
interface WindowPlace {
  /** Offset of the window's first element, which may lie in the padding. */
  readonly start: Expr;
  /** Per axis the range of window elements that lie inside; null: all of every window do. */
  readonly ranges: readonly { readonly lo: Expr; readonly hi: Expr }[] | null;
}

/** Visits the elements of one window that lie inside the input. */
class WindowLoops {
  readonly #allInside: boolean;

  constructor(
    private readonly f: FunctionBuilder,
    private readonly geometry: Geometry,
  ) {
    this.#allInside = isAllInside(geometry);
  }

  /** Elements of a window, those in the padding too. */
  get taps(): number {
    return this.geometry.taps;
  }

  place(position: readonly Expr[]): WindowPlace {
    const { f } = this;
    const { axes } = this.geometry;
    const firsts = axes.map(({ stride, before }, d) => f.let(position[d].mul(stride).sub(before)));
    const start = f.let(firsts.reduce<Expr>((sum, first, d) => sum.add(first.mul(axes[d].inStep)), i32(0)));
    if (this.#allInside) return { start, ranges: null };
    const ranges = axes.map(({ size, window, dilation }, d) => {
      // lo = ⌈max(0, -first) / dilation⌉, hi = ⌈(size - first) / dilation⌉, both within [0, window]
      const up = (x: Expr): Expr => f.let(x.add(dilation - 1).divS(dilation));
      const lo = f.let(up(f.let(i32(0).sub(firsts[d]).maxS(0))).minS(window));
      const hi = f.let(up(f.let(i32(size).sub(firsts[d]).maxS(0))).minS(window));
      return { lo, hi };
    });
    return { start, ranges };
  }

  /**
   * Run `body` for each element of the window: an address that it is `offset` bytes away from, and its number in the window.
   *
   * @param at Address of the element at offset 0 of the input's block.
   */
  each(
    { start, ranges }: WindowPlace,
    at: Expr,
    bytes: number,
    body: (address: Expr, offset: number, tap: Expr) => void,
  ): void {
    const { f } = this;
    const { axes, taps } = this.geometry;
    const from = f.let(at.add(start.mul(bytes)));
    if (ranges === null && taps <= UNROLLED_TAPS) {
      const unroll = (d: number, offset: number, tap: number): void => {
        if (d === axes.length) return body(from, offset * bytes, i32(tap));
        const { inStep, dilation, window } = axes[d];
        for (let k = 0; k < window; k++) unroll(d + 1, offset + k * dilation * inStep, tap * window + k);
      };
      return unroll(0, 0, 0);
    }
    const walk = (d: number, address: Expr, tap: Expr): void => {
      if (d === axes.length) return body(address, 0, tap);
      const { inStep, dilation, window } = axes[d];
      const [lo, hi] = ranges === null ? [i32(0), i32(window)] : [ranges[d].lo, ranges[d].hi];
      f.for(lo, hi, 1, (k) =>
        walk(d + 1, f.let(address.add(k.mul(dilation * inStep * bytes))), f.let(tap.mul(window).add(k))),
      );
    };
    walk(0, from, i32(0));
  }
}

/** Run `body` along the inner part: vectors, then single elements. */
function forInner(f: FunctionBuilder, inner: number, dtype: DType, body: (c: Expr, vectors: Vectors) => void): void {
  f.forElements(0, inner, dtypeInfo(dtype).storage === 'f64' ? 0 : f.widest, body);
}

/** The position of a window from its number in one outer part. */
const positionOf = (f: FunctionBuilder, window: Expr, { axes }: Geometry): Expr[] =>
  decode(
    f,
    window,
    axes.map((axis) => axis.outSize),
  );

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

function reduceWindow(kind: 'sum' | 'max' | 'min'): LowerRule {
  return {
    lower(node, lowering) {
      const [x] = node.inputs;
      const [value] = node.outputs;
      const g = geometryOf(x.shape, value.shape, node.params as WindowParams);
      const [from, to] = [lowering.source(x).buffer, lowering.output(value)];
      const windows = g.axes.reduce((n, axis) => n * axis.outSize, 1);
      const units = g.outer * windows;
      const cut = cutTasks(lowering.target, units, g.inner * g.taps);
      const { dtype } = x;
      const bytes = storageBytes(dtype);
      const wide = accumulatedAs(dtype);
      const start = kind === 'sum' ? 0 : kind === 'max' ? lowest(wide) : highest(wide);
      lowering.add({
        label: `${node.primitive.name} ${formatShape(x.shape)}`,
        tasks: cut.tasks,
        work: units * g.inner * g.taps,
        reads: [from],
        writes: [to],
        emit: (f, lo, hi) => {
          const [source, target] = [from.pointer(f), to.pointer(f)];
          const loops = new WindowLoops(f, g);
          forUnits(f, lo, hi, units, cut, (unit) => {
            const outer = f.let(unit.divU(windows));
            const window = f.let(unit.sub(outer.mul(windows)));
            const place = loops.place(positionOf(f, window, g));
            const base = f.let(source.add(outer.mul(g.inBlock * bytes)));
            const out = f.let(target.add(unit.mul(g.inner * bytes)));
            forInner(f, g.inner, dtype, (c, vectors) => {
              const s = new LaneBuilder(f, vectors);
              const at = f.let(base.add(c.mul(bytes)));
              const total = f.local(constantLanes(start, wide, vectors).expr);
              const isNaN = vectors > 0 && kind !== 'sum' && wide === 'float32' ? f.local(i32(0).splat(vectors)) : null;
              loops.each(place, at, bytes, (address, offset) => {
                const element = s.convert(loadElements(f, dtype, address, offset, vectors), wide);
                const now: LaneValue = { dtype: wide, expr: total };
                if (kind === 'sum') f.set(total, s.binary('add', now, element).expr);
                else if (isNaN === null) f.set(total, s.binary(kind, now, element).expr);
                else {
                  // NaN is minded once for all elements: `max` of WebAssembly would mind it at each.
                  f.set(total, extremumBits(kind, total, element.expr).bitcast());
                  f.set(isNaN, isNaN.or(element.expr.ne(element.expr)));
                }
              });
              const found = isNaN === null ? total : f.let(total.bitcast().or(isNaN).bitcast()); // all bits set: a NaN
              storeElements(f, s.convert({ dtype: wide, expr: found }, dtype), f.let(out.add(c.mul(bytes))), 0);
            });
          });
        },
      });
    },
  };
}

export const reduceWindowSum = reduceWindow('sum');
export const reduceWindowMax = reduceWindow('max');
export const reduceWindowMin = reduceWindow('min');

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
