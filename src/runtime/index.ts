/** @file The runtime room's public face: tensors, variables, traces, programs and the choice of a backend. */
import './apply.js';
import './special_forms.js';

export { tensorApplier } from './apply.js';
export { type Arithmetic, arithmetic, setArithmetic } from './arithmetic.js';
export {
  backend,
  type BackendName,
  currentBackend,
  getThreads,
  registerBackend,
  setBackend,
  setThreads,
  setWideVectors,
  vectorBits,
} from './backends.js';
export {
  type AnyTypedArray,
  constantTensor,
  isTypedArray,
  type Numbers,
  tensor,
  type TensorLike,
  type TensorOptions,
  toTensor,
  toTensorOrTexts,
} from './convert.js';
export { type Differentiable, grad, type Gradients, valueAndGrad } from './grad.js';
export { jit } from './jit.js';
export { apart, complexOf, type ComplexRule, ComplexTensor, setComplexRule, toComplex, together } from './complex.js';
export { withCustomGradient } from './custom_gradient.js';
export {
  isStrings,
  nameRefusal,
  setStringRule,
  type StringRule,
  type Strings,
  STRINGS_REMEDY,
  stringTensor,
  StringTensor,
} from './strings.js';
export { type HostFeeds, type HostFunction, type HostFunctions, onHost, onHostMany } from './on_host.js';
export { type Found, type Hosted, HostedPrograms, type ResultOf, resultsOf, textOutputs } from './hosted_programs.js';
export { computeJvp, type JvpOptions } from './jvp.js';
export { isKerasTensor, KerasTensor, type KerasTensorOptions } from './keras_tensor.js';
export { scanOver, type ScanOptions, type StepResult } from './loops.js';
export { branchOver, loopOver } from './branches.js';
export { checkIndices, type IndexBounds, indexBoundsOf, requireIndices } from './index_bounds.js';
export { getKerasMask, type Mask, setKerasMask } from './mask.js';
export type { Index, ReductionOptions } from './methods.js';
export { type Op, op, type OpArgs, OpCall, opClassName, type OpOptions, type OpResult } from './op.js';
export { inferSpec, type InferOptions, isSpec, type Spec, symbolicLeaves } from './infer_spec.js';
export { anySymbolic, FunctionalNode, Operation } from './operation.js';
export {
  fetchVariables,
  type HostedTrace,
  Program,
  type ProgramOptions,
  ResidentHeap,
  traceHosted,
  traceProgram,
} from './program.js';
export {
  currentRematScope,
  remat,
  rematerialized,
  type RematMode,
  RematScope,
  rematScope,
  type RematScopeOptions,
} from './remat.js';
export { type NestedArray, Tensor, type TensorData } from './tensor.js';
export { abstractly, currentTrace, isTracing, Trace, type TracedFunction, traceFunction, withTrace } from './trace.js';
export {
  type Parametrization,
  Variable,
  type VariableInitializer,
  type VariableOptions,
  withAutocast,
  withStoredValues,
} from './variable.js';
export {
  currentStatelessScope,
  inSymbolicScope,
  StatelessScope,
  type StatelessScopeOptions,
  SymbolicScope,
} from './stateless_scope.js';
export { withValues } from './with_values.js';
