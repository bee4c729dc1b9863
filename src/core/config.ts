/** @file The global settings of `keras.config` that all rooms read: floatx, epsilon, image_data_format. */
import { checked } from './checked.js';
import { describe } from './describe.js';
import type { DType } from './dtype.js';
import { isFloat, standardizeDType } from './dtype.js';
import { ValueError } from './errors.js';

/** Whether channels are the last axis of an image or the first after the batch. */
export type DataFormat = 'channels_last' | 'channels_first';

interface Settings {
  floatx: DType;
  epsilon: number;
  imageDataFormat: DataFormat;
}

const settings: Settings = { floatx: 'float32', epsilon: 1e-7, imageDataFormat: 'channels_last' };

/**
 * The default float dtype; `'float32'` unless changed.
 *
 * @returns The name of a dtype.
 * @see `keras.config.floatx`
 * @example
 * backend.floatx() // 'float32'
 */
export const floatx = checked('floatx', function floatx(): DType {
  return settings.floatx;
});

/**
 * Set the default float dtype.
 *
 * @param value The name of a float dtype.
 * @throws {ValueError} Not one of float16, bfloat16, float32, float64.
 * @see `keras.config.set_floatx`
 * @example
 * backend.setFloatx('float64');
 * ops.zeros([2]).dtype; // 'float64'
 * backend.setFloatx('float32'); // as it was
 */
export const setFloatx = checked('setFloatx', function setFloatx(value: DType): void {
  if (!isFloat(standardizeDType(value, 'setFloatx'))) {
    throw new ValueError(`setFloatx: got ${value}. Expected one of float16, bfloat16, float32, float64.`);
  }
  settings.floatx = value;
});

/**
 * The fuzz factor that keeps divisions and logarithms finite; 1e-7 unless changed.
 *
 * @returns A small positive number.
 * @see `keras.config.epsilon`
 * @example
 * backend.epsilon() // 1e-7
 */
export const epsilon = checked('epsilon', function epsilon(): number {
  return settings.epsilon;
});

/**
 * Set the fuzz factor.
 *
 * @param value A small positive number.
 * @throws {ValueError} It is no positive number.
 * @see `keras.config.set_epsilon`
 * @example
 * backend.setEpsilon(1e-5);
 * backend.setEpsilon(1e-7); // as it was
 */
export const setEpsilon = checked('setEpsilon', function setEpsilon(value: number): void {
  if (typeof value !== 'number' || !(value > 0))
    throw new ValueError(`setEpsilon: got ${describe(value)}. Expected a positive number.`);
  settings.epsilon = value;
});

/**
 * The default of every `dataFormat` option; `'channels_last'` unless changed.
 *
 * @returns `'channels_last'` or `'channels_first'`.
 * @see `keras.config.image_data_format`
 * @example
 * backend.imageDataFormat() // 'channels_last'
 */
export const imageDataFormat = checked('imageDataFormat', function imageDataFormat(): DataFormat {
  return settings.imageDataFormat;
});

/**
 * Set the default data format.
 *
 * @param value `'channels_last'` or `'channels_first'`.
 * @throws {ValueError} It is none of the two.
 * @see `keras.config.set_image_data_format`
 * @example
 * backend.setImageDataFormat('channels_first');
 * backend.setImageDataFormat('channels_last'); // as it was
 */
export const setImageDataFormat = checked('setImageDataFormat', function setImageDataFormat(value: DataFormat): void {
  settings.imageDataFormat = standardizeDataFormat(value, 'setImageDataFormat');
});

/** A `dataFormat` option, or the default when it is null or left out. @throws {ValueError} It is neither of the two. */
export function standardizeDataFormat(value: DataFormat | null | undefined, owner: string): DataFormat {
  if (value === null || value === undefined) return settings.imageDataFormat;
  const lower = typeof value === 'string' ? value.toLowerCase() : value;
  if (lower === 'channels_last' || lower === 'channels_first') return lower;
  throw new ValueError(
    `${owner}: unknown data format ${describe(value)}. Expected 'channels_first' or 'channels_last'.`,
  );
}

/** A limit for all trainings, or null: as they are asked. */
const limits: { epochs: number | null; stepsPerEpoch: number | null } = { epochs: null, stepsPerEpoch: null };
function limit(owner: string, value: number | null): number | null {
  if (value !== null && (!Number.isInteger(value) || value < 1))
    throw new ValueError(`${owner}: got ${describe(value)}. Expected a positive integer, or null for no limit.`);
  return value;
}

/**
 * The most epochs that any `fit` runs; null: no limit. For trying out long programs.
 *
 * @returns The number of epochs, or null.
 * @see `keras.config.max_epochs`
 * @example
 * config.setMaxEpochs(2);
 * config.maxEpochs(); // 2
 * config.setMaxEpochs(null);
 */
export const maxEpochs = checked('maxEpochs', function maxEpochs(): number | null {
  return limits.epochs;
});

/**
 * Set the most epochs that any `fit` runs.
 *
 * @param value The number of epochs; null for no limit.
 * @throws {ValueError} It is no whole number from 1.
 * @see `keras.config.set_max_epochs`
 * @example
 * config.setMaxEpochs(2);
 * config.setMaxEpochs(null);
 */
export const setMaxEpochs = checked('setMaxEpochs', function setMaxEpochs(value: number | null): void {
  limits.epochs = limit('setMaxEpochs', value);
});

/**
 * The most steps of any epoch of `fit`, `evaluate` and `predict`; null: no limit.
 *
 * @returns The number of steps, or null.
 * @see `keras.config.max_steps_per_epoch`
 * @example
 * config.setMaxStepsPerEpoch(10);
 * config.maxStepsPerEpoch(); // 10
 * config.setMaxStepsPerEpoch(null);
 */
export const maxStepsPerEpoch = checked('maxStepsPerEpoch', function maxStepsPerEpoch(): number | null {
  return limits.stepsPerEpoch;
});

/**
 * Set the most steps of any epoch.
 *
 * @param value The number of steps; null for no limit.
 * @throws {ValueError} It is no whole number from 1.
 * @see `keras.config.set_max_steps_per_epoch`
 * @example
 * config.setMaxStepsPerEpoch(10);
 * config.setMaxStepsPerEpoch(null);
 */
export const setMaxStepsPerEpoch = checked(
  'setMaxStepsPerEpoch',
  function setMaxStepsPerEpoch(value: number | null): void {
    limits.stepsPerEpoch = limit('setMaxStepsPerEpoch', value);
  },
);

let indexChecks = true;
/**
 * Whether ids that come as arrays are looked at before a table is asked for them (`Embedding`); true unless changed.
 *
 * @returns True unless it was changed.
 * @example
 * config.isIndexChecksEnabled() // true
 */
export const indexChecksEnabled = checked('isIndexChecksEnabled', function indexChecksEnabled(): boolean {
  return indexChecks;
});

/**
 * Let `Embedding` refuse ids that its table does not have, where they come as arrays: one pass over them. This is the setting from the
 * start.
 *
 * @example
 * config.enableIndexChecks();
 * config.isIndexChecksEnabled(); // true
 */
export const enableIndexChecks = checked('enableIndexChecks', function enableIndexChecks(): void {
  indexChecks = true;
});

/**
 * Leave ids unchecked: what the table does not have gives NaN, and trains nothing, as in Keras on JAX.
 *
 * @example
 * config.disableIndexChecks();
 * config.enableIndexChecks();
 */
export const disableIndexChecks = checked('disableIndexChecks', function disableIndexChecks(): void {
  indexChecks = false;
});

/** The content of `keras.json`: unknown or broken entries are left out of account, as Keras does. */
export function applyConfigFile(content: unknown): void {
  if (typeof content !== 'object' || content === null) return;
  const { floatx: type, epsilon: fuzz, image_data_format: format } = content as Record<string, unknown>;
  if (type === 'float16' || type === 'bfloat16' || type === 'float32' || type === 'float64') settings.floatx = type;
  if (typeof fuzz === 'number' && fuzz > 0) settings.epsilon = fuzz;
  if (format === 'channels_last' || format === 'channels_first') settings.imageDataFormat = format;
}
