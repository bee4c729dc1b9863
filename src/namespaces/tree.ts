/** @file `keras.tree`: nested lists and dicts, and work on their leaves. */
import { adviseOnce } from '../core/advice.js';
import { checked } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import type { Tree } from '../core/tree.js';
import { flatten as leavesOf, isDict, mapTree, packLike } from '../core/tree.js';

export type { Tree };

/**
 * In `traverse`: a result that takes the subtree's place by null.
 *
 * @returns Nothing.
 * @see `keras.tree.MAP_TO_NONE`
 * @example
 * tree.traverse((node) => (node === 2 ? tree.MAP_TO_NONE : null), [1, 2]) // [1, null]
 */
export class MAP_TO_NONE {
  readonly isMapToNone = true;
}

/**
 * Whether a value is a list or a dict.
 *
 * @param structure Any value.
 * @returns True for lists and dicts.
 * @see `keras.tree.is_nested`
 * @example
 * tree.isNested([1, 2]) // true
 */
export const isNested = checked('isNested', function isNested(structure: unknown): boolean {
  return Array.isArray(structure) || isDict(structure);
});
/**
 * The leaves in order; dicts in the order of their sorted keys.
 *
 * @param structure A value, or lists and dicts of values.
 * @returns A list.
 * @see `keras.tree.flatten`
 * @example
 * tree.flatten({ b: [1, 2], a: 3 }) // [3, 1, 2]
 */
export const flatten = checked('flatten', function flatten<T = unknown>(structure: Tree<T>): T[] {
  return leavesOf<T>(structure);
});

/** Where a leaf is: the keys and positions on the way to it. */
export type TreePath = readonly (string | number)[];
/**
 * The leaves in order, each with its path.
 *
 * @param structure A value, or lists and dicts of values.
 * @returns A list of [path, leaf]; a path is a list of positions and keys.
 * @see `keras.tree.flatten_with_path`
 * @example
 * JSON.stringify(tree.flattenWithPath({ a: [10, 20] })) // '[[["a",0],10],[["a",1],20]]'
 */
export const flattenWithPath = checked('flattenWithPath', function flattenWithPath(structure: unknown): [
  TreePath,
  unknown,
][] {
  const found: [TreePath, unknown][] = [];
  const visit = (node: unknown, path: TreePath): void => {
    if (Array.isArray(node)) node.forEach((child, i) => visit(child, [...path, i]));
    else if (isDict(node))
      Object.keys(node)
        .sort()
        .forEach((key) => visit(node[key], [...path, key]));
    else found.push([path, node]);
  };
  visit(structure, []);
  return found;
});

function structureOf(node: unknown): string {
  if (Array.isArray(node)) return `[${node.map(structureOf).join()}]`;
  if (isDict(node))
    return `{${Object.keys(node)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${structureOf(node[key])}`)
      .join()}}`;
  return '*';
}
/**
 * Check that two structures have the same nesting, lengths and keys.
 *
 * @param a A structure.
 * @param b The other structure.
 * @param options `checkTypes`: has no effect any more, as in Keras, which warns.
 * @throws {ValueError} Two structures differ in their nesting, lengths or keys.
 * @see `keras.tree.assert_same_structure`
 * @example
 * tree.assertSameStructure([1, { a: 2 }], [3, { a: 4 }]);
 */
export const assertSameStructure = checked(
  'assertSameStructure',
  function assertSameStructure(
    a: unknown,
    b: unknown,
    { checkTypes = null }: { readonly checkTypes?: boolean | null } = {},
  ): void {
    if (checkTypes !== null)
      adviseOnce(
        'checkTypes',
        'assertSameStructure: checkTypes has no effect any more, as in Keras. For a looser check there is assertSamePaths.',
      );
    const [first, second] = [structureOf(a), structureOf(b)];
    if (first !== second)
      throw new ValueError(`assertSameStructure: the structures differ: ${first} and ${second} (* is a leaf).`);
  },
);
/**
 * Check that the leaves of two structures have the same paths.
 *
 * @param a A structure.
 * @param b The other structure.
 * @throws {ValueError} The paths of the leaves differ.
 * @see `keras.tree.assert_same_paths`
 * @example
 * tree.assertSamePaths({ a: [1, 2] }, { a: [3, 4] });
 */
export const assertSamePaths = checked('assertSamePaths', function assertSamePaths(a: unknown, b: unknown): void {
  const paths = (x: unknown): string =>
    flattenWithPath(x)
      .map(([path]) => path.join('/'))
      .join(', ');
  if (paths(a) !== paths(b)) throw new ValueError(`assertSamePaths: the paths differ: ${paths(a)} and ${paths(b)}.`);
});

/**
 * The structure with `func` of the leaves that stand in the same place of all structures: `mapStructure(func, a, b)`.
 *
 * @param func Called with one leaf of each structure.
 * @param structures One or more structures of the same form.
 * @returns The structure of what `func` gave.
 * @throws {ValueError} The structures differ.
 * @see `keras.tree.map_structure`
 * @example
 * tree.mapStructure((a: number, b: number) => a + b, [1, 2], [10, 20]) // [11, 22]
 */
export const mapStructure = checked(
  'mapStructure',
  function mapStructure<R = unknown>(func: (...leaves: never[]) => R, ...structures: readonly unknown[]): Tree<R> {
    if (structures.length === 0) throw new ValueError('mapStructure: needs at least one structure.');
    structures.slice(1).forEach((other) => assertSameStructure(structures[0], other));
    const lists = structures.map((s) => leavesOf<unknown>(s));
    let next = 0;
    return mapTree<unknown, R>(structures[0], () => {
      const i = next++;
      return (func as (...leaves: unknown[]) => R)(...lists.map((list) => list[i]));
    });
  },
  undefined,
  { callsBack: true },
);
/**
 * As `mapStructure`, down to the leaves of the first structure; the others may go deeper, and their subtrees are passed on.
 *
 * @param shallow The structure whose leaves count.
 * @param func Called with one part of each structure.
 * @param structures Structures that go at least as deep.
 * @returns The form of `shallow`, with what `func` gave.
 * @throws {ValueError} The structures differ.
 * @see `keras.tree.map_structure_up_to`
 * @example
 * tree.mapStructureUpTo(['a', 'b'], (part: number[]) => part.length, [[1, 2, 3], [4]]) // [3, 1]
 */
export const mapStructureUpTo = checked(
  'mapStructureUpTo',
  function mapStructureUpTo<R = unknown>(
    shallow: unknown,
    func: (...parts: never[]) => R,
    ...structures: readonly unknown[]
  ): Tree<R> {
    const visit = (node: unknown, parts: readonly unknown[]): unknown => {
      if (Array.isArray(node)) {
        return node.map((child, i) =>
          visit(
            child,
            parts.map((part) => {
              if (!Array.isArray(part) || part.length !== node.length)
                throw new ValueError(
                  'mapStructureUpTo: a structure is shallower than the first, or of another length.',
                );
              return part[i] as unknown;
            }),
          ),
        );
      }
      if (isDict(node)) {
        return Object.fromEntries(
          Object.keys(node).map((key) => [
            key,
            visit(
              node[key],
              parts.map((part) => {
                if (!isDict(part) || !(key in part))
                  throw new ValueError(`mapStructureUpTo: a structure has no '${key}'.`);
                return part[key];
              }),
            ),
          ]),
        );
      }
      return (func as (...parts: unknown[]) => R)(...parts);
    };
    return visit(shallow, structures) as Tree<R>;
  },
  undefined,
  { callsBack: true },
);
/**
 * As `mapStructure` with shapes (lists of sizes) as leaves.
 *
 * @param func Called with each shape.
 * @param structure Lists and dicts of shapes.
 * @returns The structure of what `func` gave.
 * @see `keras.tree.map_shape_structure`
 * @example
 * JSON.stringify(tree.mapShapeStructure((shape) => shape.length, { a: [2, 3], b: [null] })) // '{"a":2,"b":1}'
 */
export const mapShapeStructure = checked(
  'mapShapeStructure',
  function mapShapeStructure<R = unknown>(func: (shape: readonly (number | null)[]) => R, structure: unknown): Tree<R> {
    const isShape = (x: unknown): boolean =>
      Array.isArray(x) && x.every((dim) => dim === null || typeof dim === 'number');
    return mapTree<unknown, R>(structure, (leaf) => func(leaf as readonly (number | null)[]), isShape);
  },
  undefined,
  { callsBack: true },
);
/**
 * Leaves put into the places of a structure's leaves.
 *
 * @param structure A value, or lists and dicts of values.
 * @param flatSequence As many values as the structure has leaves.
 * @returns The structure of those values.
 * @throws {ValueError} The counts differ.
 * @see `keras.tree.pack_sequence_as`
 * @example
 * JSON.stringify(tree.packSequenceAs({ a: [0, 0], b: 0 }, [1, 2, 3])) // '{"a":[1,2],"b":3}'
 */
export const packSequenceAs = checked('packSequenceAs', function packSequenceAs<
  R = unknown,
>(structure: unknown, flatSequence: readonly R[]): Tree<R> {
  return packLike<R>(structure, flatSequence);
});
/**
 * The structure itself: lists serve as tuples.
 *
 * @param structure A value, or lists and dicts of values.
 * @returns The structure.
 * @see `keras.tree.lists_to_tuples`
 * @example
 * tree.listsToTuples([1, [2]]) // [1, [2]]
 */
export const listsToTuples = checked('listsToTuples', function listsToTuples<T>(structure: T): T {
  return structure;
});

/** Options of `traverse`. */
export interface TraverseOptions {
  /** Whether a node is visited before its children. Default true. */
  readonly topDown?: boolean;
}
/**
 * Visit every node. What `func` returns takes the node's place, and it is not entered any more; null leaves the node as it is.
 *
 * @param func Called with each node.
 * @param structure A value, or lists and dicts of values.
 * @param options `topDown`: whether nodes are visited before their children; default true.
 * @returns The structure of what `func` gave.
 * @see `keras.tree.traverse`
 * @example
 * tree.traverse((node) => (typeof node === 'number' ? node + 1 : null), [1, [2]]) // [2, [3]]
 */
export const traverse = checked(
  'traverse',
  (func: (node: unknown) => unknown, structure: unknown, { topDown = true }: TraverseOptions = {}): unknown => {
    const replaced = (result: unknown): unknown =>
      result === MAP_TO_NONE || result instanceof MAP_TO_NONE ? null : result;
    const children = (node: unknown): unknown => {
      if (Array.isArray(node)) return node.map(visit);
      if (isDict(node)) return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, visit(value)]));
      return node;
    };
    const visit = (node: unknown): unknown => {
      if (topDown) {
        const result = func(node);
        return result === null || result === undefined ? children(node) : replaced(result);
      }
      const entered = children(node);
      const result = func(entered);
      return result === null || result === undefined ? entered : replaced(result);
    };
    return visit(structure);
  },
);
