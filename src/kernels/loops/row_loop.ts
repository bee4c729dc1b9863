/**
 * @file Loops that the kernel of a product, or of another node, runs over rows of its results while these are in cache: sums along rows,
 * which then need not be read from memory once more. Each piece of the rows has sums of its own; a second kernel combines them.
 */
import type { Expr, FunctionBuilder } from '../../codegen/index.js';
import { i32 } from '../../codegen/index.js';
import type { Value } from '../../graph/graph.js';
import type { LoopGroup } from '../schedule/groups.js';
import type { Buffer } from '../buffers.js';
import type { Lowering, RowLoop } from '../context.js';
import { LoopEmitter } from './loop_emitter.js';
import { GroupPlan } from './loop_group.js';
import { accumulatesInPlace, fitsRegisters, Nest } from './loop_nest.js';
import { combineParts, widestFor } from './parts.js';
import { loopAxes } from './loop_space.js';

/** Rows of a piece, about, at least: combining costs as much as one more for each piece. */
const LEAST_ROWS = 8;

/** A loop over one axis of rows, which is reduced, and one of columns, which is kept (`sumsRows` in schedule/epilogue_groups.ts). */
export class SumsOfRows implements RowLoop {
  readonly #plan: GroupPlan;
  readonly #rows: number;
  readonly #columns: number;
  #pieces = 1;
  #partials: readonly Buffer[] = [];
  readonly #apart: () => void;

  /** @param apart Adds a loop that does the same. */
  constructor(
    group: LoopGroup,
    private readonly lowering: Lowering,
    isStored: (value: Value) => boolean,
    apart: () => void,
  ) {
    this.#plan = new GroupPlan(group, lowering, isStored);
    const [row, column] = this.#axes(this.#plan.accesses);
    this.#rows = row.size;
    this.#columns = column.size;
    this.#apart = apart;
  }

  #axes(accesses: GroupPlan['accesses']): ReturnType<typeof loopAxes> {
    const { shape, axes } = this.#plan.group;
    const reduced = shape.map((_, d) => axes.includes(d));
    return loopAxes(
      shape,
      reduced,
      accesses.map((access) => access.strides),
    );
  }

  get reads(): readonly Buffer[] {
    return this.#plan.reads;
  }

  get label(): string {
    const { nodes, reductions } = this.#plan.group;
    return ` + sums of ${nodes.length + reductions.length} nodes`;
  }

  get work(): number {
    return this.#plan.work * this.#columns;
  }

  cut(pieces: number): readonly Buffer[] | null {
    if (pieces > 1 && pieces * LEAST_ROWS > this.#rows) return null;
    const { reductions, stores, accesses } = this.#plan;
    this.#pieces = pieces;
    if (pieces > 1 || !accumulatesInPlace(this.#plan)) {
      this.#partials = reductions.map((r) =>
        this.lowering.workspace(r.dtype, pieces * this.#columns, `partial ${r.node.primitive.name}`),
      );
    }
    const results = this.#inPieces ? this.#partials : reductions.map((r) => accesses[r.result].buffer!);
    return [...stores.map((s) => accesses[s.access].buffer!), ...results];
  }

  get #inPieces(): boolean {
    return this.#partials.length > 0;
  }

  run(
    f: FunctionBuilder,
    piece: Expr,
    rows: readonly [Expr, Expr],
    { range, unit } = { range: [i32(0), i32(this.#columns)] as const, unit: this.#columns },
  ): void {
    const plan = this.#plan;
    const accesses = plan.accesses.slice();
    this.#partials.forEach((buffer, i) => (accesses[plan.reductions[i].result] = plan.resultIn(buffer, plan.reductions[i]))); // prettier-ignore
    const axes = this.#axes(accesses);
    const [row, column] = axes;
    const vectors = widestFor(f.target, column.size, false);
    const loops = new LoopEmitter(f, plan, accesses, axes);
    const nest = new Nest(f, loops, plan, {
      inner: column,
      vectors,
      reducedAxes: [row],
      partRange: rows,
      unit,
      spare: null,
      shift: this.#inPieces ? f.let(piece.mul(column.size)) : i32(0),
      shifted: this.#inPieces,
    });
    const all = unit === column.size;
    if (all && fitsRegisters(plan, column, vectors > 0, f.target.lanes)) nest.columnsInRegisters(loops.start());
    else nest.columnsInMemory(loops.start(), range);
  }

  combine(): void {
    if (this.#inPieces) combineParts(this.lowering, this.#plan, this.#partials, this.#pieces, this.#columns);
  }

  apart(): void {
    this.#apart();
  }
}
