/** @file The documentation is true: what it names exists, and the programs that it shows run. */
import { transformSync } from 'esbuild';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runCli } from './cli/index.js';
import * as keras from './index.js';
import { Tensor } from './index.js';
import { commentExamples } from './testing/examples.js';
import type { Rates } from './testing/public_docs.js';
import { documentationRates, PARTS } from './testing/public_docs.js';
import type { FixtureCase } from './testing/fixtures.js';
import { readFixtures } from './testing/fixtures.js';

const src = dirname(fileURLToPath(import.meta.url));
const root = dirname(src);
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

type Program = (...values: unknown[]) => Promise<unknown>;
const { constructor } = (async () => undefined) as { constructor: unknown };
const AsyncFunction = constructor as new (...parts: string[]) => Program;

/** Run the text of a program in TypeScript in which `names` are known. */
async function runProgram(text: string, names: Readonly<Record<string, unknown>>): Promise<unknown> {
  const program = `(async () => {\n${text}\n})`;
  const { code } = transformSync(program, { loader: 'ts', target: 'es2022' });
  return new AsyncFunction(...Object.keys(names), `return ${code.trim().replace(/;$/, '')}();`)(
    ...Object.values(names),
  );
}

/** What a guide's program imports from keras-ts (types aside), and its other lines. */
function guideProgram(text: string): [imports: string[], lines: string[]] {
  const blocks = [...text.matchAll(/<!-- program -->\n+```ts\n([\s\S]*?)```/g)].map(([, block]) => block);
  const lines = blocks.join('\n').split('\n');
  const imports = lines.map((line) => /^import (type )?\{ (.*) \} from 'keras-ts';$/.exec(line));
  return [
    imports.flatMap((found) => (found === null || found[1] !== undefined ? [] : found[2].split(', '))),
    lines.filter((_, i) => imports[i] === null),
  ];
}

/** Run `fn` while the terminal and the console stay silent. */
async function inSilence<R>(fn: () => Promise<R>): Promise<R> {
  const spies = [
    vi.spyOn(process.stdout, 'write').mockReturnValue(true),
    vi.spyOn(console, 'log').mockReturnValue(undefined),
    vi.spyOn(console, 'warn').mockReturnValue(undefined),
  ];
  try {
    return await fn();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** Guides whose blocks are one program, with the values that it prints behind the lines that print them. */
const guides = [
  'docs/own-layers-and-models.md',
  'docs/training-loops.md',
  'docs/callbacks.md',
  'docs/tensors.md',
  'docs/data.md',
  'docs/augmentation.md',
  'docs/preprocessing.md',
  'docs/feature-space.md',
  'docs/from-python.md',
];

describe.each([
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'docs/architecture.md',
  'docs/dependencies.md',
  'docs/from-tfjs.md',
  'docs/saving.md',
  'docs/cli.md',
  'docs/arguments.md',
  'docs/benchmarks.md',
  'docs/performance.md',
  'docs/pictures.md',
  'docs/coverage.md',
  ...guides,
])('%s', (file) => {
  const text = read(file);
  const prose = text.replaceAll(/```[\s\S]*?```/g, '');
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span);

  test('links and shows what exists', () => {
    const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
    const own = targets.filter((target) => !/^(https?:|#)/.test(target));
    expect(own.filter((target) => !existsSync(join(root, dirname(file), target.split('#')[0])))).toEqual([]);
  });

  test('links to what is in the package, if it is itself', () => {
    const { files } = JSON.parse(read('package.json')) as { files: string[] };
    // npm adds these.
    const shipped = [...files.filter((path) => !path.startsWith('!')), 'README.md', 'LICENSE', 'package.json'];
    const isShipped = (path: string): boolean => shipped.some((each) => path === each || path.startsWith(`${each}/`));
    const targets = [...prose.matchAll(/\]\(([^)\s#]+)/g)].map(([, target]) => target);
    const own = targets.filter((target) => !/^https?:/.test(target)).map((target) => join(dirname(file), target));
    if (isShipped(file)) expect(own.filter((path) => !isShipped(path.replaceAll('\\', '/')))).toEqual([]);
  });

  test('names files and folders that exist', () => {
    // `a/{b,c}` means both; placeholders and what is made by running are no files of the repository.
    const paths = spans
      .filter((span) => /^[\w.{}, -]*\/[\w./{}, -]*$/.test(span) && !/^(\/|\.\.|npm |keras-ts\/)/.test(span))
      .flatMap((span) => {
        const [, head, list, tail] = /^(.*)\{(.*)\}(.*)$/.exec(span) ?? [];
        return list === undefined ? [span] : list.split(',').map((each) => `${head}${each.trim()}${tail}`);
      })
      .filter((path) => !/^(dist|runs|node_modules|reference)\b/.test(path));
    const bases = [
      root,
      src,
      join(src, 'formats'),
      ...['graph', 'kernels', 'backend/wasm'].map((room) => join(src, room)),
    ];
    expect(paths.filter((path) => !bases.some((base) => existsSync(join(base, path))))).toEqual([]);
  });

  test('names sources that exist', () => {
    const sources = new Set(readdirSync(src, { recursive: true, encoding: 'utf8' }).map((path) => basename(path)));
    expect(spans.filter((span) => /^\w+\.ts$/.test(span) && !sources.has(span))).toEqual([]);
  });

  test('names scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/npm (?:run ([\w:]+)|(test|start)\b)/g)].map(([, run, own]) => run ?? own);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe('README.md', () => {
  const readme = read('README.md');
  test('its program learns the digits', async () => {
    const [, text] = /<!-- program -->\n(?:<!-- prettier-ignore -->\n)?```ts\n([\s\S]*?)```/.exec(readme)!;
    const [head, ...lines] = text.trim().split('\n');
    const names = /^import \{ (.*) \} from 'keras-ts';$/.exec(head)![1].split(', ');
    const known = Object.fromEntries(names.map((name) => [name, keras[name as keyof typeof keras]]));
    keras.utils.setRandomSeed(1); // what it reaches differs from run to run, and 0.77 was seen
    const history = await inSilence(() => runProgram([...lines, 'return model.history.history;'].join('\n'), known));
    expect((history as Record<string, number[]>).val_accuracy.at(-1)).toBeGreaterThan(0.85);
  });

  test('what it shows in a line can be typed', async () => {
    const shown = [...readme.matchAll(/`(new [^`\n]+)`/g)].map(([, span]) => span);
    expect(shown.length).toBeGreaterThan(0);
    for (const span of shown) await runProgram(span, { layers: keras.layers });
  });

  test('names the version of the package and the Node that it needs', () => {
    const { version, engines } = JSON.parse(read('package.json')) as { version: string; engines: { node: string } };
    expect(readme).toContain(`Version ${version.split('.').slice(0, 2).join('.')}`);
    expect(readme).toContain(`Node ${engines.node.replace('>=', '')} or newer`);
  });
});

describe('docs/from-tfjs.md', () => {
  test('its program reads a model of tfjs, predicts, and writes it for Keras', async () => {
    const [, text] = /<!-- program -->\n+```ts\n([\s\S]*?)```/.exec(read('docs/from-tfjs.md'))!;
    const folder = mkdtempSync(join(tmpdir(), 'from-tfjs-'));
    try {
      const { json, weights } = readFixtures<FixtureCase & { json: object; weights: string }>('tfjs')[0];
      writeFileSync(join(folder, 'model.json'), JSON.stringify(json));
      writeFileSync(join(folder, 'weights.bin'), Buffer.from(weights, 'base64'));
      const program = `${text.replaceAll("'tfjs/", `'${folder.replaceAll('\\', '/')}/`)}\nreturn scores;`;
      const known = { saving: keras.saving, x: keras.ops.ones([2, 8, 8, 2]) };
      const scores = (await inSilence(() => runProgram(program, known))) as Tensor;
      expect(scores.shape).toEqual([2, 3]);
      expect((await keras.saving.loadModel(join(folder, 'model.keras'))).name).toBe('sequential_1');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('docs/saving.md', () => {
  test('its programs run', async () => {
    const programs = [...read('docs/saving.md').matchAll(/<!-- program -->\n+```ts\n([\s\S]*?)```/g)];
    expect(programs.length).toBeGreaterThan(3);
    const folder = mkdtempSync(join(tmpdir(), 'saving-'));
    const here = process.cwd();
    process.chdir(folder);
    try {
      const { ops, random, saving, Sequential, layers, utils, Input } = keras;
      const model = new Sequential([Input({ shape: [4] }), new layers.Dense(3), new layers.Dense(2)]);
      model.compile({ optimizer: 'adam', loss: 'mse' });
      const [x, y] = [random.normal([8, 4]), random.normal([8, 2])];
      await inSilence(() => model.fit(x, y));
      class MyNorm extends layers.Layer {}
      for (const [, text] of programs)
        await inSilence(() => runProgram(text, { model, x, y, saving, utils, ops, MyNorm, head: model.layers[1] }));
    } finally {
      process.chdir(here);
      rmSync(folder, { recursive: true });
    }
  });
});

describe('docs/cli.md', () => {
  test('has every command, and none that there is not', async () => {
    let help = '';
    await runCli(['--help'], { out: (text) => (help += text), err: () => undefined, showsProgress: false });
    const commands = [...help.matchAll(/^ {2}([a-z]+) {2}/gm)].map(([, name]) => name);
    const documented = [...read('docs/cli.md').matchAll(/^\| `([a-z]+) /gm)].map(([, name]) => name);
    expect(documented).toEqual(commands);
  });
});

describe.each(guides)('%s', (file) => {
  test('its program runs, and prints what it says', async () => {
    const [imports, lines] = guideProgram(read(file));
    let checked = 0;
    const check = (wanted: string, ...values: unknown[]): void => {
      expectText(values.map(print).join(' '), wanted);
      checked++;
    };
    const program = lines.map((line) => {
      const [, indent, code, wanted] = /^(\s*)console\.log\((.*)\); \/\/ (.*)$/.exec(line) ?? [];
      return code === undefined ? line : `${indent}check(${JSON.stringify(wanted)}, ${code});`;
    });
    const known = Object.fromEntries(imports.map((name) => [name, keras[name as keyof typeof keras]]));
    expect(Object.values(known)).not.toContain(undefined);
    const here = process.cwd();
    const folder = mkdtempSync(join(tmpdir(), 'guide-'));
    process.chdir(folder);
    try {
      await inSilence(() => runProgram(program.join('\n'), { ...known, check }));
    } finally {
      process.chdir(here);
      rmSync(folder, { recursive: true });
    }
    expect(checked).toBeGreaterThan(2);
  });

  test('names what there is', () => {
    const named = [...read(file).matchAll(/(?<![\w./-])([a-z]\w+)\.(?!md\b)([A-Za-z]\w*)/g)].filter(
      ([, room]) => typeof keras[room as keyof typeof keras] === 'object' && keras[room as 'ops'] !== null,
    );
    // Names of Python, with their underscores, stand beside ours.
    const missing = named.filter(([, room, name]) => !(name in (keras[room as 'ops'] as object)) && !/_/.test(name));
    expect(missing.map(([whole]) => whole)).toEqual([]);
  });
});

describe('docs/dependencies.md', () => {
  test('lists what package.json has, in the same versions', () => {
    const { devDependencies, dependencies } = JSON.parse(read('package.json')) as Record<
      string,
      Record<string, string> | undefined
    >;
    const rows = read('docs/dependencies.md').matchAll(/^\| ([@\w./, -]+?) +\| (\d[\d.]*) /gm);
    const listed = [...rows].flatMap(([, names, version]) => names.split(', ').map((name) => [name, version]));
    // Of packages that share a line the version of the first is given.
    const { '@eslint/js': _eslintJs, ...expected } = { ...dependencies, ...devDependencies };
    expect(Object.fromEntries(listed.filter(([name]) => name !== '@eslint/js'))).toEqual(expected);
  });
});

describe('comments of public names', () => {
  // Percent of the names of each room, rounded down. Who documents more raises them here; they never fall.
  const floors = JSON.parse(readFileSync(join(src, 'testing/public_docs.json'), 'utf8')) as Record<string, Rates>;
  const rates = documentationRates();

  test('are counted in every room', () => expect(Object.keys(floors).sort()).toEqual(Object.keys(rates).sort()));

  test.each(Object.keys(rates))('%s: no part is rarer than it was', (room) => {
    const fallen = PARTS.filter((part) => rates[room][part] < floors[room][part]);
    expect(fallen.map((part) => `${part}: ${rates[room][part]} %, was ${floors[room][part]} %`)).toEqual([]);
  });
});

/** A line of an example with its result behind it: a number, a truth value, lists of them, or a text. */
const resultLine =
  /^((?!for\b)[^/\s].*?);?\s*\/\/ (-?[\d.]+(?:e[-+]\d+)?|true|false|\[(?:[\d\s.,[\]-]|\de[-+]|true|false|NaN|Infinity|null)+\]|'.*')$/;

const examples = commentExamples().map(({ path, text }): [string, string] => [path.slice('src/'.length), text]);

/** Names by which examples call what they do not make. */
async function surroundings(path: string): Promise<Record<string, unknown>> {
  const { Sequential, layers, losses, ops, optimizers, tensor } = keras;
  class MyLayer extends layers.Layer {}
  // Recurrent and attention layers read sequences.
  const [x, y] = [ops.ones(/^layers\/(rnn|attention)\//.test(path) ? [10, 5, 3] : [10, 3]), ops.ones([10, 1])];
  const model = new Sequential([keras.Input({ shape: [3] }), new layers.Dense(1)]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const given = {
    MyLayer,
    x,
    y,
    w: ops.ones([3, 2]),
    a: tensor([[1, 2]]),
    b: tensor([[3, 4]]),
    query: ops.ones([1, 2, 4]),
    value: ops.ones([1, 2, 4]),
    model,
    json: model.toJson(),
    optimizer: new optimizers.Adam({ weightDecay: 0.1 }),
    loadLabels: (index: number) => Promise.resolve([index]),
    loadImages: (index: number) => Promise.resolve([index]),
  };
  const rooms = Object.values(keras).filter((room) => typeof room === 'object' && room !== null && !('shape' in room));
  const internals = {
    ...(await import('./core/promotion.js')),
    ...(await import('./models/function.js')),
    ...(await import('./runtime/keras_tensor.js')),
  };
  return {
    ...Object.assign({}, ...rooms),
    ...optimizers.schedules,
    ...losses,
    ...layers,
    ...internals,
    ...keras,
    ...given,
  } as Record<string, unknown>;
}

/** As an example's comment would show it. */
const show = (value: unknown): string => {
  if (value instanceof Tensor) {
    const printed: Record<string, string> = { True: 'true', False: 'false', nan: 'NaN', inf: 'Infinity' };
    return value.toString().replaceAll(/True|False|nan|inf/g, (word) => printed[word]);
  }
  if (Array.isArray(value) && value.some((each) => each instanceof Tensor)) return `[${value.map(show).join(', ')}]`;
  return typeof value === 'string' ? `'${value.replaceAll('\n', '\\n')}'` : JSON.stringify(value);
};

/** As a guide's comment would show it: what is printed. */
const print = (value: unknown): string => (typeof value === 'string' ? value : show(value).replaceAll('"', "'"));

const expectShown = (value: unknown, wanted: string): void => expectText(show(value), wanted);

/** Equal but for spaces and commas; numbers to the digits that are shown. */
function expectText(shown: string, wanted: string): void {
  const number = /-?\d+(\.\d*)?(e[-+]?\d+)?/g;
  const form = (text: string): string =>
    text
      .replaceAll(number, '#')
      .replaceAll(/[\s,]+/g, ' ')
      .replaceAll('[ ', '[')
      .replaceAll(' ]', ']');
  expect(form(shown)).toBe(form(wanted));
  const [found, numbers] = [shown, wanted].map((text) => [...text.matchAll(number)].map(([digits]) => digits));
  numbers.forEach((digits, i) =>
    expect(Number(found[i])).toBeCloseTo(Number(digits), digits.split('.')[1]?.length ?? 4),
  );
}

describe('examples in comments', () => {
  // What they write goes nowhere near the repository.
  const here = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'examples-'));
  beforeAll(() => process.chdir(folder));
  afterAll(() => {
    process.chdir(here);
    rmSync(folder, { recursive: true });
  });

  test('are found', () => expect(examples.length).toBeGreaterThan(80));

  test.each(examples.map(([path, text]) => [path, text.split('\n')[0], text]))('%s: %s', async (path, _, text) => {
    const names = await surroundings(path);
    const lines = text.split('\n').map((line) => {
      const [, code, wanted] = resultLine.exec(line) ?? [];
      return code === undefined ? line : `expectShown(${code}, ${JSON.stringify(wanted)});`;
    });
    const program = lines.join('\n');
    // A method alone is shown as it stands in a class.
    const whole = program.startsWith('override ') ? `return class extends Model {\n${program}\n};` : program;
    const declared = [...whole.matchAll(/(?:const|class) (?:(\w+)|\[([\w, [\]]+)\])/g)].flatMap(([, one, many]) =>
      (one ?? many).match(/\w+/g)!,
    );
    const known = Object.fromEntries(
      Object.entries({ ...names, expectShown }).filter(
        ([name]) => /^[A-Za-z_]\w*$/.test(name) && !declared.includes(name) && new RegExp(`\\b${name}\\b`).test(whole),
      ),
    );
    await inSilence(() => runProgram(whole, known));
  });
});

test('docs/architecture.md draws the house as it stands: every room of src, and every family of kernels', () => {
  const text = read('docs/architecture.md');
  const foldersIn = (path: string): string[] =>
    readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  const isDrawn = (folder: string): boolean =>
    new RegExp(`\\b${folder}\\b`).test(/```\ncore ←[\s\S]*?```/.exec(text)![0]);
  const rooms = foldersIn(src).filter((folder) => !['platform', 'testing'].includes(folder));
  expect(rooms.filter((folder) => !isDrawn(folder))).toEqual([]);
  expect(foldersIn(join(src, 'kernels')).filter((folder) => !text.includes(`\`${folder}/`))).toEqual([]);
});
