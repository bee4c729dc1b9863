/** @file Runs tests on every backend: the interpreter, which is the oracle, and those that compile. */
import { describe } from 'vitest';
import { interpreterBackend } from '../backend/interpreter/index.js';
import { wasmBackend } from '../backend/wasm/index.js';
import type { Backend } from '../graph/index.js';
import type { BackendName } from '../runtime/index.js';
import { backend, jit, registerBackend, setBackend } from '../runtime/index.js';

const backends: readonly Backend[] = [interpreterBackend, wasmBackend];
for (const each of backends) registerBackend(each);

/** The names of all backends. */
export const backendNames = backends.map((each) => each.name as BackendName);

/**
 * Run `fn` as one compiled program of a backend (small eager work would be interpreted whatever the backend). `fn` closes over its
 * tensors and returns tensors, or lists and dicts of them.
 */
export function runOn<R>(name: BackendName, fn: () => R): R {
  const before = backend();
  setBackend(name);
  try {
    return jit(fn)();
  } finally {
    setBackend(before);
  }
}

/** Define the same tests once per backend. `run` is `runOn` for that backend. */
export function everyBackend(define: (run: <R>(fn: () => R) => R, name: BackendName) => void): void {
  describe.each(backendNames)('on %s', (name) => define((fn) => runOn(name, fn), name));
}
