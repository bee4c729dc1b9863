/** @file Sounds at another number of samples a second. */
import type { Sound } from '../formats/wav.js';

/** Crossings of zero on each side of the filter, and how steep its window is. */
const CROSSINGS = 32;
const BETA = 10;
/** The part of the band that is kept whole. */
const ROLLOFF = 0.95;

/** Modified Bessel function of the first kind, order 0. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/**
 * A sinc with a window of Kaiser's: what lies above half of the lower rate is taken away, the rest stays as it is.
 *
 * @returns ⌈length · rate / sound.rate⌉ samples. (Keras leaves this to tensorflow-io, whose filter is another.)
 */
export function resample({ rate: from, channels, data }: Sound, rate: number): Float32Array {
  if (rate === from) return data;
  const length = data.length / channels;
  const count = Math.ceil((length * rate) / from);
  const cutoff = ROLLOFF * Math.min(1, rate / from);
  const reach = CROSSINGS / cutoff;
  const scale = bessel(BETA);
  const out = new Float32Array(count * channels);
  for (let o = 0; o < count; o++) {
    const centre = (o * from) / rate;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(length - 1, Math.floor(centre + reach));
    for (let i = first; i <= last; i++) {
      const x = (i - centre) * cutoff;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
      const window = bessel(BETA * Math.sqrt(Math.max(0, 1 - (x / CROSSINGS) ** 2))) / scale;
      for (let c = 0; c < channels; c++) out[o * channels + c] += data[i * channels + c] * sinc * window * cutoff;
    }
  }
  return out;
}
