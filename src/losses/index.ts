/** @file `keras.losses`: what is exported here can be found by its id and made from a config. */
import type { OwnNames, RegisteredLosses } from '../core/registered.js';
import type { Config } from '../core/serialization.js';
import { identifierRoom, isPlainFunction, registerClasses, registerFunctions } from '../core/serialization.js';
import { Circle, circle } from './circle.js';
import {
  BinaryCrossentropy,
  binaryCrossentropy,
  BinaryFocalCrossentropy,
  binaryFocalCrossentropy,
  CategoricalCrossentropy,
  categoricalCrossentropy,
  CategoricalFocalCrossentropy,
  categoricalFocalCrossentropy,
  CategoricalGeneralizedCrossEntropy,
  categoricalGeneralizedCrossEntropy,
  SparseCategoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from './crossentropy.js';
import { CTC, ctc } from './ctc.js';
import { KLDivergence, klDivergence, Poisson, poisson } from './divergence.js';
import { CategoricalHinge, categoricalHinge, Hinge, hinge, SquaredHinge, squaredHinge } from './hinge.js';
import type { LossFunction } from './loss.js';
import { Loss, LossFunctionWrapper } from './loss.js';
import {
  CosineSimilarity,
  cosineSimilarity,
  Huber,
  huber,
  LogCosh,
  logCosh,
  MeanAbsoluteError,
  meanAbsoluteError,
  MeanAbsolutePercentageError,
  meanAbsolutePercentageError,
  MeanSquaredError,
  meanSquaredError,
  MeanSquaredLogarithmicError,
  meanSquaredLogarithmicError,
} from './regression.js';
import { Dice, dice, Tversky, tversky } from './segmentation.js';

export {
  BinaryCrossentropy,
  binaryCrossentropy,
  BinaryFocalCrossentropy,
  binaryFocalCrossentropy,
  CategoricalCrossentropy,
  categoricalCrossentropy,
  CategoricalFocalCrossentropy,
  categoricalFocalCrossentropy,
  CategoricalGeneralizedCrossEntropy,
  categoricalGeneralizedCrossEntropy,
  CategoricalHinge,
  categoricalHinge,
  Circle,
  circle,
  CosineSimilarity,
  cosineSimilarity,
  CTC,
  ctc,
  Dice,
  dice,
  Hinge,
  hinge,
  Huber,
  huber,
  KLDivergence,
  klDivergence,
  LogCosh,
  logCosh,
  Loss,
  LossFunctionWrapper,
  MeanAbsoluteError,
  meanAbsoluteError,
  MeanAbsolutePercentageError,
  meanAbsolutePercentageError,
  MeanSquaredError,
  meanSquaredError,
  MeanSquaredLogarithmicError,
  meanSquaredLogarithmicError,
  Poisson,
  poisson,
  SparseCategoricalCrossentropy,
  sparseCategoricalCrossentropy,
  SquaredHinge,
  squaredHinge,
  Tversky,
  tversky,
};
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
export {
  applyMask,
  fittingMask,
  type Reduction,
  reduceWeightedValues,
  squeezeOrExpandToSameRank,
  type WeightedValuesOptions,
} from './reduction.js';
export type { CosineSimilarityOptions, HuberOptions } from './regression.js';
export type { DiceOptions, OverlapAxis, TverskyFunctionOptions, TverskyOptions } from './segmentation.js';

const classes = {
  Loss,
  LossFunctionWrapper,
  KLDivergence,
  Poisson,
  BinaryCrossentropy,
  BinaryFocalCrossentropy,
  CategoricalCrossentropy,
  CategoricalFocalCrossentropy,
  SparseCategoricalCrossentropy,
  CategoricalGeneralizedCrossEntropy,
  MeanSquaredError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredLogarithmicError,
  CosineSimilarity,
  LogCosh,
  Huber,
  Hinge,
  SquaredHinge,
  CategoricalHinge,
  Dice,
  Tversky,
  Circle,
  CTC,
};
registerClasses('keras.losses', classes);

const functions = {
  kl_divergence: klDivergence,
  poisson,
  binary_crossentropy: binaryCrossentropy,
  binary_focal_crossentropy: binaryFocalCrossentropy,
  categorical_crossentropy: categoricalCrossentropy,
  categorical_focal_crossentropy: categoricalFocalCrossentropy,
  sparse_categorical_crossentropy: sparseCategoricalCrossentropy,
  mean_squared_error: meanSquaredError,
  mean_absolute_error: meanAbsoluteError,
  mean_absolute_percentage_error: meanAbsolutePercentageError,
  mean_squared_logarithmic_error: meanSquaredLogarithmicError,
  cosine_similarity: cosineSimilarity,
  log_cosh: logCosh,
  huber,
  hinge,
  squared_hinge: squaredHinge,
  categorical_hinge: categoricalHinge,
  dice,
  tversky,
  circle,
  ctc,
};
registerFunctions('keras.losses', {
  ...functions,
  categorical_generalized_cross_entropy: categoricalGeneralizedCrossEntropy,
});

const ids = {
  ...classes,
  ...functions,
  bce: binaryCrossentropy,
  BCE: binaryCrossentropy,
  kld: klDivergence,
  KLD: klDivergence,
  mae: meanAbsoluteError,
  MAE: meanAbsoluteError,
  mse: meanSquaredError,
  MSE: meanSquaredError,
  mape: meanAbsolutePercentageError,
  MAPE: meanAbsolutePercentageError,
  msle: meanSquaredLogarithmicError,
  MSLE: meanSquaredLogarithmicError,
};

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
