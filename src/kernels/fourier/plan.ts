/** @file In which stages a transform of a length goes, and the factors that they turn by. */
import type { NDArray } from '../../core/ndarray.js';
import { fromNumbers } from '../../core/ndarray.js';
import { InternalError } from '../../core/errors.js';
import { range } from '../../core/shape.js';
import { rootOfUnity, smoothFactors } from '../../graph/fourier.js';

/** A stage: see stages.ts. */
export interface Stage {
  readonly radix: number;
  /** Numbers in each of its parts, and numbers between neighbours. */
  readonly m: number;
  readonly s: number;
  /** Where its factors begin in the table, counted in numbers. */
  readonly turns: number;
}

export interface Plan {
  readonly stages: readonly Stage[];
  /** The factors of all stages. */
  readonly table: NDArray;
}

/** Fours first: then neighbours fill vectors from the second stage on. */
function radicesOf(n: number): number[] {
  const factors = smoothFactors(n);
  if (factors === null) throw new InternalError(`kernels: no Fourier transform of ${n} numbers`);
  const twos = factors.filter((radix) => radix === 2).length;
  return [
    ...range(Math.floor(twos / 2)).map(() => 4),
    ...factors.filter((radix) => radix !== 2).reverse(),
    ...range(twos % 2).map(() => 2),
  ];
}

const plans = new Map<string, Plan>();

/** @param firstByParts Whether the factors of the first stage stand part by part, as `firstOf4` reads them. */
export function planOf(n: number, dtype: 'float32' | 'float64', firstByParts: (m: number) => boolean): Plan {
  const radices = radicesOf(n);
  const byParts = radices[0] === 4 && firstByParts(n / 4);
  const key = `${n} ${dtype} ${byParts}`;
  const known = plans.get(key);
  if (known !== undefined) return known;
  const table: number[] = [];
  const stages: Stage[] = [];
  let size = n;
  for (const radix of radices) {
    const m = size / radix;
    stages.push({ radix, m, s: n / size, turns: table.length });
    const ks = range(radix - 1).map((k) => k + 1);
    if (stages.length === 1 && byParts) {
      for (const k of ks) for (const part of [0, 1]) for (let p = 0; p < m; p++) table.push(rootOfUnity(p * k, size)[part]); // prettier-ignore
    } else if (m > 1) {
      for (let p = 0; p < m; p++) for (const k of ks) table.push(...rootOfUnity(p * k, size));
    }
    size = m;
  }
  const plan = { stages, table: fromNumbers(dtype, [table.length], table) };
  if (plans.size > 64) plans.clear();
  plans.set(key, plan);
  return plan;
}
