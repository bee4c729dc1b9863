/**
 * @file Makes any npm script work as the first command in a fresh clone: installs what the lockfile asks for when it is
 * not there, and with `--build` builds dist/ when the sources changed. Says each in one line; else does and says nothing.
 * Plain JavaScript without dependencies: it runs before there are any.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { buildHash, buildStamp, installHash, installStamp, isStamped, root } from './lib/stamps.mjs';

/** Runs a command in silence; when it fails, prints what it said and ends with its exit code. */
function runOrExit(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}`);
  console.error(`keras-ts: ${command} ${args.join(' ')} failed`);
  process.exit(status || 1);
}

const wanted = installHash();
if (!isStamped(installStamp, wanted)) {
  console.log('keras-ts: installing the development tools (npm ci)');
  runOrExit('npm', ['ci', '--include=dev', '--no-audit', '--no-fund']);
  writeFileSync(installStamp, wanted);
}

if (process.argv.includes('--build') && !isStamped(buildStamp, buildHash())) {
  console.log('keras-ts: building dist/ (npm run build)');
  runOrExit('node', ['tools/build.mjs']);
}
