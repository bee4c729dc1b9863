/** @file `keras.random`: seeds and random tensors. */
export { beta, binomial, gamma } from './distributions.js';
export { setRandomSeed } from './global_state.js';
export {
  categorical,
  dropout,
  type DropoutOptions,
  normal,
  type NormalOptions,
  randint,
  type RandomFloatOptions,
  type RandomIntOptions,
  type RandomOptions,
  shuffle,
  type ShuffleOptions,
  truncatedNormal,
  uniform,
  type UniformOptions,
} from './random.js';
export { type Seed, SeedGenerator, type SeedGeneratorOptions } from './seed_generator.js';
