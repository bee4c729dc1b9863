/**
 * @file The public surface that Node and browsers share: Keras's namespaces and its names on top. The entry files index.ts (Node) and
 * browser.ts add the platform and the backends.
 */

// ---- names on top, as in `keras.Model` ----
export type { DataFormat } from './core/config.js';
export type { DType } from './core/dtype.js';
export {
  DTypePolicy,
  type DTypePolicyLike,
  type DTypePolicyName,
  DTypePolicy as FloatDTypePolicy,
} from './core/dtype_policy.js';
export { device, type DeviceScope } from './core/device.js';
export { NotImplementedError, OutOfMemoryError, RuntimeError, ValueError } from './core/errors.js';
export { NameScope as nameScope, type NameScopeOptions } from './core/name_scope.js';
export * from './core/registered.js'; // by a star, so that `declare module 'keras-ts'` reaches the interfaces
export type { Config } from './core/serialization.js';
export type { PartialShape, Shape } from './core/shape.js';
export type { Tree } from './core/tree.js';
export type { Callbacks, HookResult, Logs } from './callbacks/index.js';
export type { AnyBatch, Batch, BatchLike, ClassWeight, DataLike, DataSource, TensorTree } from './data/index.js';
export { Initializer } from './initializers/index.js';
export { Input, InputSpec, Layer } from './layers/index.js';
export type { CallOptions, LayerOptions, MaskTree, ShapeTree, WeightOptions } from './layers/index.js';
export { Loss } from './losses/index.js';
export { Metric } from './metrics/index.js';
export type { MetricOptions, MetricResult, UpdateOptions } from './metrics/index.js';
export { Function, Functional, Model, type ModelOptions, Sequential, type SymbolicTree } from './models/index.js';
export { Optimizer } from './optimizers/index.js';
export { Regularizer } from './regularizers/index.js';
export {
  type AnyTypedArray,
  type Differentiable,
  grad,
  type Gradients,
  isKerasTensor,
  jit,
  KerasTensor,
  type KerasTensorOptions,
  type Mask,
  type NestedArray,
  Operation,
  remat,
  type RematMode,
  RematScope,
  rematScope,
  type RematScopeOptions,
  StatelessScope,
  type StatelessScopeOptions,
  SymbolicScope,
  tensor,
  Tensor,
  type TensorData,
  type TensorLike,
  type TensorOptions,
  valueAndGrad,
  Variable,
  type VariableInitializer,
  type VariableOptions,
} from './runtime/index.js';
export { registerKerasSerializable } from './saving/index.js';

export type {
  CompileOptions,
  ComputeLossArguments,
  EvaluateOptions,
  FitOptions,
  LossLike,
  LossWeights,
  MetricLike,
  MetricsLike,
  PredictOptions,
  Scores,
  StepLogs,
  TestOnBatchOptions,
  TrainOnBatchOptions,
  Verbose,
} from './training/index.js';

// ---- what runs programs ----
export { type BackendName, getThreads, setBackend, setThreads } from './runtime/index.js';

// ---- namespaces ----
export * as activations from './activations/index.js';
export * as callbacks from './callbacks/index.js';
export * as constraints from './constraints/index.js';
export * as datasets from './datasets/index.js';
export * as initializers from './initializers/index.js';
export * as layers from './layers/index.js';
export * as losses from './losses/index.js';
export * as metrics from './metrics/index.js';
export * as models from './models/index.js';
export * as config from './namespaces/config.js';
export * as data from './namespaces/data.js';
export * as dtypePolicies from './namespaces/dtype_policies.js';
export * as mixedPrecision from './namespaces/mixed_precision.js';
export * as preprocessing from './namespaces/preprocessing.js';
export * as summary from './namespaces/summary.js';
export * as tree from './namespaces/tree.js';
export * as ops from './ops/index.js';
export * as optimizers from './optimizers/index.js';
export * as random from './random/index.js';
export * as backend from './namespaces/backend.js'; // behind the rooms whose functions it shows again
export * as regularizers from './regularizers/index.js';
export * as saving from './saving/index.js';
export * as utils from './utils/index.js';
export * as visualization from './visualization/index.js';
export { version } from './namespaces/version.js';
