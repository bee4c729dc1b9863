/**
 * @file The inner loops of a group, in three shapes: *map*, where each element is on its own; *rows*, where the innermost axis is reduced: lanes run
 * along it and are summed at the end; and *columns*, where the innermost axis is kept: each lane has a result of its own.
 *
 * Columns accumulate in registers where all results of a row fit into a few, else in memory, where the rows are read from end to end,
 * several at a time, and the results stay in the nearest cache.
 */
import type { Expr, FunctionBuilder, Local, Vectors } from '../../codegen/index.js';
import { elementOf, i32, vectorsOf } from '../../codegen/index.js';
import type { LaneValue } from '../../codegen/lanes.js';
import { constantLanes, LaneBuilder, memoryType } from '../../codegen/lanes.js';
import { BYTES } from '../buffers.js';
import type { Ahead, Cursors, Known, LoopEmitter, Place } from './loop_emitter.js';
import { mergeKnown } from './loop_emitter.js';
import type { GroupPlan, Operand, Reduction } from './loop_group.js';
import type { Axis } from './loop_space.js';
import { SQUARE } from '../move/square.js';
import { gcd } from '../work.js';

/** Elements of a row that are accumulated before they join the row's total, so that rounding errors of long sums stay small. */
const BLOCK = 1024;
/** Bytes between places for wide vectors: each has a line of the cache. */
export const SPARE_BYTES = 64;
/** Vectors of results that a column nest holds in registers. */
const COLUMN_VECTORS = 4;

export interface NestOptions {
  readonly inner: Axis | null;
  /** The widest vectors along the innermost axis; 0: elements are computed one by one. */
  readonly vectors: Vectors;
  readonly reducedAxes: readonly Axis[];
  /** The part of the outermost reduced loop to do; undefined: all. */
  readonly partRange: readonly [Expr, Expr] | undefined;
  /** What the length of the innermost axis that is done at a time is a multiple of. */
  readonly unit: number;
  /** Where a wide vector of each reduction can be kept for a moment; null: nothing is. */
  readonly spare: Expr | null;
  /** Elements by which results are shifted, if `shifted`. */
  readonly shift: Expr;
  readonly shifted: boolean;
}

/** The sums of a row, or of several. */
interface RowSums {
  /** Single elements. */
  readonly totals: readonly Local[];
  /** Single vectors that are left over; null: there are none. */
  readonly rest: readonly Local[] | null;
  readonly sets: readonly (readonly Local[])[];
}

/** Accesses whose elements are neighbours along another axis than the innermost. */
export interface Turning {
  /** A few steps along that axis, a multiple of a square's. */
  readonly rows: Axis;
  readonly accesses: readonly number[];
  /** Of the innermost axis, how many steps are turned over at a time. */
  readonly columns: number;
}

/** The same while code is written. */
export interface Turned extends Turning {
  /** Where the thread has place for as many rows and columns of each access. */
  readonly space: Expr;
}

/** Whether a group's columns are few enough for registers, all reductions together. */
export function fitsRegisters(plan: GroupPlan, inner: Axis, vectorized: boolean, lanes: number): boolean {
  if (!vectorized) return inner.size === 1;
  const vectors = inner.size / lanes;
  return (
    Number.isInteger(vectors) && vectors <= COLUMN_VECTORS && vectors * plan.reductions.length <= 2 * COLUMN_VECTORS
  );
}

const inProduct = ({ reductions }: GroupPlan): boolean =>
  reductions.some((r) => r.node.primitive.name === 'reduceProd');

/**
 * How many elements of a reduction to compute before they are combined, at most 4: fewer where the loop's body is long. Products stay in
 * order: pairs of their factors may overflow, or be subnormal, where the running product is not.
 */
function together(plan: GroupPlan, most: number): number {
  const { work } = plan;
  if (inProduct(plan)) return 1;
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
    const { inner, vectors: widest, unit } = options;
    if (inner === null) {
      loops.storeAll(loops.compute(cursors, { lanes: null, vectors: 0 }), cursors);
      return;
    }
    const dense = inner.strides.every((s) => s === 0 || s === 1);
    const known = new Map<Vectors, Known>();
    const body = (x: Expr, vectors: Vectors): void => {
      const at = loops.move(cursors, inner, x);
      const of = loops.compute(at, { lanes: inner, vectors, known: known.get(vectors) });
      loops.storeAll(of, at);
      // All reduced axes have size 1.
      const sums = this.#accumulators(vectors);
      this.#combine(sums, this.#operands(of, vectors), vectors);
      plan.reductions.forEach((r, i) => this.#finish(r, { dtype: r.dtype, expr: sums[i] }, at, vectors));
    };
    /** Called before each loop. */
    const before = (vectors: Vectors): void => {
      known.set(vectors, loops.invariants(cursors, [inner], { lanes: inner, vectors }));
    };
    if (padded && dense && widest > 0) {
      before(widest);
      f.for(start, end, f.elements(widest), (x) => body(x, widest));
    } else f.forElements(start, end, widest, body, { unit, before });
  }

  /**
   * Each element by itself, a few rows and some columns at a time. What is read across the rows is turned over first, into memory of the
   * thread: whole lines of the cache are read and written at once, wherever they lie.
   */
  turned(cursors: Cursors, [start, end]: readonly [Expr, Expr], { rows, accesses, columns, space }: Turned): void {
    const { f, loops, options } = this;
    const inner = options.inner!;
    const placeOf = (access: number, row: Expr, x: Expr): Expr =>
      f.let(
        space.add(
          row
            .add(access * rows.size)
            .mul(columns)
            .add(x)
            .mul(BYTES),
        ),
      );
    f.for(start, end, columns, (from) => {
      const to = f.let(f.let(from.add(columns)).minS(end));
      const { unit } = options;
      f.forElements(
        from,
        to,
        1,
        (x, vectors) => {
          const at = loops.move(cursors, inner, x);
          const column = f.let(x.sub(from));
          accesses.forEach((k, i) => {
            const place = placeOf(i, i32(0), column);
            for (let row = 0; row < rows.size; row += vectors === 0 ? 1 : SQUARE)
              loops.loadSquare(k, at, inner, vectors, [rows, row]).forEach(({ dtype, expr }, r) => {
                f.store(memoryType(dtype), place, expr, (row + r) * columns * BYTES);
              });
          });
        },
        { unit: gcd(unit, columns) },
      );
      f.for(0, rows.size, 1, (row) => {
        const start = loops.move(cursors, rows, row);
        const known = new Map<Vectors, Known>();
        f.forElements(
          from,
          to,
          options.vectors,
          (x, vectors) => {
            const at = loops.move(start, inner, x);
            const loads = new Map(known.get(vectors)!.loads);
            const column = f.let(x.sub(from));
            accesses.forEach((k, i) => loads.set(k, loops.loadFrom(k, placeOf(i, row, column), vectors)));
            const place: Place = { lanes: inner, vectors, known: { ...known.get(vectors)!, loads } };
            loops.storeAll(loops.compute(at, place), at);
          },
          {
            unit: gcd(unit, columns),
            before: (vectors) => known.set(vectors, loops.invariants(start, [inner], { lanes: inner, vectors })),
          },
        );
      });
    });
  }

  #accumulators(vectors: Vectors): Local[] {
    return this.plan.reductions.map((r) => this.f.local(constantLanes(r.initial, r.dtype, vectors).expr));
  }

  /** sums[i] = sums[i] ∘ values[i] */
  #combine(sums: readonly Local[], values: readonly Expr[], vectors: Vectors): void {
    const s = new LaneBuilder(this.f, vectors);
    this.plan.reductions.forEach((r, i) => {
      const [a, b] = [sums[i], values[i]].map((expr): LaneValue => ({ dtype: r.dtype, expr }));
      this.f.set(sums[i], r.combine(s, a, b).expr);
    });
  }

  /** What the reductions are given, in the dtypes of their accumulators. */
  #operands(of: (operand: Operand) => LaneValue, vectors: Vectors): Expr[] {
    const s = new LaneBuilder(this.f, vectors);
    return this.plan.reductions.map((r) => s.convert(of(r.operand), r.dtype).expr);
  }

  /** Put an accumulator into its result (or its part's), as the dtype kept there. */
  #finish(r: Reduction, total: LaneValue, cursors: Cursors, vectors: Vectors, ahead: Ahead = []): void {
    const { shifted } = this.options;
    const out = shifted ? total : new LaneBuilder(this.f, vectors).convert(total, r.node.outputs[0].dtype);
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
    const { inner, vectors: widest, reducedAxes, partRange } = options;
    const totals = this.#accumulators(0);
    if (inner === null) {
      // All reduced axes have size 1.
      const of = loops.compute(cursors, { lanes: null, vectors: 0 });
      loops.storeAll(of, cursors);
      this.#combine(totals, this.#operands(of, 0), 0);
    } else {
      const above = reducedAxes.slice(0, -1);
      // Sums of their own for each of some vectors, so that they need not wait for each other. Wide vectors hold two of them: which
      // elements a sum has, and in which order all sums are combined, is the same with and without.
      // Two at least, so that there are wide ones.
      const wanted = together(plan, 4);
      const most = Math.min(inProduct(plan) ? 1 : Math.max(2, wanted), Math.floor(inner.size / loops.lanes / 2));
      const count = most >= 4 ? 4 : most >= 2 ? 2 : 1;
      const vectors = widest === 2 && count >= 2 ? 2 : 1;
      const sets = widest > 0 ? Array.from({ length: count / vectors }, () => this.#accumulators(vectors)) : [];
      const [start, end] = above.length === 0 && partRange !== undefined ? partRange : [i32(0), i32(inner.size)];
      const left = this.#left(start, end, sets);
      const rest = left.vectors ? this.#accumulators(1) : null;
      loops.nest(
        above,
        cursors,
        (at) => this.#row(at, inner, start, end, { totals, rest, sets }),
        above.length > 0 ? partRange : undefined,
      );
      if (widest > 0) {
        const joined = this.#join(vectors === 2 ? this.#spilled(sets) : sets);
        if (rest !== null) this.#combine(joined, rest, 1);
        plan.reductions.forEach((r, i) => {
          const folded = this.#foldLanes(r, joined[i]);
          const total: LaneValue = { dtype: r.dtype, expr: totals[i] };
          this.f.set(
            totals[i],
            left.elements ? r.combine(new LaneBuilder(this.f, 0), folded, total).expr : folded.expr,
          );
        });
      }
    }
    plan.reductions.forEach((r, i) => this.#finish(r, { dtype: r.dtype, expr: totals[i] }, cursors, 0));
  }

  /** What sums of whole steps may leave over of a row: vectors, single elements. */
  #left(start: Expr, end: Expr, sets: readonly (readonly Local[])[]): { vectors: boolean; elements: boolean } {
    if (sets.length === 0) return { vectors: false, elements: true };
    const { lanes } = this.loops;
    const step = this.f.elements(vectorsOf(sets[0][0].type)) * sets.length;
    const length = start.constant === null || end.constant === null ? null : end.constant - start.constant;
    return {
      vectors: step > lanes && (length === null || length % step >= lanes),
      elements: length === null || length % lanes !== 0,
    };
  }

  /** Combine sets of accumulators pairwise into the first. */
  #join(sets: readonly (readonly Local[])[]): readonly Local[] {
    for (let half = sets.length / 2; half >= 1; half /= 2)
      for (let k = 0; k < half; k++) this.#combine(sets[k], sets[half + k], 1);
    return sets[0];
  }

  /**
   * Wide sums as twice as many single ones, by way of memory. Engines that join neighbouring vectors begin at stores of both: sums that are taken
   * apart in registers are never joined, nor is what they are sums of. What is read is no more than one of the vectors that are stored:
   * processors wait where it is parts of two.
   */
  #spilled(sets: readonly (readonly Local[])[]): Local[][] {
    const { f } = this;
    const spare = this.options.spare!;
    const vector = 4 * f.target.lanes;
    sets.forEach((sums, k) =>
      sums.forEach((sum, i) => f.store(elementOf(sum.type), spare, sum, i * SPARE_BYTES + 2 * k * vector)),
    );
    return Array.from({ length: 2 * sets.length }, (_, k) =>
      sets[0].map((sum, i) => f.local(f.loadVector(elementOf(sum.type), spare, i * SPARE_BYTES + k * vector))),
    );
  }

  /** Add a row to its sums: by as many vectors as there are sets, then by single ones (`rest`), then by elements (`totals`). */
  #row(at: Cursors, inner: Axis, start: Expr, end: Expr, { totals, rest, sets }: RowSums): void {
    const { f, loops } = this;
    const run = (from: Expr, to: Expr, into: readonly (readonly Local[])[]): void => {
      const vectors = vectorsOf(into[0][0].type);
      const known = loops.invariants(at, [inner], { lanes: inner, vectors });
      const step = f.elements(vectors);
      f.for(from, to, step * into.length, (x) => {
        const here = loops.move(at, inner, x);
        into.forEach((sums, k) => {
          const ahead: Ahead = [[inner, k * step]];
          const of = loops.compute(here, { lanes: inner, vectors, ahead, known });
          loops.storeAll(of, here, ahead);
          this.#combine(sums, this.#operands(of, vectors), vectors);
        });
      });
    };
    if (sets.length === 0) return this.#inBlocks(inner, start, end, [totals], run);
    const wholeSteps = (from: Expr, unit: number): Expr =>
      from.constant === null || end.constant === null
        ? f.let(from.add(end.sub(from).and(-unit)))
        : i32(from.constant + ((end.constant - from.constant) & -unit));
    const many = wholeSteps(start, f.elements(vectorsOf(sets[0][0].type)) * sets.length);
    this.#inBlocks(inner, start, many, sets, run);
    const whole = rest === null ? many : wholeSteps(many, loops.lanes);
    if (rest !== null) run(many, whole, [rest]);
    if (this.#left(start, end, sets).elements) run(whole, end, [totals]);
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
    const vectors = vectorsOf(sets[0][0].type);
    f.for(start, end, BLOCK, (from) => {
      const to = f.let(f.let(from.add(BLOCK)).minS(end));
      const own = sets.map(() => this.#accumulators(vectors));
      run(from, to, own);
      own.forEach((block, k) => this.#combine(sets[k], block, vectors));
    });
  }

  /** The lanes of an accumulator combined: halves, then halves of these. */
  #foldLanes(r: Reduction, lanes: Expr): LaneValue {
    const { f } = this;
    const s = new LaneBuilder(f, 1);
    const value = (expr: Expr): LaneValue => ({ dtype: r.dtype, expr });
    let folded = lanes;
    for (let half = this.loops.lanes / 2; half >= 1; half /= 2) {
      const upper = Array.from({ length: this.loops.lanes }, (_, lane) => half + (lane % half));
      folded = r.combine(s, value(folded), value(f.let(folded.shuffle(folded, upper)))).expr;
    }
    return value(f.let(r.dtype === 'bool' ? folded.lane(0).and(1) : folded.lane(0)));
  }

  /**
   * The innermost axis is kept, and all its results are held in registers. Rows are added one after another: how many may go together follows
   * from the work of the loop, which is another where values are made again (`remat`).
   */
  columnsInRegisters(cursors: Cursors): void {
    const { loops, plan, options } = this;
    const { reducedAxes, partRange } = options;
    const inner = options.inner!;
    const vectors = options.vectors === 2 && inner.size % this.f.elements(2) !== 0 ? 1 : options.vectors;
    const step = this.f.elements(vectors);
    const sums = Array.from({ length: inner.size / step }, () => this.#accumulators(vectors));
    loops.nest(
      reducedAxes,
      cursors,
      (at) =>
        sums.forEach((own, v) => {
          const ahead: Ahead = [[inner, v * step]];
          const of = loops.compute(at, { lanes: inner, vectors, ahead });
          loops.storeAll(of, at, ahead);
          this.#combine(own, this.#operands(of, vectors), vectors);
        }),
      partRange,
    );
    sums.forEach((own, v) =>
      plan.reductions.forEach((r, i) =>
        this.#finish(r, { dtype: r.dtype, expr: own[i] }, cursors, vectors, [[inner, v * step]]),
      ),
    );
  }

  /** The innermost axis is kept, and its results are accumulated where they are stored, as the dtypes of accumulators. */
  columnsInMemory(cursors: Cursors, [start, end]: readonly [Expr, Expr]): void {
    const { f, loops, plan, options } = this;
    const { vectors: widest, reducedAxes, partRange, unit } = options;
    const [inner, row] = [options.inner!, reducedAxes.at(-1)!];
    const above = reducedAxes.slice(0, -1);
    const results = this.#results(cursors, plan.reductions);
    f.forElements(
      start,
      end,
      widest,
      (x, vectors) => {
        const at = loops.move(results, inner, x);
        for (const r of plan.reductions) loops.store(r.result, constantLanes(r.initial, r.dtype, vectors), at);
      },
      { unit },
    );
    const rows = (at: Cursors, count: number): void => {
      const placesOf = (vectors: Vectors): Place[] =>
        Array.from({ length: count }, (_, u): Place => ({ lanes: inner, vectors, ahead: [[row, u]] }));
      const known = new Map<Vectors, { fixed: Known; own: readonly Known[] }>();
      f.forElements(
        start,
        end,
        widest,
        (x, vectors) => {
          const { fixed, own } = known.get(vectors)!;
          const here = loops.move(at, inner, x);
          // What the rows share is loaded once.
          const shared = loops.invariants(here, [row], { lanes: inner, vectors, known: fixed });
          const all = own.map((each) => mergeKnown(shared, each));
          this.#rowsAt(here, loops.move(results, inner, x), placesOf(vectors), all);
        },
        {
          unit,
          before: (vectors) => {
            const fixed = loops.invariants(at, [inner, row], { lanes: inner, vectors });
            const own = placesOf(vectors).map((place) => loops.invariants(at, [inner], { ...place, known: fixed }));
            known.set(vectors, { fixed, own });
          },
        },
      );
    };
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
    const { vectors } = places[0];
    const elements = places.map((place, u) => {
      const of = loops.compute(here, { ...place, known: known[u] });
      loops.storeAll(of, here, place.ahead);
      return this.#operands(of, vectors);
    });
    const s = new LaneBuilder(f, vectors);
    plan.reductions.forEach((r, i) => {
      let terms = elements.map((x): LaneValue => ({ dtype: r.dtype, expr: x[i] }));
      while (terms.length > 1)
        terms = terms.slice(0, terms.length / 2).map((x, k) => r.combine(s, x, terms[terms.length / 2 + k]));
      loops.store(r.result, r.combine(s, loops.loadStored(r.result, results, vectors), terms[0]), results);
    });
  }
}

/** Whether the results of all reductions can be accumulated in the buffers where they belong. */
export const accumulatesInPlace = (plan: GroupPlan): boolean =>
  plan.reductions.every((r) => r.node.outputs[0].dtype === r.dtype);
