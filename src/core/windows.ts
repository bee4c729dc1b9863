/** @file Windows of signal processing, by name, as `scipy.signal.get_window` gives them. */
import { describe } from './describe.js';
import { suggest, ValueError } from './errors.js';

/** Coefficients of cosines: w(n) = Σ (−1)^k a_k cos(2πkn / N). @see Harris, "On the use of windows", Proc. IEEE 66 (1978) */
const COSINES: Readonly<Record<string, readonly number[]>> = {
  boxcar: [1],
  rectangular: [1],
  hann: [0.5, 0.5],
  hanning: [0.5, 0.5],
  hamming: [0.54, 0.46],
  blackman: [0.42, 0.5, 0.08],
  nuttall: [0.3635819, 0.4891775, 0.1365995, 0.0106411],
  blackmanharris: [0.35875, 0.48829, 0.14128, 0.01168],
  flattop: [0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368],
};

/** `length` weights. `periodic`: the first of length + 1 symmetric ones. @throws {ValueError} No window of that name is known. */
export function windowOf(name: string, length: number, periodic: boolean): number[] {
  if (typeof (name as unknown) !== 'string')
    throw new ValueError(`window=${describe(name)}. Expected the name of a window, or null for none.`);
  const coefficients = Object.hasOwn(COSINES, name) ? COSINES[name] : null;
  if (coefficients === null) throw new ValueError(`Unknown window '${name}'.${suggest(name, Object.keys(COSINES))}`);
  if (length === 1) return [1];
  const period = periodic ? length : length - 1;
  return Array.from({ length }, (_, n) =>
    coefficients.reduce((sum, a, k) => sum + (k % 2 === 0 ? a : -a) * Math.cos((2 * Math.PI * k * n) / period), 0),
  );
}
