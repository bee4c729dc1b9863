/**
 * @file The functions `K.…` of Keras 2's backend. What `ops` has under the same name with the same defaults is that; the others stand here.
 */
export {
  abs,
  all,
  any,
  arange,
  cast,
  cos,
  elu,
  equal,
  exp,
  eye,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  max,
  maximum,
  mean,
  min,
  minimum,
  notEqual,
  oneHot,
  ones,
  onesLike,
  prod,
  reshape,
  round,
  shape,
  sigmoid,
  sign,
  sin,
  softmax,
  softplus,
  softsign,
  square,
  stack,
  std,
  stopGradient,
  sum,
  tanh,
  tile,
  transpose,
  var,
  zeros,
  zerosLike,
} from '../../ops/index.js';
export { normal as randomNormal, truncatedNormal, uniform as randomUniform } from '../../random/index.js';
export { NameScope as nameScope } from '../../core/name_scope.js';
export * from './convolutions.js';
export * from './math.js';
export * from './normalization.js';
export * from './random.js';
export * from './sequences.js';
export * from './shapes.js';
export * from './state.js';
