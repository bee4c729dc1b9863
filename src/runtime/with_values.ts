/** @file Computing with other values of variables than those that they hold: what every `stateless…` method does. */
import type { TensorLike } from './convert.js';
import type { Variable } from './variable.js';

/** Run `fn` while the variables hold `values`, one for each. Afterwards they hold again what they held before. */
export function withValues<R>(variables: readonly Variable[], values: readonly TensorLike[], fn: () => R): R {
  const before = variables.map((variable) => variable.stored);
  try {
    variables.forEach((variable, i) => variable.assign(values[i]));
    return fn();
  } finally {
    variables.forEach((variable, i) => variable.assign(before[i]));
  }
}
