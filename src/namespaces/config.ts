/** @file `keras.config`: the settings of the process. Those that rooms read stand in core/config.ts; what is here are switches. */
import { ValueError } from '../core/errors.js';

export {
  type DataFormat,
  disableIndexChecks,
  enableIndexChecks,
  epsilon,
  floatx,
  imageDataFormat,
  indexChecksEnabled as isIndexChecksEnabled,
  maxEpochs,
  maxStepsPerEpoch,
  setEpsilon,
  setFloatx,
  setImageDataFormat,
  setMaxEpochs,
  setMaxStepsPerEpoch,
} from '../core/config.js';
export { disableInteractiveLogging, enableInteractiveLogging, isInteractiveLoggingEnabled } from '../core/logging.js';
export { dtypePolicy, setDtypePolicy } from '../core/dtype_policy.js';
export { backend, setBackend } from '../runtime/index.js';

let filtering = true;
/** Whether inner frames are left out of the stacks of errors. Kept for programs that set it: stacks here are always whole. @see `keras.config.is_traceback_filtering_enabled` */
export function isTracebackFilteringEnabled(): boolean {
  return filtering;
}
/** @see `keras.config.enable_traceback_filtering` */
export function enableTracebackFiltering(): void {
  filtering = true;
}
/** @see `keras.config.disable_traceback_filtering` */
export function disableTracebackFiltering(): void {
  filtering = false;
}

let flash: boolean | null = null;
/** Whether attention should use flash kernels; null: as the platform sees fit. One kernel serves here. @see `keras.config.is_flash_attention_enabled` */
export function isFlashAttentionEnabled(): boolean | null {
  return flash;
}
/** @see `keras.config.enable_flash_attention` */
export function enableFlashAttention(): void {
  flash = true;
}
/** @see `keras.config.disable_flash_attention` */
export function disableFlashAttention(): void {
  flash = false;
}

/** Whether Flax's NNX is used: never. @see `keras.config.is_nnx_enabled` */
export function isNnxEnabled(): boolean {
  return false;
}

/**
 * Refused: code from files is never run here. Pass functions in `customObjects` instead.
 *
 * @throws {ValueError} Always.
 * @see `keras.config.enable_unsafe_deserialization`
 */
export function enableUnsafeDeserialization(): never {
  throw new ValueError(
    'enableUnsafeDeserialization: code from files is never run. Pass the functions that a file names in customObjects.',
  );
}
