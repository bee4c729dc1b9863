/** @file Names that stand before the names of what is made inside them: `"sequential/dense/kernel"`. */
import { checkMethods } from './methods.js';
import { checkedOptions } from './arguments.js';
import { describe } from './describe.js';
import { refuseUnknownOptions, ValueError } from './errors.js';

interface Entry {
  readonly name: string;
  readonly owner: object | null;
  /** Stands in place of all names before. */
  readonly parent: string | null;
}
const entries: Entry[] = [];

/** The names around, joined by `/`: `"sequential/dense"`. Empty outside of all. */
export function currentPath(): string {
  let parts: string[] = [];
  for (const { name, parent } of entries) {
    if (parent !== null) parts = parent.split('/').filter((part) => part !== '');
    parts.push(name);
  }
  return parts.join('/');
}

function within<R>(entry: Entry, fn: () => R): R {
  entries.push(entry);
  try {
    return fn();
  } finally {
    entries.pop();
  }
}

/** Run `fn` inside the name of `owner`. An owner that is the innermost already is not entered twice. */
export function withNameScope<R>(name: string, owner: object, fn: () => R): R {
  return entries.at(-1)?.owner === owner ? fn() : within({ name, owner, parent: null }, fn);
}

/** Options of `new nameScope(name, options)`. */
export interface NameScopeOptions {
  /** Whose name it is. Default null: nobody's. */
  readonly caller?: object | null;
  /** Whether a caller that is in its scope already does not enter it a second time. Default true. */
  readonly deduplicate?: boolean;
  /** What stands before the name in place of the names around. Default null: those. */
  readonly overrideParent?: string | null;
}

/**
 * A name before the names of variables and layers that are made in `run`.
 *
 * @param name Without `/`.
 * @param options See {@link NameScopeOptions}.
 * @returns A scope; `run` gives what its function gives.
 * @throws {ValueError} The name is no string, or holds a `/`.
 * @see `keras.name_scope`, with which Python code is written as `with name_scope('block'):`
 * @example
 * const weight = new nameScope('block').run(() => new Variable([1, 2], { name: 'weight' }));
 * weight.path; // 'block/weight'
 */
export class NameScope {
  readonly name: string;
  readonly caller: object | null;
  readonly deduplicate: boolean;
  readonly overrideParent: string | null;

  constructor(name: string, options: NameScopeOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { caller = null, deduplicate = true, overrideParent = null, ...rest } = options;
    refuseUnknownOptions('nameScope', rest, ['caller', 'deduplicate', 'overrideParent']);
    if (typeof name !== 'string' || name.includes('/'))
      throw new ValueError(
        `nameScope: name=${describe(name)}. Expected a string without '/', which stands between names.`,
      );
    this.name = name;
    this.caller = caller;
    this.deduplicate = deduplicate;
    this.overrideParent = overrideParent;
  }

  /** Run `fn` with the scope open. It closes when `fn` returns, not when a promise that it returns is fulfilled. */
  run<R>(fn: () => R): R {
    const { name, caller, overrideParent: parent } = this;
    const inner = entries.at(-1);
    if (this.deduplicate && caller !== null && inner?.owner === caller && inner.name === name) return fn();
    return within({ name, owner: caller, parent }, fn);
  }
}

checkMethods(NameScope);
