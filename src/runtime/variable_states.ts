/** @file Values that variables have for a while: what is read and assigned meanwhile is theirs, and the variables stay as they are. */
import { Scope } from '../core/scope.js';
import type { Tensor } from './tensor.js';
import type { Variable } from './variable.js';

/** Values of variables, beside those that they hold. */
export interface VariableStates {
  /** The value of a variable, or null: that which it holds. */
  get(variable: Variable): Tensor | null;
  set(variable: Variable, value: Tensor): void;
}

/** The innermost states, or null: variables hold their values themselves. */
export const variableStates = new Scope<VariableStates | null>(null);
