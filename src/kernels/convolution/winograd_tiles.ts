/**
 * @file Images at the points at which Winograd's forms multiply. Tiles that are neighbours in a row of tiles make a *strip*: it is
 * transformed along columns as a whole, as neighbours share what they read, and along rows tile by tile. Functions of their own do it.
 */
import type { Expr, FunctionBuilder, KernelFunction, Target, Vectors } from '../../codegen/index.js';
import { constant, FunctionBuilder as Builder, i32, inVectors } from '../../codegen/index.js';
import { BYTES } from '../buffers.js';
import { decode, gcd, roundUp } from '../work.js';
import { transform } from './winograd_transform.js';

/** Elements rounded up to an odd number of cache lines, so that what lies so far apart does not meet in the same sets of a cache. */
export const cacheStep = (elements: number): number => {
  const lines = Math.ceil(elements / 16);
  return 16 * (lines % 2 === 0 ? lines + 1 : lines);
};

/** How images are cut into strips of tiles, and these into blocks that are done at a time. */
export interface Strips {
  readonly images: number;
  /** Rows and columns of tiles of an image, and all tiles. */
  readonly tileRows: number;
  readonly tileColumns: number;
  readonly tiles: number;
  /** Tiles of a strip; the last strip of a row of tiles may have fewer. */
  readonly length: number;
  readonly perRow: number;
  /** All strips. */
  readonly strips: number;
  /** Strips of a block, and the tiles that these have at most. */
  readonly block: number;
  readonly blockTiles: number;
  readonly blocks: number;
}

/**
 * @param sides Outputs of a tile along each axis.
 * @param most Tiles of a block, about.
 * @param unit What the tiles of a block should be a multiple of.
 */
export function stripsOf(
  images: number,
  outSize: readonly [number, number],
  sides: readonly [number, number],
  most: number,
  unit = 1,
): Strips {
  const [tileRows, tileColumns] = outSize.map((size, axis) => Math.ceil(size / sides[axis]));
  const perRow = Math.ceil(tileColumns / most);
  const length = Math.ceil(tileColumns / perRow);
  const strips = images * tileRows * perRow;
  const whole = unit / gcd(length, unit);
  const fitting = Math.max(1, Math.floor(most / length));
  const block = Math.min(strips, 2 * fitting < whole ? fitting : Math.max(whole, fitting - (fitting % whole)));
  const blocks = Math.ceil(strips / block);
  const tiles = images * tileRows * tileColumns;
  return { images, tileRows, tileColumns, tiles, length, perRow, strips, block, blockTiles: block * length, blocks };
}

/** A strip of the block that is done: its number in the block, its tiles, and how many tiles of the block lie before it. */
export interface Strip {
  readonly number: Expr;
  readonly tiles: Expr;
  readonly before: Expr;
  /** Where it lies; written where it is called. Rows and columns of tiles. */
  place(): { image: Expr; row: Expr; column: Expr };
}

/** Run `body` for `count` strips from `first` on. */
export function eachStrip(f: FunctionBuilder, x: Strips, first: Expr, count: Expr, body: (strip: Strip) => void): Expr {
  const before = f.local(i32(0));
  f.for(0, count, 1, (number) => {
    const flat = f.let(first.add(number));
    const column = (): Expr => f.let(x.perRow === 1 ? i32(0) : flat.remU(x.perRow).mul(x.length));
    const tiles =
      x.perRow * x.length === x.tileColumns
        ? i32(x.length)
        : f.let(f.let(i32(x.tileColumns).sub(column())).minS(x.length));
    body({
      number,
      tiles,
      before,
      place() {
        const [image, row] = decode(f, f.let(flat.divU(x.perRow)), [x.images, x.tileRows]);
        return { image, row, column: column() };
      },
    });
    f.set(before, before.add(tiles));
  });
  return before;
}

/** Run `body` for the bytes before each of some elements, by vectors. `unit`: what their number is a multiple of, itself one of the lanes. */
export function eachVector(
  f: FunctionBuilder,
  count: Expr | number,
  unit: number,
  body: (bytes: Expr, vectors: Vectors) => void,
): void {
  f.forElements(0, count, f.widest, (i, vectors) => body(f.let(i.mul(BYTES)), vectors), { unit });
}

/** Where the images of strips lie. */
export interface StripInput {
  /** Elements of a column where it is transformed. What lies beyond its features is anything. */
  readonly width: number;
  /** Rows and columns; what lies outside counts as zero. */
  readonly size: readonly [number, number];
  /** Elements between rows and between columns. */
  readonly row: number;
  readonly column: number;
  /** Rows from one that is read to the next. */
  readonly stride: number;
  /** Rows of points that are wanted, and the elements between these in the result: [row of points][column][feature]. */
  readonly points: readonly number[];
  readonly step: number;
}

/** Elements that a strip may be written beyond its end. */
export const BEYOND = 4;

/**
 * `f(image, row, column, columns, to, zeros)`: a strip along columns, to[i][q] = Σ matrix[i][p] · image[row + p·stride][column + q].
 * `zeros`: as many elements that are zero as a strip has in a row.
 */
export function stripTransform(
  target: Target,
  name: string,
  matrix: readonly (readonly number[])[],
  x: StripInput,
): KernelFunction {
  const { points, width } = x;
  const { lanes } = target;
  const rows = matrix[0].map((_, p) => p);
  const bytes = width * BYTES;
  const f = new Builder(name, target, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [image, row0, column0, columns, to, zeros] = f.params;
  const first = f.let(f.let(i32(0).sub(column0)).maxS(0).minS(columns));
  const last = f.let(f.let(i32(x.size[1]).sub(column0)).maxS(first).minS(columns));
  const from = f.let(image.add(row0.mul(x.row).add(column0.mul(x.column)).mul(BYTES)));
  const used = rows.map((p) => points.some((i) => matrix[i][p] !== 0));
  const inside = rows.map((p) => f.let(row0.add(p * x.stride).ltU(x.size[0])));
  // Whole vectors, some of which reach beyond their columns.
  const unit = width % lanes === 0 ? width : lanes;
  const wholeOf = (elements: Expr): Expr => f.let(width % lanes === 0 ? elements : elements.add(lanes - 1).and(-lanes));
  const run = (shift: Expr, at: Expr, count: Expr | number): void => {
    const starts = rows.map((p) => f.let(inside[p].select(from.add(p * x.stride * x.row * BYTES).add(shift), zeros)));
    eachVector(f, count, unit, (c, vectors) => {
      const xs = starts.map((start, p) =>
        used[p] ? f.let(f.loadVector('f32', f.let(start.add(c)), 0, vectors)) : start,
      );
      const target = f.let(at.add(c));
      transform(f, matrix, xs, points).forEach((y, i) => f.store('f32', target, y, i * x.step * BYTES));
    });
  };
  const clear = (start: Expr, end: Expr): void => {
    const at = f.let(to.add(start.mul(bytes)));
    eachVector(f, wholeOf(end.sub(start).mul(width)), unit, (c, vectors) => {
      const place = f.let(at.add(c));
      const zero = constant(inVectors('f32', vectors), 0);
      points.forEach((_, i) => f.store('f32', place, zero, i * x.step * BYTES));
    });
  };
  f.if(first.gt(0), () => clear(i32(0), first));
  if (width === x.column) {
    // Columns are neighbours: one loop does them all.
    const start = f.let(first.mul(bytes));
    run(start, f.let(to.add(start)), wholeOf(last.sub(first).mul(width)));
  } else
    f.for(first, last, 1, (q) =>
      run(f.let(q.mul(x.column * BYTES)), f.let(to.add(q.mul(bytes))), roundUp(width, lanes)),
    );
  f.if(last.lt(columns), () => clear(last, columns));
  return f.finish();
}

/** Elements between neighbours. */
interface TileSteps {
  readonly tile: number;
  readonly column: number;
}

/**
 * `f(from, to, tiles, features)`: tiles along rows, to[t][j] = Σ matrix[j][q] · from[t][q], where tiles and columns lie at these steps.
 *
 * @param unit What the number of features is a multiple of.
 */
export function tileTransform(
  target: Target,
  name: string,
  matrix: readonly (readonly number[])[],
  { from, to, unit }: { readonly from: TileSteps; readonly to: TileSteps; readonly unit: number },
): KernelFunction {
  const f = new Builder(name, target, ['i32', 'i32', 'i32', 'i32']);
  const [from0, to0, tiles, features] = f.params;
  const [source0, target0] = [f.local(from0), f.local(to0)];
  f.for(0, tiles, 1, () => {
    eachVector(f, features, unit, (c, vectors) => {
      const [source, place] = [f.let(source0.add(c)), f.let(target0.add(c))];
      const xs = matrix[0].map((_, q) => f.let(f.loadVector('f32', source, q * from.column * BYTES, vectors)));
      transform(f, matrix, xs).forEach((y, j) => f.store('f32', place, y, j * to.column * BYTES));
    });
    f.set(source0, source0.add(from.tile * BYTES));
    f.set(target0, target0.add(to.tile * BYTES));
  });
  return f.finish();
}
