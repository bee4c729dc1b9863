/** @file Which Keras this is. */

/** The version of Keras whose API, numbers and files keras-ts has. Files say it. */
export const KERAS_VERSION = '3.15.1';

/** The version of this package, as its package.json has it. */
export const PACKAGE_VERSION = '0.1.0';
