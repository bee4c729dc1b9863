/** @file Which Keras this is. */
import { KERAS_VERSION } from '../core/keras_version.js';

/** The version of Keras whose API, numbers and files keras-ts has. @see `keras.version` */
export function version(): string {
  return KERAS_VERSION;
}
