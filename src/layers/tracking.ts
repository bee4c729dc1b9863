/** @file Finds what a layer holds in its fields; the same way serves metrics. */
export { visitFields } from '../core/tracking.js';

let known: Map<object, unknown> | null = null;

/** Run code that changes no layer: within it, each layer's fields are looked into once. */
export function lookOnce<R>(fn: () => R): R {
  const outer = known;
  known ??= new Map();
  try {
    return fn();
  } finally {
    known = outer;
  }
}

/** What was found in the fields of `owner` since `lookOnce` began, or else what `look` finds now. */
export function remembered<T>(owner: object, look: () => T): T {
  if (known === null) return look();
  let found = known.get(owner) as T | undefined;
  if (found === undefined) known.set(owner, (found = look()));
  return found;
}
