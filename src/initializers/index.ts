/** @file `keras.initializers`: what is exported here can be found by its id and made from a config. */
import { classesOf, snakeCased } from '../core/catalogue.js';
import type { DType } from '../core/dtype.js';
import type { Config } from '../core/serialization.js';
import { identifierRoom, isPlainFunction, registerClasses } from '../core/serialization.js';
import type { Shape } from '../core/shape.js';
import type { TensorLike } from '../runtime/index.js';
import * as aliases from './aliases.js';
import * as catalogue from './catalogue.js';
import { Initializer } from './initializer.js';

export * from './aliases.js';
export * from './catalogue.js';
export { Initializer, RandomInitializer } from './initializer.js';
export type { STFTOptions } from './constant.js';
export type { InitializerCallOptions, RandomInitializerOptions } from './initializer.js';
export type { OrthogonalOptions } from './orthogonal.js';
export type { RandomNormalOptions, RandomUniformOptions } from './random.js';
export { computeFans, type FanOptions, type VarianceScalingOptions } from './variance_scaling.js';

const classes = { ...classesOf(catalogue), ...classesOf(aliases) };
registerClasses('keras.initializers', catalogue);
registerClasses('keras.initializers', classesOf(aliases));

const ids = {
  ...classes,
  ...snakeCased(classesOf(catalogue)),
  zero: catalogue.Zeros,
  one: catalogue.Ones,
  normal: catalogue.RandomNormal,
  uniform: catalogue.RandomUniform,
};

/** Ids of initializers. */
export type InitializerId = keyof typeof ids;
/** A function that makes a value of a shape and dtype. */
export type InitializerFunction = (shape: Shape, options: { readonly dtype: DType }) => TensorLike;
/** What an initializer option takes. */
export type InitializerLike = InitializerId | Initializer | InitializerFunction | Config | null;

const room = identifierRoom<InitializerFunction>({
  what: 'initializer',
  module: 'keras.initializers',
  ids,
  isInstance: (x): x is InitializerFunction => x instanceof Initializer || isPlainFunction(x),
});
/**
 * The initializer that an identifier stands for; null for null.
 *
 * @param identifier An id such as `'glorot_uniform'`, a config, an initializer, a function, or null.
 * @returns The initializer.
 * @throws {ValueError} It stands for none.
 * @see `keras.initializers.get`
 * @example
 * initializers.get('zeros') instanceof initializers.Zeros // true
 */
export const get = room.get;
/**
 * An initializer as JSON.
 *
 * @param object An initializer, a function, or null.
 * @returns What `deserialize` takes.
 * @see `keras.initializers.serialize`
 * @example
 * initializers.deserialize(initializers.serialize(new initializers.Zeros())) instanceof initializers.Zeros // true
 */
export const serialize = room.serialize;
/**
 * An initializer from JSON.
 *
 * @param config What `serialize` gave, or an id.
 * @param options `customObjects`: your own classes and functions by name.
 * @returns The initializer.
 * @throws {ValueError} The class is not known.
 * @see `keras.initializers.deserialize`
 * @example
 * initializers.deserialize('zeros') instanceof initializers.Zeros // true
 */
export const deserialize = room.deserialize;
