import { describe, expect, test } from 'vitest';
import '../backends.js';
import { useNode } from '../wasm.js';
import { FAMILIES, fuzzOnce } from './index.js';

useNode();

/** A few programs of each family, the same ones each time; `npm run fuzz` runs others for as long as one likes. */
const RUNS: Readonly<Record<string, number>> = { graph: 60, ops: 40, model: 4 };

describe.each(Object.keys(FAMILIES))('random programs agree however they are run: %s', (family) => {
  test(`seeds 1 to ${RUNS[family]}`, async () => {
    for (let seed = 1; seed <= RUNS[family]; seed++)
      expect(await fuzzOnce(family, seed), `npm run fuzz -- --family ${family} --seed ${seed} --count 1`).toBeNull();
  });
});
