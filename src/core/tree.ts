/** @file Nested structures: lists and plain objects whose leaves are anything else. */
import { ValueError } from './errors.js';

/** A leaf, a list of trees, or a dict of trees. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** Whether `value` is a plain `{…}` object (not a class instance, typed array or function). */
export function isDict(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isBranch(value: unknown): value is readonly unknown[] | Record<string, unknown> {
  return Array.isArray(value) || isDict(value);
}

/** Leaves in order; dict entries in the order of their sorted keys, as Keras (optree) does. */
export function flatten<T>(tree: Tree<T>, isLeaf: (value: unknown) => boolean = () => false): T[] {
  const leaves: T[] = [];
  const visit = (node: unknown): void => {
    if (isLeaf(node) || !isBranch(node)) leaves.push(node as T);
    else if (Array.isArray(node)) node.forEach(visit);
    else {
      const dict = node as Record<string, unknown>;
      for (const key of Object.keys(dict).sort()) visit(dict[key]);
    }
  };
  visit(tree);
  return leaves;
}

/** The same structure with each leaf mapped. Leaves are visited in the order of `flatten`. */
export function mapTree<T, R>(
  tree: Tree<T>,
  fn: (leaf: T) => R,
  isLeaf: (value: unknown) => boolean = () => false,
): Tree<R> {
  const visit = (node: unknown): unknown => {
    if (isLeaf(node) || !isBranch(node)) return fn(node as T);
    if (Array.isArray(node)) return node.map(visit);
    const dict = node as Record<string, unknown>;
    const mapped = new Map(
      Object.keys(dict)
        .sort()
        .map((key) => [key, visit(dict[key])]),
    );
    return Object.fromEntries(Object.keys(dict).map((key) => [key, mapped.get(key)])); // keep the order of insertion
  };
  return visit(tree) as Tree<R>;
}

/** Put `leaves` (in the order of `flatten`) in the places of `structure`'s leaves. @throws {ValueError} The counts differ. */
export function packLike<R>(
  structure: Tree<unknown>,
  leaves: readonly R[],
  isLeaf?: (value: unknown) => boolean,
): Tree<R> {
  let next = 0;
  const packed = mapTree<unknown, R>(structure, () => leaves[next++], isLeaf);
  if (next !== leaves.length) throw new ValueError(`A structure of ${next} leaves was given ${leaves.length} values.`);
  return packed;
}
