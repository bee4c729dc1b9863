/**
 * @file Sums of products, C[b, m, n] = Σₖ A[b, m, k] · B[b, k, n], where each of b, m, n and k may stand for several axes, at any
 * strides. Matrix products and convolutions (with their gradients) both are of this form.
 */
import type { DType } from '../../core/dtype.js';
import type { Expr, FunctionBuilder } from '../../codegen/index.js';
import { i32 } from '../../codegen/index.js';
import type { Buffer } from '../buffers.js';
import type { Epilogue, RowLoop } from '../context.js';
import type { RowPieces } from '../row_pieces.js';
import { piecesOf } from '../row_pieces.js';
import { decode } from '../work.js';

/** An axis of a contraction, with the steps (in elements) that it makes in the arrays where it occurs; 0 where it does not. */
export interface ContractionAxis {
  readonly size: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

export interface ContractionOperand {
  readonly buffer: Buffer;
  /** Elements before the first one. */
  readonly offset: number;
}

export interface Contraction {
  readonly label: string;
  readonly dtype: DType;
  readonly a: ContractionOperand;
  readonly b: ContractionOperand;
  readonly c: ContractionOperand;
  readonly batch: readonly ContractionAxis[];
  readonly rows: readonly ContractionAxis[];
  readonly columns: readonly ContractionAxis[];
  readonly depth: readonly ContractionAxis[];
  /** What is done to results before they are stored; C is then where the epilogue has its result. */
  readonly epilogue?: Epilogue;
  /** A loop over rows of results that are stored. */
  readonly rowLoop?: RowLoop;
}

export const countOf = (axes: readonly ContractionAxis[]): number => axes.reduce((n, axis) => n * axis.size, 1);

/** The same product with the roles of A and B exchanged. */
export function swapOperands(x: Contraction): Contraction {
  const swap = (axes: readonly ContractionAxis[]): ContractionAxis[] =>
    axes.map(({ size, a, b, c }) => ({ size, a: b, b: a, c }));
  return {
    ...x,
    a: x.b,
    b: x.a,
    batch: swap(x.batch),
    rows: swap(x.columns),
    columns: swap(x.rows),
    depth: swap(x.depth),
  };
}

/** Axes of size 1 dropped, neighbours merged that step regularly in all three arrays. */
export function mergeAxes(axes: readonly ContractionAxis[]): ContractionAxis[] {
  const merged: ContractionAxis[] = [];
  for (const axis of axes) {
    if (axis.size === 1) continue;
    const outer = merged.at(-1);
    const fits = outer?.a === axis.a * axis.size && outer.b === axis.b * axis.size && outer.c === axis.c * axis.size;
    if (outer !== undefined && fits) merged[merged.length - 1] = { ...axis, size: outer.size * axis.size };
    else merged.push(axis);
  }
  return merged;
}

/** How many neighbours along some axes, in their order, are neighbours in C from any multiple of as many on. */
export function runInC(axes: readonly ContractionAxis[]): number {
  let run = 1;
  for (let d = axes.length - 1; d >= 0 && axes[d].c === run; d--) run *= axes[d].size;
  return run;
}

/** Whether the results of all rows, of all batches, follow each other in C from its first element on. */
export function areRowsInOrder({ c, batch, rows, columns }: Contraction): boolean {
  return c.offset === 0 && runInC([...batch, ...rows, ...columns]) === countOf([...batch, ...rows, ...columns]);
}

/**
 * The loop over rows of a product in so many pieces; null if there is none or if it is not done with the product, but by `lowerGemm` apart.
 *
 * @param own What the product writes.
 */
export function inPieces(x: Contraction, pieces: number, own: readonly Buffer[]): RowPieces | null {
  if (x.rowLoop === undefined || !areRowsInOrder(x)) return null;
  return piecesOf(x.rowLoop, pieces, own);
}

/** The elements to step to reach index `flat` along some axes, in one of the arrays. */
export function stepsTo(
  f: FunctionBuilder,
  flat: Expr,
  axes: readonly ContractionAxis[],
  array: 'a' | 'b' | 'c',
): Expr {
  const indices = decode(
    f,
    flat,
    axes.map((axis) => axis.size),
  );
  return f.let(axes.reduce<Expr>((sum, axis, d) => sum.add(indices[d].mul(axis[array])), i32(0)));
}

/** The elements to step to each index along some axes, in one of the arrays: few, as code is written for each. */
export function eachStep(axes: readonly ContractionAxis[], array: 'a' | 'b' | 'c'): number[] {
  return axes.reduce<number[]>(
    (steps, axis) => steps.flatMap((step) => Array.from({ length: axis.size }, (_, i) => step + i * axis[array])),
    [0],
  );
}
