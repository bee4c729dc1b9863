/** @file What layer calls inherit from the calls around them: names before theirs, the training flag, the dtype of variables. */
import type { DType } from '../core/dtype.js';
import { Scope } from '../core/scope.js';
import { withAutocast } from '../runtime/index.js';

interface NamedOwner {
  readonly name: string;
  readonly owner: object;
}
const scopes: NamedOwner[] = [];

/** The names of the owners around, joined by `/`: `"sequential/dense"`. Empty outside of all. */
export function currentPath(): string {
  return scopes.map((scope) => scope.name).join('/');
}

/** Run `fn` inside the name of `owner`. An owner that is the innermost already is not entered twice. */
export function withNameScope<R>(name: string, owner: object, fn: () => R): R {
  if (scopes.at(-1)?.owner === owner) return fn();
  scopes.push({ name, owner });
  try {
    return fn();
  } finally {
    scopes.pop();
  }
}

/** One nest of layer calls. */
export interface CallContext {
  /** The `training` flag that inner calls inherit; null: not said. */
  readonly training: boolean | null;
}

const calls = new Scope<CallContext | null>(null);

/** The innermost layer call that is going on, or null. */
export function callContext(): CallContext | null {
  return calls.current;
}

/** Run a layer's call, which the calls inside it inherit from. */
export function withCallContext<R>(inner: CallContext, fn: () => R): R {
  return calls.run(inner, fn);
}

const observers = new Scope<((layer: object, outputs: unknown) => void) | null>(null);

/** Run `fn` and tell of what each layer gives that is called meanwhile. */
export function observingOutputs<R>(listener: (layer: object, outputs: unknown) => void, fn: () => R): R {
  return observers.run(listener, fn);
}

/** Tell whoever observes what a layer gave. */
export function tellOutputs(layer: object, outputs: unknown): void {
  observers.current?.(layer, outputs);
}

const autocasts = new Scope<{ readonly dtype: DType | null } | null>(null);

/**
 * Run a layer's call so that it reads float variables as its compute dtype: if its policy is mixed, or if a layer around it has
 * such a policy.
 *
 * @param compute The layer's compute dtype; null: variables are read as they are.
 * @param mixed Whether weights are kept in another dtype.
 */
export function withLayerAutocast<R>(compute: DType | null, mixed: boolean, fn: () => R): R {
  const autocast = autocasts.current;
  if (autocast === null ? !mixed : autocast.dtype === compute) return fn();
  return autocasts.run({ dtype: compute }, () => withAutocast(compute, fn));
}
