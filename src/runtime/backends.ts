/** @file The backends that the entry file registered, and which of them runs programs. */
import { checked } from '../core/arguments.js';
import { describe } from '../core/describe.js';
import { RuntimeError, suggest, ValueError } from '../core/errors.js';
import type { Backend } from '../graph/index.js';

/** Names of the backends that keras-ts has. Which are registered depends on the entry file. */
export type BackendName = 'interpreter' | 'wasm';

const registered = new Map<string, Backend>();
let current: Backend | null = null;

/** Make a backend available; the first one registered is the default. */
export function registerBackend(backend: Backend): void {
  registered.set(backend.name, backend);
  current ??= backend;
}

/**
 * Choose what runs programs compiled from now on. Models that were compiled before keep their programs.
 *
 * @param name `'wasm'` (the default) or `'interpreter'` (plain TypeScript: slow, the reference).
 * @throws {ValueError} No backend of that name is registered.
 * @see `keras.config.set_backend`
 * @example
 * setBackend('interpreter');
 * ops.add(1, 2); // 3
 * setBackend('wasm');
 */
export const setBackend = checked('setBackend', function setBackend(name: BackendName): void {
  const found = registered.get(name);
  if (found === undefined)
    throw new ValueError(`setBackend: unknown backend ${describe(name)}.${suggest(String(name), registered.keys())}`);
  current = found;
});

/** The backend that runs programs now. @throws {RuntimeError} None is registered: the entry file was not imported. */
export function currentBackend(): Backend {
  if (current === null)
    throw new RuntimeError("No backend is registered. Import 'keras-ts' rather than one of its inner modules.");
  return current;
}

/** Whether small eager work should be interpreted: the reference backend was chosen, or no other is there. */
export function interpretsEagerly(): boolean {
  return current === null || current.name === 'interpreter';
}

/**
 * The name of the backend that runs programs now.
 *
 * @returns `'wasm'` or `'interpreter'`, or the name of a backend that was registered.
 * @see `keras.backend.backend`
 * @example
 * backend.backend() // 'wasm'
 */
export const backend = checked('backend', function backend(): BackendName {
  return currentBackend().name as BackendName;
});

/**
 * How many threads programs use. The same seed gives the same bits whatever the number.
 *
 * @param threads A positive integer. Default: the machine's hardware threads, at most 8.
 * @throws {ValueError} Not a positive integer.
 * @example
 * const threads = getThreads();
 * setThreads(1);
 * setThreads(threads);
 */
export const setThreads = checked('setThreads', function setThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1)
    throw new ValueError(`setThreads: got ${describe(threads)}. Expected a positive integer.`);
  for (const each of registered.values()) each.setThreads?.(threads);
});

/**
 * Compute in vectors of 256 bits in programs compiled from now on, or in those of 128 bits that WebAssembly has. Programs that are
 * compiled keep theirs.
 */
export function setWideVectors(wide: boolean): void {
  for (const each of registered.values()) each.setWide?.(wide);
}

/** Bits of the vectors in which programs compiled now are computed; null: in none. */
export function vectorBits(): number | null {
  return currentBackend().vectorBits ?? null;
}

/**
 * How many threads programs use now.
 *
 * @returns A positive whole number.
 * @example
 * getThreads() >= 1 // true
 */
export const getThreads = checked('getThreads', function getThreads(): number {
  return currentBackend().threads ?? 1;
});
