/** @file Names of initializers besides their classes' first ones. */
import { withoutNew } from '../core/callable_class.js';
import {
  Constant,
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  Identity,
  LecunNormal,
  LecunUniform,
  Ones,
  Orthogonal,
  RandomNormal,
  RandomUniform,
  STFT,
  TruncatedNormal,
  VarianceScaling,
  Zeros,
} from './catalogue.js';

/** Names that configs may hold. */
export {
  Identity as IdentityInitializer,
  Orthogonal as OrthogonalInitializer,
  STFT as STFTInitializer,
} from './catalogue.js';

/**
 * Constant under Keras's second name, with or without `new`.
 *
 * @param args Those of `Constant`.
 * @returns A new `Constant`.
 * @throws {TypeError} An argument that Constant does not take.
 * @see `keras.initializers.constant`
 * @example
 * initializers.constant(3) instanceof initializers.Constant // true
 */
export const constant = withoutNew(Constant);

/**
 * GlorotNormal under Keras's second name, with or without `new`.
 *
 * @param args Those of `GlorotNormal`.
 * @returns A new `GlorotNormal`.
 * @throws {TypeError} An argument that GlorotNormal does not take.
 * @see `keras.initializers.glorot_normal`
 * @example
 * initializers.glorotNormal({ seed: 1 }) instanceof initializers.GlorotNormal // true
 */
export const glorotNormal = withoutNew(GlorotNormal);

/**
 * GlorotUniform under Keras's second name, with or without `new`.
 *
 * @param args Those of `GlorotUniform`.
 * @returns A new `GlorotUniform`.
 * @throws {TypeError} An argument that GlorotUniform does not take.
 * @see `keras.initializers.glorot_uniform`
 * @example
 * initializers.glorotUniform({ seed: 1 }) instanceof initializers.GlorotUniform // true
 */
export const glorotUniform = withoutNew(GlorotUniform);

/**
 * HeNormal under Keras's second name, with or without `new`.
 *
 * @param args Those of `HeNormal`.
 * @returns A new `HeNormal`.
 * @throws {TypeError} An argument that HeNormal does not take.
 * @see `keras.initializers.he_normal`
 * @example
 * initializers.heNormal({ seed: 1 }) instanceof initializers.HeNormal // true
 */
export const heNormal = withoutNew(HeNormal);

/**
 * HeUniform under Keras's second name, with or without `new`.
 *
 * @param args Those of `HeUniform`.
 * @returns A new `HeUniform`.
 * @throws {TypeError} An argument that HeUniform does not take.
 * @see `keras.initializers.he_uniform`
 * @example
 * initializers.heUniform({ seed: 1 }) instanceof initializers.HeUniform // true
 */
export const heUniform = withoutNew(HeUniform);

/**
 * Identity under Keras's second name, with or without `new`.
 *
 * @param args Those of `Identity`.
 * @returns A new `Identity`.
 * @throws {TypeError} An argument that Identity does not take.
 * @see `keras.initializers.identity`
 * @example
 * initializers.identity({ gain: 2 }) instanceof initializers.Identity // true
 */
export const identity = withoutNew(Identity);

/**
 * LecunNormal under Keras's second name, with or without `new`.
 *
 * @param args Those of `LecunNormal`.
 * @returns A new `LecunNormal`.
 * @throws {TypeError} An argument that LecunNormal does not take.
 * @see `keras.initializers.lecun_normal`
 * @example
 * initializers.lecunNormal({ seed: 1 }) instanceof initializers.LecunNormal // true
 */
export const lecunNormal = withoutNew(LecunNormal);

/**
 * LecunUniform under Keras's second name, with or without `new`.
 *
 * @param args Those of `LecunUniform`.
 * @returns A new `LecunUniform`.
 * @throws {TypeError} An argument that LecunUniform does not take.
 * @see `keras.initializers.lecun_uniform`
 * @example
 * initializers.lecunUniform({ seed: 1 }) instanceof initializers.LecunUniform // true
 */
export const lecunUniform = withoutNew(LecunUniform);

/**
 * Ones under Keras's second name, with or without `new`.
 *
 * @param args Those of `Ones`.
 * @returns A new `Ones`.
 * @throws {TypeError} An argument that Ones does not take.
 * @see `keras.initializers.ones`
 * @example
 * initializers.ones() instanceof initializers.Ones // true
 */
export const ones = withoutNew(Ones);

/**
 * Orthogonal under Keras's second name, with or without `new`.
 *
 * @param args Those of `Orthogonal`.
 * @returns A new `Orthogonal`.
 * @throws {TypeError} An argument that Orthogonal does not take.
 * @see `keras.initializers.orthogonal`
 * @example
 * initializers.orthogonal({ gain: 2 }) instanceof initializers.Orthogonal // true
 */
export const orthogonal = withoutNew(Orthogonal);

/**
 * RandomNormal under Keras's second name, with or without `new`.
 *
 * @param args Those of `RandomNormal`.
 * @returns A new `RandomNormal`.
 * @throws {TypeError} An argument that RandomNormal does not take.
 * @see `keras.initializers.random_normal`
 * @example
 * initializers.randomNormal(0, 0.02) instanceof initializers.RandomNormal // true
 */
export const randomNormal = withoutNew(RandomNormal);

/**
 * RandomUniform under Keras's second name, with or without `new`.
 *
 * @param args Those of `RandomUniform`.
 * @returns A new `RandomUniform`.
 * @throws {TypeError} An argument that RandomUniform does not take.
 * @see `keras.initializers.random_uniform`
 * @example
 * initializers.randomUniform(0, 1) instanceof initializers.RandomUniform // true
 */
export const randomUniform = withoutNew(RandomUniform);

/**
 * STFT under Keras's second name, with or without `new`.
 *
 * @param args Those of `STFT`.
 * @returns A new `STFT`.
 * @throws {TypeError} An argument that STFT does not take.
 * @see `keras.initializers.stft`
 * @example
 * initializers.stft({ side: 'real' }) instanceof initializers.STFT // true
 */
export const stft = withoutNew(STFT);

/**
 * TruncatedNormal under Keras's second name, with or without `new`.
 *
 * @param args Those of `TruncatedNormal`.
 * @returns A new `TruncatedNormal`.
 * @throws {TypeError} An argument that TruncatedNormal does not take.
 * @see `keras.initializers.truncated_normal`
 * @example
 * initializers.truncatedNormal(0, 0.02) instanceof initializers.TruncatedNormal // true
 */
export const truncatedNormal = withoutNew(TruncatedNormal);

/**
 * VarianceScaling under Keras's second name, with or without `new`.
 *
 * @param args Those of `VarianceScaling`.
 * @returns A new `VarianceScaling`.
 * @throws {TypeError} An argument that VarianceScaling does not take.
 * @see `keras.initializers.variance_scaling`
 * @example
 * initializers.varianceScaling({ scale: 2 }) instanceof initializers.VarianceScaling // true
 */
export const varianceScaling = withoutNew(VarianceScaling);

/**
 * Zeros under Keras's second name, with or without `new`.
 *
 * @param args Those of `Zeros`.
 * @returns A new `Zeros`.
 * @throws {TypeError} An argument that Zeros does not take.
 * @see `keras.initializers.zeros`
 * @example
 * initializers.zeros() instanceof initializers.Zeros // true
 */
export const zeros = withoutNew(Zeros);
