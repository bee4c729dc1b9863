/** @file Hashes that tell whether the installed packages and the built files are those of today's sources. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where the hash of the lockfile is kept; `npm ci` empties the folder, so a half-done install leaves none. */
export const installStamp = join(root, 'node_modules', '.keras-ts-install');

/** Where the hash of the built sources is kept. */
export const buildStamp = join(root, 'dist', '.stamp');

/** True for a file under src/ that becomes part of dist/: neither a test nor a testing aid. */
export function isShipped(path) {
  return !path.endsWith('.test.ts') && !path.startsWith('testing/');
}

/** The files under `folder`, as sorted paths relative to it with forward slashes. */
export function listFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath ?? entry.path, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}

/** What `npm ci` would install, as a hash: the lockfile and the machine's kind (some packages are binaries). */
export function installHash() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  return hash.update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
}

/** What `npm run build` would build from, as a hash. */
export function buildHash() {
  const hash = createHash('sha256');
  const sources = listFiles(join(root, 'src'))
    .filter(isShipped)
    .map((path) => `src/${path}`);
  for (const path of [...sources, 'tsconfig.json', 'tsconfig.build.json', 'tools/build.mjs']) {
    hash.update(`${path}\n`).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex');
}

/** True when the file `stamp` holds `value`. */
export function isStamped(stamp, value) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === value;
}
