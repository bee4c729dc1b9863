import { describe, expect, it } from 'vitest';
import { everyBackend } from '../../testing/backends.js';
import { readFixtures } from '../../testing/fixtures.js';
import type { OpCase } from '../../testing/op_cases.js';
import { opCaseDifference } from '../../testing/op_cases.js';
import * as ops from '../index.js';

describe('linear algebra against real Keras', () => {
  everyBackend((run) => {
    it.each(readFixtures<OpCase>('linalg').map((c): [string, OpCase] => [c.id, c]))('%s', (_, c) => {
      expect(opCaseDifference({ ops }, c, run)).toBeNull();
    });
  });
});
