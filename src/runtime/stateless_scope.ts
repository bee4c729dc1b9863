/** @file `StatelessScope` and `SymbolicScope`: code with variables as a function of the variables' values. */
import { checkMethods } from '../core/methods.js';
import { checkedOptions } from '../core/arguments.js';
import { describe } from '../core/describe.js';
import { checkList } from '../core/kinds.js';
import { refuseUnknownOptions, TypeError, ValueError } from '../core/errors.js';
import { formatShape, sameShape } from '../core/shape.js';
import { Scope } from '../core/scope.js';
import type { TensorLike } from './convert.js';
import { toTensor } from './convert.js';
import type { Tensor } from './tensor.js';
import { Variable } from './variable.js';
import type { VariableStates } from './variable_states.js';
import { variableStates } from './variable_states.js';

/** Options of `new StatelessScope(options)`. */
export interface StatelessScopeOptions {
  /** Pairs of a variable and the value that it has in the scope; the others have their own. Default null: none. */
  readonly stateMapping?: readonly (readonly [variable: Variable, value: TensorLike])[] | null;
  /** Whether losses that layers add are kept in `losses`; else they are dropped. Default false. */
  readonly collectLosses?: boolean;
  /** Of Keras; variables have their values as soon as they are made here. Default true. */
  readonly initializeVariables?: boolean;
}

const innermost = new Scope<StatelessScope | null>(null);
/** The innermost open `StatelessScope`, or null. */
export const currentStatelessScope = (): StatelessScope | null => innermost.current;

/**
 * Code with variables as a function of their values: in `run` variables have the values given, and what is assigned to them is collected;
 * the variables themselves stay as they are. Of scopes in each other the innermost alone counts.
 *
 * `fit`, `evaluate` and `predict` run programs later, and do not see the values: call the model. Functions of `jit` run uncompiled.
 *
 * @param options See {@link StatelessScopeOptions}.
 * @returns A scope; `run` gives what its function gives.
 * @throws {ValueError} The mapping holds something that is no variable, or a value of another shape than its variable's.
 * @see `keras.StatelessScope`, with which Python code is written as `with StatelessScope(…) as scope:`
 * @example
 * const count = new Variable([1, 2]);
 * const scope = new StatelessScope({ stateMapping: [[count, [10, 20]]] });
 * scope.run(() => count.assignAdd([1, 1]));
 * scope.getCurrentValue(count); // [11, 21]
 * count.value; // [1, 2]
 */
export class StatelessScope implements VariableStates {
  readonly collectLosses: boolean;
  readonly initializeVariables: boolean;
  /** Losses that layers added in the scope. */
  losses: Tensor[] = [];
  readonly #values = new Map<Variable, Tensor>();

  constructor(options: StatelessScopeOptions = {}) {
    const {
      stateMapping = null,
      collectLosses = false,
      initializeVariables = true,
      ...rest
    } = checkedOptions<StatelessScopeOptions>(new.target, options, arguments, 0);
    refuseUnknownOptions('StatelessScope', rest, ['stateMapping', 'collectLosses', 'initializeVariables']);
    this.collectLosses = collectLosses;
    this.initializeVariables = initializeVariables;
    checkList('StatelessScope', 'stateMapping', stateMapping ?? [], 'pairs [variable, value]');
    for (const pair of stateMapping ?? []) {
      const [variable, value] = (Array.isArray(pair) ? pair : [pair]) as readonly [unknown, TensorLike];
      if (!(variable instanceof Variable))
        throw new ValueError(
          `StatelessScope: stateMapping has ${describe(variable)} in a variable's place. Expected pairs [variable, value].`,
        );
      const tensor = toTensor(value, variable.dtype, 'StatelessScope');
      if (!sameShape(tensor.shape, variable.shape))
        throw new ValueError(
          `StatelessScope: a value of shape ${formatShape(tensor.shape)} for the variable '${variable.path}'. Expected ${formatShape(variable.shape)}.`,
        );
      this.#values.set(variable, tensor);
    }
  }

  /** Keep a loss. */
  addLoss(loss: Tensor): void {
    this.losses.push(loss);
  }

  /** Give a variable a value in the scope. @param update `[variable, value]`. */
  addUpdate(update: readonly [variable: Variable, value: TensorLike]): void {
    const [variable, value] = update;
    this.#values.set(variable, toTensor(value, variable.dtype, 'StatelessScope.addUpdate'));
  }

  /** The value that a variable was given in the scope, or null: none. */
  getCurrentValue(variable: Variable): Tensor | null {
    return this.#values.get(variable) ?? null;
  }

  get(variable: Variable): Tensor | null {
    return this.getCurrentValue(variable);
  }

  set(variable: Variable, value: Tensor): void {
    this.#values.set(variable, value);
  }

  /** Run `fn` with the scope open. @throws {TypeError} It gives a promise: what it does later would be outside of the scope. */
  run<R>(fn: () => R): R {
    const result = innermost.run(this, () => variableStates.run(this, fn));
    if (!(result instanceof Promise)) return result;
    result.catch(() => undefined); // the refusal says it all
    throw new TypeError(
      'StatelessScope.run: the function is async, and what it does later would change the variables themselves. Expected a function ' +
        'that computes at once: call the model, model(x), in place of fit, evaluate or predict.',
    );
  }
}

const symbolic = new Scope(false);
/** Whether a `SymbolicScope` is open. */
export const inSymbolicScope = (): boolean => symbolic.current;

/**
 * Marks code that computes shapes and dtypes alone, as Keras does for `computeOutputSpec`. Symbolic tensors need no scope here; it is for
 * programs of Keras that open one.
 *
 * @param options There are none: whatever is given is refused.
 * @returns A scope; `run` gives what its function gives.
 * @throws {TypeError} An argument is given.
 * @see `keras.SymbolicScope`, with which Python code is written as `with SymbolicScope():`
 * @example
 * new SymbolicScope().run(() => ops.add(new KerasTensor([null, 2]), 1).shape) // [null, 2]
 */
export class SymbolicScope {
  constructor(options: Readonly<Record<string, never>> = {}) {
    refuseUnknownOptions('SymbolicScope', checkedOptions(new.target, options, arguments, 0), []);
  }

  /** Run `fn` with the scope open. */
  run<R>(fn: () => R): R {
    return symbolic.run(true, fn);
  }
}

checkMethods(StatelessScope);
checkMethods(SymbolicScope);
