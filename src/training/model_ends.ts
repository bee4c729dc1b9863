/** @file What a model says of its inputs and outputs. Only drawn models know them before they have run. */
import { ValueError } from '../core/errors.js';
import type { ArrayCounts } from '../data/index.js';
import type { Trainer } from './trainer.js';

/** A list that the model has, or null for models that are not drawn (they refuse to be asked). */
function listOf(model: Trainer, name: 'inputs' | 'outputs' | 'outputNames'): readonly unknown[] | null {
  try {
    const list = (model as { readonly [key in typeof name]?: unknown })[name];
    return Array.isArray(list) ? list : null;
  } catch (error) {
    if (error instanceof ValueError) return null;
    throw error;
  }
}

/** Names of the outputs, in order; null where there are none. */
export function outputNamesOf(model: Trainer): readonly string[] | null {
  return listOf(model, 'outputNames') as readonly string[] | null;
}

/** How many arrays the model takes and gives. */
export function countsOf(model: Trainer): ArrayCounts {
  return { inputs: listOf(model, 'inputs')?.length ?? 1, outputs: listOf(model, 'outputs')?.length ?? 1 };
}
