/** @file `keras.constraints`: what is exported here can be found by its id and made from a config. */
import type { Config, SerializableClass } from '../core/serialization.js';
import { identifierRoom, isPlainFunction, registerClasses } from '../core/serialization.js';
import type { Tensor } from '../runtime/index.js';
import { Constraint } from './constraint.js';
import { MaxNorm, MinMaxNorm, NonNeg, UnitNorm } from './constraints.js';

export { Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm };
export { MaxNorm as maxNorm, MinMaxNorm as minMaxNorm, NonNeg as nonNeg, UnitNorm as unitNorm };
export type { MinMaxNormOptions } from './constraints.js';

/** Ids of constraints. */
export type ConstraintId =
  | 'constraint'
  | 'Constraint'
  | 'max_norm'
  | 'MaxNorm'
  | 'non_neg'
  | 'NonNeg'
  | 'unit_norm'
  | 'UnitNorm'
  | 'min_max_norm'
  | 'MinMaxNorm';
/** A function from a weight's value to the value that is allowed. */
export type ConstraintFunction = (w: Tensor) => Tensor;
/** What a constraint option takes. */
export type ConstraintLike = ConstraintId | Constraint | ConstraintFunction | Config | null;

registerClasses('keras.constraints', { Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm });

const ids: Record<ConstraintId, SerializableClass> = {
  constraint: Constraint,
  Constraint,
  max_norm: MaxNorm,
  MaxNorm,
  non_neg: NonNeg,
  NonNeg,
  unit_norm: UnitNorm,
  UnitNorm,
  min_max_norm: MinMaxNorm,
  MinMaxNorm,
};

const room = identifierRoom<ConstraintFunction>({
  what: 'constraint',
  module: 'keras.constraints',
  ids,
  isInstance: (x): x is ConstraintFunction => x instanceof Constraint || isPlainFunction(x),
});
/**
 * The constraint that an identifier stands for; null for null.
 *
 * @param identifier An id such as `'non_neg'`, a config, a constraint, a function, or null.
 * @returns The constraint.
 * @throws {ValueError} It stands for none.
 * @see `keras.constraints.get`
 * @example
 * constraints.get('non_neg') instanceof constraints.NonNeg // true
 */
export const get = room.get;
/**
 * A constraint as JSON.
 *
 * @param object A constraint, a function, or null.
 * @returns What `deserialize` takes.
 * @see `keras.constraints.serialize`
 * @example
 * constraints.deserialize(constraints.serialize(new constraints.NonNeg())) instanceof constraints.NonNeg // true
 */
export const serialize = room.serialize;
/**
 * A constraint from JSON.
 *
 * @param config What `serialize` gave, or an id.
 * @param options `customObjects`: your own classes and functions by name.
 * @returns The constraint.
 * @throws {ValueError} The class is not known.
 * @see `keras.constraints.deserialize`
 * @example
 * constraints.deserialize('non_neg') instanceof constraints.NonNeg // true
 */
export const deserialize = room.deserialize;
