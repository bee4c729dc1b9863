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
/** The constraint that an identifier stands for; null for null. @throws {ValueError} It stands for none. @see `keras.constraints.get` */
export const get = room.get;
/** A constraint as JSON. @see `keras.constraints.serialize` */
export const serialize = room.serialize;
/** A constraint from JSON. @see `keras.constraints.deserialize` */
export const deserialize = room.deserialize;
