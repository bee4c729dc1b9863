/**
 * @file Loop groups (graph/passes/fusion.ts) as kernels: one nest of loops that loads operands, computes every node of the group for a
 * vector of elements, stores what others need, and accumulates the group's reductions.
 *
 * Three shapes of nest: without reductions; *rows* (the innermost axis is reduced: lanes run along it and are summed at the end); and
 * *columns* (the innermost axis is kept: lanes are different results). Where few results are reduced from many elements, the outermost
 * reduced loop is cut into parts, whose results a second kernel combines.
 */
import { dtypeInfo, storageBytes } from '../../../core/dtype.js';
import { formatShape, reducedShape, sizeOf } from '../../../core/shape.js';
import type { Expr, FunctionBuilder } from '../../../codegen/index.js';
import { i32, type Local } from '../../../codegen/index.js';
import type { LaneValue } from '../../../codegen/lanes.js';
import { constantLanes, LaneBuilder, loadElements, loadSplatted, storeElements } from '../../../codegen/lanes.js';
import type { Node, Value } from '../../../graph/graph.js';
import type { LoopGroup } from '../../../graph/passes/fusion.js';
import { isViewNode } from '../../../graph/views.js';
import type { Buffer } from '../buffers.js';
import type { Lowering } from './context.js';
import type { Access, Operand, Reduction } from './loop_group.js';
import { GroupPlan } from './loop_group.js';
import type { Axis } from './loop_space.js';
import { loopAxes } from './loop_space.js';
import { cutTasks, decode, forUnits } from './work.js';

/** Elements of a row that are accumulated before they join the row's total, so that rounding errors of long sums stay small. */
const BLOCK = 1024;
/** Vectors of results that a column nest accumulates at a time. */
const COLUMN_VECTORS = 4;
/** Elements of the innermost axis that one unit of work does at most, without reductions. */
const CHUNK = 8192;

/** Positions of all accesses. Accesses that move alike share one running index; their addresses differ by constants. */
type Cursors = ReadonlyMap<string, Expr>;

class LoopEmitter {
  readonly #axes: readonly Axis[];
  /** Accesses in their order in `Axis.strides`. */
  readonly #keys: readonly string[];
  readonly #steps = new Map<string, readonly number[]>();

  constructor(
    private readonly f: FunctionBuilder,
    private readonly plan: GroupPlan,
    private readonly accesses: readonly Access[],
    axes: readonly Axis[],
  ) {
    this.#axes = axes;
    this.#keys = accesses.map((access, k) => {
      const bytes = access.buffer === null ? 1 : storageBytes(access.dtype);
      const steps = axes.map((axis) => axis.strides[k] * bytes);
      const shared =
        access.buffer === null
          ? `index ${access.offset}`
          : this.#ownStart(access, k)
            ? `own ${k}`
            : access.buffer.baseKey;
      const key = `${shared} ${steps.join()}`;
      this.#steps.set(key, steps);
      return key;
    });
  }

  /** Accesses that step backwards start from their own address: base and offset of an access must not pass below 0 on the way. */
  #ownStart({ buffer }: Access, k: number): boolean {
    return buffer !== null && this.#axes.some((axis) => axis.strides[k] < 0);
  }

  #startOf(access: Access): number {
    return access.buffer!.address + access.offset * storageBytes(access.dtype);
  }

  get lanes(): number {
    return this.f.target.lanes;
  }

  /** Which cursor an access follows. */
  keyOf(k: number): string {
    return this.#keys[k];
  }

  start(): Cursors {
    const cursors = new Map<string, Expr>();
    this.accesses.forEach((access, k) => {
      const base = access.buffer === null ? i32(access.offset) : this.f.let(access.buffer.base);
      cursors.set(this.#keys[k], this.#ownStart(access, k) ? this.f.let(base.add(this.#startOf(access))) : base);
    });
    return cursors;
  }

  /** Cursors after `index` steps along an axis. */
  move(cursors: Cursors, axis: Axis, index: Expr): Cursors {
    const at = this.#axes.indexOf(axis);
    const moved = new Map<string, Expr>();
    for (const [key, cursor] of cursors) {
      const step = this.#steps.get(key)![at];
      moved.set(key, step === 0 ? cursor : this.f.let(cursor.add(index.mul(step))));
    }
    return moved;
  }

  /** Loops over these axes, the first outermost. */
  nest(axes: readonly Axis[], cursors: Cursors, body: (cursors: Cursors) => void, first?: readonly [Expr, Expr]): void {
    const [axis, ...inner] = axes as readonly (Axis | undefined)[];
    if (axis === undefined) return body(cursors);
    const [lo, hi] = first ?? [i32(0), i32(axis.size)];
    this.f.for(lo, hi, 1, (i) => this.nest(inner as Axis[], this.move(cursors, axis, i), body));
  }

  #load(access: Access, k: number, cursors: Cursors, inner: Axis | null, vector: boolean, ahead: number): LaneValue {
    const { f } = this;
    const cursor = cursors.get(this.#keys[k])!;
    const stride = inner === null ? 0 : inner.strides[k];
    if (access.buffer === null) {
      const at = f.let(ahead === 0 ? cursor : cursor.add(ahead * stride));
      if (!vector) return { dtype: 'int32', expr: at };
      let lanes = at.splat();
      for (let lane = 1; lane < this.lanes && stride !== 0; lane++) lanes = lanes.withLane(lane, at.add(lane * stride));
      return { dtype: 'int32', expr: f.let(lanes) };
    }
    const bytes = storageBytes(access.dtype);
    // A negative step cannot go into the offset of an access, which is not negative.
    const offset = (this.#ownStart(access, k) ? 0 : this.#startOf(access)) + Math.max(0, ahead * stride) * bytes;
    const from = ahead * stride < 0 ? f.let(cursor.add(ahead * stride * bytes)) : cursor;
    if (!vector) return loadElements(f, access.dtype, from, offset, false);
    if (stride === 0) return loadSplatted(f, access.dtype, from, offset);
    if (stride === 1) return loadElements(f, access.dtype, from, offset, true);
    const bool = access.dtype === 'bool';
    const one = (lane: number): Expr => {
      const moved = lane * stride * bytes;
      return moved < 0
        ? loadElements(f, access.dtype, f.let(from.add(moved)), offset, false).expr
        : loadElements(f, access.dtype, from, offset + moved, false).expr;
    };
    let lanes = f.let(one(0).splat());
    for (let lane = 1; lane < this.lanes; lane++) lanes = f.let(lanes.withLane(lane, one(lane)));
    return { dtype: access.dtype, expr: bool ? f.let(lanes.ne(0)) : lanes };
  }

  /**
   * Compute the group's nodes for one element or vector.
   *
   * @param inner The axis along which lanes lie; null outside of all loops.
   * @param ahead Elements along `inner` from the cursors' position.
   * @param known Values that do not change along `inner`, computed before.
   */
  compute(
    cursors: Cursors,
    inner: Axis | null,
    vector: boolean,
    { ahead = 0, known }: { ahead?: number; known?: Invariants } = {},
  ): (operand: Operand) => LaneValue {
    const builder = new LaneBuilder(this.f, vector);
    const loads = new Map<number, LaneValue>(known?.loads);
    const values = new Map<Value, LaneValue>(known?.values);
    const of = (operand: Operand): LaneValue => {
      switch (operand.kind) {
        case 'constant':
          return constantLanes(operand.value, operand.dtype, vector);
        case 'computed':
          return values.get(operand.value)!;
        case 'access': {
          let loaded = loads.get(operand.access);
          if (loaded === undefined) {
            loaded = this.#load(this.accesses[operand.access], operand.access, cursors, inner, vector, ahead);
            loads.set(operand.access, loaded);
          }
          return loaded;
        }
        default:
          return operand satisfies never;
      }
    };
    for (const node of this.plan.group.nodes) {
      const [value] = node.outputs;
      if (values.has(value)) continue;
      values.set(value, this.#apply(builder, node, this.plan.operands.get(node)!.map(of)));
    }
    return of;
  }

  #apply(builder: LaneBuilder, node: Node, operands: LaneValue[]): LaneValue {
    if (isViewNode(node)) return operands[0];
    if (node.primitive.name === 'iota') return builder.convert(operands[0], node.outputs[0].dtype);
    return node.primitive.scalar!(builder, operands, node.params);
  }

  /** What does not change along `inner`: loads, and nodes of them alone. Computed at the cursors' position. */
  invariants(cursors: Cursors, inner: Axis, vector: boolean): Invariants {
    const loads = new Map<number, LaneValue>();
    const values = new Map<Value, LaneValue>();
    const builder = new LaneBuilder(this.f, vector);
    const stays = (operand: Operand): boolean =>
      operand.kind === 'constant' ||
      (operand.kind === 'computed' ? values.has(operand.value) : inner.strides[operand.access] === 0);
    const of = (operand: Operand): LaneValue => {
      if (operand.kind === 'constant') return constantLanes(operand.value, operand.dtype, vector);
      if (operand.kind === 'computed') return values.get(operand.value)!;
      let loaded = loads.get(operand.access);
      if (loaded === undefined) {
        loaded = this.#load(this.accesses[operand.access], operand.access, cursors, inner, vector, 0);
        loads.set(operand.access, loaded);
      }
      return loaded;
    };
    for (const node of this.plan.group.nodes) {
      const operands = this.plan.operands.get(node)!;
      if (operands.every(stays)) values.set(node.outputs[0], this.#apply(builder, node, operands.map(of)));
      else for (const operand of operands) if (operand.kind === 'access' && stays(operand)) of(operand);
    }
    return { loads, values };
  }

  store(k: number, value: LaneValue, cursors: Cursors, ahead = 0): void {
    const access = this.accesses[k];
    const bytes = storageBytes(access.dtype);
    const offset = access.buffer!.address + (access.offset + ahead) * bytes;
    storeElements(this.f, value, cursors.get(this.#keys[k])!, offset);
  }

  storeAll(of: (operand: Operand) => LaneValue, cursors: Cursors): void {
    for (const { value, access } of this.plan.stores) this.store(access, of({ kind: 'computed', value }), cursors);
  }
}

interface Invariants {
  readonly loads: ReadonlyMap<number, LaneValue>;
  readonly values: ReadonlyMap<Value, LaneValue>;
}

type Mode = 'map' | 'rows' | 'columns';

/** Lower a loop group to one kernel, or to two where a reduction is done in parts. */
export function lowerLoops(group: LoopGroup, lowering: Lowering, isStored: (value: Value) => boolean): void {
  const plan = new GroupPlan(group, lowering, isStored);
  const reduced = group.shape.map((_, d) => group.axes.includes(d));
  const axes = loopAxes(
    group.shape,
    reduced,
    plan.accesses.map((a) => a.strides),
  );
  const total = sizeOf(group.shape);
  const nodes = group.nodes.length + group.reductions.length;
  const label = `loop of ${nodes} nodes ${formatShape(group.shape)}${group.reductions.length > 0 ? ` reduced along ${group.axes.join()}` : ''}`;
  const { reductions } = plan;

  const mode: Mode = reductions.length === 0 ? 'map' : axes.length > 0 && !axes.at(-1)!.reduced ? 'columns' : 'rows';
  const keptAxes = axes.filter((a) => !a.reduced);
  const reducedAxes = axes.filter((a) => a.reduced);
  const inner = mode === 'rows' ? (reducedAxes.at(-1) ?? null) : (keptAxes.at(-1) ?? null);
  const outer = mode === 'rows' ? keptAxes : keptAxes.slice(0, -1);
  const size = inner?.size ?? 1;
  const held64 = group.nodes
    .concat(group.reductions)
    .some((n) => [...n.inputs, ...n.outputs].some((v) => dtypeInfo(v.dtype).storage === 'f64'));
  const { lanes } = lowering.target;
  const vector = !held64 && size >= lanes;

  // Units of work: outer axes as far as they give enough, pieces of the innermost kept axis, parts of a reduction.
  const piece = mode === 'map' ? CHUNK : 64;
  const pieces = mode === 'rows' || size < 2 * piece ? 1 : Math.ceil(size / piece);
  let prefix = 0;
  for (let n = pieces; prefix < outer.length && n < 64; prefix++) n *= outer[prefix].size;
  const unitAxes = outer.slice(0, prefix);
  const results = unitAxes.reduce((n, a) => n * a.size, 1) * pieces;
  const split = reducedAxes[0] as Axis | undefined;
  const parts =
    results < 16 && split !== undefined && total >= 65536 ? Math.min(split.size, Math.ceil(total / 16384), 64) : 1;
  const units = results * parts;
  const cut = cutTasks(units, (total * (nodes + 1)) / Math.max(1, units));

  // With parts, results go to a workspace first: one row of partial results per part.
  const kept = sizeOf(reducedShape(group.shape, group.axes, false));
  const partials =
    parts === 1
      ? []
      : reductions.map((r) => lowering.workspace(r.dtype, parts * kept, `partial ${r.node.primitive.name}`));
  const accesses = plan.accesses.slice();
  partials.forEach((buffer, i) => (accesses[reductions[i].result] = plan.resultIn(buffer, reductions[i])));

  const writes = [
    ...plan.stores.map((s) => plan.accesses[s.access].buffer!),
    ...(parts === 1 ? reductions.map((r) => plan.accesses[r.result].buffer!) : partials),
  ];
  lowering.add({
    label,
    tasks: cut.tasks,
    work: total * (nodes + 1),
    reads: plan.reads,
    writes,
    mayOverwrite: (buffer) => parts === 1 && plan.readsInOrder(buffer),
    emit: (f, lo, hi) => {
      const loops = new LoopEmitter(f, plan, accesses, axes);
      const origin = loops.start();
      forUnits(f, lo, hi, units, cut, (unit) => {
        const indices = decode(f, unit, [...unitAxes.map((a) => a.size), pieces, parts]);
        let cursors = origin;
        unitAxes.forEach((axis, d) => (cursors = loops.move(cursors, axis, indices[d])));
        const [pieceIndex, part] = indices.slice(unitAxes.length);
        const range: [Expr, Expr] =
          pieces === 1
            ? [i32(0), i32(size)]
            : [f.let(pieceIndex.mul(piece)), f.let(f.let(pieceIndex.mul(piece).add(piece)).minS(size))];
        const partSize = split === undefined ? 1 : Math.ceil(split.size / parts);
        const partRange: readonly [Expr, Expr] | undefined =
          parts === 1
            ? undefined
            : [f.let(part.mul(partSize)), f.let(f.let(part.mul(partSize).add(partSize)).minS(split!.size))];
        loops.nest(outer.slice(prefix), cursors, (at) => {
          const nest = new Nest(f, loops, plan, {
            inner,
            vector,
            reducedAxes,
            partRange,
            shift: part.mul(kept),
            shifted: parts > 1,
          });
          if (mode === 'map') nest.map(at, range, axes.length <= 1);
          else if (mode === 'rows') nest.rows(at);
          else nest.columns(at, range, pieces === 1 ? size : piece, size);
        });
      });
    },
  });
  partials.forEach((buffer, i) => combineParts(lowering, plan, reductions[i], buffer, parts, kept));
}

interface NestOptions {
  readonly inner: Axis | null;
  readonly vector: boolean;
  readonly reducedAxes: readonly Axis[];
  /** The part of the outermost reduced loop to do; undefined: all. */
  readonly partRange: readonly [Expr, Expr] | undefined;
  /** Elements by which results are shifted, if `shifted`. */
  readonly shift: Expr;
  readonly shifted: boolean;
}

/** The inner loops of a group, in the three shapes. */
class Nest {
  constructor(
    private readonly f: FunctionBuilder,
    private readonly loops: LoopEmitter,
    private readonly plan: GroupPlan,
    private readonly options: NestOptions,
  ) {}

  /** No reductions. `padded`: the loop covers whole buffers, whose padding may be overwritten. */
  map(cursors: Cursors, [start, end]: readonly [Expr, Expr], padded: boolean): void {
    const { f, loops, plan, options } = this;
    const { inner, vector } = options;
    if (inner === null) {
      loops.storeAll(loops.compute(cursors, null, false), cursors);
      return;
    }
    const step = loops.lanes;
    const dense = inner.strides.every((s) => s === 0 || s === 1);
    const body = (from: Expr, to: Expr, lanes: number): void => {
      const known = loops.invariants(cursors, inner, lanes > 1);
      f.for(from, to, lanes, (x) => {
        const at = loops.move(cursors, inner, x);
        const of = loops.compute(at, inner, lanes > 1, { known });
        for (const { value, access } of plan.stores) loops.store(access, of({ kind: 'computed', value }), at);
      });
    };
    if (!vector) body(start, end, 1);
    else if (padded && dense) body(start, end, step);
    else {
      const whole = f.let(start.add(end.sub(start).and(-step)));
      body(start, whole, step);
      if (whole.constant === null || whole.constant !== end.constant) body(whole, end, 1);
    }
  }

  #accumulators(lanes: boolean): Local[] {
    return this.plan.reductions.map((r) => this.f.local(constantLanes(r.initial, r.dtype, lanes).expr));
  }

  #accumulate(accumulators: readonly Local[], of: (operand: Operand) => LaneValue, lanes: boolean): void {
    const s = new LaneBuilder(this.f, lanes);
    this.plan.reductions.forEach((r, i) => {
      const x = s.convert(of(r.operand), r.dtype);
      this.f.set(accumulators[i], r.combine(s, { dtype: r.dtype, expr: accumulators[i] }, x).expr);
    });
  }

  /** Put an accumulator into its result (or its part's), as the dtype kept there. */
  #finish(r: Reduction, total: LaneValue, cursors: Cursors, lanes: boolean, ahead = 0): void {
    const s = new LaneBuilder(this.f, lanes);
    const { shifted, shift } = this.options;
    const out = shifted ? total : s.convert(total, r.node.outputs[0].dtype);
    if (!shifted) return this.loops.store(r.result, out, cursors, ahead);
    const bytes = storageBytes(r.dtype);
    const moved = new Map(cursors);
    const key = this.loops.keyOf(r.result);
    moved.set(key, this.f.let(cursors.get(key)!.add(shift.mul(bytes))));
    this.loops.store(r.result, out, moved, ahead);
  }

  /** The innermost axis is reduced. */
  rows(cursors: Cursors): void {
    const { loops, plan, options } = this;
    const { inner, vector, reducedAxes, partRange } = options;
    const totals = this.#accumulators(false);
    if (inner === null) {
      // All reduced axes have size 1.
      const of = loops.compute(cursors, null, false);
      loops.storeAll(of, cursors);
      this.#accumulate(totals, of, false);
    } else {
      const above = reducedAxes.slice(0, -1);
      const vectors = vector ? this.#accumulators(true) : [];
      loops.nest(
        above,
        cursors,
        (at) => {
          const [start, end] = above.length === 0 && partRange !== undefined ? partRange : [i32(0), i32(inner.size)];
          this.#row(at, inner, start, end, totals, vectors);
        },
        above.length > 0 ? partRange : undefined,
      );
      vectors.forEach((sum, i) => this.#foldLanes(plan.reductions[i], sum, totals[i]));
    }
    plan.reductions.forEach((r, i) => this.#finish(r, { dtype: r.dtype, expr: totals[i] }, cursors, false));
  }

  #row(at: Cursors, inner: Axis, start: Expr, end: Expr, totals: readonly Local[], vectors: readonly Local[]): void {
    const { f, loops } = this;
    const run = (from: Expr, to: Expr, sums: readonly Local[], lanes: number): void => {
      f.for(from, to, lanes, (x) => {
        const here = loops.move(at, inner, x);
        const of = loops.compute(here, inner, lanes > 1);
        loops.storeAll(of, here);
        this.#accumulate(sums, of, lanes > 1);
      });
    };
    const step = loops.lanes;
    if (vectors.length === 0)
      return this.#inBlocks(inner, start, end, totals, false, (a, b, sums) => run(a, b, sums, 1));
    const whole = f.let(start.add(end.sub(start).and(-step)));
    this.#inBlocks(inner, start, whole, vectors, true, (a, b, sums) => run(a, b, sums, step));
    if (whole.constant === null || whole.constant !== end.constant) run(whole, end, totals, 1);
  }

  /** Long rows are summed in blocks. */
  #inBlocks(
    inner: Axis,
    start: Expr,
    end: Expr,
    sums: readonly Local[],
    lanes: boolean,
    run: (from: Expr, to: Expr, sums: readonly Local[]) => void,
  ): void {
    const { f, plan } = this;
    if (inner.size <= 2 * BLOCK) return run(start, end, sums);
    f.for(start, end, BLOCK, (from) => {
      const to = f.let(f.let(from.add(BLOCK)).minS(end));
      const own = this.#accumulators(lanes);
      run(from, to, own);
      const s = new LaneBuilder(f, lanes);
      plan.reductions.forEach((r, i) =>
        f.set(sums[i], r.combine(s, { dtype: r.dtype, expr: sums[i] }, { dtype: r.dtype, expr: own[i] }).expr),
      );
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

  /** The innermost axis is kept: each lane has a result of its own. `most` and `size` bound the range, for what can be left out. */
  columns(cursors: Cursors, [start, end]: readonly [Expr, Expr], most: number, size: number): void {
    const { f, loops, plan, options } = this;
    const { inner, vector, reducedAxes, partRange } = options;
    const block = (x: Expr, vectors: number, lanes: boolean): void => {
      const at = loops.move(cursors, inner!, x);
      const step = lanes ? loops.lanes : 1;
      const sums = Array.from({ length: vectors }, () => this.#accumulators(lanes));
      loops.nest(
        reducedAxes,
        at,
        (here) => {
          for (let v = 0; v < vectors; v++) {
            const ahead = v * step;
            const of = loops.compute(here, inner, lanes, { ahead });
            for (const { value, access } of plan.stores)
              loops.store(access, of({ kind: 'computed', value }), here, ahead);
            this.#accumulate(sums[v], of, lanes);
          }
        },
        partRange,
      );
      for (let v = 0; v < vectors; v++) {
        plan.reductions.forEach((r, i) => this.#finish(r, { dtype: r.dtype, expr: sums[v][i] }, at, lanes, v * step));
      }
    };
    let from = start;
    const part = (vectors: number, lanes: boolean): void => {
      const step = vectors * (lanes ? loops.lanes : 1);
      if (most < step) return;
      const to = step === 1 ? end : f.let(from.add(end.sub(from).and(-step)));
      f.for(from, to, step, (x) => block(x, vectors, lanes));
      from = to;
    };
    const wide = COLUMN_VECTORS * loops.lanes;
    const few = plan.group.nodes.length + plan.reductions.length <= 16;
    if (vector) {
      if (few) part(COLUMN_VECTORS, true);
      if (!few || size % wide !== 0) part(1, true);
      if (size % loops.lanes !== 0) part(1, false);
    } else part(1, false);
  }
}

/** The second kernel of a reduction in parts: combine the partial results, in order. */
function combineParts(
  lowering: Lowering,
  plan: GroupPlan,
  r: Reduction,
  partial: Buffer,
  parts: number,
  kept: number,
): void {
  const out = plan.accesses[r.result].buffer!;
  const bytes = storageBytes(r.dtype);
  const vector = dtypeInfo(r.dtype).storage !== 'f64' && kept >= lowering.target.lanes;
  const step = vector ? lowering.target.lanes : 1;
  const units = Math.ceil(kept / step);
  const cut = cutTasks(units, parts * step);
  lowering.add({
    label: `combine ${parts} parts of ${r.node.primitive.name} ${formatShape(r.node.outputs[0].shape)}`,
    tasks: cut.tasks,
    work: parts * kept,
    reads: [partial],
    writes: [out],
    emit: (f, lo, hi) => {
      const s = new LaneBuilder(f, vector);
      const from = partial.pointer(f);
      const to = out.pointer(f);
      forUnits(f, lo, hi, units, cut, (unit) => {
        const k = f.let(unit.mul(step));
        const total = f.local(constantLanes(r.initial, r.dtype, vector).expr);
        f.for(0, parts, 1, (p) => {
          const x = loadElements(f, r.dtype, f.let(from.add(p.mul(kept).add(k).mul(bytes))), 0, vector);
          f.set(total, r.combine(s, { dtype: r.dtype, expr: total }, x).expr);
        });
        const result = s.convert({ dtype: r.dtype, expr: total }, r.node.outputs[0].dtype);
        storeElements(f, result, f.let(to.add(k.mul(storageBytes(result.dtype)))), 0);
      });
    },
  });
}
