/** @file Short-time Fourier transforms: signals as sequences of spectra, and back. */
import { describe } from '../core/describe.js';
import { TypeError, ValueError } from '../core/errors.js';
import { fromNumbers } from '../core/ndarray.js';
import { formatShape, range } from '../core/shape.js';
import { windowOf } from '../core/windows.js';
import * as lax from '../graph/lax.js';
import { inverseRealTransform, realTransform, resized } from '../graph/transforms.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { constantTensor, op, toTensor } from '../runtime/index.js';
import { type ComplexPair, pairOf } from './fourier.js';
import { pad, takeRows } from './numpy/shape.js';

/** Options of `stft`. */
export interface StftOptions {
  /** Weights of a sequence's elements: `'hann'` (the default) or `'hamming'`, an array of `sequenceLength` numbers, or null: all 1. */
  readonly window?: 'hann' | 'hamming' | TensorLike | null;
  /** Whether sequence t is centred at element t · `sequenceStride`: the signal is reflected at both ends. Default true. */
  readonly center?: boolean;
}

/** Options of `istft`. */
export interface IstftOptions extends StftOptions {
  /** How many elements the result has at most. Default: all that the sequences determine. */
  readonly length?: number | null;
}

/** @throws {ValueError} Lengths that do not fit each other. */
function checkLengths(owner: string, sequenceLength: number, sequenceStride: number, fftLength: number): void {
  for (const [name, value] of Object.entries({ sequenceLength, sequenceStride, fftLength })) {
    if (!Number.isInteger(value) || value < 1)
      throw new ValueError(`${owner}: ${name}=${describe(value)}. Expected a whole number from 1.`);
  }
  if (fftLength < sequenceLength)
    throw new ValueError(
      `${owner}: fftLength=${fftLength} is less than sequenceLength=${sequenceLength}. A sequence must fit into its transform.`,
    );
}

/** The window in the middle of `fftLength` elements, or null for ones. */
function windowFor(
  owner: string,
  window: StftOptions['window'],
  sequenceLength: number,
  fftLength: number,
  dtype: Tensor['dtype'],
): Tensor {
  if (window === null) return constantTensor(fromNumbers(dtype, [fftLength], new Array<number>(fftLength).fill(1)));
  let weights: Tensor;
  if (typeof window === 'string') {
    if (window !== 'hann' && window !== 'hamming')
      throw new ValueError(`${owner}: window=${describe(window)}. Expected 'hann', 'hamming', an array of weights or null.`); // prettier-ignore
    weights = constantTensor(fromNumbers(dtype, [sequenceLength], windowOf(window, sequenceLength, true)));
  } else {
    weights = lax.convert(toTensor(window as TensorLike, null, owner), dtype);
    if (weights.ndim !== 1 || weights.shape[0] !== sequenceLength)
      throw new ValueError(
        `${owner}: the window has shape ${formatShape(weights.shape)}. Expected (${sequenceLength},), the sequenceLength.`,
      );
  }
  const before = Math.floor((fftLength - sequenceLength) / 2);
  const after = fftLength - sequenceLength - before;
  return lax.pad(weights, { low: [before], high: [after], interior: [0], value: 0 });
}

/** Where in the signal the elements of sequences are: (count, length). */
function places(count: number, length: number, stride: number): Tensor {
  const all = range(count).flatMap((i) => range(length).map((j) => i * stride + j));
  return constantTensor(fromNumbers('int32', [count, length], all));
}

const alongLast = (x: Tensor, shape: readonly number[]): Tensor => lax.broadcastInDim(x, shape, [shape.length - 1]);

/**
 * The short-time Fourier transform along the last axis: the spectra of sequences that are cut from a signal.
 *
 * @param x The signal: float32 or float64, (…, time).
 * @param sequenceLength Elements of a sequence.
 * @param sequenceStride Elements from the start of one sequence to that of the next.
 * @param fftLength The length of the transforms, at least `sequenceLength`: sequences stand in the middle of zeros.
 * @param options `window`: `'hann'` (the default), `'hamming'`, an array of `sequenceLength` weights, or null for none. `center`: whether sequence t is
 *   centred at element t · `sequenceStride`, for which the signal is reflected at both ends; default true.
 * @returns A pair [real, imaginary] (…, sequences, ⌊fftLength/2⌋ + 1) of the dtype of `x`.
 * @throws {TypeError} `x` is of another dtype.
 * @throws {ValueError} The lengths do not fit, the window is unknown or has another length, or the signal is shorter than one transform.
 * @see `keras.ops.stft`
 * @example
 * const [real] = ops.stft(ops.ones([2, 32]), 8, 4, 8);
 * real.shape // [2, 9, 5]
 */
export const stft = op(
  'stft',
  (
    x: TensorLike,
    sequenceLength: number,
    sequenceStride: number,
    fftLength: number,
    { window = 'hann', center = true }: StftOptions = {},
  ): [real: Tensor, imaginary: Tensor] => {
    let t = toTensor(x, null, 'stft');
    if (t.dtype !== 'float32' && t.dtype !== 'float64')
      throw new TypeError(`stft: x is of dtype ${t.dtype}. Expected float32 or float64: use ops.cast(x, 'float32').`);
    checkLengths('stft', sequenceLength, sequenceStride, fftLength);
    if (t.ndim === 0) throw new ValueError('stft: x is a scalar. Expected (…, time).');
    const weights = windowFor('stft', window, sequenceLength, fftLength, t.dtype);
    const half = Math.floor(fftLength / 2);
    const last = t.ndim - 1;
    if (center && t.shape[last] > 0)
      t = pad(t, range(t.ndim).map((d) => (d === last ? [half, half] : [0, 0])), { mode: 'reflect' }); // prettier-ignore
    const time = t.shape[last];
    if (time < fftLength)
      throw new ValueError(
        `stft: the signal has ${time} elements${center ? ' with its reflected ends' : ''}, fftLength is ${fftLength}. Expected at least one transform.`,
      );
    const count = Math.floor((time - fftLength) / sequenceStride) + 1;
    const sequences = takeRows(t, places(count, fftLength, sequenceStride), last);
    const [re, im] = realTransform(lax.mul(sequences, alongLast(weights, sequences.shape)));
    return [re, im];
  },
);

/** Sequences (count, length, batch) added up at their places: (time, batch). */
function overlapped(sequences: Tensor, stride: number): Tensor {
  const [count, length, batch] = sequences.shape;
  const time = length + stride * (count - 1);
  const zeros = lax.full(sequences.applier, [time, batch], 0, sequences.dtype);
  return lax.scatter(zeros, places(count, length, stride), sequences, 'add');
}

/**
 * The inverse of `stft`: a signal from the spectra of its sequences, which are weighted by the window once more and added up.
 *
 * @param x A pair [real, imaginary] of floats (…, sequences, ⌊fftLength/2⌋ + 1).
 * @param sequenceLength Elements of a sequence, as in `stft`; so are the next two.
 * @param sequenceStride Elements from the start of one sequence to that of the next.
 * @param fftLength The length of the transforms.
 * @param options `length`: how many elements the result has at most; default null: all. `window`: as in `stft`; null: none, and then the result is
 *   fftLength / sequenceStride times the signal, as in Keras on JAX. `center`: whether `stft` reflected the ends, which are cut off; default true.
 * @returns (…, time), of the dtype of `x`.
 * @throws {ValueError} `x` is no pair of float tensors of one shape with two dimensions or more, the lengths do not fit, or the window does not.
 * @see `keras.ops.istft`; Griffin & Lim 1984, "Signal estimation from modified short-time Fourier transform"
 * @example
 * const spectra = ops.stft(ops.array([0, 1, 2, 3, 4], { dtype: 'float32' }), 4, 1, 4);
 * ops.istft(spectra, 4, 1, 4) // [0, 1, 2, 3, 4]
 */
export const istft = op(
  'istft',
  (
    x: ComplexPair,
    sequenceLength: number,
    sequenceStride: number,
    fftLength: number,
    { length = null, window = 'hann', center = true }: IstftOptions = {},
  ): Tensor => {
    const { pair, back } = pairOf('istft', x);
    checkLengths('istft', sequenceLength, sequenceStride, fftLength);
    const [first] = pair;
    if (first.ndim < 2)
      throw new ValueError(`istft: x has shape ${formatShape(first.shape)}. Expected (…, sequences, frequencies).`);
    const weights = windowFor('istft', window, sequenceLength, fftLength, first.dtype);
    const last = first.ndim - 1;
    const [re, im] = pair.map((t) => resized(t, last, Math.floor(fftLength / 2) + 1));
    const sequences = inverseRealTransform([re, im], fftLength);
    const weighted = lax.mul(sequences, alongLast(weights, sequences.shape));
    const batch = first.shape.slice(0, -2);
    const count = first.shape[last - 1];
    const lines = lax.reshape(weighted, [batch.reduce((n, dim) => n * dim, 1), count, fftLength]);
    const total = overlapped(lax.transpose(lines, [1, 2, 0]), sequenceStride);
    const squares = lax.broadcastInDim(lax.mul(weights, weights), [count, fftLength, 1], [1]);
    const norm = overlapped(squares, sequenceStride);
    const divisor = lax.select(lax.gt(norm, lax.fullLike(norm, 1e-10)), norm, lax.fullLike(norm, 1));
    let signal = lax.div(total, lax.broadcastTo(divisor, total.shape));
    // Keras divides by the stride what was weighted by fftLength ones.
    if (window === null) signal = lax.mul(signal, lax.fullLike(signal, fftLength / sequenceStride));
    const half = center ? Math.floor(fftLength / 2) : 0;
    const time = signal.shape[0];
    const end = Math.max(half, length === null ? time - half : Math.min(time, half + length));
    const part = lax.slice(signal, [half, 0], [end, signal.shape[1]]);
    return back(lax.reshape(lax.transpose(part, [1, 0]), [...batch, end - half]));
  },
);
