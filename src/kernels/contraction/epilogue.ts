/**
 * @file Element-wise work at the end of a product: bias, activation, residual and the like are done to results while they are in
 * registers, so that these need not be written and read once more.
 */
import { storageBytes } from '../../core/dtype.js';
import { InternalError } from '../../core/errors.js';
import type { Expr, FunctionBuilder } from '../../codegen/index.js';
import { vectorsOf } from '../../codegen/index.js';
import type { LaneValue } from '../../codegen/lanes.js';
import { constantLanes, LaneBuilder, loadElements, loadSplatted, storeElements } from '../../codegen/lanes.js';
import type { Node, Value } from '../../graph/graph.js';
import type { Movement } from '../schedule/epilogue_groups.js';
import { movementOf } from '../schedule/epilogue_groups.js';
import type { LoopGroup } from '../schedule/groups.js';
import type { Buffer } from '../buffers.js';
import { BYTES } from '../buffers.js';
import type { Epilogue, Lowering } from '../context.js';
import type { Access, Operand } from '../loops/loop_group.js';
import { GroupPlan } from '../loops/loop_group.js';

/** The epilogue that a loop makes. */
export class LoopEpilogue implements Epilogue {
  readonly #plan: GroupPlan;
  readonly #own: Buffer;
  /** By access. */
  readonly #movements: readonly Movement[];
  /** What `result` stands for: a value of the loop. */
  readonly #primary: Value;
  /** Buffers that functions are given pointers of: where results go, then all others. */
  readonly #buffers: readonly Buffer[];

  /**
   * @param group A loop whose nodes `endsWith` (epilogue_groups.ts) has found fit.
   * @param columns Elements of a row of results.
   */
  constructor(node: Node, group: LoopGroup, columns: number, lowering: Lowering, isStored: (value: Value) => boolean) {
    const plan = new GroupPlan(group, lowering, isStored);
    const [value] = node.outputs;
    this.#plan = plan;
    this.#own = lowering.output(value);
    this.#movements = plan.accesses.map((access) => {
      if (access.buffer === this.#own) return 'result';
      const movement = movementOf(access, group.shape, columns);
      if (movement === null) throw new InternalError('kernels: an operand of an epilogue moves in a way of its own');
      return movement;
    });
    const first = plan.stores.find((store) => store.value.dtype === 'float32')!;
    this.#primary = first.value;
    const result = plan.accesses[first.access].buffer!;
    const others = plan.accesses.flatMap(({ buffer }) => (buffer === null || buffer === this.#own ? [] : [buffer]));
    this.#buffers = [...new Set([result, ...others])];
  }

  get result(): Buffer {
    return this.#buffers[0];
  }

  get reads(): readonly Buffer[] {
    return this.#plan.reads.filter((buffer) => buffer !== this.#own);
  }

  get writes(): readonly Buffer[] {
    return this.#plan.stores.map(({ access }) => this.#plan.accesses[access].buffer!);
  }

  get label(): string {
    return ` + ${this.#plan.group.nodes.length} nodes`;
  }

  get params(): 'i32'[] {
    return this.#buffers.map(() => 'i32');
  }
  pointers(f: FunctionBuilder): Expr[] {
    return this.#buffers.map((buffer) => buffer.pointer(f));
  }

  store(f: FunctionBuilder, pointers: readonly Expr[], at: Expr, column: Expr, given: Expr): void {
    const vectors = vectorsOf(given.type);
    const value = f.let(given);
    const builder = new LaneBuilder(f, vectors);
    const place = f.let(at);
    const moved = f.let(place.sub(pointers[0]));
    const addressOf = ({ buffer, dtype }: Access, by: Expr): Expr => {
      const bytes = storageBytes(dtype);
      const steps = bytes === BYTES ? by : bytes === 2 ? by.shrU(1) : by.shrU(2);
      return f.let(pointers[this.#buffers.indexOf(buffer!)].add(steps));
    };
    const values = new Map<Value, LaneValue>();
    const loads = new Map<number, LaneValue>();
    const load = (k: number): LaneValue => {
      const access = this.#plan.accesses[k];
      const { dtype, offset } = access;
      const start = offset * storageBytes(dtype);
      switch (this.#movements[k]) {
        case 'result':
          return { dtype: 'float32', expr: value };
        case 'same':
          return loadElements(f, dtype, addressOf(access, moved), start, vectors);
        case 'column':
          return loadElements(f, dtype, addressOf(access, column), start, vectors);
        default: {
          const from = pointers[this.#buffers.indexOf(access.buffer!)];
          return vectors === 0 ? loadElements(f, dtype, from, start, 0) : loadSplatted(f, dtype, from, start, vectors);
        }
      }
    };
    const of = (operand: Operand): LaneValue => {
      if (operand.kind === 'constant') return constantLanes(operand.value, operand.dtype, vectors);
      if (operand.kind === 'computed') return values.get(operand.value)!;
      let loaded = loads.get(operand.access);
      if (loaded === undefined) loads.set(operand.access, (loaded = load(operand.access)));
      return loaded;
    };
    for (const node of this.#plan.group.nodes) {
      const operands = this.#plan.operands.get(node)!.map(of);
      values.set(node.outputs[0], node.primitive.scalar!(builder, operands, node.params));
    }
    for (const { value: stored, access } of this.#plan.stores) {
      const to = stored === this.#primary ? place : addressOf(this.#plan.accesses[access], moved);
      storeElements(f, values.get(stored)!, to, 0);
    }
  }
}
