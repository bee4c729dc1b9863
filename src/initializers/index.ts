/** @file `keras.initializers`: what is exported here can be found by its id and made from a config. */
import type { DType } from '../core/dtype.js';
import type { Config } from '../core/serialization.js';
import { identifierRoom, isPlainFunction, registerClasses } from '../core/serialization.js';
import type { Shape } from '../core/shape.js';
import type { TensorLike } from '../runtime/index.js';
import { Constant, Identity, Ones, STFT, Zeros } from './constant.js';
import { Initializer, RandomInitializer } from './initializer.js';
import { Orthogonal } from './orthogonal.js';
import { RandomNormal, RandomUniform, TruncatedNormal } from './random.js';
import {
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  LecunNormal,
  LecunUniform,
  VarianceScaling,
} from './variance_scaling.js';

export {
  Constant,
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  Identity,
  Initializer,
  LecunNormal,
  LecunUniform,
  Ones,
  Orthogonal,
  RandomInitializer,
  RandomNormal,
  RandomUniform,
  STFT,
  TruncatedNormal,
  VarianceScaling,
  Zeros,
};
export {
  Constant as constant,
  GlorotNormal as glorotNormal,
  GlorotUniform as glorotUniform,
  HeNormal as heNormal,
  HeUniform as heUniform,
  Identity as identity,
  Identity as IdentityInitializer,
  LecunNormal as lecunNormal,
  LecunUniform as lecunUniform,
  Ones as ones,
  Orthogonal as orthogonal,
  Orthogonal as OrthogonalInitializer,
  RandomNormal as randomNormal,
  RandomUniform as randomUniform,
  STFT as stft,
  STFT as STFTInitializer,
  TruncatedNormal as truncatedNormal,
  VarianceScaling as varianceScaling,
  Zeros as zeros,
};
export type { STFTOptions } from './constant.js';
export type { InitializerCallOptions, RandomInitializerOptions } from './initializer.js';
export type { OrthogonalOptions } from './orthogonal.js';
export type { RandomNormalOptions, RandomUniformOptions } from './random.js';
export { computeFans, type FanOptions, type VarianceScalingOptions } from './variance_scaling.js';

const classes = {
  Zeros,
  Ones,
  Constant,
  Identity,
  STFT,
  RandomNormal,
  RandomUniform,
  TruncatedNormal,
  VarianceScaling,
  GlorotUniform,
  GlorotNormal,
  HeNormal,
  HeUniform,
  LecunNormal,
  LecunUniform,
  Orthogonal,
};
registerClasses('keras.initializers', {
  ...classes,
  IdentityInitializer: Identity,
  OrthogonalInitializer: Orthogonal,
  STFTInitializer: STFT,
});

const ids = {
  ...classes,
  zeros: Zeros,
  zero: Zeros,
  ones: Ones,
  one: Ones,
  constant: Constant,
  identity: Identity,
  IdentityInitializer: Identity,
  stft: STFT,
  STFTInitializer: STFT,
  random_normal: RandomNormal,
  normal: RandomNormal,
  random_uniform: RandomUniform,
  uniform: RandomUniform,
  truncated_normal: TruncatedNormal,
  variance_scaling: VarianceScaling,
  glorot_uniform: GlorotUniform,
  glorot_normal: GlorotNormal,
  he_normal: HeNormal,
  he_uniform: HeUniform,
  lecun_normal: LecunNormal,
  lecun_uniform: LecunUniform,
  orthogonal: Orthogonal,
  OrthogonalInitializer: Orthogonal,
};

/** Ids of initializers. */
export type InitializerId = keyof typeof ids;
/** A function that makes a value of a shape and dtype. */
export type InitializerFunction = (shape: Shape, options: { readonly dtype: DType }) => TensorLike;
/** What an initializer option takes. */
export type InitializerLike = InitializerId | Initializer | InitializerFunction | Config | null;

const room = identifierRoom<InitializerFunction>({
  what: 'initializer',
  module: 'keras.initializers',
  ids: ids,
  isInstance: (x): x is InitializerFunction => x instanceof Initializer || isPlainFunction(x),
});
/** The initializer that an identifier stands for; null for null. @throws {ValueError} It stands for none. @see `keras.initializers.get` */
export const get = room.get;
/** An initializer as JSON. @see `keras.initializers.serialize` */
export const serialize = room.serialize;
/** An initializer from JSON. @see `keras.initializers.deserialize` */
export const deserialize = room.deserialize;
