/**
 * @file `npm run test:pack`: packs the package, installs the file in a project that `npm init -y` has made, and runs the programs of
 * README and docs/ there, as JavaScript on each Node that is supported, README's as TypeScript too; in tests of a user's as well. Each must end by
 * itself. Checks types and links, and bundles for the browser.
 */
import { build, transformSync } from 'esbuild';
import { existsSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Checks } from './lib/checks.mjs';
import { mustRun, runCommand } from './lib/command.mjs';
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
      exactOptionalPropertyTypes: true,
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

/** The majors of Node on which everything runs: those that are maintained. */
const NODES = [20, 22, 24, 26];

/** The program of a Node: this one, or one that the npm package `node` brings. */
async function nodeOf(major) {
  if (Number(process.versions.node.split('.')[0]) === major) return process.execPath;
  const place = join(folder, `node${major}`);
  mkdirSync(place);
  await mustRun('npm', ['install', '--prefix', place, ...npmFlags, `node@${major}`], { cwd: place, timeout: 180 });
  return join(place, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/** A program of a user's tests, which compare tensors and train. `import` gives `test` and `equal`. */
const userTest = (imports) => `${imports}
import { Sequential, layers, ops, random, tensor } from 'keras-ts';
test('logs compare by their numbers', () => {
  const logs = (loss) => ({ loss: ops.sum(tensor([loss, 1])) });
  equal(logs(2), logs(2));
  let same = true;
  try { equal(logs(2), logs(3)); } catch { same = false; }
  if (same) throw new Error('3 equals 4');
});
test('a large model trains on all threads', async () => {
  const x = random.normal([512, 64], { seed: 1 });
  const model = new Sequential([layers.Input({ shape: [64] }), new layers.Dense(256), new layers.Dense(64)]);
  model.compile({ loss: 'mse' });
  await model.fit(x, x, { epochs: 1, verbose: 0 });
});
`;

/** Installs packages in the project, for one check. */
const install = (...packages) => mustRun('npm', ['install', '--no-save', ...npmFlags, ...packages], { cwd: project });

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
  await mustRun('npm', ['init', '-y'], { cwd: project });
  await mustRun('npm', ['pkg', 'set', 'type=module'], { cwd: project });
  await mustRun('npm', ['install', ...npmFlags, tarball], { cwd: project });
  const modules = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
  const installed = modules.flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(project, 'node_modules', name)).map((each) => `${name}/${each}`) : [name],
  );
  // Those that package.json names, and theirs.
  const expected = new Set(['keras-ts']);
  for (const name of expected) {
    const file = name === 'keras-ts' ? join(root, 'package.json') : join(project, 'node_modules', name, 'package.json');
    for (const each of Object.keys(JSON.parse(readFileSync(file, 'utf8')).dependencies ?? {})) expected.add(each);
  }
  if (installed.sort().join() !== [...expected].sort().join()) throw new Error(`it brought ${installed.join(', ')}`);
  const program = readmeProgram();
  write('program.ts', program);
  write('program.mjs', program);
  for (const [name, text] of guides) {
    write(`${name}.ts`, text);
    write(`${name}.mjs`, transformSync(text, { loader: 'ts', target: 'es2022' }).code);
  }
  const ends = readFileSync(join(root, 'src', 'testing', 'programs', 'ends.ts'), 'utf8');
  const { code } = transformSync(ends, { loader: 'ts', target: 'es2022' });
  write('ends.mjs', code.replaceAll('../../index.js', 'keras-ts'));
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

await checks.run(`TypeScript on Node ${process.versions.node} (tsx)`, () =>
  mustTrain(process.execPath, [tool('tsx/dist/cli.mjs'), 'program.ts']),
);

/** From Node 20.19 and 22.12 on `require` takes ES modules; before, one line says what to write. */
await checks.run('require, from CommonJS', async () => {
  const said = await mustRun(process.execPath, ['required.cjs'], { cwd: project });
  if (!/^Dense \d/.test(said)) throw new Error(said);
  write('old.cjs', "try { require('keras-ts'); } catch (error) { console.log(error.code, error.message); }\n");
  const old = await mustRun(process.execPath, ['--no-experimental-require-module', 'old.cjs'], { cwd: project });
  if (!/^ERR_REQUIRE_ESM .*keras-ts[\s\S]*import\(\)/.test(old)) throw new Error(old);
});

for (const major of NODES) {
  let node = '';
  await checks.run(`Node ${major} is there`, async () => {
    node = await nodeOf(major);
    return (await mustRun(node, ['--version'], { cwd: project })).trim();
  });
  await checks.run(`README's program on Node ${major}`, () => mustTrain(node, ['program.mjs']));
  await checks.run(`the programs of docs/ on Node ${major}`, async () => {
    for (const [name] of guides) await mustRun(node, [`${name}.mjs`], { cwd: project, timeout: 120 });
  });
  await checks.run(`programs end by themselves on Node ${major}`, async () => {
    const codes = { small: 0, large: 0, pair: 0, predict: 0, fails: 1, code: 3 };
    for (const [name, expected] of Object.entries(codes)) {
      const { code, output } = await runCommand(node, ['ends.mjs', name], { cwd: project, timeout: 120 });
      if (code !== expected) throw new Error(`${name}: ended with ${code}, expected ${expected}:\n${output}`);
    }
  });
  // Node 20 knows no TypeScript.
  if (major > 20)
    await checks.run(`README's program as TypeScript on Node ${major}, as it is`, () =>
      mustTrain(node, ['program.ts']),
    );
}

await checks.run('an uncaught error shows the line that threw it', async () => {
  write('fails.mjs', "import { ops } from 'keras-ts';\nops.reshape([1, 2], [3]);\n");
  const { code, output } = await runCommand(process.execPath, ['fails.mjs'], { cwd: project });
  const lines = output.split('\n');
  const longest = Math.max(...lines.map((line) => line.length));
  if (code !== 1 || !/^ +throw new ValueError\($/m.test(output) || longest > 300 || !/fails\.mjs:2:/.test(output))
    throw new Error(output);
});

await checks.run('the tests of a user end, and compare tensors: node:test', async () => {
  write(
    'node.test.mjs',
    userTest("import test from 'node:test';\nimport { deepStrictEqual as equal } from 'node:assert';"),
  );
  await mustRun(process.execPath, ['--test', 'node.test.mjs'], { cwd: project, timeout: 120 });
});
await checks.run('the tests of a user end, and compare tensors: vitest', async () => {
  await install('vitest@4.1.12');
  write(
    'vitest.test.js',
    userTest("import { expect, test } from 'vitest';\nconst equal = (a, b) => expect(a).toEqual(b);"),
  );
  await mustRun('npx', ['vitest', 'run', 'vitest.test.js'], { cwd: project, timeout: 120 });
});
await checks.run('the tests of a user end, and compare tensors: jest', async () => {
  await install('jest@30.5.2');
  write('jest.spec.js', userTest('const equal = (a, b) => expect(a).toEqual(b);'));
  const env = { NODE_OPTIONS: '--experimental-vm-modules' };
  await mustRun('npx', ['jest', '--testMatch', '**/jest.spec.js'], { cwd: project, timeout: 120, env });
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
