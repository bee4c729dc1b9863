/**
 * @file Builds dist/: what Node and pages load as it is (a few large files, which load several times as fast as hundreds of small
 * ones), under modules/ the same as one file per source (from which bundlers leave out what is not used), and type declarations.
 * Works in dist-new/ and swaps at the end, so that a failed build leaves the last good one.
 */
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildHash, isShipped, listFiles, root } from './lib/stamps.mjs';

const target = join(root, 'dist-new');
const src = join(root, 'src');
const hash = buildHash();
rmSync(target, { recursive: true, force: true });

function fail(status) {
  rmSync(target, { recursive: true, force: true });
  process.exit(status || 1);
}

/**
 * The entry of a room (`keras-ts/layers`). It loads the whole library, as index.js does: all of it then lies in one piece, in the
 * order of one graph of modules, and there is one state whichever entries a program imports.
 */
const rooms = {
  name: 'rooms',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^room:/ }, ({ path }) => ({ path: path.slice('room:'.length), namespace: 'room' }));
    onLoad({ filter: /.*/, namespace: 'room' }, ({ path }) => ({
      contents: `import './index.js';\nexport * from './${path}/index.js';\n`,
      loader: 'ts',
      resolveDir: src,
    }));
  },
};

/** The bundles: an entry for each subpath that package.json exports, and what they share. */
async function bundle() {
  const { exports, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const names = Object.keys(exports).flatMap((path) => /^\.\/(\w+)$/.exec(path)?.slice(1) ?? []);
  await build({
    entryPoints: [
      ...['index', 'browser', 'cli'].map((name) => ({ in: join(src, `${name}.ts`), out: name })),
      ...names.map((name) => ({ in: `room:${name}`, out: `${name}/index` })),
    ],
    plugins: [rooms],
    outdir: target,
    chunkNames: 'chunks/[hash]',
    bundle: true,
    splitting: true,
    // package.json's `sideEffects` is for those who leave things out; here all comes in.
    ignoreAnnotations: true,
    format: 'esm',
    target: 'es2022',
    // Dependencies stay packages of their own, loaded when they are first needed.
    external: ['node:*', 'worker_threads', 'fs', ...Object.keys(dependencies)],
    // Not minified: Node shows the line at which an uncaught error was thrown. It costs 60 kB of a package that npm compresses.
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  });
}

const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const { status } = spawnSync(
  process.execPath,
  [tsc, '-p', 'tsconfig.build.json', '--outDir', join(target, 'modules'), '--declarationDir', target],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
);
if (status !== 0) fail(status);

for (const path of listFiles(src).filter(isShipped)) {
  if (!path.endsWith('.ts')) cpSync(join(src, path), join(target, 'modules', path));
}
await bundle().catch((error) => {
  console.error(String(error));
  fail(1);
});
writeFileSync(join(target, '.stamp'), hash);

const last = join(root, 'dist');
if (existsSync(last)) rmSync(last, { recursive: true });
renameSync(target, last);
