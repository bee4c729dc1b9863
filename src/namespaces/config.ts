/** @file `keras.config`: the settings of the process. Those that rooms read stand in core/config.ts; what is here are switches. */
import { checked } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import { PACKAGE_VERSION } from '../core/keras_version.js';
import { backend, getThreads, setWideVectors, vectorBits } from '../runtime/index.js';

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
/**
 * Whether inner frames are left out of the stacks of errors. Kept for programs that set it: stacks here are always whole.
 *
 * @returns What was set; true unless it was changed.
 * @see `keras.config.is_traceback_filtering_enabled`
 * @example
 * config.isTracebackFilteringEnabled() // true
 */
export const isTracebackFilteringEnabled = checked(
  'isTracebackFilteringEnabled',
  function isTracebackFilteringEnabled(): boolean {
    return filtering;
  },
);
/**
 * Kept for programs that set it: stacks of errors are always whole here.
 *
 * @see `keras.config.enable_traceback_filtering`
 * @example
 * config.enableTracebackFiltering();
 */
export const enableTracebackFiltering = checked('enableTracebackFiltering', function enableTracebackFiltering(): void {
  filtering = true;
});
/**
 * Kept for programs that set it: stacks of errors are always whole here.
 *
 * @see `keras.config.disable_traceback_filtering`
 * @example
 * config.disableTracebackFiltering();
 * config.enableTracebackFiltering();
 */
export const disableTracebackFiltering = checked(
  'disableTracebackFiltering',
  function disableTracebackFiltering(): void {
    filtering = false;
  },
);

let flash: boolean | null = null;
/**
 * Whether attention should use flash kernels; null: as the platform sees fit. One kernel serves here.
 *
 * @returns What was set; null unless it was changed.
 * @see `keras.config.is_flash_attention_enabled`
 * @example
 * config.isFlashAttentionEnabled();
 */
export const isFlashAttentionEnabled = checked('isFlashAttentionEnabled', function isFlashAttentionEnabled():
  boolean | null {
  return flash;
});
/**
 * Kept for programs that set it: one kernel of attention serves here.
 *
 * @see `keras.config.enable_flash_attention`
 * @example
 * config.enableFlashAttention();
 */
export const enableFlashAttention = checked('enableFlashAttention', function enableFlashAttention(): void {
  flash = true;
});
/**
 * Kept for programs that set it: one kernel of attention serves here.
 *
 * @see `keras.config.disable_flash_attention`
 * @example
 * config.disableFlashAttention();
 */
export const disableFlashAttention = checked('disableFlashAttention', function disableFlashAttention(): void {
  flash = false;
});

/**
 * Compute in vectors of 256 bits in programs compiled from now on. Without it programs do so where the engine is found to join
 * neighbouring vectors of WebAssembly, which have 128 bits: on x64 processors with AVX2, in Node 24 and newer, and in Chromium that was
 * started with V8's flag `--wasm-revectorize`. The results have the same bits either way.
 *
 * @see [Wide vectors](../../docs/performance.md#wide-vectors)
 * @example
 * config.enableWideVectors();
 * config.isWideVectorsEnabled(); // true
 */
export const enableWideVectors = checked('enableWideVectors', function enableWideVectors(): void {
  setWideVectors(true);
});
/**
 * Compute in vectors of 128 bits in programs compiled from now on, and no longer let the engine join them. The environment variable
 * `KERAS_TS_WIDE=0` does the same from the start.
 *
 * @see [Wide vectors](../../docs/performance.md#wide-vectors)
 * @example
 * config.disableWideVectors();
 * config.isWideVectorsEnabled(); // false
 */
export const disableWideVectors = checked('disableWideVectors', function disableWideVectors(): void {
  setWideVectors(false);
});
/**
 * Whether programs that are compiled now compute in vectors of 256 bits.
 *
 * @returns False where the backend is the interpreter, which has no vectors.
 * @see [Wide vectors](../../docs/performance.md#wide-vectors)
 * @example
 * config.disableWideVectors();
 * config.isWideVectorsEnabled(); // false
 */
export const isWideVectorsEnabled = checked('isWideVectorsEnabled', function isWideVectorsEnabled(): boolean {
  return vectorBits() === 256;
});

/**
 * What runs programs: this package and its version, the backend, its threads, and the bits of its vectors.
 *
 * @returns Such as `'keras-ts 0.1.0, wasm, 2 × 256-bit'`.
 * @see [Wide vectors](../../docs/performance.md#wide-vectors)
 * @example
 * config.setBackend('interpreter');
 * config.backendInfo(); // 'keras-ts 0.1.0, interpreter'
 */
export const backendInfo = checked('backendInfo', function backendInfo(): string {
  const bits = vectorBits();
  const lanes = bits === null ? '' : `, ${getThreads()} × ${bits}-bit`;
  return `keras-ts ${PACKAGE_VERSION}, ${backend()}${lanes}`;
});

/**
 * Whether Flax's NNX is used: never.
 *
 * @returns False.
 * @see `keras.config.is_nnx_enabled`
 * @example
 * config.isNnxEnabled() // false
 */
export const isNnxEnabled = checked('isNnxEnabled', function isNnxEnabled(): boolean {
  return false;
});

/**
 * Refused: code from files is never run here. Pass functions in `customObjects` instead.
 *
 * @throws {ValueError} Always.
 * @see `keras.config.enable_unsafe_deserialization`
 * @example
 * let caught: unknown;
 * try {
 *   config.enableUnsafeDeserialization();
 * } catch (error) {
 *   caught = error;
 * }
 * caught instanceof ValueError; // true
 */
export const enableUnsafeDeserialization = checked(
  'enableUnsafeDeserialization',
  function enableUnsafeDeserialization(): never {
    throw new ValueError(
      'enableUnsafeDeserialization: code from files is never run. Pass the functions that a file names in customObjects.',
    );
  },
);
