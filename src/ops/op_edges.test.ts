import { describe, expect, it } from 'vitest';
import { everyBackend } from '../testing/backends.js';
import { readFixtures } from '../testing/fixtures.js';
import type { OpCase } from '../testing/op_cases.js';
import { opCaseDifference } from '../testing/op_cases.js';
import * as ops from './index.js';

/** NaN, infinities, both zeros, ties, limits of dtypes, 16 bits, empty axes: each number by itself, as real Keras gave it. */
describe.each(['op_edges', 'op_edges_binary', 'op_edges_unary'])('edges against real Keras: %s', (family) => {
  const byOp = new Map<string, OpCase[]>();
  for (const c of readFixtures<OpCase>(family)) byOp.set(c.name, [...(byOp.get(c.name) ?? []), c]);
  everyBackend((run) => {
    it.each([...byOp])('%s', (_name, cases) => {
      const differences = cases.flatMap((c) => {
        const found = opCaseDifference({ ops }, c, run, { elementwise: true, floor: c.floor ?? 0 });
        return found === null ? [] : [`${c.id}: ${found}`];
      });
      expect(differences).toEqual([]);
    });
  });
});
