/** @file The initializers that ids and configs can name: each line exports a class, which registers it. Other names: aliases.ts. */
export { Constant, Identity, Ones, STFT, Zeros } from './constant.js';
export { Orthogonal } from './orthogonal.js';
export { RandomNormal, RandomUniform, TruncatedNormal } from './random.js';
export {
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  LecunNormal,
  LecunUniform,
  VarianceScaling,
} from './variance_scaling.js';
