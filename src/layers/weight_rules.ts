/**
 * @file The rules of a layer's weights: what they start from (initializer), what their size costs (regularizer), what they are brought to
 * after each update (constraint). A layer keeps those of the weight `kernel` in the fields `kernelInitializer`, `kernelRegularizer` and
 * `kernelConstraint`; here they are read for `addWeight` and for configs.
 */
import type { ConstraintFunction } from '../constraints/index.js';
import * as constraints from '../constraints/index.js';
import { toSnakeCase } from '../core/naming.js';
import type { Config } from '../core/serialization.js';
import type { InitializerFunction } from '../initializers/index.js';
import * as initializers from '../initializers/index.js';
import type { RegularizerFunction } from '../regularizers/index.js';
import * as regularizers from '../regularizers/index.js';

type Initializers<N extends string> = { readonly [K in `${N}Initializer`]: InitializerFunction | null };
type Regularizers<N extends string> = { readonly [K in `${N}Regularizer`]: RegularizerFunction | null };
type Constraints<N extends string> = { readonly [K in `${N}Constraint`]: ConstraintFunction | null };

/** A layer with the rules of the weights `N` in its fields. */
export type RuledWeights<N extends string> = Initializers<N> & Regularizers<N> & Constraints<N>;

/** The rules of one weight, as `addWeight` takes them. */
export interface WeightRules {
  readonly initializer: InitializerFunction | null;
  readonly regularizer: RegularizerFunction | null;
  readonly constraint: ConstraintFunction | null;
}

/** The rules of the weight `name` of a layer. */
export function rulesOf<N extends string>(layer: RuledWeights<N>, name: N): WeightRules {
  const fields = layer as Readonly<Record<string, unknown>>;
  return {
    initializer: fields[`${name}Initializer`] as InitializerFunction | null,
    regularizer: fields[`${name}Regularizer`] as RegularizerFunction | null,
    constraint: fields[`${name}Constraint`] as ConstraintFunction | null,
  };
}

function configOf<F>(layer: object, names: readonly string[], rule: string, write: (value: F) => unknown): Config {
  const fields = layer as Readonly<Record<string, F>>;
  const entry = (name: string): [string, unknown] => [toSnakeCase(`${name}${rule}`), write(fields[`${name}${rule}`])];
  return Object.fromEntries(names.map(entry));
}

/** `{ kernel_initializer, bias_initializer }` for the weights `kernel` and `bias`. */
export const initializersConfig = <N extends string>(layer: Initializers<N>, names: readonly N[]): Config =>
  configOf<InitializerFunction | null>(layer, names, 'Initializer', (value) => initializers.serialize(value));

/** `{ kernel_regularizer, bias_regularizer }` for the weights `kernel` and `bias`. */
export const regularizersConfig = <N extends string>(layer: Regularizers<N>, names: readonly N[]): Config =>
  configOf<RegularizerFunction | null>(layer, names, 'Regularizer', (value) => regularizers.serialize(value));

/** `{ kernel_constraint, bias_constraint }` for the weights `kernel` and `bias`. */
export const constraintsConfig = <N extends string>(layer: Constraints<N>, names: readonly N[]): Config =>
  configOf<ConstraintFunction | null>(layer, names, 'Constraint', (value) => constraints.serialize(value));
