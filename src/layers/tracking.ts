/** @file Finds what a layer holds in its fields; the same way serves metrics. */
import { Scope } from '../core/scope.js';

export { visitFields } from '../core/tracking.js';

const known = new Scope<Map<object, unknown> | null>(null);

/** Run code that changes no layer: within it, each layer's fields are looked into once. */
export function lookOnce<R>(fn: () => R): R {
  return known.run(known.current ?? new Map<object, unknown>(), fn);
}

/** What was found in the fields of `owner` since `lookOnce` began, or else what `look` finds now. */
export function remembered<T>(owner: object, look: () => T): T {
  const map = known.current;
  if (map === null) return look();
  let found = map.get(owner) as T | undefined;
  if (found === undefined) map.set(owner, (found = look()));
  return found;
}
