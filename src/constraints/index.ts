/** @file `keras.constraints`: what is exported here can be found by its id and made from a config. */
import { snakeCased } from '../core/catalogue.js';
import type { Config } from '../core/serialization.js';
import { identifierRoom, isPlainFunction, registerClasses } from '../core/serialization.js';
import type { Tensor } from '../runtime/index.js';
import * as catalogue from './catalogue.js';
import { Constraint } from './constraint.js';

export * from './catalogue.js';
export * from './aliases.js';
export type { MinMaxNormOptions } from './constraints.js';

const ids = { ...catalogue, ...snakeCased(catalogue) };

/** Ids of constraints. */
export type ConstraintId = keyof typeof ids;
/** A function from a weight's value to the value that is allowed. */
export type ConstraintFunction = (w: Tensor) => Tensor;
/** What a constraint option takes. */
export type ConstraintLike = ConstraintId | Constraint | ConstraintFunction | Config | null;

registerClasses('keras.constraints', catalogue);

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
