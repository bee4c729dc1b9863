/** @file Random bits: pure functions of a key, as JAX makes them. */
import { ValueError } from '../../core/errors.js';
import { ndarray } from '../../core/ndarray.js';
import { sizeOf } from '../../core/shape.js';
import type { RandomBitsParams } from '../lax.js';
import { definePrimitive } from '../primitive.js';
import { randomWords, threefryWords } from '../threefry.js';
import { formatType, sameTypes } from './helpers.js';

definePrimitive<RandomBitsParams>({
  name: 'randomBits',
  type: ([key], { shape }) => {
    if (key.dtype !== 'uint32' || key.shape.length !== 1 || key.shape[0] !== 2) {
      throw new ValueError(`randomBits: needs a key uint32(2,), got ${formatType(key)}.`);
    }
    return [{ dtype: 'uint32', shape }];
  },
  evaluate: ([key], { shape }) => [ndarray('uint32', shape, randomWords(key.data[0], key.data[1], sizeOf(shape)))],
  gradient: null,
});

definePrimitive<Record<string, never>>({
  name: 'threefry2x32',
  type: (inputs) => {
    const type = sameTypes('threefry2x32', inputs);
    if (type.dtype !== 'uint32') throw new ValueError(`threefry2x32: needs uint32 words, got ${formatType(type)}.`);
    return [type, type];
  },
  evaluate: ([k0, k1, c0, c1], _params, [first]) => {
    const [x, y] = [new Uint32Array(k0.data.length), new Uint32Array(k0.data.length)];
    for (let i = 0; i < x.length; i++) [x[i], y[i]] = threefryWords(k0.data[i], k1.data[i], c0.data[i], c1.data[i]);
    return [ndarray('uint32', first.shape, x), ndarray('uint32', first.shape, y)];
  },
  gradient: null,
});
