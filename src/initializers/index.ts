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
/**
 * The initializer that an identifier stands for; null for null.
 *
 * @param identifier An id such as `'glorot_uniform'`, a config, an initializer, a function, or null.
 * @returns The initializer.
 * @throws {ValueError} It stands for none.
 * @see `keras.initializers.get`
 * @example
 * initializers.get('zeros') instanceof initializers.Zeros // true
 */
export const get = room.get;
/**
 * An initializer as JSON.
 *
 * @param object An initializer, a function, or null.
 * @returns What `deserialize` takes.
 * @see `keras.initializers.serialize`
 * @example
 * initializers.deserialize(initializers.serialize(new initializers.Zeros())) instanceof initializers.Zeros // true
 */
export const serialize = room.serialize;
/**
 * An initializer from JSON.
 *
 * @param config What `serialize` gave, or an id.
 * @param options `customObjects`: your own classes and functions by name.
 * @returns The initializer.
 * @throws {ValueError} The class is not known.
 * @see `keras.initializers.deserialize`
 * @example
 * initializers.deserialize('zeros') instanceof initializers.Zeros // true
 */
export const deserialize = room.deserialize;
