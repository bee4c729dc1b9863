/** @file Errors of data say of which batch they are. */
import { InternalError, RuntimeError } from '../core/errors.js';
import type { Awaitable } from './dataset/stage.js';

const NOTE = / \((?:while|in) batch \d+ of the data(?: was made)?, counted from 0\)$/;

/** The numbers of batches that come in another order than that of their numbers. */
const numbers = new WeakMap<object, number>();

/** Say which number a batch has in the data, where it does not come in that order. */
export function numberBatch<T extends object>(batch: T, number: number): T {
  numbers.set(batch, number);
  return batch;
}

/** The error itself with a note in its message. One that says a number already is left as it is. */
function withNote(error: unknown, note: string): unknown {
  if (!(error instanceof Error) || Object.isFrozen(error) || NOTE.test(error.message)) return error;
  const { message } = error;
  error.message += ` (${note}, counted from 0)`;
  // The stack holds the message as it was.
  if (typeof error.stack === 'string') error.stack = error.stack.replace(message, () => error.message);
  return error;
}

/** What `make` gives; its error comes with the number of the batch. */
export async function makingBatch<T>(number: number, make: () => Awaitable<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    throw withNote(error, `while batch ${number} of the data was made`);
  }
}

/**
 * An error of a step on a batch, with the number of the batch. Those that are not about what was given (memory, a wrong state, a bug) are left
 * as they are.
 *
 * @param number Of the batch, unless `numberBatch` has said another.
 */
export function aboutBatch(error: unknown, batch: object, number: number): unknown {
  if (error instanceof RuntimeError || error instanceof InternalError) return error;
  return withNote(error, `in batch ${numbers.get(batch) ?? number} of the data`);
}
