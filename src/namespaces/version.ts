/** @file Which Keras this is. */
import { checked } from '../core/arguments.js';
import { KERAS_VERSION } from '../core/keras_version.js';

/**
 * The version of Keras whose API, numbers and files keras-ts has.
 *
 * @returns A version such as `'3.15.1'`.
 * @see `keras.version`
 * @example
 * version() // '3.15.1'
 */
export const version = checked('version', function version(): string {
  return KERAS_VERSION;
});
