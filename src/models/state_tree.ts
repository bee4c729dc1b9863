/** @file The whole state of a model as nested dicts of tensors, by the paths of the variables. */
import { ValueError } from '../core/errors.js';
import { isDict } from '../core/tree.js';
import type { TensorLike, Variable } from '../runtime/index.js';
import { Tensor } from '../runtime/index.js';

/** Tensors in dicts of dicts. */
export interface StateTree {
  [name: string]: StateTree | TensorLike;
}

/** The variables of a model by kind, in Keras's names. */
export type VariableGroups = Readonly<Record<string, readonly Variable[]>>;

/**
 * `{trainable_variables: {dense: {kernel: …}}, …}`.
 *
 * @throws {ValueError} Two variables have one path.
 */
export function readStateTree(groups: VariableGroups, owner: string): Record<string, StateTree> {
  const nest = (variables: readonly Variable[]): StateTree => {
    const tree: StateTree = {};
    const seen = new Set<string>();
    for (const variable of variables) {
      if (seen.has(variable.path)) {
        throw new ValueError(
          `${owner}: the path '${variable.path}' belongs to two variables, so the state has no tree. Give layers names of their own.`,
        );
      }
      seen.add(variable.path);
      const parts = variable.path.split('/');
      let level = tree;
      for (const part of parts.slice(0, -1)) level = (level[part] ??= {}) as StateTree;
      level[parts.at(-1)!] = Tensor.fromArray(variable.read());
    }
    return tree;
  };
  return Object.fromEntries(Object.entries(groups).map(([kind, variables]) => [kind, nest(variables)]));
}

/** Assign what a tree holds. @throws {ValueError} It holds a kind or a path that the model does not have. Nothing is assigned then. */
export function writeStateTree(groups: VariableGroups, tree: Readonly<Record<string, StateTree>>, owner: string): void {
  const pending: [Variable, TensorLike][] = [];
  for (const [kind, subtree] of Object.entries(tree)) {
    if (!Object.hasOwn(groups, kind))
      throw new ValueError(`${owner}: unknown kind of variables '${kind}'. Known: ${Object.keys(groups).join(', ')}.`);
    const byPath = new Map(groups[kind].map((variable) => [variable.path, variable]));
    const visit = (value: StateTree | TensorLike, path: string): void => {
      if (isDict(value)) {
        for (const [name, inner] of Object.entries(value)) visit(inner, path === '' ? name : `${path}/${name}`);
        return;
      }
      const variable = byPath.get(path);
      if (variable === undefined) throw new ValueError(`${owner}: there is no variable '${path}' among the ${kind}.`);
      pending.push([variable, value]);
    };
    visit(subtree, '');
  }
  for (const [variable, value] of pending) variable.assign(value);
}
