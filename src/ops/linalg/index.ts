/** @file `keras.ops.linalg`. */
export { det } from './determinants.js';
export { norm, type NormOptions } from './norm.js';
export {
  cholesky,
  choleskyInverse,
  type CholeskyOptions,
  inv,
  luFactor,
  solve,
  solveTriangular,
  type SolveTriangularOptions,
} from './systems.js';
