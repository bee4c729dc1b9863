/** @file Convolutions of 3×3 taps: how they are cut into tiles and tasks, and whether tiles are faster than a plain sum. */
import type { Target } from '../../codegen/index.js';
import type { Buffer } from '../buffers.js';
import { BYTES } from '../buffers.js';
import type { Epilogue } from '../context.js';
import { tileOf } from '../contraction/gemm_tile.js';
import { roundUp } from '../work.js';
import type { Strips } from './winograd_tiles.js';
import { stripsOf } from './winograd_tiles.js';
import type { Winograd } from './winograd_transform.js';
import { winograd } from './winograd_transform.js';

/** Taps along each axis. */
export const TAPS = 3;

/** An image in memory, its features side by side. Steps in elements. */
export interface Image {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly image: number;
  readonly row: number;
  readonly column: number;
}

/** A convolution of 3×3 taps over two axes, without strides and dilation. */
export interface PlainConvolution {
  readonly label: string;
  readonly images: number;
  /** Features of the input. */
  readonly channels: number;
  /** Features of the output. */
  readonly features: number;
  /** Rows and columns of the input. */
  readonly size: readonly [number, number];
  /** Rows and columns of the output. */
  readonly outSize: readonly [number, number];
  /** Zeros before the first row and column; negative: rows and columns that are left out. */
  readonly before: readonly [number, number];
  readonly input: Image;
  readonly output: Image;
  readonly kernel: {
    readonly buffer: Buffer;
    readonly offset: number;
    readonly row: number;
    readonly column: number;
    readonly channel: number;
    readonly feature: number;
  };
  /** What is done to results before they are stored (`canFinish`); the output is then where the epilogue has its result. */
  readonly epilogue?: Epilogue;
}

/** How a convolution is cut into tiles and blocks. */
export interface Plan {
  readonly w: Winograd;
  /** Tasks do a block each. */
  readonly strips: Strips;
  /** Features that are multiplied between two transforms. */
  readonly group: number;
  /** Features of the output, rounded up to whole panels. */
  readonly width: number;
  /** Features of the input, rounded up to whole vectors. */
  readonly rounded: number;
}

const GROUP = 64;

export function planOf(x: PlainConvolution, m: number, target: Target): Plan {
  const { lanes, machine } = target;
  const w = winograd(m, TAPS);
  const panel = tileOf(target, x.features).columns;
  const [width, rounded] = [roundUp(x.features, panel), roundUp(x.channels, lanes)];
  const group = Math.min(GROUP, width);
  // Strips and tiles transformed, of the input and of the output.
  const perTile = w.n * ((2 * m + 1) * rounded + w.n * group + m * width) * BYTES;
  // What a task transforms stays in the second cache, beside a part of the kernel.
  const fitting = Math.floor((0.625 * machine.l2) / perTile);
  const tiles = x.images * x.outSize.reduce((n, size) => n * Math.ceil(size / m), 1);
  const shared = Math.ceil(tiles / machine.enoughTasks);
  const most = Math.max(8, Math.min(fitting, shared, 24));
  return { w, strips: stripsOf(x.images, x.outSize, m, most, 4), group, width, rounded };
}

/**
 * The tile that computes the fastest, about; 0: none is faster than a plain sum. In multiply-adds of vectors (`ProductCosts`).
 *
 * @param isUnchanging Whether the kernel is transformed once for many runs.
 */
export function tileSizeFor(x: PlainConvolution, target: Target, isUnchanging: boolean): 0 | 2 | 4 {
  const [c, k] = [x.channels / target.lanes, x.features / target.lanes];
  if (x.channels < 8 || x.features < 8) return 0;
  const positions = x.images * x.outSize[0] * x.outSize[1];
  const { winograd: cost } = target.machine.products;
  const costs = ([4, 2] as const).map((m) => {
    const { w, strips } = planOf(x, m, target);
    const points = w.n * w.n;
    const products = points * x.channels * k * cost.product;
    const moves = points * (c + k) * cost.move;
    const kernel = isUnchanging ? 0 : points * x.channels * k * cost.kernel;
    return { m, cost: strips.tiles * (products + moves) + kernel };
  });
  const plain = positions * TAPS * TAPS * x.channels * k * cost.plain;
  const best = costs[0].cost <= costs[1].cost ? costs[0] : costs[1];
  return best.cost < plain ? best.m : 0;
}
