/** @file Tiles of images at the points at which Winograd's forms multiply: transforms of what lies in an image, in functions of their own. */
import type { Expr, FunctionBuilder, KernelFunction, Target, Vectors } from '../../codegen/index.js';
import { FunctionBuilder as Builder, i32 } from '../../codegen/index.js';
import { BYTES } from '../buffers.js';
import { transform } from './winograd_transform.js';

/** Elements rounded up to an odd number of cache lines, so that what lies so far apart does not meet in the same sets of a cache. */
export const cacheStep = (elements: number): number => {
  const lines = Math.ceil(elements / 16);
  return 16 * (lines % 2 === 0 ? lines + 1 : lines);
};

/** Where inputs of tiles lie, and where they are put. */
export interface TileInput {
  /** Features, rounded up to whole vectors: what lies beyond the last one is anything. */
  readonly rounded: number;
  /** Rows and columns; what lies outside counts as zero. */
  readonly size: readonly [number, number];
  /** Elements between rows and between columns. */
  readonly row: number;
  readonly column: number;
  /** Elements between rows of points of the result, which are [row of points][…][column of points][feature]. */
  readonly step: number;
  /** Rows of points that are wanted. Default: all. */
  readonly points?: readonly number[];
}

/** Elements of zeros that `tileTransform` needs, and of scratch memory. */
export const tileMemory = (n: number, rounded: number): { zeros: number; scratch: number } => ({
  zeros: n * rounded + 16,
  scratch: n * n * rounded,
});

/** Run `body` for the bytes before each of some elements, by vectors. `unit`: what their number is a multiple of, itself one of the lanes. */
export function eachVector(
  f: FunctionBuilder,
  count: Expr | number,
  unit: number,
  body: (bytes: Expr, vectors: Vectors) => void,
): void {
  f.forElements(0, count, f.widest, (i, vectors) => body(f.let(i.mul(BYTES)), vectors), { unit });
}

/**
 * `f(image, row, column, to, scratch, zeros)`: matrix · tile · matrixᵀ for the square tile of an image from `row` and `column` on, all
 * features. `scratch` holds what lies between the two steps.
 */
export function tileTransform(
  target: Target,
  name: string,
  matrix: readonly (readonly number[])[],
  x: TileInput,
): KernelFunction {
  const taken = matrix[0].length;
  const points = x.points ?? matrix.map((_, i) => i);
  const bytes = x.rounded * BYTES;
  const f = new Builder(name, target, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [image, row0, column0, to, scratch, zeros] = f.params;
  const first = f.let(f.let(i32(0).sub(column0)).maxS(0).minS(taken));
  const last = f.let(f.let(i32(x.size[1]).sub(column0)).maxS(first).minS(taken));
  const from = f.let(image.add(row0.mul(x.row).add(column0.mul(x.column)).mul(BYTES)));
  // Along columns: scratch[i][q] = Σ matrix[i][p] · tile[p][q]
  const used = Array.from({ length: taken }, (_, p) => points.some((i) => matrix[i][p] !== 0));
  const along = (startsAt: (shift: Expr) => readonly Expr[]): void => {
    const run = (shift: Expr, at: Expr, count: Expr | number): void => {
      const starts = startsAt(shift);
      eachVector(f, count, x.rounded, (c, vectors) => {
        const xs = starts.map((start, p) =>
          used[p] ? f.let(f.loadVector('f32', f.let(start.add(c)), 0, vectors)) : start,
        );
        const target = f.let(at.add(c));
        transform(f, matrix, xs, points).forEach((y, i) => f.store('f32', target, y, i * taken * bytes));
      });
    };
    if (x.rounded === x.column) {
      // Columns are neighbours: one loop does them all.
      const start = f.let(first.mul(bytes));
      run(start, f.let(scratch.add(start)), f.let(last.sub(first).mul(x.rounded)));
      return;
    }
    f.for(first, last, 1, (q) => run(f.let(q.mul(x.column * BYTES)), f.let(scratch.add(q.mul(bytes))), x.rounded));
  };
  const clear = (start: Expr, end: Expr): void =>
    points.forEach((_, i) =>
      f.fill(f.let(scratch.add(start.mul(bytes)).add(i * taken * bytes)), i32(0), f.let(end.sub(start).mul(bytes))),
    );
  f.if(first.gt(0), () => clear(i32(0), first));
  f.if(last.lt(taken), () => clear(last, i32(taken)));
  const rows = Array.from({ length: taken }, (_, p) => p);
  const inside = rows.map((p) => f.let(row0.add(p).ltU(x.size[0])));
  along((shift) => rows.map((p) => f.let(inside[p].select(from.add(p * x.row * BYTES).add(shift), zeros))));
  // Along rows: to[i][j] = Σ matrix[j][q] · scratch[i][q]
  f.for(0, points.length, 1, (i) => {
    const source0 = f.let(scratch.add(i.mul(taken * bytes)));
    const target0 = f.let(to.add(i.mul(x.step * BYTES)));
    eachVector(f, x.rounded, x.rounded, (c, vectors) => {
      const [source, target] = [f.let(source0.add(c)), f.let(target0.add(c))];
      const xs = Array.from({ length: taken }, (_, q) => f.let(f.loadVector('f32', source, q * bytes, vectors)));
      transform(f, matrix, xs).forEach((y, j) => f.store('f32', target, y, j * bytes));
    });
  });
  return f.finish();
}
