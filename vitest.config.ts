import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests of the examples run on the sources, not on whatever dist/ holds.
    alias: [
      { find: /^keras-ts$/, replacement: source('index.ts') },
      { find: /^keras-ts\/([a-z]+)$/, replacement: source('$1/index.ts') },
    ],
  },
  test: {
    include: ['src/**/*.test.ts', 'examples/**/*.test.ts', 'benchmarks/**/*.test.ts', 'tools/**/*.test.ts'],
    environment: 'node',
    setupFiles: ['src/testing/setup.ts'],
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
