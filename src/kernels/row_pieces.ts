/** @file The pieces of rows over which a kernel runs a loop when it has stored them. */
import type { Expr, FunctionBuilder } from '../codegen/index.js';
import type { Buffer } from './buffers.js';
import type { RowLoop } from './context.js';

/** A loop over rows that is cut into pieces: what it adds to a kernel. */
export interface RowPieces extends Pick<RowLoop, 'run' | 'combine'> {
  readonly label: string;
  readonly work: number;
  readonly reads: readonly Buffer[];
  readonly writes: readonly Buffer[];
}

/**
 * A loop over rows in so many pieces; null if these are too small.
 *
 * @param own What the kernel writes itself.
 */
export function piecesOf(loop: RowLoop, pieces: number, own: readonly Buffer[]): RowPieces | null {
  const writes = loop.cut(pieces);
  if (writes === null) return null;
  const reads = loop.reads.filter((buffer) => !own.includes(buffer));
  const { label, work } = loop;
  return {
    label,
    work,
    reads,
    writes,
    run: (f, piece, rows, columns) => loop.run(f, piece, rows, columns),
    combine: () => loop.combine(),
  };
}

/** Run `body` for all tasks, or, where there is a loop over rows, task by task and then the loop for the task's rows. */
export function withPieces(
  f: FunctionBuilder,
  pieces: RowPieces | null,
  [lo, hi]: readonly [Expr, Expr],
  rowsBefore: (task: Expr) => Expr,
  body: (lo: Expr, hi: Expr) => void,
): void {
  if (pieces === null) return body(lo, hi);
  f.for(lo, hi, 1, (task) => {
    const next = f.let(task.add(1));
    body(task, next);
    pieces.run(f, task, [f.let(rowsBefore(task)), f.let(rowsBefore(next))]);
  });
}
