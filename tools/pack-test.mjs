/**
 * @file `npm run test:pack`: packs the package, installs the file in an empty project as a user would, and runs README's
 * program there as TypeScript and as JavaScript, on this Node and on the newest, and the programs of docs/; checks types and links, and
 * bundles for the browser.
 */
import { build } from 'esbuild';
import { existsSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Checks } from './lib/checks.mjs';
import { mustRun } from './lib/command.mjs';
import { guidePrograms, readmeProgram } from './lib/readme.mjs';
import { root } from './lib/stamps.mjs';

const tool = (path) => join(root, 'node_modules', path);
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const npmFlags = ['--no-audit', '--no-fund', '--no-update-notifier'];

const folder = mkdtempSync(join(tmpdir(), 'keras-ts-pack-'));
const project = join(folder, 'project');
const write = (name, text) =>
  writeFileSync(join(project, name), typeof text === 'string' ? text : JSON.stringify(text));
const guides = guidePrograms();
let tarball = '';

/** Throws unless the program, when run, reported the accuracy of its training. */
async function mustTrain(command, args) {
  const output = await mustRun(command, args, { cwd: project, timeout: 120 });
  if (!/accuracy: \d/.test(output)) throw new Error(`no accuracy was printed:\n${output}`);
}

/** Type-checks README's program in the empty project. */
async function mustCheck(compilerOptions) {
  write('tsconfig.json', {
    compilerOptions: {
      target: 'ES2022',
      strict: true,
      skipLibCheck: false,
      noEmit: true,
      noUncheckedIndexedAccess: true,
      types: [],
      ...compilerOptions,
    },
    files: ['program.ts', 'everything.ts', ...guides.map(([name]) => `${name}.ts`)],
  });
  await mustRun(process.execPath, [tool('typescript/bin/tsc'), '-p', 'tsconfig.json'], { cwd: project });
}

/** Bundles a file of the project for the browser; comes back with its text, minified. */
async function bundle(file) {
  const { outputFiles, warnings } = await build({
    entryPoints: [join(project, file)],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  });
  if (warnings.length > 0) throw new Error(warnings.map((warning) => warning.text).join('\n'));
  const { text } = outputFiles[0];
  if (/["'](node:|worker_threads["']|fs["'])/.test(text)) throw new Error("the bundle names one of Node's modules");
  return text;
}

const size = (text) => `${kB(Buffer.byteLength(text))} minified, ${kB(gzipSync(text).length)} gzipped`;

/** The newest Node, brought by the npm package `node`. */
async function newestNode() {
  await mustRun('npm', ['install', '--no-save', ...npmFlags, 'node@latest'], { cwd: project, timeout: 180 });
  return join(project, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

const checks = new Checks();

await checks.run('npm pack holds the library and nothing else', async () => {
  const [{ filename, files, size, unpackedSize }] = JSON.parse(
    await mustRun('npm', ['pack', '--json', '--loglevel=error', '--pack-destination', folder]),
  );
  tarball = join(folder, filename);
  const paths = files.map((file) => file.path);
  for (const path of ['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts', 'dist/browser.js']) {
    if (!paths.includes(path)) throw new Error(`${path} is missing`);
  }
  const strange = paths.filter((path) => /\.test\.|testing\/|fixtures|\.stamp|tools\//.test(path));
  if (strange.length > 0) throw new Error(`these do not belong in it: ${strange.join(', ')}`);
  return `${paths.length} files, ${kB(size)} packed, ${kB(unpackedSize)} unpacked`;
});

await checks.run('installs in an empty project, with its dependencies and no more', async () => {
  mkdirSync(project);
  write('package.json', { name: 'empty-project', version: '1.0.0', type: 'module' });
  await mustRun('npm', ['install', ...npmFlags, tarball], { cwd: project });
  const modules = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
  const installed = modules.flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(project, 'node_modules', name)).map((each) => `${name}/${each}`) : [name],
  );
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const expected = [...Object.keys(dependencies), 'keras-ts'];
  if (installed.sort().join() !== expected.sort().join()) throw new Error(`it brought ${installed.join(', ')}`);
  const program = readmeProgram();
  write('program.ts', program);
  write('program.mjs', program);
  for (const [name, text] of guides) write(`${name}.ts`, text);
  write(
    'required.cjs',
    "const { Dense } = require('keras-ts/layers');\nconsole.log(Dense.name, require('keras-ts').version());\n",
  );
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const paths = Object.keys(exports).filter((path) => path !== './package.json');
  const names = paths.map((path, index) => [`entry${index}`, `keras-ts${path.slice(1)}`]);
  const imports = names.map(([name, path]) => `import * as ${name} from '${path}';\n`).join('');
  write(
    'everything.ts',
    `${imports}console.log(${names.map(([name]) => `Object.keys(${name}).length`).join(', ')});\n`,
  );
});

await checks.run('no link of README.md or docs/ is dead in it', () => {
  const packed = join(project, 'node_modules', 'keras-ts');
  const pages = ['README.md', ...readdirSync(join(packed, 'docs')).map((name) => `docs/${name}`)];
  const dead = pages
    .filter((page) => page.endsWith('.md'))
    .flatMap((page) => {
      const prose = readFileSync(join(packed, page), 'utf8').replaceAll(/```[\s\S]*?```/g, '');
      const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
      return targets
        .filter((target) => !/^(https?:|#)/.test(target))
        .filter((target) => !existsSync(join(packed, dirname(page), target.split('#')[0])))
        .map((target) => `${page}: ${target}`);
    });
  if (dead.length > 0) throw new Error(dead.join(', '));
});

await checks.run(
  'publint',
  async () => void (await mustRun(process.execPath, [tool('publint/src/cli.js'), tarball, '--strict'])),
);
await checks.run('are the types wrong? (attw)', async () => {
  await mustRun(process.execPath, [
    tool('@arethetypeswrong/cli/dist/index.js'),
    tarball,
    '--profile',
    'esm-only',
    '--no-color',
  ]);
});
await checks.run('types, moduleResolution nodenext', () => mustCheck({ module: 'NodeNext', lib: ['ES2022', 'DOM'] }));
await checks.run('types, moduleResolution bundler', () =>
  mustCheck({ module: 'ESNext', moduleResolution: 'Bundler', lib: ['ES2022', 'DOM'] }),
);
write('tsconfig.json', {});

await checks.run(`JavaScript on Node ${process.versions.node}`, () => mustTrain(process.execPath, ['program.mjs']));
await checks.run(`TypeScript on Node ${process.versions.node} (tsx)`, () =>
  mustTrain(process.execPath, [tool('tsx/dist/cli.mjs'), 'program.ts']),
);

for (const [name] of guides)
  await checks.run(`the program of docs/${name}.md`, async () => {
    await mustRun(process.execPath, [tool('tsx/dist/cli.mjs'), `${name}.ts`], { cwd: project, timeout: 120 });
  });

/** From Node 20.19 and 22.12 on `require` takes ES modules; before, one line says what to write. */
await checks.run('require, from CommonJS', async () => {
  const said = await mustRun(process.execPath, ['required.cjs'], { cwd: project });
  if (!/^Dense \d/.test(said)) throw new Error(said);
  write('old.cjs', "try { require('keras-ts'); } catch (error) { console.log(error.code, error.message); }\n");
  const old = await mustRun(process.execPath, ['--no-experimental-require-module', 'old.cjs'], { cwd: project });
  if (!/^ERR_REQUIRE_ESM .*keras-ts[\s\S]*import\(\)/.test(old)) throw new Error(old);
});

let newest = '';
await checks.run('the newest Node installs', async () => {
  newest = await newestNode();
  return (await mustRun(newest, ['--version'], { cwd: project })).trim();
});
await checks.run('JavaScript on the newest Node', () => mustTrain(newest, ['program.mjs']));
await checks.run('TypeScript on the newest Node, as it is', () => mustTrain(newest, ['program.ts']));
await checks.run('the programs of docs/ on the newest Node, as they are', async () => {
  for (const [name] of guides) await mustRun(newest, [`${name}.ts`], { cwd: project, timeout: 120 });
});

let whole = '';
await checks.run("README's program bundled for the browser", async () => size(await bundle('program.ts')));
await checks.run('the whole library bundled for the browser', async () =>
  size((whole = await bundle('everything.ts'))),
);
await checks.run('one layer bundled alone leaves most of the library out', async () => {
  write('layer.ts', "import { Dense } from 'keras-ts/layers';\nconsole.log(Dense.name);\n");
  const layer = await bundle('layer.ts');
  if (layer.length > 0.75 * whole.length) throw new Error(`${size(layer)}, all: ${size(whole)}`);
  return size(layer);
});

rmSync(folder, { recursive: true, force: true });
checks.close();
