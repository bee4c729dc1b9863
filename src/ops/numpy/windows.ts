/** @file Windows of signal processing: numbers of a known length, computed in float64. */
import { floatx } from '../../core/config.js';
import { ValueError } from '../../core/errors.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { toTensor } from '../../runtime/index.js';

/** A window op: its length is an argument, so it must be known, not traced. */
function windowOp(name: string, value: (k: number, n: number) => number) {
  return (x: TensorLike): Tensor => windowOf(name, x, value);
}
function windowOf(name: string, x: TensorLike, value: (k: number, n: number) => number): Tensor {
  const n = typeof x === 'number' ? x : toTensor(x, null, name).itemSync();
  if (!Number.isInteger(n) || n < 0)
    throw new ValueError(`${name}: got ${n}. Expected a length, a whole number from 0.`);
  return toTensor(
    Array.from({ length: n }, (_, k) => (n === 1 ? 1 : value(k, n))),
    floatx(),
  );
}
const cosine = (k: number, n: number, times: number): number => Math.cos((2 * Math.PI * times * k) / (n - 1));

/** A triangle with zeros at the ends. @see `keras.ops.bartlett` */
export const bartlett = windowOp('bartlett', (k, n) => 1 - Math.abs((2 * k) / (n - 1) - 1));
/** 0.42 − 0.5 cos + 0.08 cos of twice the angle. @see `keras.ops.blackman` */
export const blackman = windowOp('blackman', (k, n) => 0.42 - 0.5 * cosine(k, n, 1) + 0.08 * cosine(k, n, 2));
/** 0.54 − 0.46 cos. @see `keras.ops.hamming` */
export const hamming = windowOp('hamming', (k, n) => 0.54 - 0.46 * cosine(k, n, 1));
/** 0.5 − 0.5 cos. @see `keras.ops.hanning` */
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
/** A Bessel window; `beta` sets its shape. @see `keras.ops.kaiser` */
export const kaiser = (x: TensorLike, beta: number): Tensor =>
  windowOf('kaiser', x, (k, n) => besselI0(beta * Math.sqrt(1 - ((2 * k) / (n - 1) - 1) ** 2)) / besselI0(beta));
