/**
 * @file The rooms of src/ and the direction of their imports: a room imports only from its own level and from those
 * that stand before it in this list. `import type` leaves no trace at run time and is free. Tests and src/testing are free.
 */
const levels = [
  ['core'],
  ['formats'],
  ['graph'],
  ['runtime'],
  ['ops', 'random'],
  ['activations', 'initializers', 'regularizers', 'constraints'],
  ['losses', 'metrics', 'optimizers'],
  ['layers'],
  ['saving'],
  ['data', 'callbacks'],
  ['training'],
  ['models'],
  ['datasets', 'applications', 'preprocessing', 'distribution', 'utils', 'visualization', 'legacy'],
  ['namespaces'],
  ['cli'],
];
const rooms = levels.flat();
const entries = ['index', 'browser', 'keras', 'cli'];

const inRooms = (names) => `^src/(${names.join('|')})/`;
const entryFiles = `^src/(${entries.join('|')})\\.ts$`;
const tests = '\\.test\\.ts$';
/** Written in the words of a dependency from end to end: the only modules that import one at their head. */
const lazy = '^src/formats/tfevents/';
const any = [...rooms, 'codegen', 'kernels', 'backend', 'platform', 'testing'];

/** A rule that modules of `names` import nothing but modules of `allowed`. */
const only = (names, allowed, comment) => ({
  name: `${names.join('-')}-only-downwards`,
  comment,
  severity: 'error',
  from: { path: inRooms(names), pathNot: tests },
  to: { path: '^src/', pathNot: inRooms(allowed) },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two modules that need each other are one module, or lack a third below them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...levels.map((names, level) =>
      only(names, levels.slice(0, level + 1).flat(), 'Imports point only downwards (docs/architecture.md).'),
    ),
    only(['codegen'], ['core', 'graph', 'codegen'], 'The kernel language knows graphs, not layers.'),
    only(['kernels'], ['core', 'graph', 'codegen', 'kernels'], 'Kernels know no backend: any can take them.'),
    {
      name: 'kernels-know-no-machine-code',
      comment: 'Which machine the kernels are written for is for the backend to say: it gives a ModuleWriter.',
      severity: 'error',
      from: { path: '^src/kernels/', pathNot: tests },
      to: { path: '^src/codegen/wasm/' },
    },
    only(
      ['backend'],
      ['core', 'graph', 'codegen', 'kernels', 'backend'],
      'A backend compiles graphs; entry files register it.',
    ),
    only(['platform'], ['core', 'platform'], "A platform implements core's interfaces; entry files choose it."),
    {
      name: 'platforms-apart',
      comment: 'Node and the browser share nothing.',
      severity: 'error',
      from: { path: '^src/platform/([^/]+)/', pathNot: tests },
      to: { path: '^src/platform/', pathNot: '^src/platform/$1/' },
    },
    {
      name: 'node-only-in-its-platform',
      comment: "Only src/platform/node names Node's API.",
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/platform/node/', '^src/testing/', tests] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'browser-entry-without-node',
      comment: "Nothing that the browser's entry reaches may be Node's.",
      severity: 'error',
      from: { path: '^src/(browser|keras)\\.ts$' },
      to: { path: '^src/platform/node/', reachable: true },
    },
    {
      name: 'lazy-dependencies',
      comment: 'What the package depends on is loaded when it is first needed, by import().',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/testing/', tests, lazy] },
      to: { dependencyTypes: ['npm'], dependencyTypesNot: ['type-only'], dynamic: false },
    },
    {
      name: 'lazy-modules',
      comment: 'Modules that are written in the words of a dependency are loaded by import() as well.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/testing/', tests, lazy] },
      to: { path: lazy, dependencyTypesNot: ['type-only'], dynamic: false },
    },
    {
      name: 'declared-dependencies',
      comment: "Only what stands among package.json's dependencies may be loaded (docs/dependencies.md).",
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/testing/', tests] },
      to: { dependencyTypes: ['npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'testing-only-in-tests',
      comment: 'src/testing is not part of the package.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/testing/', tests] },
      to: { path: '^src/testing/' },
    },
    {
      name: 'entries-on-top',
      comment: 'Entry files are imported by entry files only.',
      severity: 'error',
      from: { path: '^src/', pathNot: [entryFiles, '^src/testing/', tests] },
      to: { path: entryFiles },
    },
    {
      name: 'known-rooms',
      comment: 'A new room gets its level in this file first.',
      severity: 'error',
      from: { path: '^src/', pathNot: [entryFiles, inRooms(any), tests] },
      to: {},
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Only what is left after compilation counts: `import type` is free.
    tsPreCompilationDeps: false,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
