/** @file What layer calls inherit from the calls around them: the training flag, the dtype of variables. Names: core/name_scope.ts. */
import type { DType } from '../core/dtype.js';
import { Scope } from '../core/scope.js';
import { withAutocast } from '../runtime/index.js';

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
