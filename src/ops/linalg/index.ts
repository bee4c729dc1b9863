/** @file `keras.ops.linalg`. */
export { eig } from './eig.js';
export {
  eigh,
  lstsq,
  matrixRank,
  type MatrixRankOptions,
  pinv,
  qr,
  type QrOptions,
  type RankOptions,
  svd,
  type SvdFunction,
  type SvdOptions,
} from './decompositions.js';
export { det } from './determinants.js';
export { jvp, type JvpFunction } from '../forms.js';
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
