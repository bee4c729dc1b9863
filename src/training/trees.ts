/** @file Structures of outputs: lists and dicts of tensors, and what losses and metrics say about each. */
import { own } from '../core/lookup.js';
import { isSerializedObject } from '../core/serialization.js';
import { flatten, isDict, mapTree } from '../core/tree.js';

/** Whether a value is a list or dict (a serialized object counts as one thing). */
export function isNested(x: unknown): x is readonly unknown[] | Record<string, unknown> {
  return Array.isArray(x) || (isDict(x) && !isSerializedObject(x));
}

/** The leaves in order, with serialized objects as leaves. */
export function leavesOf(tree: unknown): unknown[] {
  return flatten<unknown>(tree, isSerializedObject);
}

/** Whether two structures are the same, leaves aside. */
export function sameStructure(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((x, i) => sameStructure(x, b[i]));
  if (isNested(a) && isNested(b)) {
    const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && sameStructure(left[key], right[key]))
    );
  }
  return !isNested(a) && !isNested(b);
}

/** A structure in a message, with `X` for each leaf. */
export function formatStructure(tree: unknown): string {
  return JSON.stringify(mapTree<unknown, string>(tree, () => 'X', isSerializedObject));
}

export function sameNames(a: Iterable<string>, b: Iterable<string>): boolean {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && [...left].every((name) => right.has(name));
}

/** The entry at a path; undefined where there is none. */
export function entryAt(tree: unknown, path: readonly (string | number)[]): unknown {
  let node = tree;
  for (const key of path) node = isNested(node) ? own(node, key) : undefined;
  return node;
}
