/**
 * @file Random programs, run in every way that there is: by the interpreter and by wasm, on one thread and on two, eagerly and compiled.
 * All must give the same. `npm run fuzz -- --seed N --minutes M` runs them for long; a test runs a few.
 */
import { setBackend } from '../../runtime/index.js';
import { wasmBackend } from '../../backend/wasm/index.js';
import { fuzzGraph } from './graphs.js';
import { fuzzModel } from './models.js';
import { fuzzOps } from './op_trees.js';

/** Runs the program of a seed. @returns What differs, with the program; null when all agree. */
export type Fuzz = (seed: number) => Promise<string | null>;

/** The families of programs. */
export const FAMILIES: Readonly<Record<string, Fuzz>> = { graph: fuzzGraph, ops: fuzzOps, model: fuzzModel };

/** One program of one family; exceptions are findings too. */
export async function fuzzOnce(family: string, seed: number): Promise<string | null> {
  try {
    return await FAMILIES[family](seed);
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  } finally {
    wasmBackend.setThreads!(2);
    setBackend('wasm');
  }
}
