/** @file Windows of signal processing: numbers of a known length, computed in float64. */
import { checked } from '../../core/arguments.js';
import { floatx } from '../../core/config.js';
import { ValueError } from '../../core/errors.js';
import { checkKind, checkRoom } from '../../core/kinds.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { toTensor } from '../../runtime/index.js';

/** A window op: its length is an argument, so it must be known, not traced. */
function windowOp(name: string, value: (k: number, n: number) => number) {
  return checked(name, (x: TensorLike): Tensor => windowOf(name, x, value));
}
function windowOf(name: string, x: TensorLike, value: (k: number, n: number) => number): Tensor {
  const n = typeof x === 'number' ? x : toTensor(x, null, name).itemSync();
  if (!Number.isInteger(n) || n < 0)
    throw new ValueError(`${name}: got ${n}. Expected a length, a whole number from 0.`);
  checkRoom(name, n);
  return toTensor(
    Array.from({ length: n }, (_, k) => (n === 1 ? 1 : value(k, n))),
    floatx(),
  );
}
const cosine = (k: number, n: number, times: number): number => Math.cos((2 * Math.PI * times * k) / (n - 1));

/**
 * A window in the form of a triangle, with zeros at the ends.
 *
 * @param x The length of the window; a number that is known, not a traced one.
 * @returns A vector of `x` numbers in `floatx()`, at most 1 in the middle.
 * @throws {ValueError} The length is no whole number from 0.
 * @see `keras.ops.bartlett`
 * @example
 * ops.bartlett(5) // [0, 0.5, 1, 0.5, 0]
 */
export const bartlett = windowOp('bartlett', (k, n) => 1 - Math.abs((2 * k) / (n - 1) - 1));
/**
 * Blackman's window: 0.42 − 0.5 cos t + 0.08 cos 2t, for t from 0 to 2π.
 *
 * @param x The length of the window; a number that is known, not a traced one.
 * @returns A vector of `x` numbers in `floatx()`, at most 1 in the middle.
 * @throws {ValueError} The length is no whole number from 0.
 * @see `keras.ops.blackman`
 * @example
 * ops.blackman(5) // [0, 0.34, 1, 0.34, 0]
 */
export const blackman = windowOp('blackman', (k, n) => 0.42 - 0.5 * cosine(k, n, 1) + 0.08 * cosine(k, n, 2));
/**
 * Hamming's window: 0.54 − 0.46 cos t, for t from 0 to 2π.
 *
 * @param x The length of the window; a number that is known, not a traced one.
 * @returns A vector of `x` numbers in `floatx()`, at most 1 in the middle.
 * @throws {ValueError} The length is no whole number from 0.
 * @see `keras.ops.hamming`
 * @example
 * ops.hamming(5) // [0.08, 0.54, 1, 0.54, 0.08]
 */
export const hamming = windowOp('hamming', (k, n) => 0.54 - 0.46 * cosine(k, n, 1));
/**
 * Hann's window: 0.5 − 0.5 cos t, for t from 0 to 2π.
 *
 * @param x The length of the window; a number that is known, not a traced one.
 * @returns A vector of `x` numbers in `floatx()`, at most 1 in the middle.
 * @throws {ValueError} The length is no whole number from 0.
 * @see `keras.ops.hanning`
 * @example
 * ops.hanning(5) // [0, 0.5, 1, 0.5, 0]
 */
export const hanning = windowOp('hanning', (k, n) => 0.5 - 0.5 * cosine(k, n, 1));

/** The modified Bessel function of order 0, by its power series. */
function besselI0(x: number): number {
  let [term, sum] = [1, 1];
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
/**
 * Kaiser's window: Bessel functions of the first kind and order 0.
 *
 * @param x The length of the window; a number that is known, not a traced one.
 * @param beta How narrow the window is: 0 gives a rectangle.
 * @returns A vector of `x` numbers in `floatx()`, at most 1 in the middle.
 * @throws {ValueError} The length is no whole number from 0.
 * @see `keras.ops.kaiser`
 * @example
 * ops.kaiser(5, 8.6) // [0.00133251, 0.34039363, 1, 0.34039363, 0.00133251]
 */
export const kaiser = checked('kaiser', (x: TensorLike, beta: number): Tensor => {
  checkKind('kaiser', 'beta', beta, ['number']);
  return windowOf('kaiser', x, (k, n) => besselI0(beta * Math.sqrt(1 - ((2 * k) / (n - 1) - 1) ** 2)) / besselI0(beta));
});
