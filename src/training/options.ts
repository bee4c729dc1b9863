/** @file The options of compile, fit, evaluate and predict, and their checks. */
import { describe } from '../core/describe.js';
import type { Callbacks } from '../callbacks/index.js';
import { ValueError } from '../core/errors.js';
import type { ClassWeight, DataLike, DataSource, Shuffle } from '../data/index.js';
import type { LossLike as OneLoss } from '../losses/index.js';
import type { MetricLike as OneMetric } from '../metrics/index.js';
import type { OptimizerLike } from '../optimizers/index.js';
import type { Tensor } from '../runtime/index.js';

/** Ids that stand for the loss or metric that fits the shapes of targets and predictions. */
type ByShape = 'accuracy' | 'acc' | 'crossentropy' | 'ce';

/** A loss: id, object, function of `(yTrue, yPred)`, or config; a list or dict of these for several outputs, null for an output without. */
export type LossLike = OneLoss | ByShape | readonly LossLike[] | { readonly [output: string]: LossLike };

/** A metric: id, object, or function of `(yTrue, yPred)`. */
export type MetricLike = Exclude<OneMetric, null> | ByShape | ((yTrue: Tensor, yPred: Tensor) => unknown);

/** Metrics: a list; a list with one entry (or list) per output; or a dict by output name. */
export type MetricsLike =
  readonly (MetricLike | null | MetricsLike)[] | { readonly [output: string]: MetricLike | null | MetricsLike };

/** One number per output. */
export type LossWeights = number | readonly LossWeights[] | { readonly [output: string]: LossWeights };

/** Options of `model.compile(options)`. */
export interface CompileOptions {
  /** Id, config or object. Default `'rmsprop'`. */
  readonly optimizer?: Exclude<OptimizerLike, null>;
  /** Default null: what layers add by `addLoss`. */
  readonly loss?: LossLike;
  /** The total loss is the sum of the outputs' losses times these. Default: all 1. */
  readonly lossWeights?: LossWeights | null;
  /** Measured without sample weights. `'accuracy'` (or `'acc'`) and `'crossentropy'` (or `'ce'`) fit themselves to the targets. */
  readonly metrics?: MetricsLike | null;
  /** Measured with sample weights and class weights. */
  readonly weightedMetrics?: MetricsLike | null;
  /** Run each step as ordinary code, so that numbers can be looked at inside. Slow. Default false. */
  readonly runEagerly?: boolean;
  /**
   * Steps in one go; hooks for single batches are called once for so many. Default `'auto'`: as many as take a fraction of a second, or one
   * where a callback overrides a hook for batches.
   */
  readonly stepsPerExecution?: number | 'auto';
  /** Kept for configs: every step is compiled, unless `runEagerly`. Default `'auto'`. */
  readonly jitCompile?: boolean | 'auto';
  /** Scale the loss by itself when the model computes in float16. Default true. */
  readonly autoScaleLoss?: boolean;
  /** Keras 2's: 2-D weights for time steps. They need no mode any more: the shape of `sampleWeight` says it. */
  readonly sampleWeightMode?: SampleWeightMode;
  /** Keras 2's: targets for whenever arrays come without `y`. */
  readonly targetTensors?: DataLike;
  /**
   * Watch each step for NaN, in the loss and in the weights: training ends with an error that says which layer made it first, forward or in
   * its gradient, and leaves the model as it was before that step. Steps are slower. Default false.
   */
  readonly debugNan?: boolean;
}

/** Keras 2's modes of sample weights. */
export type SampleWeightMode =
  null | 'temporal' | readonly (null | 'temporal')[] | { readonly [output: string]: null | 'temporal' };

/** 0: silent; 1: a progress bar; 2: a line an epoch; `'auto'`: 1. */
export type Verbose = 0 | 1 | 2 | 'auto';

/** How batches of generators, data sets and `PyDataset`s are made beside the steps. */
export interface QueueOptions {
  /** Batches that may wait, made while steps run. Default: 1 for generators, `dataset.maxQueueSize` for a `PyDataset`. */
  readonly maxQueueSize?: number;
  /**
   * 0: each batch is made when it is asked for. More than 1: a `PyDataset` whose `getItem` is async makes so many at once, a `WorkerDataset` in
   * so many threads. Default 1.
   */
  readonly workers?: number;
  /** Kept for programs that give it: a `WorkerDataset` makes batches in threads, and nothing else does. Default false. */
  readonly useMultiprocessing?: boolean;
}

/** What several calls have in common. */
interface RunOptions extends QueueOptions {
  /** Samples a batch; for arrays only. Default 32. */
  readonly batchSize?: number | null;
  /** Default `'auto'`. */
  readonly verbose?: Verbose;
  readonly callbacks?: Callbacks | null;
}

/** Options of `model.fit(x, y, options)`. */
export interface FitOptions extends RunOptions {
  /** Train until this many epochs are done. Default 1. */
  readonly epochs?: number;
  /** Part of the arrays, in (0, 1), that is kept for validation: the last samples, before any shuffling. Default 0. */
  readonly validationSplit?: number;
  /** `[x, y]`, `[x, y, sampleWeight]`, or a data set; wins over `validationSplit`. */
  readonly validationData?: DataSource | readonly [DataLike, DataLike] | readonly [DataLike, DataLike, DataLike] | null;
  /** Mix the samples anew for each epoch; `'batch'`: only inside each batch. Default true. Not for generators. */
  readonly shuffle?: Shuffle;
  /** Class to weight: `{ 0: 1, 1: 5 }`. For training only. */
  readonly classWeight?: ClassWeight | null;
  /** One number per sample, or per time step (2-D); a list or dict of these for several outputs. */
  readonly sampleWeight?: DataLike;
  /** Epochs that are done already. Default 0. */
  readonly initialEpoch?: number;
  /** Batches an epoch. Default: as many as the data have. */
  readonly stepsPerEpoch?: number | null;
  /** Batches of a validation. */
  readonly validationSteps?: number | null;
  /** Default: `batchSize`. */
  readonly validationBatchSize?: number | null;
  /** Validate each n-th epoch, or in the epochs listed (counted from 1). Default 1. */
  readonly validationFreq?: number | readonly number[];
  /**
   * Ends training after the steps at hand, as `stopTraining` does: what was trained stays, callbacks hear of the end, and `fit` resolves
   * with what was recorded (`signal.aborted` tells). The epoch at hand is not validated.
   *
   * In Node, Ctrl-C (SIGINT) during `fit` does the same without any signal, and the process's exit code is then 130 (unless the program
   * sets one, or hears of SIGINT itself). Ctrl-C once more ends the process at once.
   */
  readonly signal?: AbortSignal | null;
}

/** Options of `model.evaluate(x, y, options)`. */
export interface EvaluateOptions extends RunOptions {
  /** One weight for each sample. Default: none. */
  readonly sampleWeight?: DataLike;
  /** Batches to take. Default: all. */
  readonly steps?: number | null;
  /** Give the results by name. Default false. */
  readonly returnDict?: boolean;
}

/** Options of `model.predict(x, options)`. */
export interface PredictOptions extends RunOptions {
  /** Batches to take. Default: all. */
  readonly steps?: number | null;
}

/** Options of `model.trainOnBatch(x, y, options)`. */
export interface TrainOnBatchOptions {
  /** One weight for each sample. Default: none. */
  readonly sampleWeight?: DataLike;
  /** A weight for each class, by class number. Default null. */
  readonly classWeight?: ClassWeight | null;
  /** Give the results by name. Default false. */
  readonly returnDict?: boolean;
}

/** Options of `model.testOnBatch(x, y, options)`. */
export interface TestOnBatchOptions {
  /** One weight for each sample. Default: none. */
  readonly sampleWeight?: DataLike;
  /** Give the results by name. Default false. */
  readonly returnDict?: boolean;
}

/**
 * What `evaluate`, `trainOnBatch` and `testOnBatch` give without `returnDict`: the loss as a number if nothing but the loss is measured, else
 * the list of the loss and the metrics. Types cannot know what was compiled, so the type allows both: `const loss = await …` and
 * `const [loss, accuracy] = await …`. `Array.isArray(scores)` tells which it is.
 */
export type Scores = number &
  [loss: number, second: number, third: number, fourth: number, fifth: number, sixth: number, ...others: number[]];

const QUEUE_OPTIONS = [
  'maxQueueSize',
  'workers',
  'useMultiprocessing',
] as const satisfies readonly (keyof QueueOptions)[];

export const COMPILE_OPTIONS = [
  'optimizer',
  'loss',
  'lossWeights',
  'metrics',
  'weightedMetrics',
  'runEagerly',
  'stepsPerExecution',
  'jitCompile',
  'autoScaleLoss',
  'sampleWeightMode',
  'targetTensors',
  'debugNan',
] as const satisfies readonly (keyof CompileOptions)[];

export const FIT_OPTIONS = [
  'batchSize',
  'epochs',
  'verbose',
  'callbacks',
  'validationSplit',
  'validationData',
  'shuffle',
  'classWeight',
  'sampleWeight',
  'initialEpoch',
  'stepsPerEpoch',
  'validationSteps',
  'validationBatchSize',
  'validationFreq',
  'signal',
  ...QUEUE_OPTIONS,
] as const satisfies readonly (keyof FitOptions)[];

/** In the order of `fit_generator`. */
export const FIT_GENERATOR_OPTIONS: readonly string[] = ['stepsPerEpoch', ...FIT_OPTIONS.slice(1), 'batchSize'];

/** Keras 2's kwargs of compile: what TensorFlow's `Session.run` and Theano's `function` took. They mean nothing here. */
export const OLDER_COMPILE_OPTIONS = ['options', 'runMetadata', 'fetches', 'feedDict', 'updates'] as const;

export const EVALUATE_OPTIONS = [
  'batchSize',
  'verbose',
  'sampleWeight',
  'steps',
  'callbacks',
  'returnDict',
  ...QUEUE_OPTIONS,
] as const satisfies readonly (keyof EvaluateOptions)[];

export const PREDICT_OPTIONS = [
  'batchSize',
  'verbose',
  'steps',
  'callbacks',
  ...QUEUE_OPTIONS,
] as const satisfies readonly (keyof PredictOptions)[];

/** @throws {ValueError} Neither null nor a whole number from `least`. */
export function checkCount(owner: string, name: string, value: number | null | undefined, least = 1): number | null {
  if (value === null || value === undefined) return null;
  if (!Number.isInteger(value) || value < least)
    throw new ValueError(`${owner}: ${name}=${describe(value)}. Expected a whole number from ${least}, or null.`);
  return value;
}

/** The options of the queue, checked. @throws {ValueError} No whole numbers. */
export function checkQueue(
  owner: string,
  options: QueueOptions,
): { readonly maxQueueSize?: number; readonly workers?: number } {
  const maxQueueSize = checkCount(owner, 'maxQueueSize', options.maxQueueSize, 0);
  const workers = checkCount(owner, 'workers', options.workers, 0);
  return { ...(maxQueueSize === null ? {} : { maxQueueSize }), ...(workers === null ? {} : { workers }) };
}

/** @throws {ValueError} Not one of the four. */
export function checkVerbose(owner: string, verbose: unknown): Verbose {
  if (verbose === true) return 1;
  if (verbose === false) return 0;
  if (verbose !== 0 && verbose !== 1 && verbose !== 2 && verbose !== 'auto')
    throw new ValueError(`${owner}: verbose=${describe(verbose)}. Expected 0, 1, 2 or 'auto'.`);
  return verbose;
}

/** @throws {ValueError} None of true, false and 'batch'. */
export function checkShuffle(shuffle: unknown): Shuffle {
  if (typeof shuffle !== 'boolean' && shuffle !== 'batch')
    throw new ValueError(`fit: shuffle=${describe(shuffle)}. Expected true, false or 'batch'.`);
  return shuffle;
}
