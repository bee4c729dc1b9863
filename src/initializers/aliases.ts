/** @file Names of initializers besides their classes' first ones. */

/** Names that configs may hold. */
export {
  Identity as IdentityInitializer,
  Orthogonal as OrthogonalInitializer,
  STFT as STFTInitializer,
} from './catalogue.js';
export {
  Constant as constant,
  GlorotNormal as glorotNormal,
  GlorotUniform as glorotUniform,
  HeNormal as heNormal,
  HeUniform as heUniform,
  Identity as identity,
  LecunNormal as lecunNormal,
  LecunUniform as lecunUniform,
  Ones as ones,
  Orthogonal as orthogonal,
  RandomNormal as randomNormal,
  RandomUniform as randomUniform,
  STFT as stft,
  TruncatedNormal as truncatedNormal,
  VarianceScaling as varianceScaling,
  Zeros as zeros,
} from './catalogue.js';
