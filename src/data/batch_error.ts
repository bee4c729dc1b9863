/** @file Errors of data say which batch was made when they were thrown. */
import type { Awaitable } from './dataset/stage.js';

const NOTE = / \(while batch \d+ of the data was made, counted from 0\)$/;

/** The error itself, with the number of the batch in its message. One that says a number already is left as it is. */
function withBatchNumber(error: unknown, number: number): unknown {
  if (!(error instanceof Error) || Object.isFrozen(error) || NOTE.test(error.message)) return error;
  const { message } = error;
  error.message += ` (while batch ${number} of the data was made, counted from 0)`;
  // The stack holds the message as it was.
  if (typeof error.stack === 'string') error.stack = error.stack.replace(message, () => error.message);
  return error;
}

/** What `make` gives; its error comes with the number of the batch. */
export async function makingBatch<T>(number: number, make: () => Awaitable<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    throw withBatchNumber(error, number);
  }
}
