/** @file Training: `Trainer`, the base of `Model`, and the options of its methods. */
export type {
  CompileOptions,
  EvaluateOptions,
  FitOptions,
  LossLike,
  LossWeights,
  MetricLike,
  MetricsLike,
  PredictOptions,
  SampleWeightMode,
  Scores,
  TestOnBatchOptions,
  TrainOnBatchOptions,
  Verbose,
} from './options.js';
export { type KernelProfile, type LayerProfile, Profile, type ProfileOptions } from './profile.js';
export { type ComputeLossArguments, type StepLogs, Trainer } from './trainer.js';
