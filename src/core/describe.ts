/** @file How values of any kind are written in messages. */
import { isDict } from './tree.js';

/** A value in few words: `'adam'`, `3`, `null`, `a list of 4`, `{a, b}`, `a Date`. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 60)}…` : value}'`;
  if (value === null || value === undefined || ['number', 'boolean', 'bigint', 'symbol'].includes(typeof value))
    return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (isDict(value)) return `{${Object.keys(value).slice(0, 6).join(', ')}}`;
  const name = (value.constructor as { name?: string } | undefined)?.name;
  if (typeof value === 'function' && Object.getPrototypeOf(value) === Function.prototype)
    return value.name ? `the function ${value.name}` : 'a function';
  return `a ${name ?? typeof value}`;
}

/** A value in full, as JSON writes it, where JSON can: `"last"`, `[1, 2]`. Else in few words. */
export function quote(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'function') return describe(value);
  try {
    return JSON.stringify(value) ?? describe(value);
  } catch {
    return describe(value); // a BigInt, or an object that holds itself
  }
}
