/** @file `keras.metrics`: what is exported here can be found by its id and made from a config. */
import type { SnakeCase } from '../core/naming.js';
import { toSnakeCase } from '../core/naming.js';
import type { OwnNames, RegisteredMetrics } from '../core/registered.js';
import type { Config } from '../core/serialization.js';
import { identifierRoom, isPlainFunction, registerClasses, registerFunctions } from '../core/serialization.js';
import * as losses from '../losses/index.js';
import {
  Accuracy,
  BinaryAccuracy,
  binaryAccuracy,
  CategoricalAccuracy,
  categoricalAccuracy,
  SparseCategoricalAccuracy,
  sparseCategoricalAccuracy,
  SparseTopKCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  TopKCategoricalAccuracy,
  topKCategoricalAccuracy,
} from './accuracy.js';
import { AUC } from './auc.js';
import { FalseNegatives, FalsePositives, TrueNegatives, TruePositives } from './confusion_counts.js';
import {
  ConcordanceCorrelation,
  concordanceCorrelation,
  PearsonCorrelation,
  pearsonCorrelation,
} from './correlation.js';
import { F1Score, FBetaScore } from './f_score.js';
import { BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU } from './iou.js';
import type { MetricFunction } from './mean.js';
import { Mean, MeanMetricWrapper, Sum } from './mean.js';
import { Metric } from './metric.js';
import { Precision, Recall } from './precision_recall.js';
import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  CategoricalHinge,
  Hinge,
  KLDivergence,
  Poisson,
  SparseCategoricalCrossentropy,
  SquaredHinge,
} from './probabilistic.js';
import { R2Score } from './r2_score.js';
import {
  CosineSimilarity,
  LogCoshError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  RootMeanSquaredError,
} from './regression.js';
import {
  PrecisionAtRecall,
  RecallAtPrecision,
  SensitivityAtSpecificity,
  SpecificityAtSensitivity,
} from './sensitivity.js';

export {
  Accuracy,
  AUC,
  BinaryAccuracy,
  binaryAccuracy,
  BinaryCrossentropy,
  BinaryIoU,
  CategoricalAccuracy,
  categoricalAccuracy,
  CategoricalCrossentropy,
  CategoricalHinge,
  ConcordanceCorrelation,
  concordanceCorrelation,
  CosineSimilarity,
  F1Score,
  FalseNegatives,
  FalsePositives,
  FBetaScore,
  Hinge,
  IoU,
  KLDivergence,
  LogCoshError,
  Mean,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanIoU,
  MeanMetricWrapper,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  Metric,
  OneHotIoU,
  OneHotMeanIoU,
  PearsonCorrelation,
  pearsonCorrelation,
  Poisson,
  Precision,
  PrecisionAtRecall,
  R2Score,
  Recall,
  RecallAtPrecision,
  RootMeanSquaredError,
  SensitivityAtSpecificity,
  SparseCategoricalAccuracy,
  sparseCategoricalAccuracy,
  SparseCategoricalCrossentropy,
  SparseTopKCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  SpecificityAtSensitivity,
  SquaredHinge,
  Sum,
  TopKCategoricalAccuracy,
  topKCategoricalAccuracy,
  TrueNegatives,
  TruePositives,
};
export {
  binaryCrossentropy,
  binaryFocalCrossentropy,
  categoricalCrossentropy,
  categoricalFocalCrossentropy,
  categoricalHinge,
  hinge,
  huber,
  klDivergence,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  sparseCategoricalCrossentropy,
  squaredHinge,
} from '../losses/index.js';
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

const classes = {
  Metric,
  Mean,
  Sum,
  MeanMetricWrapper,
  MeanSquaredError,
  RootMeanSquaredError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredLogarithmicError,
  CosineSimilarity,
  LogCoshError,
  R2Score,
  AUC,
  FalseNegatives,
  FalsePositives,
  Precision,
  PrecisionAtRecall,
  Recall,
  RecallAtPrecision,
  SensitivityAtSpecificity,
  SpecificityAtSensitivity,
  TrueNegatives,
  TruePositives,
  ConcordanceCorrelation,
  PearsonCorrelation,
  Hinge,
  SquaredHinge,
  CategoricalHinge,
  KLDivergence,
  Poisson,
  BinaryCrossentropy,
  CategoricalCrossentropy,
  SparseCategoricalCrossentropy,
  Accuracy,
  BinaryAccuracy,
  CategoricalAccuracy,
  SparseCategoricalAccuracy,
  TopKCategoricalAccuracy,
  SparseTopKCategoricalAccuracy,
  F1Score,
  FBetaScore,
  IoU,
  BinaryIoU,
  MeanIoU,
  OneHotIoU,
  OneHotMeanIoU,
};
registerClasses('keras.metrics', classes);
registerFunctions('keras.metrics', {
  binary_accuracy: binaryAccuracy,
  categorical_accuracy: categoricalAccuracy,
  sparse_categorical_accuracy: sparseCategoricalAccuracy,
  top_k_categorical_accuracy: topKCategoricalAccuracy,
  sparse_top_k_categorical_accuracy: sparseTopKCategoricalAccuracy,
  pearson_correlation: pearsonCorrelation,
  concordance_correlation: concordanceCorrelation,
  // Also known as losses, under which they were registered first.
  binary_crossentropy: losses.binaryCrossentropy,
  binary_focal_crossentropy: losses.binaryFocalCrossentropy,
  categorical_crossentropy: losses.categoricalCrossentropy,
  categorical_focal_crossentropy: losses.categoricalFocalCrossentropy,
  categorical_hinge: losses.categoricalHinge,
  cosine_similarity: losses.cosineSimilarity,
  hinge: losses.hinge,
  huber: losses.huber,
  kl_divergence: losses.klDivergence,
  log_cosh: losses.logCosh,
  mean_absolute_error: losses.meanAbsoluteError,
  mean_absolute_percentage_error: losses.meanAbsolutePercentageError,
  mean_squared_error: losses.meanSquaredError,
  mean_squared_logarithmic_error: losses.meanSquaredLogarithmicError,
  poisson: losses.poisson,
  sparse_categorical_crossentropy: losses.sparseCategoricalCrossentropy,
  squared_hinge: losses.squaredHinge,
});

const shortNames = {
  bce: BinaryCrossentropy,
  BCE: BinaryCrossentropy,
  mse: MeanSquaredError,
  MSE: MeanSquaredError,
  mae: MeanAbsoluteError,
  MAE: MeanAbsoluteError,
  mape: MeanAbsolutePercentageError,
  MAPE: MeanAbsolutePercentageError,
  msle: MeanSquaredLogarithmicError,
  MSLE: MeanSquaredLogarithmicError,
};
const ids = {
  ...Object.fromEntries(Object.entries(classes).map(([name, cls]) => [toSnakeCase(name), cls])),
  ...classes,
  ...shortNames,
};

/** Ids of metrics: the classes' names, also in snake_case, and a few short ones. */
export type MetricId = keyof typeof classes | SnakeCase<keyof typeof classes> | keyof typeof shortNames;
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
