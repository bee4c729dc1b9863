/** @file Tests of the wasm backend alone. */
import { afterAll, beforeAll } from 'vitest';
import { wasmBackend } from '../backend/wasm/index.js';
import { getPlatform, setPlatform } from '../core/platform.js';
import { prepareEngine, nodePlatform } from '../platform/node/index.js';

/** Give a file of tests Node's threads and instructions, and leave things afterwards as they were. */
export function useNode(): void {
  prepareEngine();
  const before = getPlatform();
  beforeAll(() => setPlatform(nodePlatform));
  afterAll(() => {
    wasmBackend.setThreads!(2);
    setPlatform(before);
  });
}
