/**
 * @file Fourier transforms of any length, and of real numbers, made of the engine's primitive. Complex numbers are pairs [real part, imaginary
 * part].
 *
 * @see Bluestein 1970, "A linear filtering approach to the computation of discrete Fourier transform"; Sorensen, Jones, Heideman & Burrus 1987,
 *     "Real-valued fast Fourier transform algorithms"
 */
import type { DType } from '../core/dtype.js';
import { fromNumbers } from '../core/ndarray.js';
import { fastLength, fourier, rootOfUnity, smoothFactors } from './fourier.js';
import * as lax from './lax.js';
import type { Operand } from './operand.js';

/** A complex array as its two parts. */
export type Pair<T> = readonly [re: T, im: T];

const last = <T extends Operand<T>>(x: T): number => x.shape.length - 1;

/** Numbers along an axis, repeated along the others. */
function along<T extends Operand<T>>(like: T, axis: number, values: ArrayLike<number>): T {
  const shape = like.shape.with(axis, values.length);
  const line = lax.constantLike(like, fromNumbers(like.dtype, [values.length], values));
  return lax.broadcastInDim(line, shape, [axis]);
}

function multiply<T extends Operand<T>>([a, b]: Pair<T>, [c, d]: Pair<T>): Pair<T> {
  return [lax.sub(lax.mul(a, c), lax.mul(b, d)), lax.add(lax.mul(a, d), lax.mul(b, c))];
}

/** The first `length` elements along an axis, or the array with zeros behind. */
export function resized<T extends Operand<T>>(x: T, axis: number, length: number): T {
  const zeros = x.shape.map(() => 0);
  return lax.pad(x, { low: zeros, high: zeros.with(axis, length - x.shape[axis]), interior: zeros, value: 0 });
}

const chirps = new Map<string, { chirp: [number[], number[]]; filter: [Float64Array, Float64Array] }>();

/** e^(−πi·j²/n), and the transform of its conjugate, wrapped around a longer array. */
function chirpOf(n: number, m: number): { chirp: [number[], number[]]; filter: [Float64Array, Float64Array] } {
  const key = `${n} ${m}`;
  let known = chirps.get(key);
  if (known === undefined) {
    // j² modulo 2n in steps, so that it stays exact.
    const squares: number[] = [];
    for (let j = 0, square = 0; j < n; square = (square + 2 * j + 1) % (2 * n), j++) squares.push(square);
    const roots = squares.map((square) => rootOfUnity(square, 2 * n));
    const [re, im] = [new Float64Array(m), new Float64Array(m)];
    roots.forEach(([c, s], j) => {
      for (const at of [j, (m - j) % m]) [re[at], im[at]] = [c / m, -s / m];
    });
    known = { chirp: [roots.map(([c]) => c), roots.map(([, s]) => s)], filter: fourier(re, im, false) };
    if (chirps.size > 32) chirps.clear();
    chirps.set(key, known);
  }
  return known;
}

/** A transform as a convolution with a chirp: jk = (j² + k² − (k − j)²) / 2. */
function byChirp<T extends Operand<T>>(x: Pair<T>, axis: number): Pair<T> {
  const n = x[0].shape[axis];
  const m = fastLength(2 * n - 1);
  const { chirp, filter } = chirpOf(n, m);
  const turn = chirp.map((values) => along(x[0], axis, values)) as unknown as Pair<T>;
  const [re, im] = multiply(x, turn).map((part) => resized(part, axis, m));
  const spectrum = lax.fft(re, im, { axis, inverse: false });
  const [a, b] = multiply(spectrum, filter.map((values) => along(re, axis, values)) as unknown as Pair<T>);
  const back = lax.fft(a, b, { axis, inverse: true }).map((part) => resized(part, axis, n));
  return multiply(back as unknown as Pair<T>, turn);
}

/**
 * Σ_j x_j·e^(−2πi·jk/n) along an axis, for any length n above 0.
 *
 * @param inverse With +i; not divided by n.
 */
export function transform<T extends Operand<T>>([re, im]: Pair<T>, axis: number, inverse: boolean): Pair<T> {
  const n = re.shape[axis];
  if (n <= 1) return [re, im];
  if (smoothFactors(n) !== null) return lax.fft(re, im, { axis, inverse });
  if (!inverse) return byChirp([re, im], axis);
  const [b, a] = byChirp([im, re], axis);
  return [a, b];
}

const halved = <T extends Operand<T>>(x: T): T => lax.mul(x, lax.fullLike(x, 0.5));

/** Elements `from` to before `to` along the last axis, each `step`-th. */
function cut<T extends Operand<T>>(x: T, from: number, to: number, step = 1): T {
  const axis = last(x);
  const zeros = x.shape.map(() => 0);
  return lax.slice(x, zeros.with(axis, from), x.shape.with(axis, to), zeros.map(() => 1).with(axis, step));
}

/** e^(∓2πi·k/n) for k = 0 … count − 1. */
function roots<T extends Operand<T>>(like: T, n: number, count: number, sign: 1 | -1): Pair<T> {
  const values = Array.from({ length: count }, (_, k) => rootOfUnity(sign * k, n));
  return [0, 1].map((part) => along(like, last(like), values.map((root) => root[part]))) as unknown as Pair<T>; // prettier-ignore
}

/** The first half (and the middle) of the transform of real numbers along the last axis: n numbers give ⌊n/2⌋ + 1. */
export function realTransform<T extends Operand<T>>(x: T): Pair<T> {
  const n = x.shape[last(x)];
  const half = Math.floor(n / 2);
  if (n % 2 === 1) {
    const [re, im] = transform([x, lax.zerosLike(x)], last(x), false);
    return [cut(re, 0, half + 1), cut(im, 0, half + 1)];
  }
  // Even elements as real parts, odd ones as imaginary parts: one transform of half the length.
  const packed = transform([cut(x, 0, n, 2), cut(x, 1, n, 2)], last(x), false);
  const [re, im] = packed.map((part) => lax.concatenate([part, cut(part, 0, 1)], last(x)));
  const [backRe, backIm] = [re, im].map((part) => lax.reverse(part, [last(x)]));
  const even: Pair<T> = [halved(lax.add(re, backRe)), halved(lax.sub(im, backIm))];
  const odd: Pair<T> = [halved(lax.add(im, backIm)), halved(lax.sub(backRe, re))];
  const turned = multiply(odd, roots(re, n, half + 1, 1));
  return [lax.add(even[0], turned[0]), lax.add(even[1], turned[1])];
}

/** `n` real numbers from the first ⌊n/2⌋ + 1 elements of their transform; divided by n. Imaginary parts that real numbers cannot have count as 0. */
export function inverseRealTransform<T extends Operand<T>>([re, given]: Pair<T>, n: number): T {
  const axis = last(re);
  const half = Math.floor(n / 2);
  const place = lax.iota(re.applier, 'int32', re.shape, axis);
  const isEnd = n % 2 === 0 ? [0, half] : [0];
  const im = isEnd.reduce((x, end) => lax.select(lax.eq(place, lax.fullLike(place, end)), lax.zerosLike(x), x), given);
  const over = (x: T, count: number): T => lax.mul(x, lax.fullLike(x, 1 / count));
  if (n === 1) return re;
  if (n % 2 === 1) {
    const mirrored = (x: T): T => lax.reverse(cut(x, 1, half + 1), [axis]);
    const whole = transform(
      [lax.concatenate([re, mirrored(re)], axis), lax.concatenate([im, lax.neg(mirrored(im))], axis)],
      axis,
      true,
    );
    return over(whole[0], n);
  }
  const [backRe, backIm] = [re, im].map((part) => cut(lax.reverse(part, [axis]), 0, half));
  const [headRe, headIm] = [cut(re, 0, half), cut(im, 0, half)];
  const even: Pair<T> = [lax.add(headRe, backRe), lax.sub(headIm, backIm)];
  const odd = multiply([lax.sub(headRe, backRe), lax.add(headIm, backIm)], roots(headRe, n, half, -1));
  const packed = transform([lax.sub(even[0], odd[1]), lax.add(even[1], odd[0])], axis, true);
  const pair = packed.map((part) => lax.reshape(over(part, n), [...part.shape, 1]));
  return lax.reshape(lax.concatenate(pair, axis + 1), re.shape.with(axis, n));
}

/** The dtype in which transforms of a dtype are computed. */
export const transformType = (dtype: DType): DType => (dtype === 'float64' ? 'float64' : 'float32');
