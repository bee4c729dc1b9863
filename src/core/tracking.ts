/** @file Finds what an object holds in its fields: variables, layers, metrics, seed generators. */
import { isDict } from './tree.js';

/**
 * Visit all values in the own enumerable fields of `owner`, in the order in which the fields were defined, and those in lists,
 * dicts, Maps and Sets among them. Private fields (`#x`) are not seen. What lies in several places is visited at each.
 */
export function visitFields(owner: object, visit: (value: object) => void): void {
  walkFields(owner, visit, []);
}

/** @param path The collections in which `value` lies: one that lies in itself has no end. */
function walk(value: unknown, visit: (value: object) => void, path: object[]): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
  const isList = Array.isArray(value);
  if (!isList && !isDict(value) && !(value instanceof Map) && !(value instanceof Set)) return visit(value);
  if (path.includes(value)) return;
  path.push(value);
  if (isList) {
    for (const item of value as readonly unknown[]) walk(item, visit, path);
  } else if (value instanceof Map || value instanceof Set) {
    for (const item of value.values()) walk(item, visit, path);
  } else walkFields(value, visit, path);
  path.pop();
}

// Of a function with fields, as layers are, engines give names far sooner than values.
function walkFields(object: object, visit: (value: object) => void, path: object[]): void {
  for (const name of Object.keys(object)) {
    const value = (object as Record<string, unknown>)[name];
    if (value !== null && (typeof value === 'object' || typeof value === 'function')) walk(value, visit, path);
  }
}

/** What saving may find in an object, by the names of Keras's attributes. */
export type SavedChildren = readonly (readonly [name: string, value: unknown])[];

/**
 * The own enumerable fields of `owner` as saving goes through them in Keras: by the names of Keras's attributes, sorted, those of names
 * with an underscore last.
 *
 * @param names Keras's attribute for fields that are not named as their attribute in camelCase.
 * @param more What Keras finds besides.
 */
export function savedFields(
  owner: object,
  names: Readonly<Record<string, string>>,
  more: SavedChildren = [],
): SavedChildren {
  const found: [string, unknown][] = [];
  for (const field of Object.keys(owner)) {
    const value = (owner as Record<string, unknown>)[field];
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue;
    found.push([Object.hasOwn(names, field) ? names[field] : attributeName(field), value]);
  }
  const key = (name: string): string => (name.startsWith('_') ? `~${name}` : name);
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return [...found, ...more].sort(([a], [b]) => compare(key(a), key(b)));
}

/** `queryDense` → `query_dense`; underscores and digits stay as they are. */
function attributeName(field: string): string {
  return field.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}
