/**
 * @file The random state of a model: how far its generators are, so that training goes on as if it had never stopped. Keras's files have
 * no place for it; keras-ts keeps it where Keras does not look.
 */
import { isDict } from '../core/tree.js';
import { fromNumbers } from '../core/ndarray.js';
import type { Saveable } from './state.js';
import { generatorsOf } from './state.js';

/** The states of generators, by path. */
export function readRandomState(model: Saveable): Record<string, number[]> {
  const entries = [...generatorsOf(model)].map(([path, { state }]) => [path, Array.from(state.read().data)] as const);
  return Object.fromEntries(entries);
}

/** Set the states that a file holds. What does not fit is passed over: it is no part of the format. */
export function writeRandomState(model: Saveable, saved: unknown): void {
  if (!isDict(saved)) return;
  for (const [path, { state }] of generatorsOf(model)) {
    const words: unknown = Object.hasOwn(saved, path) ? saved[path] : null;
    if (!Array.isArray(words) || words.length !== 2 || !words.every((word) => Number.isInteger(word))) continue;
    state.write(fromNumbers('uint32', [2], words as number[]));
  }
}
