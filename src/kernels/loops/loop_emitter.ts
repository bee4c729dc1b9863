/** @file Code for the positions, loads, values and stores of a loop group: what the nests of loop_nest.ts are made of. */
import { storageBytes } from '../../core/dtype.js';
import type { Expr, FunctionBuilder, Vectors } from '../../codegen/index.js';
import { i32, isWide } from '../../codegen/index.js';
import { BYTES } from '../buffers.js';
import type { LaneValue } from '../../codegen/lanes.js';
import {
  constantLanes,
  LaneBuilder,
  loadElements,
  loadSplatted,
  memoryType,
  storeElements,
} from '../../codegen/lanes.js';
import type { Node, Value } from '../../graph/graph.js';
import { isViewNode } from '../../graph/views.js';
import { SQUARE, transposed } from '../move/square.js';
import type { Access, GroupPlan, Operand } from './loop_group.js';
import type { Axis } from './loop_space.js';

/** Positions of all accesses. Accesses that move alike share one running index; their addresses differ by constants. */
export type Cursors = ReadonlyMap<string, Expr>;

/** Steps along axes from the cursors' position that are known when the code is written: they go into the offsets of accesses. */
export type Ahead = readonly (readonly [axis: Axis, steps: number])[];

/** Loads, and values of nodes, that need not be computed again. */
export interface Known {
  readonly loads: ReadonlyMap<number, LaneValue>;
  readonly values: ReadonlyMap<Value, LaneValue>;
}

/** For which elements code is written. */
export interface Place {
  /** The axis along which lanes lie; null outside of all loops. */
  readonly lanes: Axis | null;
  /** Of how many vectors the elements are that are computed; 0: one element. */
  readonly vectors: Vectors;
  /** Default: at the cursors' position. */
  readonly ahead?: Ahead;
  readonly known?: Known;
}

/** Both together. */
export function mergeKnown(a: Known, b: Known): Known {
  return { loads: new Map([...a.loads, ...b.loads]), values: new Map([...a.values, ...b.values]) };
}

export class LoopEmitter {
  /** Accesses in their order in `Axis.strides`. */
  readonly #keys: readonly string[];
  readonly #steps = new Map<string, readonly number[]>();
  readonly #ramps = new Map<number, Expr>();
  #narrowBy: Expr | null = null;

  constructor(
    private readonly f: FunctionBuilder,
    private readonly plan: GroupPlan,
    private readonly accesses: readonly Access[],
    private readonly axes: readonly Axis[],
  ) {
    this.#keys = accesses.map((access, k) => {
      const bytes = access.buffer === null ? 1 : storageBytes(access.dtype);
      const steps = axes.map((axis) => axis.strides[k] * bytes);
      const shared =
        access.buffer === null
          ? `index ${access.offset}`
          : this.#ownStart(access, k)
            ? `own ${k}`
            : access.buffer.origin(f).key;
      const key = `${shared} ${steps.join()}`;
      this.#steps.set(key, steps);
      return key;
    });
  }

  /** Accesses that step backwards start from their own address: base and offset of an access must not pass below 0 on the way. */
  #ownStart({ buffer }: Access, k: number): boolean {
    return buffer !== null && this.axes.some((axis) => axis.strides[k] < 0);
  }

  #startOf(access: Access): number {
    return access.buffer!.origin(this.f).address + access.offset * storageBytes(access.dtype);
  }

  /** The bytes from an access's cursor to its first element. */
  #firstByte(k: number): number {
    const access = this.accesses[k];
    return this.#ownStart(access, k) ? 0 : this.#startOf(access);
  }

  /**
   * Wide vectors that are stored in less than 32 bits go through this place: V8 joins what ends in a pair of whole stores, and what is
   * narrowed from registers does not.
   */
  storeNarrowBy(place: Expr): void {
    this.#narrowBy = place;
  }

  get lanes(): number {
    return this.f.target.lanes;
  }

  start(): Cursors {
    const cursors = new Map<string, Expr>();
    this.accesses.forEach((access, k) => {
      if (access.buffer === null) for (const axis of this.axes) this.#addRamp(axis.strides[k]);
    });
    this.accesses.forEach((access, k) => {
      const base = access.buffer === null ? i32(access.offset) : this.f.let(access.buffer.origin(this.f).base);
      cursors.set(this.#keys[k], this.#ownStart(access, k) ? this.f.let(base.add(this.#startOf(access))) : base);
    });
    return cursors;
  }

  /** 0, stride, 2 stride, … in the lanes of the widest vectors, for indices. */
  #addRamp(stride: number): void {
    if (stride === 0 || this.#ramps.has(stride)) return;
    const { widest } = this.f;
    let ramp = i32(0).splat(widest);
    for (let lane = 1; lane < this.f.elements(widest); lane++) ramp = ramp.withLane(lane, i32(lane * stride));
    this.#ramps.set(stride, this.f.let(ramp));
  }

  /** Cursors after `index` steps along an axis. */
  move(cursors: Cursors, axis: Axis, index: Expr): Cursors {
    const at = this.axes.indexOf(axis);
    const moved = new Map<string, Expr>();
    for (const [key, cursor] of cursors) {
      const step = this.#steps.get(key)![at];
      moved.set(key, step === 0 ? cursor : this.f.let(cursor.add(index.mul(step))));
    }
    return moved;
  }

  /** The cursors of some accesses alone, moved by a number of elements. */
  shifted(cursors: Cursors, accesses: readonly number[], elements: Expr): Cursors {
    const moved = new Map<string, Expr>();
    for (const k of accesses) {
      const key = this.#keys[k];
      if (moved.has(key)) continue;
      moved.set(key, this.f.let(cursors.get(key)!.add(elements.mul(storageBytes(this.accesses[k].dtype)))));
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

  #load(k: number, cursors: Cursors, { lanes: inner, vectors, ahead = [] }: Place): LaneValue {
    const { f } = this;
    const access = this.accesses[k];
    const cursor = cursors.get(this.#keys[k])!;
    const stride = inner === null ? 0 : inner.strides[k];
    const moved = ahead.reduce((sum, [axis, steps]) => sum + steps * axis.strides[k], 0);
    if (access.buffer === null) {
      const at = f.let(cursor.add(moved));
      if (vectors === 0) return { dtype: 'int32', expr: at };
      const all = f.let(at.splat(vectors));
      if (stride === 0) return { dtype: 'int32', expr: all };
      const ramp = this.#ramps.get(stride)!;
      return { dtype: 'int32', expr: f.let(all.add(vectors < f.widest ? ramp.half(0) : ramp)) };
    }
    const bytes = storageBytes(access.dtype);
    // A negative step cannot go into the offset of an access, which is not negative.
    const offset = this.#firstByte(k) + Math.max(0, moved) * bytes;
    const from = moved < 0 ? f.let(cursor.add(moved * bytes)) : cursor;
    if (vectors === 0) return loadElements(f, access.dtype, from, offset, 0);
    if (stride === 0) return loadSplatted(f, access.dtype, from, offset, vectors);
    if (stride === 1) return loadElements(f, access.dtype, from, offset, vectors);
    const bool = access.dtype === 'bool';
    const one = (lane: number): Expr => {
      const step = lane * stride * bytes;
      return step < 0
        ? loadElements(f, access.dtype, f.let(from.add(step)), offset, 0).expr
        : loadElements(f, access.dtype, from, offset + step, 0).expr;
    };
    let lanes = f.let(one(0).splat(vectors));
    for (let lane = 1; lane < f.elements(vectors); lane++) lanes = f.let(lanes.withLane(lane, one(lane)));
    return { dtype: access.dtype, expr: bool ? f.let(lanes.ne(0)) : lanes };
  }

  /**
   * What an access finds in a square of vectors along `lanes`, for some steps along another axis, where its elements are neighbours: read along
   * that and turned over. `vectors` 0: one element.
   */
  loadSquare(
    k: number,
    cursors: Cursors,
    lanes: Axis,
    vectors: Vectors,
    [turn, steps]: readonly [Axis, number],
  ): LaneValue[] {
    const { f } = this;
    const { dtype } = this.accesses[k];
    const bytes = storageBytes(dtype);
    const start = this.#firstByte(k) + steps * turn.strides[k] * bytes;
    const cursor = cursors.get(this.#keys[k])!;
    if (vectors === 0) return [loadElements(f, dtype, cursor, start, 0)];
    const across = Array.from({ length: SQUARE }, (_, lane) =>
      f.let(f.loadVector(memoryType(dtype), cursor, start + lane * lanes.strides[k] * bytes)),
    );
    return transposed(f, across).map((expr) => ({ dtype, expr: f.let(expr) }));
  }

  /** What an access would find, from somewhere else. */
  loadFrom(k: number, address: Expr, vectors: Vectors): LaneValue {
    return loadElements(this.f, this.accesses[k].dtype, address, 0, vectors);
  }

  /** Compute the group's nodes for one element or vector. */
  compute(cursors: Cursors, place: Place): (operand: Operand) => LaneValue {
    const builder = new LaneBuilder(this.f, place.vectors);
    const loads = new Map<number, LaneValue>(place.known?.loads);
    const values = new Map<Value, LaneValue>(place.known?.values);
    const of = this.#operands(cursors, place, loads, values);
    for (const node of this.plan.group.nodes) {
      const [value] = node.outputs;
      if (values.has(value)) continue;
      values.set(value, this.#apply(builder, node, this.plan.operands.get(node)!.map(of)));
    }
    return of;
  }

  /** Finds operands among what is loaded and computed; loads what is not. */
  #operands(
    cursors: Cursors,
    place: Place,
    loads: Map<number, LaneValue>,
    values: ReadonlyMap<Value, LaneValue>,
  ): (operand: Operand) => LaneValue {
    return (operand) => {
      switch (operand.kind) {
        case 'constant':
          return constantLanes(operand.value, operand.dtype, place.vectors);
        case 'computed':
          return values.get(operand.value)!;
        case 'access': {
          let loaded = loads.get(operand.access);
          if (loaded === undefined) loads.set(operand.access, (loaded = this.#load(operand.access, cursors, place)));
          return loaded;
        }
        default:
          return operand satisfies never;
      }
    };
  }

  #apply(builder: LaneBuilder, node: Node, operands: LaneValue[]): LaneValue {
    if (isViewNode(node)) return operands[0];
    if (node.primitive.name === 'iota') return builder.convert(operands[0], node.outputs[0].dtype);
    return node.primitive.scalar!(builder, operands, node.params);
  }

  /** What does not change along some axes: loads, and nodes of them alone. Computed at the cursors' position. */
  invariants(cursors: Cursors, along: readonly Axis[], place: Place): Known {
    const loads = new Map<number, LaneValue>(place.known?.loads);
    const values = new Map<Value, LaneValue>(place.known?.values);
    const builder = new LaneBuilder(this.f, place.vectors);
    const stays = (operand: Operand): boolean =>
      operand.kind === 'constant' ||
      (operand.kind === 'computed'
        ? values.has(operand.value)
        : along.every((axis) => axis.strides[operand.access] === 0));
    const of = this.#operands(cursors, place, loads, values);
    for (const node of this.plan.group.nodes) {
      if (values.has(node.outputs[0])) continue;
      const operands = this.plan.operands.get(node)!;
      if (operands.every(stays)) values.set(node.outputs[0], this.#apply(builder, node, operands.map(of)));
      else for (const operand of operands) if (operand.kind === 'access' && stays(operand)) of(operand);
    }
    return { loads, values };
  }

  /** What an access finds where it stores. */
  loadStored(k: number, cursors: Cursors, vectors: Vectors): LaneValue {
    const access = this.accesses[k];
    return loadElements(this.f, access.dtype, cursors.get(this.#keys[k])!, this.#startOf(access), vectors);
  }

  store(k: number, value: LaneValue, cursors: Cursors, ahead: Ahead = []): void {
    const access = this.accesses[k];
    const moved = ahead.reduce((sum, [axis, steps]) => sum + steps * axis.strides[k], 0);
    const bytes = storageBytes(access.dtype);
    const offset = this.#startOf(access) + moved * bytes;
    const at = cursors.get(this.#keys[k])!;
    const { f } = this;
    if (this.#narrowBy === null || bytes >= BYTES || !isWide(value.expr.type))
      return storeElements(f, value, at, offset);
    const { dtype, expr } = value;
    f.store('i32', this.#narrowBy, expr);
    for (const half of [0, 1]) {
      const part = f.let(f.loadVector('i32', this.#narrowBy, half * this.lanes * BYTES));
      storeElements(f, { dtype, expr: part }, at, offset + half * this.lanes * bytes);
    }
  }

  storeAll(of: (operand: Operand) => LaneValue, cursors: Cursors, ahead: Ahead = []): void {
    for (const { value, access } of this.plan.stores)
      this.store(access, of({ kind: 'computed', value }), cursors, ahead);
  }
}
