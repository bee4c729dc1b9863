/** @file Data of the right shape where the real data does not come with the repository; the same in every run. */
import type { Tensor } from 'keras-ts';
import { tensor } from 'keras-ts';

/** Numbers in [0, 1) by a linear congruential generator (Numerical Recipes). */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** Images with as much paper as MNIST has: four pixels in five are 0, the others uniform in [0, 1). float32. */
export function images(shape: readonly number[]): Tensor {
  const next = generator(1);
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => (next() < 0.8 ? 0 : next())),
    [...shape],
  );
}

/** One-hot targets of random classes `[count, classes]`, float32. */
export function oneHot(count: number, classes: number): Tensor {
  const next = generator(2);
  const data = new Float32Array(count * classes);
  for (let row = 0; row < count; row++) data[row * classes + Math.floor(next() * classes)] = 1;
  return tensor(data, [count, classes]);
}

/** Pictures without any 0: uniform in [0, 1). float32. */
export function noise(shape: readonly number[]): Tensor {
  const next = generator(3);
  return tensor(Float32Array.from({ length: sizeOf(shape) }, next), [...shape]);
}

/** Random numbers of classes: 0 to below `below`, int32. Another seed gives others. */
export function classes(shape: readonly number[], below: number, seed = 2): Tensor {
  const next = generator(seed);
  return tensor(
    Int32Array.from({ length: sizeOf(shape) }, () => Math.floor(next() * below)),
    [...shape],
  );
}
