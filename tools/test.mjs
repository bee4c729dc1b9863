/**
 * @file `npm test`: runs vitest (arguments are handed on: `npm test -- src/ops`), says what it left out, and ends in the
 * line `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './lib/stamps.mjs';

const folder = mkdtempSync(join(tmpdir(), 'keras-ts-test-'));
const countsFile = join(folder, 'counts.json');
const reporters = ['--reporter=default', `--reporter=${join(root, 'tools/lib/count-reporter.mjs')}`];
const { status } = spawnSync(
  process.execPath,
  [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...process.argv.slice(2)],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, KERAS_TS_COUNTS: countsFile } },
);

const counts = { passed: 0, failed: 0, skipped: 0 };
if (existsSync(countsFile)) Object.assign(counts, JSON.parse(readFileSync(countsFile, 'utf8')));
rmSync(folder, { recursive: true });
// A run that broke without a failed test (no test found, a crash) has failed all the same.
if (status !== 0 && counts.failed === 0) counts.failed = 1;

console.log(
  'Left out: the tests in a real browser (npm run test:browser), of the packed package (npm run test:pack), and in newer Nodes\n' +
    '(npm run test:engines).',
);
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exitCode = counts.failed > 0 ? 1 : 0;
