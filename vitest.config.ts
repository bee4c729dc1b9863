import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/**
 * Rooms of `src` whose test files share a process: loading the library takes as long as most files take. Files that import an entry file
 * set up the process, and have one of their own; so has every file of another room.
 */
const SHARING = [
  'activations',
  'callbacks',
  'constraints',
  'core',
  'data',
  'formats',
  'graph',
  'initializers',
  'layers',
  'losses',
  'metrics',
  'models',
  'ops',
  'optimizers',
  'random',
  'regularizers',
  'training',
];
/** Not these: the dashboard has one server a process. */
const ALONE = ['src/callbacks/live_dashboard/live_dashboard.test.ts'];

const importsEntry = (file: string): boolean =>
  [...readFileSync(file, 'utf8').matchAll(/^(?:import|} from|.* from) '([^']+)'/gm)].some(
    ([, name]) => name.startsWith('keras-ts') || resolve(dirname(file), name) === source('index.js'),
  );
const sharing = SHARING.flatMap((room) =>
  readdirSync(source(room), { encoding: 'utf8', recursive: true }).map((name) => join(source(room), name)),
)
  .filter((file) => file.endsWith('.test.ts') && !importsEntry(file))
  .map((file) => relative(source('..'), file).replaceAll('\\', '/'))
  .filter((file) => !ALONE.includes(file));
const all = ['src/**/*.test.ts', 'examples/**/*.test.ts', 'benchmarks/**/*.test.ts', 'tools/**/*.test.ts'];

export default defineConfig({
  resolve: {
    // Tests of the examples run on the sources, not on whatever dist/ holds.
    alias: [
      { find: /^keras-ts$/, replacement: source('index.ts') },
      { find: /^keras-ts\/([a-z]+)$/, replacement: source('$1/index.ts') },
    ],
  },
  test: {
    environment: 'node',
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: all,
          exclude: ['**/node_modules/**', ...sharing],
          setupFiles: ['src/testing/setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'sharing',
          include: sharing,
          setupFiles: ['src/testing/setup.ts', 'src/testing/shared_process.ts'],
          isolate: false,
        },
      },
    ],
    // `KERAS_TS_NODE_FLAGS=--no-liftoff`: also short tests run code that the engine has optimized.
    execArgv: (process.env['KERAS_TS_NODE_FLAGS'] ?? '').split(' ').filter((flag) => flag !== ''),
    // By default vitest leaves one core idle.
    maxWorkers: availableParallelism(),
    // Against hanging alone: on a busy machine seconds become minutes.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    teardownTimeout: 60_000,
  },
});
