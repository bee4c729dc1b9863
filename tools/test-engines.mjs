/**
 * @file `npm run test:engines`: the tests in newer versions of Node than the one at hand, where programs compute in wide vectors, with the
 * optimizing compiler alone: else short tests would never run what its passes make. All tests in Node 24; those of the engine and of ops
 * in Node 26. Arguments name other versions: `npm run test:engines -- 26` runs all tests there.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { nodeOf, versionOf } from './lib/engines.mjs';
import { root } from './lib/stamps.mjs';

const engine = ['src/backend', 'src/codegen', 'src/kernels', 'src/graph', 'src/ops', 'src/random'];
const asked = process.argv.slice(2);
const runs = asked.length > 0 ? asked.map((major) => [major, []]) : [['24', []], ['26', engine]]; // prettier-ignore

let passed = 0;
let failed = 0;
for (const [major, files] of runs) {
  let program;
  try {
    program = await nodeOf(major);
  } catch (error) {
    console.log(`Node ${major} could not be had, so nothing was tested in it: ${error.message.split('\n')[0]}`);
    failed++;
    continue;
  }
  console.log(`== Node ${versionOf(program)}: ${files.length === 0 ? 'all tests' : files.join(' ')}`);
  const { stdout } = spawnSync(program, [join(root, 'tools/test.mjs'), ...files], {
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
