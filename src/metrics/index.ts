/** @file `keras.metrics`: what is exported here can be found by its id and made from a config. */
import { classesOf, functionsOf, snakeCased } from '../core/catalogue.js';
import type { OwnNames, RegisteredMetrics } from '../core/registered.js';
import type { Config } from '../core/serialization.js';
import { identifierRoom, isPlainFunction, registerClasses, registerFunctions } from '../core/serialization.js';
import * as losses from '../losses/index.js';
import * as catalogue from './catalogue.js';
import type { MetricFunction } from './mean.js';
import { Metric } from './metric.js';

export * from './catalogue.js';
export type {
  BinaryAccuracyOptions,
  SparseTopKCategoricalAccuracyOptions,
  SparseTopKFunctionOptions,
  TopKCategoricalAccuracyOptions,
} from './accuracy.js';
export type { AUCCurve, AUCOptions, AUCSummation } from './auc.js';
export type { Thresholds } from './confusion.js';
export type { ConfusionCountOptions } from './confusion_counts.js';
export type { CorrelationFunctionOptions, CorrelationOptions } from './correlation.js';
export type { F1ScoreOptions, FBetaScoreOptions, ScoreAverage } from './f_score.js';
export type { BinaryIoUOptions, IoUOptions, OneHotIoUOptions } from './iou.js';
export type { MeanMetricWrapperOptions, MetricFunction } from './mean.js';
export type {
  MetricOptions,
  MetricResult,
  MetricVariableOptions,
  MetricWeightOptions,
  UpdateOptions,
} from './metric.js';
export type { PrecisionRecallOptions } from './precision_recall.js';
export type {
  BinaryCrossentropyOptions,
  CategoricalCrossentropyOptions,
  SparseCategoricalCrossentropyOptions,
} from './probabilistic.js';
export type { R2ScoreOptions } from './r2_score.js';
export type { CosineSimilarityOptions } from './regression.js';
export type { RateAtRateOptions } from './sensitivity.js';

const classes = classesOf(catalogue);
registerClasses('keras.metrics', classes);
// Also known as a loss, under which it was registered first, as those of the catalogue were.
registerFunctions('keras.metrics', { ...functionsOf(catalogue), cosine_similarity: losses.cosineSimilarity });

const shortNames = {
  bce: catalogue.BinaryCrossentropy,
  BCE: catalogue.BinaryCrossentropy,
  mse: catalogue.MeanSquaredError,
  MSE: catalogue.MeanSquaredError,
  mae: catalogue.MeanAbsoluteError,
  MAE: catalogue.MeanAbsoluteError,
  mape: catalogue.MeanAbsolutePercentageError,
  MAPE: catalogue.MeanAbsolutePercentageError,
  msle: catalogue.MeanSquaredLogarithmicError,
  MSLE: catalogue.MeanSquaredLogarithmicError,
};
const ids = { ...snakeCased(classes), ...classes, ...shortNames };

/** Ids of metrics: the classes' names, also in snake_case, and a few short ones. */
export type MetricId = keyof typeof ids;
/** What a `metrics` option takes for one metric. */
export type MetricLike = MetricId | OwnNames<RegisteredMetrics> | Metric | MetricFunction | Config | null;

const room = identifierRoom<Metric | MetricFunction>({
  what: 'metric',
  module: 'keras.metrics',
  ids,
  isInstance: (x): x is Metric | MetricFunction =>
    x instanceof Metric || x instanceof losses.Loss || isPlainFunction(x),
});
/**
 * The metric that an identifier stands for, an object or a function; null for null.
 *
 * @param identifier An id such as `'mse'`, a config, a metric, a function, or null.
 * @returns The metric.
 * @throws {ValueError} It stands for none.
 * @see `keras.metrics.get`
 * @example
 * metrics.get('mse') instanceof metrics.MeanSquaredError // true
 */
export const get = room.get;
/**
 * A metric as JSON.
 *
 * @param object A metric, a function, or null.
 * @returns What `deserialize` takes.
 * @see `keras.metrics.serialize`
 * @example
 * metrics.deserialize(metrics.serialize(new metrics.Recall())) instanceof metrics.Recall // true
 */
export const serialize = room.serialize;
/**
 * A metric from JSON.
 *
 * @param config What `serialize` gave, or an id.
 * @param options `customObjects`: your own classes and functions by name.
 * @returns The metric.
 * @throws {ValueError} The class is not known.
 * @see `keras.metrics.deserialize`
 * @example
 * metrics.deserialize(metrics.serialize(new metrics.AUC())) instanceof metrics.AUC // true
 */
export const deserialize = room.deserialize;
