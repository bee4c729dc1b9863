/** @file What lowerings are given: the views and buffers of a node's operands, and a place for the kernels they make. */
import type { DType } from '../core/dtype.js';
import type { NDArray } from '../core/ndarray.js';
import type { Graph, Node, Value } from '../graph/graph.js';
import type { View } from '../graph/views.js';
import type { Expr, FunctionBuilder, Target } from '../codegen/index.js';
import type { Buffer, Kernel } from './buffers.js';

/** An operand in memory. */
export interface Source {
  readonly view: View;
  readonly buffer: Buffer;
}

/** A program, or the body of a loop or branch, as kernels. */
export interface Lowered {
  readonly kernels: readonly Kernel[];
  /** Whose code most of each kernel computes: see the graph's `origin.ts`. */
  readonly origins: readonly (string | null)[];
  /** The buffer of each input. */
  readonly inputs: readonly Buffer[];
  /** The buffer of each output. */
  readonly outputs: readonly Buffer[];
}

/** Where inputs and outputs of a body are; null: in scratch buffers of its own. */
export interface BodyBuffers {
  readonly inputs: readonly (Buffer | null)[];
  /** Those of the inputs that have the same content at every step of a loop. */
  readonly captured: readonly Buffer[];
  /** Wishes: an output that is another one as well, or is computed elsewhere, has its own buffer. */
  readonly outputs: readonly (Buffer | null)[];
}

/** The lowering of one program. */
export interface Lowering {
  readonly target: Target;
  /** How an operand's elements are found in another value. */
  view(value: Value): View;
  /** Where an operand of a node is found. Operands of primitives that do not take views are whole: element i is element i of the buffer. */
  source(value: Value): Source;
  /** The buffer of a node's output. */
  output(value: Value): Buffer;
  /** Memory for intermediate results, from the first kernel that writes it to the last that reads it. */
  workspace(dtype: DType, size: number, label: string): Buffer;
  /** Numbers that never change, such as tables that a kernel reads; one buffer for each array. */
  constant(array: NDArray): Buffer;
  /** The body of a loop or branch as kernels that are not part of the program. */
  body(graph: Graph, buffers: BodyBuffers): Lowered;
  /**
   * Whether a buffer has the same content at every step of the loop whose body this is, or, in a program, at every run until a variable
   * is written to. Kernels that read nothing but such buffers run once.
   */
  isUnchanging(buffer: Buffer): boolean;
  /** In how many loops and branches this is the body: 0 for the program. */
  readonly depth: number;
  /** Add a kernel; kernels run in the order in which they are added. */
  add(kernel: Kernel): void;
}

/** Work that a kernel does to its results before it stores them. */
export interface Epilogue {
  /** Where a kernel puts float32 results, at the places that they have in the node's output. */
  readonly result: Buffer;
  readonly reads: readonly Buffer[];
  /** All that is written, the results among them. */
  readonly writes: readonly Buffer[];
  readonly label: string;
  /** Types of the parameters by which a function is told where buffers lie; `pointers` gives their values in the kernel. */
  readonly params: 'i32'[];
  pointers(f: FunctionBuilder): Expr[];
  /**
   * Finish and store one result, or a vector of neighbours in a row.
   *
   * @param pointers As `pointers` gave them.
   * @param at Address in the result's buffer.
   * @param column Bytes from the first result of the row.
   */
  store(f: FunctionBuilder, pointers: readonly Expr[], at: Expr, column: Expr, given: Expr): void;
}

/**
 * A loop that a kernel runs over rows of its results as soon as they are stored, while they are in cache: it sums what it computes of
 * them along the rows. Rows are numbered in the order of memory, all leading axes together.
 */
export interface RowLoop {
  /** Beside the results. */
  readonly reads: readonly Buffer[];
  readonly label: string;
  /** Operations a row, about. */
  readonly work: number;
  /**
   * Cut the rows into pieces, which have sums of their own. The cut depends neither on the number of threads nor on the width of vectors.
   *
   * @returns What is written; null where the pieces are so small that the loop is better done apart.
   */
  cut(pieces: number): readonly Buffer[] | null;
  /**
   * Do a piece: all columns of the rows `lo` to before `hi`, which the kernel has stored.
   *
   * @param columns Some of the columns, the length of which is a multiple of `unit`. Default: all.
   */
  run(
    f: FunctionBuilder,
    piece: Expr,
    rows: readonly [lo: Expr, hi: Expr],
    columns?: { readonly range: readonly [lo: Expr, hi: Expr]; readonly unit: number },
  ): void;
  /** Add what combines the sums of the pieces: after the kernel. */
  combine(): void;
  /** Do it by a kernel of its own: after all that makes the results. */
  apart(): void;
}

/** What is to be done to the results of a node: in the kernel that makes them, or apart. */
export interface Ending {
  readonly epilogue?: Epilogue;
  /** Done to what the epilogue stores, if there is one. */
  readonly rows?: RowLoop;
  /** Do all of it by a loop of its own, over results that lie where the node has them. */
  apart(): void;
}

/** How a primitive becomes kernels. */
export interface LowerRule {
  /** Which operands may be views (strided, shifted, repeated). The others are copied before if need be. Default: none. */
  readonly takesViews?: (operand: number) => boolean;
  /** Elements of a row of results, if `lower` may be given work to do to results before it stores them; null: it may not. */
  readonly epilogueColumns?: (node: Node) => number | null;
  /** Elements of a row of results, if `lower` may be given a loop over rows of them; null: it may not. Default: `epilogueColumns`. */
  readonly rowColumns?: (node: Node) => number | null;
  /** @param ending What the rule must do, all of it, or by `ending.apart`, or the epilogue and `ending.rows.apart`. */
  lower(node: Node, lowering: Lowering, ending?: Ending): void;
}
