/** @file Convolutions in regions of tiles of one size each: where a size is no multiple of a tile's side, the rest takes smaller tiles. */
import type { Target } from '../../codegen/index.js';
import type { Pair, TiledConvolution } from './winograd_plan.js';
import { columnsOf, depthOf, mapPair, partTaps, plainProducts, planOf, positionsOf } from './winograd_plan.js';
import { sumsAtOnce } from './winograd_transform.js';

/** Positions along an axis, and the side of the tiles that compute them. */
interface Segment {
  readonly first: number;
  readonly count: number;
  readonly side: number;
}

/** The positions of an axis in one segment, or two. */
type Cut = readonly Segment[];

/** Points along an axis at which products are taken. */
const pointsOf = (cut: Cut, taps: number): number =>
  cut.reduce((n, { count, side }) => n + Math.ceil(count / side) * (side + taps - 1), 0);

/** Cuts into one segment, with each side of tiles, and the one into two that takes the fewest points, if these are fewer. */
export function cutsOf(size: number, taps: number): Cut[] {
  const sides = sumsAtOnce(taps);
  const whole = sides.map((side): Cut => [{ first: 0, count: size, side }]);
  const mixed = sides.flatMap((side) =>
    Array.from({ length: Math.ceil(size / side) - 1 }, (_, i) => (i + 1) * side).flatMap(
      (count) =>
      sides.map((other): Cut => [{ first: 0, count, side }, { first: count, count: size - count, side: other }]), // prettier-ignore
    ),
  );
  const fewest = Math.min(...whole.map((cut) => pointsOf(cut, taps)));
  const best = mixed.reduce<Cut | null>((a, b) => (a === null || pointsOf(b, taps) < pointsOf(a, taps) ? b : a), null);
  return best !== null && pointsOf(best, taps) < fewest ? [...whole, best] : whole;
}

/** Positions of a convolution, in tiles of one size. */
export interface Region {
  readonly x: TiledConvolution;
  readonly sides: Pair;
}

/** The convolution at the positions of these segments alone. */
function regionOf(x: TiledConvolution, segments: Pair<Segment>): Region {
  const steps = [x.output.row, x.output.column] as const;
  const sum = ([a, b]: Pair): number => a + b;
  const phases = x.phases.map(({ before, size, output, kernel }) => ({
    before: mapPair(segments, ({ first }, axis) => before[axis] - first * x.strides[axis]),
    size: mapPair(segments, ({ first, count }, axis) => Math.min(count, size[axis] - first)),
    output: output + sum(mapPair(segments, ({ first }, axis) => first * steps[axis])),
    kernel,
  }));
  return { x: { ...x, phases }, sides: mapPair(segments, ({ side }) => side) };
}

/** Several regions must cost so much less than one: they are read from farther caches, and their strips are shorter. */
const MIXED = 0.93;

/** In multiply-adds of vectors (`ProductCosts`). */
function costOf({ x, sides }: Region, target: Target, isUnchanging: boolean): number {
  const { winograd: cost } = target.machine.products;
  const [depth, columns] = [depthOf(x), columnsOf(x)];
  const { ws, strips } = planOf(x, sides, target);
  const points = ws[0].n * ws[1].n;
  const products = (depth * columns * cost.product) / target.lanes;
  const moves = ((depth + columns) * cost.move) / target.lanes;
  const kernel = isUnchanging ? 0 : (depth * columns * cost.kernel) / target.lanes;
  return x.phases.length * points * (strips.tiles * (products + moves) + kernel);
}

/**
 * The regions and tiles that compute a convolution the fastest, about; none: a plain sum is faster.
 *
 * @param isUnchanging Whether the kernel is transformed once for many runs.
 */
export function regionsFor(x: TiledConvolution, target: Target, isUnchanging: boolean): readonly Region[] {
  const taps = partTaps(x);
  if (depthOf(x) < 8 || columnsOf(x) < 8 || Math.max(...taps) === 1) return [];
  const { winograd: cost } = target.machine.products;
  const [rows, columns] = mapPair(positionsOf(x), (size, axis) => cutsOf(size, taps[axis]));
  const choices = rows.flatMap((cut) =>
    columns.map((across) => {
      const regions = cut.flatMap((a) => across.map((b) => regionOf(x, [a, b])));
      const kernels = (regions.length - 1) * cost.region;
      const total = regions.reduce((sum, region) => sum + costOf(region, target, isUnchanging), kernels);
      return { regions, cost: regions.length === 1 ? total : total / MIXED };
    }),
  );
  const plain: (typeof choices)[number] = { regions: [], cost: (plainProducts(x) / target.lanes) * cost.plain };
  return choices.reduce((a, b) => (b.cost < a.cost ? b : a), plain).regions;
}
