/** @file Convolutions over two axes: how they are cut into tiles and tasks, and whether tiles are faster than a plain sum. */
import type { Expr, FunctionBuilder, Target } from '../../codegen/index.js';
import { i32 } from '../../codegen/index.js';
import type { Buffer } from '../buffers.js';
import { BYTES } from '../buffers.js';
import type { Epilogue } from '../context.js';
import { tileOf } from '../contraction/gemm_tile.js';
import { roundUp } from '../work.js';
import type { Strips } from './winograd_tiles.js';
import { stripsOf } from './winograd_tiles.js';
import type { Winograd } from './winograd_transform.js';
import { sumsAtOnce, winograd } from './winograd_transform.js';

/** One of rows and one of columns. */
export type Pair<T = number> = readonly [T, T];

export const mapPair = <T, R>([x, y]: Pair<T>, of: (x: T, axis: 0 | 1) => R): [R, R] => [of(x, 0), of(y, 1)];

const product = ([x, y]: Pair): number => x * y;

/** An image in memory, its features side by side. Steps in elements. */
export interface Image {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly image: number;
  readonly row: number;
  readonly column: number;
}

/** Positions that meet the same taps, and lie side by side in an image of their own. */
export interface Phase {
  /** Zeros before the first row and column of the input; negative: rows and columns that are left out. */
  readonly before: Pair;
  /** Rows and columns of positions. */
  readonly size: Pair;
  /** Elements before the first position in the output, and before the first tap in the kernel. */
  readonly output: number;
  readonly kernel: number;
}

/**
 * A convolution over two axes, or one (of a single row), of float32. Its taps are dealt in turn to the *parts* of an axis, as many as the stride: each part is a convolution
 * without strides of every so manieth element of the input, and the parts' sums are one sum, as if they were features.
 *
 * Where its input is dilated, positions are in *phases*, each of them a convolution without dilation, and all alike but for where they lie. Those
 * that meet the same elements of the input are one phase, with the results of each `copy` side by side as if they were features.
 */
export interface TiledConvolution {
  readonly label: string;
  readonly images: number;
  /** Features of the input. */
  readonly channels: number;
  /** Features of the output. */
  readonly features: number;
  /** Taps that a position meets along each axis. */
  readonly taps: Pair;
  /** Elements of the input from one position to the next. */
  readonly strides: Pair;
  /** Rows and columns of the input. */
  readonly size: Pair;
  readonly phases: readonly Phase[];
  /** Copies of a phase along each axis. */
  readonly copies: Pair;
  readonly input: Image;
  /** Steps are those between neighbours of a phase, `copy` those between copies. */
  readonly output: Image & { readonly copy: Pair };
  readonly kernel: {
    readonly buffer: Buffer;
    readonly offset: number;
    /** Elements between taps of neighbouring rows, and of neighbouring columns, of a position. */
    readonly tap: Pair;
    readonly channel: number;
    readonly feature: number;
    readonly copy: Pair;
  };
  /** What is done to results before they are stored (`canFinish`); the output is then where the epilogue has its result. */
  readonly epilogue?: Epilogue;
}

/** Rows and columns of positions, of the largest phase. */
export const positionsOf = ({ phases }: TiledConvolution): Pair => [
  Math.max(...phases.map(({ size }) => size[0])),
  Math.max(...phases.map(({ size }) => size[1])),
];

/** Taps of a part along each axis: the most that one has. */
export const partTaps = ({ taps, strides }: TiledConvolution): Pair =>
  mapPair(taps, (count, axis) => Math.ceil(count / strides[axis]));

/** Features that are summed over, and columns of results. */
export const depthOf = ({ channels, strides }: TiledConvolution): number => channels * product(strides);
export const columnsOf = ({ features, copies }: TiledConvolution): number => features * product(copies);

/** How the features of a column lie where it is transformed: those of all parts side by side. */
export interface ColumnForm {
  /** Elements from one column of the input to the next. */
  readonly step: number;
  /** Features of the columns of a part along rows, rounded up to whole vectors: what lies beyond the last is anything. */
  readonly part: number;
  /** Elements from one such part to the next, and of all of them, rounded up to `unit`. */
  readonly partStep: number;
  readonly all: number;
}

export function columnForm(
  { channels, strides: [parts, across] }: TiledConvolution,
  unit: number,
  lanes: number,
): ColumnForm {
  const step = across === 1 ? roundUp(channels, parts === 1 ? unit : lanes) : channels;
  const partStep = channels * across;
  const part = roundUp(partStep, parts === 1 ? unit : lanes);
  return { step, part, partStep, all: roundUp((parts - 1) * partStep + part, unit) };
}

/** The number of `index`, written as briefly as the numbers allow. */
export function pick(f: FunctionBuilder, index: Expr, numbers: readonly number[]): Expr {
  const [first, second = first] = numbers;
  const step = second - first;
  if (numbers.every((x, i) => x === first + i * step)) return f.let(index.mul(step).add(first));
  return f.let(numbers.slice(1).reduce<Expr>((rest, x, i) => index.eq(i + 1).select(i32(x), rest), i32(first)));
}

/** How a convolution is cut into tiles and blocks. */
export interface Plan {
  /** Along rows of the input (from one to the next), and along columns. */
  readonly ws: Pair<Winograd>;
  /** Tasks do a block of one phase each. */
  readonly strips: Strips;
  /** Features that are multiplied between two transforms. */
  readonly group: number;
  /** Columns of results, rounded up to whole panels. */
  readonly width: number;
  readonly form: ColumnForm;
}

const GROUP = 64;

export function planOf(x: TiledConvolution, ms: Pair, target: Target): Plan {
  const { lanes, machine } = target;
  const ws = mapPair(partTaps(x), (r, axis) => winograd(ms[axis], r));
  const [rows, columns] = ws;
  const panel = tileOf(target, columnsOf(x)).columns;
  const width = roundUp(columnsOf(x), panel);
  const form = columnForm(x, lanes, lanes);
  const group = Math.min(GROUP, width);
  // Strips and tiles transformed, of the input and of the output.
  const perTile = rows.n * ((2 * columns.m + 1) * form.all + columns.n * group + columns.m * width) * BYTES;
  // What a task transforms stays in the second cache, beside a part of the kernel.
  const fitting = Math.floor((0.625 * machine.l2) / perTile);
  const positions = positionsOf(x);
  const tiles = x.phases.length * x.images * product(mapPair(positions, (size, axis) => Math.ceil(size / ms[axis])));
  const shared = Math.ceil(tiles / machine.enoughTasks);
  const most = Math.max(8, Math.min(fitting, shared, 24));
  return { ws, strips: stripsOf(x.images, positions, ms, most, 4), group, width, form };
}

/** Sides that tiles may have: outputs, or taps of a gradient, that are computed at once along each axis. */
export function sidesOf(x: TiledConvolution): Pair[] {
  const [rows, columns] = mapPair(partTaps(x), sumsAtOnce);
  return rows.flatMap((row) => columns.map((column): Pair => [row, column]));
}

/** Multiply-adds of a plain sum. */
export const plainProducts = (x: TiledConvolution): number =>
  x.images * x.phases.reduce((n, { size }) => n + product(size), 0) * product(x.taps) * x.channels * columnsOf(x);

/** The sides with the least cost; null: none costs less than the plain sum. */
export function cheapest(x: TiledConvolution, plain: number, costOf: (sides: Pair) => number): Pair | null {
  if (Math.max(...partTaps(x)) === 1) return null;
  let [best, least]: [Pair | null, number] = [null, plain];
  for (const sides of sidesOf(x)) {
    const cost = costOf(sides);
    if (cost < least) [best, least] = [sides, cost];
  }
  return best;
}
