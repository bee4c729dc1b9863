/** @file `keras.losses`: what is exported here can be found by its id and made from a config. */
import { classesOf, functionsOf } from '../core/catalogue.js';
import type { OwnNames, RegisteredLosses } from '../core/registered.js';
import type { Config } from '../core/serialization.js';
import { identifierRoom, isPlainFunction, registerClasses, registerFunctions } from '../core/serialization.js';
import * as catalogue from './catalogue.js';
import type { LossFunction } from './loss.js';
import { Loss } from './loss.js';

export * from './catalogue.js';
export type {
  BinaryFocalCrossentropyOptions,
  BinaryFocalOptions,
  CategoricalFocalCrossentropyOptions,
  CategoricalGeneralizedCrossEntropyOptions,
  CrossentropyFunctionOptions,
  CrossentropyLossOptions,
  FocalOptions,
  SparseCategoricalCrossentropyOptions,
  SparseFunctionOptions,
} from './crossentropy.js';
export type { CircleFunctionOptions, CircleOptions } from './circle.js';
export type { LossCallOptions, LossFunction, LossFunctionWrapperOptions, LossInput, LossOptions } from './loss.js';
export type { Reduction, WeightedValuesOptions } from './reduction.js';
export type { CosineSimilarityOptions, HuberOptions } from './regression.js';
export type { DiceOptions, OverlapAxis, TverskyFunctionOptions, TverskyOptions } from './segmentation.js';

const classes = classesOf(catalogue);
const functions = functionsOf(catalogue);
registerClasses('keras.losses', classes);
registerFunctions('keras.losses', functions);

const shortNames = {
  bce: catalogue.binaryCrossentropy,
  BCE: catalogue.binaryCrossentropy,
  kld: catalogue.klDivergence,
  KLD: catalogue.klDivergence,
  mae: catalogue.meanAbsoluteError,
  MAE: catalogue.meanAbsoluteError,
  mse: catalogue.meanSquaredError,
  MSE: catalogue.meanSquaredError,
  mape: catalogue.meanAbsolutePercentageError,
  MAPE: catalogue.meanAbsolutePercentageError,
  msle: catalogue.meanSquaredLogarithmicError,
  MSLE: catalogue.meanSquaredLogarithmicError,
};
// Keras knows this function by its config alone.
const { categorical_generalized_cross_entropy: _, ...named } = functions;
const ids = { ...classes, ...named, ...shortNames };

/** Ids of losses. */
export type LossId = keyof typeof ids;
/** What a `loss` option takes for one output. */
export type LossLike = LossId | OwnNames<RegisteredLosses> | Loss | LossFunction | Config | null;

const room = identifierRoom<Loss | LossFunction>({
  what: 'loss',
  module: 'keras.losses',
  ids,
  isInstance: (x): x is Loss | LossFunction => x instanceof Loss || isPlainFunction(x),
});
/**
 * The loss that an identifier stands for, an object or a function; null for null.
 *
 * @param identifier An id such as `'mse'`, a config, a loss, a function, or null.
 * @returns The loss.
 * @throws {ValueError} It stands for none.
 * @see `keras.losses.get`
 * @example
 * losses.get('mse') === losses.meanSquaredError // true
 */
export const get = room.get;
/**
 * A loss as JSON.
 *
 * @param object A loss, a function, or null.
 * @returns What `deserialize` takes.
 * @see `keras.losses.serialize`
 * @example
 * losses.deserialize(losses.serialize(losses.hinge)) === losses.hinge // true
 */
export const serialize = room.serialize;
/**
 * A loss from JSON.
 *
 * @param config What `serialize` gave, or an id.
 * @param options `customObjects`: your own classes and functions by name.
 * @returns The loss.
 * @throws {ValueError} The class is not known.
 * @see `keras.losses.deserialize`
 * @example
 * losses.deserialize('mse') === losses.meanSquaredError // true
 */
export const deserialize = room.deserialize;
