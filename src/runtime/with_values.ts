/** @file Computing with other values of variables than those that they hold: what every `stateless…` method does. */
import type { TensorLike } from './convert.js';
import { StatelessScope } from './stateless_scope.js';
import type { Variable } from './variable.js';
import { variableStates } from './variable_states.js';

/** Run `fn` while the variables hold `values`, one for each. Afterwards they hold again what they held before. */
export function withValues<R>(variables: readonly Variable[], values: readonly TensorLike[], fn: () => R): R {
  if (variableStates.current !== null) {
    // In a StatelessScope nothing of it may be left behind.
    const stateMapping = variables.map((variable, i) => [variable, values[i]] as const);
    return new StatelessScope({ stateMapping, collectLosses: true }).run(fn);
  }
  const before = variables.map((variable) => variable.stored);
  try {
    variables.forEach((variable, i) => variable.assign(values[i]));
    return fn();
  } finally {
    variables.forEach((variable, i) => variable.assign(before[i]));
  }
}
