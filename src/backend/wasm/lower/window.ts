/** @file Sliding windows: sums and extrema (pooling), and the two that choose by a window's first maximum. */
import type { DType } from '../../../core/dtype.js';
import { dtypeInfo, highest, lowest, storageBytes } from '../../../core/dtype.js';
import { formatShape, sizeOf, stridesOf } from '../../../core/shape.js';
import type { Shape } from '../../../core/shape.js';
import type { Expr, FunctionBuilder, Local } from '../../../codegen/index.js';
import { i32 } from '../../../codegen/index.js';
import type { LaneValue } from '../../../codegen/lanes.js';
import { constantLanes, LaneBuilder, loadElements, storeElements } from '../../../codegen/lanes.js';
import type { WindowParams } from '../../../graph/lax.js';
import type { LowerRule, Lowering } from './context.js';
import { accumulatedAs, roundRow } from './elements.js';
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
  const still = (d: number): boolean =>
    p.window[d] === 1 && p.strides[d] === 1 && p.padding[d][0] === 0 && p.padding[d][1] === 0;
  let first = 0;
  while (first < shape.length && still(first)) first++;
  let last = shape.length;
  while (last > first && still(last - 1)) last--;
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

/** Visits the elements of one window that lie inside the input. */
class WindowLoops {
  constructor(
    private readonly f: FunctionBuilder,
    private readonly geometry: Geometry,
  ) {}

  /** For each axis the first element of the window, and the range of window elements that lie inside. */
  ranges(position: readonly Expr[]): { first: Expr; lo: Expr; hi: Expr }[] {
    const { f } = this;
    return this.geometry.axes.map(({ size, window, stride, before, dilation }, d) => {
      const first = f.let(position[d].mul(stride).sub(before));
      // lo = ⌈max(0, -first) / dilation⌉, hi = ⌈(size - first) / dilation⌉, both within [0, window]
      const up = (x: Expr): Expr => f.let(x.add(dilation - 1).divS(dilation));
      const lo = f.let(up(f.let(i32(0).sub(first).maxS(0))).minS(window));
      const hi = f.let(up(f.let(i32(size).sub(first).maxS(0))).minS(window));
      return { first, lo, hi };
    });
  }

  /** Run `body` with the offset of each element (in elements of the input's block) and its number in the window. */
  each(ranges: readonly { first: Expr; lo: Expr; hi: Expr }[], body: (offset: Expr, tap: Expr) => void): void {
    const { f, geometry } = this;
    const walk = (d: number, offset: Expr, tap: Expr): void => {
      if (d === geometry.axes.length) return body(offset, tap);
      const { inStep, dilation, window } = geometry.axes[d];
      const { first, lo, hi } = ranges[d];
      f.for(lo, hi, 1, (k) => {
        const at = f.let(offset.add(first.add(k.mul(dilation)).mul(inStep)));
        walk(d + 1, at, f.let(tap.mul(window).add(k)));
      });
    };
    walk(0, i32(0), i32(0));
  }
}

/** Run `body` along the inner part: vectors, then single elements. */
function forInner(f: FunctionBuilder, inner: number, dtype: DType, body: (c: Expr, vector: boolean) => void): void {
  const { lanes } = f.target;
  const whole = dtypeInfo(dtype).storage === 'f64' ? 0 : inner - (inner % lanes);
  f.for(0, whole, lanes, (c) => body(c, true));
  f.for(whole, inner, 1, (c) => body(c, false));
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

/** Find the first maximum of a window; `chosen` is called when a tap takes the lead. */
function findMaximum(
  f: FunctionBuilder,
  loops: WindowLoops,
  ranges: readonly { first: Expr; lo: Expr; hi: Expr }[],
  load: (offset: Expr) => LaneValue,
  vector: boolean,
  dtype: DType,
  lead: (wins: Expr, offset: Expr) => void = () => undefined,
): Choice {
  const s = new LaneBuilder(f, vector);
  const best = f.local(constantLanes(0, dtype, vector).expr);
  const tap = f.local(constantLanes(-1, 'int32', vector).expr);
  loops.each(ranges, (offset, number) => {
    const x = load(offset);
    const none = tap.lt(0);
    const wins = f.let(s.compare('gt', x, { dtype, expr: best }).expr.or(none));
    f.set(best, wins.select(x.expr, best));
    f.set(tap, wins.select(vector ? number.splat() : number, tap));
    lead(wins, offset);
  });
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
      const cut = cutTasks(units, g.inner * g.taps);
      const { dtype } = x;
      const bytes = storageBytes(dtype);
      const held = accumulatedAs(dtype);
      const start = kind === 'sum' ? 0 : kind === 'max' ? lowest(held) : highest(held);
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
            const ranges = loops.ranges(positionOf(f, window, g));
            const base = f.let(source.add(outer.mul(g.inBlock * bytes)));
            const out = f.let(target.add(unit.mul(g.inner * bytes)));
            forInner(f, g.inner, dtype, (c, vector) => {
              const s = new LaneBuilder(f, vector);
              const at = f.let(base.add(c.mul(bytes)));
              const total = f.local(constantLanes(start, held, vector).expr);
              loops.each(ranges, (offset) => {
                const element = loadElements(f, dtype, f.let(at.add(offset.mul(bytes))), 0, vector);
                const x32 = s.convert(element, held);
                const now: LaneValue = { dtype: held, expr: total };
                f.set(total, s.binary(kind === 'sum' ? 'add' : kind, now, x32).expr);
              });
              storeElements(f, s.convert({ dtype: held, expr: total }, dtype), f.let(out.add(c.mul(bytes))), 0);
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
    const cut = cutTasks(units, 2 * g.inner * g.taps);
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
          const ranges = loops.ranges(positionOf(f, window, g));
          const block = f.let(outer.mul(g.inBlock * bytes));
          forInner(f, g.inner, dtype, (c, vector) => {
            const at = f.let(block.add(c.mul(bytes)));
            const load = (base: Expr, offset: Expr): LaneValue =>
              loadElements(f, dtype, f.let(base.add(at).add(offset.mul(bytes))), 0, vector);
            const picked = f.local(constantLanes(0, dtype, vector).expr);
            findMaximum(
              f,
              loops,
              ranges,
              (offset) => load(key, offset),
              vector,
              dtype,
              (wins, offset) => f.set(picked, wins.select(load(source, offset).expr, picked)),
            );
            const out = f.let(target.add(unit.mul(g.inner).add(c).mul(bytes)));
            storeElements(f, { dtype, expr: picked }, out, 0);
          });
        });
      },
    });
  },
};

/** Windows may overlap, so one task does a whole outer part, window by window in order. */
export const selectAndScatter: LowerRule = {
  lower(node, lowering: Lowering) {
    const [x, cotangent] = node.inputs;
    const [value] = node.outputs;
    const g = geometryOf(x.shape, cotangent.shape, node.params as WindowParams);
    const [keys, from, to] = [lowering.source(x).buffer, lowering.source(cotangent).buffer, lowering.output(value)];
    const windows = g.axes.reduce((n, axis) => n * axis.outSize, 1);
    const work = 3 * windows * g.inner * g.taps + g.inBlock;
    const cut = cutTasks(g.outer, work);
    const { dtype } = x;
    const held = accumulatedAs(dtype);
    const bytes = storageBytes(dtype);
    lowering.add({
      label: `select and scatter ${formatShape(x.shape)}`,
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
            const ranges = loops.ranges(positionOf(f, window, g));
            const given = f.let(
              source.add(
                outer
                  .mul(windows)
                  .add(window)
                  .mul(g.inner * bytes),
              ),
            );
            forInner(f, g.inner, dtype, (c, vector) => {
              const s = new LaneBuilder(f, vector);
              const at = f.let(block.add(c.mul(bytes)));
              const place = (base: Expr, offset: Expr): Expr => f.let(base.add(at).add(offset.mul(bytes)));
              const load = (offset: Expr): LaneValue => loadElements(f, dtype, place(key, offset), 0, vector);
              const { tap } = findMaximum(f, loops, ranges, load, vector, dtype);
              const dy = loadElements(f, held, f.let(given.add(c.mul(bytes))), 0, vector);
              loops.each(ranges, (offset, number) => {
                const to = place(target, offset);
                const old = loadElements(f, held, to, 0, vector);
                const chosen = tap.eq(vector ? number.splat() : number);
                const sum = s.binary('add', old, dy);
                storeElements(f, { dtype: held, expr: f.let(chosen.select(sum.expr, old.expr)) }, to, 0);
              });
            });
          });
          roundRow(f, dtype, f.let(target.add(block)), g.inBlock);
        });
      },
    });
  },
};
