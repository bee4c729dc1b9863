/** @file What a loop group reads, computes, reduces and writes: its accesses to memory and where each operand comes from. */
import type { DType } from '../../core/dtype.js';
import { highest, lowest } from '../../core/dtype.js';
import { InternalError } from '../../core/errors.js';
import { reducedShape, stridesOf } from '../../core/shape.js';
import type { LaneBuilder, LaneValue } from '../../codegen/lanes.js';
import type { Node, Value } from '../../graph/graph.js';
import { constantOf } from '../../graph/graph.js';
import type { IotaParams } from '../../graph/lax.js';
import type { LoopGroup } from '../schedule/groups.js';
import { isIdentity } from '../../graph/views.js';
import { costOf } from '../schedule/groups.js';
import type { Buffer } from '../buffers.js';
import type { Lowering } from '../context.js';

/** One stream of accesses to memory (or of indices, for iota). */
export interface Access {
  /** null: the position itself is the value (iota). */
  readonly buffer: Buffer | null;
  readonly dtype: DType;
  /** Elements before the first one. */
  readonly offset: number;
  /** Strides over the group's shape, in elements. */
  readonly strides: readonly number[];
}

/** Where an operand of a node comes from. */
export type Operand =
  | { readonly kind: 'constant'; readonly value: number; readonly dtype: DType }
  | { readonly kind: 'computed'; readonly value: Value }
  | { readonly kind: 'access'; readonly access: number };

/** How a reduction combines, and what it starts from. */
export interface Reduction {
  readonly node: Node;
  readonly operand: Operand;
  /** The dtype of the accumulator: 16-bit floats accumulate in float32. */
  readonly dtype: DType;
  readonly initial: number;
  /** Index of the access that stores results. */
  readonly result: number;
  combine(s: LaneBuilder, a: LaneValue, b: LaneValue): LaneValue;
}

function reductionRule(node: Node): Pick<Reduction, 'dtype' | 'initial' | 'combine'> {
  const own = node.outputs[0].dtype;
  const dtype: DType = own === 'float16' || own === 'bfloat16' ? 'float32' : own;
  switch (node.primitive.name) {
    case 'reduceSum':
      return { dtype, initial: 0, combine: (s, a, b) => s.binary('add', a, b) };
    case 'reduceProd':
      return { dtype, initial: 1, combine: (s, a, b) => s.binary('mul', a, b) };
    case 'reduceMax':
      return { dtype, initial: lowest(dtype), combine: (s, a, b) => s.binary(dtype === 'bool' ? 'or' : 'max', a, b) };
    case 'reduceMin':
      return { dtype, initial: highest(dtype), combine: (s, a, b) => s.binary(dtype === 'bool' ? 'and' : 'min', a, b) };
    default:
      throw new InternalError(`kernels: ${node.primitive.name} is no reduction`);
  }
}

/** What a group reads, computes and writes. */
export class GroupPlan {
  readonly accesses: Access[] = [];
  readonly operands = new Map<Node, Operand[]>();
  /** Accesses that write computed values. */
  readonly stores: { readonly value: Value; readonly access: number }[] = [];
  readonly reductions: Reduction[] = [];
  readonly #loads = new Map<string, number>();
  readonly #members = new Set<Node>();

  constructor(
    readonly group: LoopGroup,
    private readonly lowering: Lowering,
    isStored: (value: Value) => boolean,
  ) {
    for (const node of group.nodes) {
      this.operands.set(
        node,
        node.primitive.name === 'iota' ? [this.#index(node)] : node.inputs.map((v) => this.#operand(v)),
      );
      this.#members.add(node);
    }
    for (const node of group.nodes) {
      const value = node.outputs[0];
      if (!isStored(value)) continue;
      const access: Access = {
        buffer: lowering.output(value),
        dtype: value.dtype,
        offset: 0,
        strides: stridesOf(group.shape),
      };
      this.stores.push({ value, access: this.accesses.push(access) - 1 });
    }
    for (const node of group.reductions) {
      const operand = this.#operand(node.inputs[0]);
      const result = this.accesses.push(this.#result(lowering.output(node.outputs[0]), node.outputs[0].dtype)) - 1;
      this.reductions.push({ node, operand, result, ...reductionRule(node) });
    }
  }

  /** About how many simple operations one element takes. */
  get work(): number {
    const { nodes, reductions } = this.group;
    return nodes.reduce((sum, node) => sum + costOf(node), reductions.length);
  }

  /** Where results lie: strides over the kept axes, 0 over the reduced ones. */
  #result(buffer: Buffer, dtype: DType): Access {
    const { shape, axes } = this.group;
    const kept = stridesOf(reducedShape(shape, axes, true));
    return { buffer, dtype, offset: 0, strides: kept.map((stride, d) => (axes.includes(d) ? 0 : stride)) };
  }

  /** The same results, somewhere else. */
  resultIn(buffer: Buffer, reduction: Reduction): Access {
    return { ...this.accesses[reduction.result], buffer, dtype: reduction.dtype };
  }

  #index(node: Node): Operand {
    const { axis, shape } = node.params as IotaParams;
    const strides = shape.map((_, d) => (d === axis ? 1 : 0));
    return this.#access({ buffer: null, dtype: 'int32', offset: 0, strides });
  }

  #access(access: Access): Operand {
    const key = `${this.accesses.findIndex((a) => a.buffer === access.buffer)}|${access.offset}|${access.strides.join()}`;
    let index = this.#loads.get(key);
    if (index === undefined || this.accesses[index].buffer !== access.buffer) {
      index = this.accesses.push(access) - 1;
      this.#loads.set(`${index}|${access.offset}|${access.strides.join()}`, index);
    }
    return { kind: 'access', access: index };
  }

  #operand(value: Value): Operand {
    const view = this.lowering.view(value);
    const known = constantOf(view.base);
    if (known?.data.length === 1) return { kind: 'constant', value: known.data[0], dtype: value.dtype };
    if (this.#members.has(view.base.node) && isIdentity(view)) return { kind: 'computed', value: view.base };
    const { buffer } = this.lowering.source(value);
    return this.#access({ buffer, dtype: value.dtype, offset: view.offset, strides: view.strides });
  }

  /** Whether each element of a buffer is read only when the element at the same place is written. */
  readsInOrder(buffer: Buffer): boolean {
    const order = stridesOf(this.group.shape).join();
    return this.accesses.every((a) => a.buffer !== buffer || (a.offset === 0 && a.strides.join() === order));
  }

  get reads(): Buffer[] {
    const written = new Set([...this.stores.map((s) => s.access), ...this.reductions.map((r) => r.result)]);
    return this.accesses.flatMap((a, i) => (written.has(i) || a.buffer === null ? [] : [a.buffer]));
  }
}
