/**
 * @file Builds dist/: ES modules, type declarations and maps by tsc, and the data files that lie beside the sources.
 * Works in dist-new/ and swaps at the end, so that a failed build leaves the last good one.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildHash, isShipped, listFiles, root } from './lib/stamps.mjs';

const target = join(root, 'dist-new');
const hash = buildHash();
rmSync(target, { recursive: true, force: true });

const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', target], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (status !== 0) {
  rmSync(target, { recursive: true, force: true });
  process.exit(status || 1);
}

for (const path of listFiles(join(root, 'src')).filter(isShipped)) {
  if (!path.endsWith('.ts')) cpSync(join(root, 'src', path), join(target, path));
}
writeFileSync(join(target, '.stamp'), hash);

const last = join(root, 'dist');
if (existsSync(last)) rmSync(last, { recursive: true });
renameSync(target, last);
