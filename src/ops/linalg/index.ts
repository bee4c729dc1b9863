/** @file `keras.ops.linalg`. */
export { norm, type NormOptions } from './norm.js';
