/** @file The ways of running a program, and the comparison of what they give. */
import type { DType } from '../../core/dtype.js';
import { isFloat } from '../../core/dtype.js';
import type { NDArray } from '../../core/ndarray.js';
import { wasmBackend } from '../../backend/wasm/index.js';
import type { BackendName } from '../../runtime/index.js';
import { setBackend } from '../../runtime/index.js';
import { difference } from '../compare.js';
import { randomStream } from '../random_arrays.js';

/** Choices from a stream of numbers. */
export class Choices {
  readonly #next: () => number;
  constructor(seed: number) {
    this.#next = randomStream(seed);
  }
  /** A whole number from `least` to `most`. */
  int(least: number, most: number): number {
    return least + Math.floor(this.#next() * (most - least + 1));
  }
  pick<T>(from: readonly T[]): T {
    return from[this.int(0, from.length - 1)];
  }
  /** True in so many cases of a hundred. */
  chance(percent: number): boolean {
    return this.#next() * 100 < percent;
  }
}

/** A way to run a program. */
export interface Way {
  readonly backend: BackendName;
  readonly threads: number;
  readonly eager: boolean;
}
const way = (backend: BackendName, threads: number, eager: boolean): Way => ({ backend, threads, eager });
/** The first one is the oracle. The last two must give the same bits. */
export const WAYS: readonly Way[] = [
  way('interpreter', 1, false),
  way('interpreter', 1, true),
  way('wasm', 2, true),
  way('wasm', 1, false),
  way('wasm', 2, false),
];

/** Run something in a way. */
export async function inWay<R>({ backend, threads }: Way, fn: () => R | Promise<R>): Promise<R> {
  wasmBackend.setThreads!(threads);
  setBackend(backend);
  return await fn();
}

/** How far two ways may be apart, relative to the greatest number of an array. Sums in another order are off by a few roundings. */
const TOLERANCE: Partial<Record<DType, number>> = { float16: 4e-3, bfloat16: 3e-2, float32: 2e-5, float64: 1e-10 };

/** What differs between the ways; null: nothing. @param floor Of what cancels in truth. */
export function disagreement(results: readonly (readonly NDArray[])[], floor = 0): string | null {
  const [oracle, ...others] = results;
  for (const [k, found] of others.entries()) {
    const { backend, threads, eager } = WAYS[k + 1];
    const name = `${backend}, ${threads} thread(s), ${eager ? 'eager' : 'compiled'}`;
    if (found.length !== oracle.length) return `${name}: ${found.length} results, expected ${oracle.length}`;
    for (const [i, expected] of oracle.entries()) {
      if (found[i].dtype !== expected.dtype)
        return `${name}, result ${i}: ${found[i].dtype}, expected ${expected.dtype}`;
      const bounds = { floor, exact: !isFloat(expected.dtype) };
      const wrong = difference(found[i], expected, TOLERANCE[expected.dtype] ?? 0, bounds);
      if (wrong !== null) return `${name}, result ${i}: ${wrong}`;
    }
  }
  const [one, two] = others.slice(-2);
  for (const [i, { data }] of one.entries()) {
    const at = Array.from(data).findIndex((x, j) => !Object.is(x, two[i].data[j]));
    if (at >= 0) return `result ${i}, element ${at}: ${data[at]} on one thread, ${two[i].data[at]} on two`;
  }
  return null;
}
