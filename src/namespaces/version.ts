/** @file Which Keras this is. */

/** The version of Keras whose API, numbers and files keras-ts has. @see `keras.version` */
export function version(): string {
  return '3.15.1';
}
