/** @file Fourier transforms. Complex numbers go in and come out as pairs of tensors: real and imaginary parts. */
import { describe } from '../core/describe.js';
import { isFloat } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { formatShape, sameShape } from '../core/shape.js';
import * as lax from '../graph/lax.js';
import { inverseRealTransform, realTransform, resized, transform, transformType } from '../graph/transforms.js';
import type { TensorLike } from '../runtime/index.js';
import { op, Tensor, toTensor } from '../runtime/index.js';
import { floatTensor } from './common.js';

/** Complex numbers as [real part, imaginary part]: two tensors (or arrays) of one shape. */
export type ComplexPair = readonly [real: TensorLike, imaginary: TensorLike];

/** The two parts of an operand as float tensors of one dtype that can be transformed, and what brings results back to their own dtype. */
export function pairOf(
  owner: string,
  x: ComplexPair,
): { readonly pair: [Tensor, Tensor]; readonly back: (t: Tensor) => Tensor } {
  if (!Array.isArray(x) || x.length !== 2)
    throw new ValueError(`${owner}: x is ${describe(x)}. Expected a pair [real, imaginary] of tensors of one shape.`);
  const [re, im] = x.map((part: TensorLike, i) => {
    const t = toTensor(part, null, owner);
    if (part instanceof Tensor && !isFloat(t.dtype))
      throw new ValueError(`${owner}: x[${i}] is of dtype ${t.dtype}. Expected a float dtype: use ops.cast(…, 'float32').`); // prettier-ignore
    return floatTensor(t, owner);
  });
  if (!sameShape(re.shape, im.shape))
    throw new ValueError(
      `${owner}: the real part has shape ${formatShape(re.shape)}, the imaginary part ${formatShape(im.shape)}. Expected one shape.`,
    );
  const dtype = re.dtype === 'float64' || im.dtype === 'float64' ? 'float64' : re.dtype;
  const wide = transformType(dtype);
  return { pair: [lax.convert(re, wide), lax.convert(im, wide)], back: (t) => lax.convert(t, dtype) };
}

/** @throws {ValueError} Fewer dimensions, or nothing to transform. */
function requireAxes(owner: string, x: Tensor, axes: number): void {
  if (x.ndim < axes)
    throw new ValueError(`${owner}: x has shape ${formatShape(x.shape)}. Expected at least ${axes} dimension${axes > 1 ? 's' : ''}.`); // prettier-ignore
  if (x.shape.slice(x.ndim - axes).includes(0))
    throw new ValueError(`${owner}: x has shape ${formatShape(x.shape)}. There is no transform of 0 numbers.`);
}

/** @throws {ValueError} No length. */
function requireLength(owner: string, length: number): void {
  if (!Number.isInteger(length) || length < 1)
    throw new ValueError(`${owner}: fftLength=${describe(length)}. Expected a whole number from 1.`);
}

/**
 * The discrete Fourier transform along the last axis, of any length: Σ_j x_j·e^(−2πi·jk/n).
 *
 * @param x A pair [real, imaginary] of floats (…, n).
 * @returns A pair of that shape and dtype.
 * @throws {ValueError} `x` is no pair of float tensors of one shape, or n is 0.
 * @see `keras.ops.fft`; Cooley & Tukey 1965, "An algorithm for the machine calculation of complex Fourier series"
 * @example
 * ops.fft([[1, 2], [0, 1]]) // [[3, -1], [1, -1]]
 */
export const fft = op('fft', (x: ComplexPair): [real: Tensor, imaginary: Tensor] => {
  const { pair, back } = pairOf('fft', x);
  requireAxes('fft', pair[0], 1);
  const [re, im] = transform(pair, pair[0].ndim - 1, false);
  return [back(re), back(im)];
});

function bothAxes(owner: string, x: ComplexPair, inverse: boolean): [Tensor, Tensor] {
  const { pair, back } = pairOf(owner, x);
  requireAxes(owner, pair[0], 2);
  const { ndim, shape } = pair[0];
  const found = transform(transform(pair, ndim - 1, inverse), ndim - 2, inverse);
  const count = inverse ? shape[ndim - 1] * shape[ndim - 2] : 1;
  const [re, im] = found.map((t) => back(count === 1 ? t : lax.mul(t, lax.fullLike(t, 1 / count))));
  return [re, im];
}

/**
 * The discrete Fourier transform along the last two axes.
 *
 * @param x A pair [real, imaginary] of floats (…, m, n).
 * @returns A pair of that shape and dtype.
 * @throws {ValueError} `x` is no pair of float tensors of one shape with two dimensions or more, or one of them is 0.
 * @see `keras.ops.fft2`
 * @example
 * ops.fft2([[[1, 2], [3, 4]], [[0, 0], [0, 0]]]) // [[[10, -2], [-4, 0]], [[0, 0], [0, 0]]]
 */
export const fft2 = op('fft2', (x: ComplexPair): [real: Tensor, imaginary: Tensor] => bothAxes('fft2', x, false));

/**
 * The inverse of `fft2`.
 *
 * @param x A pair [real, imaginary] of floats (…, m, n).
 * @returns A pair of that shape and dtype.
 * @throws {ValueError} `x` is no pair of float tensors of one shape with two dimensions or more, or one of them is 0.
 * @see `keras.ops.ifft2`
 * @example
 * ops.ifft2([[[10, -2], [-4, 0]], [[0, 0], [0, 0]]]) // [[[1, 2], [3, 4]], [[0, 0], [0, 0]]]
 */
export const ifft2 = op('ifft2', (x: ComplexPair): [real: Tensor, imaginary: Tensor] => bothAxes('ifft2', x, true));

/** Options of `rfft` and `irfft`. */
export interface RealFftOptions {
  /** The length n of the transform: longer input is cut, shorter is filled up with zeros. Default: what the input has (see the function). */
  readonly fftLength?: number | null;
}

/**
 * The discrete Fourier transform of real numbers along the last axis: its first ⌊n/2⌋ + 1 elements, which determine the others.
 *
 * @param x (…, m); integers are taken as `floatx`.
 * @param options `fftLength`: n; the input is cut to it or filled up with zeros. Default m.
 * @returns A pair [real, imaginary] (…, ⌊n/2⌋ + 1) of the dtype of `x`.
 * @throws {ValueError} `x` is a scalar, or n is below 1.
 * @see `keras.ops.rfft`; Sorensen et al. 1987, "Real-valued fast Fourier transform algorithms"
 * @example
 * ops.rfft([1, 2, 3, 4]) // [[10, -2, -2], [0, 2, 0]]
 */
export const rfft = op(
  'rfft',
  (x: TensorLike, { fftLength = null }: RealFftOptions = {}): [real: Tensor, imaginary: Tensor] => {
    const t = floatTensor(x, 'rfft');
    if (t.ndim === 0) throw new ValueError('rfft: x is a scalar. Expected at least one dimension.');
    if (fftLength === null) requireAxes('rfft', t, 1);
    else requireLength('rfft', fftLength);
    const length = fftLength ?? t.shape[t.ndim - 1];
    const [re, im] = realTransform(resized(lax.convert(t, transformType(t.dtype)), t.ndim - 1, length));
    return [lax.convert(re, t.dtype), lax.convert(im, t.dtype)];
  },
);

/**
 * The inverse of `rfft`: real numbers from the first half of their transform.
 *
 * @param x A pair [real, imaginary] of floats (…, m). Imaginary parts that the transform of real numbers cannot have (of element 0, and n/2) count
 *   as 0.
 * @param options `fftLength`: n, how many numbers are made; default 2·(m − 1), so odd n have to be given. The input is cut to ⌊n/2⌋ + 1 or filled
 *   up with zeros.
 * @returns (…, n), of the dtype of `x`.
 * @throws {ValueError} `x` is no pair of float tensors of one shape, or n is below 1.
 * @see `keras.ops.irfft`
 * @example
 * ops.irfft([[10, -2, -2], [0, 2, 0]]) // [1, 2, 3, 4]
 */
export const irfft = op('irfft', (x: ComplexPair, { fftLength = null }: RealFftOptions = {}): Tensor => {
  const { pair, back } = pairOf('irfft', x);
  if (pair[0].ndim === 0) throw new ValueError('irfft: x holds scalars. Expected at least one dimension.');
  const axis = pair[0].ndim - 1;
  const length = fftLength ?? 2 * (pair[0].shape[axis] - 1);
  requireLength('irfft', length);
  const [re, im] = pair.map((t) => resized(t, axis, Math.floor(length / 2) + 1));
  return back(inverseRealTransform([re, im], length));
});
