/**
 * @file The inner loops of a group, in three shapes: *map*, where each element is on its own; *rows*, where the innermost axis is reduced: lanes run
 * along it and are summed at the end; and *columns*, where the innermost axis is kept: each lane has a result of its own.
 *
 * Columns accumulate in registers where all results of a row fit into a few, else in memory, where the rows are read from end to end,
 * several at a time, and the results stay in the nearest cache.
 */
import type { Expr, FunctionBuilder, Local } from '../../codegen/index.js';
import { i32 } from '../../codegen/index.js';
import type { LaneValue } from '../../codegen/lanes.js';
import { constantLanes, LaneBuilder } from '../../codegen/lanes.js';
import type { Ahead, Cursors, Known, LoopEmitter, Place } from './loop_emitter.js';
import { mergeKnown } from './loop_emitter.js';
import type { GroupPlan, Operand, Reduction } from './loop_group.js';
import type { Axis } from './loop_space.js';

/** Elements of a row that are accumulated before they join the row's total, so that rounding errors of long sums stay small. */
const BLOCK = 1024;
/** Vectors of results that a column nest holds in registers. */
const COLUMN_VECTORS = 4;

export interface NestOptions {
  readonly inner: Axis | null;
  readonly vector: boolean;
  readonly reducedAxes: readonly Axis[];
  /** The part of the outermost reduced loop to do; undefined: all. */
  readonly partRange: readonly [Expr, Expr] | undefined;
  /** Elements by which results are shifted, if `shifted`. */
  readonly shift: Expr;
  readonly shifted: boolean;
}

/** Whether a group's columns are few enough for registers, all reductions together. */
export function fitsRegisters(plan: GroupPlan, inner: Axis, vector: boolean, lanes: number): boolean {
  if (!vector) return inner.size === 1;
  const vectors = inner.size / lanes;
  return (
    Number.isInteger(vectors) && vectors <= COLUMN_VECTORS && vectors * plan.reductions.length <= 2 * COLUMN_VECTORS
  );
}

/**
 * How many elements of a reduction to compute before they are combined, at most 4: fewer where the loop's body is long. Products stay in
 * order: pairs of their factors may overflow, or be subnormal, where the running product is not.
 */
function together({ work, reductions }: GroupPlan, most: number): number {
  if (reductions.some((r) => r.node.primitive.name === 'reduceProd')) return 1;
  return work <= most ? 4 : work <= 2 * most ? 2 : 1;
}

export class Nest {
  constructor(
    private readonly f: FunctionBuilder,
    private readonly loops: LoopEmitter,
    private readonly plan: GroupPlan,
    private readonly options: NestOptions,
  ) {}

  /** Each element by itself. `padded`: the loop covers whole buffers, whose padding may be overwritten. */
  map(cursors: Cursors, [start, end]: readonly [Expr, Expr], padded: boolean): void {
    const { f, loops, plan, options } = this;
    const { inner, vector } = options;
    if (inner === null) {
      loops.storeAll(loops.compute(cursors, { lanes: null, vector: false }), cursors);
      return;
    }
    const step = loops.lanes;
    const dense = inner.strides.every((s) => s === 0 || s === 1);
    const body = (from: Expr, to: Expr, vector: boolean): void => {
      const known = loops.invariants(cursors, [inner], { lanes: inner, vector });
      f.for(from, to, vector ? step : 1, (x) => {
        const at = loops.move(cursors, inner, x);
        const of = loops.compute(at, { lanes: inner, vector, known });
        loops.storeAll(of, at);
        // All reduced axes have size 1.
        const sums = this.#accumulators(vector);
        this.#combine(sums, this.#operands(of, vector), vector);
        plan.reductions.forEach((r, i) => this.#finish(r, { dtype: r.dtype, expr: sums[i] }, at, vector));
      });
    };
    if (!vector) body(start, end, false);
    else if (padded && dense) body(start, end, true);
    else {
      const whole = f.let(start.add(end.sub(start).and(-step)));
      body(start, whole, true);
      if (whole.constant === null || whole.constant !== end.constant) body(whole, end, false);
    }
  }

  #accumulators(vector: boolean): Local[] {
    return this.plan.reductions.map((r) => this.f.local(constantLanes(r.initial, r.dtype, vector).expr));
  }

  /** sums[i] = sums[i] ∘ values[i] */
  #combine(sums: readonly Local[], values: readonly Expr[], vector: boolean): void {
    const s = new LaneBuilder(this.f, vector);
    this.plan.reductions.forEach((r, i) => {
      const [a, b] = [sums[i], values[i]].map((expr): LaneValue => ({ dtype: r.dtype, expr }));
      this.f.set(sums[i], r.combine(s, a, b).expr);
    });
  }

  /** What the reductions are given, in the dtypes of their accumulators. */
  #operands(of: (operand: Operand) => LaneValue, vector: boolean): Expr[] {
    const s = new LaneBuilder(this.f, vector);
    return this.plan.reductions.map((r) => s.convert(of(r.operand), r.dtype).expr);
  }

  /** Put an accumulator into its result (or its part's), as the dtype kept there. */
  #finish(r: Reduction, total: LaneValue, cursors: Cursors, vector: boolean, ahead: Ahead = []): void {
    const { shifted } = this.options;
    const out = shifted ? total : new LaneBuilder(this.f, vector).convert(total, r.node.outputs[0].dtype);
    this.loops.store(r.result, out, this.#results(cursors, [r]), ahead);
  }

  /** Cursors of results. */
  #results(cursors: Cursors, reductions: readonly Reduction[]): Cursors {
    const { shifted, shift } = this.options;
    return this.loops.shifted(
      cursors,
      reductions.map((r) => r.result),
      shifted ? shift : i32(0),
    );
  }

  /** The innermost axis is reduced. */
  rows(cursors: Cursors): void {
    const { loops, plan, options } = this;
    const { inner, vector, reducedAxes, partRange } = options;
    const totals = this.#accumulators(false);
    if (inner === null) {
      // All reduced axes have size 1.
      const of = loops.compute(cursors, { lanes: null, vector: false });
      loops.storeAll(of, cursors);
      this.#combine(totals, this.#operands(of, false), false);
    } else {
      const above = reducedAxes.slice(0, -1);
      // Sums of their own for each of some vectors, so that they need not wait for each other.
      const most = Math.min(together(plan, 4), Math.floor(inner.size / loops.lanes / 2));
      const sets = vector
        ? Array.from({ length: most >= 4 ? 4 : most >= 2 ? 2 : 1 }, () => this.#accumulators(true))
        : [];
      loops.nest(
        above,
        cursors,
        (at) => {
          const [start, end] = above.length === 0 && partRange !== undefined ? partRange : [i32(0), i32(inner.size)];
          this.#row(at, inner, start, end, totals, sets);
        },
        above.length > 0 ? partRange : undefined,
      );
      if (vector) {
        const vectors = this.#join(sets);
        plan.reductions.forEach((r, i) => this.#foldLanes(r, vectors[i], totals[i]));
      }
    }
    plan.reductions.forEach((r, i) => this.#finish(r, { dtype: r.dtype, expr: totals[i] }, cursors, false));
  }

  /** Combine sets of accumulators pairwise into the first. */
  #join(sets: readonly (readonly Local[])[]): readonly Local[] {
    for (let half = sets.length / 2; half >= 1; half /= 2)
      for (let k = 0; k < half; k++) this.#combine(sets[k], sets[half + k], true);
    return sets[0];
  }

  #row(
    at: Cursors,
    inner: Axis,
    start: Expr,
    end: Expr,
    totals: readonly Local[],
    sets: readonly (readonly Local[])[],
  ): void {
    const { f, loops } = this;
    const run = (from: Expr, to: Expr, into: readonly (readonly Local[])[], vector: boolean): void => {
      const known = loops.invariants(at, [inner], { lanes: inner, vector });
      const step = vector ? loops.lanes : 1;
      f.for(from, to, step * into.length, (x) => {
        const here = loops.move(at, inner, x);
        into.forEach((sums, k) => {
          const ahead: Ahead = [[inner, k * step]];
          const of = loops.compute(here, { lanes: inner, vector, ahead, known });
          loops.storeAll(of, here, ahead);
          this.#combine(sums, this.#operands(of, vector), vector);
        });
      });
    };
    if (sets.length === 0) return this.#inBlocks(inner, start, end, [totals], (a, b, into) => run(a, b, into, false));
    const rest = (from: Expr, unit: number): Expr => f.let(from.add(end.sub(from).and(-unit)));
    const differ = (a: Expr, b: Expr): boolean => a.constant === null || a.constant !== b.constant;
    const many = rest(start, loops.lanes * sets.length);
    this.#inBlocks(inner, start, many, sets, (a, b, into) => run(a, b, into, true));
    const whole = sets.length === 1 ? many : rest(many, loops.lanes);
    if (sets.length > 1 && differ(many, whole)) run(many, whole, sets.slice(0, 1), true);
    if (differ(whole, end)) run(whole, end, [totals], false);
  }

  /** Long rows are summed in blocks. */
  #inBlocks(
    inner: Axis,
    start: Expr,
    end: Expr,
    sets: readonly (readonly Local[])[],
    run: (from: Expr, to: Expr, sets: readonly (readonly Local[])[]) => void,
  ): void {
    const { f } = this;
    if (inner.size <= 2 * BLOCK) return run(start, end, sets);
    const vector = sets[0][0].type.endsWith('x');
    f.for(start, end, BLOCK, (from) => {
      const to = f.let(f.let(from.add(BLOCK)).minS(end));
      const own = sets.map(() => this.#accumulators(vector));
      run(from, to, own);
      own.forEach((block, k) => this.#combine(sets[k], block, vector));
    });
  }

  /** Combine the lanes of a vector accumulator, then with the scalar one. */
  #foldLanes(r: Reduction, lanes: Expr, total: Local): void {
    const { f } = this;
    const s = new LaneBuilder(f, false);
    const value = (expr: Expr): LaneValue => ({ dtype: r.dtype, expr });
    let parts = Array.from({ length: this.loops.lanes }, (_, k) => {
      const lane = lanes.lane(k);
      return value(f.let(r.dtype === 'bool' ? lane.and(1) : lane));
    });
    while (parts.length > 1) {
      const half = parts.length / 2;
      parts = parts.slice(0, half).map((x, k) => r.combine(s, x, parts[half + k]));
    }
    f.set(total, r.combine(s, parts[0], value(total)).expr);
  }

  /** The innermost axis is kept, and all its results are held in registers. */
  columnsInRegisters(cursors: Cursors): void {
    const { loops, plan, options } = this;
    const { vector, reducedAxes, partRange } = options;
    const inner = options.inner!;
    const step = vector ? loops.lanes : 1;
    const sums = Array.from({ length: inner.size / step }, () => this.#accumulators(vector));
    loops.nest(
      reducedAxes,
      cursors,
      (at) =>
        sums.forEach((own, v) => {
          const ahead: Ahead = [[inner, v * step]];
          const of = loops.compute(at, { lanes: inner, vector, ahead });
          loops.storeAll(of, at, ahead);
          this.#combine(own, this.#operands(of, vector), vector);
        }),
      partRange,
    );
    sums.forEach((own, v) =>
      plan.reductions.forEach((r, i) =>
        this.#finish(r, { dtype: r.dtype, expr: own[i] }, cursors, vector, [[inner, v * step]]),
      ),
    );
  }

  /** The innermost axis is kept, and its results are accumulated where they are stored, as the dtypes of accumulators. */
  columnsInMemory(cursors: Cursors, [start, end]: readonly [Expr, Expr]): void {
    const { f, loops, plan, options } = this;
    const { vector, reducedAxes, partRange } = options;
    const [inner, row] = [options.inner!, reducedAxes.at(-1)!];
    const above = reducedAxes.slice(0, -1);
    const results = this.#results(cursors, plan.reductions);
    /** Runs `body` along the columns, by vectors, then one by one. */
    const sweep = (body: (from: Expr, to: Expr, vector: boolean) => void): void => {
      const whole = vector ? f.let(start.add(end.sub(start).and(-loops.lanes))) : start;
      if (vector) body(start, whole, true);
      if (!vector || inner.size % loops.lanes !== 0) body(whole, end, false);
    };
    sweep((from, to, vector) =>
      f.for(from, to, vector ? loops.lanes : 1, (x) => {
        const at = loops.move(results, inner, x);
        for (const r of plan.reductions) loops.store(r.result, constantLanes(r.initial, r.dtype, vector), at);
      }),
    );
    const rows = (at: Cursors, count: number): void =>
      sweep((from, to, vector) => {
        const places = Array.from({ length: count }, (_, u): Place => ({ lanes: inner, vector, ahead: [[row, u]] }));
        const fixed = loops.invariants(at, [inner, row], { lanes: inner, vector });
        const known = places.map((place) => loops.invariants(at, [inner], { ...place, known: fixed }));
        f.for(from, to, vector ? loops.lanes : 1, (x) => {
          const here = loops.move(at, inner, x);
          // What the rows share is loaded once.
          const shared = loops.invariants(here, [row], { lanes: inner, vector, known: fixed });
          const all = known.map((own) => mergeKnown(shared, own));
          this.#rowsAt(here, loops.move(results, inner, x), places, all);
        });
      });
    loops.nest(
      above,
      cursors,
      (at) => {
        const [lo, hi] = above.length === 0 && partRange !== undefined ? partRange : [i32(0), i32(row.size)];
        const count = Math.min(together(plan, 6), row.size >= 4 ? 4 : 1);
        const whole = f.let(lo.add(hi.sub(lo).and(-count)));
        f.for(lo, whole, count, (i) => rows(loops.move(at, row, i), count));
        if (count > 1) f.for(whole, hi, 1, (i) => rows(loops.move(at, row, i), 1));
      },
      above.length > 0 ? partRange : undefined,
    );
  }

  /** The elements of some rows in one column, or in a vector of columns: computed, combined pairwise, and joined to the results. */
  #rowsAt(here: Cursors, results: Cursors, places: readonly Place[], known: readonly Known[]): void {
    const { f, loops, plan } = this;
    const { vector } = places[0];
    const elements = places.map((place, u) => {
      const of = loops.compute(here, { ...place, known: known[u] });
      loops.storeAll(of, here, place.ahead);
      return this.#operands(of, vector);
    });
    const s = new LaneBuilder(f, vector);
    plan.reductions.forEach((r, i) => {
      let terms = elements.map((x): LaneValue => ({ dtype: r.dtype, expr: x[i] }));
      while (terms.length > 1)
        terms = terms.slice(0, terms.length / 2).map((x, k) => r.combine(s, x, terms[terms.length / 2 + k]));
      loops.store(r.result, r.combine(s, loops.loadStored(r.result, results, vector), terms[0]), results);
    });
  }
}

/** Whether the results of all reductions can be accumulated in the buffers where they belong. */
export const accumulatesInPlace = (plan: GroupPlan): boolean =>
  plan.reductions.every((r) => r.node.outputs[0].dtype === r.dtype);
