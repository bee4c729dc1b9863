/** @file Updates that a condition, known only when the program runs, may undo. */
import * as ops from '../ops/index.js';
import type { Tensor, Variable } from '../runtime/index.js';

/**
 * Run `fn`; where `condition` does not hold, those of `variables` that it assigned keep the values from before.
 *
 * @param condition A scalar bool.
 */
export function assignWhere(condition: Tensor, variables: readonly Variable[], fn: () => void): void {
  const before = variables.map((variable) => variable.stored);
  fn();
  variables.forEach((variable, i) => {
    const after = variable.stored;
    if (after !== before[i]) variable.assign(ops.where(condition, after, before[i])); // else nothing was assigned
  });
}
