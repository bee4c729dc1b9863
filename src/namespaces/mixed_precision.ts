/** @file `keras.mixed_precision`: Keras 2's names of dtype policies. */
export {
  DTypePolicy,
  dtypePolicy,
  dtypePolicy as globalPolicy,
  DTypePolicy as Policy,
  setDtypePolicy,
  setDtypePolicy as setGlobalPolicy,
} from '../core/dtype_policy.js';
export { LossScaleOptimizer } from '../optimizers/index.js';
