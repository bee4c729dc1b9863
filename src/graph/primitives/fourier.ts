/** @file The primitive of discrete Fourier transforms. Complex numbers are pairs of arrays: real and imaginary parts. */
import { allocate, roundTo } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { ndarray } from '../../core/ndarray.js';
import { formatShape, sizeOf } from '../../core/shape.js';
import { fourier, smoothFactors } from '../fourier.js';
import type { FftParams } from '../lax.js';
import { fft, zerosLike } from '../lax.js';
import { definePrimitive } from '../primitive.js';
import { requireKind, sameTypes } from './helpers.js';

definePrimitive<FftParams>({
  name: 'fft',
  type: (inputs, { axis }) => {
    const type = sameTypes('fft', inputs);
    requireKind('fft', type.dtype, (d) => d === 'float32' || d === 'float64', 'float32 or float64');
    const length = type.shape[axis] ?? 0;
    if (length === 0 || smoothFactors(length) === null)
      throw new ValueError(
        `fft: ${length} elements along axis ${axis} of shape ${formatShape(type.shape)}. Expected a product of 2, 3, 5 and 7.`,
      );
    return [type, type];
  },
  work: ([re]) => 4 * Math.log2(1 + Math.max(1, ...re.shape)),
  evaluate: ([re, im], { axis, inverse }, outputs) => {
    const { dtype, shape } = re;
    const [n, inner] = [shape[axis], sizeOf(shape.slice(axis + 1))];
    const results = outputs.map(() => allocate(dtype, sizeOf(shape)));
    for (let line = 0; line < results[0].length / n; line++) {
      const start = Math.floor(line / inner) * n * inner + (line % inner);
      const read = (x: ArrayLike<number>): Float64Array => Float64Array.from({ length: n }, (_, i) => x[start + i * inner]); // prettier-ignore
      fourier(read(re.data), read(im.data), inverse).forEach((values, part) => {
        for (let i = 0; i < n; i++) results[part][start + i * inner] = roundTo(dtype, values[i]);
      });
    }
    return results.map((data) => ndarray(dtype, shape, data));
  },
  // The transform is y = F·x with F = A + iB symmetric; as a matrix of real numbers its transpose is that of the conjugate.
  gradient: ({ cotangents: [dre, dim], inputs: [re], params: { axis, inverse } }) =>
    fft(dre ?? zerosLike(re), dim ?? zerosLike(re), { axis, inverse: !inverse }),
});
