import { describe, expect, it } from 'vitest';
import { everyBackend } from '../testing/backends.js';
import { readFixtures } from '../testing/fixtures.js';
import type { OpCase } from '../testing/op_cases.js';
import { opCaseDifference } from '../testing/op_cases.js';
import * as ops from './index.js';
import { OPEN } from '../testing/op_edges_open.js';

const FAMILIES = ['op_edges', 'op_edges_unary'];

/** NaN, infinities, both zeros, ties, limits of dtypes, 16 bits, empty axes: each number by itself, as real Keras gave it. */
describe('ops at their edges against real Keras', () => {
  everyBackend((run, backend) => {
    const cases = FAMILIES.flatMap((family) =>
      readFixtures<OpCase>(family).map((c): [string, OpCase] => [`${family} ${c.id}`, c]),
    );
    it.each(cases)('%s', (id, c) => {
      let found: string | null;
      try {
        found = opCaseDifference({ ops }, c, run, { elementwise: true, floor: c.floor ?? 0 });
      } catch (error) {
        found = String(error);
      }
      // What still differs is listed, and has to leave the list as soon as it does not.
      if (OPEN.has(id) || OPEN.has(`${backend} ${id}`))
        expect(found, `${id} is right now: take it off the list`).not.toBeNull();
      else expect(found).toBeNull();
    });
  });
});
