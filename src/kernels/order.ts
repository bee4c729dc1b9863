/** @file Work along the lines of one axis: the greatest and least element, running totals, sorting. */
import type { DType } from '../core/dtype.js';
import { highest, isFloat, lowest, storageBytes } from '../core/dtype.js';
import { formatShape, sizeOf } from '../core/shape.js';
import type { Expr, FunctionBuilder, Local, Vectors } from '../codegen/index.js';
import { i32 } from '../codegen/index.js';
import type { LaneValue } from '../codegen/lanes.js';
import { canVectorize, constantLanes, LaneBuilder, loadElements, storeElements } from '../codegen/lanes.js';
import type { Value } from '../graph/graph.js';
import type { AxisParams, CumulativeParams } from '../graph/lax.js';
import type { LowerRule } from './context.js';
import { cutTasks, forUnits } from './work.js';

/** The lines of a value along an axis. */
function linesOf(x: Value, axis: number): { count: number; length: number; step: number } {
  const length = x.shape[axis];
  const step = sizeOf(x.shape.slice(axis + 1));
  return { count: sizeOf(x.shape.slice(0, axis)) * step, length, step };
}

/** The number of the first element of a line. */
function firstOf(f: FunctionBuilder, line: Expr, { length, step }: { length: number; step: number }): Expr {
  if (step === 1) return f.let(line.mul(length));
  const outer = f.let(line.divU(step));
  return f.let(outer.mul(length * step).add(line.sub(outer.mul(step))));
}

const isNaNExpr = ({ dtype, expr }: LaneValue): Expr => (isFloat(dtype) ? expr.ne(expr) : i32(0));

/** The best element so far, and its number. */
class Leader {
  readonly best: Local;
  readonly place: Local;

  constructor(
    private readonly f: FunctionBuilder,
    private readonly better: 'gt' | 'lt',
    private readonly dtype: DType,
    first: Expr,
    place: Expr,
  ) {
    this.best = f.local(first);
    this.place = f.local(place);
  }

  meet(element: LaneValue, place: Expr): void {
    const { f, best, dtype } = this;
    const leader: LaneValue = { dtype, expr: best };
    // A NaN is best of all; the first one stays.
    const unordered = isNaNExpr(element).and(isNaNExpr(leader).eqz());
    const isBetter = new LaneBuilder(f, 0).compare(this.better, element, leader).expr;
    const leads = f.let(isFloat(dtype) ? isBetter.or(unordered) : isBetter);
    f.set(best, leads.select(element.expr, best));
    f.set(this.place, leads.select(place, this.place));
  }
}

/** Vectors that are looked at in turn. */
const TOGETHER = 4;

/**
 * The number of the best element of a row, the first of equals: the best is found first, then where it is. NaN is best of all.
 *
 * @param load Elements of the row from one on.
 */
function bestOfRow(
  f: FunctionBuilder,
  better: 'gt' | 'lt',
  dtype: DType,
  length: number,
  load: (k: Expr, vectors: Vectors, ahead?: number) => LaneValue,
): Expr {
  const { widest } = f;
  const step = TOGETHER * f.elements(widest);
  const worst = better === 'gt' ? lowest(dtype) : highest(dtype);
  const start = (vectors: Vectors): Local => f.local(constantLanes(worst, dtype, vectors).expr);
  const lead = (best: Local, x: LaneValue, vectors: Vectors): void => {
    const leads = new LaneBuilder(f, vectors).compare(better, x, { dtype, expr: best });
    f.set(best, leads.expr.select(x.expr, best));
  };
  const nan = f.local(i32(0).splat(widest));
  const minds = isFloat(dtype);
  const leaders = Array.from({ length: TOGETHER }, () => start(widest));
  const whole = length - (length % step);
  f.for(0, whole, step, (k) =>
    leaders.forEach((best, i) => {
      const x = load(k, widest, i * f.elements(widest));
      if (minds) f.set(nan, nan.or(x.expr.ne(x.expr)));
      lead(best, x, widest);
    }),
  );
  const [all, ...others] = leaders;
  for (const best of others) lead(all, { dtype, expr: best }, widest);
  const scalar = (a: Expr, b: Expr): Expr => {
    const leads = new LaneBuilder(f, 0).compare(better, { dtype, expr: a }, { dtype, expr: b });
    return leads.expr.select(a, b);
  };
  const best = f.local(f.reduceLanes(all, scalar));
  const hasNaN = f.local(nan.anyTrue());
  f.for(whole, length, 1, (k) => {
    const x = load(k, 0);
    if (minds) f.set(hasNaN, hasNaN.or(x.expr.ne(x.expr)));
    lead(best, x, 0);
  });
  const place = f.local(i32(0));
  /** Go on by `step` elements for as long as an element is there that is not the one; its number is below `end`. */
  const search = (end: number, step: number, isElsewhere: () => Expr): void => {
    const goes = f.local(i32(1));
    f.while(goes.and(place.lt(end)), () => {
      f.set(goes, isElsewhere());
      f.set(place, place.add(goes.mul(step)));
    });
  };
  f.if(
    hasNaN,
    () => search(length, 1, () => isNaNExpr(load(place, 0)).eqz()),
    () => {
      // By steps of many vectors, of one, of one element.
      const of = (vectors: 1 | 2, count: number): void => {
        const wanted = f.let(best.splat(vectors));
        search(whole, count * f.elements(vectors), () => {
          const met = Array.from({ length: count }, (_, i) => load(place, vectors, i * f.elements(vectors)).expr.eq(wanted)); // prettier-ignore
          return f
            .let(met.reduce((a, b) => a.or(b)))
            .anyTrue()
            .eqz();
        });
      };
      of(widest, TOGETHER);
      of(1, 1);
      search(length, 1, () => load(place, 0).expr.ne(best));
    },
  );
  return place;
}

function argReduce(better: 'gt' | 'lt'): LowerRule {
  return {
    lower(node, lowering) {
      const [x] = node.inputs;
      const [value] = node.outputs;
      const lines = linesOf(x, (node.params as AxisParams).axis);
      const [from, to] = [lowering.source(x).buffer, lowering.output(value)];
      const cut = cutTasks(lowering.target, lines.count, 3 * lines.length);
      const dtype = x.dtype === 'bool' ? 'uint8' : x.dtype; // bools lie as 0 and 1
      const bytes = storageBytes(dtype);
      const { lanes, wide } = lowering.target;
      const isLong = lines.step === 1 && lines.length >= TOGETHER * lanes * (wide ? 2 : 1) && canVectorize(x.dtype);
      lowering.add({
        label: `${node.primitive.name} ${formatShape(x.shape)}`,
        tasks: cut.tasks,
        work: 3 * sizeOf(x.shape),
        reads: [from],
        writes: [to],
        emit: (f, lo, hi) => {
          const [source, target] = [from.pointer(f), to.pointer(f)];
          forUnits(f, lo, hi, lines.count, cut, (line) => {
            const start = f.let(source.add(firstOf(f, line, lines).mul(bytes)));
            const load = (k: Expr, vectors: Vectors, ahead = 0): LaneValue =>
              loadElements(f, dtype, f.let(start.add(k.mul(lines.step * bytes))), ahead * bytes, vectors);
            let place: Expr;
            if (isLong) place = bestOfRow(f, better, dtype, lines.length, load);
            else {
              const leader = new Leader(f, better, dtype, load(i32(0), 0).expr, i32(0));
              f.for(1, lines.length, 1, (k) => leader.meet(load(k, 0), k));
              ({ place } = leader);
            }
            f.store('i32', f.let(target.add(line.shl(2))), place);
          });
        },
      });
    },
  };
}

export const argMax = argReduce('gt');
export const argMin = argReduce('lt');

export const cumulative: LowerRule = {
  lower(node, lowering) {
    const [x] = node.inputs;
    const [value] = node.outputs;
    const { kind, axis, reverse } = node.params as CumulativeParams;
    const lines = linesOf(x, axis);
    const [from, to] = [lowering.source(x).buffer, lowering.output(value)];
    const cut = cutTasks(lowering.target, lines.count, 2 * lines.length);
    const bytes = storageBytes(x.dtype);
    // Rounding errors of a running total add up: floats are accumulated in float64.
    const wide: DType = isFloat(x.dtype) ? 'float64' : x.dtype;
    const operation = ({ sum: 'add', prod: 'mul', max: 'max', min: 'min' } as const)[kind];
    lowering.add({
      label: `cumulative ${kind} ${formatShape(x.shape)}`,
      tasks: cut.tasks,
      work: 2 * sizeOf(x.shape),
      reads: [from],
      writes: [to],
      emit: (f, lo, hi) => {
        const s = new LaneBuilder(f, 0);
        const [source, target] = [from.pointer(f), to.pointer(f)];
        if (lines.length === 0) return;
        forUnits(f, lo, hi, lines.count, cut, (line) => {
          const last = (lines.length - 1) * lines.step;
          const first = f.let(
            firstOf(f, line, lines)
              .add(reverse ? last : 0)
              .mul(bytes),
          );
          const load = (at: Expr): LaneValue => s.convert(loadElements(f, x.dtype, f.let(source.add(at)), 0, 0), wide);
          const write = (at: Expr, total: LaneValue): void =>
            storeElements(f, s.convert(total, x.dtype), f.let(target.add(at)), 0);
          const total = f.local(load(first).expr);
          write(first, { dtype: wide, expr: total });
          f.for(1, lines.length, 1, (k) => {
            const at = f.let(first.add(k.mul((reverse ? -lines.step : lines.step) * bytes)));
            f.set(total, s.binary(operation, { dtype: wide, expr: total }, load(at)).expr);
            write(at, { dtype: wide, expr: total });
          });
        });
      },
    });
  },
};

/**
 * Merge sort of positions, bottom up: runs of 1, 2, 4, … are merged from one workspace to the other. Stable: of equal elements the
 * left one goes first.
 */
function sortRule(positions: boolean): LowerRule {
  return {
    lower(node, lowering) {
      const [x] = node.inputs;
      const [value] = node.outputs;
      const lines = linesOf(x, (node.params as AxisParams).axis);
      const [from, to] = [lowering.source(x).buffer, lowering.output(value)];
      const total = sizeOf(x.shape);
      const spaces = [0, 1].map((i) => lowering.workspace('int32', total, `sort ${i}`));
      const rounds = Math.ceil(Math.log2(Math.max(1, lines.length)));
      const cut = cutTasks(lowering.target, lines.count, 4 * lines.length * (rounds + 1));
      const bytes = storageBytes(x.dtype);
      lowering.add({
        label: `${node.primitive.name} ${formatShape(x.shape)}`,
        tasks: cut.tasks,
        work: 4 * total * (rounds + 1),
        reads: [from],
        writes: [to, ...spaces],
        emit: (f, lo, hi) => {
          const s = new LaneBuilder(f, 0);
          const [source, target] = [from.pointer(f), to.pointer(f)];
          const spacePointers = spaces.map((space) => space.pointer(f));
          const { length, step } = lines;
          forUnits(f, lo, hi, lines.count, cut, (line) => {
            const start = f.let(source.add(firstOf(f, line, lines).mul(bytes)));
            const own = f.let(line.mul(length * 4));
            const a = f.local(spacePointers[0].add(own));
            const b = f.local(spacePointers[1].add(own));
            const element = (position: Expr): LaneValue =>
              loadElements(f, x.dtype, f.let(start.add(position.mul(step * bytes))), 0, 0);
            f.for(0, length, 1, (k) => f.store('i32', f.let(a.add(k.shl(2))), k));
            const width = f.local(i32(1));
            f.while(width.lt(length), () => {
              const left = f.local(i32(0));
              f.while(left.lt(length), () => {
                mergeRuns(f, s, element, a, b, left, width, length);
                f.set(left, left.add(width.shl(1)));
              });
              const swap = f.let(f.local(a));
              f.set(a, b);
              f.set(b, swap);
              f.set(width, width.shl(1));
            });
            const first = firstOf(f, line, lines);
            const outBytes = storageBytes(value.dtype);
            f.for(0, length, 1, (k) => {
              const position = f.let(f.load('i32', f.let(a.add(k.shl(2)))));
              const place = f.let(target.add(first.add(k.mul(step)).mul(outBytes)));
              if (positions) f.store('i32', place, position);
              else storeElements(f, element(position), place, 0);
            });
          });
        },
      });
    },
  };
}

/** Merge the runs [left, left + width) and [left + width, left + 2 width) of `a` into `b`. */
function mergeRuns(
  f: FunctionBuilder,
  s: LaneBuilder,
  element: (position: Expr) => LaneValue,
  a: Expr,
  b: Expr,
  left: Local,
  width: Expr,
  length: number,
): void {
  const middle = f.let(f.let(left.add(width)).minS(length));
  const end = f.let(f.let(middle.add(width)).minS(length));
  const i = f.local(left);
  const j = f.local(middle);
  const at = (space: Expr, k: Expr): Expr => f.let(space.add(k.shl(2)));
  f.for(left, end, 1, (k) => {
    // From the right run if the left one is used up, or if its head is strictly less.
    const right = f.local(i.ge(middle));
    f.if(right.eqz().and(j.lt(end)), () => {
      const x = element(f.let(f.load('i32', at(a, i))));
      const y = element(f.let(f.load('i32', at(a, j))));
      const less = s.compare('lt', y, x).expr;
      // NaN goes last: y goes first if only x is NaN.
      f.set(right, isFloat(x.dtype) ? less.or(isNaNExpr(x).and(isNaNExpr(y).eqz())) : less);
    });
    f.if(
      right,
      () => {
        f.store('i32', at(b, k), f.load('i32', at(a, j)));
        f.set(j, j.add(1));
      },
      () => {
        f.store('i32', at(b, k), f.load('i32', at(a, i)));
        f.set(i, i.add(1));
      },
    );
  });
}

export const sort = sortRule(false);
export const argSort = sortRule(true);
