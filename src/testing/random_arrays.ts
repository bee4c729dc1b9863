/** @file Random types and numbers for property tests: odd sizes, narrow and wide ranges, ties, NaN, infinities, both zeros. */
import * as fc from 'fast-check';
import type { DType } from '../core/dtype.js';
import { allocate, dtypeInfo, isFloat, limits, roundTo } from '../core/dtype.js';
import type { NDArray, TensorType } from '../core/ndarray.js';
import { ndarray } from '../core/ndarray.js';
import { sizeOf } from '../core/shape.js';

/** How the numbers of an array are drawn. */
export type Style =
  /** Whole numbers from -4 to 4: ties, zeros, sums that are exact. */
  | 'whole'
  /** Floats in (-2, 2); integers as `whole`. */
  | 'unit'
  /** All magnitudes that the dtype has within reason. */
  | 'wide'
  /** As `unit` with NaN, infinities, both zeros, the limits and subnormals strewn in. */
  | 'special';

export const STYLES: readonly Style[] = ['whole', 'unit', 'wide', 'special'];

/** A repeatable stream of numbers in [0, 1). @see https://gist.github.com/tommyettinger/46a874533244883189143505d203312c (mulberry32, public domain) */
export function randomStream(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SPECIAL_FLOATS = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, 2, 1e-40, -1e-40, 5e-8, 1e30, -1e30] as const;

function drawFloat(style: Style, next: () => number, bits: number): number {
  switch (style) {
    case 'whole':
      return Math.floor(next() * 9) - 4;
    case 'unit':
      return next() * 4 - 2;
    case 'wide':
      return (next() < 0.5 ? -1 : 1) * 2 ** ((next() * 2 - 1) * (bits === 16 ? 8 : 24));
    case 'special':
      return next() < 0.4 ? SPECIAL_FLOATS[Math.floor(next() * SPECIAL_FLOATS.length)] : next() * 4 - 2;
    default:
      return style satisfies never;
  }
}

function drawInteger(dtype: DType, style: Style, next: () => number): number {
  const { min, max } = limits(dtype);
  if (style === 'whole' || style === 'unit') return Math.floor(next() * 9) - (min < 0 ? 4 : 0);
  if (style === 'special' && next() < 0.3) return [min, max, 0, 1][Math.floor(next() * 4)] % 2 ** 53;
  const reach = Math.min(max, 2 ** 40); // 64-bit integers are exact up to 2^53 only
  return Math.floor(next() * reach * (min < 0 ? 2 : 1)) - (min < 0 ? reach : 0);
}

/** Numbers of a type, the same ones for the same seed. */
export function randomArray({ dtype, shape }: TensorType, style: Style, seed: number): NDArray {
  const next = randomStream(seed);
  const data = allocate(dtype, sizeOf(shape));
  const { bits } = dtypeInfo(dtype);
  for (let i = 0; i < data.length; i++) {
    const x = dtype === 'bool' ? next() * 2 - 1 : 0;
    if (dtype === 'bool') data[i] = x > 0 ? 1 : 0;
    else data[i] = roundTo(dtype, isFloat(dtype) ? drawFloat(style, next, bits) : drawInteger(dtype, style, next));
  }
  return ndarray(dtype, shape, data);
}

/** Whole numbers from `least` to `greatest`, both included. */
export function randomIndices({ dtype, shape }: TensorType, least: number, greatest: number, seed: number): NDArray {
  const next = randomStream(seed);
  const data = allocate(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = roundTo(dtype, least + Math.floor(next() * (greatest - least + 1)));
  return ndarray(dtype, shape, data);
}

/** Draws one thing after another; what fast-check has drawn it can shrink. */
export class Draw {
  readonly #gen: fc.GeneratorValue;

  constructor(gen: fc.GeneratorValue) {
    this.#gen = gen;
  }

  /** From `least` to `greatest`, both included; shrinks to `least`. */
  int(least: number, greatest: number): number {
    return least >= greatest ? least : this.#gen(fc.integer, { min: least, max: greatest });
  }

  /** One of several; shrinks to the first. */
  pick<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)];
  }

  /** True in about `percent` of 100 cases; shrinks to false. */
  chance(percent: number): boolean {
    return this.int(0, 99) >= 100 - percent;
  }

  seed(): number {
    return this.#gen(fc.nat, { max: 0x7fffffff });
  }

  /** Some of the items, in their order. */
  subset<T>(items: readonly T[], percent = 50): T[] {
    return items.filter(() => this.chance(percent));
  }

  shuffled<T>(items: readonly T[]): T[] {
    const list = [...items];
    for (let i = list.length - 1; i > 0; i--) {
      const j = i - this.int(0, i); // shrinks to the order that it has
      [list[i], list[j]] = [list[j], list[i]];
    }
    return list;
  }
}

const SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 31, 33, 65] as const;

/** A shape of `least` to `greatest` dimensions and at most `elements` elements; now and then one is 0. */
export function drawShape(draw: Draw, least: number, greatest: number, elements: number): number[] {
  const ndim = draw.int(least, greatest);
  let room = Math.max(1, elements);
  const shape: number[] = [];
  for (let d = 0; d < ndim; d++) {
    const choices = SIZES.filter((n) => n <= room);
    const dim = draw.chance(3) ? 0 : draw.pick(choices);
    room = Math.floor(room / Math.max(1, dim));
    shape.push(dim);
  }
  return shape;
}
