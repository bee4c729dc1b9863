/** @file The global settings of `keras.config` that all rooms read: floatx, epsilon, image_data_format. */
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

/** The default float dtype; `'float32'` unless changed. @see `keras.config.floatx` */
export function floatx(): DType {
  return settings.floatx;
}

/** Set the default float dtype. @throws {ValueError} Not one of float16, bfloat16, float32, float64. @see `keras.config.set_floatx` */
export function setFloatx(value: DType): void {
  if (!isFloat(standardizeDType(value, 'setFloatx'))) {
    throw new ValueError(`setFloatx: got ${value}. Expected one of float16, bfloat16, float32, float64.`);
  }
  settings.floatx = value;
}

/** The fuzz factor that keeps divisions and logarithms finite; 1e-7 unless changed. @see `keras.config.epsilon` */
export function epsilon(): number {
  return settings.epsilon;
}

/** Set the fuzz factor. @see `keras.config.set_epsilon` */
export function setEpsilon(value: number): void {
  if (typeof value !== 'number' || !(value > 0))
    throw new ValueError(`setEpsilon: got ${describe(value)}. Expected a positive number.`);
  settings.epsilon = value;
}

/** The default of every `dataFormat` option; `'channels_last'` unless changed. @see `keras.config.image_data_format` */
export function imageDataFormat(): DataFormat {
  return settings.imageDataFormat;
}

/** Set the default data format. @see `keras.config.set_image_data_format` */
export function setImageDataFormat(value: DataFormat): void {
  settings.imageDataFormat = standardizeDataFormat(value, 'setImageDataFormat');
}

/** A `dataFormat` option, or the default when it is null or left out. @throws {ValueError} It is neither of the two. */
export function standardizeDataFormat(value: DataFormat | null | undefined, owner: string): DataFormat {
  if (value === null || value === undefined) return settings.imageDataFormat;
  const lower = String(value).toLowerCase();
  if (lower === 'channels_last' || lower === 'channels_first') return lower;
  throw new ValueError(`${owner}: unknown data format '${value}'. Expected 'channels_first' or 'channels_last'.`);
}

/** A limit for all trainings, or null: as they are asked. */
const limits: { epochs: number | null; stepsPerEpoch: number | null } = { epochs: null, stepsPerEpoch: null };
function limit(owner: string, value: number | null): number | null {
  if (value !== null && (!Number.isInteger(value) || value < 1))
    throw new ValueError(`${owner}: got ${value}. Expected a positive integer, or null for no limit.`);
  return value;
}

/** The most epochs that any `fit` runs; null: no limit. For trying out long programs. @see `keras.config.max_epochs` */
export function maxEpochs(): number | null {
  return limits.epochs;
}

/** Set the most epochs that any `fit` runs. @see `keras.config.set_max_epochs` */
export function setMaxEpochs(value: number | null): void {
  limits.epochs = limit('setMaxEpochs', value);
}

/** The most steps of any epoch of `fit`, `evaluate` and `predict`; null: no limit. @see `keras.config.max_steps_per_epoch` */
export function maxStepsPerEpoch(): number | null {
  return limits.stepsPerEpoch;
}

/** Set the most steps of any epoch. @see `keras.config.set_max_steps_per_epoch` */
export function setMaxStepsPerEpoch(value: number | null): void {
  limits.stepsPerEpoch = limit('setMaxStepsPerEpoch', value);
}

let indexChecks = true;
/** Whether ids that come as arrays are looked at before a table is asked for them (`Embedding`); true unless changed. */
export function indexChecksEnabled(): boolean {
  return indexChecks;
}

/** Let `Embedding` refuse ids that its table does not have, where they come as arrays: one pass over them. So it is from the start. */
export function enableIndexChecks(): void {
  indexChecks = true;
}

/** Leave ids unchecked: what the table does not have gives NaN, and trains nothing, as in Keras on JAX. */
export function disableIndexChecks(): void {
  indexChecks = false;
}

/** The content of `keras.json`: unknown or broken entries are left out of account, as Keras does. */
export function applyConfigFile(content: unknown): void {
  if (typeof content !== 'object' || content === null) return;
  const { floatx: type, epsilon: fuzz, image_data_format: format } = content as Record<string, unknown>;
  if (type === 'float16' || type === 'bfloat16' || type === 'float32' || type === 'float64') settings.floatx = type;
  if (typeof fuzz === 'number' && fuzz > 0) settings.epsilon = fuzz;
  if (format === 'channels_last' || format === 'channels_first') settings.imageDataFormat = format;
}
