/** @file `keras.regularizers`: what is exported here can be found by its id and made from a config. */
import { snakeCased } from '../core/catalogue.js';
import type { Config } from '../core/serialization.js';
import { identifierRoom, isPlainFunction, registerClasses } from '../core/serialization.js';
import type { Tensor } from '../runtime/index.js';
import * as catalogue from './catalogue.js';
import { Regularizer } from './regularizer.js';

export * from './catalogue.js';
export * from './aliases.js';
export { Regularizer } from './regularizer.js';
export type { OrthogonalRegularizerOptions } from './orthogonal.js';

const ids = { ...catalogue, ...snakeCased(catalogue), l1_l2: catalogue.L1L2 };

/** Ids of regularizers. */
export type RegularizerId = keyof typeof ids;
/** A function of a tensor that gives a scalar penalty. */
export type RegularizerFunction = (x: Tensor) => Tensor;
/** What a regularizer option takes. */
export type RegularizerLike = RegularizerId | Regularizer | RegularizerFunction | Config | null;

registerClasses('keras.regularizers', catalogue);

const room = identifierRoom<RegularizerFunction>({
  what: 'regularizer',
  module: 'keras.regularizers',
  ids,
  isInstance: (x): x is RegularizerFunction => x instanceof Regularizer || isPlainFunction(x),
});
/**
 * The regularizer that an identifier stands for; null for null.
 *
 * @param identifier An id such as `'l2'`, a config, a regularizer, a function, or null.
 * @returns The regularizer.
 * @throws {ValueError} It stands for none.
 * @see `keras.regularizers.get`
 * @example
 * regularizers.get('l2') instanceof regularizers.L2 // true
 */
export const get = room.get;
/**
 * A regularizer as JSON.
 *
 * @param object A regularizer, a function, or null.
 * @returns What `deserialize` takes.
 * @see `keras.regularizers.serialize`
 * @example
 * regularizers.deserialize(regularizers.serialize(new regularizers.L2())) instanceof regularizers.L2 // true
 */
export const serialize = room.serialize;
/**
 * A regularizer from JSON.
 *
 * @param config What `serialize` gave, or an id.
 * @param options `customObjects`: your own classes and functions by name.
 * @returns The regularizer.
 * @throws {ValueError} The class is not known.
 * @see `keras.regularizers.deserialize`
 * @example
 * regularizers.deserialize('l2') instanceof regularizers.L2 // true
 */
export const deserialize = room.deserialize;
