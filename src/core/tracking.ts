/** @file Finds what an object holds in its fields: variables, layers, metrics, seed generators. */
import { isDict } from './tree.js';

/**
 * Visit all values in the own enumerable fields of `owner`, in the order in which the fields were defined, and those in lists,
 * dicts, Maps and Sets among them. Private fields (`#x`) are not seen.
 */
export function visitFields(owner: object, visit: (value: object) => void): void {
  let seen: Set<unknown> | null = null;
  const walk = (value: unknown): void => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
    const isList = Array.isArray(value);
    const isCollection = isList || value instanceof Map || value instanceof Set || isDict(value);
    if (!isCollection) return visit(value);
    seen ??= new Set();
    if (seen.has(value)) return;
    seen.add(value);
    if (isList) {
      for (const item of value as readonly unknown[]) walk(item);
    } else if (value instanceof Map || value instanceof Set) {
      for (const item of value.values()) walk(item);
    } else walkFields(value);
  };
  // Of a function with fields, as layers are, engines give names far sooner than values.
  const walkFields = (object: object): void => {
    for (const name of Object.keys(object)) walk((object as Record<string, unknown>)[name]);
  };
  walkFields(owner);
}
