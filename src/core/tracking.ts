/** @file Finds what an object holds in its fields: variables, layers, metrics, seed generators. */
import { isDict } from './tree.js';

/**
 * Visit all values in the own enumerable fields of `owner`, in the order in which the fields were defined, and those in lists,
 * dicts, Maps and Sets among them. Private fields (`#x`) are not seen.
 */
export function visitFields(owner: object, visit: (value: object) => void): void {
  const seen = new Set<unknown>();
  const walk = (value: unknown): void => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
    if (Array.isArray(value)) {
      seen.add(value);
      for (const item of value) if (typeof item !== 'number') walk(item);
    } else if (isDict(value)) {
      seen.add(value);
      Object.values(value).forEach(walk);
    } else if (value instanceof Map || value instanceof Set) {
      seen.add(value);
      for (const item of value.values()) walk(item);
    } else {
      visit(value);
    }
  };
  Object.values(owner).forEach(walk);
}
