/**
 * @file `npm run test:engines`: the tests in newer versions of Node than the one at hand, where programs compute in wide vectors, with the
 * optimizing compiler alone: else short tests would never run what its passes make. Node 24 and 26, or the versions that arguments name:
 * `npm run test:engines -- 26`.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { nodeOf, versionOf } from './lib/engines.mjs';
import { root } from './lib/stamps.mjs';

const asked = process.argv.slice(2);

let passed = 0;
let failed = 0;
for (const major of asked.length > 0 ? asked : ['24', '26']) {
  let program;
  try {
    program = await nodeOf(major);
  } catch (error) {
    console.log(`Node ${major} could not be had, so nothing was tested in it: ${error.message.split('\n')[0]}`);
    failed++;
    continue;
  }
  console.log(`== Node ${versionOf(program)}`);
  const { stdout } = spawnSync(program, [join(root, 'tools/test.mjs')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, KERAS_TS_NODE_FLAGS: '--no-liftoff' },
    maxBuffer: 1 << 28,
  });
  const lines = stdout.toString().trimEnd().split('\n');
  const counts = /^(\d+) passed, (\d+) failed/.exec(lines.pop());
  console.log(lines.filter((line) => !/✓|^\s*$/.test(line)).join('\n'));
  passed += Number(counts?.[1] ?? 0);
  failed += Number(counts?.[2] ?? 1);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
