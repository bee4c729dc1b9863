/** @file Types as users meet them: expected types and errors, and every example of the documentation, under the strictest settings. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { codeBlocks, commentExamples } from './testing/examples.js';

const src = dirname(fileURLToPath(import.meta.url));
const root = dirname(src);
const folder = join(src, 'testing/types');
const written = readdirSync(folder).map((name) => join(folder, name));
/** Where the virtual files of examples lie: their imports are resolved from here. */
const virtual = (i: number): string => join(src, `example_${i}.ts`);

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noImplicitOverride: true,
  noEmit: true,
  skipLibCheck: true,
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
  paths: { 'keras-ts': [join(src, 'index.ts')], 'keras-ts/*': [join(src, '*/index.ts')] },
};

// The sources are parsed, but only the files of interest are checked: as with the .d.ts of the package, without writing them first.
const parsed = new Map<string, ts.SourceFile>();
function program(files: ReadonlyMap<string, string>, before?: ts.Program): ts.Program {
  const disk = ts.createCompilerHost(OPTIONS, true);
  const host: ts.CompilerHost = {
    ...disk,
    getSourceFile: (path, ...rest) => {
      const text = files.get(path);
      if (text !== undefined) return ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
      const known = parsed.get(path) ?? disk.getSourceFile(path, ...rest);
      if (known !== undefined) parsed.set(path, known);
      return known;
    },
    fileExists: (path) => files.has(path) || disk.fileExists(path),
    readFile: (path) => files.get(path) ?? disk.readFile(path),
  };
  return ts.createProgram([...written, join(src, 'index.ts'), ...files.keys()], OPTIONS, host, before);
}

function mistakes(of: ts.Program, path: string): string[] {
  const file = of.getSourceFile(path)!;
  return [...of.getSyntacticDiagnostics(file), ...of.getSemanticDiagnostics(file)].map((each) => {
    const { line } = file.getLineAndCharacterOfPosition(each.start ?? 0);
    return `${line + 1}: ${ts.flattenDiagnosticMessageText(each.messageText, '\n')}`;
  });
}

/** What examples use and do not make, beside the names of the package. */
const GIVEN = `
declare const x: K.Tensor, y: K.Tensor, w: K.Tensor, a: K.Tensor, b: K.Tensor, query: K.Tensor, value: K.Tensor;
declare const json: string, optimizer: K.Optimizer, model: K.Sequential, head: K.Layer, file: Blob;
declare const loadImages: (index: number) => Promise<K.Tensor>, loadLabels: (index: number) => Promise<K.Tensor>;
class MyLayer extends K.Layer {}
class MyNorm extends K.Layer {}
`;

/** Names that the package exports, with the room in which they are. The names on top go before those in rooms. */
function exportsOf(of: ts.Program): Map<string, string> {
  const checker = of.getTypeChecker();
  const names = new Map<string, string>();
  const add = (path: string, room: string): void => {
    const file = of.getSourceFile(path);
    const module = file && checker.getSymbolAtLocation(file);
    for (const { name } of module === undefined ? [] : checker.getExportsOfModule(module))
      if (!names.has(name)) names.set(name, room);
  };
  add(join(src, 'index.ts'), 'index');
  for (const room of ['layers', 'losses', 'metrics', 'optimizers', 'optimizers/schedules', 'callbacks', 'ops', 'utils'])
    add(join(src, room, 'index.ts'), `${room}/index`);
  for (const room of readdirSync(src)) add(join(src, room, 'index.ts'), `${room}/index`);
  for (const file of [
    'core/promotion',
    'models/function',
    'runtime/keras_tensor',
    'layers/layer',
    'formats/hdf5/index',
    'formats/zip/index',
    'formats/byte_source',
  ])
    add(join(src, `${file}.ts`), file);
  return names;
}

/** An example as a program: the names that it uses are imported. */
function asProgram(text: string, names: ReadonlyMap<string, string>): string {
  const whole = text.startsWith('override ') ? `class extends_ extends K.Model {\n${text}\n}` : text;
  const declared = new Set(
    [...whole.matchAll(/\b(?:const|let|class|function\*?) (?:(\w+)|[[{]([^=]+)[\]}] =)/g)].flatMap(
      ([, one, many]) => (one ?? many ?? '').match(/\w+/g) ?? [],
    ),
  );
  const used = new Set(whole.replaceAll(/'[^'\n]*'|(?<!\.\.)\.\w+|\/\/.*|\w+:(?= )/g, '').match(/\b[A-Za-z_]\w*\b/g));
  const own = new Set(
    [...whole.matchAll(/import (?:type )?\{([^}]*)\} from/g)].flatMap(([, list]) => list.match(/\w+/g)!),
  );
  const types = new Set([...whole.matchAll(/: (?:readonly )?(\w+)/g)].map(([, name]) => name));
  const imports = [...new Set([...used, ...types])]
    .filter((name) => names.has(name) && !declared.has(name) && !own.has(name))
    .map((name) => `import { ${name} } from './${names.get(name)!}.js';`);
  const given = GIVEN.replaceAll(/\b(\w+): (K\.\w+|string|Blob)/g, (whole, name: string) =>
    declared.has(name) || imports.some((line) => line.includes(`{ ${name} }`))
      ? whole.replace(name, `${name}_`)
      : whole,
  );
  return `import * as K from './index.js';\n${imports.join('\n')}\n${given}\n${whole}\nexport {};\n`;
}

describe('types', () => {
  const examples = [...commentExamples(), ...codeBlocks()];
  let checked: ts.Program;
  beforeAll(() => {
    const first = program(new Map());
    const names = exportsOf(first);
    const files = new Map(examples.map(({ text }, i) => [virtual(i), asProgram(text, names)]));
    checked = program(files, first);
  }, 120_000);

  test.each(written.map((path) => [path.slice(folder.length + 1), path]))('%s', (_, path) => {
    expect(mistakes(checked, path)).toEqual([]);
  });

  test('an error that is expected and does not come is one', () => {
    expect(readFileSync(join(folder, 'calls.ts'), 'utf8')).toContain('@ts-expect-error');
  });

  test.each(examples.map(({ path, text }, i) => [path, text.split('\n')[0], i] as const))('%s: %s', (_, __, i) => {
    expect(mistakes(checked, virtual(i))).toEqual([]);
  });
});
