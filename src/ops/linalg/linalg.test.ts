import { describe, expect, it } from 'vitest';
import type { TensorLike } from '../../runtime/index.js';
import { everyBackend } from '../../testing/backends.js';
import { readFixtures } from '../../testing/fixtures.js';
import type { OpCase } from '../../testing/op_cases.js';
import { opCaseDifference } from '../../testing/op_cases.js';
import * as ops from '../index.js';

/** `first`: only the first output is determined. */
type LinalgCase = OpCase & { readonly first?: boolean };

describe('linear algebra against real Keras', () => {
  everyBackend((run) => {
    it.each(readFixtures<LinalgCase>('linalg').map((c): [string, LinalgCase] => [c.id, c]))('%s', (_, c) => {
      const first = { ...ops, eigh: (x: TensorLike) => ops.eigh(x)[0] };
      expect(opCaseDifference({ ops: c.first ? first : ops }, c, run)).toBeNull();
    });
  });
});
