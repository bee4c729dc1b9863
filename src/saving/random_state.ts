/**
 * @file The random state of a model: how far its generators are, so that training goes on as if it had never stopped. Keras's files have
 * no place for it; keras-ts keeps it where Keras does not look.
 */
import { fromNumbers } from '../core/ndarray.js';
import { isDict } from '../core/tree.js';
import { processRandomState, resumeGenerator, type unusedGenerators } from '../random/global_state.js';
import type { Saveable } from './state.js';
import { generatorsOf } from './state.js';

/** The key under which keras-ts keeps in a file what Keras has no place for. */
export const OWN = 'keras_ts';

const resumed = new WeakSet<object>();

/** Whether a model came out of a file with its random state, so that its training goes on where it stopped. */
export const isResumed = (model: object): boolean => resumed.has(model);

/** The states of the model's generators, by path, and of those of the process, which shuffle. */
export function readRandomState(model: Saveable): Record<string, unknown> {
  const entries = [...generatorsOf(model)].map(([path, { state }]) => [path, Array.from(state.read().data)] as const);
  return { generators: Object.fromEntries(entries), process: processRandomState() };
}

/**
 * Set the states that a file holds. What does not fit is passed over: it is no part of the format.
 *
 * @param unused Generators of the process that had given no number before the model was loaded: they go on from the file. Those that
 *   are in use are the running program's own.
 */
export function writeRandomState(model: Saveable, saved: unknown, unused: ReturnType<typeof unusedGenerators>): void {
  if (!isDict(saved)) return;
  const { generators, process } = saved;
  if (isDict(generators)) {
    for (const [path, { state }] of generatorsOf(model)) {
      const words: unknown = Object.hasOwn(generators, path) ? generators[path] : null;
      if (!Array.isArray(words) || words.length !== 2 || !words.every((word) => Number.isInteger(word))) continue;
      state.write(fromNumbers('uint32', [2], words as number[]));
    }
  }
  resumed.add(model);
  if (!isDict(process)) return;
  for (const which of ['seeds', 'orders'] as const) {
    const words = process[which];
    if (!unused[which] || !Array.isArray(words)) continue;
    try {
      resumeGenerator(which, words as number[]);
    } catch {
      // Not what keras-ts wrote.
    }
  }
}
