import { expect, test } from 'vitest';
import { setPlatform } from '../../core/platform.js';
import { nodePlatform } from '../../platform/node/index.js';
import { engineReadsFiles, engineRunner } from './runner.js';

test('an engine started before the platform had workers is not the one that serves it', () => {
  setPlatform({ workers: null });
  const before = engineRunner(15);
  expect(engineReadsFiles()).toBe(false);
  setPlatform(nodePlatform);
  expect(engineReadsFiles()).toBe(true);
  const after = engineRunner(15);
  expect(after).not.toBe(before);
  expect(engineRunner(15)).toBe(after);
});
