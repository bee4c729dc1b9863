/**
 * @file How much memory the weights of a model may take while it is made from a file. A config of a few bytes can ask for any amount;
 * what the file does not hold cannot be meant.
 */
import { ValueError } from './errors.js';

/** Weights that a file need not hold, such as tables of constants. */
const FREE_BYTES = 2 ** 27;

let left: number | null = null;
let held = 0;

/** Make a model whose weights a file holds in so many bytes. */
export function withWeightBudget<R>(bytes: number, make: () => R): R {
  const before = [left, held] as const;
  [left, held] = [bytes + FREE_BYTES, bytes];
  try {
    return make();
  } finally {
    [left, held] = before;
  }
}

/**
 * A weight is about to be made.
 *
 * @param owner Names the weight in messages.
 * @throws {ValueError} The model would have more than the file that it is made from.
 */
export function spendOnWeight(owner: string, bytes: number): void {
  if (left === null) return;
  if (bytes > left)
    throw new ValueError(
      `${owner} takes ${bytes} bytes, and the whole model more than the ${held} bytes that the file holds for its weights. ` +
        'The config and the weights are not of one model.',
    );
  left -= bytes;
}
