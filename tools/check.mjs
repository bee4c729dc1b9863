/** @file `npm run check`: types, lint, format and the direction of imports, side by side; each counts as one check. */
import { Checks } from './lib/checks.mjs';
import { mustRun } from './lib/command.mjs';
import { root } from './lib/stamps.mjs';
import { join } from 'node:path';

const bin = (packagePath, ...args) => mustRun(process.execPath, [join(root, 'node_modules', packagePath), ...args]);

const checks = new Checks();
await Promise.all([
  checks.run('types (tsc)', async () => void (await bin('typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'))),
  checks.run('lint (eslint)', async () => void (await bin('eslint/bin/eslint.js', '--max-warnings', '0', '.'))),
  checks.run('format (prettier)', async () => void (await bin('prettier/bin/prettier.cjs', '--check', '.'))),
  checks.run('rooms (dependency-cruiser)', async () => {
    await bin('dependency-cruiser/bin/dependency-cruise.mjs', '--config', '.dependency-cruiser.cjs', 'src');
  }),
]);
checks.close();
