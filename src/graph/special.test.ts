import { describe, expect, it } from 'vitest';
import { erfinv, erfinvSingle, nextAfter } from './special.js';

describe('erfinvSingle', () => {
  it('is erfinv, rounded to float32', () => {
    const edges = [0, 0.85, 0.9, 1 - 2 * Math.exp(-25), 1, 2].map(Math.fround);
    const spread = Array.from({ length: 40000 }, (_, i) => Math.fround((i + 0.37) / 40000));
    const tails = Array.from({ length: 4000 }, (_, i) => Math.fround(1 - 2 ** (-i / 160)));
    const tiny = Array.from({ length: 1500 }, (_, i) => Math.fround(2 ** (-i / 10)));
    const near = edges.flatMap((x) => [x, nextAfter(x, -1), nextAfter(x, 3)]);
    for (const x of [...near, ...spread, ...tails, ...tiny, NaN]) {
      for (const signed of [x, -x]) {
        if (!Object.is(erfinvSingle(signed), Math.fround(erfinv(signed))))
          expect([signed, erfinvSingle(signed)]).toEqual([signed, Math.fround(erfinv(signed))]);
      }
    }
  });
});
